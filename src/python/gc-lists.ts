/**
 * Which objects does the collector know? It links all that may be part of a cycle, generation by generation, and whoever has
 * no registry of his own is found there. Where the heads of those lists are differs between versions, and within some of
 * them; a head is known by its neighbours, which link back to it.
 *
 * https://github.com/python/cpython/blob/v3.12.1/Include/internal/pycore_gc.h (PyGC_Head, struct _gc_runtime_state)
 */
import type { Address } from '../memory/address.js';
import { isUserSpace, offsetBy } from '../memory/address.js';
import { pointerAt } from '../memory/reader.js';
import { gcHeadBytes } from './layouts/gc-fields.js';
import { reasonOf } from './problem.js';
import type { Python } from './python.js';
import type { InterpreterWalk } from './runtime.js';

/** The generations stand before `collecting`, with what is counted of them in between: that many bytes at most. */
const BEFORE_COLLECTING = 1024;
/** A permanent generation may stand behind what begins with the youngest. */
const AFTER_YOUNGEST = 256;
/** Of `_gc_next` and `_gc_prev` the two lowest bits are flags (3.8 on; addresses have none). */
const FLAGS = 4;

export interface TrackedObjects {
  /** How many were visited. */
  readonly visited: number;
  /** Whether there were more than the limit. */
  readonly truncated: boolean;
  /** Why some were not visited; null: all were. */
  readonly problem: string | null;
}

/** Calls `visit` for each object that the collector knows, youngest generation first. Throws only what is not a failure of the target's memory. */
export function visitTracked(
  python: Python,
  interpreters: readonly Pick<InterpreterWalk, 'address'>[],
  limit: number,
  visit: (object: number, type: number) => void,
): TrackedObjects {
  let visited = 0;
  let problem: string | null = null;
  const gcHead = gcHeadBytes(python.layout);
  const heads = gcHead === null ? [] : listHeads(python, interpreters);
  if (gcHead === null || heads.length === 0)
    return { visited, truncated: false, problem: 'the lists of the collector were not found' };
  const { ob_type } = python.layout.PyObject;
  const size = gcHead + ob_type + 8;
  for (const head of heads) {
    try {
      for (let at = head, previous = -1; ; visited++) {
        const view = python.memory.read(at as Address, at === head ? 16 : size);
        // Behind an object that is just being moved elsewhere the list is another.
        if (previous >= 0 && unflagged(pointerAt(view, 8)) !== previous) {
          problem = 'objects came and went meanwhile';
          break;
        }
        const next = unflagged(pointerAt(view, 0));
        if (at !== head) visit(at + gcHead, pointerAt(view, gcHead + ob_type));
        if (next === head) break;
        if (visited >= limit) return { visited, truncated: true, problem };
        if (!isUserSpace(next)) {
          problem = 'a list of the collector is damaged';
          break;
        }
        previous = at;
        at = next;
      }
    } catch (error) {
      problem = reasonOf(error);
    }
  }
  return { visited, truncated: false, problem };
}

function listHeads(python: Python, interpreters: readonly Pick<InterpreterWalk, 'address'>[]): number[] {
  const { gc } = python.layout;
  try {
    switch (gc.owner) {
      case 'variable': {
        const { _PyGC_generation0: youngest } = python.globals;
        if (youngest === undefined) return [];
        const start = python.pointer(youngest as Address, 0);
        return isUserSpace(start) ? headsWithin(python, start, start + AFTER_YOUNGEST) : [];
      }
      case 'runtime': {
        if (python.address === null) return [];
        const collecting = python.address + gc.collecting;
        return headsWithin(python, collecting - BEFORE_COLLECTING, collecting);
      }
      case 'interpreter':
        return interpreters.flatMap(({ address }) => {
          const collecting = address + gc.collecting;
          return headsWithin(python, Math.max(address, collecting - BEFORE_COLLECTING), collecting);
        });
    }
  } catch (error) {
    reasonOf(error);
    return [];
  }
}

/** Those addresses whose two words lead to neighbours that lead back. Throws as the memory does. */
function headsWithin(python: Python, from: number, to: number): number[] {
  const start = from - (from % 8);
  const heads: number[] = [];
  const view = python.memory.read(start as Address, to - start);
  const words = Array.from({ length: Math.floor((to - start) / 8) }, (_, i) => unflagged(pointerAt(view, 8 * i)));
  for (let i = 0; i + 1 < words.length; i++) {
    const [next = 0, prev = 0] = [words[i], words[i + 1]];
    if (leadsBack(python, next, 8, start + 8 * i) && leadsBack(python, prev, 0, start + 8 * i))
      heads.push(start + 8 * i);
  }
  return heads;
}

function leadsBack(python: Python, neighbour: number, link: 0 | 8, head: number): boolean {
  if (neighbour === head) return true;
  if (!isUserSpace(neighbour) || neighbour % 8 !== 0) return false;
  try {
    return unflagged(python.pointer(offsetBy(neighbour as Address, 0), link)) === head;
  } catch (error) {
    reasonOf(error);
    return false;
  }
}

function unflagged(word: number): number {
  return word - (word % FLAGS);
}
