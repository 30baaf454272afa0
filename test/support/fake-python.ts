/** What does an interpreter look like in memory? Draws its structures into FakeMemory, as a layout row says. */

import type { Address } from '../../src/memory/address.js';
import type { Layout } from '../../src/python/layouts/layout.js';
import { Python, type PythonRuntime } from '../../src/python/python.js';
import type { ThreadStateWalk } from '../../src/python/runtime.js';
import { type RuntimeLayout, withRuntime } from './layouts.js';
import { FakeMemory } from './memory.js';

export interface FrameDrawing {
  code: Address;
  /** Bytes into the bytecode; -1: not started. */
  lasti?: number;
  previous?: number;
  owner?: number;
  isEntry?: boolean;
  /** Where there is room for it. Default: wherever there is. */
  at?: Address;
}

/** More than `_PyRuntime` or an interpreter state takes of any version. */
export const STATE_BYTES = 2 ** 19;
/** Room for what a frame holds. */
const SLOTS_BYTES = 64;

/** One interpreter with one main interpreter state and as many thread states as are asked for. */
export class FakePython {
  readonly memory = new FakeMemory();
  readonly layout: RuntimeLayout;
  readonly runtime: PythonRuntime;
  readonly interpreter: Address;
  readonly gil: Address;
  readonly #types = new Map<string, Address>();
  #threads = 0;

  constructor(row: Layout) {
    const layout = withRuntime(row);
    this.layout = layout;
    const address = this.memory.allocate(STATE_BYTES);
    const [major = 0, minor = 0] = layout.version.split('.').map(Number);
    this.runtime = { address, layout, version: { major, minor, patch: null } };
    this.interpreter = this.memory.allocate(STATE_BYTES);
    this.memory.word(address + layout._PyRuntimeState['interpreters.head'], this.interpreter);
    this.memory.word(address + layout._PyRuntimeState['interpreters.main'], this.interpreter);
    const { initialized } = layout._PyRuntimeState;
    if (initialized !== undefined) this.memory.int(address + initialized, 1);
    if (layout.gil.kind === 'runtime') {
      this.gil = (address + layout.gil.gil) as Address;
    } else {
      this.gil = this.memory.allocate(layout.gil.fields.sizeof);
      this.memory.word(this.interpreter + layout.gil['ceval.gil'], this.gil);
    }
  }

  /** A handle that remembers nothing yet of what may have been drawn since the last. */
  get handle(): Python {
    return new Python(this.runtime, this.memory);
  }

  /** The type of that name, always the same one. */
  type(name: string): Address {
    let type = this.#types.get(name);
    if (type === undefined) {
      type = this.memory.allocate(this.layout.PyTypeObject.sizeof);
      this.memory.word(type + this.layout.PyTypeObject.tp_name, this.memory.cString(name));
      this.#types.set(name, type);
    }
    return type;
  }

  /** An object of `size` bytes with its type set. */
  object(type: string, size: number, address = this.memory.allocate(size)): Address {
    this.memory.word(address + this.layout.PyObject.ob_type, this.type(type));
    return address;
  }

  /** A `str` in the storage form that CPython would choose. */
  str(text: string): Address {
    const fields = this.layout.PyUnicodeObject;
    const points = [...text].map((character) => character.codePointAt(0) ?? 0);
    const widest = Math.max(0, ...points);
    const kind = widest < 0x100 ? 1 : widest < 0x10000 ? 2 : 4;
    const ascii = widest < 0x80;
    const start = ascii ? fields.sizeof_PyASCIIObject : fields.sizeof_PyCompactUnicodeObject;
    const address = this.object('str', start + (points.length + 1) * kind);
    this.memory.word(address + fields.length, points.length);
    const ready = fields.ready_shift === undefined ? 0 : 1 << fields.ready_shift;
    const state = (kind << fields.kind_shift) | (1 << fields.compact_shift) | (Number(ascii) << fields.ascii_shift);
    this.memory.int(address + fields.state, state | ready);
    points.forEach((point, i) => {
      for (let byte = 0; byte < kind; byte++) {
        this.memory.byte(address + start + i * kind + byte, Math.floor(point / 256 ** byte) % 256);
      }
    });
    return address;
  }

  bytes(content: Uint8Array): Address {
    const { ob_sval } = this.layout.PyBytesObject;
    const address = this.object('bytes', ob_sval + content.length + 1);
    this.memory.word(address + this.layout.PyVarObject.ob_size, content.length);
    content.forEach((byte, i) => {
      this.memory.byte(address + ob_sval + i, byte);
    });
    return address;
  }

  code(name: string, options: { file?: Address; firstTraceable?: number; lineTable?: Uint8Array } = {}): Address {
    const fields = this.layout.PyCodeObject;
    const address = this.object('code', fields.sizeof + 400);
    const text = this.str(name);
    this.memory.word(address + fields.co_name, text);
    this.memory.word(address + fields.co_filename, options.file === undefined ? this.str(`/${name}.py`) : options.file);
    if (fields.co_qualname) this.memory.word(address + fields.co_qualname, this.str(`Class.${name}`));
    this.memory.word(address + fields.co_linetable, this.bytes(options.lineTable ?? new Uint8Array(0)));
    this.memory.int(address + fields.co_firstlineno, 11);
    if (fields._co_firsttraceable) this.memory.int(address + fields._co_firsttraceable, options.firstTraceable ?? 0);
    return address;
  }

  /** A frame of the layout's kind. `previous` is the next outer one. */
  frame(drawing: FrameDrawing): Address {
    const { frames } = this.layout;
    const { code, lasti = 4, previous = 0, owner = 0, isEntry = false } = drawing;
    if (frames.kind === 'frame-objects') {
      const fields = frames.PyFrameObject;
      const address = this.object('frame', fields.f_localsplus + SLOTS_BYTES, drawing.at);
      this.memory.word(address + fields.f_back, previous);
      this.memory.word(address + fields.f_code, code);
      const unit = frames.lasti === 'instructions' ? 2 : 1;
      this.memory.int(address + fields.f_lasti, lasti < 0 ? -1 : lasti / unit);
      return address;
    }
    const fields = frames._PyInterpreterFrame;
    const address = drawing.at ?? this.memory.allocate(fields.localsplus + SLOTS_BYTES);
    this.memory.word(address + fields.previous, previous);
    this.memory.word(address + fields.f_code, code);
    const start = code + (this.layout.PyCodeObject.co_code_adaptive ?? 0);
    this.memory.word(address + fields.instr, start + (lasti < 0 ? -2 : lasti));
    this.memory.byte(address + fields.owner, owner);
    if (fields.is_entry !== undefined) this.memory.byte(address + fields.is_entry, Number(isEntry));
    return address;
  }

  /** What marks an eval loop's beginning between frames (3.12+). */
  shim(previous = 0): Address {
    const { frames } = this.layout;
    const owner = frames.kind === 'interpreter-frames' ? frames.FRAME_OWNED_BY_CSTACK : undefined;
    if (owner === undefined) throw new Error(`${this.layout.version} has no shims`);
    return this.frame({ code: this.object('NoneType', 16), previous, owner });
  }

  setPrevious(frame: Address, previous: number): void {
    const { frames } = this.layout;
    const offset = frames.kind === 'frame-objects' ? frames.PyFrameObject.f_back : frames._PyInterpreterFrame.previous;
    this.memory.word(frame + offset, previous);
  }

  /** A thread state at the head of the list, whose innermost frame is `frame`. */
  thread(frame = 0, ids: { threadId?: number; nativeThreadId?: number } = {}): ThreadStateWalk {
    const fields = this.layout.PyThreadState;
    const address = this.memory.allocate(fields.sizeof);
    const head = this.interpreter + this.layout.PyInterpreterState.threads_head;
    const next = Number(this.memory.read(head as Address, 8).getBigUint64(0, true));
    this.memory.word(address + fields.next, next);
    if (next !== 0) this.memory.word(next + fields.prev, address);
    this.memory.word(head, address);
    this.memory.word(address + fields.interp, this.interpreter);
    this.memory.word(address + fields.id, ++this.#threads);
    this.memory.word(address + fields.thread_id, ids.threadId ?? 0);
    if (fields.native_thread_id) this.memory.word(address + fields.native_thread_id, ids.nativeThreadId ?? 0);
    const { frames } = this.layout;
    if (frames.kind === 'frame-objects') {
      this.memory.word(address + frames.tstate_frame, frame);
    } else if (frames.current === 'tstate') {
      this.memory.word(address + frames.tstate_current, frame);
    } else {
      const cframe = this.memory.allocate(64);
      this.memory.word(cframe + (frames.cframe_current_frame ?? 0), frame);
      this.memory.word(address + frames.tstate_current, cframe);
    }
    return {
      address,
      uniqueId: this.#threads,
      interpreter: this.interpreter,
      interpreterId: 0,
      threadId: ids.threadId ?? 0,
      nativeThreadId: fields.native_thread_id === undefined ? null : (ids.nativeThreadId ?? 0),
      prev: null,
      next: next === 0 ? null : (next as Address),
      bound: null,
      attachment: null,
      currentFrame: null,
    };
  }
}
