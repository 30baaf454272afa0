/** Is a process that hangs told from one that is slow, from look to look, without disturbing it? */
import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Watch, WatchEvent } from '../../src/watch/model.js';
import { PYSTACK, RUNNER, runPystack } from '../support/command.js';
import { withFolder } from '../support/cores.js';
import { anyInterpreter } from '../support/interpreters.js';
import { onEveryInterpreter } from '../support/matrix.js';
import { startProgram, until, withProgram } from '../support/target.js';

const EVERY_MS = 200;
const LOOKS = 3;

/** What was printed by `--jsonl`. */
function documents(stdout: string): { events: WatchEvent[]; watch: Watch } {
  const all = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as WatchEvent | Watch);
  const watch = all.pop();
  if (watch?.kind !== 'watch') throw new Error(`the last line is no summary: ${stdout.slice(-300)}`);
  return { events: all.filter((one) => one.kind === 'watch-event'), watch };
}

/** Watches while `during` runs; resolves when it ends by itself. */
async function watching(args: readonly string[], during: (told: () => string) => Promise<void>) {
  const child = spawn(RUNNER, [PYSTACK, 'watch', '--jsonl', `--every`, `${EVERY_MS}ms`, ...args]);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  try {
    await during(() => stdout);
    return { code: await ended, stderr, ...documents(stdout) };
  } finally {
    child.kill('SIGKILL');
  }
}

onEveryInterpreter('what goes on is not stuck, and what hangs is within the looks asked for', async (interpreter) => {
  await withFolder(async (folder) => {
    const [hang, end, save] = [join(folder, 'hang'), join(folder, 'end'), join(folder, 'hung-%p.core')];
    await withProgram(interpreter, 'steps.py', { args: [hang, end] }, async ({ pid }) => {
      let hungAt = 0;
      const { code, events, watch, stderr } = await watching(
        ['--until', 'stuck', '--for', '170s', '--save', save, `${pid}`],
        async (told) => {
          await until('it was seen to go on', () => told().includes('"verdict":"going-on"'));
          hungAt = Date.now();
          writeFileSync(hang, '');
        },
      );
      expect({ code, stderr }).toEqual({ code: 4, stderr: '' });
      const stuck = events.filter(({ event }) => event === 'stuck');
      const before = events.filter(({ event, at }) => event === 'stuck' && Date.parse(at) < hungAt);
      expect({ before, who: stuck.map(({ tid }) => tid) }).toEqual({ before: [], who: [pid] });
      expect(stuck[0]?.message).toMatch(/stands for .* in hang \(steps\.py:\d+\), waits for lock/);
      const [its] = watch.processes;
      expect({ until: watch.until, verdict: its?.verdict }).toEqual({ until: 'stuck', verdict: 'stuck' });
      expect(its?.threads.map(({ isStuck, constant }) => [isStuck, constant?.function])).toEqual([[true, 'main']]);
      const saved = await runPystack(['core', save.replace('%p', `${pid}`)]);
      expect(saved.stdout).toContain('steps.py');
    });
  });
});

test('what is slow is not called stuck', async () => {
  await withFolder(async (folder) => {
    const args = [join(folder, 'never'), join(folder, 'end')];
    await withProgram(anyInterpreter(), 'steps.py', { args }, async ({ pid }) => {
      const { code, events, watch } = await watching(['--for', '4s', '--until', 'held-up', `${pid}`], async () => {});
      expect({ code, until: watch.until }).toEqual({ code: 0, until: null });
      expect(events.filter(({ event }) => event === 'stuck')).toEqual([]);
      expect(watch.processes[0]).toMatchObject({ pid, endedAt: null, error: null });
    });
  });
});

test('of what does not run nothing is read, and nothing is stopped', async () => {
  await withProgram(anyInterpreter(), 'many_threads.py', { args: ['50'] }, async ({ pid }) => {
    // Not for so and so long: it may have to wait for a CPU.
    const enough = ['--until', 'stuck', '--looks', `${3 * LOOKS}`, '--for', '170s'];
    const { watch } = await watching([...enough, `${pid}`], async () => {});
    const [its] = watch.processes;
    expect(its).toMatchObject({ stoppedThreads: 0, unmoved: (its?.looks ?? 0) - 1 });
    expect(its?.threads.every(({ step }) => step === 'stands')).toBe(true);
    expect(its?.looks).toBeGreaterThanOrEqual(3 * LOOKS);
  });
});

test('a process that ends is told, and with the last of them the watch ends', async () => {
  await withFolder(async (folder) => {
    const [hang, end] = [join(folder, 'hang'), join(folder, 'end')];
    const program = await startProgram(anyInterpreter(), 'steps.py', { args: [hang, end] });
    try {
      const { code, events, watch } = await watching([`${program.pid}`], async (told) => {
        await until('it was looked at', () => told().includes('"look":1'));
        writeFileSync(end, '');
      });
      expect(code).toBe(0);
      expect(events.at(-1)).toMatchObject({ event: 'ended', tid: null });
      expect(watch.processes[0]?.endedAt).not.toBeNull();
    } finally {
      await program.kill();
    }
  });
});

test('what cannot be looked at is an error as of every command', async () => {
  const { code, stdout, stderr } = await runPystack(['watch', '--for', '1s', '4194303']);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain('there is no process 4194303');
});

test('Ctrl-C ends it with the summary', async () => {
  await withFolder(async (folder) => {
    const args = [join(folder, 'never'), join(folder, 'end')];
    await withProgram(anyInterpreter(), 'steps.py', { args }, async ({ pid }) => {
      const child = spawn(RUNNER, [PYSTACK, 'watch', '--every', '100ms', `${pid}`]);
      let text = '';
      child.stdout.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
      });
      const ended = new Promise<NodeJS.Signals | null>((resolve) =>
        child.once('close', (_, signal) => resolve(signal)),
      );
      await until('it looked', () => text.includes(`${pid} CPython`));
      child.kill('SIGINT');
      expect(await ended).toBe('SIGINT');
      expect(text).toMatch(/looks? in .* of a CPU/);
    });
  });
});

test('two looks at one process are compared thread by thread', async () => {
  await withFolder(async (folder) => {
    const [hang, end, kept] = [join(folder, 'hang'), join(folder, 'end'), join(folder, 'kept.core')];
    await withProgram(anyInterpreter(), 'steps.py', { args: [hang, end] }, async ({ pid }) => {
      expect((await runPystack(['snapshot', '-o', kept, `${pid}`])).code).toBe(0);
      expect(existsSync(kept)).toBe(true);
      writeFileSync(hang, '');
      await until('it hangs', async () =>
        (await runPystack(['remote', '--plain', `${pid}`])).stdout.includes('in hang'),
      );
      const { code, stdout } = await runPystack(['diff', kept, `${pid}`]);
      expect(code).toBe(0);
      expect(stdout).toMatch(
        /MainThread \(\d+\) is somewhere else, still in main \(steps\.py:\d+\)\n {2}- .*\n {2}\+ hang \(steps\.py:\d+\), waits for lock/,
      );
      const again = await runPystack(['diff', '--json', `${pid}`, `${pid}`]);
      expect(JSON.parse(again.stdout)).toMatchObject({
        kind: 'diff',
        sameProcess: true,
        unchanged: 1,
        newFindings: [],
      });
    });
  });
});
