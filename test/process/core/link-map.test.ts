/**
 * Which files were mapped, where the core does not tell? A live process stands for a core here: of its memory only what
 * is writable is shown, as emulators dump it, and the rest has to come from the files.
 */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { openFileSource } from '../../../src/elf/file-source.js';
import type { Address } from '../../../src/memory/address.js';
import { MemoryFault, type MemoryReader } from '../../../src/memory/reader.js';
import { decodeAuxv } from '../../../src/process/core/index.js';
import { filesFromLinkMap } from '../../../src/process/core/link-map.js';
import { decodeMappings } from '../../../src/process/mappings.js';
import { onEveryInterpreter } from '../../support/matrix.js';
import { ProcessMemory } from '../../support/process-memory.js';
import { withProgram } from '../../support/target.js';

onEveryInterpreter('headers that are not in the core come from the files', (interpreter) =>
  withProgram(interpreter, 'idle.py', {}, ({ pid }) => {
    const mappings = decodeMappings(readFileSync(`/proc/${pid}/maps`, 'utf8'));
    const { buffer, byteOffset, length } = readFileSync(`/proc/${pid}/auxv`);
    const auxv = decodeAuxv(new DataView(buffer, byteOffset, length));
    const memory = new ProcessMemory(pid);
    // Pages that were made read-only after relocation were written to once.
    const dumped = mappings.filter((one, i) => one.writable || (mappings[i + 1]?.writable && one.readable));
    const writable: MemoryReader = {
      read(address: Address, size: number) {
        if (!dumped.some(({ start, end, executable }) => !executable && address >= start && address < end)) {
          throw new MemoryFault(address, size);
        }
        return memory.read(address, size);
      },
    };
    const asked: string[] = [];
    const { files, problem } = filesFromLinkMap(writable, auxv, (path, isProgram) => {
      asked.push(path);
      return isProgram ? openFileSource(`/proc/${pid}/exe`) : openFileSource(path);
    });
    memory.close();
    expect(problem).toBeNull();
    expect(asked.length).toBeGreaterThan(1);
    // All that has code, wherever else parts of it may be mapped a second time (libffi's trampolines).
    const modules = mappings.filter(({ path, executable }) => executable && path?.startsWith('/'));
    for (const name of new Set(modules.map(({ path }) => path))) {
      const places = modules.filter(({ path }) => path === name).map(({ start }) => start);
      const found = files.some((file) => places.some((start) => start >= file.start && start < file.end));
      expect(found || name?.includes('ld-linux'), `${name}`).toBe(true);
    }
    // A file of another build is not where the loader says.
    const wrong = filesFromLinkMap(writable, auxv, () => openFileSource('/bin/true'));
    expect(wrong.files).toEqual([]);
    expect(wrong.problem).toContain('nor the headers of the executable');
  }),
);
