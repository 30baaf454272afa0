/**
 * What are a thread's native frames? Registers and stack bytes in, named frames and the reason why they end out.
 */

import { formatAddress } from '../memory/address.js';
import type { PlacedBytes } from '../memory/ranges.js';
import type { InspectSettings } from '../options.js';
import { type Architecture, HERE } from '../process/arch.js';
import type { Process } from '../process/process.js';
import type { Layout } from '../python/layouts/layout.js';
import type { NativeFrame, StackEnding } from '../snapshot.js';
import type { StateWords } from './eval-loop.js';
import { EVAL_LOOP, evalLoopOf, stateOf } from './eval-loop.js';
import { madeModules } from './made-modules.js';
import { executableRanges, nativeModules } from './modules.js';
import type { Registers } from './registers.js';
import { blockedRegisters, stoppedRegisters } from './registers.js';
import { switchedStack } from './switched.js';
import type { SymbolisedAddress, UnwinderOptions, UnwindStop, UnwoundFrame, UnwoundStack } from './unwinder.js';
import { describeStop, Unwinder } from './unwinder.js';

export interface NativeStackOptions
  extends Pick<UnwinderOptions, 'demangle' | 'debuginfodMs' | 'onProgress' | 'debugRoots' | 'targetRoot'> {
  /** Default this one's. */
  readonly machine?: Architecture;
  /** The function that runs Python frames. Default that of 3.6 and later. */
  readonly evalLoop?: string;
  /** Path of the file that holds the interpreter, for {@link NativeStack.state}; null: not known. */
  readonly interpreterLibrary: string | null;
}

/** How long servers of debug information may be waited for in all, ms. */
const DEBUGINFOD_MS = 10_000;

/** The options that users set, in the unwinder's terms; `located`: null where no interpreter is known. */
export function stackOptions(
  settings: Pick<InspectSettings, 'demangle' | 'debuginfod' | 'progress'>,
  located: { readonly library: string | null; readonly layout: Layout } | null,
): NativeStackOptions {
  return {
    interpreterLibrary: located?.library ?? null,
    ...(located && { evalLoop: evalLoopOf(located.layout) }),
    demangle: settings.demangle,
    debuginfodMs: settings.debuginfod ? DEBUGINFOD_MS : 0,
    onProgress: (path, had, expected) => {
      const share = expected > 0 ? ` ${Math.floor((100 * had) / expected)} %` : '';
      settings.progress(`fetching debug information of ${path}${share}`);
    },
  };
}

/** What was copied of a thread. */
export interface ThreadCopy {
  readonly registers: Registers;
  /** The stack from the stack pointer upward, and whatever else was copied. */
  readonly memory: readonly PlacedBytes[];
}

export interface NativeStack {
  /** Outermost first; an inlined call comes after the function it is inlined into. */
  readonly frames: readonly NativeFrame[];
  readonly ending: StackEnding;
  /** Why it ends, for who can do something about it: copy more, or stop the thread. */
  readonly stop: UnwindStop;
  readonly state: StateWords;
}

/** A live thread as a look at it and a copy of its stack give it: with the words of user_regs_struct if it was stopped. */
export function copyOfThread(thread: {
  readonly registers: BigUint64Array | null;
  readonly sp: number;
  readonly pc: number;
  readonly stack: Uint8Array;
  readonly more?: readonly PlacedBytes[];
}): ThreadCopy {
  const { registers, sp, pc, stack, more = [] } = thread;
  return {
    registers: registers ? stoppedRegisters(HERE, registers) : blockedRegisters(HERE, sp, pc),
    memory: [{ address: sp, bytes: stack }, ...more],
  };
}

/** Native stacks of one process, as mapped when this was made. */
export class NativeStacks {
  readonly #unwinder: Unwinder;
  readonly #interpreterLibrary: string | null;
  readonly #evalLoop: string;
  readonly #named = new Map<SymbolisedAddress, readonly NativeFrame[]>();

  /** Throws PystackError `addon-missing` where libdw is not installed. */
  constructor(target: Process, { machine = HERE, interpreterLibrary, evalLoop, ...options }: NativeStackOptions) {
    this.#unwinder = new Unwinder({
      machine,
      modules: [...nativeModules(target), ...madeModules(target)],
      executable: executableRanges(target),
      ...(target.root === null ? {} : { targetRoot: target.root }),
      ...options,
    });
    this.#interpreterLibrary = interpreterLibrary;
    this.#evalLoop = evalLoop ?? EVAL_LOOP;
  }

  /** Follows a copied stack, without names: to learn, before time is up, whether more must be copied. */
  follow({ registers, memory }: ThreadCopy): UnwoundStack {
    return this.#unwinder.unwind(registers, memory);
  }

  stack(copy: ThreadCopy): NativeStack {
    return this.name(this.follow(copy));
  }

  /** The frames of a stack that was followed, named. */
  name({ frames: unwound, stop }: UnwoundStack): NativeStack {
    const frames: NativeFrame[] = [];
    for (const { frame, name } of this.#unwinder.symbolise(unwound)) {
      for (const one of this.#framesOf(frame, name)) frames.push(one);
    }
    frames.reverse();
    const switched = switchedStack(frames, stop.kind === 'complete');
    return {
      frames: switched?.frames ?? frames,
      stop,
      ending: switched?.ending ?? this.#ending(unwound.at(-1), stop),
      state: stateOf(
        frames.map(({ rawSymbol, library }) => ({
          rawSymbol,
          inInterpreter: this.#interpreterLibrary === null || library === this.#interpreterLibrary,
        })),
      ),
    };
  }

  /** With what was wrong with the file of the code that has no unwind data, where something was. */
  #ending(outermost: UnwoundFrame | undefined, stop: UnwindStop): StackEnding {
    const ending = describeStop(stop);
    if (stop.kind !== 'no-unwind-data' || !outermost) return ending;
    const [named] = this.#unwinder.symbolise([outermost]);
    const wrong = this.problems().find(({ path }) => path === named?.name.library);
    return wrong ? { ...ending, reason: `${ending.reason}: ${wrong.problem}` } : ending;
  }

  /** The frames at one address, innermost first: where they have names, always the same, as many threads have them. */
  #framesOf(frame: UnwoundFrame, name: SymbolisedAddress): readonly NativeFrame[] {
    const known = this.#named.get(name);
    if (known) return known;
    const common = { kind: 'native', library: name.library, address: formatAddress(frame.pc) } as const;
    const frames = name.frames.map((names): NativeFrame => {
      const symbol =
        names.symbol === null || names.inlined ? (names.symbol ?? signalName(frame)) : knownName(names.symbol);
      return { ...names, ...common, ...(symbol === null ? this.#partOf(frame, common.library) : { symbol }) };
    });
    if (name.frames.every(({ symbol }) => symbol !== null)) this.#named.set(name, frames);
    return frames;
  }

  /** In stripped interpreters most of the evaluation loop may have no name, being where its rare instructions are. */
  #partOf(frame: UnwoundFrame, library: string | null): Pick<NativeFrame, 'symbol' | 'rawSymbol'> {
    const isLoop = library === this.#interpreterLibrary && this.#unwinder.isPartOf(frame, this.#evalLoop);
    return isLoop ? { symbol: this.#evalLoop, rawSymbol: this.#evalLoop } : { symbol: null, rawSymbol: null };
  }

  /** Modules that were needed and could not be used, and why. */
  problems(): { path: string; problem: string }[] {
    return this.#unwinder.problems().filter(({ path }) => path !== '');
  }

  /** Lets go of files and tables. Nothing may be asked after. */
  close(): void {
    this.#unwinder.close();
  }
}

/** The C library's own alias of a function (`__GI___clone3`), as the function that people know. */
function knownName(symbol: string): string {
  return symbol.replace(/^__GI_/, '');
}

/** As debuggers say it, where libc has no symbol for it. */
function signalName({ isSignalTrampoline }: UnwoundFrame): string | null {
  return isSignalTrampoline ? '<signal handler called>' : null;
}
