// How is a system booted, and how is what it found brought back? By qemu, which emulates the processor, so nothing of this
// machine is needed or touched; what was found comes over the emulated serial line.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inflateSync } from 'node:zlib';
import { writeCpio } from './cpio.mjs';

const project = fileURLToPath(new URL('../..', import.meta.url));
const MEMORY_MIB = 3072;
/** Kept of the console when something goes wrong. */
const SHOWN_LINES = 30;

/**
 * Boots a system, has it carry out the plan, and returns what it found. Rejects with the end of the console if it does not
 * come that far within `minutes`.
 * @param {object} system of systems.mjs
 * @param {{ kernel: string, modules: string[], root: string }} parts of debian.mjs
 * @param {{ pystack: string, plan: object[], minutes: number, cpu?: string, log: (line: string) => void }} task
 *   pystack: the one file for that processor; cpu: as qemu calls it
 */
export async function boot(system, parts, { pystack, plan, minutes, cpu, log }) {
  const folder = mkdtempSync(join(tmpdir(), 'pystack-kernel-'));
  try {
    const initramfs = join(folder, 'initramfs');
    writeCpio(initramfs, contentOf(system, parts, pystack, plan));
    const console = join(folder, 'console');
    await runQemu(system, parts.kernel, initramfs, console, { minutes, cpu, log });
    return resultsIn(await readFile(console, 'latin1'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function contentOf({ python }, { modules, root }, pystack, plan) {
  const guest = fileURLToPath(new URL('guest', import.meta.url));
  const cores = plan.flatMap(({ corpus = [] }) => corpus);
  return {
    folders: [root],
    files: {
      init: { path: join(guest, 'init'), mode: 0o755 },
      // A file's folder has to be there before it.
      ...folders(
        'pystack',
        'pystack/modules',
        'pystack/programs',
        'pystack/corpus',
        'dev',
        'proc',
        'sys',
        'tmp',
        'run',
      ),
      'pystack/python': { text: `/usr/bin/python${python}`, mode: 0o644 },
      'pystack/plan.json': { text: JSON.stringify(plan), mode: 0o644 },
      'pystack/look.py': { path: join(guest, 'look.py'), mode: 0o644 },
      'pystack/pystack': { path: pystack, mode: 0o755 },
      ...Object.fromEntries(modules.map((path) => [`pystack/modules/${basename(path)}`, { path, mode: 0o644 }])),
      ...Object.fromEntries(
        programsOf(plan).map((name) => [
          `pystack/programs/${name}`,
          { path: join(project, 'test/programs', name), mode: 0o644 },
        ]),
      ),
      ...Object.fromEntries(
        cores.map((name) => [
          `pystack/corpus/${name.replaceAll('/', '-')}`,
          { path: join(project, 'corefiles', name), mode: 0o644 },
        ]),
      ),
    },
  };
}

function folders(...names) {
  return Object.fromEntries(names.map((name) => [name, { folder: true, mode: 0o755 }]));
}

/** With what they import from beside them. */
function programsOf(plan) {
  return ['oracle.py', 'hang_truth.py', ...new Set(plan.flatMap(({ program }) => program ?? []))];
}

function runQemu({ qemu, machine, boot: words }, kernel, initramfs, console, { minutes, cpu, log }) {
  const args = [
    ...machine,
    // The last one counts.
    ...(cpu ? ['-cpu', cpu] : []),
    ...['-smp', '2', '-m', String(MEMORY_MIB), '-nodefaults', '-nographic', '-no-reboot', '-serial', 'stdio'],
    ...['-kernel', kernel, '-initrd', initramfs, '-append', `${words} rdinit=/init quiet panic=-1`],
  ];
  return new Promise((resolve, reject) => {
    const child = spawn('nice', ['-n', '10', qemu, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    const written = createWriteStream(console);
    const last = [];
    let rest = '';
    const note = (data) => {
      const lines = (rest + data.toString('latin1')).split(/\r?\n/);
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (line.startsWith('step ')) log(line);
        last.push(line);
      }
      last.splice(0, last.length - SHOWN_LINES);
    };
    child.stdout.on('data', (data) => {
      written.write(data);
      note(data);
    });
    child.stderr.on('data', note);
    const timer = setTimeout(() => child.kill('SIGKILL'), minutes * 60_000);
    child.once('error', (error) => reject(new Error(`${qemu} cannot be run: ${error.message}`)));
    child.once('close', (status, signal) => {
      clearTimeout(timer);
      written.end(() => {
        if (status === 0) return resolve();
        const how = signal === null ? `exit ${status}` : `not done within ${minutes} minutes`;
        reject(new Error(`${qemu}: ${how}\n${last.join('\n')}`));
      });
    });
  });
}

/** What the guest printed. Throws an Error where that is not whole. */
export function resultsIn(console) {
  const found = /^results begin (\w+)\s*\n([\s\S]*?)^results end/m.exec(console);
  if (!found) {
    throw new Error(`the system printed no results; last:\n${console.split(/\r?\n/).slice(-SHOWN_LINES).join('\n')}`);
  }
  const data = Buffer.from(found[2].replace(/\s+/g, ''), 'base64');
  if (createHash('sha256').update(data).digest('hex') !== found[1])
    throw new Error('the results were garbled on their way');
  return JSON.parse(inflateSync(data).toString('utf8'));
}
