/** Are packed cores unpacked, as far as they go, without leaving anything behind? */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test, vi } from 'vitest';
import { PystackError } from '../../../src/errors.js';
import { toAddress } from '../../../src/memory/address.js';
import { bytesOf } from '../../../src/memory/reader.js';
import { openCoreProcess } from '../../../src/process/core/index.js';
import { newestSystemdCore } from '../../../src/process/core/systemd.js';
import { withFolder } from '../../support/cores.js';
import { mapping, PAGE, smallCore } from './forge.js';

const START = 0x100000;
const PAGES = 3000;
/** Pages of many kinds: of zeros, in runs, and of what does not pack. */
const CONTENT = Buffer.concat(
  Array.from({ length: PAGES }, (_, i) =>
    i % 7 < 3 ? new Uint8Array(4096) : PAGE.map((byte, j) => byte ^ (i * 7 + j * i)),
  ),
);
const CORE = smallCore({
  mappings: [mapping(START, START + CONTENT.length)],
  pages: [{ address: START, bytes: CONTENT }],
});

const PACKERS: Record<string, (bytes: Buffer) => Buffer | null> = {
  gzip: (bytes) => gzipSync(bytes),
  zstd: (bytes) => packedBy('zstd', bytes),
  xz: (bytes) => packedBy('xz', bytes),
  lz4: (bytes) => packedBy('lz4', bytes),
  bzip2: (bytes) => packedBy('bzip2', bytes),
};

/** null: there is no such program here. */
function packedBy(program: string, bytes: Buffer): Buffer | null {
  const ran = spawnSync(program, ['-1', '-c', '-q'], { input: bytes, maxBuffer: 2 ** 28 });
  return ran.error ? null : ran.stdout;
}

async function failureOf(promise: Promise<{ close(): void }>): Promise<PystackError> {
  try {
    (await promise).close();
  } catch (error) {
    if (error instanceof PystackError) return error;
    throw error;
  }
  throw new Error('it was opened');
}

describe.each(Object.keys(PACKERS))('%s', (format) => {
  const packed = PACKERS[format]?.(CORE) ?? null;

  test.skipIf(packed === null)('whole, under a name that says nothing', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'misnamed.txt');
      const temporaryFolder = join(folder, 'tmp');
      mkdirSync(temporaryFolder);
      writeFileSync(path, packed ?? '');
      const progress: number[] = [];
      const target = await openCoreProcess(path, {
        temporaryFolder,
        onProgress: ({ doneBytes, totalBytes }) => progress.push(doneBytes / totalBytes),
      });
      try {
        // Even while it is open there is no name left to be forgotten.
        expect(readdirSync(temporaryFolder)).toEqual([]);
        expect(Buffer.from(bytesOf(target.memory.read(toAddress(START), CONTENT.length))).equals(CONTENT)).toBe(true);
        expect(target.warnings()).toEqual([]);
        expect(progress.at(-1)).toBe(1);
        expect(progress).toEqual([...progress].sort((a, b) => a - b));
        expect(target.path).toBe(path);
      } finally {
        target.close();
      }
    }),
  );

  test.skipIf(packed === null)('cut short: what there is, and a warning', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'core');
      writeFileSync(path, (packed ?? Buffer.alloc(0)).subarray(0, Math.floor((packed?.length ?? 0) * 0.8)));
      const target = await openCoreProcess(path, { temporaryFolder: folder });
      try {
        expect(
          Buffer.from(bytesOf(target.memory.read(toAddress(START), 65536))).equals(CONTENT.subarray(0, 65536)),
        ).toBe(true);
        expect(target.warnings().map(({ code }) => code)).toContain('core-truncated');
      } finally {
        target.close();
      }
    }),
  );

  test.skipIf(packed === null)('damaged, empty, or packed around something else', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'core');
      const damaged = Buffer.from(packed ?? '');
      damaged.fill(0x55, 12, 60);
      writeFileSync(path, damaged);
      expect(['decompression', 'not-a-core', 'core-unreadable']).toContain(
        (await failureOf(openCoreProcess(path))).code,
      );
      writeFileSync(path, (packed ?? Buffer.alloc(0)).subarray(0, 9));
      expect((await failureOf(openCoreProcess(path))).code).toBe('decompression');
      writeFileSync(path, PACKERS[format]?.(Buffer.alloc(10_000_000, 'no core ')) ?? '');
      expect((await failureOf(openCoreProcess(path))).code).toBe('not-a-core');
    }),
  );

  test.skipIf(format === 'gzip' || packed === null)('without its program: the package to install is named', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'core');
      writeFileSync(path, packed ?? '');
      const before = process.env['PATH'];
      process.env['PATH'] = folder;
      try {
        const error = await openCoreProcess(path).then(
          (target) => target.close(),
          (reason: unknown) => reason,
        );
        // Newer Nodes need no program for zstd.
        if (error !== undefined) {
          expect(error).toMatchObject({
            code: 'decompression',
            details: { nextStep: expect.stringMatching(/install/) },
          });
        }
      } finally {
        process.env['PATH'] = before;
      }
    }),
  );
});

test('no room, or no such folder, to unpack to', () =>
  withFolder(async (folder) => {
    const path = join(folder, 'core');
    writeFileSync(path, gzipSync(CORE));
    const error = await failureOf(openCoreProcess(path, { temporaryFolder: join(folder, 'none') }));
    expect(error.code).toBe('decompression');
    expect(error.details.nextStep).toMatch(/TMPDIR/);
  }));

test.skipIf(!existsSync('/dev/shm'))('where there is no folder for temporary files, memory serves', () =>
  withFolder(async (folder) => {
    const path = join(folder, 'core');
    writeFileSync(path, gzipSync(CORE));
    vi.stubEnv('TMPDIR', join(folder, 'none'));
    try {
      (await openCoreProcess(path)).close();
    } finally {
      vi.unstubAllEnvs();
    }
  }),
);

describe("systemd-coredump's storage", () => {
  const BOOT = '0123456789abcdef0123456789abcdef';

  test('there is none', () => {
    expect(() => newestSystemdCore(null, '/nowhere/at/all')).toThrow(
      expect.objectContaining({ code: 'no-coredump-storage' }),
    );
  });

  test('the newest that matches', () =>
    withFolder((folder) => {
      const names = [
        `core.python3.1000.${BOOT}.100.1700000000000000.zst`,
        `core.python3.1000.${BOOT}.200.1700000000000900.lz4`,
        `core.my.app.0.${BOOT}.300.1600000000000000.xz`,
        `core.a\\x2fb.0.${BOOT}.400.1500000000000000`,
        'unrelated',
        `core.python3.${BOOT}.zst`,
      ];
      for (const name of names) writeFileSync(join(folder, name), '');
      const found = (match: string | null) => newestSystemdCore(match, folder).slice(folder.length + 1);
      expect(found(null)).toBe(names[1]);
      expect(found('100')).toBe(names[0]);
      expect(found('app')).toBe(names[2]);
      expect(found('a/b')).toBe(names[3]);
      expect(() => found('ruby')).toThrow(expect.objectContaining({ code: 'no-coredump-storage' }));
      expect(readFileSync(join(folder, found('python3')), 'utf8')).toBe('');
    }));
});
