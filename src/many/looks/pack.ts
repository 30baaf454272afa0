/**
 * How does a set of looks become plain data, and how is that put into another set? Texts, frames and stacks once, then
 * who has them. What is read comes from other machines: every number in it is checked before it is used.
 */

import { FLAG, type LookSet, type StoredLook, THREAD_FIELDS, threadsOf } from './look-set.js';
import type { LookInfo } from './model.js';
import type { FrameRow } from './tables.js';

/** What `data` of a line holds (docs/collect-format.md). */
export interface Pack {
  readonly texts: readonly string[];
  readonly frames: readonly (readonly number[])[];
  readonly stacks: readonly (readonly number[])[];
  readonly looks: readonly (LookInfo & { readonly threads: readonly (readonly number[])[] })[];
}

/** The looks `from` (included) `to` (excluded) of a sorted list, with only those texts, frames and stacks that they have. */
export function packOf(set: LookSet, looks: readonly StoredLook[]): Pack {
  const { tables } = set;
  const texts = new Renumbered<string>((id) => tables.texts[id] ?? '');
  const frames = new Renumbered<number[]>((id) => {
    const [kind, name, file, line, source] = tables.frames[id] ?? [0, -1, -1, -1, -1];
    return [kind, texts.of(name), texts.of(file), line, texts.of(source)];
  });
  const stacks = new Renumbered<number[]>((id) =>
    renumberItems(tables.stacks[id] ?? new Int32Array(0), (frame) => frames.of(frame)),
  );
  const packed = looks.map(({ info, threads }) => ({
    ...info,
    threads: [...threadsOf(threads)].map(({ name, tid, stack, state, flags, stillMs }) => [
      texts.of(name),
      tid,
      stacks.of(stack),
      texts.of(state),
      flags,
      stillMs,
    ]),
  }));
  return { texts: texts.rows, frames: frames.rows, stacks: stacks.rows, looks: packed };
}

/** Gives numbers in order of first use. */
class Renumbered<Row> {
  readonly rows: Row[] = [];
  readonly #ids = new Map<number, number>();
  constructor(private readonly rowOf: (id: number) => Row) {}

  of(id: number): number {
    if (id < 0) return -1;
    let known = this.#ids.get(id);
    if (known === undefined) {
      const row = this.rowOf(id);
      known = this.rows.push(row) - 1;
      this.#ids.set(id, known);
    }
    return known;
  }
}

/** What was read is no pack, or a damaged one; the message says where. */
export class PackError extends Error {
  override readonly name = 'PackError';
}

/** A stack of more frames than this, each run counted once, is no stack. */
const MAX_STACK_ITEMS = 200_000;
/** Larger than any count of frames that memory could hold. */
const MAX_TIMES = 2 ** 31 - 1;
const KNOWN: ReadonlySet<string> = new Set<keyof LookInfo | 'threads'>([
  'host',
  'pid',
  'start',
  'at',
  'ppid',
  'command',
  'python',
  'env',
  'core',
  'crash',
  'complete',
  'warnings',
  'findings',
  'error',
  'threads',
]);

/** Adds what a pack holds. Throws {@link PackError}, and then nothing of it was added. */
export function addPack(set: LookSet, value: unknown): void {
  const pack = objectOf(value, 'the pack');
  const { tables } = set;
  const texts = listOf(pack['texts'], 'texts').map((text) => tables.text(textOf(text, 'texts')));
  const text = (id: unknown, where: string) => (id === -1 ? -1 : (texts[numberOf(id, texts.length, where)] ?? -1));
  const frames = listOf(pack['frames'], 'frames').map((row) => {
    const [kind, name, file, line, source] = listOf(row, 'frames');
    const at = line === -1 ? -1 : numberOf(line, MAX_TIMES, 'a line');
    const its = [kind === 1 ? 1 : 0, text(name, 'frames'), text(file, 'frames'), at, text(source, 'frames')] as const;
    return tables.frame(its satisfies FrameRow);
  });
  const stacks = listOf(pack['stacks'], 'stacks').map((row) => {
    const items = listOf(row, 'stacks');
    checkItems(items, frames.length);
    return tables.stack(renumberItems(items as number[], (frame) => frames[frame] ?? -1));
  });
  const looks = listOf(pack['looks'], 'looks').map((row): StoredLook => {
    const look = objectOf(row, 'looks');
    const threads = listOf(look['threads'], 'threads');
    const numbers = new Int32Array(threads.length * THREAD_FIELDS);
    threads.forEach((thread, i) => {
      const [name, tid, stack, state, flags, still = -1] = listOf(thread, 'threads');
      const id = tid === -1 ? -1 : numberOf(tid, MAX_TIMES, 'a thread id');
      const its = [text(name, 'threads'), id, stacks[numberOf(stack, stacks.length, 'threads')] ?? -1];
      // Bits that a newer version may have set are not looked at.
      const known = numberOf(flags, MAX_TIMES, 'flags') & ALL_FLAGS;
      const stillMs = still === -1 ? -1 : numberOf(still, MAX_TIMES + 1, 'threads');
      numbers.set([...its, text(state, 'threads'), known, stillMs], i * THREAD_FIELDS);
    });
    return { info: infoOf(look), threads: numbers };
  });
  for (const look of looks) set.addStored(look);
}

const ALL_FLAGS = FLAG.main | FLAG.faulting | FLAG.inconsistent | FLAG.truncated | FLAG.inFinding;

function infoOf(look: Record<string, unknown>): LookInfo {
  const env = objectOf(look['env'] ?? {}, 'env');
  const crash = look['crash'] == null ? null : objectOf(look['crash'], 'crash');
  const error = look['error'] == null ? null : objectOf(look['error'], 'error');
  const unknown = Object.entries(look).filter(([name]) => !KNOWN.has(name) && name !== '__proto__');
  return {
    ...Object.fromEntries(unknown),
    host: textOf(look['host'], 'host'),
    pid: idOf(look['pid'], 'pid'),
    start: idOf(look['start'], 'start'),
    at: textOf(look['at'], 'at'),
    ppid: idOf(look['ppid'], 'ppid'),
    command: textOrNull(look['command'], 'command'),
    python: textOrNull(look['python'], 'python'),
    env: Object.fromEntries(Object.entries(env).map(([name, its]) => [name, textOf(its, 'env')])),
    core: textOrNull(look['core'], 'core'),
    crash: crash && {
      signal: textOrNull(crash['signal'], 'crash'),
      exception: textOrNull(crash['exception'], 'crash'),
    },
    complete: look['complete'] === true,
    warnings: listOf(look['warnings'] ?? [], 'warnings').map((code) => textOf(code, 'warnings')),
    findings: listOf(look['findings'] ?? [], 'findings').map((row) => {
      const finding = objectOf(row, 'findings');
      return {
        code: textOf(finding['code'], 'findings'),
        certain: finding['certain'] === true,
        message: textOf(finding['message'], 'findings'),
      };
    }),
    error: error && { code: textOf(error['code'], 'error'), message: textOf(error['message'], 'error') },
  };
}

/** Whether the list is frames and runs of them, and none names a frame that is not there. */
function checkItems(items: readonly unknown[], frames: number): void {
  if (items.length > MAX_STACK_ITEMS) throw new PackError(`a stack has ${items.length} entries`);
  for (let at = 0; at < items.length; at++) {
    const item = items[at];
    if (typeof item !== 'number' || !Number.isSafeInteger(item)) throw new PackError('a stack holds what is no number');
    if (item >= 0) {
      numberOf(item, frames, 'a stack');
      continue;
    }
    numberOf(items[at + 1], MAX_TIMES, 'a stack');
    if (at + 2 - item > items.length) throw new PackError('a stack ends within a run');
    for (let i = 0; i < -item; i++) numberOf(items[at + 2 + i], frames, 'a stack');
    at += 1 - item;
  }
}

/** See {@link Tables.stacks}. */
function renumberItems(items: ArrayLike<number>, frameOf: (frame: number) => number): number[] {
  const renumbered: number[] = [];
  for (let at = 0; at < items.length; at++) {
    const item = items[at] ?? 0;
    if (item >= 0) renumbered.push(frameOf(item));
    else renumbered.push(item, items[++at] ?? 1);
  }
  return renumbered;
}

function objectOf(value: unknown, where: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new PackError(`${where} is no object`);
}

function listOf(value: unknown, where: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new PackError(`${where} is no list`);
}

function textOf(value: unknown, where: string): string {
  if (typeof value === 'string') return value;
  throw new PackError(`${where} holds what is no text`);
}

function textOrNull(value: unknown, where: string): string | null {
  return value == null ? null : textOf(value, where);
}

function idOf(value: unknown, where: string): number | null {
  return value == null ? null : numberOf(value, Number.MAX_SAFE_INTEGER, where);
}

/** A whole number from 0 to below `limit`. */
function numberOf(value: unknown, limit: number, where: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value < limit) return value;
  throw new PackError(`${where} holds ${JSON.stringify(value)?.slice(0, 40)}, which is out of range`);
}
