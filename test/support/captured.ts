/** Captured threads made up, for tests of what becomes of them. */
import { type Address, toAddress } from '../../src/memory/address.js';
import type { CapturedProcess, CapturedThread } from '../../src/moment/captured.js';
import { DEFAULT_LOCALS } from '../../src/options.js';
import type { InterpreterWalk, ThreadStateWalk } from '../../src/python/runtime.js';
import { Answers } from '../../src/questions/answers.js';
import { questionsFor } from '../../src/questions/index.js';
import type { WalkedFrame } from '../../src/questions/stacks.js';
import type { Capture } from '../../src/snapshot.js';

const nothing = {
  read: () => {
    throw new Error('nothing is left to be read');
  },
};

/** What they were asked. */
export const QUESTIONS = questionsFor(true, DEFAULT_LOCALS, 1000);

const MEMORY = { frames: nothing, objects: nothing };

const CAPTURE: Capture = {
  mode: 'blocking',
  pauseMs: 0,
  stoppedThreads: 0,
  rounds: 1,
  simultaneous: true,
  methods: [],
};

export interface MadeThread {
  readonly tid: number;
  readonly state: number;
  readonly interpreterId: number;
  /** How many of its values cannot be read. */
  readonly unreadable?: number;
}

/** A process of these threads, as the interpreter lists them. */
export function capturedProcess(threads: readonly MadeThread[]): CapturedProcess {
  const made = threads.map(capturedThread);
  const [first] = made;
  const runtime = first?.runtime ?? runtimeOf([]);
  return {
    memory: MEMORY,
    beside: [],
    answers: new Answers(),
    runtime,
    threads: made,
    nativeThreads: [],
    capture: CAPTURE,
    warnings: [],
  };
}

function capturedThread({ tid, state, interpreterId, unreadable = 0 }: MadeThread): CapturedThread {
  const interpreter = toAddress(0x5000 + interpreterId * 0x100);
  const threadState: ThreadStateWalk = {
    address: toAddress(state),
    uniqueId: 1,
    interpreter,
    interpreterId,
    threadId: tid,
    nativeThreadId: tid,
    prev: null,
    next: null,
    bound: true,
    attachment: null,
    currentFrame: null,
  };
  const frame = frameAt(toAddress(state + 8));
  return {
    walk: {
      state: threadState,
      stack: {
        frames: [frame],
        ending: { kind: 'complete', reason: null },
        enteredAt: null,
        fitsEvalLoops: true,
      },
      answers: answersOf(frame, unreadable),
    },
    answers: new Answers(),
    memory: MEMORY,
    runtime: runtimeOf([{ address: interpreter, id: interpreterId }]),
    tid,
    terminated: false,
    settled: true,
    evidence: 'still',
    movingFrames: 0,
    look: null,
    native: null,
  };
}

function answersOf({ address }: WalkedFrame, unreadable: number): Answers {
  const answers = new Answers();
  const variables = { arguments: [], locals: [], omittedLocals: 0, unreadable, problem: null };
  if (QUESTIONS.locals) answers.set(QUESTIONS.locals, { value: new Map([[address, variables]]), evidence: 'none' });
  return answers;
}

function frameAt(address: Address): WalkedFrame {
  return {
    address,
    code: toAddress(0x6000),
    lasti: 0,
    isEntry: true,
    owner: null,
    ran: {
      code: {
        address: toAddress(0x6000),
        name: 'work',
        qualname: null,
        file: '/srv/app.py',
        firstLine: 1,
        lineTable: new Uint8Array(),
        flags: 0,
        argcount: 0,
        posonlyargcount: 0,
        kwonlyargcount: 0,
        nlocals: 0,
        nlocalsplus: null,
      },
    },
  };
}

function runtimeOf(interpreters: readonly Pick<InterpreterWalk, 'address' | 'id'>[]): CapturedProcess['runtime'] {
  return {
    interpreters: interpreters.map((one) => ({
      ...one,
      isMain: one.id === 0,
      gil: null,
      collecting: null,
      modules: null,
    })),
    threadStates: [],
    state: 'initialized',
    finalizing: null,
    problems: [],
  };
}
