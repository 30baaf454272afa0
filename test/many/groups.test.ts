/** Who stands together, who is odd, who is missing: of looks made by hand. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { groupsOf } from '../../src/many/groups/group.js';
import type { Groups } from '../../src/many/groups/model.js';
import { countOf, missingOf, namesText, rangesOf, rangesText } from '../../src/many/groups/ranges.js';
import { treeOf } from '../../src/many/groups/tree.js';
import type { ProcessLook } from '../../src/many/looks/model.js';
import { groupsJson } from '../../src/render/groups-json.js';
import { groupsText } from '../../src/render/groups-text.js';
import { treeText } from '../../src/render/tree-text.js';
import { look, namedThreadAt, rankLook, setOf, threadAt } from './looks.js';

const grouped = (looks: Iterable<ProcessLook>, options = {}) => groupsOf(setOf(looks), options);
const innermost = ({ groups }: Groups) => groups.map(({ stack }) => stack.at(-1)?.frames.at(-1)?.name);
const text = (groups: Groups) => [...groupsText(groups)].join('');
const ranks = (count: number, at: (rank: number) => string, size = count) =>
  Array.from({ length: count }, (_, rank) => rankLook(rank, size, [threadAt('main', at(rank))]));

describe('ranges', () => {
  test.each<[number[], string]>([
    [[], ''],
    [[3], '3'],
    [[2, 1, 0, 2], '0-2'],
    [[0, 1, 5, 7, 8, 9], '0-1,5,7-9'],
  ])('%o', (numbers, expected) => {
    expect(rangesText(rangesOf(numbers))).toBe(expected);
    expect(countOf(rangesOf(numbers))).toBe(new Set(numbers).size);
  });

  test('many are cut with their number', () => {
    expect(rangesText(rangesOf([0, 2, 4, 6, 8, 9]), 2)).toBe('0,2,… (4 more)');
  });

  test('what is missing of a size', () => {
    expect(missingOf(rangesOf([0, 1, 5]), 8)).toEqual([
      [2, 4],
      [6, 7],
    ]);
    expect(missingOf([], 3)).toEqual([[0, 2]]);
    expect(missingOf(rangesOf([0, 1, 2, 9]), 3)).toEqual([]);
  });

  test.each<[string[], string]>([
    [['MainThread'], 'MainThread'],
    [['worker-3', 'worker-4', 'worker-5', 'worker-9'], 'worker-[3-5,9]'],
    [['worker-3'], 'worker-3'],
    [['Thread-1 (run)', 'Thread-2 (run)', 'MainThread'], 'MainThread, Thread-[1-2] (run)'],
    [['pool-0_1', 'pool-0_2', 'pool-1_1'], 'pool-0_[1-2], pool-1_1'],
    [['n008', 'n009', 'n010'], 'n[008-010]'],
    [['n099', 'n100'], 'n099, n100'],
    [['id 123456789012', 'id 123456789013'], 'id 123456789012, id 123456789013'],
    [['a', 'a'], 'a'],
  ])('names %o', (names, expected) => {
    expect(namesText(names)).toBe(expected);
  });
});

describe('groups', () => {
  test('a thousand ranks of which one is elsewhere: it comes first, and everybody is named exactly', () => {
    const groups = grouped(ranks(1024, (rank) => (rank === 512 ? 'load' : 'wait')));
    expect(groups.groups.map(({ threads, processes, odd }) => ({ threads, processes, odd }))).toEqual([
      { threads: 1, processes: 1, odd: { elsewhere: 1023, of: 1024 } },
      { threads: 1023, processes: 1023, odd: null },
    ]);
    expect(text(groups)).toMatch(/\n1 thread: MainThread of rank 512\n {2}\* The odd one out: 1,023 of the 1,024/);
    expect(text(groups)).toContain('1,023 threads: MainThread of ranks 0-511,513-1023\n');
    expect(groups.jobs).toEqual([
      { id: 'run-1', variable: 'RANK', size: 1024, ranks: [[0, 1023]], unreadable: [], missing: [] },
    ]);
    expect(groups.complete).toBe(true);
  });

  test('threads that only their names tell apart are one row', () => {
    const threads = [
      threadAt('main'),
      ...Array.from({ length: 29 }, (_, i) => namedThreadAt(`worker-${i + 3}`, 'wait')),
      namedThreadAt('worker-40', 'wait'),
    ];
    const groups = grouped(Array.from({ length: 4 }, (_, rank) => rankLook(rank, 4, threads)));
    expect(text(groups)).toContain('120 threads: worker-[3-31,40] of ranks 0-3\n');
    expect(groups.groups.find(({ threads: count }) => count === 120)?.who).toHaveLength(1);
  });

  test('rows are exact: what not all of them have is not said of all', () => {
    const groups = grouped([
      rankLook(0, 3, [namedThreadAt('a', 'wait'), namedThreadAt('b', 'wait')]),
      rankLook(1, 3, [namedThreadAt('a', 'wait')]),
      rankLook(2, 3, [namedThreadAt('a', 'wait')]),
    ]);
    expect(groups.groups[0]?.who.map(({ names, exact, of }) => [names, exact, of.ranks[0]?.ranks])).toEqual([
      ['a', true, [[1, 2]]],
      ['a, b', true, [[0, 0]]],
    ]);
  });

  test('where everybody is called differently, a sign stands for the number', () => {
    const groups = grouped(
      Array.from({ length: 20 }, (_, rank) =>
        rankLook(rank, 20, [namedThreadAt(`Thread-${rank * 7 + 2} (run)`, 'wait')]),
      ),
    );
    expect(groups.groups[0]?.who).toMatchObject([{ names: 'Thread-# (run)', exact: false, threads: 20 }]);
  });

  test('other lines of one function are one group, with who stands where; with byLine they are others', () => {
    const looks = ranks(10, (rank) => (rank < 3 ? 'wait:12' : 'wait:14'));
    const [only, ...more] = grouped(looks).groups;
    expect(more).toEqual([]);
    expect(only?.stack[0]?.frames[1]).toMatchObject({
      line: 14,
      lines: [
        { line: 14, threads: 7 },
        { line: 12, threads: 3 },
      ],
    });
    expect(text(grouped(looks))).toContain('* at lines 14 (7), 12 (3)');
    expect(grouped(looks, { byLine: true }).groups).toHaveLength(2);
  });

  test('however deep a recursion is, it is one place', () => {
    const deep = (depth: number) => threadAt('main', ...Array.from({ length: depth }, () => 'f:4'), 'wait');
    const groups = grouped([3, 50_000, 7].map((depth, rank) => rankLook(rank, 3, [deep(depth)])));
    expect(groups.groups).toHaveLength(1);
    expect(groups.groups[0]?.stack.map(({ least, most }) => [least, most])).toEqual([
      [1, 1],
      [3, 50_000],
      [1, 1],
    ]);
    expect(text(groups)).toContain('    … 0 to 49,997 more of f (app.py:4)\n');
    // Through other lines it is the same recursion.
    const lines = ['f:4', 'f:6', 'f:4', 'f:6', 'f:4', 'f:6', 'f:4', 'f:6'];
    const [a, b] = [threadAt('main', ...lines), threadAt('main', 'f:4', 'f:4', 'f:4', 'f:4')];
    expect(grouped([rankLook(0, 2, [a]), rankLook(1, 2, [b])]).groups.map(({ stack }) => stack.at(-1)?.most)).toEqual([
      8,
    ]);
  });

  test("native frames' addresses, suffixes and folders do not part groups", () => {
    const native = (name: string | null, file: string) => ({
      ...threadAt('main'),
      stack: [{ times: 1, frames: [{ kind: 'native' as const, name, file, line: null, source: null }] }],
    });
    const groups = grouped([
      look({ pid: 1 }, [native('pysleep.constprop.0', '/usr/lib/libpython3.12.so')]),
      look({ pid: 2 }, [native('pysleep', '/opt/lib/libpython3.12.so')]),
      look({ pid: 3 }, [native('pysleep.isra.0.cold', '/opt/lib/libpython3.12.so')]),
      look({ pid: 4 }, [native(null, '/opt/lib/libpython3.12.so')]),
    ]);
    expect(groups.groups.map(({ threads }) => threads).sort()).toEqual([1, 3]);
  });
});

describe('the odd one', () => {
  const places = (counts: Record<string, number>) =>
    Object.entries(counts).flatMap(([place, count]) => Array.from({ length: count }, () => place));
  const order = (counts: Record<string, number>) => {
    const list = places(counts);
    const { groups } = grouped(ranks(list.length, (rank) => list[rank] ?? ''));
    return groups.map(({ stack, odd }) => `${stack[0]?.frames[1]?.name}${odd ? '!' : ''}`);
  };

  test.each<[Record<string, number>, string[]]>([
    [{ wait: 3, load: 1 }, ['load!', 'wait']],
    [{ wait: 2, load: 1 }, ['wait', 'load']],
    [{ wait: 900, slow: 60, load: 1 }, ['load!', 'slow!', 'wait']],
    // Most of them are nowhere: nobody is odd.
    [{ a: 40, b: 35, c: 30 }, ['a', 'b', 'c']],
    // Half of them wait and the others are on the move: none of those is odd.
    [
      { wait: 50, ...Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`f${i}`, 1])) },
      ['wait', ...Array.from({ length: 20 }, (_, i) => `f${i}`).sort()],
    ],
  ])('%o', (counts, expected) => {
    expect(order(counts)).toEqual(expected);
  });

  test('who leaves early is odd beside many who are on the move further on', () => {
    const noisy = Array.from({ length: 400 }, (_, rank) => {
      if (rank === 123) return rankLook(rank, 400, [threadAt('main', 'load')]);
      return rankLook(rank, 400, [threadAt('main', 'step', rank % 10 === 0 ? `f${rank}` : 'wait')]);
    });
    const { groups } = grouped(noisy);
    expect(groups[0]?.who[0]?.of.ranks).toEqual([{ job: 'run-1', ranks: [[123, 123]] }]);
    expect(groups.filter(({ odd }) => odd !== null)).toHaveLength(1);
    expect(groups[1]?.threads).toBe(359);
  });

  test('a master is not odd among its workers, nor a helper among main threads', () => {
    const workers = Array.from({ length: 20 }, (_, i) => look({ pid: 200 + i, ppid: 100 }, [threadAt('work')]));
    const groups = grouped([look({ pid: 100 }, [threadAt('arbiter'), namedThreadAt('helper', 'poll')]), ...workers]);
    expect(groups.groups.map(({ odd }) => odd)).toEqual([null, null, null]);
    expect(innermost(groups)).toEqual(['work', 'arbiter', 'poll']);
    expect(text(groups)).toContain('20 threads: MainThread of child processes 200-219\n');
  });

  test('a worker that is elsewhere is', () => {
    const workers = Array.from({ length: 20 }, (_, i) =>
      look({ pid: 200 + i, ppid: 100 }, [threadAt(i === 7 ? 'stuck' : 'work')]),
    );
    expect(innermost(grouped([look({ pid: 100 }, [threadAt('arbiter')]), ...workers]))[0]).toBe('stuck');
  });
});

describe('what is wrong', () => {
  const deadlock = (rank: number) => ({
    code: 'deadlock',
    certain: true,
    message: `thread ${100 + rank} and thread ${200 + rank} wait for each other (Lock at 0x7f${rank}a)`,
  });
  const stuck = { ...threadAt('main', 'stuck'), inFinding: true, stillMs: 90_000 };
  const looks = Array.from({ length: 30 }, (_, rank) => {
    const made = rankLook(rank, 30, [rank % 3 === 0 ? stuck : { ...threadAt('main', 'wait'), stillMs: 2000 + rank }]);
    return rank % 3 === 0 ? { ...made, info: { ...made.info, findings: [deadlock(rank)] } } : made;
  });

  test('is said once for all in which it is the same, and those it is about come before larger groups', () => {
    const groups = grouped(looks);
    const ranks = [0, 3, 6, 9, 12, 15, 18, 21, 24, 27].map((rank) => [rank, rank]);
    expect(groups.findings).toEqual([
      { ...deadlock(0), of: expect.objectContaining({ processes: 10, ranks: [{ job: 'run-1', ranks }] }) },
    ]);
    expect(innermost(groups)).toEqual(['stuck', 'wait']);
    expect(groups.groups.map(({ inFindings, odd }) => [inFindings, odd])).toEqual([
      [10, null],
      [0, null],
    ]);
    expect(text(groups)).toContain('  * deadlock in ranks 0,3,6,9,12,15,18,21,24,27, e.g.: thread 100 and thread 200');
  });

  test('for how long they have not run', () => {
    const groups = grouped(looks);
    expect(groups.groups.map(({ still }) => still)).toEqual([
      { leastMs: 90_000, mostMs: 90_000, threads: 10 },
      { leastMs: 2001, mostMs: 2029, threads: 20 },
    ]);
    expect(text(groups)).toContain('  * Not run for 1 min\n');
    expect(text(groups)).toContain('  * Not run for 2.0 s\n');
  });
});

describe('ranks', () => {
  const withEnv = (pid: number, env: Record<string, string>, more = {}) => look({ pid, env, ...more });

  test('those that are missing are named, and those that could not be read', () => {
    const looks = ranks(16, () => 'wait', 20).filter((_, rank) => rank !== 3);
    const failed = rankLook(17, 20, []);
    looks.push({ ...failed, info: { ...failed.info, error: { code: 'permission', message: 'not allowed' } } });
    const groups = grouped(looks);
    expect(groups.jobs[0]).toMatchObject({
      unreadable: [[17, 17]],
      missing: [
        [3, 3],
        [16, 16],
        [18, 19],
      ],
    });
    expect(groups.complete).toBe(false);
    const shown = text(groups);
    expect(shown).toContain('Job run-1: ranks 0-2,4-15 of 20 (RANK)\n  * Missing: ranks 3,16,18-19\n');
    expect(shown).toContain('  * Could not be read: ranks 17\n');
    expect(shown).toContain('1 process could not be read (permission): rank 17: not allowed\n');
    // Of a look at one host alone nothing is missing that was not meant.
    expect(grouped(looks, { expectAll: false }).jobs[0]?.missing).toEqual([]);
  });

  test.each<[Record<string, string>, number | null, string | null]>([
    [{ RANK: '3', WORLD_SIZE: '8' }, 3, 'RANK'],
    // The name alone is a word like another.
    [{ RANK: '3' }, null, null],
    [{ RANK: '3', SLURM_PROCID: '1', SLURM_NTASKS: '2' }, 1, 'SLURM_PROCID'],
    [{ RANK: '3', WORLD_SIZE: '8', SLURM_PROCID: '1' }, 3, 'RANK'],
    [{ OMPI_COMM_WORLD_RANK: '5', OMPI_COMM_WORLD_SIZE: '64' }, 5, 'OMPI_COMM_WORLD_RANK'],
    [{ PMI_RANK: '2', PMI_SIZE: '4' }, 2, 'PMI_RANK'],
    [{ PMIX_RANK: '9' }, 9, 'PMIX_RANK'],
    [{ JOB_COMPLETION_INDEX: '0', POD_NAME: 'p-0' }, 0, 'JOB_COMPLETION_INDEX'],
    [{ RANK: '-1', WORLD_SIZE: '8' }, null, null],
    [{ RANK: '1e3', WORLD_SIZE: '8' }, null, null],
    [{ POD_NAME: 'p' }, null, null],
  ])('%o', (env, rank, variable) => {
    const { jobs } = grouped([withEnv(1, env)]);
    expect(jobs.map(({ variable: its, ranks: all }) => [all[0]?.[0], its])).toEqual(
      rank === null ? [] : [[rank, variable]],
    );
  });

  test('the launcher of a job that numbers its processes anew is none of them', () => {
    const slurm = { SLURM_PROCID: '0', SLURM_NTASKS: '1', SLURM_JOB_ID: '17' };
    const workers = [0, 1].map((rank) =>
      withEnv(10 + rank, { ...slurm, RANK: String(rank), WORLD_SIZE: '2' }, { ppid: 9 }),
    );
    const { jobs, groups } = grouped([withEnv(9, slurm), ...workers]);
    expect(jobs).toMatchObject([{ id: '17', variable: 'RANK', size: 2, ranks: [[0, 1]], missing: [] }]);
    expect(groups[0]?.who.map(({ of }) => [of.ranks.length, of.pids.length])).toEqual([
      [1, 0],
      [0, 1],
    ]);
  });

  test('helpers of a rank are its child processes, and their ranks no others', () => {
    const env = { RANK: '0', WORLD_SIZE: '1' };
    const groups = grouped([
      withEnv(1, env),
      look({ pid: 2, ppid: 1, env }, [threadAt('fetch')]),
      look({ pid: 3, ppid: 1, env }, [threadAt('fetch')]),
    ]);
    expect(text(groups)).toContain('2 threads: MainThread of 2 child processes of rank 0\n');
  });

  test('two jobs are told apart, and the steps of one', () => {
    const of = (pid: number, job: string, step: string) =>
      withEnv(pid, {
        SLURM_JOB_ID: job,
        SLURM_STEP_ID: step,
        SLURM_PROCID: '0',
        SLURM_STEP_NUM_TASKS: '1',
        SLURM_NTASKS: '9',
      });
    const groups = grouped([of(1, '17', '0'), of(2, '17', '1'), of(3, '18', '0')]);
    expect(groups.jobs.map(({ id, size }) => [id, size])).toEqual([
      ['17.0', 1],
      ['17.1', 1],
      ['18.0', 1],
    ]);
    expect(text(groups)).toContain('rank 0 of job 17.0, rank 0 of job 17.1 and rank 0 of job 18.0');
  });
});

describe('crashes', () => {
  const crashed = (pid: number, signal: string, ...calls: string[]): ProcessLook =>
    look({ host: '', pid, core: `/cores/core.${String(pid).padStart(4, '0')}`, crash: { signal, exception: null } }, [
      { ...threadAt('main', ...calls), faulting: true },
      namedThreadAt('other', `unrelated${pid}`),
    ]);

  test('the same signal at the same five calls is one crash, whatever called them', () => {
    const looks = [
      ...Array.from({ length: 300 }, (_, i) => crashed(i, 'SIGSEGV', `caller${i % 7}`, 'a', 'b', 'c', 'd', 'e:3')),
      ...Array.from({ length: 20 }, (_, i) => crashed(400 + i, 'SIGABRT', 'a', 'b', 'c', 'd', 'e')),
      ...Array.from({ length: 5 }, (_, i) => crashed(500 + i, 'SIGSEGV', 'a', 'b', 'c', 'd', 'f')),
    ];
    const groups = grouped(looks);
    expect(groups.crashes.map(({ processes, signature, cores }) => [processes, signature, cores.length])).toEqual([
      [300, 'SIGSEGV < e (srv/app.py) < d (srv/app.py) < c (srv/app.py) < b (srv/app.py) < a (srv/app.py)', 300],
      [20, 'SIGABRT < e (srv/app.py) < d (srv/app.py) < c (srv/app.py) < b (srv/app.py) < a (srv/app.py)', 20],
      [5, 'SIGSEGV < f (srv/app.py) < d (srv/app.py) < c (srv/app.py) < b (srv/app.py) < a (srv/app.py)', 5],
    ]);
    expect(groups.crashes[0]?.example.core).toBe('/cores/core.0000');
    const shown = text(groups);
    expect(shown).toContain('325 processes, 650 threads, 3 crashes\n');
    expect(shown).toContain('/cores/core.0004 and 295 more\n  * For example /cores/core.0000\n');
    expect(shown).not.toContain('unrelated');
  });

  test('an exception in hand tells more than the signal', () => {
    const info = { core: '/c', crash: { signal: 'SIGABRT', exception: 'MemoryError' } };
    expect(grouped([look(info, [{ ...threadAt('f'), faulting: true }])]).crashes[0]?.signature).toBe(
      'MemoryError < f (srv/app.py)',
    );
  });

  test('without a faulting thread it is the signal', () => {
    expect(grouped([look({ core: '/c', crash: { signal: 'SIGKILL', exception: null } })]).crashes[0]).toMatchObject({
      signature: 'SIGKILL',
      stack: [],
    });
  });
});

describe('the tree', () => {
  test('where ways part, and who goes along each', () => {
    const groups = grouped(ranks(10, (rank) => (rank === 4 ? 'load' : 'wait')));
    const lines = [...treeText(groups)].join('').split('\n');
    expect(lines.slice(-4)).toEqual([
      '└─ 10 ranks 0-9 main (app.py:1)',
      '   ├─ 9 ranks 0-3,5-9 wait (app.py:1)',
      '   └─ 1 rank 4 load (app.py:1)',
      '',
    ]);
  });

  test('counts add up, and a line is only told where all are at it', () => {
    const groups = grouped([
      rankLook(0, 3, [threadAt('main:1', 'a')]),
      rankLook(1, 3, [threadAt('main:2', 'b')]),
      rankLook(2, 3, [threadAt('main:2')]),
    ]);
    const tree = treeOf(groups);
    expect(tree.threads).toBe(3);
    expect(tree.children).toHaveLength(1);
    expect(tree.children[0]).toMatchObject({ threads: 3, frame: { name: 'main', line: null } });
    expect([...treeText(groups)].join('')).toContain('├─ 1 end here');
  });

  test('a stack of any depth', () => {
    const calls = Array.from({ length: 20_000 }, (_, i) => `f${i}`);
    const groups = grouped([look({}, [threadAt(...calls)])]);
    expect([...treeText(groups)].length).toBeGreaterThan(20_000);
  });
});

test('hostile text does nothing on a terminal', () => {
  const evil = '\u001b[2J\u202e';
  const thread = namedThreadAt(`w${evil}`, `f${evil}`);
  const info = { host: `h${evil}`, env: { PMIX_RANK: '1', PMIX_NAMESPACE: evil }, error: null };
  const failed = look({ pid: 7, host: evil, error: { code: 'permission', message: evil } }, []);
  const groups = grouped([
    look(info, [thread]),
    look({ pid: 8, warnings: [evil] }, [{ ...thread, state: evil }]),
    failed,
  ]);
  for (const shown of [text(groups), [...treeText(groups)].join('')]) {
    expect(shown).not.toContain('\u001b');
    expect(shown).not.toContain('\u202e');
  }
});

test('the document is as its schema says', () => {
  const path = fileURLToPath(new URL('../../schema/groups.schema.json', import.meta.url));
  const validate = new Ajv({ strict: false }).compile(JSON.parse(readFileSync(path, 'utf8')));
  for (const looks of [
    [],
    ranks(10, (rank) => `f${rank % 2}`, 12),
    [look({ core: '/c', crash: { signal: 'SIGBUS', exception: null } })],
  ]) {
    const groups = grouped(looks);
    const document = JSON.parse([...groupsJson(groups)].join(''));
    expect(document).toEqual(groups);
    expect(validate(document), JSON.stringify(validate.errors)).toBe(true);
  }
});
