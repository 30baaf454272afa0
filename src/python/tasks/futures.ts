/** What do a future and a task of asyncio say of themselves? Those that C made by their structure, others by their attributes. */
import { offsetBy, toAddress } from '../../memory/address.js';
import { CorruptData } from '../../memory/reader.js';
import { type TaskFields, taskFieldsOf } from '../layouts/task-fields.js';
import type { TypeFacts } from '../objects.js';
import type { Python } from '../python.js';
import type { Objects } from '../waits/objects.js';
import type { AsyncioTable } from './asyncio-table.js';
import type { AwaitableType, AwaitableTypes } from './kinds.js';
import type { SuspendedFrames } from './suspended.js';

/** Callbacks of one future that are looked at. */
const CALLBACKS_LIMIT = 10_000;

export type FutureState = 'PENDING' | 'CANCELLED' | 'FINISHED';

export interface TaskFacts {
  readonly object: number;
  readonly type: AwaitableType;
  readonly loop: number;
  readonly state: FutureState;
  readonly coro: number;
  /** The future that it waits for; 0: for none. */
  readonly waiter: number;
  readonly name: string | null;
  /** Whether it has been asked to end. */
  readonly cancelling: boolean;
}

/** Offsets in C's FutureObj and TaskObj. */
interface Offsets {
  readonly state: number;
  readonly coro: number;
  readonly name: number | null;
  readonly mustCancel: { readonly offset: number; readonly mask: number };
  readonly cancels: number | null;
}

const STATES = ['PENDING', 'CANCELLED', 'FINISHED'] as const;

export class Futures {
  readonly #python: Python;
  readonly #objects: Objects;
  readonly #types: AwaitableTypes;
  readonly #frames: SuspendedFrames;
  readonly #fields: TaskFields;
  readonly #table: AsyncioTable | null;
  readonly #offsets = new Map<TypeFacts, Offsets>();

  /** Throws CorruptData where it is not known how they are built. */
  constructor(
    python: Python,
    objects: Objects,
    types: AwaitableTypes,
    frames: SuspendedFrames,
    table: AsyncioTable | null,
  ) {
    const fields = taskFieldsOf(python.layout);
    if (!fields) throw new CorruptData('no tasks of this version are known');
    this.#python = python;
    this.#objects = objects;
    this.#types = types;
    this.#frames = frames;
    this.#fields = fields;
    this.#table = table;
  }

  /** Of a task. Throws CorruptData for what is none; MemoryFault, InvalidAddress. */
  task(object: number): TaskFacts {
    const type = this.#types.of(object);
    if (type?.kind === 'task' && type.future) return this.#cTask(object, type, type.future);
    if (type?.kind === 'class') return this.#pythonTask(object, type);
    throw new CorruptData('it is no task');
  }

  /** Whether it is a task or a future. */
  isFuture(object: number): boolean {
    const kind = this.#types.of(object)?.kind;
    return kind === 'task' || kind === 'future' || (kind === 'class' && this.#isPythonFuture(object));
  }

  isTask(object: number): boolean {
    const kind = this.#types.of(object)?.kind;
    return kind === 'task' || (kind === 'class' && this.#objects.ownAttribute(object, '_coro') !== 0);
  }

  /** null: it is no future. Throws as the memory does. */
  state(object: number): FutureState | null {
    const type = this.#types.of(object);
    if (type?.future) return this.#cState(object, this.#offsetsOf(type.future));
    if (type?.kind === 'class' && this.#isPythonFuture(object)) return this.#pythonState(object);
    return null;
  }

  /** What is called when it is done. Throws as the memory does. */
  callbacks(object: number): number[] {
    const type = this.#types.of(object);
    const callbacks: number[] = [];
    let list: number;
    if (type?.future) {
      const { fut_callback0, fut_callbacks } = this.#fields.asyncio;
      const first = fut_callback0 === undefined ? 0 : this.#objects.pointer(object, fut_callback0);
      if (first !== 0) callbacks.push(first);
      list = this.#objects.pointer(object, fut_callbacks);
    } else list = this.#objects.ownAttribute(object, '_callbacks');
    if (list === 0) return callbacks;
    for (const each of this.#objects.elements(list, CALLBACKS_LIMIT)) {
      const [first = each] = this.#objects.elements(each, 1);
      callbacks.push(first);
    }
    return callbacks;
  }

  #isPythonFuture(object: number): boolean {
    return this.#objects.ownAttribute(object, '_loop') !== 0 && this.#objects.ownAttribute(object, '_callbacks') !== 0;
  }

  #cTask(object: number, type: AwaitableType, future: TypeFacts): TaskFacts {
    const { memory, layout } = this.#python;
    const offsets = this.#offsetsOf(future);
    const { coro, name, mustCancel, cancels } = offsets;
    const address = toAddress(object);
    const bits = memory.read(offsetBy(address, mustCancel.offset), 1).getUint8(0);
    const asked = cancels === null ? 0 : memory.read(offsetBy(address, cancels), 4).getInt32(0, true);
    const waiter = this.#frames.pointer(object, coro - 8);
    return {
      object,
      type,
      loop: this.#objects.pointer(object, layout.PyObject.sizeof),
      state: this.#cState(object, offsets),
      coro: this.#frames.pointer(object, coro),
      waiter: this.#orNone(waiter),
      name: name === null ? null : this.#nameOf(this.#objects.pointer(object, name)),
      cancelling: (bits & mustCancel.mask) !== 0 || asked > 0,
    };
  }

  /** From 3.12 on a name that nobody has asked for is a number. */
  #nameOf(pointer: number): string | null {
    if (pointer === 0) return null;
    if (this.#objects.typeName(pointer) === 'int') {
      const number = this.#objects.int(pointer);
      return number === null ? null : `Task-${number}`;
    }
    return this.#objects.text(pointer);
  }

  #cState(object: number, { state }: Offsets): FutureState {
    const address = toAddress(object);
    const value = this.#python.memory.read(offsetBy(address, state), 4).getInt32(0, true);
    const word = state - (state % 8);
    this.#frames.pointer(object, word);
    const known = STATES[value];
    if (known === undefined) throw new CorruptData(`a future in state ${value}`);
    return known;
  }

  /** `future`: the type `_asyncio.Future`, which all others derive from. */
  #offsetsOf(future: TypeFacts): Offsets {
    let offsets = this.#offsets.get(future);
    if (!offsets) {
      offsets = this.#readOffsets(future);
      this.#offsets.set(future, offsets);
    }
    return offsets;
  }

  #readOffsets({ basicsize, dictoffset }: TypeFacts): Offsets {
    const { task } = this.#fields.asyncio;
    switch (task.kind) {
      case 'by-size': {
        // enum, two ints, the dict.
        const state = dictoffset - 16;
        const coro = basicsize + 8;
        if (state < this.#python.layout.PyObject.sizeof || basicsize > 1024 || basicsize < dictoffset) {
          throw new CorruptData(`futures of ${basicsize} bytes with a dict at ${dictoffset}`);
        }
        return {
          state,
          coro,
          name: task.hasName ? coro + 8 : null,
          mustCancel: { offset: coro + task.must_cancel, mask: 1 },
          cancels: task.cancels === undefined ? null : coro + task.cancels,
        };
      }
      case 'row':
        if (basicsize !== task.sizes.future) throw new CorruptData(`futures of ${basicsize} bytes`);
        return {
          state: task.fut_state,
          coro: task.task_coro,
          name: task.task_coro + 8,
          mustCancel: { offset: task.bits, mask: 4 },
          cancels: task.task_num_cancels_requested,
        };
      case 'described': {
        if (!this.#table) throw new CorruptData('its _asyncio does not say how tasks are built');
        const { task_coro, task_name, task_is_task } = this.#table.asyncio_task_object;
        // The enum before the flag; behind the second flag the bits, then how often it was asked to end.
        return {
          state: task_is_task - 4,
          coro: task_coro,
          name: task_name,
          mustCancel: { offset: task_is_task + 2, mask: 4 },
          cancels: task_is_task + 4,
        };
      }
    }
  }

  #pythonTask(object: number, type: AwaitableType): TaskFacts {
    const own = (name: string) => this.#objects.ownAttribute(object, name);
    const coro = own('_coro');
    if (coro === 0) throw new CorruptData('it is no task');
    const waiter = own('_fut_waiter');
    return {
      object,
      type,
      loop: own('_loop'),
      state: this.#pythonState(object) ?? 'PENDING',
      coro,
      waiter: this.#orNone(waiter),
      name: this.#nameOf(own('_name')),
      cancelling:
        this.#objects.int(own('_must_cancel')) === 1 || (this.#objects.int(own('_num_cancels_requested')) ?? 0) > 0,
    };
  }

  #pythonState(object: number): FutureState | null {
    const text = this.#objects.text(this.#objects.attribute(object, '_state'));
    return STATES.find((state) => state === text) ?? null;
  }

  /** 0 in place of None. */
  #orNone(object: number): number {
    return this.#objects.typeName(object) === 'NoneType' ? 0 : object;
  }
}
