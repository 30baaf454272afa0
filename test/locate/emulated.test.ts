/**
 * Python in an emulator of a processor, which maps its code as data: read where it is of the processor that runs, named
 * where it is of another.
 */
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ELF_MACHINE } from '../../src/elf/header.js';
import { inspectProcess } from '../../src/inspect.js';
import { inspectCore } from '../../src/inspect-core.js';
import { HERE } from '../../src/process/arch.js';
import { snapshotProcess } from '../../src/save-snapshot.js';
import { expectOracle } from '../support/expectation.js';
import { anyInterpreter } from '../support/interpreters.js';
import { MODES, onEveryInterpreter } from '../support/matrix.js';
import { until, withProgram } from '../support/target.js';
import { compiled } from './builds.js';

const folder = mkdtempSync(join(tmpdir(), 'pystack-emulated-'));
afterAll(() => rmSync(folder, { recursive: true }));

const names = { 'x86-64': 'x86_64', aarch64: 'aarch64' };
const EMULATOR = [`qemu-${names[HERE]}-static`, `qemu-${names[HERE]}`].find(
  (command) => spawnSync(command, ['--version']).status === 0,
);

describe.skipIf(!EMULATOR)(
  'by one that runs programs for the same processor (skipped where it is not installed)',
  () => {
    onEveryInterpreter('all threads, live and in a snapshot', (interpreter, context) => {
      const through = [EMULATOR ?? ''];
      if (spawnSync(through[0] ?? '', [interpreter.executable, '-c', '']).status !== 0)
        context.skip('it does not run there');
      return withProgram(interpreter, 'idle.py', { through, readyWithin: 120_000 }, async (program) => {
        for (const mode of MODES) {
          const snapshot = await inspectProcess(program.pid, { mode });
          expectOracle(snapshot, program);
          expect(snapshot.process?.conditions).toEqual([{ kind: 'emulated', detail: EMULATOR }]);
        }
        const file = join(folder, 'emulated.core');
        await snapshotProcess(program.pid, file);
        const kept = await inspectCore(file);
        expectOracle(kept, program);
        expect(kept.process?.conditions).toEqual([{ kind: 'emulated', detail: EMULATOR }]);
      });
    });

    test('native frames are said to be the emulator’s', () =>
      withProgram(anyInterpreter(), 'idle.py', { through: [EMULATOR ?? ''], readyWithin: 120_000 }, async ({ pid }) => {
        const { warnings } = await inspectProcess(pid, { native: 'python' });
        expect(warnings.map(({ message }) => message)).toContainEqual(expect.stringContaining(`runs in ${EMULATOR}`));
      }));
  },
);

test('by one that runs programs for another processor', async () => {
  // The head of a real program, with another processor named in it: an emulator of that one is not to be had everywhere.
  const python = join(folder, 'python3.12');
  copyFileSync(process.execPath, python);
  const bytes = readFileSync(python).subarray(0, 1 << 20);
  const other = HERE === 'aarch64' ? ELF_MACHINE.X86_64 : ELF_MACHINE.AARCH64;
  bytes.writeUInt16LE(other, 18);
  writeFileSync(python, bytes);
  const child = spawn(compiled('emulator', folder), [python]);
  try {
    let text = '';
    child.stdout.on('data', (chunk) => (text += chunk));
    await until('it is mapped', () => text.includes('ready'));
    await expect(inspectProcess(child.pid ?? 0)).rejects.toMatchObject({
      code: 'wrong-architecture',
      message: `process ${child.pid} runs a Python for ${other === ELF_MACHINE.AARCH64 ? 'AArch64' : 'x86-64'} under an emulator (emulator)`,
      details: { cause: expect.stringContaining(python) },
    });
  } finally {
    child.kill('SIGKILL');
  }
});
