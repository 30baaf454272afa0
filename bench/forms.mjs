// In which forms can it be started here, and how is each called? The checkout, and of what `npm run package` made the npm
// package, the wheel and the single executable, installed into a folder for the time of the bench.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { OURS } from './tools.mjs';

const packages = fileURLToPath(new URL('../packages', import.meta.url));

/**
 * Command lines by the form's name, and the names of those that are not here.
 * @returns {{ forms: Record<string, string[]>, absent: string[] }}
 */
export function installedForms() {
  const folder = mkdtempSync(join(tmpdir(), 'pystack-forms-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const made = existsSync(packages) ? readdirSync(packages) : [];
  const file = (pattern) => {
    const found = made.find((name) => pattern.test(name));
    return found === undefined ? null : join(packages, found);
  };
  const found = {
    checkout: [process.execPath, OURS],
    'npm package': unpacked(file(/^pystack-.*\.tgz$/), folder),
    wheel: installed(file(/manylinux.*_x86_64\.whl$/), join(folder, 'environment')),
    'one file': executable(file(/-linux-x64-glibc$/)),
  };
  const entries = Object.entries(found);
  return {
    forms: Object.fromEntries(entries.filter(([, command]) => command !== null)),
    absent: entries.filter(([, command]) => command === null).map(([name]) => name),
  };
}

function unpacked(tarball, folder) {
  if (tarball === null || !run('tar', ['-x', '-f', tarball, '-C', folder])) return null;
  return [process.execPath, join(folder, 'package/bin/pystack')];
}

/** Installed by pip, which gives the one file under another name. */
function installed(wheel, environment) {
  if (wheel === null || !run('python3', ['-m', 'venv', environment])) return null;
  const args = ['-m', 'pip', 'install', '--quiet', '--no-index', '--disable-pip-version-check', wheel];
  if (!run(join(environment, 'bin/python'), args)) return null;
  return [join(environment, 'bin/pystack')];
}

function executable(file) {
  return file === null ? null : [file];
}

function run(command, args) {
  return spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] }).status === 0;
}
