// How do the benches have a core that the kernel wrote? Of a program of the tests, that is killed once it is ready.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The path of the core of `program` (of test/programs), which `python` runs with these arguments. It is small. */
export async function kernelCore(python, program, args, folder) {
  const path = fileURLToPath(new URL(`../test/programs/${program}`, import.meta.url));
  const child = spawn('prlimit', ['--stack=1048576', '--core=unlimited', python, path, ...args], {
    cwd: folder,
    env: { ...process.env, MALLOC_ARENA_MAX: '1', PYTHONDONTWRITEBYTECODE: '1' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  await new Promise((resolve) => setTimeout(resolve, 200));
  child.kill('SIGSEGV');
  await once(child, 'exit');
  const found = readdirSync(folder).find((name) => name.startsWith('core'));
  if (found === undefined) throw new Error(`${python} left no core in ${folder}`);
  return join(folder, found);
}
