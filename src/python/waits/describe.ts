/** What is this that threads wait for, in words? Its kind, and the few facts that tell whether it will come. */
import type { WaitKind } from '../../snapshot.js';
import type { Objects } from './objects.js';

const PLAIN_WORDS: Readonly<Partial<Record<WaitKind, string>>> = {
  lock: 'Lock',
  rlock: 'RLock',
  condition: 'Condition',
  'simple-queue': 'SimpleQueue',
  join: 'end of a thread',
  'process-lock': 'lock between processes',
  'process-semaphore': 'semaphore between processes',
  'stream-lock': 'lock of a stream',
  'inner-lock': 'lock inside an object',
  'native-mutex': 'mutex of C code',
  attach: 'turn to run Python',
  'safe-point': 'standstill of all threads',
  gil: 'GIL',
};

/** Whether it is no object of Python's, though it has an address. */
export function isOfC(kind: WaitKind): boolean {
  return kind === 'native-mutex' || kind === 'attach' || kind === 'safe-point';
}

/** "Queue, 0 items, maxsize 10". `object` 0: it is none of Python's. */
export function describeWaited(objects: Objects, kind: WaitKind, object: number): string {
  const type = object === 0 || isOfC(kind) ? null : objects.shortTypeName(object);
  const facts = object === 0 ? [] : factsOf(objects, kind, object);
  const head = headOf(kind, type);
  return [head, ...facts].join(', ');
}

function headOf(kind: WaitKind, type: string | null): string {
  const plain = PLAIN_WORDS[kind];
  switch (kind) {
    case 'lock':
    case 'rlock':
    case 'simple-queue':
    case 'join':
    case 'process-lock':
    case 'process-semaphore':
    case 'native-mutex':
    case 'attach':
    case 'safe-point':
    case 'gil':
      return plain ?? kind;
    case 'stream-lock':
      return `lock of ${type ?? 'a stream'}`;
    case 'object-mutex':
      return `mutex of ${type ?? 'an object'}`;
    case 'inner-lock':
      return `lock inside ${type ?? 'an object'}`;
    case 'import-lock':
      return 'import lock';
    default:
      return type ?? plain ?? kind;
  }
}

function factsOf(objects: Objects, kind: WaitKind, object: number): string[] {
  const own = (name: string, python2 = '') =>
    objects.ownAttribute(object, name) || (python2 === '' ? 0 : objects.ownAttribute(object, python2));
  const int = (name: string, python2 = '') => objects.int(own(name, python2));
  switch (kind) {
    case 'queue': {
      const items = objects.size(own('queue')) ?? objects.size(own('_buffer'));
      const maxsize = int('maxsize', '_maxsize');
      const waiters = (condition: string) => {
        const list = own(condition);
        return list === 0
          ? null
          : objects.size(objects.ownAttribute(list, '_waiters') || objects.ownAttribute(list, '_Condition__waiters'));
      };
      const unfinished = int('unfinished_tasks');
      return [
        ...(items === null ? [] : [count(items, 'item')]),
        ...(maxsize !== null && maxsize > 0 ? [`maxsize ${maxsize}`] : []),
        ...counted(waiters('not_empty'), 'waiting getter'),
        ...counted(waiters('not_full'), 'waiting putter'),
        ...counted(unfinished, 'unfinished task'),
      ];
    }
    case 'condition':
      return counted(objects.size(own('_waiters', '_Condition__waiters')), 'waiter');
    case 'event': {
      const flag = int('_flag', '_Event__flag');
      return flag === null ? [] : [flag === 0 ? 'not set' : 'set'];
    }
    case 'semaphore': {
      const left = int('_value', '_Semaphore__value');
      return left === null ? [] : [`${left} left`];
    }
    case 'barrier': {
      const [parties, there] = [int('_parties'), int('_count')];
      return parties === null || there === null ? [] : [`${there} of ${parties} there`];
    }
    case 'future': {
      const state = objects.text(own('_state'));
      return state === null ? [] : [state];
    }
    case 'join': {
      const name = objects.text(own('_name', '_Thread__name'));
      return name === null ? [] : [`'${name}'`];
    }
    case 'import-lock': {
      const name = objects.text(own('name'));
      return name === null ? [] : [`'${name}'`];
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
