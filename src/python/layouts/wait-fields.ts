/**
 * Where do frames and code objects keep what tells which locks a thread has and wants? The value stack, the blocks that
 * are entered, the table of exception handlers. Offsets are of ordinary builds; {@link waitFieldsOf} moves them with the
 * object header.
 */
import type { Layout } from './layout.js';
import type { Offset } from './offset.js';

export interface WaitFields {
  /** Of PyCodeObject. */
  readonly code: {
    /** int: most slots of the value stack that a frame of it uses. */
    readonly co_stacksize: Offset;
    /** PyObject* tuple of str. */
    readonly co_names: Offset;
    /** 3.11+: PyObject* bytes. */
    readonly co_exceptiontable?: Offset;
  };
  /** Of PyFrameObject, up to 3.10. */
  readonly blocks?: {
    /** PyObject**: the bottom of the value stack. */
    readonly f_valuestack: Offset;
    /** int: how many of f_blockstack are entered. */
    readonly f_iblock: Offset;
    /**
     * PyTryBlock[20]: three ints: `b_handler`, where it is dealt with, in code units from 3.10 on, and `b_level`, how many slots were in use
     * when it was entered.
     */
    readonly f_blockstack: Offset;
  };
  /** What `with` leaves on the value stack: one object that is called at the end, or (3.14+) a function and its `self`. */
  readonly exit: 'bound' | 'pair';
  /** Builds without a GIL only. */
  readonly freeThreaded?: FreeThreadedFields;
}

/** What threads wait for where there is no GIL: the mutex that each object has, and that all others stand still. */
export interface FreeThreadedFields {
  /** Of PyObject: a PyMutex, one byte. Bit 0: it is locked; bit 1: somebody is parked for it. */
  readonly ob_mutex: Offset;
  /** Of PyThreadState: the innermost PyCriticalSection; its lowest two bits are tags. */
  readonly critical_section: Offset;
  /** Of PyInterpreterState: its struct _stoptheworld_state. That of all interpreters has moved within 3.13. */
  readonly stoptheworld: Offset;
}

/**
 * PyCriticalSection, and the longer PyCriticalSection2. `_cs_prev` is tagged as the word in the thread state is.
 * https://github.com/python/cpython/blob/v3.14.0/Include/internal/pycore_critical_section.h
 */
export const PyCriticalSection = { _cs_prev: 0, _cs_mutex: 8, _cs_mutex2: 16, INACTIVE: 1, TWO_MUTEXES: 2 } as const;

/** struct _stoptheworld_state. https://github.com/python/cpython/blob/v3.14.0/Include/internal/pycore_interp_structs.h */
export const stoptheworld = {
  /** PyMutex: one who wants all to stand still waits here for another who does. */
  mutex: 0,
  /** bool each */
  requested: 1,
  world_stopped: 2,
  /** PyEvent, set when the last thread stands. */
  stop_event: 4,
  /** PyThreadState* of who wants it, or NULL. */
  requester: 16,
} as const;

/** PyTryBlock, and how many a frame has room for. https://github.com/python/cpython/blob/v3.10.13/Include/cpython/frameobject.h */
export const PyTryBlock = { sizeof: 12, b_handler: 4, b_level: 8, most: 20 } as const;

/** sizeof(PyObject) of the builds that the rows are of. */
const ORDINARY_HEADER = 16;

const BLOCKS_3_7 = { f_valuestack: 64, f_iblock: 112, f_blockstack: 120 } as const;
const CODE_3_6 = { co_stacksize: 28, co_names: 56 } as const;
const CODE_3_8 = { co_stacksize: 32, co_names: 64 } as const;
const CODE_3_12 = { co_stacksize: 64, co_names: 32, co_exceptiontable: 40 } as const;

const ROWS: Readonly<Record<string, WaitFields>> = {
  '2.7': {
    code: { co_stacksize: 24, co_names: 48 },
    blocks: { f_valuestack: 64, f_iblock: 128, f_blockstack: 132 },
    exit: 'bound',
  },
  '3.6': { code: CODE_3_6, blocks: { f_valuestack: 64, f_iblock: 128, f_blockstack: 136 }, exit: 'bound' },
  '3.7': { code: CODE_3_6, blocks: BLOCKS_3_7, exit: 'bound' },
  '3.8': { code: CODE_3_8, blocks: BLOCKS_3_7, exit: 'bound' },
  '3.9': { code: CODE_3_8, blocks: BLOCKS_3_7, exit: 'bound' },
  '3.10': { code: CODE_3_8, blocks: { f_valuestack: 64, f_iblock: 104, f_blockstack: 112 }, exit: 'bound' },
  '3.11': { code: { co_stacksize: 68, co_names: 32, co_exceptiontable: 40 }, exit: 'bound' },
  '3.12': { code: CODE_3_12, exit: 'bound' },
  '3.13': { code: CODE_3_12, exit: 'bound' },
  '3.14': { code: CODE_3_12, exit: 'pair' },
  '3.15': { code: CODE_3_12, exit: 'pair' },
};

const FREE_THREADED: Readonly<Record<string, FreeThreadedFields>> = {
  '3.13': { ob_mutex: 10, critical_section: 176, stoptheworld: 10744 },
  '3.14': { ob_mutex: 10, critical_section: 176, stoptheworld: 10848 },
  '3.15': { ob_mutex: 10, critical_section: 200, stoptheworld: 10800 },
};

/** Those of the version that the layout is of, as its build has them; null: of no known version. */
export function waitFieldsOf(layout: Layout): WaitFields | null {
  const row = ROWS[layout.version];
  const extra = layout.PyObject.sizeof - ORDINARY_HEADER;
  if (!row || extra === 0) return row ?? null;
  const { gil, version } = layout;
  const hasNoGil = gil.kind === 'interpreter' && gil.fields.enabled !== undefined;
  const freeThreaded = hasNoGil ? FREE_THREADED[version] : undefined;
  return {
    ...row,
    code: moved(row.code, extra),
    ...(row.blocks && { blocks: moved(row.blocks, extra) }),
    ...(freeThreaded && { freeThreaded }),
  };
}

function moved<T extends object>(struct: T, by: number): T {
  return Object.fromEntries(Object.entries(struct).map(([name, offset]) => [name, offset + by])) as T;
}
