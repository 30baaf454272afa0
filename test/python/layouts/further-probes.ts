/**
 * Which C expression stands behind each number that tells of waits and of exceptions? They are no part of a row, as few who
 * read it need them. `v` is `major * 100 + minor`.
 */
import type { ExceptionFields } from '../../../src/python/layouts/exception-fields.js';
import type { WaitFields } from '../../../src/python/layouts/wait-fields.js';
import { of, type Probed, sizeOf, start, value, when } from './probes.js';

export function waitProbes(v: number, freeThreaded: boolean): Probed<WaitFields> {
  const code = of('PyCodeObject');
  return {
    code: {
      co_stacksize: code('co_stacksize'),
      co_names: code('co_names'),
      co_exceptiontable: when(v >= 311, code('co_exceptiontable')),
    },
    blocks: when(v <= 310, {
      f_valuestack: of('PyFrameObject')('f_valuestack'),
      f_iblock: of('PyFrameObject')('f_iblock'),
      f_blockstack: start('PyFrameObject', 'f_blockstack'),
    }),
    exit: v >= 314 ? 'pair' : 'bound',
    freeThreaded: when(freeThreaded, {
      ob_mutex: start('PyObject', 'ob_mutex'),
      critical_section: of('PyThreadState')('critical_section'),
      stoptheworld: start('PyInterpreterState', 'stoptheworld'),
    }),
  } as Probed<WaitFields>;
}

export function exceptionProbes(v: number): Probed<ExceptionFields> {
  const exception = of('PyBaseExceptionObject');
  const traceback = of('PyTracebackObject');
  return {
    base: {
      dict: exception('dict'),
      chain: when(v >= 300, {
        traceback: exception('traceback'),
        context: exception('context'),
        cause: exception('cause'),
        suppress_context: exception('suppress_context'),
      }),
      // Its only member of its own follows those of all exceptions.
      sizeof: of('PySystemExitObject')('code'),
    },
    traceback: {
      tb_next: traceback('tb_next'),
      tb_frame: traceback('tb_frame'),
      tb_lasti: traceback('tb_lasti'),
      tb_lineno: traceback('tb_lineno'),
    },
    f_frame: when(v >= 311, of('PyFrameObject')('f_frame')),
    f_exc_type: when(v === 207, of('PyFrameObject')('f_exc_type')),
  } as Probed<ExceptionFields>;
}

/** Numbers that are the same wherever there is the structure: the constants of our files. */
export function constantProbes(v: number, freeThreaded: boolean): Record<string, object | undefined> {
  const section = of('PyCriticalSection2');
  const stop = of('struct _stoptheworld_state');
  return {
    PyTryBlock: when(v <= 310, {
      sizeof: sizeOf('PyTryBlock'),
      b_handler: of('PyTryBlock')('b_handler'),
      b_level: of('PyTryBlock')('b_level'),
      most: value('CO_MAXBLOCKS'),
    }),
    PyCriticalSection: when(freeThreaded, {
      _cs_prev: section('_cs_base._cs_prev'),
      _cs_mutex: section('_cs_base._cs_mutex'),
      _cs_mutex2: section('_cs_mutex2'),
      INACTIVE: value('_Py_CRITICAL_SECTION_INACTIVE'),
      TWO_MUTEXES: value('_Py_CRITICAL_SECTION_TWO_MUTEXES'),
    }),
    stoptheworld: when(freeThreaded, {
      mutex: start('struct _stoptheworld_state', 'mutex'),
      requested: stop('requested'),
      world_stopped: stop('world_stopped'),
      stop_event: start('struct _stoptheworld_state', 'stop_event'),
      requester: stop('requester'),
    }),
    tp_str: { behindRepr: value('offsetof(PyTypeObject, tp_str) - offsetof(PyTypeObject, tp_repr)') },
  };
}

/** Bytes of each member that is none of a pointer's. */
export const WIDTHS_OF_FURTHER: Readonly<Record<string, number>> = {
  'code > co_stacksize': 4,
  'blocks > f_iblock': 4,
  'base > chain > suppress_context': 1,
  'traceback > tb_lasti': 4,
  'traceback > tb_lineno': 4,
  'PyTryBlock > b_handler': 4,
  'PyTryBlock > b_level': 4,
  'stoptheworld > requested': 1,
  'stoptheworld > world_stopped': 1,
};
