/** `pystack doctor`, as it is called: on this machine, on a Python, on what is none, and where things are refused. */
import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { type DoctorReport, verdict } from '../../src/doctor/report.js';
import { doctorText } from '../../src/doctor/text.js';
import { PLAIN } from '../../src/render/palette.js';
import { runPystack } from '../support/command.js';
import { anyInterpreter } from '../support/interpreters.js';
import { withProgram } from '../support/target.js';

async function doctor(...args: string[]): Promise<{ code: number | null; report: DoctorReport }> {
  const { code, stdout, stderr } = await runPystack(['doctor', '--json', ...args]);
  expect(stderr).toBe('');
  return { code, report: JSON.parse(stdout) };
}

function answerOf({ checks }: DoctorReport, id: string): string | undefined {
  return checks.find((check) => check.id === id)?.answer;
}

test('a Python process: every question is answered, and every way of looking was timed', () =>
  withProgram(anyInterpreter(), 'callbacks.py', {}, async ({ pid }) => {
    const { report } = await doctor(`${pid}`);
    expect(report).toMatchObject({ doctorVersion: 1, pid });
    for (const id of ['addon', 'unwinder', 'read-memory', 'look', 'permission', 'python']) {
      expect({ id, answer: answerOf(report, id) }).toEqual({ id, answer: 'yes' });
    }
    expect(report.costs.map(({ what }) => what)).toEqual([
      'remote',
      'remote --native',
      'remote --locals',
      'remote --no-block',
    ]);
    for (const check of report.checks) {
      if (check.answer === 'no' || check.answer === 'limited') expect(check.found).not.toBe('');
    }
  }));

test('what looking does not need is a remark, and the last line says what works', () => {
  const check = (id: string, answer: DoctorReport['checks'][number]['answer']) => ({
    id,
    subject: 'machine' as const,
    question: `${id}?`,
    answer,
    found: 'x',
    remedy: null,
    ms: null,
  });
  const report = (checks: DoctorReport['checks']) => ({
    doctorVersion: 1 as const,
    version: '1',
    target: 'linux-x64-glibc',
    pid: null,
    checks,
    costs: [],
  });
  const all = ['addon', 'unwinder', 'read-memory', 'other-processes'].map((id) => check(id, 'yes'));
  const last = (checks: DoctorReport['checks']) => doctorText(report(checks), PLAIN).trimEnd().split('\n').at(-1);
  expect(verdict([...all, check('core-dumps', 'remark')])).toBe('yes');
  expect(last([...all, check('core-dumps', 'remark')])).toBe('Works: remote, snapshot, --native, core.');
  expect(last([...all.slice(0, 3), check('other-processes', 'limited')])).toContain('(see above: whose processes)');
  expect(last([...all.slice(0, 3), check('other-processes', 'no')])).toBe(
    'Works: --native, core; does not: remote, snapshot.',
  );
});

test('what is no Python is a no, and no failure', async () => {
  const child = spawn('sleep', ['30'], { stdio: 'ignore' });
  try {
    const { code, report } = await doctor(`${child.pid}`);
    expect(code).toBe(1);
    expect(answerOf(report, 'permission')).toBe('yes');
    expect(report.checks.at(-1)).toMatchObject({ id: 'python', answer: 'no', remedy: expect.any(String) });
  } finally {
    child.kill('SIGKILL');
  }
});

test('no such process', async () => {
  const { code, report } = await doctor(`${2 ** 22}`);
  expect(code).toBe(1);
  expect(report.checks.at(-1)).toMatchObject({ id: 'exists', answer: 'no' });
});

test('the text fits 80 columns, and what a process says of itself does nothing there', () => {
  const hostile = `a\x1b[2Jb ${'word '.repeat(40)}`;
  const text = doctorText(
    {
      doctorVersion: 1,
      version: '1',
      target: 'linux-x64-glibc',
      pid: 7,
      checks: [
        { id: 'x', subject: 'process', question: 'Is it?', answer: 'limited', found: hostile, remedy: hostile, ms: 1 },
      ],
      costs: [{ what: 'remote', ms: 10, pauseMs: 0.1, stoppedThreads: 1, phases: [{ phase: 'open', ms: 2 }] }],
    },
    PLAIN,
  );
  expect(text).not.toContain('\x1b');
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
});
