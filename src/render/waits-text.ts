/** What does a thread wait for, since when, who has it; and what does it hold that others wait for? A line each. */
import { durationText } from '../report/duration.js';
import type { Holder, Resource, Snapshot, Thread, Wait, WaitKind } from '../snapshot.js';
import { harmless } from './escape.js';

/** Waits that are of the kernel: what for, where nothing more is known. */
const KERNEL_WORDS: Readonly<Partial<Record<WaitKind, string>>> = {
  socket: 'a socket',
  pipe: 'a pipe',
  poll: 'descriptors',
  file: 'a file',
  descriptor: 'a descriptor',
  child: 'a child process',
  'file-lock': 'the lock of a file',
  signal: 'a signal',
  native: 'something in C code',
  attach: 'its turn: all threads have to stand still',
};

/** Resources of which it says nothing that a thread has them: that is told otherwise, or those who wait tell it. */
const NOT_HELD: ReadonlySet<WaitKind> = new Set(['gil', 'join', 'safe-point']);

/** Holders that are named before the rest is counted. */
const HOLDERS_NAMED = 3;
/** Shorter than this, how long it has been is not told, ms. */
const WORTH_TELLING_MS = 1000;

export class WaitsText {
  readonly #resources: ReadonlyMap<string, Resource>;
  readonly #pid: number | null;
  readonly #names: ReadonlyMap<number, string | null>;
  readonly #held = new Map<number, { readonly resource: Resource; readonly holder: Holder }[]>();
  /** Whether lines tell for how long. */
  readonly #durations: boolean;

  constructor({ pid, resources, threads }: Pick<Snapshot, 'pid' | 'resources' | 'threads'>, durations = true) {
    this.#pid = pid;
    this.#resources = new Map(resources.map((resource) => [resource.id, resource]));
    this.#names = new Map(threads.flatMap(({ tid, name, osName }) => (tid === null ? [] : [[tid, name ?? osName]])));
    this.#durations = durations;
    for (const resource of resources) {
      if (NOT_HELD.has(resource.kind) || resource.waiters.length === 0) continue;
      for (const holder of resource.holders) {
        if (holder.tid === null) continue;
        const held = this.#held.get(holder.tid) ?? [];
        held.push({ resource, holder });
        this.#held.set(holder.tid, held);
      }
    }
  }

  lines(thread: Thread): string[] {
    const waits = thread.waits.map((wait) => this.#waitLine(thread, wait));
    const held = thread.tid === null ? [] : (this.#held.get(thread.tid) ?? []);
    return [...waits, ...held.map(({ resource, holder }) => heldLine(resource, holder))];
  }

  #waitLine(thread: Thread, { kind, resource: id, name, timeoutMs }: Wait): string {
    const long = this.#durations && (thread.stillMs ?? 0) >= WORTH_TELLING_MS;
    const since = long ? ` for ${durationText(thread.stillMs ?? 0)}` : '';
    const left = this.#durations && timeoutMs !== null ? `, ${durationText(timeoutMs)} left` : '';
    if (kind === 'timer') return `sleeps${since}${left}`;
    const resource = id === null ? undefined : this.#resources.get(id);
    const what = resource && !isOfKernel(kind) ? resourceText(resource, name) : kernelText(thread, kind);
    if (resource && kind === 'safe-point')
      return `waits${since} for all threads to stand still${this.#movingText(thread, resource)}`;
    // Of a thread and of a child it is clear who has its end in hand.
    return `waits${since} for ${what}${left}${resource && !isEndedBySelf(kind) ? this.#holdersText(thread, resource) : ''}`;
  }

  #holdersText({ tid: own }: Thread, { kind, holders, locked }: Resource): string {
    if (holders.length === 0) return locked === true ? ', held by nobody that could be made out' : '';
    const named = holders.slice(0, HOLDERS_NAMED).map((holder) => this.#holderText(holder, own));
    const more = holders.length > HOLDERS_NAMED ? ` and ${holders.length - HOLDERS_NAMED} more` : '';
    // Holders of one lock are certain all or none.
    const probably = holders.some(({ evidence }) => evidence === 'exact') ? '' : 'probably ';
    if (kind === 'attach') return ` by ${named.join('; ')}`;
    if (holders.every(({ how }) => how === 'ends')) return `, may be ended by ${named.join('; ')}${more}`;
    const verb =
      holders[0]?.how === 'end'
        ? // A connection that the other side has not taken yet.
          probably === ''
          ? 'other end open in'
          : 'to be accepted by'
        : named.length > 1 && holders[0]?.how === 'mapped'
          ? 'held by one of'
          : 'held by';
    return `, ${probably}${verb} ${named.join('; ')}${more}`;
  }

  /** Who does not yet. */
  #movingText({ tid: own }: Thread, { holders }: Resource): string {
    const named = holders.slice(0, HOLDERS_NAMED).map((holder) => this.#holderText(holder, own));
    const more = holders.length > HOLDERS_NAMED ? ` and ${holders.length - HOLDERS_NAMED} more` : '';
    return named.length === 0
      ? ''
      : `, which ${named.join(', ')}${more} ${holders.length === 1 ? 'does' : 'do'} not yet`;
  }

  #holderText(
    { tid, pid, process, gone, how, function: name, file, line, takenAt }: Holder,
    own: number | null,
  ): string {
    if (pid !== null) {
      const which = process === null ? `process ${pid}` : `process ${pid} (${harmless(process)})`;
      if (tid !== null) return `thread ${tid} of ${which}${placeText('', name, file, line)}`;
      return pid === this.#pid ? `this process itself (${pid})` : which;
    }
    if (tid === null) return gone ? 'a thread that is not there any more' : 'another process';
    const label = this.#names.get(tid) ?? null;
    const who = tid === own ? 'itself' : label === null ? `thread ${tid}` : `${harmless(label)} (${tid})`;
    return `${who}${placeText(how === 'with' ? ', `with`' : '', name, file, takenAt ?? line)}`;
  }
}

function placeText(by: string, name: string | null, file: string | null, line: number | null): string {
  if (file === null) return '';
  return `${by} in ${harmless(name ?? '?')}, ${harmless(file.slice(file.lastIndexOf('/') + 1))}:${line ?? '?'}`;
}

/** "self._lock (Lock at 0x7f00)" */
function resourceText({ kind, description, address }: Resource, name: string | null): string {
  if (kind === 'gil') return 'the GIL';
  if (kind === 'attach') return 'its turn, as all threads are made to stand still';
  const [head = '', ...facts] = description.split(', ');
  const what = harmless([address === null ? head : `${head} at ${address}`, ...facts].join(', '));
  return name === null ? what : `${harmless(name)} (${what})`;
}

/** What these are open on is told with the descriptor. */
function isOfKernel(kind: WaitKind): boolean {
  return kind === 'file-lock' || kind === 'pipe' || kind === 'socket' || kind === 'child';
}

function isEndedBySelf(kind: WaitKind): boolean {
  return kind === 'join' || kind === 'child';
}

function kernelText({ os }: Thread, kind: WaitKind): string {
  const words = KERNEL_WORDS[kind] ?? kind;
  if (!os?.waitingOn) return words;
  return kind === 'file-lock' || kind === 'native' ? `${words} (${harmless(os.waitingOn)})` : harmless(os.waitingOn);
}

function heldLine(resource: Resource, { name, evidence, how }: Holder): string {
  const { length } = resource.waiters;
  if (how === 'ends')
    return `may end the wait for ${resourceText(resource, name)}, ${length === 1 ? '1 waits' : `${length} wait`}`;
  if (resource.kind === 'attach') return `has all threads stand still, ${length === 1 ? '1 waits' : `${length} wait`}`;
  const verb = evidence === 'exact' ? 'holds' : 'probably holds';
  return `${verb} ${resourceText(resource, name)}, ${length === 1 ? '1 waits' : `${length} wait`}`;
}
