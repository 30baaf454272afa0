/**
 * Which tasks are there? asyncio keeps them in weak sets, and from 3.14 on those that C made in lists of threads and
 * interpreters as well. All is found through `sys.modules`, without running anything.
 */
import { type Address, isUserSpace, offsetBy, toAddress } from '../../memory/address.js';
import { pointerAt, readPointer, readSsize } from '../../memory/reader.js';
import { readDict } from '../dict.js';
import { taskFieldsOf } from '../layouts/task-fields.js';
import type { Python } from '../python.js';
import type { InterpreterWalk, ThreadStateWalk } from '../runtime.js';
import { moduleNamed } from '../waits/imported.js';
import type { Objects } from '../waits/objects.js';
import type { AsyncioTable } from './asyncio-table.js';

/** More tasks than any process has. */
const TASKS_LIMIT = 4_000_000;

export interface Registered {
  /** Tasks, each once, as far as they are known by name; those that are over may be among them. */
  readonly tasks: ReadonlySet<number>;
  /** Which task a loop runs now. */
  readonly current: ReadonlyMap<number, number>;
  /** The loop that a thread runs, by address of its state (3.14+). */
  readonly running: ReadonlyMap<Address, number>;
  /** Whether more than that many were there. */
  readonly truncated: boolean;
}

/** What leads to tasks beside names. */
export interface Sources {
  readonly states: readonly ThreadStateWalk[];
  readonly table: AsyncioTable | null;
  /** The set of all tasks where it has no name; 0: it was not found. */
  readonly unnamed: () => number;
}

/** Throws only what is not a failure of the target's memory. */
export function readRegistered(
  python: Python,
  objects: Objects,
  interpreter: Pick<InterpreterWalk, 'address' | 'modules'>,
  { states, table, unnamed }: Sources,
  ahead: (addresses: readonly number[]) => void,
): Registered | null {
  const { modules } = interpreter;
  const module = modules && (objects.attempt(() => moduleNamed(objects, modules, 'asyncio.tasks')) ?? 0);
  const registry = taskFieldsOf(python.layout)?.asyncio.registry;
  if (!module || registry === undefined) return null;
  const reader = new RegistryReader(python, objects, ahead);
  const globals = objects.pointer(module, python.layout.objects.PyModuleObject.md_dict);
  const global = (name: string) => objects.items(globals).find((item) => item.name === name)?.value ?? 0;
  // Of 3.6 no name leads there.
  if (registry === 'none') reader.addSet(unnamed());
  for (const name of registry === 'set' ? ['_all_tasks'] : ['_scheduled_tasks', '_eager_tasks', '_all_tasks']) {
    reader.addSet(global(name));
  }
  reader.addCurrent(global('_current_tasks'));
  if (registry === 'lists' && table) {
    reader.addList(offsetBy(interpreter.address, table.asyncio_interpreter_state.asyncio_tasks_head), table);
    for (const thread of states)
      if (thread.interpreter === interpreter.address) reader.addThread(thread.address, table);
  }
  return reader;
}

class RegistryReader implements Registered {
  readonly tasks = new Set<number>();
  readonly current = new Map<number, number>();
  readonly running = new Map<Address, number>();
  truncated = false;

  constructor(
    private readonly python: Python,
    private readonly objects: Objects,
    private readonly ahead: (addresses: readonly number[]) => void,
  ) {}

  /** A set of tasks, or a WeakSet. */
  addSet(object: number): void {
    const data = this.objects.typeName(object) === 'set' ? object : this.objects.ownAttribute(object, 'data');
    if (data === 0 || this.objects.typeName(data) !== 'set') return;
    const keys = this.objects.attempt(() => this.#keysOf(data)) ?? [];
    this.ahead(keys);
    for (const key of keys) this.#add(this.#behind(key));
  }

  /** What a weak reference is to; what is none stands for itself. */
  #behind(key: number): number {
    const name = this.objects.typeName(key);
    if (name !== 'weakref' && name !== 'weakref.ReferenceType' && name !== 'KeyedRef') return key;
    return this.objects.pointer(key, this.python.layout.objects.PyWeakReference.wr_object);
  }

  #add(task: number): void {
    if (!isUserSpace(task) || task % 8 !== 0) return;
    if (this.tasks.size >= TASKS_LIMIT) this.truncated = true;
    else this.tasks.add(task);
  }

  #keysOf(set: number): number[] {
    const { mask, table } = this.python.layout.objects.PySetObject;
    const { sizeof, key } = this.python.layout.objects.parts.setentry;
    const { memory } = this.python;
    const entries = readSsize(memory, offsetBy(toAddress(set), mask)) + 1;
    const start = toAddress(readPointer(memory, offsetBy(toAddress(set), table)));
    const keys: number[] = [];
    if (entries < 1 || !Number.isInteger(Math.log2(entries)) || entries > 4 * TASKS_LIMIT) return keys;
    const view = memory.read(start, entries * sizeof);
    for (let at = 0; at < view.byteLength; at += sizeof) {
      const pointer = pointerAt(view, at + key);
      if (pointer !== 0) keys.push(pointer);
    }
    return keys;
  }

  /** `_current_tasks`: from loop to task. */
  addCurrent(dict: number): void {
    if (dict === 0 || this.objects.typeName(dict) !== 'dict') return;
    const items = this.objects.attempt(() => readDict(this.python, toAddress(dict), 1000).items) ?? [];
    for (const { key, value } of items) if (this.objects.typeName(value) !== 'NoneType') this.current.set(key, value);
  }

  addThread(thread: Address, { asyncio_thread_state: at, ...table }: AsyncioTable): void {
    const loop = this.objects.pointer(thread, at.asyncio_running_loop);
    const task = this.objects.pointer(thread, at.asyncio_running_task);
    if (loop !== 0 && this.objects.typeName(loop) !== 'NoneType') {
      this.running.set(thread, loop);
      if (task !== 0 && this.objects.typeName(task) !== 'NoneType') this.current.set(loop, task);
    }
    this.addList(offsetBy(thread, at.asyncio_tasks_head), { asyncio_thread_state: at, ...table });
  }

  /** A ring of nodes inside tasks, which begins and ends at `head`. */
  addList(head: Address, { asyncio_task_object: { task_node } }: AsyncioTable): void {
    let at = this.objects.pointer(head);
    for (let count = 0; at !== 0 && at !== head && count < TASKS_LIMIT; count++) {
      const task = at - task_node;
      if (this.tasks.has(task)) break;
      this.#add(task);
      at = this.objects.pointer(at);
    }
  }
}
