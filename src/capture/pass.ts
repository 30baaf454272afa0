/**
 * One freeze and its replay: the unit that both ways of capturing, blocking or not, repeat until nothing is missing.
 */
import type { PythonRuntime, RuntimeWalk, ThreadStateWalk } from '../cpython/runtime.js';
import type { Address } from '../memory/address.js';
import { InvalidAddress } from '../memory/address.js';
import type { PageSet } from '../memory/pages.js';
import { CorruptData, MemoryFault } from '../memory/reader.js';
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
import type { NativeState } from './captured.js';
import { FrozenMemory } from './frozen-memory.js';
import type { PagePlan } from './plan.js';
import { type TidMap, tidsOf } from './rehearse.js';
import { type ThreadWalk, Walk } from './walker.js';

export interface Pass {
  readonly frozen: FreezeResult;
  /** Null: the copy does not even hold the runtime. */
  readonly runtime: RuntimeWalk | null;
  readonly threads: readonly PassThread[];
  /** Whether any page was wanted that was not copied, or the list of threads is not the one planned for. */
  readonly missing: boolean;
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
}

/** Freezes, lets go, replays; adds what was missing to `plan` for the next time. */
export function freezeAndReplay(plan: PagePlan, options: PassOptions): Pass {
  const { process, python } = options;
  const planned = distinctTids(options.tidOf);
  const freezePlan = plan.freezePlan(planned, options);
  const frozen = process.freeze(freezePlan);
  const memory = new FrozenMemory({ pageNumbers: freezePlan.pageNumbers, bytes: frozen.bytes, ok: frozen.ok });
  const log = new ReadLog(memory);
  const runtime = orNull(() => new Walk(python, log).shared());
  if (!runtime) {
    for (const page of memory.missing) plan.shared.add(page);
    return { frozen, runtime: null, threads: [], missing: true };
  }
  // Read off the plan as it was for this freeze; what turns out to lack is added for the next one only.
  const valid = new Validity(plan, planned, frozen, memory.missing);
  const wanted: { tid: number | null; page: number }[] = [];
  const tidOf = tidsNow(options, runtime.threadStates);
  attribute(log, runtime.threadStates, python.layout.PyThreadState.sizeof, tidOf, (tid, page) => {
    if (!valid.has(tid, page)) wanted.push({ tid, page });
  });
  const indexOf = new Map(planned.map((tid, index) => [tid, index]));
  const walk = new Walk(python, memory, memory);
  let missing = wanted.length > 0;
  const threads = runtime.threadStates.map((state): PassThread => {
    const tid = tidOf.get(state.address) ?? null;
    const index = tid === null ? null : (indexOf.get(tid) ?? null);
    // A thread that nobody planned for has been born since: what is in the copy of it is of no known time.
    const unplanned = !options.tidOf.has(state.address) || (tid !== null && index === null);
    const touched: PageSet = new Set();
    memory.recordInto(touched);
    const thread = walk.thread(state);
    const lacks = [...touched].some((page) => !valid.has(tid, page));
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
  return { frozen, runtime, threads, missing };
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

/** How many frames, counted from the outermost, are the same frame at the same instruction in both. */
export function commonOuterFrames(a: ThreadWalk, b: ThreadWalk): number {
  if (a.stack.ending.kind !== 'complete' || b.stack.ending.kind !== 'complete') return 0;
  const [x, y] = [a.stack.frames, b.stack.frames];
  const most = Math.min(x.length, y.length);
  let common = 0;
  while (common < most) {
    const [p, q] = [x[x.length - 1 - common], y[y.length - 1 - common]];
    if (!p || !q || p.address !== q.address || p.code !== q.code || p.lasti !== q.lasti) break;
    common++;
  }
  return common;
}

/** Whether both are the same frames at the same instructions. */
export function sameSpine(a: ThreadWalk, b: ThreadWalk): boolean {
  const depth = a.stack.frames.length;
  return depth === b.stack.frames.length && commonOuterFrames(a, b) === depth;
}

/** Whether the pass before showed the same of a thread state without an OS thread. */
export function isSettled(thread: PassThread, before: Pass | null): boolean {
  if (!thread.unowned) return true;
  const { address } = thread.walk.state;
  const earlier = before?.threads.find(({ walk }) => walk.state.address === address);
  return earlier !== undefined && sameSpine(earlier.walk, thread.walk);
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

/** Registers and stack bytes of thread `index` of a freeze, or null when they were not asked for or not to be had. */
export function nativeStateAt(frozen: FreezeResult, index: number): NativeState | null {
  const stack = frozen.stacks[index] ?? null;
  if (!stack) return null;
  const registers = frozen.registers[index] ?? null;
  if (registers) {
    return { registers, sp: Number(registers[USER_REGS.rsp] ?? 0n), pc: Number(registers[USER_REGS.rip] ?? 0n), stack };
  }
  const { sp, pc } = osLookAt(frozen.look, index);
  return sp === null || pc === null ? null : { registers: null, sp, pc, stack };
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

export function isUnreadable(error: unknown): error is Error {
  return error instanceof MemoryFault || error instanceof CorruptData || error instanceof InvalidAddress;
}
