/**
 * Which locks does one have who is in `with manager`? The lock itself, or what the manager holds on behalf of the block: a
 * Condition's lock, the one of a `with` in which a generator of `contextlib.contextmanager` is suspended, all that was
 * entered into an `ExitStack`.
 */
import { toAddress } from '../../memory/address.js';
import { readCode } from '../code.js';
import { readStanding } from '../objects/generators.js';
import { lockKindOf } from './lock-words.js';
import type { Objects } from './objects.js';
import type { FrameInHand, ValueStacks } from './value-stack.js';
import { selfOf } from './waited-object.js';

/** A lock, and how it is reached. */
export interface ManagedLock {
  readonly object: number;
  /** What the program calls by name: the lock itself, or the Condition it is of. */
  readonly named: number;
  readonly suffix: string;
  /**
   * `direct`: it is certain that the block has it. `inside`: it is an attribute of what is managed.
   */
  readonly how: 'direct' | 'inside';
  /** Whether `enter_context` took it. */
  readonly entered: boolean;
}

/** Attributes of an object that manages a lock of its own that are looked at. */
const MOST_ATTRIBUTES = 50;
/** What an ExitStack has to leave that is looked at. */
const MOST_ENTERED = 64;
/** Managers inside of managers. */
const MOST_DEEP = 4;

/** Of `contextlib`; the second is Python 2's. */
const GENERATOR_MANAGERS: ReadonlySet<string> = new Set(['_GeneratorContextManager', 'GeneratorContextManager']);
/** Those of `contextlib` that have something for an attribute that they do not enter. */
const TAKES_NOTHING: ReadonlySet<string> = new Set(['nullcontext', 'closing']);

/** The locks that whoever is in `with manager` has. Throws as the memory does. */
export function locksOf(
  objects: Objects,
  stacks: ValueStacks,
  manager: number,
  isLock: IsLock,
  depth = MOST_DEEP,
): ManagedLock[] {
  const direct = (object: number, suffix = ''): ManagedLock => ({
    object,
    named: manager,
    suffix,
    how: 'direct',
    entered: false,
  });
  if (isLock(manager)) return [direct(manager)];
  // A lock of Python code (2.7's RLock), and a semaphore, of which one has been taken.
  for (const name of ['_RLock__block', '_value', '_Semaphore__value']) {
    if (objects.ownAttribute(manager, name) !== 0) return [direct(manager)];
  }
  for (const name of ['_lock', '_Condition__lock', '_semlock']) {
    const lock = objects.ownAttribute(manager, name);
    if (lock === 0) continue;
    const inner = objects.ownAttribute(lock, '_semlock');
    if (inner !== 0) return [direct(inner, `.${name}`)];
    if (isLock(lock) || objects.ownAttribute(lock, '_RLock__block') !== 0) {
      return [direct(lock, name === '_semlock' ? '' : `.${name}`)];
    }
  }
  if (depth > 0) {
    const type = objects.shortTypeName(manager);
    if (type !== null && GENERATOR_MANAGERS.has(type)) {
      return heldByGenerator(objects, stacks, objects.ownAttribute(manager, 'gen'), isLock, depth - 1);
    }
    if (type === 'ExitStack') return entered(objects, stacks, manager, isLock, depth - 1);
    if (type !== null && TAKES_NOTHING.has(type)) return [];
  }
  return objects
    .ownAttributes(manager)
    .slice(0, MOST_ATTRIBUTES)
    .filter(({ value }) => isLock(value))
    .map(({ name, value }) => ({ object: value, named: manager, suffix: `.${name}`, how: 'inside', entered: false }));
}

/** The locks of each `with` in which a generator is suspended. Throws as the memory does. */
export function heldByGenerator(
  objects: Objects,
  stacks: ValueStacks,
  generator: number,
  isLock: IsLock = (object) => isLockOfPython(objects, object),
  depth = MOST_DEEP,
): ManagedLock[] {
  if (objects.typeName(generator) !== 'generator') return [];
  const { place } = readStanding(objects.python, toAddress(generator));
  if (!place) return [];
  const { frame: address, code, lasti } = place;
  const frame = { address, code, lasti, isEntry: false, owner: null };
  const inHand = { frame, code: readCode(objects.python, code) };
  return managersOf(objects, stacks, inHand).flatMap(({ manager }) => locksOf(objects, stacks, manager, isLock, depth));
}

/**
 * What was entered into an ExitStack: a deque of pairs, of which the second calls an `__exit__` that is bound to what was
 * entered. https://github.com/python/cpython/blob/v3.14.0/Lib/contextlib.py (_BaseExitStack)
 */
export function entered(
  objects: Objects,
  stacks: ValueStacks,
  stack: number,
  isLock: IsLock = (object) => isLockOfPython(objects, object),
  depth = MOST_DEEP,
): ManagedLock[] {
  const callbacks = objects.ownAttribute(stack, '_exit_callbacks');
  return objects.dequeItems(callbacks, MOST_ENTERED).flatMap((item) => {
    // Up to 3.6 it is the callback itself, a function with what was entered for an attribute.
    const [, callback = item] = objects.elements(item, 2);
    const manager = selfOf(objects, callback) || objects.ownAttribute(callback, '__self__');
    if (manager === 0) return [];
    return locksOf(objects, stacks, manager, isLock, depth).map((lock) => ({ ...lock, entered: true }));
  });
}

export interface Managed {
  readonly manager: number;
  /** In which slot of the value stack its end is. */
  readonly slot: number;
}

/** What a frame's `with` statements manage, outermost first. Throws as the memory does. */
export function managersOf(objects: Objects, stacks: ValueStacks, inHand: FrameInHand): Managed[] {
  const slots = stacks.proven(inHand);
  return slots.flatMap((pointer, slot) => {
    const manager = endOf(objects, pointer, slots[slot + 1] ?? 0);
    return manager === 0 ? [] : [{ manager, slot }];
  });
}

/** Whose `__exit__` is in a slot; 0: none. `next`: what is in the slot above. */
function endOf(objects: Objects, slot: number, next: number): number {
  const { PyCFunctionObject, PyMethodObject, PyDescrObject } = objects.layout.objects;
  if (isCython(objects, slot)) return nameOf(objects, slot) === '__exit__' ? next : 0;
  switch (objects.typeName(slot)) {
    case 'builtin_function_or_method': {
      // PyMethodDef begins with the name.
      const name = objects.cString(objects.pointer(objects.pointer(slot, PyCFunctionObject.m_ml)));
      return name === '__exit__' ? selfOf(objects, slot) : 0;
    }
    case 'method':
    case 'instancemethod': {
      return nameOf(objects, objects.pointer(slot, PyMethodObject.im_func)) === '__exit__' ? selfOf(objects, slot) : 0;
    }
    case 'method_descriptor':
      return objects.text(objects.pointer(slot, PyDescrObject.d_name)) === '__exit__' ? next : 0;
    case 'function':
      return nameOf(objects, slot) === '__exit__' ? next : 0;
    default:
      return 0;
  }
}

/** Of a function; one that Cython compiled begins like a built-in one. */
function nameOf(objects: Objects, func: number): string | null {
  const { PyCFunctionObject, PyFunctionObject } = objects.layout.objects;
  if (isCython(objects, func)) return objects.cString(objects.pointer(objects.pointer(func, PyCFunctionObject.m_ml)));
  return objects.text(objects.pointer(func, PyFunctionObject.func_name));
}

/** `cython_function_or_method`, or (Cython 3) the same with a module. */
function isCython(objects: Objects, func: number): boolean {
  return objects.typeName(func)?.endsWith('cython_function_or_method') === true;
}

/** Whether the object is a lock. */
export type IsLock = (object: number) => boolean;

export function isLockOfPython(objects: Objects, object: number): boolean {
  const kind = lockKindOf(objects, object);
  return kind === 'lock' || kind === 'rlock' || kind === 'sem-lock';
}
