/** Is it all the same in which order looks are merged, how they were divided, and how often? And what of damaged files? */
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { groupsOf } from '../../src/many/groups/group.js';
import { addCollectLine, collectLines } from '../../src/many/looks/collect-line.js';
import { LookSet } from '../../src/many/looks/look-set.js';
import type { ProcessLook } from '../../src/many/looks/model.js';
import { addPack, PackError, packOf } from '../../src/many/looks/pack.js';
import { look, namedThreadAt, randomFrom, rankLook, setOf, threadAt } from './looks.js';

const HEADER = { writer: '1.2.3', host: 'n1', at: '2026-01-01T00:00:00.000Z' };
const linesOf = (set: LookSet) => [...collectLines(set, HEADER)];

/** Merges lines into one set. */
function mergedFrom(lines: readonly string[]): LookSet {
  const set = new LookSet();
  for (const [i, line] of lines.entries()) addCollectLine(set, line, `line ${i}`);
  return set;
}

/** Some jobs' worth of processes: few places, many names, helpers, failures, earlier and later looks at the same one. */
function randomLooks(seed: number): ProcessLook[] {
  const random = randomFrom(seed);
  const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)] as T;
  const places = ['wait', 'load', 'step', 'recurse:1 recurse:1 recurse:1 recurse:1', 'a:1 b:2 a:1 b:2 a:1 b:2'];
  return Array.from({ length: 5 + Math.floor(random() * 60) }, (): ProcessLook => {
    const rank = Math.floor(random() * 40);
    const threads = Array.from({ length: Math.floor(random() * 4) }, (_, i) =>
      namedThreadAt(
        pick(['MainThread', `worker-${i}`, 'helper']),
        'main',
        ...pick(places).split(' '),
        pick(['x:1', 'x:2']),
      ),
    );
    const made = rankLook(rank, 64, threads);
    const at = `2026-01-01T00:00:0${Math.floor(random() * 3)}.000Z`;
    const error = random() < 0.1 ? { code: 'permission', message: 'no' } : null;
    const warnings = random() < 0.2 ? ['thread-inconsistent'] : [];
    return { info: { ...made.info, at, error, warnings, complete: error === null }, threads: error ? [] : threads };
  });
}

describe('merging', () => {
  test('any split, any order, any tree, and twice: the same groups', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const random = randomFrom(seed * 7919);
      const looks = randomLooks(seed);
      const expected = groupsOf(setOf(looks));
      const shuffled = looks.map((each) => [random(), each] as const).sort(([a], [b]) => a - b);
      // Into files, then files into files, until one is left.
      let files: string[][] = Array.from({ length: 1 + Math.floor(random() * 6) }, () => []);
      const parts = files.map(() => new LookSet());
      for (const [, each] of shuffled) parts[Math.floor(random() * parts.length)]?.add(each);
      files = parts.map(linesOf);
      while (files.length > 1) {
        const [first = [], second = [], ...rest] = files;
        const merged = linesOf(mergedFrom([...second, ...first]));
        files = random() < 0.5 ? [...rest, merged] : [merged, ...rest];
        // Some of it once more.
        if (random() < 0.3) files.push(first);
        if (files.length > 12) files = [files.flat()];
      }
      expect(groupsOf(mergedFrom(files.flat())), `seed ${seed}`).toEqual(expected);
    }
  });

  test('the later look at a process counts', () => {
    const early = look({ at: '2026-01-01T00:00:00.000Z' }, [threadAt('early')]);
    const late = look({ at: '2026-01-01T00:00:01.000Z' }, [threadAt('late')]);
    for (const order of [
      [early, late],
      [late, early],
    ]) {
      const { counts, groups } = groupsOf(setOf(order));
      expect(counts.processes).toBe(1);
      expect(groups.map(({ stack }) => stack[0]?.frames[0]?.name)).toEqual(['late']);
    }
  });

  test('a process id that was used again is another process, and so is that of another host', () => {
    const set = setOf([look(), look({ start: 2000 }), look({ host: 'n2' })]);
    expect(groupsOf(set).counts).toEqual({ processes: 3, threads: 3, hosts: 2 });
  });
});

describe('a line', () => {
  const whole = linesOf(setOf([look()]))[0] ?? '';

  test('comes back as it was, with whatever stands before it', () => {
    const set = mergedFrom([`[1,3]<stdout>:n17: ${whole.trimEnd()}\r\n`]);
    expect(set.sorted().map(({ info }) => info)).toEqual([look().info]);
    expect(linesOf(set)).toEqual([whole]);
  });

  test('of nothing is a line, too', () => {
    const lines = linesOf(new LookSet());
    expect(lines).toHaveLength(1);
    expect(mergedFrom(lines).size).toBe(0);
  });

  test('that is long is several', () => {
    const lines = linesOf(setOf(Array.from({ length: 5000 }, (_, pid) => look({ pid }))));
    expect(lines).toHaveLength(2);
    expect(mergedFrom(lines.reverse()).size).toBe(5000);
  });

  test.each([
    ['cut', whole.slice(0, whole.length / 2)],
    ['cut in its end', `${whole.slice(0, -30)}"}`],
    ['with another in it', `${whole.slice(0, 200)}${whole}`],
    ['without data', '{"pystackCollect":1}'],
    ['of no format', '{"pystackCollect":"x"}'],
  ])('%s is told as damaged', (_, line) => {
    expect(() => mergedFrom([line])).toThrow(expect.objectContaining({ code: 'not-collected' }));
  });

  test('of a newer format is told as that, whatever else is in it', () => {
    const newer = '{"pystackCollect":2,"writer":"9.0.0","other":';
    expect(() => mergedFrom([newer])).toThrow(expect.objectContaining({ code: 'collected-by-newer' }));
    expect(() => mergedFrom([newer])).toThrow(/format 2/);
  });

  test('that would fill the memory is not unpacked', () => {
    const data = gzipSync(Buffer.alloc(600 * 1024 * 1024), { level: 1 }).toString('base64');
    expect(() => mergedFrom([JSON.stringify({ pystackCollect: 1, data })])).toThrow(/cannot be read/);
  });
});

describe('a pack of a newer version of the same format', () => {
  const set = setOf([look()]);
  const pack = JSON.parse(JSON.stringify(packOf(set, set.sorted())));

  test('what a look has more is kept, what tables have more is not looked at', () => {
    pack.looks[0].gpu = { model: 'x' };
    pack.frames[0].push(7);
    pack.looks[0].threads[0].push('new');
    pack.more = [1];
    pack.looks[0].threads[0][4] += 2 ** 20;
    pack.looks[0].findings = [];
    const again = new LookSet();
    addPack(again, pack);
    expect(packOf(again, again.sorted()).looks[0]).toMatchObject({ gpu: { model: 'x' } });
    expect(groupsOf(again)).toEqual(groupsOf(set));
  });
});

test('a pack of an earlier version: what it lacks is not known', () => {
  const set = setOf([look()]);
  const pack = JSON.parse(JSON.stringify(packOf(set, set.sorted())));
  for (const thread of pack.looks[0].threads) thread.length = 5;
  delete pack.looks[0].findings;
  const again = new LookSet();
  addPack(again, pack);
  expect(groupsOf(again)).toEqual(groupsOf(set));
});

describe('a hostile pack adds nothing', () => {
  const set = setOf([look()]);
  const fresh = () => JSON.parse(JSON.stringify(packOf(set, set.sorted())));
  test.each<[string, (pack: ReturnType<typeof fresh>) => unknown]>([
    ['no object', () => 7],
    ['a list', () => []],
    ['without looks', ({ looks: _, ...rest }) => rest],
    ['a text that is a number', (pack) => ({ ...pack, texts: [1] })],
    ['a frame with no text', (pack) => ({ ...pack, frames: [[0, 99, 0, 1, -1]] })],
    ['a frame of nothing', (pack) => ({ ...pack, frames: [[]] })],
    ['a line below zero', (pack) => ({ ...pack, frames: [[0, 0, 0, -2, -1]] })],
    ['a line that is a fraction', (pack) => ({ ...pack, frames: [[0, 0, 0, 1.5, -1]] })],
    ['a stack of frames that are not there', (pack) => ({ ...pack, stacks: [[5]] })],
    ['a run without an end', (pack) => ({ ...pack, stacks: [[-3, 5, 0]] })],
    ['a run that is endless', (pack) => ({ ...pack, stacks: [[-(2 ** 40), 5, 0]] })],
    ['a run of texts', (pack) => ({ ...pack, stacks: [['x']] })],
    ['more rounds than there can be', (pack) => ({ ...pack, stacks: [[-1, 2 ** 40, 0]] })],
    ['a stack that is not there', (pack) => ({ ...pack, looks: [{ ...pack.looks[0], threads: [[0, 1, 7, -1, 0]] }] })],
    ['flags that are none', (pack) => ({ ...pack, looks: [{ ...pack.looks[0], threads: [[0, 1, 0, -1, 1.5]] }] })],
    ['a time below zero', (pack) => ({ ...pack, looks: [{ ...pack.looks[0], threads: [[0, 1, 0, -1, 0, -2]] }] })],
    ['a finding that is none', (pack) => ({ ...pack, looks: [{ ...pack.looks[0], findings: [7] }] })],
    ['a host that is none', (pack) => ({ ...pack, looks: [{ ...pack.looks[0], host: null }] })],
    ['an environment of lists', (pack) => ({ ...pack, looks: [{ ...pack.looks[0], env: { RANK: [] } }] })],
    ['a negative process id', (pack) => ({ ...pack, looks: [{ ...pack.looks[0], pid: -1 }] })],
  ])('%s', (_, change) => {
    const into = new LookSet();
    expect(() => addPack(into, change(fresh()))).toThrow(PackError);
    expect(into.size).toBe(0);
  });

  test('a prototype is no field', () => {
    const into = new LookSet();
    const { looks, ...rest } = fresh();
    addPack(into, {
      ...rest,
      looks: [JSON.parse(JSON.stringify(looks[0]).replace('{', '{"__proto__":{"polluted":1},'))],
    });
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(into.sorted()[0]?.info).toEqual(look().info);
  });
});
