/** Is anything told that is not so, where one page of a core holds only zeros? Each page that is read of it, in turn. */
import { isDeepStrictEqual } from 'node:util';
import { PystackError } from '../../src/errors.js';
import { inspectOpenCore } from '../../src/inspect-core.js';
import type { Address } from '../../src/memory/address.js';
import { PAGE_BYTES } from '../../src/memory/pages.js';
import { bytesOf, type MemoryReader } from '../../src/memory/reader.js';
import { openCoreProcess } from '../../src/process/core/open-core.js';
import type { Process } from '../../src/process/process.js';
import type { PythonFrame, Snapshot, Thread, Value, Variable } from '../../src/snapshot.js';

export interface PageByPage {
  /** How many were tried. */
  readonly pages: number;
  /** What was told otherwise than of the whole core, each with its page. */
  readonly wrong: readonly string[];
}

/** `step`: every so many pages, from the one numbered `from` on. */
export async function pageByPage(path: string, { step = 1, from = 0, locals = true } = {}): Promise<PageByPage> {
  // More of the whole one: where something is not readable there is room for what follows.
  const options = { locals };
  const wide = { locals: locals && { maxItems: 100, maxString: 20_000 } };
  const process = await openCoreProcess(path);
  try {
    const pages = new Set<number>();
    const whole = await inspectOpenCore(over(process, recording(process.memory, pages)), options);
    const known = partsShown(await inspectOpenCore(over(process, process.memory), wide));
    const tried = [...pages].sort((a, b) => a - b).filter((_, i) => i % step === from);
    const wrong = unreadableIn(whole);
    for (const page of tried) {
      let got: Snapshot;
      try {
        got = await inspectOpenCore(over(process, without(process.memory, page)), options);
      } catch (error) {
        if (error instanceof PystackError) continue;
        throw error;
      }
      for (const what of new Set(differences(whole, got, known)))
        wrong.push(`0x${(page * PAGE_BYTES).toString(16)}: ${what}`);
    }
    return { pages: tried.length, wrong };
  } finally {
    process.close();
  }
}

function over(process: Process, memory: MemoryReader): Process {
  return Object.create(process, { memory: { value: memory } }) as Process;
}

function recording(memory: MemoryReader, pages: Set<number>): MemoryReader {
  return {
    read(address, size) {
      // Searches read all there is, by large pieces.
      if (size <= PAGE_BYTES) for (let at = pageOf(address); at <= pageOf(address + size - 1); at++) pages.add(at);
      return memory.read(address, size);
    },
  };
}

/** As if the page held only zeros. */
function without(memory: MemoryReader, page: number): MemoryReader {
  const [start, end] = [page * PAGE_BYTES, (page + 1) * PAGE_BYTES];
  return {
    read(address: Address, size: number) {
      const view = memory.read(address, size);
      if (address >= end || address + size <= start) return view;
      const bytes = bytesOf(view).slice();
      bytes.fill(0, Math.max(0, start - address), Math.min(size, end - address));
      return new DataView(bytes.buffer);
    },
  };
}

function pageOf(address: number): number {
  return Math.floor(address / PAGE_BYTES);
}

/** What `got` tells otherwise than the whole one. What it does not tell is none. `known`: what values there are made of. */
function differences(whole: Snapshot, got: Snapshot, known: ReadonlySet<string>): string[] {
  const wrong: string[] = [];
  for (const thread of got.threads) {
    const was = whole.threads.find(({ threadState }) => threadState === thread.threadState);
    const name = `thread ${thread.tid} at ${thread.threadState}`;
    if (!was) wrong.push(`${name} was never there`);
    else wrong.push(...differencesOf(was, thread, known).map((what) => `${name}: ${what}`));
  }
  for (const key of ['state', 'version'] as const) {
    const [was, is] = [whole.python?.[key], got.python?.[key]];
    if (was !== is && is !== undefined && is !== 'unknown' && !was?.startsWith(is))
      wrong.push(`${key} ${is} for ${was}`);
  }
  for (const { message } of got.findings)
    if (!whole.findings.some((one) => one.message === message)) wrong.push(`finding: ${message}`);
  return wrong;
}

const SAID = ['tid', 'name', 'isMain', 'interpreterId', 'gil', 'gc', 'status', 'attachment'] as const;

function differencesOf(was: Thread, is: Thread, known: ReadonlySet<string>): string[] {
  const wrong: string[] = [];
  for (const key of SAID)
    if (is[key] !== was[key] && is[key] !== null && is[key] !== 'unknown')
      wrong.push(`${key} is ${is[key]} for ${was[key]}`);
  for (const wait of is.waits)
    if (wait.kind !== 'native' && !was.waits.some((one) => isSaidOf(one, wait)))
      wrong.push(`waits for ${JSON.stringify(wait)}, not ${JSON.stringify(was.waits)}`);
  for (const { exception } of is.exceptions ?? []) {
    const isKnown =
      exception.type === null || was.exceptions?.some(({ exception: one }) => one.type === exception.type);
    if (!isKnown) wrong.push(`exception ${exception.type}`);
  }
  const frames = is.frames.filter((frame) => frame.kind === 'python');
  const outer = was.frames.filter((frame) => frame.kind === 'python');
  const isWhole =
    is.ending.kind === 'complete' && is.innerGap === undefined && frames.every(({ gap }) => gap === undefined);
  if (isWhole && frames.length !== outer.length)
    wrong.push(`${frames.length} frames for ${outer.length}, said to be all`);
  const pairs = paired(outer, frames, known);
  frames.forEach((frame, i) => {
    const one = outer[pairs[i] ?? -1];
    if (one) wrong.push(...variables(one, frame, known));
    else wrong.push(`${frame.function} ${frame.file}:${frame.line} in no such place`);
  });
  return wrong;
}

/** Whether whatever is not null is as it was. */
function isSaidOf(was: object, is: object): boolean {
  const known = new Map<string, unknown>(Object.entries(was));
  return Object.entries(is).every(([key, value]) => value === null || isDeepStrictEqual(value, known.get(key)));
}

/** For each frame that is shown which one it was, in their order, as many as possible; -1: it was none. */
function paired(was: readonly PythonFrame[], is: readonly PythonFrame[], known: ReadonlySet<string>): number[] {
  /** How many of those from i and j on are pairs, at best; those that agree in their variables count more. */
  const best = Array.from({ length: is.length + 1 }, () => new Float64Array(was.length + 1));
  const worth = (i: number, j: number) => {
    const [a, b] = [was[j], is[i]];
    return a && b && isSame(a, b) ? 1 + (variables(a, b, known).length === 0 ? 0.01 : 0) : Number.NEGATIVE_INFINITY;
  };
  const at = (i: number, j: number) => best[i]?.[j] ?? 0;
  for (let i = is.length - 1; i >= 0; i--) {
    for (let j = was.length - 1; j >= 0; j--) {
      const row = best[i];
      if (row) row[j] = Math.max(at(i + 1, j), at(i, j + 1), worth(i, j) + at(i + 1, j + 1));
    }
  }
  const pairs: number[] = [];
  for (let i = 0, j = 0; i < is.length; ) {
    if (j < was.length && worth(i, j) + at(i + 1, j + 1) === at(i, j)) {
      pairs.push(j++);
      i++;
    } else if (j < was.length && at(i, j + 1) === at(i, j)) j++;
    else {
      pairs.push(-1);
      i++;
    }
  }
  return pairs;
}

function isSame(was: PythonFrame, is: PythonFrame): boolean {
  const isNamed = !is.function.startsWith('<code object');
  return (
    (!isNamed || is.function === was.function) &&
    (is.qualname === null || is.qualname === was.qualname) &&
    (is.file === '<unknown>' || is.file === was.file) &&
    (is.line === null || (is.line === was.line && is.column === was.column && is.endColumn === was.endColumn))
  );
}

function variables(was: PythonFrame, is: PythonFrame, known: ReadonlySet<string>): string[] {
  const wrong: string[] = [];
  for (const kind of ['arguments', 'locals'] as const) {
    for (const { name, value } of is[kind] ?? []) {
      const one = was[kind]?.find((variable: Variable) => variable.name === name);
      const otherwise = one ? saidOtherwise(one.value, value, known) : null;
      if (otherwise) wrong.push(`${is.function}: ${name} = ${otherwise}`);
    }
  }
  return wrong;
}

/** What is shown otherwise than it was; null: nothing. What is said to be not readable is not, and what it is part of. */
function saidOtherwise(was: Value, is: Value, known: ReadonlySet<string>): string | null {
  if (is.type !== was.type && is.type !== null) return `a ${is.type} for a ${was.type}`;
  if (is.repr === was.repr) return null;
  if (is.problem === undefined) return `${is.repr.slice(0, MOST)} for ${was.repr.slice(0, MOST)}`;
  const odd = partsOf(is.repr).filter((part) => !known.has(part));
  return odd.length === 0 ? null : `${odd.slice(0, 5).join(' ')} in ${is.repr.slice(0, MOST)}`;
}

/** Characters of a value that are told. */
const MOST = 200;

/** Values that are said to be not readable where nothing is lost. */
function unreadableIn({ threads }: Snapshot): string[] {
  return threads.flatMap(({ frames }) =>
    frames.flatMap((frame) => {
      if (frame.kind !== 'python') return [];
      return [...(frame.arguments ?? []), ...(frame.locals ?? [])]
        .filter(({ value }) => value.problem !== undefined)
        .map(({ name, value }) => `of the whole core, ${frame.function}: ${name} = ${value.repr.slice(0, MOST)}`);
    }),
  );
}

function partsShown({ threads }: Snapshot): Set<string> {
  const parts = new Set<string>();
  for (const { frames } of threads) {
    for (const frame of frames) {
      if (frame.kind !== 'python') continue;
      for (const { value } of [...(frame.arguments ?? []), ...(frame.locals ?? [])])
        for (const part of partsOf(value.repr)) parts.add(part);
    }
  }
  return parts;
}

/** How what cannot be read is shown, and what was cut there. */
const INVALID = /<invalid [^>]*>|<i?n?v?a?[^<>]*…|<invalid [^>]*$/g;
/** What else may be shown of a value that is shorter for what it lacks. */
const OTHERWISE = /\d+ more|[^[\](){},:=<>\s]*…/g;

/** What a value is made of, without what is shown of each that cannot be read. */
function partsOf(repr: string): string[] {
  return repr
    .replace(INVALID, ' ')
    .replace(OTHERWISE, ' ')
    .split(/[[\](){},:=<>\s]+/)
    .filter((part) => part !== '');
}
