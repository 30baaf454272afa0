/**
 * What part does a native function play in running Python? Some are CPython's evaluation loop, in whose place Python
 * frames are shown; some are the plumbing that leads from one loop to the next; the rest is what the reader looks for.
 * By exact names: a function of the user's that happens to be called `my_take_gil` is the user's.
 */

import type { Layout } from '../python/layouts/layout.js';

export type Role =
  /** Runs Python frames: one entry frame and those it called without leaving C. */
  | 'eval-loop'
  /** Leads from one evaluation loop to the next, or prepares arguments; says nothing the Python frames do not. */
  | 'plumbing'
  | 'other';

/**
 * The loop of every CPython from 3.6 on (PEP 523).
 * https://github.com/python/cpython/blob/v3.13.0/Python/ceval.c#L757
 */
export const EVAL_LOOP = '_PyEval_EvalFrameDefault';

/** Which function runs the frames of this version. */
export function evalLoopOf({ frames }: Pick<Layout, 'frames'>): string {
  return frames.kind === 'frame-objects' ? (frames.evalLoop ?? EVAL_LOOP) : EVAL_LOOP;
}

/**
 * Interpreters built for tail calls have a function for each instruction instead of cases in one loop.
 * https://github.com/python/cpython/blob/v3.14.0/Python/ceval_macros.h#L77
 */
const EVAL_INSTRUCTION = '_TAIL_CALL_';

/**
 * What CinderX has Python call in place of the loop (PEP 523): a copy of it.
 * https://github.com/facebookincubator/cinderx/blob/47f254f/cinderx/Interpreter/interpreter.h
 */
const EVAL_LOOP_OF_CINDERX = 'Ci_EvalFrame';

/** Calls that only pass on to others, by their names in Objects/ and Python/ of CPython 2.7 to 3.13. */
const PLUMBING = new Set([
  'call_function',
  'classmethoddescr_call',
  'cmpwrapper_call',
  'do_call',
  'do_call_core',
  'ext_do_call',
  'fast_function',
  'function_code_fastcall',
  'function_call',
  'instance_call',
  'instancemethod_call',
  'methoddescr_call',
  'proxy_call',
  'py_trampoline_evaluator',
  'slot_tp_call',
  'type_call',
  'weakref_call',
  'wrap_call',
  'wrapper_call',
  'wrapperdescr_call',
]);

/** Whole families: private API, evaluation, and the ways to call an object. */
const PLUMBING_PREFIXES = ['_Py', 'PyEval', 'PyObject_Call'];

/**
 * The pieces of code that `-X perf` makes, one for each Python function: not what Python compiles (3.15), `py::jit:…`.
 * https://github.com/python/cpython/blob/v3.13.0/Python/perf_trampoline.c#L222
 */
const TRAMPOLINE = /^py::(?!jit:)/;

/**
 * https://github.com/python/cpython/blob/v3.13.0/Python/ceval_gil.c#L270
 */
const TAKES_GIL = 'take_gil';
const DROPS_GIL = 'drop_gil';

/**
 * A collection: `collect` up to 3.8, `gc_collect_main` from 3.9 (and in free-threaded builds `gc_collect_internal`, which
 * runs it with the world stopped). Where it is done in steps (3.14), it is one of the last four.
 * https://github.com/python/cpython/blob/v3.13.0/Python/gc.c#L1320
 * https://github.com/python/cpython/blob/v3.14.0/Python/gc.c#L1985
 */
const COLLECTS = new Set([
  'collect',
  'gc_collect_main',
  'gc_collect_internal',
  'gc_collect_young',
  'gc_collect_increment',
  'gc_collect_full',
  'gc_collect_region',
]);

/**
 * The function's own name of a symbol: without the version (`@@…`) and without what compilers append to parts and
 * copies of a function (`.cold`, `.part.0`, `.constprop.0`, `.isra.0`, `.lto_priv.0`, `.llvm.123`, `.localalias`).
 */
export function functionName(rawSymbol: string): string {
  return partOf(rawSymbol).name;
}

/** What is told of a symbol once: a thousand threads have mostly the same. */
interface Part {
  readonly name: string;
  /** But for the loop's own function, which is another one up to 3.5. */
  readonly role: Role;
}

/** So that who looks at many programs does not remember all their symbols. */
const MOST_PARTS = 10_000;

const parts = new Map<string, Part>();

function partOf(rawSymbol: string): Part {
  let part = parts.get(rawSymbol);
  if (part === undefined) {
    const end = rawSymbol.search(/[.@]/);
    const name = end <= 0 ? rawSymbol : rawSymbol.slice(0, end);
    part = { name, role: roleByName(rawSymbol, name) };
    if (parts.size >= MOST_PARTS) parts.clear();
    parts.set(rawSymbol, part);
  }
  return part;
}

/** The part that the function of this symbol plays; a null symbol is nobody we know. `evalLoop`: the loop's own. */
export function roleOf(rawSymbol: string | null, evalLoop: string = EVAL_LOOP): Role {
  if (rawSymbol === null) return 'other';
  const { name, role } = partOf(rawSymbol);
  return name === evalLoop ? 'eval-loop' : role;
}

function roleByName(rawSymbol: string, name: string): Role {
  if (name === EVAL_LOOP_OF_CINDERX || name.startsWith(EVAL_INSTRUCTION)) return 'eval-loop';
  if (TRAMPOLINE.test(rawSymbol)) return 'plumbing';
  if (PLUMBING.has(name) || PLUMBING_PREFIXES.some((prefix) => name.startsWith(prefix))) return 'plumbing';
  // PEP 590: every callable type has a function of its own for it.
  if (/vectorcall/i.test(name)) return 'plumbing';
  return 'other';
}

/** Whether this is one instruction's function, which may have been called by the loop's own. */
export function isInstruction(rawSymbol: string | null): boolean {
  return rawSymbol?.startsWith(EVAL_INSTRUCTION) ?? false;
}

/**
 * Whether this function begins another stack of Python frames on the same native stack: what greenlet runs a new one
 * with. Python frames outside of it belong to greenlets that are not running, and no thread state leads to them.
 * https://github.com/python-greenlet/greenlet/blob/3.1.1/src/greenlet/TUserGreenlet.cpp#L393
 */
export function startsGreenlet(rawSymbol: string | null): boolean {
  if (rawSymbol === null) return false;
  const name = functionName(rawSymbol);
  return /^_ZN8greenlet12UserGreenlet15inner_bootstrapE/.test(name) || name === 'g_initialstub';
}

/** What a thread's native frames say about it. */
export interface StateWords {
  /** `waiting` for the GIL or `dropping` it; null: neither. */
  readonly gil: 'waiting' | 'dropping' | null;
  /** Whether it runs the garbage collector, or a finalizer that the collector called. */
  readonly collecting: boolean;
}

/** `rawSymbols`: of one thread, inlined functions included. `inInterpreter`: whether that frame is CPython's own code. */
export function stateOf(frames: readonly { rawSymbol: string | null; inInterpreter: boolean }[]): StateWords {
  const names = new Set<string>();
  for (const { rawSymbol, inInterpreter } of frames) {
    if (rawSymbol !== null && inInterpreter) names.add(functionName(rawSymbol));
  }
  return {
    gil: names.has(TAKES_GIL) ? 'waiting' : names.has(DROPS_GIL) ? 'dropping' : null,
    collecting: [...COLLECTS].some((name) => names.has(name)),
  };
}
