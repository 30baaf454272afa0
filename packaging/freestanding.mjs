// How are the few kilobytes made that run before there is a C library? A program of launcher/ for one target.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { COMPILER_ENVIRONMENT, compiler, run } from './downloads.mjs';

const folder = fileURLToPath(new URL('launcher', import.meta.url));

/** Compiles launcher/<source>.c into the folder `work`; returns the program's path. */
export function freestandingProgram(source, { cpu, name }, work) {
  const made = join(work, `${source}-${name}`);
  const flags = ['-Os', '-ffreestanding', '-nostdlib', '-fPIE', '-pie', '-s'];
  // Nothing that a C library would have to bring.
  flags.push('-fno-stack-protector', '-fno-sanitize=all', '-fno-builtin');
  run(compiler(), ['cc', '-target', `${cpu}-linux-musl`, ...flags, '-o', made, join(folder, `${source}.c`)], {
    environment: COMPILER_ENVIRONMENT,
  });
  return made;
}
