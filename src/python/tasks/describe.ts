/** What is this that tasks wait for, in words? Its kind, and the few facts that tell whether it will come. */
import type { WaitKind } from '../../snapshot.js';
import type { Objects } from '../waits/objects.js';
import type { ResourceKey } from './answers.js';

/** "Queue, 0 items, maxsize 10". */
export function describeAwaited(objects: Objects, kind: WaitKind, key: ResourceKey, state: string | null): string {
  if ('fd' in key) return `fd ${key.fd}`;
  if ('child' in key) return `process ${key.child}`;
  const { object } = key;
  return [objects.shortTypeName(object) ?? kind, ...factsOf(objects, kind, object), ...(state ? [state] : [])].join(
    ', ',
  );
}

/** Whether somebody has it, by its own account; null: it does not tell. */
export function isLocked(objects: Objects, kind: WaitKind, key: ResourceKey): boolean | null {
  if (!('object' in key)) return null;
  const value = objects.int(objects.ownAttribute(key.object, kind === 'semaphore' ? '_value' : '_locked'));
  if (value === null) return null;
  if (kind === 'semaphore') return value === 0;
  return kind === 'lock' ? value !== 0 : null;
}

function factsOf(objects: Objects, kind: WaitKind, object: number): string[] {
  const own = (name: string) => objects.ownAttribute(object, name);
  switch (kind) {
    case 'queue': {
      const items = objects.size(own('_queue'));
      const maxsize = objects.int(own('_maxsize'));
      return [
        ...(items === null ? [] : [count(items, 'item')]),
        ...(maxsize !== null && maxsize > 0 ? [`maxsize ${maxsize}`] : []),
        ...counted(objects.size(own('_getters')), 'waiting getter'),
        ...counted(objects.size(own('_putters')), 'waiting putter'),
        ...counted(objects.int(own('_unfinished_tasks')), 'unfinished task'),
      ];
    }
    case 'condition':
      return counted(objects.size(own('_waiters')), 'waiter');
    case 'event': {
      const value = objects.int(own('_value'));
      return value === null ? [] : [value === 0 ? 'not set' : 'set'];
    }
    case 'semaphore': {
      const left = objects.int(own('_value'));
      return left === null ? [] : [`${left} left`];
    }
    case 'barrier': {
      const [parties, there] = [objects.int(own('_parties')), objects.int(own('_count'))];
      return parties === null || there === null ? [] : [`${there} of ${parties} there`];
    }
    case 'future': {
      const state = objects.text(own('_state'));
      return state === null ? [] : [state];
    }
    default:
      return [];
  }
}

function counted(number: number | null, noun: string): string[] {
  return number === null || number === 0 ? [] : [count(number, noun)];
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
