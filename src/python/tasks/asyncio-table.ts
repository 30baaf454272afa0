/**
 * How does `_asyncio` of 3.14 and later describe its structures? By a table in its data, read as the untrusted input that it
 * is: what does not fit is no table.
 * https://github.com/python/cpython/blob/v3.14.0/Modules/_asynciomodule.c (search for _Py_AsyncioModuleDebugOffsets)
 */
import { CorruptData, ssizeAt } from '../../memory/reader.js';
import { reasonOf } from '../problem.js';
import type { Python } from '../python.js';

export interface AsyncioTable {
  readonly asyncio_task_object: {
    readonly size: number;
    readonly task_name: number;
    readonly task_awaited_by: number;
    readonly task_is_task: number;
    readonly task_awaited_by_is_set: number;
    readonly task_coro: number;
    readonly task_node: number;
  };
  readonly asyncio_interpreter_state: { readonly size: number; readonly asyncio_tasks_head: number };
  readonly asyncio_thread_state: {
    readonly size: number;
    readonly asyncio_running_loop: number;
    readonly asyncio_running_task: number;
    readonly asyncio_tasks_head: number;
  };
}

const WORDS = 13;
/** Neither a task nor the state of an interpreter or a thread is larger. */
const SIZE_LIMIT = 2 ** 24;

/** null: there is none, or it cannot be right. */
export function readAsyncioTable(python: Python): AsyncioTable | null {
  const { asyncioTable } = python;
  if (asyncioTable === null) return null;
  try {
    const view = python.memory.read(asyncioTable, 8 * WORDS);
    const words = Array.from({ length: WORDS }, (_, i) => ssizeAt(view, 8 * i));
    const at = (i: number) => words[i] ?? 0;
    const table: AsyncioTable = {
      asyncio_task_object: {
        size: at(0),
        task_name: at(1),
        task_awaited_by: at(2),
        task_is_task: at(3),
        task_awaited_by_is_set: at(4),
        task_coro: at(5),
        task_node: at(6),
      },
      asyncio_interpreter_state: { size: at(7), asyncio_tasks_head: at(8) },
      asyncio_thread_state: {
        size: at(9),
        asyncio_running_loop: at(10),
        asyncio_running_task: at(11),
        asyncio_tasks_head: at(12),
      },
    };
    for (const struct of Object.values(table)) check(struct, python.layout.PyObject.sizeof);
    return table;
  } catch (error) {
    reasonOf(error);
    return null;
  }
}

function check(struct: { readonly size: number }, header: number): void {
  for (const [name, offset] of Object.entries(struct)) {
    const isSize = name === 'size';
    const isFlag = name.includes('_is_');
    const fits = isSize ? offset > 0 && offset <= SIZE_LIMIT : offset >= header && offset < struct.size;
    if (!fits || (!isFlag && offset % 8 !== 0)) throw new CorruptData(`${name} cannot be at ${offset}`);
  }
}
