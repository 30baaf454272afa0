/**
 * Which interpreters and Python threads does the process have, and who holds what? The part of the walk that is shared
 * by all threads: `_PyRuntime` -> interpreters -> thread states, with each interpreter's GIL and collector.
 *
 * The lists are followed in memory that may be changing or damaged: each is bounded, cycles and strangers end it, and
 * what was read until then stays, with the reason in `problems`.
 */
import type { Address } from '../memory/address.js';
import { formatAddress, isUserSpace, offsetBy } from '../memory/address.js';
import { CorruptData } from '../memory/reader.js';
import { isLostZero } from '../memory/zeroed-pages.js';
import type { Attachment } from '../snapshot.js';
import { decodeAttachment } from './attachment.js';
import type { GilWalk } from './gil-walk.js';
import { WIDTHS } from './layouts/c-types.js';
import { type Field, type Fields, fieldsOf } from './layouts/fields.js';
import type { Layout, StatusBits } from './layouts/layout.js';
import {
  numberByAge,
  readCollectingVariable,
  readFinalizingVariable,
  readGilLock,
  readGilVariables,
  readInitializedVariable,
} from './old-globals.js';
import { partOf } from './part.js';
import { reasonOf } from './problem.js';
import type { Python } from './python.js';

export interface RuntimeWalk {
  /** Newest first, the main interpreter last. */
  interpreters: InterpreterWalk[];
  /** In list order: interpreter by interpreter, newest thread state first. */
  threadStates: ThreadStateWalk[];
  /** `starting`: no interpreter, or not yet marked initialized. */
  state: 'starting' | 'initialized' | 'finalizing' | 'unknown';
  /** Thread state of the thread that is finalizing the runtime. */
  finalizing: Address | null;
  /** Why something is missing, in words; empty when the lists were read to their ends. */
  problems: string[];
}

export interface InterpreterWalk {
  address: Address;
  /** `PyInterpreterState.id`; null when it cannot be right. Up to 3.6: counted by age. */
  id: number | null;
  isMain: boolean;
  /** null: this interpreter has none, or it cannot be read (then `problems` says so). */
  gil: GilWalk | null;
  /** Whether a collection is under way; null: cannot be read. */
  collecting: boolean | null;
  /** The dict `sys.modules`; null before it exists. */
  modules: Address | null;
}

export interface ThreadStateWalk {
  address: Address;
  /** `PyThreadState.id`, counted up within the interpreter. Up to 3.6: from the oldest that there is. */
  uniqueId: number;
  interpreter: Address;
  interpreterId: number | null;
  /** `pthread_self()` of the thread; 0 when it has not bound to one yet (3.12+). */
  threadId: number;
  /** `gettid()` in the target's own pid namespace, as the target noted it; null where the version does not. */
  nativeThreadId: number | null;
  prev: Address | null;
  next: Address | null;
  /** Whether it belongs to an OS thread: has been bound to one and not unbound since; null before 3.12. */
  bound: boolean | null;
  /** `PyThreadState.state`; null before 3.13. */
  attachment: Attachment | null;
  /** Where its frames begin: `frame`, `cframe` or `current_frame`. */
  currentFrame: Address | null;
}

/** More interpreters or thread states than any process has: a list that long is damaged. */
const LIST_LIMIT = 1_000_000;

/** sizeof(pthread_mutex_t) is 40 on x86-64 and 48 on AArch64, with glibc and musl: the end of the last member. */
const PTHREAD_MUTEX_BYTES = 48;

/**
 * Walks the shared structures. Throws what the reader throws (MemoryFault, InvalidAddress) only when `_PyRuntime`
 * itself cannot be read: everything further is a problem in the result.
 */
export function readRuntime(python: Python): RuntimeWalk {
  return walkRuntime(python, (interpreter, id, head, walk) => readThreadStates(python, interpreter, id, head, walk));
}

/** The same without the thread states, for what is asked of interpreters alone. Throws as {@link readRuntime}. */
export function readInterpreters(python: Python): InterpreterWalk[] {
  return walkRuntime(python, () => {}).interpreters;
}

/** `readThreads` adds an interpreter's thread states, `head` being the first, to the walk. */
function walkRuntime(
  python: Python,
  readThreads: (interpreter: Address, id: number | null, head: number, walk: RuntimeWalk) => void,
): RuntimeWalk {
  const { layout, fields, address, globals } = python;
  if (address === null) return walkStrays(python, readThreads);
  const { 'interpreters.head': headField, 'interpreters.main': mainField, ...runtime } = fields._PyRuntimeState;
  const problems: string[] = [];
  const head = python.get(address, headField);
  const main = mainField === undefined ? null : python.get(address, mainField);
  const finalizing =
    runtime.finalizing === undefined
      ? readFinalizingVariable(python.memory, globals)
      : linkOrNull(python.get(address, runtime.finalizing));
  const initialized =
    runtime.initialized === undefined
      ? readInitializedVariable(python.memory, globals)
      : python.get(address, runtime.initialized) !== 0;
  const walk: RuntimeWalk = {
    interpreters: [],
    threadStates: [],
    state: (layout.root.kind === 'variables' ? oldStateOf : stateOf)(head, finalizing, initialized),
    finalizing,
    problems,
  };
  const seen = new Set<number>();
  for (let at = head; at !== 0; ) {
    const trouble = listTrouble(at, seen);
    if (trouble) {
      problems.push(`the list of interpreters ends early: ${trouble}`);
      break;
    }
    seen.add(at);
    const interpreter = at as Address;
    let next: number;
    let threads: number;
    try {
      next = python.get(interpreter, fields.PyInterpreterState.next);
      threads = python.get(interpreter, fields.PyInterpreterState.threads_head);
      walk.interpreters.push(readInterpreter(python, interpreter, interpreter === main, problems));
    } catch (error) {
      problems.push(`the interpreter at ${formatAddress(at)} cannot be read: ${reasonOf(error)}`);
      break;
    }
    const id = walk.interpreters[walk.interpreters.length - 1]?.id ?? null;
    readThreads(interpreter, id, threads, walk);
    at = next;
  }
  addStrays(python, walk);
  if (layout.root.kind === 'variables') numberByAge(walk);
  return walk;
}

/** What is left where the runtime is lost: threads that were found, and interpreters that they lead to. */
function walkStrays(python: Python, readThreads: Parameters<typeof walkRuntime>[1]): RuntimeWalk {
  const { fields } = python;
  const lost = 'the structure that interpreters hang on is lost';
  const problems = [python.strays.length === 0 ? lost : `${lost}: what is shown was found by its threads`];
  const walk: RuntimeWalk = { interpreters: [], threadStates: [], state: 'unknown', finalizing: null, problems };
  const seen = new Set<number>();
  for (const stray of python.strays) {
    try {
      const at = python.get(stray, fields.PyThreadState.interp);
      if (seen.has(at) || !isUserSpace(at)) continue;
      seen.add(at);
      const head = python.get(at as Address, fields.PyInterpreterState.threads_head);
      // It has threads: zeros were never there.
      if (head === 0) throw new CorruptData(`at ${formatAddress(at)} it has no threads`);
      const interpreter = readInterpreter(python, at as Address, false, problems);
      walk.interpreters.push({ ...interpreter, isMain: interpreter.id === 0 });
      readThreads(at as Address, interpreter.id, head, walk);
    } catch (error) {
      problems.push(`an interpreter cannot be read: ${reasonOf(error)}`);
    }
  }
  addStrays(python, walk);
  return walk;
}

/** Appends those thread states to the walk that no list led to, the newest first. */
function addStrays(python: Python, walk: RuntimeWalk): void {
  const listed = new Set(walk.threadStates.map(({ address }) => address));
  const strays: ThreadStateWalk[] = [];
  for (const address of python.strays) {
    if (listed.has(address)) continue;
    try {
      const { state } = readThreadState(python, address);
      const interpreter = walk.interpreters.find((one) => one.address === state.interpreter);
      strays.push({ ...state, interpreterId: interpreter?.id ?? null });
    } catch (error) {
      walk.problems.push(`the thread state at ${formatAddress(address)} cannot be read: ${reasonOf(error)}`);
    }
  }
  if (strays.length === 0) return;
  walk.threadStates.push(...strays.sort((a, b) => b.uniqueId - a.uniqueId));
  walk.problems.push(
    `${strays.length === 1 ? 'one thread is' : `${strays.length} threads are`} in no list: found by what a thread points to itself by`,
  );
}

function stateOf(head: number, finalizing: Address | null, initialized: boolean | null): RuntimeWalk['state'] {
  if (finalizing !== null) return 'finalizing';
  if (head === 0) return 'starting';
  if (initialized === null) return 'unknown';
  return initialized ? 'initialized' : 'starting';
}

/** Up to 3.6 it counts as initialized from before there is an interpreter until it begins to finalize. */
function oldStateOf(head: number, finalizing: Address | null, initialized: boolean | null): RuntimeWalk['state'] {
  if (head === 0) return 'starting';
  if (finalizing !== null || initialized === false) return 'finalizing';
  return initialized === null ? 'unknown' : 'initialized';
}

function readInterpreter(python: Python, address: Address, isMain: boolean, problems: string[]): InterpreterWalk {
  const fields = python.fields.PyInterpreterState;
  const id = fields.id === undefined ? null : python.get(address, fields.id);
  let gil: GilWalk | null = null;
  try {
    gil = readGil(python, address);
  } catch (error) {
    problems.push(`the GIL of the interpreter at ${formatAddress(address)} cannot be read: ${reasonOf(error)}`);
  }
  return {
    address,
    // Ids count up from 0. Anything else is not one, and a wrong number is worse than none.
    id: id !== null && id >= 0 && id < 2 ** 32 ? id : null,
    isMain,
    gil,
    collecting: readCollecting(python, address),
    modules: linkOrNull(python.get(address, fields.modules)),
  };
}

function readCollecting(python: Python, interpreter: Address): boolean | null {
  const { gc } = python.fields;
  if (gc.owner === 'variable') return readCollectingVariable(python.memory, python.globals);
  const owner = gc.owner === 'runtime' ? python.address : interpreter;
  if (owner === null) return null;
  return python.get(owner, gc.collecting) !== 0;
}

const GIL = partOf(({ gil }) => {
  if (!('fields' in gil)) throw new Error('no layout with a GIL in variables has it in a structure');
  const { last_holder, locked, enabled } = gil.fields;
  return { last_holder, locked, enabled };
});

function readGil(python: Python, interpreter: Address): GilWalk | null {
  const { gil } = python.fields;
  let at: Address;
  switch (gil.kind) {
    case 'variables':
      return readGilVariables(python.memory, python.globals);
    case 'lock':
      return readGilLock(python.memory, python.globals);
    case 'runtime':
      if (python.address === null) return null;
      at = offsetBy(python.address, gil.gil);
      break;
    case 'interpreter': {
      const pointer = python.get(interpreter, gil['ceval.gil']);
      if (pointer === 0) return null;
      at = checkedLink(pointer);
      break;
    }
  }
  const { fields } = gil;
  const { last_holder, locked, enabled } = GIL(python).read(python.memory, at);
  return {
    address: at,
    enabled: enabled !== 0,
    locked: locked === 1,
    last_holder: linkOrNull(last_holder),
    // The four follow one another, so no size of a pthread type is needed but the last.
    taking: [{ start: offsetBy(at, fields.cond), end: offsetBy(at, fields.switch_cond) }],
    switching: [
      { start: offsetBy(at, fields.switch_cond), end: offsetBy(at, fields.switch_mutex + PTHREAD_MUTEX_BYTES) },
    ],
  };
}

/** The parts of a thread state that are of its thread: all but how it is linked to others. */
function ownFields({ PyThreadState, frames }: Fields) {
  const { interp, thread_id, native_thread_id, _status, state, id } = PyThreadState;
  const currentFrame = frames.kind === 'frame-objects' ? frames.tstate_frame : frames.tstate_current;
  return { interp, thread_id, native_thread_id, _status, state, id, currentFrame };
}

const THREAD_STATE = partOf((fields) => {
  const { prev, next } = fields.PyThreadState;
  return { prev, next, ...ownFields(fields) };
});

/** The bytes of a thread state that are read of its thread: all but how it is linked to others. */
export function ownThreadStateFields(layout: Layout): { readonly offset: number; readonly size: number }[] {
  const own: readonly (Field | undefined)[] = Object.values(ownFields(fieldsOf(layout)));
  return own.flatMap((field) => (field === undefined ? [] : [{ offset: field.offset, size: WIDTHS[field.type] }]));
}

/** Appends the thread states of one interpreter to the walk; a list that ends early leaves its reason there. */
function readThreadStates(
  python: Python,
  interpreter: Address,
  interpreterId: number | null,
  head: number,
  walk: RuntimeWalk,
): void {
  const seen = new Set<number>();
  for (let at = head; at !== 0; ) {
    const trouble = listTrouble(at, seen);
    if (trouble) {
      walk.problems.push(`the thread states of interpreter ${interpreterId} end early: ${trouble}`);
      return;
    }
    seen.add(at);
    let read: ReturnType<typeof readThreadState>;
    try {
      read = readThreadState(python, at as Address);
    } catch (error) {
      walk.problems.push(`the thread states of interpreter ${interpreterId} end early: ${reasonOf(error)}`);
      return;
    }
    const { state, next } = read;
    const owner = state.interpreter;
    if (owner !== interpreter) {
      // Freed and used again, or never one: neither it nor what it links to belongs here.
      const where = `${formatAddress(at)} belongs to ${formatAddress(owner)}`;
      walk.problems.push(`the thread states of interpreter ${interpreterId} end early: the one at ${where}`);
      return;
    }
    walk.threadStates.push({ ...state, interpreterId });
    // What is its interpreter's address is there, so it is the link that is lost, not the list that ends.
    const { interp, next: link } = python.fields.PyThreadState;
    if (next === 0 && isLostZero(python.memory, at + interp.offset, at + link.offset)) {
      const which = `the link from the one at ${formatAddress(at)} is lost`;
      walk.problems.push(`the thread states of interpreter ${interpreterId} end early: ${which}`);
    }
    at = next;
  }
}

/** `next`: as it stands there. Throws as the memory does. */
function readThreadState(python: Python, address: Address): { state: ThreadStateWalk; next: number } {
  const state = THREAD_STATE(python).read(python.memory, address);
  const { prev, next } = state;
  const walked: ThreadStateWalk = {
    address,
    uniqueId: state.id ?? 0,
    interpreter: state.interp as Address,
    interpreterId: null,
    threadId: state.thread_id,
    nativeThreadId: state.native_thread_id ?? null,
    prev: prev === undefined ? null : linkOrNull(prev),
    next: linkOrNull(next),
    bound: boundOf(state._status, python.layout.PyThreadState.status_bits),
    attachment: state.state === undefined ? null : decodeAttachment(state.state),
    currentFrame: linkOrNull(state.currentFrame),
  };
  return { state: walked, next };
}

function boundOf(status: number | undefined, bits: StatusBits | undefined): boolean | null {
  if (status === undefined || bits === undefined) return null;
  const bit = (position: number) => ((status >>> position) & 1) === 1;
  return bit(bits.bound) && !bit(bits.unbound);
}

function listTrouble(at: number, seen: ReadonlySet<number>): string | null {
  if (!isUserSpace(at)) return `${formatAddress(at)} is not a user-space address`;
  if (seen.has(at)) return `a cycle at ${formatAddress(at)}`;
  if (seen.size >= LIST_LIMIT) return `more than ${LIST_LIMIT} entries`;
  return null;
}

/** A pointer that is shown or compared but need not be followed: what is no address is none. */
function linkOrNull(value: number): Address | null {
  return isUserSpace(value) ? (value as Address) : null;
}

function checkedLink(value: number): Address {
  if (!isUserSpace(value)) throw new CorruptData(`${formatAddress(value)} is not a user-space address`);
  return value as Address;
}
