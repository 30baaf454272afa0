/**
 * Who called whom, and what are they called? The only importer of `pystack_unwind.node`, which holds libdw and is loaded
 * when native stacks are asked for, so that nobody else needs libdw. Pure: registers and copied bytes in, frames out; the
 * target is never touched.
 */

import { formatAddress } from '../memory/address.js';
import type { PlacedBytes } from '../memory/ranges.js';
import { loadAddon } from '../process/addon-file.js';
import type { Architecture } from '../process/arch.js';
import type { StackEnding } from '../snapshot.js';
import type { NativeModule } from './modules.js';
import type { Registers } from './registers.js';
import { registerName } from './registers.js';

export interface UnwinderOptions {
  readonly machine: Architecture;
  readonly modules: readonly NativeModule[];
  /** start, end of everything executable, code without a file (JIT) included. */
  readonly executable: readonly { readonly start: number; readonly end: number }[];
  /** Directories with separate debug files as seen from here. Default: /usr/lib/debug. */
  readonly debugRoots?: readonly string[];
  /** What a module's path is below of, seen from here, e.g. /proc/123/root. Default: nothing. */
  readonly targetRoot?: string;
  /** Whether C++ and Rust names are demangled. Default true. */
  readonly demangle?: boolean;
  /** How long the servers of debug information that DEBUGINFOD_URLS names may be waited for in all, ms. Default 0: never. */
  readonly debuginfodMs?: number;
  /** Told while one is waited for: the module's path, bytes had, bytes expected (0: unknown). */
  readonly onProgress?: (path: string, had: number, expected: number) => void;
  /** Frames after which a stack is given up. Default 100,000. */
  readonly maxFrames?: number;
}

/** Bits of {@link UnwoundFrame.flags}; the numbers are native/unwind/unwinder.h's. */
const FLAG = { activation: 1, byFramePointer: 2, signalTrampoline: 4 } as const;

export interface UnwoundFrame {
  readonly pc: number;
  /** Canonical frame address: the stack pointer in the caller before the call. Null for the last of a cut-off stack. */
  readonly cfa: number | null;
  /** `pc` is this frame's next instruction (the innermost frame, one that a signal interrupted), else a return address. */
  readonly isActivation: boolean;
  /** Found by following the frame pointer, because what it called has no unwind data. */
  readonly byFramePointer: boolean;
  /** The kernel's trampoline around a signal handler. */
  readonly isSignalTrampoline: boolean;
}

/** Why a stack ends; `detail` tells more. */
export type UnwindStop =
  | { readonly kind: 'complete' }
  /** A rule needs a register that is not known: stop the thread to learn it. */
  | { readonly kind: 'needs-register'; readonly register: string }
  /** The word at `address` was not copied: copy more and try again. */
  | { readonly kind: 'memory-missing'; readonly address: number }
  /** Code made at run time may keep a frame record at `address`, apart from the stack: copy that and try again. */
  | { readonly kind: 'record-missing'; readonly address: number }
  | { readonly kind: 'no-unwind-data' | 'bad-unwind-data' | 'loop'; readonly pc: number }
  | { readonly kind: 'limit'; readonly frames: number };

export interface UnwoundStack {
  /** Innermost first. */
  readonly frames: readonly UnwoundFrame[];
  readonly stop: UnwindStop;
}

/** What is known of one function call at an address. */
export interface SymbolisedFrame {
  /** Demangled, without symbol version; null: no symbol covers the address. */
  readonly symbol: string | null;
  readonly rawSymbol: string | null;
  /** Bytes from the start of the symbol; null for inlined calls. */
  readonly offset: number | null;
  readonly file: string | null;
  readonly line: number | null;
  readonly inlined: boolean;
}

export interface SymbolisedAddress {
  /** Path of the module in the target's own file system; null: code without a file. */
  readonly library: string | null;
  /** Innermost first: calls inlined at this address, then the function that is really there. Never empty. */
  readonly frames: readonly SymbolisedFrame[];
}

export interface SymbolisedUnwound {
  readonly frame: UnwoundFrame;
  readonly name: SymbolisedAddress;
}

interface AddonUnwinder {
  unwind(registers: BigUint64Array, known: Uint8Array, memory: readonly PlacedBytes[]): AddonStack;
  name(pcs: Float64Array, flags: Uint8Array): SymbolisedAddress[];
  isPartOf(pc: number, flags: number, symbol: string): boolean;
  problems(): { path: string; problem: string }[];
  close(): void;
}

interface AddonStack {
  readonly pcs: Float64Array;
  readonly cfas: Float64Array;
  readonly flags: Uint8Array;
  readonly ending: UnwindStop['kind'];
  readonly detail: number;
}

interface UnwindAddon {
  Unwinder: new (options: Record<string, unknown>) => AddonUnwinder;
}

/**
 * Unwinds and names the stacks of one process whose modules do not change meanwhile. Modules are opened, and their
 * symbols and source lines read, when the first address in them is asked about; all is kept for the next.
 */
export class Unwinder {
  readonly #machine: Architecture;
  readonly #native: AddonUnwinder;
  /** By {@link nameKey}. */
  readonly #names = new Map<number, SymbolisedAddress>();

  /** Throws PystackError `addon-missing` when the addon or libdw is not there. */
  constructor(options: UnwinderOptions) {
    this.#machine = options.machine;
    this.#native = new (addon().Unwinder)({
      machine: options.machine,
      modules: options.modules.map(({ path, buildId, segments, open }) => ({
        path,
        buildId: buildId ?? '',
        segments: Float64Array.from(
          segments.flatMap(({ start, end, fileOffset, executable }) => [start, end, fileOffset, executable ? 1 : 0]),
        ),
        open,
      })),
      executable: Float64Array.from(options.executable.flatMap(({ start, end }) => [start, end])),
      debugRoots: [...(options.debugRoots ?? ['/usr/lib/debug'])],
      targetRoot: options.targetRoot ?? '',
      demangle: options.demangle ?? true,
      debuginfodMs: options.debuginfodMs ?? 0,
      onProgress: options.onProgress,
      maxFrames: options.maxFrames ?? 100_000,
    });
  }

  /** Follows a stack from what is known of the registers; whatever else it needs is read from the copied ranges. */
  unwind(registers: Registers, memory: readonly PlacedBytes[]): UnwoundStack {
    const { pcs, cfas, flags, ending, detail } = this.#native.unwind(registers.values, registers.known, memory);
    const frames: UnwoundFrame[] = [];
    pcs.forEach((pc, i) => {
      const flag = flags[i] ?? 0;
      const cfa = cfas[i] ?? 0;
      frames.push({
        pc,
        cfa: cfa === 0 ? null : cfa,
        isActivation: (flag & FLAG.activation) !== 0,
        byFramePointer: (flag & FLAG.byFramePointer) !== 0,
        isSignalTrampoline: (flag & FLAG.signalTrampoline) !== 0,
      });
    });
    return { frames, stop: this.#stop(ending, detail) };
  }

  /** The frames, in order, named. Equal addresses, of which many threads have many, have the same object for a name. */
  symbolise(frames: readonly UnwoundFrame[]): SymbolisedUnwound[] {
    const fresh = new Map<number, UnwoundFrame>();
    for (const frame of frames) {
      const key = nameKey(frame);
      if (!this.#names.has(key)) fresh.set(key, frame);
    }
    if (fresh.size > 0) this.#name(fresh);
    return frames.map((frame) => ({ frame, name: this.#names.get(nameKey(frame)) ?? NAMELESS }));
  }

  #name(fresh: ReadonlyMap<number, UnwoundFrame>): void {
    const asked = [...fresh];
    const named = this.#native.name(
      Float64Array.from(asked, ([, { pc }]) => pc),
      Uint8Array.from(asked, ([, frame]) => flagsOf(frame)),
    );
    named.forEach((name, i) => {
      const key = asked[i]?.[0];
      if (key !== undefined) this.#names.set(key, name);
    });
  }

  /**
   * Whether the nameless code of a frame is a part of the function `symbol` of the same module: compilers put what is
   * rarely executed elsewhere, and stripped files do not tell where.
   */
  isPartOf(frame: UnwoundFrame, symbol: string): boolean {
    return this.#native.isPartOf(frame.pc, flagsOf(frame), symbol);
  }

  /** Modules that were needed and could not be used, and why. */
  problems(): { path: string; problem: string }[] {
    return this.#native.problems();
  }

  /** Lets go of files and tables, tens of MiB. Nothing may be asked after. */
  close(): void {
    this.#native.close();
  }

  #stop(kind: UnwindStop['kind'], detail: number): UnwindStop {
    switch (kind) {
      case 'complete':
        return { kind };
      case 'needs-register':
        return { kind, register: registerName(this.#machine, detail) };
      case 'memory-missing':
      case 'record-missing':
        return { kind, address: detail };
      case 'limit':
        return { kind, frames: detail };
      default:
        return { kind, pc: detail };
    }
  }
}

const NAMELESS: SymbolisedAddress = {
  library: null,
  frames: [{ symbol: null, rawSymbol: null, offset: null, file: null, line: null, inlined: false }],
};

/** The same pc means different places as the next instruction and as a return address: the latter are negative. */
function nameKey({ pc, isActivation, isSignalTrampoline }: UnwoundFrame): number {
  return isActivation || isSignalTrampoline ? pc : -pc;
}

function flagsOf({ isActivation, isSignalTrampoline }: UnwoundFrame): number {
  return (isActivation ? FLAG.activation : 0) | (isSignalTrampoline ? FLAG.signalTrampoline : 0);
}

/** A stop in the words of the result. */
export function describeStop(stop: UnwindStop): StackEnding {
  switch (stop.kind) {
    case 'complete':
      return { kind: 'complete', reason: null };
    case 'needs-register':
      return truncated(`the caller is known only with register ${stop.register}, which a thread shows when stopped`);
    case 'memory-missing':
      return truncated(`the stack at ${formatAddress(stop.address)} was not copied`);
    case 'record-missing':
      return truncated(
        `no unwind data for code made at run time, whose frame pointer is ${formatAddress(stop.address)}`,
      );
    case 'no-unwind-data':
      return truncated(`no unwind data for the code at ${formatAddress(stop.pc)}`);
    case 'bad-unwind-data':
      return truncated(`the unwind data for the code at ${formatAddress(stop.pc)} makes no sense`);
    case 'loop':
      return truncated(`the stack leads back to ${formatAddress(stop.pc)}`);
    case 'limit':
      return truncated(`more than ${stop.frames} native frames`);
  }
}

function truncated(reason: string): StackEnding {
  return { kind: 'truncated', reason };
}

/** Throws PystackError `addon-missing` now rather than when the first stack has been copied. */
export function requireUnwinder(): void {
  addon();
}

let loaded: UnwindAddon | undefined;

function addon(): UnwindAddon {
  loaded ??= loadAddon('pystack_unwind') as UnwindAddon;
  return loaded;
}
