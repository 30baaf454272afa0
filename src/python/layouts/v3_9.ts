/** What CPython 3.9 changed. The collector is an interpreter's own; the rest moved. */
import { from } from './from.js';
import { v3_8 } from './v3_8.js';

export const v3_9 = from(v3_8, {
  version: '3.9',
  PyInterpreterState: {
    id: 24,
    modules: 856,
  },
  gil: {
    gil: 352,
  },
  gc: {
    owner: 'interpreter',
    collecting: 816,
  },
  PyTypeObject: {
    sizeof: 408,
    ht_name: 840,
    ht_qualname: 856,
    ht_cached_keys: 864,
  },
});
