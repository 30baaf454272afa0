/**
 * Where is a Python with packages that people use? `npm test` has them installed where there is a network
 * (scripts/real-packages.mjs); elsewhere the tests that need them are skipped.
 */
import { spawnSync } from 'node:child_process';
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

/**
 * A Python that can import a package too large to be installed for every run: the one that `PYSTACK_TEST_PACKAGES_PYTHON`
 * names, or that with the other packages; null where neither can.
 */
export function pythonThatImports(name: string): Interpreter | null {
  for (const executable of [process.env['PYSTACK_TEST_PACKAGES_PYTHON'], realPython()]) {
    if (!executable) continue;
    const { status } = spawnSync(executable, ['-c', `import ${name}`], { stdio: 'ignore', timeout: 60_000 });
    const base = findInterpreters().find((interpreter) => interpreter.executable === realpathSync(executable));
    if (status === 0 && base) return { ...base, executable };
  }
  return null;
}
