/**
 * Where do suspended frames, functions and asyncio's own objects keep what tells what a task waits for? Offsets are of
 * ordinary builds; {@link taskFieldsOf} moves those of objects with the object header.
 *
 * asyncio's structures are private to Modules/_asynciomodule.c and have changed in patch releases. What can be told by the
 * sizes that their types state is told by those (`by-size`); 3.14 and later describe themselves (`.AsyncioDebug`).
 */
import type { Layout } from './layout.js';
import type { Offset } from './offset.js';

export interface TaskFields {
  /** How deep the value stack of a suspended frame is. */
  readonly depth:
    | {
        /** PyObject**: one past its top (up to 3.9). */
        readonly kind: 'f_stacktop';
        readonly f_valuestack: Offset;
        readonly f_stacktop: Offset;
      }
    | {
        /** int: how many are on it (3.10). */
        readonly kind: 'f_stackdepth';
        readonly f_valuestack: Offset;
        readonly f_stackdepth: Offset;
      }
    /** int, counted from `localsplus` (3.11 – 3.13). Inside _PyInterpreterFrame. */
    | { readonly kind: 'stacktop'; readonly stacktop: Offset }
    /** _PyStackRef*: one past its top (3.14+). Inside _PyInterpreterFrame. */
    | { readonly kind: 'stackpointer'; readonly stackpointer: Offset };
  /** How it shows that a generator is in a `yield from` or `await`. */
  readonly delegates: /** The instruction behind the one it stands at (up to 3.10). */
    | { readonly kind: 'YIELD_FROM'; readonly opcode: number }
    /** The argument of the RESUME behind it: 2 and more (3.11, 3.12). */
    | { readonly kind: 'RESUME' }
    /** `gi_frame_state` (3.13+). */
    | { readonly kind: 'state'; readonly FRAME_SUSPENDED_YIELD_FROM: number; readonly locked?: number };
  /** How many slots below the top of the stack is what it delegates to: 3.15 has an index above it. */
  readonly awaited: 1 | 2;
  readonly asyncio: AsyncioFields;
  /** PyObject* tuple of cells. */
  readonly func_closure: Offset;
  /** PyObject* tuple. */
  readonly func_defaults: Offset;
  /** int: `sock_fd` of PySocketSockObject. Private to Modules/socketmodule.c, the same since 2.7. */
  readonly sock_fd: Offset;
}

export interface AsyncioFields {
  /** Of FutureObj and TaskObj. 3.6: there is none, but the list of all callbacks. */
  readonly fut_callback0?: Offset;
  /** list of callbacks, 3.7+ of tuples that begin with one. */
  readonly fut_callbacks: Offset;
  /**
   * `by-size`: fut_state is three ints before `tp_dictoffset`, and task_fut_waiter behind a whole FutureObj; task_must_cancel
   * (int) so many bytes behind task_coro. `row`: as the row says, if the types have these sizes. `described`: by the table.
   */
  readonly task:
    | { readonly kind: 'by-size'; readonly hasName: boolean; readonly must_cancel: number; readonly cancels?: number }
    | {
        readonly kind: 'row';
        readonly sizes: { readonly future: number; readonly task: number };
        readonly fut_state: Offset;
        readonly task_coro: Offset;
        /** unsigned char, of which bit 2 is task_must_cancel. */
        readonly bits: Offset;
        /** int: how often it was asked to end. */
        readonly task_num_cancels_requested: Offset;
      }
    | { readonly kind: 'described' };
  /** Which tasks there are: `set`: `_all_tasks`; `sets`: `_scheduled_tasks` and `_eager_tasks`; `lists`: of threads and interpreters besides. */
  readonly registry: 'none' | 'set' | 'sets' | 'lists';
}

/** sizeof(PyObject) of the builds that the rows are of. */
const ORDINARY_HEADER = 16;

const OLD_DEPTH = { kind: 'f_stacktop', f_valuestack: 64, f_stacktop: 72 } as const;
/** https://github.com/python/cpython/blob/v3.8.18/Include/opcode.h (YIELD_FROM: the same from 3.6 to 3.10) */
const YIELD_FROM = { kind: 'YIELD_FROM', opcode: 72 } as const;
const OLD = {
  awaited: 1,
  depth: OLD_DEPTH,
  delegates: YIELD_FROM,
  func_closure: 48,
  func_defaults: 32,
  sock_fd: 16,
} as const;
const CALLBACKS = { fut_callback0: 24, fut_callbacks: 40 } as const;
const NEW = { awaited: 1, func_closure: 72, func_defaults: 56, sock_fd: 16 } as const;
const STACKTOP = { kind: 'stacktop', stacktop: 64 } as const;
const NAMED = { kind: 'by-size', hasName: true, must_cancel: 24 } as const;
const CANCELS = { ...NAMED, cancels: 32 } as const;

const ROWS: Readonly<Record<string, TaskFields>> = {
  '3.6': {
    ...OLD,
    asyncio: {
      fut_callbacks: 24,
      task: { kind: 'by-size', hasName: false, must_cancel: 8 },
      registry: 'none',
    },
  },
  '3.7': {
    ...OLD,
    asyncio: { ...CALLBACKS, task: { kind: 'by-size', hasName: false, must_cancel: 16 }, registry: 'set' },
  },
  '3.8': { ...OLD, asyncio: { ...CALLBACKS, task: NAMED, registry: 'set' } },
  '3.9': { ...OLD, asyncio: { ...CALLBACKS, task: NAMED, registry: 'set' } },
  '3.10': {
    ...NEW,
    depth: { kind: 'f_stackdepth', f_valuestack: 64, f_stackdepth: 80 },
    delegates: YIELD_FROM,
    asyncio: { ...CALLBACKS, task: NAMED, registry: 'set' },
  },
  '3.11': {
    ...NEW,
    depth: STACKTOP,
    delegates: { kind: 'RESUME' },
    asyncio: { ...CALLBACKS, task: CANCELS, registry: 'set' },
  },
  '3.12': {
    ...NEW,
    depth: STACKTOP,
    delegates: { kind: 'RESUME' },
    asyncio: { ...CALLBACKS, task: CANCELS, registry: 'sets' },
  },
  '3.13': {
    ...NEW,
    depth: STACKTOP,
    delegates: { kind: 'state', FRAME_SUSPENDED_YIELD_FROM: -1 },
    asyncio: {
      ...CALLBACKS,
      task: {
        kind: 'row',
        sizes: { future: 104, task: 144 },
        fut_state: 96,
        task_coro: 120,
        bits: 100,
        task_num_cancels_requested: 104,
      },
      registry: 'sets',
    },
  },
  '3.14': {
    ...NEW,
    depth: { kind: 'stackpointer', stackpointer: 64 },
    delegates: { kind: 'state', FRAME_SUSPENDED_YIELD_FROM: -1 },
    asyncio: { ...CALLBACKS, task: { kind: 'described' }, registry: 'lists' },
  },
  '3.15': {
    ...NEW,
    awaited: 2,
    depth: { kind: 'stackpointer', stackpointer: 64 },
    // https://github.com/python/cpython/blob/v3.15.0a3/Include/internal/pycore_frame.h (FRAME_SUSPENDED_YIELD_FROM_LOCKED)
    delegates: { kind: 'state', FRAME_SUSPENDED_YIELD_FROM: 2, locked: 3 },
    asyncio: { ...CALLBACKS, task: { kind: 'described' }, registry: 'lists' },
  },
};

/** Those of the version that the layout is of, as its build has them; null: of no version with tasks that is known. */
export function taskFieldsOf(layout: Layout): TaskFields | null {
  const row = ROWS[layout.version];
  const extra = layout.PyObject.sizeof - ORDINARY_HEADER;
  if (!row || extra === 0) return row ?? null;
  const { depth, asyncio } = row;
  return {
    ...row,
    // Only frame objects have an object header.
    depth: depth.kind === 'f_stacktop' || depth.kind === 'f_stackdepth' ? moved(depth, extra) : depth,
    asyncio: {
      ...moved({ fut_callback0: asyncio.fut_callback0, fut_callbacks: asyncio.fut_callbacks }, extra),
      registry: asyncio.registry,
      task:
        asyncio.task.kind === 'row'
          ? { ...moved(asyncio.task, extra), sizes: moved(asyncio.task.sizes, extra) }
          : asyncio.task,
    } as AsyncioFields,
    ...moved({ func_closure: row.func_closure, func_defaults: row.func_defaults, sock_fd: row.sock_fd }, extra),
  };
}

/** Every number of a structure moved; what is no number stays. */
function moved<T extends object>(struct: T, by: number): T {
  const entries = Object.entries(struct).map(([name, value]) => [name, typeof value === 'number' ? value + by : value]);
  return Object.fromEntries(entries) as T;
}
