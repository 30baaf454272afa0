/** Which calls did an exception come through? Along `tb_next`, the outermost first. */
import { type Address, formatAddress, isUserSpace, offsetBy, toAddress } from '../../memory/address.js';
import { type ExceptionFields, exceptionFieldsOf } from '../layouts/exception-fields.js';
import type { ValueReader } from '../objects/index.js';
import { reasonOf } from '../problem.js';
import type { Python } from '../python.js';
import type { ReadTraceback, TracebackEntry } from './answers.js';

/** Entries of one traceback: a recursion that went to Python's own limit is told whole. */
const ENTRY_LIMIT = 1100;

/** `pointer` 0, or that of None: there is none. */
export function readTraceback(values: ValueReader, pointer: number): ReadTraceback {
  const { python } = values;
  const entries: TracebackEntry[] = [];
  const seen = new Set<number>();
  const fields = exceptionFieldsOf(python.layout);
  if (pointer === 0 || values.typeOf(pointer)?.tp_name === 'NoneType') return { entries, problem: null };
  try {
    for (let at = pointer; at !== 0; ) {
      if (!isUserSpace(at)) return { entries, problem: `it leads to ${formatAddress(at)}` };
      if (seen.has(at)) return { entries, problem: `it leads back to ${formatAddress(at)}` };
      if (seen.size >= ENTRY_LIMIT) return { entries, problem: `it has more than ${ENTRY_LIMIT} entries` };
      if (values.types.of(at as Address).tp_name !== 'traceback') {
        return { entries, problem: `at ${formatAddress(at)} is no traceback` };
      }
      seen.add(at);
      entries.push(readEntry(python, fields, at as Address));
      at = python.pointer(at as Address, fields.traceback.tb_next);
    }
    return { entries, problem: null };
  } catch (error) {
    return { entries, problem: reasonOf(error) };
  }
}

function readEntry(python: Python, fields: ExceptionFields, at: Address): TracebackEntry {
  const { tb_frame, tb_lasti, tb_lineno } = fields.traceback;
  const frame = toAddress(python.pointer(at, tb_frame));
  const lasti = python.memory.read(offsetBy(at, tb_lasti), 4).getInt32(0, true);
  const line = python.memory.read(offsetBy(at, tb_lineno), 4).getInt32(0, true);
  return { code: codeOf(python, fields, frame), lasti, line: line < 1 ? null : line };
}

/** What a frame object runs. */
function codeOf(python: Python, { f_frame = 0 }: ExceptionFields, frame: Address): Address {
  const { frames } = python.layout;
  switch (frames.kind) {
    case 'frame-objects':
      return toAddress(python.pointer(frame, frames.PyFrameObject.f_code));
    case 'interpreter-frames': {
      const inner = toAddress(python.pointer(frame, f_frame));
      const tagged = python.pointer(inner, frames._PyInterpreterFrame.f_code);
      return toAddress(frames.tagMask === 0 ? tagged : tagged - (tagged % (frames.tagMask + 1)));
    }
  }
}
