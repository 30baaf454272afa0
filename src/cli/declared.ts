/** The declared commands as data, with their examples: for what is made of them instead of running them. */
import { type Program, programTree } from './command-tree.js';
import { examplesOf } from './examples.js';
import type { Handlers } from './handlers.js';
import { declareProgram } from './program.js';

const nothing = () => {};
/** Runs nothing. */
export const IDLE: Handlers = {
  remote: nothing,
  snapshot: nothing,
  core: nothing,
  collect: nothing,
  group: nothing,
  fleet: nothing,
  watch: nothing,
  diff: nothing,
  doctor: nothing,
  completion: nothing,
  installCompletions: nothing,
  version: nothing,
  licences: nothing,
};

export function declaredTree(): Program {
  return programTree(declareProgram(IDLE), examplesOf);
}
