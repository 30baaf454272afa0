/** Are functions named that a process told `perf inject` of: from any state of that file, and as CPython writes it? */
import { rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { ByteSource } from '../../src/elf/byte-source.js';
import { inspectProcess } from '../../src/inspect.js';
import { isJitdump, readJitdump } from '../../src/native-stack/jitdump.js';
import { isAtLeast } from '../support/interpreters.js';
import { onEveryInterpreter } from '../support/matrix.js';
import { withProgram } from '../support/target.js';

interface WrittenRecord {
  readonly kind: number;
  /** Behind process and thread. */
  readonly words: readonly number[];
  readonly name?: string;
  /** Bytes of code. */
  readonly code?: number;
}

function jitdump(...records: WrittenRecord[]): ByteSource {
  const parts = records.map(({ kind, words, name, code = 0 }) => {
    const text = Buffer.from(name === undefined ? '' : `${name}\0`);
    const record = Buffer.alloc(24 + 8 * words.length + text.length + code);
    record.writeUInt32LE(kind, 0);
    record.writeUInt32LE(record.length, 4);
    words.forEach((word, i) => {
      record.writeBigUInt64LE(BigInt(word), 24 + 8 * i);
    });
    text.copy(record, 24 + 8 * words.length);
    return record;
  });
  const header = Buffer.alloc(40);
  header.writeUInt32LE(0x4a695444, 0);
  header.writeUInt32LE(1, 4);
  header.writeUInt32LE(40, 8);
  const bytes = Buffer.concat([header, ...parts]);
  return {
    name: 'jit-1.dump',
    size: bytes.length,
    read: (at, length) => bytes.subarray(at, at + length),
    close() {},
  };
}

test('what was loaded, what was moved, and no more than is there', () => {
  const whole = jitdump(
    { kind: 0, words: [0x7f00, 0x7f00, 16, 1], name: 'first', code: 16 },
    { kind: 2, words: [1, 2], code: 100 },
    { kind: 0, words: [0x7f20, 0x7f20, 8, 2], name: 'second', code: 8 },
    { kind: 1, words: [0x7f00, 0x7f00, 0x7e00, 16, 1] },
  );
  const loaded = [
    { start: 0x7f00, size: 16, name: 'first' },
    { start: 0x7f20, size: 8, name: 'second' },
  ];
  expect(readJitdump(whole)).toEqual([...loaded, { start: 0x7e00, size: 16, name: 'first' }]);
  for (let size = 0; size < whole.size; size++) {
    const found = readJitdump({ ...whole, size });
    expect(found).toEqual(loaded.slice(0, found.length));
  }
  expect(['/tmp/jit-12.dump', '/tmp/jit-x.dump', 'jit-1.dump'].map(isJitdump)).toEqual([true, false, false]);
});

onEveryInterpreter('what is told to perf inject', async (interpreter, context) => {
  if (!isAtLeast(interpreter, 13)) context.skip('it has no -X perf_jit');
  await withProgram(interpreter, 'callbacks.py', { flags: ['-X', 'perf_jit'] }, async ({ pid }) => {
    try {
      const snapshot = await inspectProcess(pid, { mode: 'non-blocking', native: 'python', plumbing: true });
      let pieces = 0;
      for (const { name, frames, nativeEnding } of snapshot.threads) {
        expect([name, nativeEnding]).toEqual([name, { kind: 'complete', reason: null }]);
        pieces += frames.filter((frame) => frame.kind === 'native' && frame.symbol?.startsWith('py::')).length;
      }
      expect(pieces).toBeGreaterThan(3);
    } finally {
      rmSync(`/tmp/jit-${pid}.dump`, { force: true });
    }
  });
});
