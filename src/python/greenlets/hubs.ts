/** Which greenlets are hubs: those that wait for all others, and switch to whichever can go on? */
import type { Python } from '../python.js';
import type { Objects } from '../waits/objects.js';
import { WaitTools } from '../waits/tools.js';
import { inHandOf, type RanFrame } from '../waits/value-stack.js';
import type { GreenletWalk } from './greenlets.js';

export interface Hub {
  readonly library: 'gevent' | 'eventlet';
  /** The greenlet that runs it. */
  readonly greenlet: GreenletWalk;
  /** gevent's hub is a greenlet; eventlet's is an object that has one. */
  readonly object: number;
  /** As the program has it, with its module. */
  readonly type: string;
}

/** By the greenlet that runs it. `framesOf`: innermost first. */
export function hubsAmong(
  python: Python,
  greenlets: readonly GreenletWalk[],
  framesOf: (greenlet: GreenletWalk) => readonly RanFrame[],
): Map<number, Hub> {
  const { objects, scopes } = python.the(WaitTools);
  const hubs = new Map<number, Hub>();
  for (const greenlet of greenlets) {
    const { address } = greenlet;
    if (greenlet.isMain) continue;
    if (isOf(objects, address, 'gevent.hub')) {
      hubs.set(address, { library: 'gevent', greenlet, object: address, type: typeOf(objects, address) });
      continue;
    }
    const outermost = inHandOf(framesOf(greenlet).at(-1));
    if (outermost?.code.name !== 'run' || !outermost.code.file.endsWith('/eventlet/hubs/hub.py')) continue;
    const object = objects.attempt(() => scopes.self(outermost)) ?? 0;
    if (object !== 0) hubs.set(address, { library: 'eventlet', greenlet, object, type: typeOf(objects, object) });
  }
  return hubs;
}

/** Whether one of its classes was made in that module. */
function isOf(objects: Objects, object: number, module: string): boolean {
  for (const { name, value } of objects.classAttributes(object)) {
    if (name === '__module__' && objects.text(value) === module) return true;
  }
  return false;
}

function typeOf(objects: Objects, object: number): string {
  const name = objects.typeName(object) ?? 'Hub';
  if (name.includes('.')) return name;
  for (const { name: attribute, value } of objects.classAttributes(object)) {
    const module = attribute === '__module__' ? objects.text(value) : null;
    if (module !== null) return `${module}.${name}`;
  }
  return name;
}
