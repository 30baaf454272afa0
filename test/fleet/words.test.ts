/** Are hosts, words and lines what they have to be, before anything is run? */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseInvocation } from '../../src/cli/invocation.js';
import { hostsOf } from '../../src/many/fleet/host-list.js';
import { quoted } from '../../src/many/fleet/remote-words.js';
import { labelledLines, labelledWithin } from '../../src/many/fleet/sorters.js';

const fleet = (...args: string[]) => {
  const invocation = parseInvocation(['fleet', ...args]);
  if (invocation.command !== 'fleet') throw new Error(invocation.command);
  return invocation.request;
};

describe('hosts', () => {
  test.each<[string, string[]]>([
    ['n1', ['n1']],
    ['n[1-3],login', ['n1', 'n2', 'n3', 'login']],
    ['n[08-10].x', ['n08.x', 'n09.x', 'n10.x']],
    ['r[1,3]n[1-2]', ['r1n1', 'r1n2', 'r3n1', 'r3n2']],
    ['me@n1,me@n1, n2', ['me@n1', 'n2']],
    ['10.0.0.1,fe80::1%eth0', ['10.0.0.1', 'fe80::1%eth0']],
  ])('%s', (text, hosts) => expect(hostsOf(text, '--ssh')).toEqual(hosts));

  test('of a file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'pystack-hosts-'));
    try {
      writeFileSync(join(folder, 'hosts'), 'n[1-2] login # first\n\n# none\nn7\n');
      expect(hostsOf(`@${join(folder, 'hosts')},n9`, '--ssh')).toEqual(['n1', 'n2', 'login', 'n7', 'n9']);
      expect(() => hostsOf(`@${join(folder, 'none')}`, '--ssh')).toThrow(/hosts of --ssh cannot be read/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test.each([
    '',
    ',',
    '-oProxyCommand=x',
    'a b',
    'n[1-',
    'n[x]',
    'n[3-1]',
    'n[1-999999999]',
    'n[1-9999][1-9999]',
    'a;b',
    '$(x)',
  ])('not %j', (text) => expect(() => hostsOf(text, '--ssh')).toThrow(/--ssh needs hosts/));
});

test.each(["it's", '$(x)', '', '*', 'a b', '"', '\\', '--a=b', 'n\nm'])('%j quoted is one word', (word) => {
  expect(execFileSync('sh', ['-c', `printf '[%s]' ${quoted(word)}`], { encoding: 'utf8' })).toBe(`[${word}]`);
});

describe('what is passed on', () => {
  test('everything that collect takes means the same there', () => {
    const looking = [
      ...['--children', '--match=-x y', '--user=root', '--cgroup=a', '--container=abcdef', '--env=A=1', '--env=B='],
      ...['--no-block', '--time-budget=5', '--max-pause=2.5', '--native-all', '--no-demangle', '--no-debuginfod'],
      ...['--exhaustive', '--locate-by=symbol,section', '--library=libpython', '--all'],
    ];
    const direct = parseInvocation(['collect', ...looking]);
    const passed = parseInvocation(['collect', ...fleet('--ssh', 'n1', ...looking).collect]);
    expect(passed).toEqual(direct);
  });

  test('no option of collect is forgotten', () => {
    const help = (command: string) => {
      const invocation = parseInvocation([command, '--help']);
      return invocation.command === 'help' ? (invocation.text.match(/(?<=^ {2}(?:-\w, )?)--[\w-]+/gm) ?? []) : [];
    };
    const there: readonly string[] = help('fleet');
    expect(help('collect').length).toBeGreaterThan(20);
    expect(help('collect').filter((flag) => !there.includes(flag))).toEqual(['--host']);
  });

  test('without a choice: those of the job, or all', () => {
    expect(fleet('--srun', '17').collect).toEqual(['--env=SLURM_JOB_ID=17']);
    expect(fleet('--ssh', 'n1').collect).toEqual(['--all']);
    expect(fleet('--ssh', 'n1', '--match', 'x').collect).toEqual(['--match=x']);
  });

  test.each([
    [[]],
    [['--ssh', 'a', '--srun', '1']],
    [['--ssh', 'a', '--image', 'x']],
    [['--ssh', 'a', '--timeout', '0']],
  ])('refused: %j', (args) => expect(() => fleet(...args)).toThrow(expect.objectContaining({ code: 'usage' })));
});

describe('lines that a carrier has parted and mixed', () => {
  const label = /^(\d+): /;
  const ours = (host: string) => `{"pystackCollect":1,"writer":"1","host":"${host}","data":"AAAABBBBCCCC"}`;
  const parts = (text: string) => text.match(/.{1,20}/g) ?? [];

  test('are put together again', () => {
    const sorter = labelledLines(label, (its) => `h${its}`);
    const [a, b] = [parts(ours('a')), parts(ours('b'))];
    const mixed = a.flatMap((part, i) => [`0: ${part}`, ...(b[i] === undefined ? [] : [`1: ${b[i]}`])]);
    const heard = [...mixed, '0: banner', 'no label'].flatMap((line) => sorter.push(line));
    expect(heard).toEqual([
      { line: ours('a'), host: 'h0' },
      { line: ours('b'), host: 'h1' },
      { line: 'banner', host: 'h0' },
      { line: 'no label', host: null },
    ]);
  });

  test('labels in the middle of a line part it', () => {
    const sorter = labelledWithin(
      /<\d>/,
      labelledLines(/^<(\d)>/, (its) => `h${its}`),
    );
    const [begin, middle, ...end] = parts(ours('a'));
    expect(sorter.push(`<0>${begin}<1>${ours('b')}`)).toEqual([{ line: ours('b'), host: 'h1' }]);
    expect(sorter.push(`<0>${middle}<0>${end.join('')}`)).toEqual([{ line: ours('a'), host: 'h0' }]);
  });

  test('one that was cut does not spoil the next', () => {
    const sorter = labelledLines(label, (its) => `h${its}`);
    expect(sorter.push(`0: ${ours('a').slice(0, 30)}`)).toEqual([]);
    expect(sorter.push(`0: ${parts(ours('b'))[0]}`)).toEqual([{ line: ours('a').slice(0, 30), host: 'h0' }]);
    expect(
      parts(ours('b'))
        .slice(1)
        .map((part) => sorter.push(`0: ${part}`))
        .at(-1),
    ).toEqual([{ line: ours('b'), host: 'h0' }]);
  });
});
