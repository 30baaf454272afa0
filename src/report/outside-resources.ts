/** What do threads wait for that other processes have in hand: locks of files, pipes, sockets, children? A resource for each, once. */
import type { OutsideKind, OutsideOwner, OutsideOwners } from '../process/process.js';
import type { Holder, Resource, Thread, Wait, WaitKind } from '../snapshot.js';

export interface OutsideFacts {
  readonly describeFd: (fd: number) => string | null;
  readonly outsideOwners: (kind: OutsideKind, at: number) => OutsideOwners | null;
}

/** Those that the first argument of the system call leads to. */
type FromCall = Exclude<OutsideKind, 'process-lock'>;
const FROM_CALL: Readonly<Partial<Record<WaitKind, FromCall>>> = {
  'file-lock': 'file-lock',
  pipe: 'pipe',
  socket: 'socket',
  child: 'child',
};

/** What a semaphore that others share may be part of. */
const SHAREABLE: ReadonlySet<WaitKind> = new Set(['process-lock', 'queue', 'simple-queue']);

export class OutsideResources {
  readonly #facts: OutsideFacts;
  readonly #found = new Map<string, Resource>();
  /** By kind and number, as looking for the owners may mean a look at all processes. */
  readonly #looked = new Map<string, OutsideOwners | null>();

  constructor(facts: OutsideFacts) {
    this.#facts = facts;
  }

  /** The wait with the resource that it is for, which is noted. `at`: first argument of the thread's system call, or what that stands for. */
  addTo({ tid }: Thread, wait: Wait, at: number | null): Wait {
    const kind = FROM_CALL[wait.kind];
    if (tid === null || at === null || wait.resource !== null || !kind) return wait;
    const known = this.#look(kind, at);
    if (!known) return wait;
    const id = `${kind} ${known.id}`;
    const resource = this.#found.get(id) ?? this.#describe(id, kind, at, known);
    if (!resource.waiters.includes(tid)) resource.waiters.push(tid);
    this.#found.set(id, resource);
    return { ...wait, resource: id };
  }

  /**
   * A lock of `multiprocessing`, by the name that it has everywhere; if it is taken, and by none of this process, with
   * those who may have it. `semaphore`: its address, on which the thread sleeps.
   */
  withCandidates(resource: Resource, semaphore: number | null): Resource {
    const { kind, locked, holders } = resource;
    if (!SHAREABLE.has(kind) || semaphore === null) return resource;
    const known = this.#facts.outsideOwners('process-lock', semaphore);
    if (!known && kind !== 'process-lock') return this.#withEnds(resource, semaphore);
    if (!known) return resource;
    const shared = `process-lock ${known.id}`;
    // Of a queue of `multiprocessing` it is its lock that is waited for: who fills it may be another process.
    if (kind !== 'process-lock') return { ...resource, shared };
    if (locked !== true || holders.length > 0) return { ...resource, shared };
    return {
      ...resource,
      shared,
      allHolders: known.complete,
      holders: known.owners.map((owner) => holderOf(owner, 'mapped')),
    };
  }

  /** A queue of `multiprocessing` of which a thread reads or writes the pipe: with those who have its other end. */
  #withEnds(resource: Resource, fd: number): Resource {
    const known = this.#look('pipe', fd);
    if (!known) return resource;
    const holders = known.owners.map((owner) => holderOf(owner, 'end'));
    return { ...resource, shared: `pipe ${known.id}`, holders, allHolders: known.complete };
  }

  all(): Resource[] {
    return [...this.#found.values()];
  }

  #look(kind: FromCall, at: number): OutsideOwners | null {
    const key = `${kind} ${at}`;
    let known = this.#looked.get(key);
    if (known === undefined) {
      known = this.#facts.outsideOwners(kind, at);
      this.#looked.set(key, known);
    }
    return known;
  }

  #describe(id: string, kind: FromCall, at: number, { id: shared, owners, complete }: OutsideOwners): Resource {
    const how = kind === 'file-lock' ? 'owner' : 'end';
    return {
      id,
      kind,
      address: null,
      type: null,
      description: this.#words(kind, at, shared),
      locked: kind === 'file-lock' && owners.length > 0 ? true : null,
      holders: owners.map((owner) => holderOf(owner, how)),
      waiters: [],
      waitingTasks: [],
      shared: id,
      allHolders: complete,
    };
  }

  #words(kind: FromCall, at: number, shared: string): string {
    if (kind === 'child') return `child process ${at}`;
    const open = this.#facts.describeFd(at) ?? shared;
    return kind === 'file-lock' ? `lock of ${open}` : open;
  }
}

function holderOf({ pid, name, evidence }: OutsideOwner, how: Holder['how']): Holder {
  const process = { pid, process: name };
  const place = { function: null, file: null, line: null, takenAt: null };
  return { tid: null, task: null, ...process, gone: false, evidence, how, name: null, ...place };
}
