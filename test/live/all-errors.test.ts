/**
 * Is every error of docs/errors.md one that happens? Each is brought about for real by the command, or told where it is; and
 * none takes more than three lines of 100 columns.
 */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { errorReport } from '../../src/cli/error-report.js';
import { ERRORS, type ErrorCode, PystackError } from '../../src/errors.js';
import { PLAIN } from '../../src/render/palette.js';
import { PYSTACK, RUNNER, runCommand, runPystack } from '../support/command.js';
import { anyInterpreter } from '../support/interpreters.js';
import { withProgram } from '../support/target.js';

const folder = mkdtempSync(join(tmpdir(), 'pystack-errors-'));
afterAll(() => rmSync(folder, { recursive: true }));
const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url));
const CORE = join(CHECKOUT, 'corefiles/segfault/3.12/core.gz');
const written = (name: string, content: string | Uint8Array) => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
/** The core, unpacked. */
const core = () => written('core', spawnSync('gzip', ['-dc', CORE], { maxBuffer: 1 << 28 }).stdout);

/** Runs the command; null: this cannot be brought about on this machine. */
type Cause = (more: readonly string[]) => Promise<{ stderr: string } | null>;

async function sleeping(use: (pid: number) => Promise<{ stderr: string }>): Promise<{ stderr: string }> {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  try {
    return await use(child.pid ?? 0);
  } finally {
    child.kill('SIGKILL');
  }
}

const look = (pid: number | string | undefined, ...options: string[]) => runPystack(['remote', ...options, `${pid}`]);
const CAUSES: Partial<Record<ErrorCode, Cause>> = {
  usage: (more) => look('gunicorn', ...more),
  'no-such-process': (more) => look(2 ** 22, ...more),
  zombie: (more) =>
    withProgram(anyInterpreter(), 'zombie.py', {}, ({ ready }) => look(Number(ready['zombie']), ...more)),
  'thread-id': (more) =>
    withProgram(anyInterpreter(), 'many_threads.py', { args: ['2', '1'] }, ({ ready }) =>
      look(ready.threads?.[0]?.tid ?? 0, ...more),
    ),
  'not-python': (more) => sleeping((pid) => look(pid, ...more)),
  'file-not-found': (more) => runPystack(['core', join(folder, 'nonexist'), ...more]),
  'file-unreadable': (more) => runPystack(['core', '/dev/null', ...more]),
  'not-a-core': (more) => runPystack(['core', written('text', 'hello'), ...more]),
  'core-unreadable': (more) => {
    const file = core();
    truncateSync(file, 70);
    return runPystack(['core', file, ...more]);
  },
  'executable-not-found': (more) => runPystack(['core', core(), '--locate-by', 'cookie', '--sysroot', folder, ...more]),
  'wrong-architecture': (more) => {
    const bytes = Buffer.from(spawnSync('gzip', ['-dc', CORE], { maxBuffer: 1 << 28 }).stdout);
    // e_machine of a PowerPC: elf(5).
    bytes.writeUInt16LE(21, 18);
    return runPystack(['core', written('other', bytes), ...more]);
  },
  decompression: (more) =>
    runPystack(['core', written('bad.gz', Uint8Array.of(0x1f, 0x8b, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8)), ...more]),
  'no-coredump-storage': (more) => runPystack(['core', '--systemd', 'nobody-is-called-so', ...more]),
  'not-collected': (more) => runPystack(['group', written('text', 'hello'), ...more]),
  'collected-by-newer': (more) => runPystack(['group', written('newer', '{"pystackCollect":99}\n'), ...more]),
  'engine-not-found': (more) => runPystack(['fleet', '--ssh', 'n1', '--client', 'no-such-client', ...more]),
  output: (more) =>
    runCommand('bash', ['-c', '"$0" "$@" > /dev/full', RUNNER, PYSTACK, 'core', CORE, '--sysroot', folder, ...more]),
  'out-of-descriptors': async (more) => {
    // The one file does not start with fewer than a look at a small process takes.
    if (RUNNER !== process.execPath) return null;
    return sleeping(async (pid) => {
      // Node.js itself does not start with fewer; how many it takes differs.
      for (let most = 18; most < 40; most++) {
        const limited = ['-c', `ulimit -n ${most}; exec "$0" "$@"`, RUNNER, PYSTACK, 'remote', `${pid}`, ...more];
        const result = await runCommand('bash', limited);
        if (result.stderr.startsWith('pystack: ')) return result;
      }
      throw new Error('it always has enough');
    });
  },
  'addon-missing': (more) => {
    for (const part of ['bin', 'dist']) spawnSync('cp', ['-a', join(CHECKOUT, part), folder]);
    copyFileSync(join(CHECKOUT, 'package.json'), join(folder, 'package.json'));
    return runCommand(process.execPath, [join(folder, 'bin/pystack'), 'remote', `${process.pid}`, ...more]);
  },
  permission: async (more) => {
    if (process.getuid?.() !== 0 || spawnSync('setpriv', ['--version']).error) return null;
    chmodSync(folder, 0o755);
    const as = ['--reuid=65534', '--regid=65534', '--clear-groups', '--', RUNNER, PYSTACK, 'remote', '1', ...more];
    const result = await runCommand('setpriv', as);
    return result.stderr.includes('permission') ? result : null;
  },
};

test.each(Object.entries(CAUSES))('%s', async (code, cause, ...rest) => {
  const context = rest.at(-1) as unknown as { skip?: (why: string) => never } | undefined;
  const result = await cause([]);
  if (result === null) {
    context?.skip?.('it cannot be brought about here');
    return;
  }
  const lines = result.stderr.trimEnd().split('\n');
  expect(lines, result.stderr).toHaveLength(3);
  expect(lines[0]).toMatch(/^pystack: /);
  expect(lines[1]).toMatch(/^Cause: /);
  expect(lines[2]).toMatch(/^Next step: /);
  for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(100);
  expect((await cause(['-v']))?.stderr).toContain(`Error '${code}'`);
});

/** Where a test brings it about that has the whole machinery for it. */
const ELSEWHERE: Partial<Record<ErrorCode, string>> = {
  'kernel-thread': 'live/errors.test.ts, where there are any',
  'not-initialized': 'live/life.test.ts',
  'process-exited': 'live/errors.test.ts',
  'unsupported-version': 'locate/next-version.test.ts',
  'unsupported-interpreter': 'locate/locate.test.ts',
  'unsupported-platform': 'process/platform.test.ts',
  'not-main-thread': 'live/errors.test.ts',
  'unreadable-memory': 'process/live',
  'engine-failed': 'fleet/slurm.test.ts',
  'no-answer': 'fleet/ssh.test.ts',
  internal: 'cli/run.test.ts',
};

test.each(Object.keys(ERRORS) as ErrorCode[])('%s is brought about, and its own words fit', (code) => {
  expect(CAUSES[code] ?? ELSEWHERE[code], `nothing brings about ${code}`).toBeDefined();
  const lines = errorReport(new PystackError(code, 'x'), PLAIN, 0, () => '')
    .trimEnd()
    .split('\n');
  expect(lines).toHaveLength(3);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(100);
});
