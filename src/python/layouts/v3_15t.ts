/** What is otherwise in free-threaded CPython 3.15 (`--disable-gil`), besides longer object headers. */
import { freeThreaded } from './from.js';
import { v3_15 } from './v3_15.js';

export const v3_15t = freeThreaded(v3_15, {
  gil: {
    fields: {
      sizeof: 216,
      last_holder: 16,
      locked: 24,
      cond: 40,
      mutex: 88,
      switch_cond: 128,
      switch_mutex: 176,
      enabled: 0,
    },
  },
  frames: {
    _PyInterpreterFrame: {
      owner: 78,
      tlbc_index: 72,
    },
  },
  PyCodeObject: {
    sizeof: 240,
    co_code_adaptive: 232,
    co_tlbc: 224,
  },
  PyUnicodeObject: {
    kind_shift: 8,
    compact_shift: 11,
    ascii_shift: 12,
  },
  instances: {
    managed_dict: -8,
  },
  _PyCodeArray: {
    size: 0,
    entries: 8,
  },
});
