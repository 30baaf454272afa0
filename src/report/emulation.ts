/** Does the processor run the interpreter's code itself, or does another program stand in for a processor? */
import type { Located } from '../locate/locate.js';
import type { Mapping } from '../memory/mapping.js';
import type { ProcessInfo, Warning } from '../snapshot.js';

/** Whether an emulator runs the interpreter: then what is code to it is mapped, and not as code. */
export function isEmulated({ library }: Pick<Located, 'library'>, mappings: readonly Mapping[]): boolean {
  const own = mappings.filter(({ path }) => path !== null && path === library);
  return own.length > 0 && !own.some(({ executable }) => executable);
}

/** `process`, with that it is emulated among what is said of it. `executable`: of the process, which is the emulator. */
export function withEmulator(process: ProcessInfo | null, executable: string | null): ProcessInfo | null {
  const detail = nameOf(executable);
  return process && { ...process, conditions: [...process.conditions, { kind: 'emulated', detail }] };
}

/** What native frames of an emulated process are. */
export function emulatorsFrames(executable: string | null): Warning {
  const emulator = nameOf(executable) ?? 'an emulator';
  const message = `the process runs in ${emulator}: native frames are those of the emulator, not of the program that it runs`;
  return { code: 'native-incomplete', message };
}

/** Without folders. */
function nameOf(path: string | null): string | null {
  return path === null ? null : path.slice(path.lastIndexOf('/') + 1);
}
