/** Is a core that we write what was asked for, to us and to others, and is it there whole or not at all? */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { debuggerRanges } from '../../src/corefile-writer/debugger-ranges.js';
import { keepOnly } from '../../src/corefile-writer/keep-only.js';
import { saveCore } from '../../src/corefile-writer/save-core.js';
import { buildCore } from '../../src/corefile-writer/write-core.js';
import { isUserSpace, toAddress } from '../../src/memory/address.js';
import { mergeRanges, type PlacedBytes } from '../../src/memory/ranges.js';
import { bytesOf, MemoryFault } from '../../src/memory/reader.js';
import { openCoreProcess } from '../../src/process/core/index.js';
import { EMPTY_METADATA, image, mapping, PAGE, smallCore } from '../process/core/forge.js';
import { noGcore, withFolder, withGcore } from '../support/cores.js';
import { anyInterpreter } from '../support/interpreters.js';

test('bytes that nobody needs become zeros', () => {
  const keep = mergeRanges([
    { start: 108, end: 110 },
    { start: 90, end: 102 },
    { start: 101, end: 103 },
    { start: 103, end: 104 },
    { start: 119, end: 500 },
    { start: 50, end: 50 },
  ]);
  expect(keep).toEqual([
    { start: 90, end: 104 },
    { start: 108, end: 110 },
    { start: 119, end: 500 },
  ]);
  const bytes = Uint8Array.from({ length: 20 }, (_, i) => i + 1);
  expect([...keepOnly(100, bytes, keep)]).toEqual([1, 2, 3, 4, 0, 0, 0, 0, 9, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 20]);
  expect([...keepOnly(600, bytes, keep)].every((byte) => byte === 0)).toBe(true);
  expect([...keepOnly(200, bytes, keep)]).toEqual([...bytes]);
});

test('pages, mappings, threads and what pystack adds come back', () =>
  withFolder(async (folder) => {
    const path = join(folder, 'core.gz');
    const mappings = [
      mapping(0x10000, 0x18000, { writable: true }),
      mapping(0x18000, 0x1a000, { path: '[heap]' }),
      mapping(0x20000, 0x24000, { path: '/opt/x.so', executable: true, fileOffset: 8192 }),
    ];
    const pages = [
      { address: 0x22000, bytes: PAGE },
      { address: 0x30000, bytes: PAGE },
      // Across a border, and next to each other.
      { address: 0x17000, bytes: Buffer.concat([PAGE, PAGE]) },
      { address: 0x12000, bytes: PAGE },
      { address: 0x13000, bytes: PAGE },
    ];
    const threads = [
      {
        tid: 4711,
        innerTid: 1,
        name: 'MainThread',
        state: 'S',
        threadStates: [0x7000],
        terminated: false,
        evidence: 'still',
        consistent: true,
        movingFrames: 0,
        waitingOn: 'futex 0x1234',
        knownRegisters: null,
      },
    ] as const;
    const metadata = {
      ...EMPTY_METADATA,
      capturedAt: '2024-01-01T00:00:00.000Z',
      commandLine: ['python3', 'ü'],
      threads,
    };
    const written = await saveCore(path, buildCore(image({ mappings, pages, metadata })));
    expect(statSync(path)).toMatchObject({ size: written, mode: 0o100600 });
    const target = await openCoreProcess(path);
    try {
      expect(target.writtenBy).toBe('pystack');
      expect(target.mappings()).toEqual([...mappings, mapping(0x30000, 0x31000)]);
      for (const { address, bytes } of pages) {
        expect([...bytesOf(target.memory.read(toAddress(address), bytes.length))]).toEqual([...bytes]);
      }
      for (const hole of [0x10000, 0x14000, 0x11fff, 0x19000, 0x21fff]) {
        expect(() => target.memory.read(toAddress(hole), 1)).toThrow(MemoryFault);
      }
      expect(target.threads()).toEqual([
        { tid: 4711, innerTid: 1, name: 'MainThread', state: 'S' },
        { tid: 4712, innerTid: 4712, name: null, state: null },
      ]);
      expect(target.postMortem()?.registers(4711)).toEqual(new Map([['rsp', 0x7ffd00001000n]]));
      expect(target.commandLine()).toEqual(['python3', 'ü']);
      expect(target.capturedAt).toBe('2024-01-01T00:00:00.000Z');
      // Asked for what was not copied of it, it would be the library's own file that told.
      expect(target.warnings().map(({ code }) => code)).toEqual(['module-not-found']);
    } finally {
      target.close();
    }
  }));

test('whole or not at all', () =>
  withFolder(async (folder) => {
    const path = join(folder, 'core');
    const refused = expect.objectContaining({ code: 'output' });
    writeFileSync(path, 'what was there before', { mode: 0o644 });
    await saveCore(path, [smallCore()]);
    expect(readFileSync(path).equals(smallCore())).toBe(true);
    expect(statSync(path).mode).toBe(0o100600);
    await expect(saveCore(join(folder, 'none', 'core'), [smallCore()])).rejects.toEqual(refused);
    // The name is taken by something that must not be replaced.
    mkdirSync(join(folder, 'taken'));
    await expect(saveCore(join(folder, 'taken'), [smallCore()])).rejects.toEqual(refused);
    await expect(saveCore('/dev/full', [smallCore()])).rejects.toEqual(refused);
    // A symbolic link stays one; the file that it leads to is replaced.
    symlinkSync('core', join(folder, 'link'));
    await saveCore(join(folder, 'link'), [PAGE]);
    expect(readFileSync(path).equals(PAGE)).toBe(true);
    expect(readdirSync(folder).sort()).toEqual(['core', 'link', 'taken']);
  }));

test('called off, it leaves what was there', () =>
  withFolder(async (folder) => {
    const path = join(folder, 'core');
    writeFileSync(path, 'before');
    const off = new AbortController();
    const saving = saveCore(path, [new Uint8Array(64 * 1024 * 1024)], off.signal);
    setImmediate(() => off.abort('enough'));
    await expect(saving).rejects.toBe('enough');
    expect(readFileSync(path, 'utf8')).toBe('before');
    expect(readdirSync(folder)).toEqual(['core']);
  }));

/** Runs gdb on the core; its output. */
function gdb(core: string, ...commands: string[]): string {
  const args = ['-nx', '-batch', ...commands.flatMap((command) => ['-ex', command]), '-c', core];
  return spawnSync('gdb', args, { encoding: 'utf8', env: { ...process.env, DEBUGINFOD_URLS: '' } }).stdout;
}

test.skipIf(noGcore !== null)('a tenth of a percent of a real core is enough for gdb', async () => {
  await withGcore(anyInterpreter(), 'known_bytes.py', {}, async (core, program) => {
    await sleep(0);
    const target = await openCoreProcess(core);
    try {
      const keep = debuggerRanges(target.memory, target.mappings(), target.notes.auxv);
      const registers = target.notes.threads[0]?.registers ?? new Map<string, bigint>();
      const sp = Number(registers.get('rsp') ?? 0n);
      const stack = target.mappings().find(({ start, end }) => sp >= start && sp < end);
      const ranges = mergeRanges([...keep, { start: sp - 128, end: Math.min(sp + 32_768, stack?.end ?? 0) }]);
      const pages: PlacedBytes[] = pagesOf(ranges).flatMap((address) => {
        if (!isUserSpace(address)) return [];
        return [{ address, bytes: bytesOf(target.memory.read(toAddress(address), 4096)).slice() }];
      });
      const small = join(core, '..', 'small');
      const auxv = Buffer.from(
        new BigUint64Array([...target.notes.auxv].flatMap(([type, value]) => [BigInt(type), value])).buffer,
      );
      const { process: facts } = target.notes;
      if (!facts) throw new Error('no NT_PRPSINFO');
      await saveCore(
        small,
        buildCore(
          image({
            process: facts,
            threads: [{ tid: program.pid, registers }],
            auxv,
            mappings: target.mappings(),
            pages,
            keep: ranges,
          }),
        ),
      );
      expect(statSync(small).size).toBeLessThan(statSync(core).size / 20);
      const seen = gdb(small, 'info sharedlibrary', 'bt', 'info registers rip rsp');
      const expected = gdb(core, 'info sharedlibrary', 'bt', 'info registers rip rsp');
      const functions = (text: string) => [...text.matchAll(/^#\d+ +(?:0x\w+ in )?(\w+)/gm)].map(([, name]) => name);
      expect(functions(seen).slice(0, 8)).toEqual(functions(expected).slice(0, 8));
      expect(functions(seen).length).toBeGreaterThan(8);
      expect(/rip +(\S+)/.exec(seen)?.[1]).toBe(/rip +(\S+)/.exec(expected)?.[1]);
      expect(seen).toMatch(/libc\.so/);
      if (!spawnSync('eu-stack', ['--version']).error) {
        const stackText = spawnSync('eu-stack', ['--core', small], { encoding: 'utf8' }).stdout;
        expect(stackText).toContain(`TID ${program.pid}`);
      }
      expect(existsSync(small)).toBe(true);
    } finally {
      target.close();
    }
  });
});

function pagesOf(ranges: readonly { start: number; end: number }[]): number[] {
  const pages = new Set<number>();
  for (const { start, end } of ranges) {
    for (let at = Math.floor(start / 4096) * 4096; at < end; at += 4096) pages.add(at);
  }
  return [...pages];
}
