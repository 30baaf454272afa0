/** What is otherwise in free-threaded CPython 3.13 (`--disable-gil`), besides longer object headers. */
import { freeThreaded } from './from.js';
import { v3_13 } from './v3_13.js';

export const v3_13t = freeThreaded(v3_13, {
  PyInterpreterState: {
    modules: 7664,
  },
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
  instances: {
    managed_dict: -8,
  },
});
