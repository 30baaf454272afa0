/**
 * One freeze and its replay: the unit that both ways of capturing, blocking or not, repeat until nothing is missing.
 */
import type { FrameWalk } from '../cpython/frames.js';
import type { PythonRuntime, RuntimeWalk, ThreadStateWalk } from '../cpython/runtime.js';
import { ValueReader, type ValueSettings } from '../cpython/values/index.js';
import type { Address } from '../memory/address.js';
import type { PageSet } from '../memory/pages.js';
import type { Evidence } from '../snapshot.js';
import {
  EVIDENCE,
  type FreezePlan,
  type FreezeResult,
  LOOK,
  type LookResult,
  type NativeProcess,
} from '../target/native.js';
import type { OsLook } from '../target/target.js';
import { attribute, ReadLog } from './attribution.js';
import type { CapturedNativeThread, CopiedMemory, NativeState, NativeWish } from './captured.js';
import { copiedRanges, FrozenMemory, type PageCopy } from './frozen-memory.js';
import type { PagePlan } from './plan.js';
import { type TidMap, tidsOf } from './rehearse.js';
import { isUnreadable } from './unreadable.js';
import { type ThreadWalk, Walk } from './walker.js';

export interface Pass {
  readonly frozen: FreezeResult;
  /** The threads that were frozen: first those of thread states, then `otherTids`. */
  readonly tids: readonly number[];
  /** Of these, the ones that no thread state was of. */
  readonly others: ReadonlySet<number>;
  /** Registers and stack bytes of thread `index` of these; null: not asked for, or not to be had. Always the same object. */
  readonly nativeAt: (index: number) => NativeState | null;
  readonly memory: CopiedMemory;
  /** Null: the copy does not even hold the runtime. */
  readonly runtime: RuntimeWalk | null;
  readonly threads: readonly PassThread[];
  /** Whether any page was wanted that was not copied, or the list of threads is not the one planned for. */
  readonly missing: boolean;
  /** Whether that was so for what all threads share: the list itself may be wrong then. */
  readonly missingShared: boolean;
  /** Whether a value lacked a page, or had one only of another moment: that value says so. */
  readonly lackedValues: boolean;
}

export interface PassThread {
  readonly walk: ThreadWalk;
  readonly tid: number | null;
  /** Index into plan.tids; null when the thread has no OS thread. */
  readonly index: number | null;
  readonly evidence: Evidence;
  readonly gone: boolean;
  /** Whether its stack ran into a page that was not copied. */
  readonly missing: boolean;
  /**
   * Whether it has frames but no OS thread that could run them: left over from a fork() the interpreter was not told of, or
   * a structure that was being freed. Two passes that agree tell which.
   */
  readonly unowned: boolean;
}

export interface PassOptions extends Pick<FreezePlan, 'mode' | 'stackBytes' | 'maxRounds' | 'maxPauseMs'> {
  readonly process: NativeProcess;
  readonly python: PythonRuntime;
  /** The target's threads as they are now. */
  readonly listTids: () => TidMap;
  /** Which thread states' threads to prove or stop. */
  readonly tidOf: ReadonlyMap<Address, number | null>;
  /** Whether variables are read, and how; null: not. */
  readonly locals: ValueSettings | null;
  /** Threads that no thread state is of, to be frozen as well. */
  readonly otherTids: readonly number[];
}

/** Freezes, lets go, replays; adds what was missing to `plan` for the next time. */
export function freezeAndReplay(plan: PagePlan, options: PassOptions): Pass {
  const { process, python } = options;
  const planned = [...distinctTids(options.tidOf), ...options.otherTids];
  const freezePlan = plan.freezePlan(planned, options);
  const frozen = process.freeze(freezePlan);
  const copy: PageCopy = { pageNumbers: freezePlan.pageNumbers, bytes: frozen.bytes, ok: frozen.ok };
  const memory = new FrozenMemory(copy);
  // Read off the plan as it was for this freeze; what turns out to lack is added for the next one only.
  const valid = new Validity(plan, planned, frozen, memory.missing);
  // Any thread may write to any object: only pages of the moment at which all stood tell what is in them.
  const objects = new FrozenMemory(copy, (page) => valid.has(null, page));
  const common = {
    frozen,
    memory: { frames: memory, objects },
    tids: planned,
    others: new Set(options.otherTids),
    nativeAt: nativeStates(frozen, planned, plan, copy),
  };
  const log = new ReadLog(memory);
  const runtime = orNull(() => new Walk(python, log).shared());
  if (!runtime) {
    for (const page of memory.missing) plan.shared.add(page);
    return { ...common, runtime: null, threads: [], missing: true, missingShared: true, lackedValues: false };
  }
  const wanted: { tid: number | null; page: number }[] = [];
  const tidOf = tidsNow(options, runtime.threadStates);
  attribute(log, runtime.threadStates, python.layout.PyThreadState.sizeof, tidOf, (tid, page) => {
    if (!valid.has(tid, page)) wanted.push({ tid, page });
  });
  const indexOf = new Map(planned.map((tid, index) => [tid, index]));
  const values = options.locals && new ValueReader(objects, python.layout, options.locals);
  const walk = new Walk(python, memory, memory, values);
  const missingShared = wanted.length > 0;
  let missing = missingShared;
  const threads = runtime.threadStates.map((state): PassThread => {
    const tid = tidOf.get(state.address) ?? null;
    const index = tid === null ? null : (indexOf.get(tid) ?? null);
    // A thread that nobody planned for has been born since: what is in the copy of it is of no known time.
    const unplanned = !options.tidOf.has(state.address) || (tid !== null && index === null);
    const touched: PageSet = new Set();
    memory.recordInto(touched);
    const thread = walk.thread(state);
    const lacks = !valid.hasAll(tid, touched);
    if (lacks) for (const page of touched) wanted.push({ tid, page });
    if (lacks || unplanned) missing = true;
    const code = index === null ? EVIDENCE.none : (frozen.evidence[index] ?? EVIDENCE.none);
    return {
      walk: thread,
      tid,
      index,
      evidence: evidenceName(code),
      gone: code === EVIDENCE.gone,
      missing: lacks || unplanned,
      unowned: tid === null && thread.stack.frames.length > 0,
    };
  });
  for (const { tid, page } of wanted) plan.pagesOf(tid).add(page);
  for (const page of objects.missing) plan.shared.add(page);
  return { ...common, runtime, threads, missing, missingShared, lackedValues: objects.missing.size > 0 };
}

/**
 * Of which moment is a page in the copy? What was copied while threads stood is good for everybody; what was copied for
 * one still thread is good for that one only: another may have written to it since.
 */
class Validity {
  readonly #plan: PagePlan;
  readonly #inStop: PageSet;

  readonly #missing: PageSet;

  constructor(plan: PagePlan, planned: readonly number[], frozen: FreezeResult, missing: PageSet) {
    this.#plan = plan;
    this.#missing = missing;
    this.#inStop = new Set(plan.shared);
    planned.forEach((tid, index) => {
      if (frozen.evidence[index] !== EVIDENCE.stopped) return;
      for (const page of plan.ownedBy(tid)) this.#inStop.add(page);
    });
  }

  hasAll(tid: number | null, pages: PageSet): boolean {
    for (const page of pages) if (!this.has(tid, page)) return false;
    return true;
  }

  /** Whether the copy of `page` is of the moment at which thread `tid` (null: all) is shown. */
  has(tid: number | null, page: number): boolean {
    if (this.#missing.has(page)) return false;
    return this.#inStop.has(page) || (tid !== null && this.#plan.ownedBy(tid).has(page));
  }
}

export function distinctTids(tidOf: ReadonlyMap<Address, number | null>): number[] {
  return [...new Set([...tidOf.values()].filter((tid) => tid !== null))];
}

/**
 * Which thread a state belongs to, as planned. Asked again for those that had none then: one that has got its thread
 * since was not stopped, nor proven still.
 */
function tidsNow(options: PassOptions, states: readonly ThreadStateWalk[]): ReadonlyMap<Address, number | null> {
  const { process, tidOf } = options;
  const unbound = states.filter(({ address }) => (tidOf.get(address) ?? null) === null);
  if (unbound.length === 0) return tidOf;
  return new Map([...tidOf, ...tidsOf(process, unbound, options.listTids())]);
}

function evidenceName(code: number): Evidence {
  switch (code) {
    case EVIDENCE.still:
      return 'still';
    case EVIDENCE.stopped:
      return 'stopped';
    default:
      return 'none';
  }
}

/** The threads that no thread state is of, where native stacks of all are wanted. */
export function otherTids(
  native: NativeWish | null,
  tids: TidMap,
  tidOf: ReadonlyMap<Address, number | null>,
): readonly number[] {
  if (!native?.allThreads) return [];
  const known = new Set(tidOf.values());
  return [...tids.values()].filter((tid) => !known.has(tid));
}

/**
 * Plans for what the native stacks of a freeze lack: of those threads of which the copy is right. Whether there is
 * anything to be had by another freeze.
 */
export function askForStacks(native: NativeWish | null, pass: Pass, plan: PagePlan): boolean {
  if (!native) return false;
  let asked = false;
  pass.tids.forEach((tid, index) => {
    if (pass.frozen.evidence[index] === EVIDENCE.none) return;
    const state = pass.nativeAt(index);
    const need = state && native.needOf(state);
    if (need && plan.ask(tid, need)) asked = true;
  });
  return asked;
}

/** Those of `otherTids` that are still there. */
export function nativeThreadsOf(pass: Pass): CapturedNativeThread[] {
  const { tids, frozen } = pass;
  const python = new Set(pass.threads.map(({ index }) => index));
  return tids.flatMap((tid, index): CapturedNativeThread[] => {
    const code = frozen.evidence[index] ?? EVIDENCE.none;
    if (!pass.others.has(tid) || python.has(index) || code === EVIDENCE.gone) return [];
    const native = code === EVIDENCE.none ? null : pass.nativeAt(index);
    return [{ look: standingOf(frozen, index), evidence: evidenceName(code), native }];
  });
}

/** How many frames, counted from the outermost, are the same frame at the same instruction in both. */
export function commonOuterFrames(a: ThreadWalk, b: ThreadWalk): number {
  if (a.stack.ending.kind !== 'complete' || b.stack.ending.kind !== 'complete') return 0;
  const [x, y] = [a.stack.frames, b.stack.frames];
  const most = Math.min(x.length, y.length);
  let common = 0;
  while (common < most) {
    if (!sameFrame(x[x.length - 1 - common], y[y.length - 1 - common])) break;
    common++;
  }
  return common;
}

/** Whether both have come to an end, with the same frames at the same instructions. */
export function sameSpine(a: ThreadWalk, b: ThreadWalk): boolean {
  return a.stack.ending.kind === 'complete' && sameStack(a, b);
}

/** How it was known which threads stand still; `no-proof`: the kernel does not tell, so all were stopped that could be. */
export function proofOf({ look }: FreezeResult): string {
  return look.method === 'none' ? 'no-proof' : look.method;
}

function sameFrame(a: FrameWalk | undefined, b: FrameWalk | undefined): boolean {
  return a !== undefined && a.address === b?.address && a.code === b.code && a.lasti === b.lasti;
}

/** Whether both are the same frames at the same instructions, ending in the same way. */
function sameStack(a: ThreadWalk, b: ThreadWalk): boolean {
  const [x, y] = [a.stack, b.stack];
  return (
    x.ending.reason === y.ending.reason &&
    x.frames.length === y.frames.length &&
    x.frames.every((frame, i) => sameFrame(frame, y.frames[i]))
  );
}

/**
 * Whether there is no doubt about the stack, or the pass before showed just the same. A thread is stopped, or falls
 * asleep, at any instruction: also between two that together change its chain of frames. What no thread runs (any more)
 * has to have been nobody's before.
 */
export function isSettled(thread: PassThread, before: Pass | null): boolean {
  const { state, stack } = thread.walk;
  if (!thread.unowned && !thread.gone && stack.ending.kind === 'complete' && stack.fitsEvalLoops) return true;
  const earlier = before?.threads.find(({ walk }) => walk.state.address === state.address);
  if (!earlier || (thread.gone && !earlier.gone && earlier.tid !== null)) return false;
  return sameStack(earlier.walk, thread.walk);
}

/** Thread `index` of a look, in words. */
export function osLookAt(look: LookResult, index: number): OsLook {
  const state = look.states[index];
  const blocked = state === LOOK.blocked;
  const number = look.syscalls[index] ?? -1;
  return {
    tid: look.tids[index] ?? 0,
    running: state === LOOK.running ? true : blocked ? false : null,
    syscall: blocked && number >= 0 ? { number, args: [...look.args.subarray(index * 6, index * 6 + 6)] } : null,
    sp: blocked ? (look.sp[index] ?? null) : null,
    pc: blocked ? (look.pc[index] ?? null) : null,
  };
}

/** Positions in struct user_regs_struct (sys/user.h, x86-64). */
const USER_REGS = { rip: 16, rsp: 19, orig_rax: 15 } as const;
/** rdi, rsi, rdx, r10, r8, r9: the arguments of a system call. */
const USER_REGS_ARGUMENTS = [14, 13, 12, 7, 9, 8] as const;
/** System call numbers are below this; `orig_rax` is -1 where a thread was stopped in its own code. */
const MOST_CALLS = 1024n;

/**
 * How thread `index` stood when it was copied. Of a stopped one the registers tell: a thread that waits for the GIL is
 * woken every few milliseconds, and is then running without having left its system call.
 */
export function standingOf(frozen: FreezeResult, index: number): OsLook {
  const look = osLookAt(frozen.look, index);
  const registers = frozen.registers[index] ?? null;
  const number = registers?.[USER_REGS.orig_rax];
  if (!registers || number === undefined || number >= MOST_CALLS) return look;
  const args = USER_REGS_ARGUMENTS.map((at) => Number(registers[at] ?? 0n));
  return { ...look, syscall: { number: Number(number), args } };
}

function nativeStates(
  frozen: FreezeResult,
  tids: readonly number[],
  plan: PagePlan,
  copy: PageCopy,
): (index: number) => NativeState | null {
  const states = new Map<number, NativeState | null>();
  return (index) => {
    let state = states.get(index);
    if (state === undefined) {
      const tid = tids[index];
      state = nativeStateAt(frozen, index, tid === undefined ? [] : copiedRanges(copy, plan.rangesOf(tid)));
      states.set(index, state);
    }
    return state;
  };
}

function nativeStateAt(frozen: FreezeResult, index: number, more: NativeState['more']): NativeState | null {
  const stack = frozen.stacks[index] ?? null;
  if (!stack) return null;
  const registers = frozen.registers[index] ?? null;
  if (registers) {
    const [sp, pc] = [Number(registers[USER_REGS.rsp] ?? 0n), Number(registers[USER_REGS.rip] ?? 0n)];
    return { registers, sp, pc, stack, more };
  }
  const { sp, pc } = osLookAt(frozen.look, index);
  return sp === null || pc === null ? null : { registers: null, sp, pc, stack, more };
}

/** The result, or null where remote memory made it impossible. Anything else is a fault of ours and goes on up. */
export function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (isUnreadable(error)) return null;
    throw error;
  }
}
