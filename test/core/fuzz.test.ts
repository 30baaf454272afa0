/**
 * Does anything a core may contain make us crash, hang or eat memory? Seeded changes to small real cores: the same
 * every time, so that what fails can be tried again. `PYSTACK_FUZZ_ROUNDS` and `PYSTACK_FUZZ_SEED` make it another run.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { listCores } from '../../scripts/corefiles/remake.js';
import { PystackError } from '../../src/errors.js';
import { inspectCore } from '../../src/inspect-core.js';
import { renderText } from '../../src/render/text.js';
import { withFolder } from '../support/cores.js';

const ROUNDS = Number(process.env['PYSTACK_FUZZ_ROUNDS'] ?? 150);
const SEED = Number(process.env['PYSTACK_FUZZ_SEED'] ?? 1);
const MAX_MS = 30_000;

/** xorshift32: enough to spread changes, and the same everywhere. */
function randomFrom(seed: number): (below: number) => number {
  let state = (Math.imul(seed, 2_654_435_761) ^ 0x9e37_79b9) >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** Values at the borders of what sizes, counts and pointers are taken for. */
const ODD: readonly bigint[] = [
  0n,
  1n,
  7n,
  8n,
  0xffffn,
  0x7fff_ffffn,
  0xffff_ffffn,
  2n ** 31n,
  2n ** 47n,
  2n ** 63n,
  2n ** 64n - 1n,
];

/** `head` is where headers and notes end and memory begins. */
type Change = (core: Buffer, random: (below: number) => number, head: number) => Buffer;

function headBytes(core: Buffer): number {
  return Number(core.readBigUInt64LE(64 + 8)) + Number(core.readBigUInt64LE(64 + 32));
}

/** A word of memory that is not zero, as pointers and sizes are. */
function usedWord(core: Buffer, random: (below: number) => number, from: number): number {
  for (let tries = 0; tries < 64; tries++) {
    const at = Math.floor((from + random(core.length - from - 8)) / 8) * 8;
    if (core.readBigUInt64LE(at) !== 0n) return at;
  }
  return from;
}

function odd(random: (below: number) => number): bigint {
  return ODD[random(ODD.length)] ?? 0n;
}

const CHANGES: Record<string, Change> = {
  'a word of the headers': (core, random, head) => {
    core.writeBigUInt64LE(odd(random), random(Math.floor(head / 8)) * 8);
    return core;
  },
  'bytes of the headers and notes': (core, random, head) => {
    for (let i = random(20); i >= 0; i--) core.writeUInt8(random(256), 16 + random(head - 16));
    return core;
  },
  'words of memory': (core, random, head) => {
    for (let i = random(12); i >= 0; i--) core.writeBigUInt64LE(odd(random), usedWord(core, random, head));
    return core;
  },
  'pointers exchanged': (core, random, head) => {
    for (let i = random(6); i >= 0; i--) {
      const [a, b] = [usedWord(core, random, head), usedWord(core, random, head)];
      const value = core.readBigUInt64LE(a);
      core.writeBigUInt64LE(core.readBigUInt64LE(b), a);
      core.writeBigUInt64LE(value, b);
    }
    return core;
  },
  'pointers to near themselves': (core, random, head) => {
    for (let i = random(6); i >= 0; i--) {
      const at = usedWord(core, random, head);
      const value = core.readBigUInt64LE(at);
      core.writeBigUInt64LE(BigInt.asUintN(64, value + BigInt(random(64) * 8 - 256)), at);
    }
    return core;
  },
  'cut short': (core, random) => core.subarray(0, random(core.length)),
  'a part gone': (core, random) => {
    const at = random(core.length);
    return Buffer.concat([core.subarray(0, at), core.subarray(at + random(8192))]);
  },
  'a part zeroed': (core, random) => {
    const at = random(core.length);
    return core.fill(0, at, Math.min(core.length, at + random(8192)));
  },
};

async function survives(path: string): Promise<'shown' | 'refused'> {
  const started = performance.now();
  try {
    const snapshot = await inspectCore(path, { sysroot: dirname(path), registers: true, locals: true });
    renderText(snapshot, { verbose: true });
    JSON.stringify(snapshot);
    return 'shown';
  } catch (error) {
    if (!(error instanceof PystackError) || error.code === 'internal') throw error;
    return 'refused';
  } finally {
    expect(performance.now() - started).toBeLessThan(MAX_MS);
  }
}

// One of each version, each of another situation.
const situations = ['abort', 'collecting', 'contention', 'finalizing', 'segfault'];
const cores = listCores().filter((path) => !path.includes('deep'));
const versions = [...new Set(cores.map((path) => basename(dirname(path))))];
const chosen = versions.flatMap((version, i) => {
  const path = `corefiles/${situations[i % situations.length]}/${version}/core.gz`;
  return cores.includes(path) ? [path] : [];
});

describe.each(chosen)('%s', (path) => {
  test.each(Object.entries(CHANGES))('%s', (name, change) =>
    withFolder(async (folder) => {
      const original = gunzipSync(readFileSync(path));
      const target = join(folder, 'core');
      const before = process.memoryUsage().rss;
      for (let round = 0; round < Math.ceil(ROUNDS / chosen.length); round++) {
        const seed = SEED * 1000 + round;
        writeFileSync(
          target,
          change(Buffer.from(original), randomFrom(seed + name.length * 100_003), headBytes(original)),
        );
        try {
          await survives(target);
        } catch (error) {
          throw new Error(`seed ${seed}, ${name} of ${path}`, { cause: error });
        }
      }
      expect(process.memoryUsage().rss - before).toBeLessThan(400 * 1024 * 1024);
    }),
  );
});
