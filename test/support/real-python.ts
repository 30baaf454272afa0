/**
 * Where is a Python with packages that people use? `npm test` has them installed where there is a network
 * (scripts/real-packages.mjs); elsewhere the tests that need them are skipped.
 */
import { realpathSync } from 'node:fs';
import { realPython } from '../../scripts/real-packages.mjs';
import { findInterpreters, type Interpreter } from './interpreters.js';

/** It, described like the interpreter it was made of; null where there is none, or that one is not among those tested. */
export function pythonWithPackages(): Interpreter | null {
  const executable = realPython();
  if (executable === null) return null;
  const base = findInterpreters().find((interpreter) => interpreter.executable === realpathSync(executable));
  return base ? { ...base, executable } : null;
}
