/**
 * What is told of the greenlets of a process, in the words that all kinds of tasks are told in? Those of each thread
 * together, with the hub that switches between them where there is one.
 */
import type { Address } from '../../memory/address.js';
import type { TaskState } from '../../snapshot.js';
import type { FrameVariables } from '../objects/index.js';
import type { Python } from '../python.js';
import type { InterpreterWalk } from '../runtime.js';
import { type LoopAnswer, NO_TASKS, type TaskAnswer, type TasksAnswer } from '../tasks/answers.js';
import type { Objects } from '../waits/objects.js';
import { WaitTools } from '../waits/tools.js';
import type { RanFrame } from '../waits/value-stack.js';
import { type Clue, ClueReader, type Resumed } from './clues.js';
import { resumedByHub, waitsIn } from './eventlet.js';
import { type FoundGreenlets, moduleOf } from './find.js';
import { GreenWaiting, type GreenWaits, isOfProgram } from './green-waits.js';
import { GreenletReader, type GreenletState, type GreenletWalk } from './greenlets.js';
import { type Hub, hubsAmong } from './hubs.js';
import { type GreenletThread, mainsOf, threadsOfMains } from './threads.js';

export interface GreenletSettings {
  /** How many are looked at; of the others only their number is told. */
  readonly maxTasks: number;
  /** What the variables of frames hold; null: not asked for. */
  readonly locals: ((frames: readonly RanFrame[]) => ReadonlyMap<Address, FrameVariables>) | null;
}

/** Throws only what is not a failure of the target's memory. */
export function readGreenletTasks(
  python: Python,
  interpreters: readonly InterpreterWalk[],
  { addresses, clues }: FoundGreenlets,
  threads: readonly GreenletThread[],
  settings: GreenletSettings,
): TasksAnswer {
  const { objects } = python.the(WaitTools);
  const module = moduleOf(python, interpreters, 'greenlet');
  const reader = new GreenletReader(python, objects.text(objects.attribute(module, '__version__')));
  const wanted = addresses.slice(0, settings.maxTasks);
  const greenlets = wanted.flatMap((address) => reader.read(address) ?? []);
  // Only what every thread has that has heard of greenlets: then there are none to tell of.
  const alive = greenlets.filter(({ state, isMain }) => state !== 'dead' && !isMain);
  if (alive.length === 0) return NO_TASKS;
  return new Telling(python, greenlets, clues, threads, settings).answer(addresses.length - wanted.length);
}

class Telling {
  readonly #objects: Objects;
  readonly #settings: GreenletSettings;
  readonly #greenlets: readonly GreenletWalk[];
  readonly #mains: ReadonlyMap<number, number>;
  readonly #threads: ReadonlyMap<number, GreenletThread>;
  readonly #hubs: ReadonlyMap<number, Hub>;
  readonly #waiting: GreenWaiting;
  /** By main greenlet, its thread's hub. */
  readonly #hubOf = new Map<number, Hub>();

  constructor(
    python: Python,
    greenlets: readonly GreenletWalk[],
    clues: readonly Clue[],
    threads: readonly GreenletThread[],
    settings: GreenletSettings,
  ) {
    this.#objects = python.the(WaitTools).objects;
    this.#settings = settings;
    this.#mains = mainsOf(greenlets);
    this.#greenlets = withOneThatRuns(greenlets, this.#mains);
    this.#threads = threadsOfMains(this.#greenlets, threads);
    this.#hubs = hubsAmong(python, this.#greenlets, (greenlet) => this.#framesOf(greenlet));
    const waiting = new Set(
      greenlets.flatMap(({ address, state }) => (state === 'dead' || this.#hubs.has(address) ? [] : address)),
    );
    const isWaiting = (object: number) => waiting.has(object);
    const reader = new ClueReader(this.#objects, isWaiting);
    const resumed = clues.flatMap((clue) => reader.read(clue));
    this.#waiting = new GreenWaiting(python, [...resumed, ...this.#ofEventlet(python, isWaiting)]);
    for (const hub of this.#hubs.values()) this.#hubOf.set(this.#mains.get(hub.greenlet.address) ?? 0, hub);
  }

  #ofEventlet(python: Python, isWaiting: (object: number) => boolean): Resumed[] {
    const hubs = [...this.#hubs.values()].filter(({ library }) => library === 'eventlet');
    if (hubs.length === 0) return [];
    const { scopes } = python.the(WaitTools);
    const byHub = hubs.flatMap(({ object }) => resumedByHub(python, object, isWaiting));
    const byFrames = this.#greenlets.flatMap((greenlet) =>
      greenlet.state === 'suspended' ? (waitsIn(this.#objects, scopes, greenlet.address, greenlet.frames) ?? []) : [],
    );
    return [...byHub, ...byFrames];
  }

  answer(leftOut: number): TasksAnswer {
    const alive = this.#greenlets.filter(({ state }) => state !== 'dead');
    // A main one that is alone is a thread like any other.
    const inCompany = new Set(alive.flatMap(({ address, isMain }) => (isMain ? [] : (this.#mains.get(address) ?? 0))));
    const shown = alive.filter(
      ({ address, isMain }) => !this.#hubs.has(address) && (!isMain || inCompany.has(address)),
    );
    // Those of one thread together, its main one first.
    const order = [...new Set(shown.map(({ address }) => this.#mains.get(address) ?? 0))];
    const tasks = order.flatMap((main) => {
      const own = shown.filter(({ address }) => (this.#mains.get(address) ?? 0) === main);
      return [...own.filter(({ isMain }) => isMain), ...own.filter(({ isMain }) => !isMain)].map((one) =>
        this.#task(one),
      );
    });
    const loops = [...this.#hubs.values()].map((hub) => this.#loop(hub, tasks));
    return { loops, tasks, resources: this.#waiting.resources(tasks), leftOut };
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
    const waits =
      state === 'suspended' || state === 'unknown'
        ? this.#waiting.of({ object: address, tid: thread?.tid ?? null, frames })
        : NOTHING;
    return {
      kind: 'greenlet',
      object: address,
      type: this.#objects.typeName(address) ?? 'greenlet',
      name: isMain ? 'main' : this.#nameOf(greenlet, frames),
      loop: hub?.object ?? 0,
      tid: thread?.tid ?? null,
      state: waits.isReady ? 'ready' : STATES[state],
      parent: this.#hubs.has(parent) ? 0 : parent,
      awaits: waits.awaits,
      waits: waits.waits,
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
    const outermost = frames.findLast(isOfProgram) ?? frames.at(-1);
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

/**
 * Of each thread one runs at most, and all of its C stack is in its place. Where a greenlet does not say whether it runs (1.x),
 * what has no frame of Python's may be suspended in C code: are there several, it is not known which runs.
 */
function withOneThatRuns(greenlets: readonly GreenletWalk[], mains: ReadonlyMap<number, number>): GreenletWalk[] {
  const candidates = greenlets.filter(({ state, saved }) => state === 'running' && saved === null);
  return greenlets.map((greenlet): GreenletWalk => {
    if (greenlet.state !== 'running') return greenlet;
    const main = mains.get(greenlet.address);
    const [one, ...others] = candidates.filter(({ address }) => mains.get(address) === main);
    return one === greenlet && others.length === 0 ? greenlet : { ...greenlet, state: 'unknown' };
  });
}

/** Functions of the libraries in which a hub waits for something to happen. */
const HUB_WAITS: ReadonlySet<string> = new Set(['run', 'wait', 'do_poll']);

const NOTHING: GreenWaits = { isReady: false, waits: [], awaits: [] };

const STATES: Readonly<Record<GreenletState, TaskState>> = {
  unstarted: 'unstarted',
  suspended: 'waiting',
  running: 'running',
  dead: 'done',
  unknown: 'waiting',
};
