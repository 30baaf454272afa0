/** What do the arguments and local variables of each frame hold? */
import { isDeepStrictEqual } from 'node:util';
import type { Address } from '../memory/address.js';
import { DecodedOnce } from '../memory/decoded.js';
import type { CodeObject } from '../python/code.js';
import { type FrameVariables, type LocalNames, readLocalNames, readVariables } from '../python/objects/index.js';
import { reasonOf } from '../python/problem.js';
import type { Python } from '../python/python.js';
import type { CopiedAt, CopiedQuestion } from './question.js';
import type { CodeResult, WalkedFrame } from './stacks.js';
import type { ValuesOf } from './values-of.js';

/** By address of the frame; a frame whose code object cannot be read is not in it. */
export type Locals = ReadonlyMap<Address, FrameVariables>;

/** The question, with values read as `values` says. */
export function localsQuestion(values: ValuesOf): CopiedQuestion<Locals> {
  return {
    name: 'the variables of its frames',
    of: 'thread',
    reads: 'copy',
    ask: (python, at) => readLocals(python, at, values),
    same: isDeepStrictEqual,
  };
}

function readLocals(python: Python, { stack, objects }: CopiedAt, values: ValuesOf): Locals {
  return readIn(python, stack.frames, values(objects));
}

/** Of frames that belong to no thread now. Throws as reading memory does. */
export function readVariablesOf(python: Python, frames: readonly VariableFrame[], values: ValuesOf): Locals {
  return readIn(python, frames, values(python));
}

type VariableFrame = Pick<WalkedFrame, 'address' | 'ran' | 'lasti' | 'foreign'>;

function readIn(python: Python, frames: readonly VariableFrame[], reader: ReturnType<ValuesOf>): Locals {
  reader.beginThread();
  const namesOf = python.the(VariableNames);
  const locals = new Map<Address, FrameVariables>();
  for (const { address, ran, lasti, foreign } of frames) {
    const names = 'code' in ran ? namesOf.one(ran.code) : undefined;
    if (names)
      locals.set(
        address,
        'problem' in names
          ? without(names.problem)
          : readVariables(python, reader, {
              address,
              names,
              code: started(ran, lasti),
              foreign: foreign !== undefined,
            }),
      );
  }
  return locals;
}

/** The code that a frame has begun to run; null: it has not, or which is not known. */
function started(ran: CodeResult, lasti: number): Address | null {
  return 'code' in ran && lasti >= 0 ? ran.code.address : null;
}

function without(problem: string): FrameVariables {
  return { arguments: [], locals: [], omittedLocals: 0, unreadable: 0, problem };
}

/** The names of the variables of code objects, each read once. */
class VariableNames extends DecodedOnce<CodeObject, LocalNames | { readonly problem: string }> {
  constructor(python: Python) {
    super(python.memory, (code) => {
      try {
        return readLocalNames(python.values, code);
      } catch (error) {
        return { problem: reasonOf(error) };
      }
    });
  }
}
