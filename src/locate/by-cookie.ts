/**
 * Where does the text `xdebugpy` stand? From 3.13, `_PyRuntime` begins with it, and a table of offsets follows.
 * https://github.com/python/cpython/blob/v3.13.0/Include/internal/pycore_runtime.h#L47
 */

import { toAddress } from '../memory/address.js';
import { readChunks } from '../memory/chunks.js';
import type { Range } from '../memory/ranges.js';
import { DEBUG_COOKIE } from '../python/layouts/debug-offsets.js';
import type { Module } from './module.js';
import type { Candidate, Strategy } from './strategy.js';

/** Alignment of the structure. */
const ALIGNMENT = 8;
/** Writable memory searched in one module; no build of Python has more. */
const MAX_SEARCH = 256 * 1024 * 1024;

export const byCookie: Strategy = {
  name: 'cookie',
  *candidates(module, search): Generator<Candidate, string> {
    let searched = 0;
    // Its initial content is not zero, so it is in the part that the file has; .bss is searched last.
    for (const range of searchOrder(module)) {
      const limit = module.isAnonymous ? Number.POSITIVE_INFINITY : MAX_SEARCH;
      const end = Math.min(range.end, range.start + limit - searched);
      for (const { start, view } of readChunks(module.memory, { start: range.start, end })) {
        if (search.outOfTime()) return `no ${DEBUG_COOKIE} in what could be searched in time`;
        searched += view.byteLength;
        const bytes = Buffer.from(view.buffer, view.byteOffset, view.byteLength);
        for (
          let i = bytes.indexOf(DEBUG_COOKIE, 0, 'latin1');
          i >= 0;
          i = bytes.indexOf(DEBUG_COOKIE, i + 1, 'latin1')
        ) {
          if ((start + i) % ALIGNMENT === 0) yield { address: toAddress(start + i), how: `the text ${DEBUG_COOKIE}` };
        }
      }
    }
    return `no ${DEBUG_COOKIE} in ${Math.round(searched / 1024)} KiB of its data (it begins with 3.13)`;
  },
};

function searchOrder(module: Module): readonly Range[] {
  return module.isAnonymous ? module.writableRanges : module.writableRanges.toReversed();
}
