/** What CPython 3.15 changed. Frames have a base; generators can be locked while somebody resumes them; the rest moved. */
import { from } from './from.js';
import { v3_14 } from './v3_14.js';

export const v3_15 = from(v3_14, {
  version: '3.15',
  _PyRuntimeState: {
    'interpreters.head': 936,
    'interpreters.main': 944,
    finalizing: 912,
    initialized: 904,
  },
  PyInterpreterState: {
    next: 7264,
    id: 7272,
    threads_head: 7336,
    modules: 7592,
  },
  gc: {
    collecting: 7512,
  },
  PyThreadState: {
    sizeof: 888,
    thread_id: 176,
    native_thread_id: 184,
    state: 48,
    id: 248,
    current_exception: 136,
    exc_info: 144,
    datastack_chunk: 256,
    datastack_top: 264,
  },
  PyTypeObject: {
    sizeof: 424,
    ht_name: 864,
    ht_qualname: 880,
    ht_cached_keys: 888,
  },
  objects: {
    parts: {
      frameStates: {
        FRAME_CREATED: 0,
        FRAME_EXECUTING: 4,
        FRAME_COMPLETED: null,
        FRAME_CLEARED: 5,
      },
    },
  },
});
