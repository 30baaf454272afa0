/**
 * What is told of the greenlets of a process, in the words that all kinds of tasks are told in? Those of each thread
 * together, with the hub that switches between them where there is one.
 */
import type { Address } from '../../memory/address.js';
import { toAddress } from '../../memory/address.js';
import type { TaskState } from '../../snapshot.js';
import type { FrameVariables } from '../objects/index.js';
import type { Python } from '../python.js';
import type { InterpreterWalk } from '../runtime.js';
import { type LoopAnswer, NO_TASKS, type TaskAnswer, type TasksAnswer } from '../tasks/answers.js';
import type { Objects } from '../waits/objects.js';
import { WaitTools } from '../waits/tools.js';
import type { RanFrame } from '../waits/value-stack.js';
import {
  type FoundGreenlets,
  findGreenlets,
  GreenletReader,
  type GreenletState,
  type GreenletWalk,
} from './greenlets.js';
import { type Hub, hubsAmong } from './hubs.js';
import { type GreenletThread, mainsOf, threadsOfMains } from './threads.js';

export interface GreenletSettings {
  /** How many are looked at; of the others only their number is told. */
  readonly maxTasks: number;
  /** What the variables of frames hold; null: not asked for. */
  readonly locals: ((frames: readonly RanFrame[]) => ReadonlyMap<Address, FrameVariables>) | null;
}

/** Objects of the collector that are looked through. */
const OBJECTS_LIMIT = 4_000_000;
/** Modules of a process. */
const VERSION = '__version__';

/** Addresses found once, so that a second reading only asks whether they are still what they were. */
export type GreenletAddresses = Pick<FoundGreenlets, 'truncated' | 'problem'> & {
  readonly addresses: readonly number[];
};

/** Where the greenlets are; null: the module that makes them was not imported. Throws only what is no failure of the target's memory. */
export function locateGreenlets(python: Python, interpreters: readonly InterpreterWalk[]): GreenletAddresses | null {
  return moduleOf(python, interpreters, 'greenlet') === 0 ? null : findGreenlets(python, interpreters, OBJECTS_LIMIT);
}

/** Throws only what is not a failure of the target's memory. */
export function readGreenletTasks(
  python: Python,
  interpreters: readonly InterpreterWalk[],
  { addresses }: GreenletAddresses,
  threads: readonly GreenletThread[],
  settings: GreenletSettings,
): TasksAnswer {
  const { objects } = python.the(WaitTools);
  const module = moduleOf(python, interpreters, 'greenlet');
  const reader = new GreenletReader(python, objects.text(objects.attribute(module, VERSION)));
  const wanted = addresses.slice(0, settings.maxTasks);
  const greenlets = wanted.flatMap((address) => reader.read(address) ?? []);
  // Only what every thread has that has heard of greenlets: then there are none to tell of.
  const alive = greenlets.filter(({ state, isMain }) => state !== 'dead' && !isMain);
  if (alive.length === 0) return NO_TASKS;
  return new Telling(python, greenlets, threads, settings).answer(addresses.length - wanted.length);
}

class Telling {
  readonly #objects: Objects;
  readonly #settings: GreenletSettings;
  readonly #greenlets: readonly GreenletWalk[];
  readonly #mains: ReadonlyMap<number, number>;
  readonly #threads: ReadonlyMap<number, GreenletThread>;
  readonly #hubs: ReadonlyMap<number, Hub>;
  /** By main greenlet, its thread's hub. */
  readonly #hubOf = new Map<number, Hub>();

  constructor(
    python: Python,
    greenlets: readonly GreenletWalk[],
    threads: readonly GreenletThread[],
    settings: GreenletSettings,
  ) {
    this.#objects = python.the(WaitTools).objects;
    this.#settings = settings;
    this.#greenlets = greenlets;
    this.#mains = mainsOf(greenlets);
    this.#threads = threadsOfMains(greenlets, threads);
    this.#hubs = hubsAmong(python, greenlets, (greenlet) => this.#framesOf(greenlet));
    for (const hub of this.#hubs.values()) this.#hubOf.set(this.#mains.get(hub.greenlet.address) ?? 0, hub);
  }

  answer(leftOut: number): TasksAnswer {
    const shown = this.#greenlets.filter(({ address, state }) => state !== 'dead' && !this.#hubs.has(address));
    // Those of one thread together, its main one first.
    const order = [...new Set(shown.map(({ address }) => this.#mains.get(address) ?? 0))];
    const tasks = order.flatMap((main) => {
      const own = shown.filter(({ address }) => (this.#mains.get(address) ?? 0) === main);
      return [...own.filter(({ isMain }) => isMain), ...own.filter(({ isMain }) => !isMain)].map((one) =>
        this.#task(one),
      );
    });
    const loops = [...this.#hubs.values()].map((hub) => this.#loop(hub, tasks));
    return { loops, tasks, resources: [], leftOut };
  }

  #threadOf({ address }: GreenletWalk): GreenletThread | null {
    return this.#threads.get(this.#mains.get(address) ?? 0) ?? null;
  }

  /** Of the one that runs, its thread's. */
  #framesOf(greenlet: GreenletWalk): readonly RanFrame[] {
    return greenlet.state === 'running' ? (this.#threadOf(greenlet)?.frames ?? []) : greenlet.frames;
  }

  #task(greenlet: GreenletWalk): TaskAnswer {
    const { address, state, isMain, parent, ending } = greenlet;
    const frames = this.#framesOf(greenlet);
    const thread = this.#threadOf(greenlet);
    const hub = this.#hubOf.get(this.#mains.get(address) ?? 0);
    return {
      kind: 'greenlet',
      object: address,
      type: this.#objects.typeName(address) ?? 'greenlet',
      name: isMain ? 'main' : this.#nameOf(greenlet, frames),
      loop: hub?.object ?? 0,
      tid: thread?.tid ?? null,
      state: STATES[state],
      parent: this.#hubs.has(parent) ? 0 : parent,
      awaits: [],
      waits: [],
      frames,
      ending,
      locals: this.#settings.locals?.(state === 'running' ? [] : frames) ?? null,
      words: null,
    };
  }

  /** What the program calls it, or what it runs. */
  #nameOf({ address, run }: GreenletWalk, frames: readonly RanFrame[]): string | null {
    const own = this.#objects.text(this.#objects.ownAttribute(address, 'name'));
    if (own !== null) return own;
    const outermost = frames.at(-1);
    if (outermost) return 'code' in outermost.ran ? (outermost.ran.code.qualname ?? outermost.ran.code.name) : null;
    return this.#objects.functionName(run);
  }

  #loop({ object, greenlet, type }: Hub, tasks: readonly TaskAnswer[]): LoopAnswer {
    const thread = this.#threadOf(greenlet);
    const own = tasks.filter(({ loop }) => loop === object);
    const runs = own.find(({ state }) => state === 'running');
    const innermost = thread?.frames[0];
    const name = innermost && 'code' in innermost.ran ? innermost.ran.code : null;
    const isInLoop = name !== null && HUB_WAITS.has(name.name) && /\/(gevent|eventlet)\//.test(name.file);
    const state = ((): LoopAnswer['state'] => {
      if (runs) return 'running';
      if (greenlet.state === 'unstarted') return 'stopped';
      if (greenlet.state !== 'running' || !thread) return 'unknown';
      return isInLoop && thread.isInCall ? 'polling' : 'running';
    })();
    const callback = state === 'running' && !runs && !isInLoop ? (name?.qualname ?? name?.name ?? null) : null;
    return {
      kind: 'greenlet',
      object,
      type,
      tid: thread?.tid ?? null,
      state,
      runs: runs?.object ?? 0,
      callback,
      ready: null,
      nextTimer: null,
      tasks: own.length,
    };
  }
}

/** Functions of the libraries in which a hub waits for something to happen. */
const HUB_WAITS: ReadonlySet<string> = new Set(['run', 'wait', 'do_poll']);

const STATES: Readonly<Record<GreenletState, TaskState>> = {
  unstarted: 'unstarted',
  suspended: 'waiting',
  running: 'running',
  dead: 'done',
  unknown: 'waiting',
};

/** A module of the program; 0: it was not imported. */
export function moduleOf(python: Python, interpreters: readonly InterpreterWalk[], name: string): number {
  const { objects } = python.the(WaitTools);
  for (const { modules } of interpreters) {
    const found = modules && objects.items(toAddress(modules)).find((item) => item.name === name);
    if (found) return found.value;
  }
  return 0;
}
