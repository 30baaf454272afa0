/** Which exception is a thread dealing with? The one being raised, else the one being handled. */
import type { Address } from '../../memory/address.js';
import { toAddress } from '../../memory/address.js';
import type { Layout } from '../layouts/layout.js';
import { needed } from '../layouts/needed.js';
import type { Python } from '../python.js';
import type { Tree } from './tree.js';
import { invalid, type ReadValue, type ValueReader } from './value-reader.js';

/** Generators being run inside each other; each has a level of its own. */
const LEVEL_LIMIT = 10_000;

/** Null: none. `thread` is over the thread's own memory (its thread state), as for its frames. */
export function readCurrentException(thread: Python, values: ValueReader, threadState: Address): ReadValue | null {
  try {
    const pointer = (address: Address, offset: number) => thread.pointer(address, offset);
    const fields = thread.layout.PyThreadState;
    const raised = pointer(threadState, fields.current_exception ?? fields.curexc_value ?? 0);
    const kind = pointer(threadState, fields.current_exception ?? fields.curexc_type ?? 0);
    if (kind !== 0) return shown(values, raised === 0 ? kind : raised, kind);
    const item = thread.layout._PyErr_StackItem;
    // Up to 3.6 there is one level, in the thread state itself.
    if (item === undefined) return readOnlyLevel(values, fields, (offset) => pointer(threadState, offset));
    let level = pointer(threadState, needed(fields.exc_info, 'exc_info'));
    for (let n = 0; level !== 0 && n < LEVEL_LIMIT; n++) {
      const at = toAddress(level);
      const value = pointer(at, item.exc_value);
      const type = item.exc_type === undefined ? value : pointer(at, item.exc_type);
      if (type !== 0 && values.typeOf(type)?.tp_name !== 'NoneType')
        return shown(values, value === 0 ? type : value, type);
      level = pointer(at, item.previous_item);
    }
    return null;
  } catch (error) {
    return invalid(threadState, error);
  }
}

function readOnlyLevel(
  values: ValueReader,
  { exc_type, exc_value }: Layout['PyThreadState'],
  pointer: (offset: number) => number,
): ReadValue | null {
  const type = pointer(needed(exc_type, 'exc_type'));
  if (type === 0 || values.typeOf(type)?.tp_name === 'NoneType') return null;
  const value = pointer(needed(exc_value, 'exc_value'));
  return shown(values, value === 0 ? type : value, type);
}

/** Up to 3.11 the exception may not be made yet: there are its type and what is to become its arguments. */
function shown(values: ValueReader, pointer: number, kind: number): ReadValue {
  const type = values.typeOf(pointer);
  if (type === null || type.isException || pointer === kind) return values.read(pointer);
  const made = values.typeOf(kind)?.isMeta ? values.types.at(kind) : null;
  const value = values.read(pointer);
  if (made === null) return value;
  const tree: Tree = { kind: 'unmade-exception', type: made.shortName, argument: value.tree };
  return { ...value, type: made.name, tree };
}
