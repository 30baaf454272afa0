/**
 * A thousand tasks pass messages at full speed: is no chain called consistent that cannot be? Every chain that is must lead
 * from each call to one that its line makes, and those that rest are known as such.
 */
import { readFileSync } from 'node:fs';
import { expect, vi } from 'vitest';
import { inspectProcess } from '../../src/index.js';
import type { Task } from '../../src/snapshot.js';
import { MODES, onEveryInterpreter } from '../support/matrix.js';
import { programPath, withProgram } from '../support/target.js';

/** In each mode; bench/full-rounds.mjs takes more. */
const LOOKS = Number(process.env['PYSTACK_TEST_ROUNDS'] ?? 3);
vi.setConfig({ testTimeout: 180_000 + LOOKS * 20_000 });

/** By line: what it may call. */
function callsOf(file: string): Map<number, string> {
  const lines = readFileSync(file, 'utf8').split('\n');
  return new Map(
    lines.flatMap((line, i) => (/# -> (\w+)/.exec(line)?.[1] ? [[i + 1, /# -> (\w+)/.exec(line)?.[1] ?? '']] : [])),
  );
}

/** Why a chain cannot be; null: it can. */
function impossible({ frames, state }: Task, calls: ReadonlyMap<number, string>): string | null {
  if (state === 'running' || frames.length === 0) return null;
  const places = frames.map((frame) => `${frame.kind === 'python' ? frame.function : '?'}:${frame.line}`).join(' > ');
  for (let i = 0; i < frames.length; i++) {
    const [frame, inner] = [frames[i], frames[i + 1]];
    if (frame?.kind !== 'python' || !frame.file.endsWith('passing_tasks.py')) continue;
    const expected = calls.get(frame.line ?? 0);
    if (expected === undefined) return `${places}: nothing is awaited at line ${frame.line}`;
    // A call that does not wait has no frame; one that does has this one.
    const actual = inner?.kind === 'python' ? inner.function : 'nothing';
    if (actual !== expected && !(frame.function === 'main')) return `${places}: line ${frame.line} awaits ${expected}`;
  }
  return null;
}

for (const count of [2, 1000]) {
  onEveryInterpreter(`${count} tasks that pass messages on`, (interpreter) =>
    withProgram(interpreter, 'passing_tasks.py', { args: [String(count)] }, async ({ pid, ready }) => {
      const calls = callsOf(programPath('passing_tasks.py'));
      const resting = new Set((ready as unknown as { resting: string[] }).resting);
      for (const mode of MODES) {
        for (let n = 0; n < LOOKS; n++) {
          const { tasks } = await inspectProcess(pid, { mode });
          const consistent = (tasks ?? []).filter((task) => task.consistent);
          for (const task of consistent) expect(impossible(task, calls)).toBeNull();
          const rest = (tasks ?? []).filter(({ address }) => resting.has(address));
          expect(rest).toHaveLength(resting.size);
          for (const { consistent: known, state, frames } of rest) {
            expect({ known, state, frames: frames.length }).toEqual({ known: true, state: 'waiting', frames: 2 });
          }
        }
      }
    }),
  );
}
