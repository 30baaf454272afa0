/**
 * Is what comes back from a booted system read and judged as it is? And, where a system and the one file are on this machine
 * already, does a look there tell the truth? Whole runs: `node scripts/kernels/run.mjs`.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { boot, resultsIn } from '../../scripts/kernels/boot.mjs';
import { debianSystem, isHere } from '../../scripts/kernels/debian.mjs';
import { PLAN } from '../../scripts/kernels/plan.mjs';
import { RELEASES, systemNamed } from '../../scripts/kernels/systems.mjs';
import { type GuestResults, type GuestStep, judge } from './judge.js';

const RESULTS: GuestResults = {
  release: '6.1.0',
  version: '#1',
  processor: 'x86_64',
  python: '3.11.2',
  libc: '2.36',
  steps: [],
};

function problemsOf(step: Partial<GuestStep> & { name: string }): readonly string[] {
  const whole = { ready: null, looks: [], problem: null, files: {}, ...step };
  return judge({ ...RESULTS, steps: [whole] })[0]?.problems ?? [];
}

const look = (words: string[], printed: object, status = 0) => ({
  words,
  status,
  stdout: JSON.stringify(printed),
  stderr: '',
  seconds: 1,
});

test('results are found between other things that a console shows, and not if they are garbled', () => {
  const data = deflateSync(JSON.stringify(RESULTS));
  const text = data.toString('base64').replace(/.{40}/g, '$&\r\n');
  const sum = createHash('sha256').update(data).digest('hex');
  const console = `[    0.1] booting\r\nresults begin ${sum}\r\n${text}\r\nresults end\r\n[  9.9] reboot: Power down\r\n`;
  expect(resultsIn(console)).toEqual(RESULTS);
  expect(() => resultsIn(console.replace(text.slice(0, 4), 'AAAA'))).toThrow('garbled');
  expect(() => resultsIn('[    0.1] Kernel panic')).toThrow('no results');
});

test('a step that failed and a false lock are told', () => {
  expect(problemsOf({ name: 'hangs', problem: 'the kernel wrote no core' })).toEqual(['the kernel wrote no core']);
  const waits = { waiter: { kind: 'lock', address: '0x10', names: [] } };
  const capture = { stoppedThreads: 0, simultaneous: true };
  const nothing = { capture, threads: [], resources: [], findings: [] };
  const hangs = { name: 'hangs', ready: { waits, held: {}, findings: [], tids: {} } as never };
  expect(problemsOf({ ...hangs, looks: [look(['remote', '{pid}', '--json'], nothing)] })).toEqual([
    'remote {pid} --json: no thread waiter',
  ]);
});

test('a stopped waiter, a call that ended early and a cut stack are told of the kind of call they are of', () => {
  const thread = (name: string, evidence: string, kind: string) => ({
    ...{ name, evidence, isPython: true, frames: [], nativeEnding: { kind, reason: 'it is not known whose call' } },
  });
  const seen = (evidence: string, kind: string, simultaneous = true) => ({
    capture: { stoppedThreads: 1, simultaneous },
    threads: [thread('read', 'still', 'complete'), thread('semop', evidence, kind)],
  });
  const native = ['remote', '{pid}', '--native', '--json'];
  const verdictsOf = (looks: GuestStep['looks'], counts = '0000000003000000') => {
    const whole = { name: 'undisturbed', ready: { calls: ['read', 'semop'] }, looks, problem: null, files: { counts } };
    return judge({ ...RESULTS, steps: [whole as unknown as GuestStep] });
  };
  expect(verdictsOf([look(native, seen('stopped', 'complete')), look(native, seen('still', 'truncated'), 3)])).toEqual([
    { step: 'cancellable', problems: [] },
    {
      step: 'undisturbed',
      problems: [
        'semop ended early 3 times',
        'remote {pid} --native --json: semop is stopped',
        'remote {pid} --native --json: the native stack of semop ends: it is not known whose call',
      ],
    },
  ]);
  const [cancellable, direct] = verdictsOf([look(native, seen('still', 'complete', false), 3)], '0200000000000000');
  expect(cancellable?.problems).toEqual([
    'read ended early 2 times',
    'remote {pid} --native --json: exit 3 after 1 s: ',
    'it is not of one instant',
  ]);
  expect(direct?.problems).toEqual(cancellable?.problems.slice(1));
});

test('an answer of the doctor that is not yes, and an end that is no answer, are told', () => {
  const checks = ['addon', 'unwinder', 'read-memory', 'look', 'ptrace'].map((id) => ({
    id,
    answer: id === 'look' ? 'limited' : 'yes',
    found: 'as tried',
  }));
  expect(problemsOf({ name: 'doctor', looks: [look(['doctor', '--json'], { checks })] })).toEqual([
    'doctor: look is limited: as tried',
  ]);
  const crash = { words: ['remote', '{pid}'], status: -11, stdout: '', stderr: 'panic\n', seconds: 2 };
  expect(problemsOf({ name: 'waiting', ready: { expected: {} }, looks: [crash] })).toEqual([
    'remote {pid}: exit -11 after 2 s: panic',
  ]);
});

test('what there is no system of is said, with those there are', () => {
  expect(systemNamed('6.1:arm64')).toMatchObject({ suite: 'bookworm', arch: 'arm64', qemu: 'qemu-system-aarch64' });
  expect(() => systemNamed('2.6')).toThrow('kernels are 4.19');
});

const system = RELEASES.map(({ kernel }) => systemNamed(kernel)).find((each) => isHere(each)) ?? null;
const packages = fileURLToPath(new URL('../../packages', import.meta.url));
const oneFile = existsSync(packages)
  ? readdirSync(packages).find((name) => name.endsWith('-linux-x64-glibc'))
  : undefined;

/** It keeps two CPUs busy for minutes: only where it is asked for. */
const isAsked = process.env['PYSTACK_TEST_SYSTEMS'] === '1';

test.skipIf(!isAsked || process.arch !== 'x64' || system === null || oneFile === undefined)(
  'waiting threads of a booted system',
  async () => {
    if (system === null || oneFile === undefined) return;
    const parts = debianSystem(system, () => {});
    const plan = PLAN.filter(({ name }) => name === 'waiting');
    const results = await boot(system, parts, { pystack: join(packages, oneFile), plan, minutes: 9, log: () => {} });
    expect(judge(results as GuestResults)).toEqual([{ step: 'waiting', problems: [] }]);
  },
  600_000,
);
