/** What do threads wait for that other processes have in hand: locks of files, pipes? A resource for each, once. */
import type { OutsideOwner, OutsideOwners } from '../process/process.js';
import type { Holder, Resource, Thread, Wait } from '../snapshot.js';

export interface OutsideFacts {
  readonly describeFd: (fd: number) => string | null;
  readonly outsideOwners: (kind: 'file-lock' | 'pipe' | 'process-lock', at: number) => OutsideOwners | null;
}

export class OutsideResources {
  readonly #facts: OutsideFacts;
  readonly #found = new Map<string, Resource>();
  /** By kind and descriptor, as looking for the owners may mean a look at all processes. */
  readonly #looked = new Map<string, OutsideOwners | null>();

  constructor(facts: OutsideFacts) {
    this.#facts = facts;
  }

  /** The wait with the resource that it is for, which is noted. `fd`: first argument of the thread's system call. */
  addTo({ tid }: Thread, wait: Wait, fd: number | null): Wait {
    const { kind } = wait;
    if (tid === null || fd === null || wait.resource !== null || (kind !== 'file-lock' && kind !== 'pipe')) return wait;
    const known = this.#look(kind, fd);
    if (!known) return wait;
    const id = `${kind} ${known.id}`;
    const resource = this.#found.get(id) ?? this.#describe(id, kind, fd, known);
    if (!resource.waiters.includes(tid)) resource.waiters.push(tid);
    this.#found.set(id, resource);
    return { ...wait, resource: id };
  }

  /**
   * A lock of `multiprocessing` that is taken, and by none of this process: with those who may have it. `semaphore`: its
   * address, on which the thread sleeps.
   */
  withCandidates(resource: Resource, semaphore: number | null): Resource {
    const { kind, locked, holders } = resource;
    if (kind !== 'process-lock' || locked !== true || holders.length > 0 || semaphore === null) return resource;
    const { owners = [] } = this.#facts.outsideOwners(kind, semaphore) ?? {};
    return { ...resource, holders: owners.map((owner) => holderOf(owner, 'mapped')) };
  }

  all(): Resource[] {
    return [...this.#found.values()];
  }

  #look(kind: 'file-lock' | 'pipe', fd: number): OutsideOwners | null {
    const key = `${kind} ${fd}`;
    let known = this.#looked.get(key);
    if (known === undefined) {
      known = this.#facts.outsideOwners(kind, fd);
      this.#looked.set(key, known);
    }
    return known;
  }

  #describe(id: string, kind: 'file-lock' | 'pipe', fd: number, { id: shared, owners }: OutsideOwners): Resource {
    const open = this.#facts.describeFd(fd) ?? shared;
    return {
      id,
      kind,
      address: null,
      type: null,
      description: kind === 'pipe' ? open : `lock of ${open}`,
      locked: kind === 'file-lock' && owners.length > 0 ? true : null,
      holders: owners.map((owner) => holderOf(owner, kind === 'pipe' ? 'end' : 'owner')),
      waiters: [],
      waitingTasks: [],
    };
  }
}

function holderOf({ pid, name, evidence }: OutsideOwner, how: Holder['how']): Holder {
  const process = { pid, process: name };
  const place = { function: null, file: null, line: null };
  return { tid: null, task: null, ...process, gone: false, evidence, how, name: null, ...place };
}
