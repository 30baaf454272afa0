/** Is the very file found that was mapped, wherever it lies, and no other? */
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildCore } from '../../../src/corefile-writer/write-core.js';
import { ElfFile } from '../../../src/elf/elf-file.js';
import { openFileSource } from '../../../src/elf/file-source.js';
import { PT } from '../../../src/elf/segments.js';
import { toAddress } from '../../../src/memory/address.js';
import { bytesOf, MemoryFault } from '../../../src/memory/reader.js';
import { describeCore, openCoreProcess } from '../../../src/process/core/index.js';
import { resolveInside } from '../../../src/process/core/inside-root.js';
import type { SearchOptions } from '../../../src/process/core/module-files.js';
import { withFolder } from '../../support/cores.js';
import { image, mapping } from './forge.js';

/** Any two programs with build ids will do: the one that runs this has one, or it does not matter. */
const PROGRAM = '/bin/sh';
const OTHER = '/bin/ls';
const BASE = 0x5555_0000_0000;

let buildId: string | null;
let otherId: string | null;
beforeAll(() => {
  buildId = idOf(PROGRAM);
  otherId = idOf(OTHER);
});

function idOf(path: string): string | null {
  const file = openFileSource(path);
  try {
    return new ElfFile(file).buildId;
  } finally {
    file.close();
  }
}

/** A core in which the program is mapped, under the name `path`; of its memory only the first page is there. */
function coreOf(folder: string, path: string, firstPage = readFileSync(PROGRAM).subarray(0, 4096)): string {
  const file = openFileSource(PROGRAM);
  const elf = new ElfFile(file);
  const loads = elf.segments.filter(({ type }) => type === PT.LOAD);
  file.close();
  const mappings = loads.map(({ vaddr, offset, filesz, flags }) =>
    mapping(page(BASE + vaddr), page(BASE + vaddr + filesz + 4095), {
      path,
      fileOffset: page(offset),
      executable: (flags & 1) !== 0,
      writable: (flags & 2) !== 0,
    }),
  );
  const auxv = Buffer.alloc(32);
  auxv.writeBigUInt64LE(9n, 0);
  auxv.writeBigUInt64LE(BigInt(BASE + elf.header.entry), 8);
  const core = join(folder, 'core');
  const pages = firstPage.length === 0 ? [] : [{ address: BASE, bytes: firstPage }];
  writeFileSync(core, Buffer.concat(buildCore(image({ mappings, auxv, pages }))));
  return core;
}

function page(address: number): number {
  return Math.floor(address / 4096) * 4096;
}

/** What a core says of the program, what its code reads as, and the warnings. */
async function look(core: string, options: SearchOptions) {
  const target = await openCoreProcess(core, options);
  try {
    const [module] = describeCore(target).modules;
    const before = target.warnings();
    const code = target.mappings().find(({ executable }) => executable);
    let bytes: Buffer | null = null;
    try {
      bytes = Buffer.from(bytesOf(target.memory.read(toAddress((code?.start ?? 0) + 100), 64)));
    } catch (error) {
      if (!(error instanceof MemoryFault)) throw error;
    }
    const opened = code && target.openMapped(code);
    opened?.close();
    const right = readFileSync(PROGRAM).subarray((code?.fileOffset ?? 0) + 100, (code?.fileOffset ?? 0) + 164);
    const read = bytes === null ? 'fault' : bytes.equals(right) ? 'right' : 'wrong';
    expect(opened === null, 'opened').toBe(read === 'fault');
    return { status: module?.status, file: module?.file, read, before, warnings: target.warnings() };
  } finally {
    target.close();
  }
}

describe.skipIf(idOf(PROGRAM) === null || idOf(OTHER) === null)('a program that is somewhere else now', () => {
  test('where it was', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'program');
      copyFileSync(PROGRAM, path);
      const seen = await look(coreOf(folder, path), {});
      expect(seen).toEqual({ status: 'found', file: path, read: 'right', before: [], warnings: [] });
    }));

  test('nowhere: said once its bytes are needed, with the remedy', () =>
    withFolder(async (folder) => {
      const seen = await look(coreOf(folder, join(folder, 'gone')), {});
      expect(seen).toMatchObject({ status: 'missing', file: null, read: 'fault', before: [] });
      expect(seen.warnings).toEqual([
        { code: 'module-not-found', message: expect.stringMatching(/gone \(build id [0-9a-f]+\).*--lib-search-path/) },
      ]);
    }));

  test('another build in its place: refused, both ids named', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'program');
      copyFileSync(OTHER, path);
      const seen = await look(coreOf(folder, path), {});
      expect(seen).toMatchObject({ status: 'mismatch', file: path, read: 'fault' });
      expect(seen.warnings.map(({ code }) => code)).toEqual(['build-id-mismatch']);
      expect(seen.warnings[0]?.message).toContain(buildId);
      expect(seen.warnings[0]?.message).toContain(otherId);
    }));

  test('given as the executable, under any name', () =>
    withFolder(async (folder) => {
      const given = join(folder, 'renamed');
      copyFileSync(PROGRAM, given);
      const seen = await look(coreOf(folder, '/gone/program'), { executable: given });
      expect(seen).toMatchObject({ status: 'found', file: given, read: 'right', warnings: [] });
    }));

  test('the wrong executable: the right one is used all the same, and the wrong one named', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'program');
      copyFileSync(PROGRAM, path);
      const seen = await look(coreOf(folder, path), { executable: OTHER });
      expect(seen).toMatchObject({ status: 'found', file: path, read: 'right' });
      expect(seen.before.map(({ code }) => code)).toEqual(['build-id-mismatch']);
      expect(seen.before[0]?.message).toContain(OTHER);
    }));

  test('no executable at all: a script', () =>
    withFolder(async (folder) => {
      const script = join(folder, 'script');
      writeFileSync(script, '#!/usr/bin/env python3\n');
      const path = join(folder, 'program');
      copyFileSync(PROGRAM, path);
      const seen = await look(coreOf(folder, path), { executable: script });
      expect(seen).toMatchObject({ status: 'found', file: path, read: 'right' });
      expect(seen.before[0]?.message).toMatch(/script is no ELF file/);
    }));

  test.each(['libSearchPath', 'libSearchRoot', 'deep libSearchRoot', 'sysroot', 'sysroot with links'])('%s', (how) =>
    withFolder(async (folder) => {
      const path = '/opt/a/b/program';
      const root = join(folder, 'root');
      const options: Record<string, { at: string; options: SearchOptions }> = {
        libSearchPath: { at: join(root, 'program'), options: { libSearchPath: [folder, root] } },
        libSearchRoot: { at: join(root, path), options: { libSearchRoot: root } },
        'deep libSearchRoot': { at: join(root, 'x/y/z/program'), options: { libSearchRoot: root } },
        sysroot: { at: join(root, path), options: { sysroot: root } },
        'sysroot with links': { at: join(root, 'usr/opt/a/B/program'), options: { sysroot: root } },
      };
      const wanted = options[how];
      if (!wanted) throw new Error(how);
      mkdirSync(dirname(wanted.at), { recursive: true });
      copyFileSync(PROGRAM, wanted.at);
      if (how === 'sysroot with links') {
        // An absolute link means the image's own root; one that climbs too high stays inside.
        symlinkSync('/usr/opt', join(root, 'opt'));
        symlinkSync('../../../../../../usr/opt/a/B', join(root, 'usr/opt/a/b'));
      }
      const seen = await look(coreOf(folder, path), wanted.options);
      expect(seen).toMatchObject({ status: 'found', file: wanted.at, read: 'right', warnings: [] });
    }),
  );

  test('with a sysroot, this machine is not looked at', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'program');
      copyFileSync(PROGRAM, path);
      expect(await look(coreOf(folder, path), { sysroot: join(folder, 'empty') })).toMatchObject({ status: 'missing' });
    }));

  test('of many files of that name, the right one', () =>
    withFolder(async (folder) => {
      for (const [name, from] of [
        ['a', OTHER],
        ['b', PROGRAM],
        ['c', OTHER],
      ] as const) {
        mkdirSync(join(folder, name));
        copyFileSync(from, join(folder, name, 'program'));
      }
      symlinkSync(folder, join(folder, 'circle'));
      const seen = await look(coreOf(folder, '/gone/program'), { libSearchRoot: folder });
      expect(seen).toMatchObject({ status: 'found', file: join(folder, 'b/program'), warnings: [] });
    }));

  test('the core holds no id: used with a warning, unless something contradicts', () =>
    withFolder(async (folder) => {
      const path = join(folder, basename(PROGRAM));
      copyFileSync(PROGRAM, path);
      utimesSync(path, 1, 1);
      const core = coreOf(folder, path, Buffer.alloc(0));
      const seen = await look(core, {});
      expect(seen).toMatchObject({ status: 'unverified', file: path, read: 'right' });
      expect(seen.warnings[0]?.message).toMatch(/unchecked: the core holds no build id/);
      // Changed after the core was written: it cannot be what was mapped.
      utimesSync(path, Date.now() / 1000 + 100, Date.now() / 1000 + 100);
      expect(await look(core, {})).toMatchObject({ status: 'mismatch', read: 'fault' });
      utimesSync(path, 1, 1);
      writeFileSync(path, readFileSync(PROGRAM).subarray(0, 5000));
      utimesSync(path, 1, 1);
      expect(await look(core, {})).toMatchObject({ status: 'mismatch', read: 'fault' });
    }));
});

test('links that run in a circle lead nowhere', () =>
  withFolder((folder) => {
    symlinkSync('b', join(folder, 'a'));
    symlinkSync('a', join(folder, 'b'));
    expect(resolveInside(folder, '/a/x')).toBeNull();
    expect(resolveInside(folder, '/none')).toBeNull();
    expect(resolveInside(folder, '/../../..')).toBe(folder);
  }));
