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

/** PYTHONPATH with gevent; null where there is none. */
export function geventFor(interpreter: Interpreter): string | null {
  // The last one for Python 2, 22.10, cannot make sockets.
  return packagesFor(interpreter, [interpreter.version.major === 2 ? 'gevent==21.12.0' : 'gevent']);
}

/** PYTHONPATH with trio, and more; null where there is none. */
export function trioFor(interpreter: Interpreter, ...more: string[]): string | null {
  const { major, minor } = interpreter.version;
  if (major < 3) return null;
  // Up to 3.10 it needs what later versions have themselves; which, the Python's own pip knows.
  if (minor > 10) return packagesFor(interpreter, ['trio', ...more]);
  const { minorVersion, executable, debug, traceRefs } = interpreter;
  return debug || traceRefs ? null : greenPackages(minorVersion, ['trio', ...more], executable);
}
