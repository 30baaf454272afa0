/** Are cores of real processes read as they were written? Against what the process itself said of its memory. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ElfFile } from '../../../src/elf/elf-file.js';
import { toAddress } from '../../../src/memory/address.js';
import type { Mapping } from '../../../src/memory/mapping.js';
import { bytesOf } from '../../../src/memory/reader.js';
import { type CoreProcess, describeCore, openCoreProcess } from '../../../src/process/core/index.js';
import { noGcore, noKernelCores, withGcore, withKernelCore } from '../../support/cores.js';
import { anyInterpreter } from '../../support/interpreters.js';
import { onEveryInterpreter } from '../../support/matrix.js';
import type { Program } from '../../support/target.js';
import { renameNote } from './forge.js';

async function withTarget(core: string, use: (target: CoreProcess) => void): Promise<void> {
  const target = await openCoreProcess(core);
  try {
    use(target);
  } finally {
    target.close();
  }
}

function expectKnownMemory(target: CoreProcess, { ready }: Program): void {
  const size = Number(ready['size']);
  const bytes = bytesOf(target.memory.read(toAddress(Number(ready['address'])), size));
  expect(bytes.every((byte, i) => byte === (7 * i + Math.floor(i / 256)) % 256)).toBe(true);
  // Untouched pages of a dumped mapping are in the core, as zeros.
  const pages = bytesOf(target.memory.read(toAddress(Number(ready['pages'])), 64 * 4096));
  expect(Buffer.from(pages.subarray(5 * 4096, 5 * 4096 + 6)).toString('latin1')).toBe('hello\0');
  expect(pages.subarray(6 * 4096).every((byte) => byte === 0)).toBe(true);
}

/** Lines of maps that a core tells of: [vvar] is never dumped, [vsyscall] is in the kernel's half. */
function expectMappings(target: CoreProcess, { ready }: Program): void {
  const seen = new Map(target.mappings().map((mapping) => [mapping.start as number, mapping]));
  for (const line of String(ready['maps']).split('\n').filter(Boolean)) {
    const [, start = '', end = '', permissions = '', offset = '', path = ''] =
      /^(\w+)-(\w+) (\S+) (\w+) \S+ \d+ *(.*)$/.exec(line) ?? [];
    // The heap and the stack may have grown since it read this.
    if (path.startsWith('[') || path === '') continue;
    const mapping = seen.get(Number.parseInt(start, 16));
    expect(mapping, line).toMatchObject({
      end: Number.parseInt(end, 16),
      fileOffset: Number.parseInt(offset, 16),
      path,
      readable: permissions[0] === 'r',
      writable: permissions[1] === 'w',
      executable: permissions[2] === 'x',
    });
  }
}

/** What the core leaves out of the constant parts of libraries reads as it stands in their files. */
function expectFilled(target: CoreProcess): void {
  let compared = 0;
  for (const mapping of target.mappings()) {
    if (!mapping.executable || mapping.path === null || mapping.path.startsWith('[')) continue;
    const size = Math.min(4096, mapping.end - mapping.start);
    const file = readFileSync(mapping.path).subarray(mapping.fileOffset, mapping.fileOffset + size);
    expect(Buffer.from(bytesOf(target.memory.read(mapping.start, file.length))).equals(file), mapping.path).toBe(true);
    compared++;
  }
  expect(compared).toBeGreaterThan(1);
}

function vdsoOf(target: CoreProcess): Mapping | undefined {
  return target.mappings().find(({ path }) => path === '[vdso]');
}

onEveryInterpreter('a core written by the kernel', async (interpreter, context) => {
  if (noKernelCores !== null) return context.skip(noKernelCores);
  await withKernelCore(interpreter, 'known_bytes.py', { args: ['a b', 'ü'] }, (core, program) =>
    withTarget(core, (target) => {
      expect(target.warnings()).toEqual([]);
      expect(target.pid).toBe(program.pid);
      expect(target.commandLine()?.map((part) => Buffer.from(part).toString('latin1'))).toEqual(
        program.ready['commandLine'],
      );
      expectKnownMemory(target, program);
      expectMappings(target, program);
      expectFilled(target);
      const info = describeCore(target);
      expect(info).toMatchObject({
        executable: interpreter.executable,
        ppid: program.ready['ppid'],
        uid: program.ready['uid'],
        gid: program.ready['gid'],
        zombie: false,
        onDemand: false,
        signal: {
          number: 11,
          name: 'SIGSEGV',
          codeName: 'SI_USER',
          senderPid: process.pid,
          faultAddress: null,
          faultContext: null,
        },
      });
      expect(info.modules.filter(({ status }) => status !== 'found')).toEqual([]);
      expect([...(target.postMortem()?.registers(program.pid)?.keys() ?? [])]).toContain('rsp');
      const vdso = vdsoOf(target);
      const image = vdso && target.openMapped(vdso);
      expect(image && new ElfFile(image).dynamicSymbol('__vdso_gettimeofday')).not.toBeNull();
    }),
  );
});

onEveryInterpreter('a core written by gdb', async (interpreter, context) => {
  if (noGcore !== null) return context.skip(noGcore);
  await withGcore(interpreter, 'known_bytes.py', {}, (core, program) =>
    withTarget(core, (target) => {
      expect(target.warnings()).toEqual([]);
      expect(target.pid).toBe(program.pid);
      expectKnownMemory(target, program);
      expectMappings(target, program);
      expectFilled(target);
      expect(describeCore(target)).toMatchObject({
        executable: interpreter.executable,
        onDemand: true,
        signal: null,
        zombie: false,
      });
      expect(target.threads().map(({ tid, name }) => ({ tid, name }))).toEqual([{ tid: program.pid, name: null }]);
    }),
  );
});

test.skipIf(noKernelCores !== null)('without a list of mapped files, the loader tells the modules', async () => {
  // Everything that is mapped is dumped, as emulators do.
  const options = { filter: 0x7f };
  await withKernelCore(anyInterpreter(), 'known_bytes.py', options, async (core) => {
    let listed: string[] = [];
    await withTarget(core, (target) => {
      listed = target.modules.map(({ path }) => path);
    });
    renameNote(core, 0x46494c45, 0x12345678);
    await withTarget(core, (target) => {
      const info = describeCore(target);
      expect(target.warnings()).toEqual([]);
      // The loader knows its libraries by the names it found them under: links, perhaps.
      expect(info.modules.length).toBe(listed.length);
      expect(info.modules.filter(({ status }) => status !== 'found')).toEqual([]);
      expectFilled(target);
    });
  });
});
