/** Which Pythons have which packages? A folder of wheels for each, to be put on PYTHONPATH; without a network there is none. */
import { greenPackages } from '../../scripts/green-packages.mjs';
import type { Interpreter } from '../support/interpreters.js';

/** PYTHONPATH with those packages for the interpreter; null where they cannot be had. */
export function packagesFor(interpreter: Interpreter, packages: readonly string[]): string | null {
  const { minorVersion, freeThreaded, debug, traceRefs } = interpreter;
  // Wheels are of ordinary builds.
  if (debug || traceRefs) return null;
  return greenPackages(`${minorVersion}${freeThreaded ? 't' : ''}`, packages);
}
