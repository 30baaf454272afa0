/** Are processes that wait for each other found, whatever they wait for, and only where nobody could go on? */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Processes } from '../../src/many/document.js';
import { runPystack } from '../support/command.js';
import { withFolder } from '../support/cores.js';
import { anyInterpreter, type Interpreter } from '../support/interpreters.js';
import { onEveryInterpreter } from '../support/matrix.js';
import { until, withProgram } from '../support/target.js';

/** What `pystack remote` says of a ring of this kind, asked of its first process alone or of all. */
async function look(interpreter: Interpreter, kind: string, follow: boolean) {
  return withFolder((folder) =>
    withProgram(interpreter, 'ring.py', { flags: ['-W', 'ignore'], args: [folder, kind] }, async (program) => {
      const { pids, teller } = program.ready as unknown as { pids: number[]; teller: number };
      // Until then it has open what it was forked with.
      await until('who told this has ended', () => hasEnded(teller));
      const which = follow ? ['--follow', String(pids[0])] : pids.map(String);
      const { code, stdout, stderr } = await runPystack(['remote', '--json', '--fail-on', 'deadlock', ...which]);
      expect(stderr).toBe('');
      const document = JSON.parse(stdout) as Processes;
      expect(document.processes.map(({ pid }) => pid).sort()).toEqual([...pids].sort());
      return { code, findings: document.findings, pids };
    }),
  );
}

function hasEnded(pid: number): boolean {
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return true;
  }
}

/** By kind: how many edges, and what stands in their words. */
const RINGS = {
  flock: [/lock of .*\/b, held by process \d+ \(python/, /lock of .*\/a, held by process \d+ \(python/],
  mixed: [
    /lock of .*\/a, held by process \d+ \(python/,
    /pipe:\[\d+\], whose other end is open in process/,
    /unix socket:\[\d+\], whose other end is open in process/,
  ],
  child: [/for the end of process \d+ \(python/, /pipe:\[\d+\], whose other end is open in process/],
  feeder: [/for the end of process \d+ \(python/, /QueueFeederThread/, /pipe:\[\d+\], whose other end is open/],
  lock: [/b\._semlock \(lock between processes\), held by MainThread of process \d+, taken in lock at ring\.py/],
} as const;

onEveryInterpreter('processes that wait for each other', async (interpreter) => {
  await Promise.all(
    Object.entries(RINGS).map(async ([kind, edges]) => {
      const { code, findings, pids } = await look(interpreter, kind, true);
      expect({ kind, code, codes: findings.map((finding) => finding.code) }).toEqual({
        kind,
        code: 4,
        codes: ['deadlock'],
      });
      const [found] = findings;
      expect(found?.certain).toBe(true);
      expect([...(found?.pids ?? [])].sort()).toEqual([...pids].sort());
      const told = found?.edges.map(({ text }) => text).join('\n') ?? '';
      for (const words of edges) expect(told).toMatch(words);
    }),
  );
});

test.each(['alive', 'busy'])('%s: somebody may go on', async (kind) => {
  const { code, findings } = await look(anyInterpreter(), kind, false);
  expect({ code, findings }).toEqual({ code: 0, findings: [] });
});
