/** Is it told in which system call a thread stood, on both machines, and not told where that is not known? */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { saveCore } from '../../../src/corefile-writer/save-core.js';
import { buildCore, type ImageThread } from '../../../src/corefile-writer/write-core.js';
import { settleCoreOptions } from '../../../src/options.js';
import type { Architecture } from '../../../src/process/arch.js';
import { openCoreProcess } from '../../../src/process/core/index.js';
import type { OsLook } from '../../../src/process/process.js';
import { registersOf, systemCallOf } from '../../../src/snapshot-file/registers.js';
import { withFolder } from '../../support/cores.js';
import { EMPTY_METADATA, image, mapping } from './forge.js';

const TID = 4711;
const CODE = 0x22000;
/** `mov x0, x1`, `svc #0`, `ret` */
const INSTRUCTIONS = [0xaa0103e0, 0xd4000001, 0xd65f03c0];

function codePage(): Uint8Array {
  const view = new DataView(new ArrayBuffer(4096));
  INSTRUCTIONS.forEach((word, i) => {
    view.setUint32(i * 4, word, true);
  });
  return new Uint8Array(view.buffer);
}

/** What is told of the only thread of a core with code at CODE, written by `origin` (null: by pystack). */
function lookAt(
  machine: Architecture,
  origin: 'kernel' | null,
  thread: Omit<ImageThread, 'tid'>,
): Promise<OsLook | null> {
  return withFolder(async (folder) => {
    const path = join(folder, 'core');
    const note = { tid: TID, innerTid: TID, name: 'python', state: 'S' };
    const pieces = buildCore(
      image({
        machine,
        threads: [{ tid: TID, ...thread }],
        mappings: [mapping(CODE, CODE + 4096, { executable: true })],
        pages: [{ address: CODE, bytes: codePage() }],
        metadata: { ...EMPTY_METADATA, origin, threads: origin === null ? [note as never] : [] },
      }),
    );
    await saveCore(path, pieces);
    const process = await openCoreProcess(path, settleCoreOptions({}));
    try {
      return process.postMortem()?.lookAt(TID) ?? null;
    } finally {
      process.close();
    }
  });
}

const clock_nanosleep = 115n;
const registers = (pc: number) =>
  new Map([
    ...Array.from({ length: 31 }, (_, i) => [`x${i}`, BigInt(i)] as const),
    ['sp', 0x7000n],
    ['pc', BigInt(pc)],
  ]).set('x8', clock_nanosleep);

test('AArch64: who was set back to before its call is in it; behind it nothing is known', async () => {
  const before = await lookAt('aarch64', 'kernel', { registers: registers(CODE + 4), systemCall: -1 });
  expect(before).toMatchObject({ running: false, syscall: { number: 115, args: [0, 1, 2, 3, 4, 5] }, pc: CODE + 4 });
  const unknown = { running: null, syscall: null };
  expect(await lookAt('aarch64', 'kernel', { registers: registers(CODE + 8), systemCall: -1 })).toMatchObject(unknown);
  expect(await lookAt('aarch64', 'kernel', { registers: registers(CODE + 8) })).toMatchObject(unknown);
  // Nothing is there to be read.
  expect(await lookAt('aarch64', 'kernel', { registers: registers(0x90000) })).toMatchObject(unknown);
});

test('AArch64: the note that a snapshot has tells of the call, and that there is none', async () => {
  const look: OsLook = {
    tid: TID,
    running: false,
    syscall: { number: 115, args: [1, 0, 0x7f00, 0, 5, 6] },
    sp: 0x7000,
    pc: CODE + 8,
    runs: 3,
  };
  const saved = (one: OsLook) => ({
    registers: registersOf('aarch64', one, null),
    systemCall: systemCallOf('aarch64', one),
  });
  expect(await lookAt('aarch64', null, saved(look))).toEqual({ ...look, runs: null });
  const running = { ...look, running: true, syscall: null };
  expect(await lookAt('aarch64', null, saved(running))).toEqual({ ...running, runs: null });
  const unknown = { ...look, running: null, syscall: null };
  expect(await lookAt('aarch64', null, saved(unknown))).toEqual({ ...unknown, runs: null });
});

test('x86-64: as its registers say', async () => {
  const look: OsLook = {
    tid: TID,
    running: false,
    syscall: { number: 230, args: [1, 0, 3, 0, 5, 6] },
    sp: 8,
    pc: 9,
    runs: 3,
  };
  const saved = (one: OsLook) => ({
    registers: registersOf('x86-64', one, null),
    systemCall: systemCallOf('x86-64', one),
  });
  expect(saved(look).systemCall).toBeNull();
  expect(await lookAt('x86-64', null, saved(look))).toEqual({ ...look, runs: null });
  const running = { ...look, running: true, syscall: null };
  expect(await lookAt('x86-64', null, saved(running))).toEqual({ ...running, runs: null });
});
