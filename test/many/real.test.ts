/** Are many real processes told in a few blocks, and the odd one first? Prefork servers, pools, jobs of ranks. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Group, Groups } from '../../src/many/groups/model.js';
import { PYSTACK, RUNNER, runCommand, runPystack } from '../support/command.js';
import { anyInterpreter, findInterpreters } from '../support/interpreters.js';
import { pythonWithPackages } from '../support/real-python.js';
import { programPath, until, untilAllSleep, withProgram } from '../support/target.js';

const folder = mkdtempSync(join(tmpdir(), 'pystack-many-real-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function groupsBy(...args: string[]): Promise<Groups & { code: number | null; stderr: string }> {
  const { code, stdout, stderr } = await runPystack([...args, '--json']);
  return { ...JSON.parse(stdout), code, stderr };
}

const innermost = ({ stack }: Group) => stack.at(-1)?.frames.at(-1)?.name;
const functions = ({ stack }: Group) => stack.flatMap(({ frames }) => frames.map(({ name }) => name));
const pidsOf = ({ who }: Group) =>
  who
    .flatMap(({ of }) => of.pids.flatMap(({ pids }) => pids))
    .flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => first + i))
    .sort((a, b) => a - b);

test('two hundred processes of one parent: three blocks, the odd one first, nobody lost', async () => {
  await withProgram(anyInterpreter(), 'forked_ranks.py', { args: ['200'] }, async ({ pid, ready }) => {
    const { pids, odd } = ready as unknown as { pids: number[]; odd: number };
    const groups = await groupsBy('remote', '--group', '--children', String(pid));
    expect({ code: groups.code, stderr: groups.stderr }).toEqual({ code: 0, stderr: '' });
    expect(groups.counts).toEqual({ processes: 201, threads: 401, hosts: 1 });
    const [first, ...others] = groups.groups;
    expect(first && [innermost(first), pidsOf(first), first.odd]).toEqual(['load', [odd], { elsewhere: 199, of: 200 }]);
    const waiting = others.filter((group) => innermost(group) === 'wait');
    expect(waiting.map(({ threads }) => threads)).toEqual([200, 199]);
    expect(waiting.map(pidsOf)).toEqual(
      [pids, pids.filter((each) => each !== odd)].map((list) => list.sort((a, b) => a - b)),
    );
    const shown = await runPystack(['remote', '--group', '--children', String(pid)]);
    expect(shown.stdout.split('\n').length).toBeLessThan(60);
    expect(shown.stdout).toContain('200 threads: helper-# of child processes ');
  });
});

describe.each(findInterpreters())('$label', (interpreter) => {
  test('a prefork server of five', async () => {
    await withProgram(interpreter, 'forked_ranks.py', { args: ['5'] }, async ({ pid, ready }) => {
      const groups = await groupsBy('remote', '--group', '--children', String(pid));
      expect(groups.code, groups.stderr).toBe(0);
      expect(groups.counts.processes).toBe(6);
      const [first] = groups.groups;
      expect(first && [innermost(first), pidsOf(first)]).toEqual(['load', [ready['odd']]]);
    });
  });
});

const python = pythonWithPackages();
test.runIf(python)('gunicorn: the worker that is stuck in a request comes first', async () => {
  if (!python) return;
  await withProgram(python, 'gunicorn_prefork.py', {}, async ({ pid, ready }) => {
    const groups = await groupsBy('remote', '--group', '--children', String(pid));
    expect(groups.code, groups.stderr).toBe(0);
    expect(groups.counts.processes).toBe(6);
    const [first, second] = groups.groups;
    expect(first && [innermost(first), first.threads, first.odd?.of]).toEqual(['application', 1, 5]);
    expect(second?.threads).toBe(4);
    const workers = [first, second].flatMap((group) => (group ? pidsOf(group) : [])).sort((a, b) => a - b);
    expect(workers).toEqual(ready['workers']);
    // The master is alone of its kind, and not odd.
    const masters = groups.groups.filter((group) => pidsOf(group).includes(pid));
    expect(masters.length).toBeGreaterThan(0);
    expect(masters.map(({ odd }) => odd)).toEqual(masters.map(() => null));
  });
});

test.runIf(python)('uwsgi: Python in a server written in C, and the worker that is stuck in a request', async () => {
  if (!python) return;
  await withProgram(python, 'uwsgi_prefork.py', {}, async ({ pid, ready }) => {
    const groups = await groupsBy('remote', '--group', '--children', String(pid));
    expect(groups.code, groups.stderr).toBe(0);
    const [first] = groups.groups;
    expect(first && [innermost(first), pidsOf(first), first.odd?.of]).toEqual(['application', [ready['stuck']], 4]);
    expect(groups.counts.processes).toBe(5);
  });
});

test('a pool of processes: those at work, those that wait, and the parent', async () => {
  await withProgram(anyInterpreter(), 'process_pool.py', {}, async ({ pid, ready }) => {
    const groups = await groupsBy('remote', '--group', '--children', String(pid));
    expect(groups.code, groups.stderr).toBe(0);
    const working = groups.groups.filter((group) => innermost(group) === 'work');
    expect(working.map(({ threads }) => threads)).toEqual([2]);
    const workers = groups.groups.filter((group) => functions(group).includes('worker')).flatMap(pidsOf);
    expect(workers.sort((a, b) => a - b)).toEqual(ready['workers']);
  });
});

test('deadlocks of many processes are one finding, told before the groups, through a file as well', async () => {
  await withProgram(anyInterpreter(), 'deadlocked_ranks.py', { args: ['6'] }, async ({ pid, ready }) => {
    const file = join(folder, 'deadlocks');
    await runPystack(['collect', '--children', String(pid), '-o', file]);
    for (const groups of [
      await groupsBy('remote', '--group', '--children', String(pid)),
      await groupsBy('group', file),
    ]) {
      const deadlocks = groups.findings.filter(({ code }) => code === 'deadlock');
      expect(deadlocks).toMatchObject([{ certain: true, of: { processes: 3 } }]);
      expect(pidsOf({ who: [{ of: deadlocks[0]?.of }] } as Group)).toEqual(ready['deadlocked']);
      const about = groups.groups.filter(({ inFindings }) => inFindings > 0);
      expect(about.map(({ inFindings, threads }) => [inFindings, threads])).toEqual([[6, 6]]);
      expect(about[0] && innermost(about[0])).toBe('both');
    }
  });
});

describe('ranks of a job', () => {
  test('collected in parts and merged: named by rank, and who is missing', async () => {
    const mark = `${process.pid}-${Date.now()}`;
    const executable = anyInterpreter().executable;
    const environment = {
      ...process.env,
      PYSTACK_TEST_RANKS: mark,
      RANK_ODD: '3',
      WORLD_SIZE: '10',
      SECRET_TOKEN: 'hunter2',
    };
    const ranks = [0, 1, 2, 3, 4, 5, 6, 7].map((rank) =>
      spawn(executable, [programPath('rank.py')], { env: { ...environment, RANK: String(rank) } }),
    );
    try {
      await Promise.all(ranks.map((rank) => new Promise((ready) => rank.stdout.once('data', ready))));
      for (const { pid = 0 } of ranks) await untilAllSleep(pid);
      const files = [ranks.slice(0, 3), ranks.slice(3)].map(async (part, i) => {
        const file = join(folder, `part${i}-%h`);
        const pids = part.map(({ pid }) => String(pid));
        const { code, stdout, stderr } = await runPystack([
          'collect',
          '--host',
          `n/${i}`,
          '-o',
          file,
          ...pids,
          '4194303',
        ]);
        expect({ code, stdout }, stderr).toEqual({ code: 3, stdout: '' });
        return join(folder, `part${i}-n_${i}`);
      });
      const written = await Promise.all(files);
      for (const file of written) expect(statSync(file).size).toBeLessThan(4000);
      expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
      const groups = await groupsBy('group', ...written);
      expect(groups.code).toBe(3);
      expect(groups.jobs).toEqual([
        { id: null, variable: 'RANK', size: 10, ranks: [[0, 7]], unreadable: [], missing: [[8, 9]] },
      ]);
      expect(groups.counts.hosts).toBe(2);
      expect(groups.failures).toMatchObject([{ code: 'no-such-process', of: { processes: 2 } }]);
      const [first] = groups.groups;
      expect(first?.who[0]?.of.ranks).toEqual([{ job: null, ranks: [[3, 3]] }]);
      expect(first && innermost(first)).toBe('load');
      // The same through a pipe, among what else a carrier writes, and as a tree of merges.
      const lines = written.map((file) => readFileSync(file, 'utf8'));
      const carried = join(folder, 'carried.log');
      writeFileSync(carried, `srun: hello\n0: ${lines[0]}\n[1,1]<stdout>: ${lines[1]}`);
      const pipe = await runCommand('sh', ['-c', `"$0" "$1" group --json - < "$2"`, RUNNER, PYSTACK, carried]);
      expect(JSON.parse(pipe.stdout).groups).toEqual(groups.groups);
      expect(pipe.stderr).toContain('passed over: 2');
      const merged = join(folder, 'merged');
      expect((await runPystack(['group', '-o', merged, carried])).code).toBe(0);
      const again = await groupsBy('group', merged, ...written);
      expect(again.groups).toEqual(groups.groups);
      // What is no identity never leaves the process's environment.
      const packed = await runCommand('sh', [
        '-c',
        `sed 's/.*"data":"//; s/"}//' "$0" | base64 -d | gunzip`,
        written[0] ?? '',
      ]);
      expect(packed.stdout).toContain('WORLD_SIZE');
      expect(packed.stdout).not.toMatch(/hunter2|SECRET_TOKEN|PYSTACK_TEST_RANKS/);
    } finally {
      for (const rank of ranks) rank.kill('SIGKILL');
    }
  });

  test('JSON documents can be merged as well', async () => {
    await withProgram(anyInterpreter(), 'forked_ranks.py', { args: ['4'] }, async ({ pid }) => {
      const file = join(folder, 'document.json');
      for (const flag of ['--json', '--jsonl']) {
        writeFileSync(file, (await runPystack(['remote', flag, '--children', String(pid)])).stdout);
        const groups = await groupsBy('group', file);
        expect(groups.counts).toMatchObject({ processes: 5, threads: 9 });
        expect(innermost(groups.groups[0] as Group)).toBe('load');
      }
      writeFileSync(file, (await runPystack(['remote', '--json', String(pid)])).stdout);
      expect((await groupsBy('group', file)).counts.processes).toBe(1);
    });
  });
});

describe('what cannot be merged', () => {
  test.each<[string, string, RegExp]>([
    ['nothing', '', /nothing in .*Cause: It is empty/s],
    ['text', 'hello\nworld\n', /nothing in .*pystack collect/s],
    ['other JSON', '{"a": 1}\n', /nothing in/],
    ['a newer format', '{"pystackCollect":7,"writer":"3.2.1"}\n', /format 7.*pystack 3\.2\.1/s],
    ['a cut line', '{"pystackCollect":1,"data":"H4s', /not whole/],
  ])('%s', async (_, content, message) => {
    const file = join(folder, 'bad');
    writeFileSync(file, content);
    const { code, stderr } = await runPystack(['group', file]);
    expect(stderr).toMatch(message);
    expect(code).toBe(1);
  });

  test('no such file', async () => {
    const { code, stderr } = await runPystack(['group', join(folder, 'none')]);
    expect({ code, told: /there is no file/.test(stderr) }).toEqual({ code: 1, told: true });
  });
});

test('a host where nothing is found writes so, and says it', async () => {
  const { code, stdout, stderr } = await runPystack(['collect', '--match', 'nobody-is-called-so']);
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ pystackCollect: 1, host: hostname(), looks: 0 });
  expect(stderr).toContain('no Python process is what was asked for');
});

test('cores are sorted by what crashed', async () => {
  const cores = [
    'corefiles/segfault/3.12/core.gz',
    'corefiles/segfault/3.12/core.gz',
    'corefiles/segfault/3.11/core.gz',
  ];
  const links = cores.map((core, i) => {
    const file = join(folder, `core.${i}.gz`);
    writeFileSync(file, readFileSync(core));
    return file;
  });
  const groups = await groupsBy('group', ...links);
  expect(groups.crashes.reduce((sum, { processes }) => sum + processes, 0)).toBe(3);
  expect(groups.crashes[0]).toMatchObject({ signal: 'SIGSEGV', example: { core: links[0] } });
  expect(groups.crashes.flatMap((crash) => crash.cores).sort()).toEqual(links);
  const shown = await runPystack(['group', ...links]);
  expect(shown.stdout).toMatch(/3 processes, \d+ threads, 1 crash\n/);
});

test('on a terminal many become groups once they are more than a screenful', async () => {
  await withProgram(anyInterpreter(), 'forked_ranks.py', { args: ['30'] }, async ({ pid }) => {
    const onTerminal = (...flags: string[]) =>
      runCommand('script', [
        '-qec',
        `stty rows 30 cols 120; ${RUNNER} ${PYSTACK} remote --no-color ${flags.join(' ')} ${pid}`,
        '/dev/null',
      ]);
    await until('it is there', () => statSync(`/proc/${pid}`).isDirectory());
    expect((await onTerminal('--children')).stdout).toContain('31 processes, 61 threads');
    expect((await onTerminal('--children', '--no-group')).stdout).not.toContain('31 processes');
  });
});
