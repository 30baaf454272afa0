/**
 * Which greenlets are there, where does each stand, and what switches to what? They have no registry: the collector knows
 * them. Where one keeps its innermost frame is told by a row, and believed only if what stands there is one; where the row
 * is wrong or there is none, it is looked for: the one word of it that leads to a frame object of Python's.
 */
import { isUserSpace, toAddress } from '../../memory/address.js';
import { pointerAt } from '../../memory/reader.js';
import type { StackEnding } from '../../snapshot.js';
import { readFramesFrom } from '../frames.js';
import { type GreenletFields, type GreenletRow, greenletRow } from '../layouts/greenlet-fields.js';
import { reasonOf } from '../problem.js';
import type { Python } from '../python.js';
import { RanCode } from '../ran-code.js';
import type { Objects } from '../waits/objects.js';
import { WaitTools } from '../waits/tools.js';
import type { RanFrame } from '../waits/value-stack.js';
import { MemoryWithSavedStack, type SavedStack } from './saved-stack.js';

/**
 * `running`: of its thread's, the one that runs, whose stack is the thread's. `unknown`: it has a stack that was not found.
 */
export type GreenletState = 'unstarted' | 'suspended' | 'running' | 'dead' | 'unknown';

export interface GreenletWalk {
  /** Of the PyGreenlet. */
  readonly address: number;
  readonly state: GreenletState;
  /** Whether it is what its thread ran before there was any other. */
  readonly isMain: boolean;
  /** 0: none, or not known. */
  readonly parent: number;
  /** The main one of its thread; 0: not known. */
  readonly main: number;
  /** Of one that is not started: what it will call; 0: not known. */
  readonly run: number;
  /** Innermost first; of one that is suspended. */
  readonly frames: readonly RanFrame[];
  readonly ending: StackEnding;
  /** Addresses on the C stack of its thread, which tell whose it is; 0: none. */
  readonly stackStart: number;
  readonly stackStop: number;
  /** What of its C stack was copied away; null: nothing. */
  readonly saved: SavedStack | null;
}

/** What a word of all ones is when it is read as a number: `stack_stop` of a main one. */
const ALL_ONES = 2 ** 64;
/** As long as the longest structure that holds the state, and a little. */
const STATE_BYTES = 320;
/** Classes in a line of inheritance. */
const LINE_LIMIT = 50;
const NO_FRAMES: StackEnding = { kind: 'complete', reason: null };

/** Which of the objects at those addresses are greenlets, by their types. */
export class GreenletTypes {
  readonly #python: Python;
  readonly #objects: Objects;
  readonly #known = new Map<number, boolean>();

  constructor(python: Python) {
    this.#python = python;
    this.#objects = python.the(WaitTools).objects;
  }

  /** Whether instances of the type are greenlets. */
  has(type: number): boolean {
    let is = this.#known.get(type);
    if (is === undefined) {
      is = this.#derives(type);
      this.#known.set(type, is);
    }
    return is;
  }

  isGreenlet(object: number): boolean {
    return isUserSpace(object) && object % 8 === 0 && this.has(this.#typeOf(object));
  }

  #typeOf(object: number): number {
    return this.#objects.pointer(object, this.#python.layout.PyObject.ob_type);
  }

  #derives(type: number): boolean {
    const { tp_name, tp_base } = this.#python.layout.PyTypeObject;
    let at = type;
    for (let depth = 0; depth < LINE_LIMIT && isUserSpace(at) && at % 8 === 0; depth++) {
      if (this.#objects.cString(this.#objects.pointer(at, tp_name)) === 'greenlet.greenlet') return true;
      at = this.#objects.pointer(at, tp_base);
    }
    return false;
  }
}

/** Reads them one by one. `version`: `greenlet.__version__`; null: not known. */
export class GreenletReader {
  readonly #python: Python;
  readonly #objects: Objects;
  readonly #types: GreenletTypes;
  readonly #row: GreenletRow | null;
  readonly #memory: MemoryWithSavedStack;
  readonly #over: Python;

  constructor(python: Python, version: string | null) {
    this.#python = python;
    this.#objects = python.the(WaitTools).objects;
    this.#types = python.the(GreenletTypes);
    this.#row = version === null ? null : greenletRow(python.layout, version);
    this.#memory = new MemoryWithSavedStack(python.memory);
    this.#over = python.over(this.#memory);
  }

  /** null: it is no greenlet any more. Throws only what is not a failure of the target's memory. */
  read(address: number): GreenletWalk | null {
    if (!this.#types.isGreenlet(address)) return null;
    try {
      return this.#read(address);
    } catch (error) {
      return { ...UNKNOWN, address, ending: { kind: 'truncated', reason: reasonOf(error) } };
    }
  }

  #read(address: number): GreenletWalk {
    const row = this.#row;
    const place = row === null ? 0 : row.in === 'object' ? address : this.#objects.pointer(address, row.pimpl);
    const words = place === 0 ? null : this.#words(place);
    const fields = row && words && this.#believed(address, row, words) ? row.fields : null;
    if (!fields || !words) return { ...UNKNOWN, address, ...this.#guessed(address) };
    const at = (offset: number) => words[offset / 8] ?? 0;
    const stop = at(fields.stack_stop);
    const start = at(fields.stack_start);
    const isMain = stop >= ALL_ONES;
    const parent = isMain ? 0 : at(fields.parent);
    const main = isMain ? address : fields.main_greenlet === undefined ? 0 : at(fields.main_greenlet);
    const top = at(fields.top_frame);
    const size = at(fields.stack_saved);
    const saved = start > 1 && size > 0 && size < 2 ** 31 ? { start, size, copy: at(fields.stack_copy) } : null;
    const common = {
      address,
      isMain,
      parent,
      main,
      run: 0,
      saved,
      stackStart: start > 1 ? start : 0,
      stackStop: isMain ? 0 : stop,
    };
    if (stop === 0) return { ...common, state: 'unstarted', run: at(fields.run), frames: [], ending: NO_FRAMES };
    if (start === 0) return { ...common, state: 'dead', frames: [], ending: NO_FRAMES };
    if (top === 0) {
      return {
        ...common,
        state: this.#runs(address, main, fields) ? 'running' : 'unknown',
        frames: [],
        ending: NO_FRAMES,
      };
    }
    return { ...common, state: 'suspended', ...this.#stackFrom(top, saved) };
  }

  /** The words of the structure, as far as it can be read. */
  #words(place: number): number[] | null {
    return this.#objects.attempt(() => {
      const view = this.#python.memory.read(toAddress(place), STATE_BYTES);
      return Array.from({ length: STATE_BYTES / 8 }, (_, i) => pointerAt(view, 8 * i));
    });
  }

  /** Whether what stands where the row says can be what the row says. */
  #believed(address: number, { fields, in: kind }: GreenletRow, words: readonly number[]): boolean {
    const at = (offset: number) => words[offset / 8] ?? 0;
    const top = at(fields.top_frame);
    if (top !== 0 && this.#firstOf(top) === null) return false;
    const stop = at(fields.stack_stop);
    if (stop !== 0 && stop < ALL_ONES && !isUserSpace(stop)) return false;
    const isMain = stop >= ALL_ONES;
    if (kind === 'pimpl' && isMain) return true;
    const others = isMain ? [] : [at(fields.parent), fields.main_greenlet === undefined ? 0 : at(fields.main_greenlet)];
    return others.every((other) => other === 0 || (other !== address && this.#types.isGreenlet(other)));
  }

  /** Whether the main one's thread runs this one. By 1.x nobody says so: of what has no frame of its own, it is the one. */
  #runs(address: number, main: number, { thread_state }: GreenletFields): boolean {
    if (thread_state === undefined) return true;
    const row = this.#row;
    if (!row || main === 0) return false;
    const state = this.#objects.pointer(this.#objects.pointer(main, row.pimpl), thread_state);
    const [itsMain = 0, current = 0] = this.#objects.words(state, 2);
    return itsMain === main && current === address;
  }

  /** The frame that a walk begins at if `object` is a frame object whose call goes on; null: it is none. */
  #firstOf(object: number): number | null {
    if (this.#objects.typeName(object) !== 'frame') return null;
    const { frames, PyObject } = this.#python.layout;
    switch (frames.kind) {
      case 'frame-objects':
        return object;
      case 'interpreter-frames': {
        // PyFrameObject: f_back, f_frame.
        const frame = this.#objects.pointer(object, PyObject.sizeof + 8);
        return this.#objects.pointer(frame, frames._PyInterpreterFrame.frame_obj) === object ? frame : null;
      }
    }
  }

  #stackFrom(top: number, saved: SavedStack | null): Pick<GreenletWalk, 'frames' | 'ending'> {
    const first = this.#firstOf(top);
    if (first === null) return { frames: [], ending: { kind: 'truncated', reason: 'its innermost frame is none' } };
    this.#memory.of = saved;
    try {
      const { frames, ending } = readFramesFrom(this.#over, first);
      const ran = this.#python.the(RanCode);
      return { frames: frames.map((frame) => ({ ...frame, ran: ran.of(frame.code) })), ending };
    } finally {
      this.#memory.of = null;
    }
  }

  /** What can be told where no row fits: the stack that begins with the one frame object that it leads to. */
  #guessed(address: number): Partial<GreenletWalk> {
    const own = this.#framesAmong(this.#words(address) ?? []);
    const pimpl = this.#objects.pointer(address, this.#python.layout.PyObject.sizeof + 16);
    const found = own.length > 0 || !isUserSpace(pimpl) ? own : this.#framesAmong(this.#words(pimpl) ?? []);
    const [top] = found;
    if (top === undefined || found.length > 1) {
      return { ending: { kind: 'truncated', reason: 'this build of greenlet keeps its stack where it is not known' } };
    }
    return { state: 'suspended', ...this.#stackFrom(top, null) };
  }

  #framesAmong(words: readonly number[]): number[] {
    return [...new Set(words)].filter((word) => this.#firstOf(word) !== null);
  }
}

const UNKNOWN: GreenletWalk = {
  address: 0,
  state: 'unknown',
  isMain: false,
  parent: 0,
  main: 0,
  run: 0,
  frames: [],
  ending: NO_FRAMES,
  stackStart: 0,
  stackStop: 0,
  saved: null,
};
