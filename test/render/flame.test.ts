/** Flame graphs: what is written can be read by what reads these formats, and says what the threads say. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { LookSet } from '../../src/many/looks/look-set.js';
import { setOf } from '../../src/many/looks/set-of.js';
import { collapsedPieces } from '../../src/render/flame/collapsed.js';
import { type FlameSample, flameStack, samplesOfLooks } from '../../src/render/flame/samples.js';
import { speedscopePieces } from '../../src/render/flame/speedscope.js';
import { namedThreadAt, rankLook, threadAt } from '../many/looks.js';
import { nativeFrame, pythonFrame, snapshot, thread } from './samples.js';

/** In Debian: libdevel-nytprof-perl. */
const FLAMEGRAPH = ['/usr/share/perl5/Devel/NYTProf/flamegraph.pl', '/usr/bin/flamegraph.pl'].find((path) =>
  existsSync(path),
);

const collapsed = (samples: Iterable<FlameSample>) => [...collapsedPieces(samples)].join('');
const speedscope = (samples: readonly FlameSample[]) =>
  JSON.parse([...speedscopePieces('all', [{ name: 'all', unit: 'none', samples }], 'test')].join(''));

const ranks = new LookSet();
for (let rank = 0; rank < 64; rank++) {
  const place = rank === 17 ? threadAt('run', 'save:12') : threadAt('run', 'step', 'all_reduce:7');
  ranks.add(rankLook(rank, 64, [place, namedThreadAt('loader', 'run', 'get')]));
}

/** A sample of names that mean something to the formats or to a terminal. */
const hostile: FlameSample[] = [
  'a;b',
  'ends in 12',
  'two\nlines',
  '\u001b[2J',
  '</script><img src=x onerror=alert(1)>',
  '\ud800',
  ' 7 ',
  '',
].map((name) => ({
  stack: [
    { name: 'run', file: '/a.py', line: 1 },
    { name, file: null, line: null },
  ],
  weight: 3,
}));

/** As stackcollapse's readers do it: the last word is the weight, what is before it are calls. */
function read(text: string): { calls: string[]; weight: number }[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [, stack = '', weight] = /^(.*)\s+?(\d+(?:\.\d*)?)$/.exec(line) ?? [];
      return { calls: stack.split(';'), weight: Number(weight) };
    });
}

describe('collapsed', () => {
  test('a line for each stack, with how many threads have it', () => {
    expect(collapsed(samplesOfLooks(ranks)).split('\n').sort()).toEqual([
      '',
      'run (app.py:1);get (app.py:1) 64',
      'run (app.py:1);save (app.py:12) 1',
      'run (app.py:1);step (app.py:1);all_reduce (app.py:7) 63',
    ]);
  });

  test('names that mean something to the format stay names', () => {
    const lines = read(collapsed(hostile));
    expect(lines).toHaveLength(hostile.length);
    for (const { calls, weight } of lines) expect({ calls: calls.length, weight }).toEqual({ calls: 2, weight: 3 });
  });

  test('weights need not be whole, and equal stacks are added', () => {
    const stack = [{ name: 'f', file: '/a.py', line: 3 }];
    const samples = [0.5, 1, 0.25].map((weight) => ({ stack, weight }));
    expect(collapsed(samples)).toBe('f (a.py:3) 1.75\n');
  });

  test.skipIf(FLAMEGRAPH === undefined)('flamegraph.pl draws every call with its number of threads', () => {
    const { stdout, stderr, status } = spawnSync('perl', [FLAMEGRAPH ?? ''], {
      input: collapsed([...samplesOfLooks(ranks), ...hostile]),
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const titles = [...stdout.matchAll(/<title>(.*?)<\/title>/g)].map(([, title]) => title);
    expect(titles).toContain(`all (${64 * 2 + 3 * hostile.length} samples, 100%)`);
    expect(titles.some((title) => title?.startsWith('all_reduce (app.py:7) (63 samples'))).toBe(true);
    expect(titles.some((title) => title?.startsWith('a:b (3 samples'))).toBe(true);
    expect(stdout).not.toContain('<img');
  });
});

describe('speedscope', () => {
  const schema = JSON.parse(
    readFileSync(createRequire(import.meta.url).resolve('speedscope/dist/release/file-format-schema.json'), 'utf8'),
  );
  const validate = new Ajv({ strict: false }).compile(schema);

  test.each([
    ['ranks', samplesOfLooks(ranks)],
    ['hostile names', hostile],
    ['nothing', []],
  ])('its own schema accepts %s', (_, samples) => {
    const document = speedscope(samples);
    expect(validate(document), JSON.stringify(validate.errors)).toBe(true);
  });

  test('samples are the stacks, outermost first, in the order given', () => {
    const { shared, profiles } = speedscope(samplesOfLooks(ranks));
    const [{ samples, weights, endValue }] = profiles;
    const told = samples.map((numbers: number[]) => numbers.map((number) => shared.frames[number].name).join('>'));
    const byStack = Object.fromEntries(told.map((stack: string, i: number) => [stack, weights[i]]));
    expect(byStack).toEqual({ 'run>step>all_reduce': 63, 'run>get': 64, 'run>save': 1 });
    expect(endValue).toBe(128);
    expect(shared.frames.find(({ name }: { name: string }) => name === 'save')).toEqual({
      name: 'save',
      file: '/srv/app.py',
      line: 12,
    });
  });
});

describe('stacks', () => {
  test('of one process: native frames, threads without frames, recursion', () => {
    const deep = Array.from({ length: 5000 }, () => pythonFrame({ qualname: 'down' }));
    const set = setOf(
      snapshot({
        threads: [
          thread({ tid: 1, frames: [pythonFrame(), nativeFrame({ symbol: null, line: null })] }),
          thread({ tid: 2, frames: [] }),
          thread({ tid: 3, frames: deep }),
        ],
      }),
    );
    const lines = read(collapsed(samplesOfLooks(set)));
    expect(lines.map(({ calls }) => calls.at(-1))).toEqual([
      '??? (libpython3.12.so.1.0)',
      '(no frames)',
      '(4900 more of these)',
    ]);
    expect(lines[2]?.calls).toHaveLength(101);
  });

  test('a round of calls is repeated as a whole', () => {
    const frame = (name: string) => ({ kind: 'python' as const, name, file: '/a.py', line: 1, source: null });
    const stack = flameStack([{ times: 3, frames: [frame('a'), frame('b')] }]);
    expect(stack.map(({ name }) => name).join('')).toBe('ababab');
  });
});
