/**
 * What do the tasks of asyncio do, of all loops of all interpreters? Which there are, what each is in, what it waits for and
 * who has that; and what the loops do.
 */
import { type TaskFields, taskFieldsOf } from '../layouts/task-fields.js';
import { type WaitFields, waitFieldsOf } from '../layouts/wait-fields.js';
import { type FrameVariables, readVariables, type ValueReader } from '../objects/index.js';
import { readLocalNames } from '../objects/local-names.js';
import { reasonOf } from '../problem.js';
import type { Python } from '../python.js';
import type { RuntimeWalk } from '../runtime.js';
import { WaitTools } from '../waits/tools.js';
import type { RanFrame } from '../waits/value-stack.js';
import { type LoopAnswer, NO_TASKS, type TaskAnswer, type TaskResource, type TasksAnswer } from './answers.js';
import { readAsyncioTable } from './asyncio-table.js';
import { type Chain, readChains } from './chains.js';
import { Futures, type TaskFacts } from './futures.js';
import { AwaitableTypes } from './kinds.js';
import { Loops, type LoopThread } from './loops.js';
import { type Registered, readRegistered } from './registry.js';
import { Seeds } from './seeds.js';
import { SuspendedFrames } from './suspended.js';
import { type Waiting, type WaitingTask, WaitingTasks } from './waiting.js';

export interface AsyncioRequest {
  readonly runtime: Pick<RuntimeWalk, 'interpreters' | 'threadStates'>;
  readonly threads: readonly LoopThread[];
  readonly maxTasks: number;
  /** Reads variables of frames; null: they are not asked for. */
  readonly values: ValueReader | null;
}

/** Throws only what is not a failure of the target's memory. */
export function readAsyncio(python: Python, request: AsyncioRequest): TasksAnswer {
  const fields = taskFieldsOf(python.layout);
  const waitFields = waitFieldsOf(python.layout);
  if (!fields || !waitFields) return NO_TASKS;
  const reader = new AsyncioReader(python, request, { fields, waitFields });
  for (const interpreter of request.runtime.interpreters) reader.addInterpreter(interpreter);
  return reader.answer();
}

/** Where things are in this version. */
interface Layouts {
  readonly fields: TaskFields;
  readonly waitFields: WaitFields;
}

/** A task on its way to an answer. */
interface Known {
  readonly facts: TaskFacts;
  readonly words: number[];
}

class AsyncioReader {
  readonly #python: Python;
  readonly #request: AsyncioRequest;
  readonly #fields: Layouts;
  readonly #tools: WaitTools;
  readonly #types: AwaitableTypes;
  readonly #frames: SuspendedFrames;
  readonly #loops: Loops;
  readonly #table;
  readonly #answers: TaskAnswer[] = [];
  readonly #loopAnswers: LoopAnswer[] = [];
  readonly #resources: TaskResource[] = [];
  #leftOut = 0;

  constructor(python: Python, request: AsyncioRequest, fields: Layouts) {
    this.#python = python;
    this.#fields = fields;
    this.#request = request;
    this.#tools = python.the(WaitTools);
    this.#types = new AwaitableTypes(python, this.#tools.objects);
    this.#frames = new SuspendedFrames(python);
    this.#loops = new Loops(this.#tools.objects, this.#tools.scopes);
    this.#table = readAsyncioTable(python);
  }

  answer(): TasksAnswer {
    return { loops: this.#loopAnswers, tasks: this.#answers, resources: this.#resources, leftOut: this.#leftOut };
  }

  addInterpreter(interpreter: RuntimeWalk['interpreters'][number]): void {
    const { objects } = this.#tools;
    const { threadStates } = this.#request.runtime;
    const seeds = new Seeds(objects, this.#tools.scopes, this.#types, this.#fields.fields);
    const unnamed = () => seeds.allTasks(this.#request.threads);
    const registered = readRegistered(
      this.#python,
      objects,
      interpreter,
      { states: threadStates, table: this.#table, unnamed },
      this.#ahead,
    );
    if (!registered) return;
    const futures = objects.attempt(() => new Futures(this.#python, objects, this.#types, this.#frames, this.#table));
    if (!futures) return;
    this.#addTasks(this.#knownOf(registered, futures), registered, futures);
  }

  /** What each says of itself that is not over. */
  #knownOf({ tasks, current }: Registered, futures: Futures): Known[] {
    const all = new Set([...tasks, ...current.values()]);
    this.#ahead([...all]);
    const known: Known[] = [];
    for (const object of all) {
      const words: number[] = [];
      this.#frames.noteInto(words);
      const facts = this.#tools.objects.attempt(() => futures.task(object));
      if (facts?.state !== 'PENDING') continue;
      if (this.#answers.length + known.length < this.#request.maxTasks) known.push({ facts, words });
      else this.#leftOut++;
    }
    this.#frames.noteInto(null);
    return known;
  }

  #addTasks(known: readonly Known[], { current, running }: Registered, futures: Futures): void {
    const chains = readChains(
      known.map(({ facts: { coro }, words }) => ({ coro, words })),
      this.#frames,
      this.#types,
      this.#ahead,
    );
    // Where it is not to be found which task a loop runs, the task's coroutine says so.
    const notes = this.#fields.fields.asyncio.registry !== 'none';
    const counts = new Map<number, number>();
    for (const { facts } of known) counts.set(facts.loop, (counts.get(facts.loop) ?? 0) + 1);
    const threadOf = new Map<number, LoopThread | null>();
    for (const loop of new Set([...counts.keys(), ...current.keys(), ...running.values()])) {
      const thread = this.#loops.threadOf(loop, this.#request.threads, running);
      threadOf.set(loop, thread);
      this.#loopAnswers.push(this.#loops.describe(loop, thread, current.get(loop) ?? 0, counts.get(loop) ?? 0));
    }
    const waiting = known.flatMap(({ facts }, i): WaitingTask[] => {
      const chain = chains[i];
      if (!chain) return [];
      const thread = threadOf.get(facts.loop) ?? null;
      const runs = thread !== null && (notes ? current.get(facts.loop) === facts.object : isExecuting(chain));
      const frames = runs ? framesInThread(chain, thread) : chain.links.map(({ frame }) => frame).reverse();
      this.#frames.noteInto(chain.words);
      const waits = facts.waiter !== 0 && this.#isPending(facts.waiter, futures);
      this.#frames.noteInto(null);
      return [{ facts, chain, frames, thread, runs, waits }];
    });
    const { fields, waitFields } = this.#fields;
    const { objects } = this.#tools;
    const reader = new WaitingTasks(this.#tools, futures, this.#loops, fields, waitFields, this.#request.threads);
    this.#ahead(waiting.map(({ facts }) => objects.pointer(facts.object, fields.asyncio.fut_callback0 ?? 0)));
    const read = reader.read(waiting);
    waiting.forEach((task, i) => {
      this.#answers.push(this.#answerOf(task, read.waiting[i] ?? NOTHING));
    });
    for (const resource of read.resources) this.#resources.push(resource);
  }

  #isPending(future: number, futures: Futures): boolean {
    return this.#tools.objects.attempt(() => futures.state(future)) === 'PENDING';
  }

  #answerOf(task: WaitingTask, { awaits, waits, parent }: Waiting): TaskAnswer {
    const { facts, chain, frames, thread } = task;
    const { object, type, name, loop } = facts;
    return {
      kind: 'asyncio',
      object,
      type: type.name,
      name,
      loop,
      tid: thread?.tid ?? null,
      state: stateOf(task),
      parent,
      awaits,
      waits,
      frames,
      ending: chain.ending,
      locals: this.#localsOf(frames),
      words: isMoving(task) ? NO_WORDS : chain.words,
    };
  }

  #localsOf(frames: readonly RanFrame[]): TaskAnswer['locals'] {
    const { values } = this.#request;
    if (values === null) return null;
    values.beginThread();
    const locals = new Map<RanFrame['address'], FrameVariables>();
    for (const { address, ran, lasti } of frames) {
      if ('problem' in ran) continue;
      try {
        const names = readLocalNames(this.#python, ran.code);
        const code = lasti >= 0 ? ran.code.address : null;
        locals.set(address, readVariables(this.#python, values, { address, names, code, foreign: false }));
      } catch (error) {
        const problem = reasonOf(error);
        locals.set(address, { arguments: [], locals: [], omittedLocals: 0, unreadable: 0, problem });
      }
    }
    return locals;
  }

  /** Has the pages fetched together that hold these, where that is quicker than one by one. */
  readonly #ahead = (addresses: readonly number[]): void => this.#python.memory.ahead?.(addresses);
}

/** Known only if the thread stood still. */
const NO_WORDS: readonly number[] = [];

/** Whether it was being run while it was read: where its calls are is not told by their frames then. */
function isMoving({ chain, runs }: WaitingTask): boolean {
  return runs || isExecuting(chain);
}

const NOTHING: Waiting = { awaits: [], waits: [], parent: 0 };

function stateOf({ facts, chain, runs, waits }: WaitingTask): TaskAnswer['state'] {
  if (runs) return 'running';
  if (chain.links[0]?.state === 'created') return 'unstarted';
  if (!waits) return 'ready';
  return facts.cancelling ? 'cancelling' : 'waiting';
}

/** Whether one of its coroutines is being executed. */
function isExecuting({ links }: Chain): boolean {
  return links.some(({ state }) => state === 'running');
}

/** Of a task that runs, its part of the thread's stack: from its coroutine inward. */
function framesInThread({ links }: Chain, { frames }: LoopThread): readonly RanFrame[] {
  const outermost = links[0]?.frame.address;
  const from = frames.findIndex(({ address }) => address === outermost);
  return from < 0 ? links.map(({ frame }) => frame).reverse() : frames.slice(0, from + 1);
}
