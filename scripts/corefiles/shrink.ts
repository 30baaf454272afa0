/**
 * How does a core of many megabytes become one of a few dozen KiB that reads the same? By inspecting it with everything
 * written down that is read of its memory, and keeping only that.
 */
import { debuggerRanges } from '../../src/corefile-writer/debugger-ranges.js';
import { saveCore } from '../../src/corefile-writer/save-core.js';
import { buildCore } from '../../src/corefile-writer/write-core.js';
import { inspectOpenCore } from '../../src/inspect-core.js';
import { toAddress } from '../../src/memory/address.js';
import { PAGE_BYTES } from '../../src/memory/pages.js';
import { mergeRanges, type PlacedBytes, type Range } from '../../src/memory/ranges.js';
import { bytesOf, type MemoryReader } from '../../src/memory/reader.js';
import type { CoreOptions } from '../../src/options.js';
import { type CoreProcess, openCoreProcess } from '../../src/process/core/index.js';
import type { SavedMetadata } from '../../src/process/saved/metadata.js';

/** All that the kept bytes must suffice for. */
const LOOKS: readonly CoreOptions[] = [{}, { locals: true, registers: true }];

/** Writes `output`; returns its size in bytes. `rename` changes the paths of mapped files, `search` says where they are. */
export async function shrinkCore(
  input: string,
  output: string,
  rename: (path: string) => string,
  search: Pick<CoreOptions, 'sysroot'> = {},
): Promise<number> {
  const target = await openCoreProcess(input, search);
  try {
    const notes = target.coreNotes();
    if (!notes) throw new Error(`${input} does not say what process it is of`);
    const commandLine = target.commandLine();
    // Not the loader's list of libraries: it has the paths that are to be renamed.
    const headers = debuggerRanges(target.memory, target.mappings(), new Map());
    const kept = mergeRanges([...(await whatIsRead(target)), ...headers]);
    return saveCore(
      output,
      buildCore({
        machine: target.machine,
        process: notes.process,
        threads: target.notes.threads.map((thread) => ({
          ...thread,
          registers: new Map([...thread.registers].filter(([name]) => target.knowsRegister(thread.tid, name))),
          siginfo: thread.siginfo?.bytes ?? null,
        })),
        auxv: notes.auxv,
        mappings: target.mappings().map((mapping) => ({
          ...mapping,
          path: mapping.path === null ? null : rename(mapping.path),
        })),
        pages: pagesOf(kept, target.memory),
        keep: kept,
        metadata: renamedNote(target.metadata, rename) ?? {
          origin: target.writtenBy === 'debugger' ? 'debugger' : 'kernel',
          capturedAt: target.capturedAt,
          executable: null,
          commandLine,
          process: null,
          threads: [],
          labels: [],
          python: null,
          capture: null,
          variables: false,
          nativeStacks: true,
          waits: null,
          warnings: [],
          sources: [],
        },
      }),
    );
  } finally {
    target.close();
  }
}

/** Of a snapshot: what it notes, with the paths changed. null: it is none. */
function renamedNote(note: SavedMetadata | null, rename: (path: string) => string): SavedMetadata | null {
  if (!note?.capture) return null;
  const { executable, python } = note;
  return {
    ...note,
    executable: executable === null ? null : rename(executable),
    python: python && { ...python, library: python.library === null ? null : rename(python.library) },
  };
}

async function whatIsRead(target: CoreProcess): Promise<Range[]> {
  const ranges: Range[] = [];
  const memory: MemoryReader = {
    read(address, size) {
      const view = target.memory.read(address, size);
      ranges.push({ start: address, end: address + size });
      return view;
    },
  };
  const commandLine = target.commandLine();
  const recorded: CoreProcess = {
    ...target,
    memory,
    // Neither of these is to be had later; what they would tell must come from memory.
    openMapped: () => null,
    readFile: () => null,
    commandLine: () => commandLine,
  };
  for (const options of LOOKS) await inspectOpenCore(recorded, options);
  return ranges;
}

/** The pages with any of the ranges in them; of a page that is not wholly there, the ranges alone. */
function pagesOf(ranges: readonly Range[], memory: MemoryReader): PlacedBytes[] {
  const pages = new Map<number, Uint8Array>();
  for (const { start, end } of ranges) {
    for (let at = start; at < end; ) {
      const page = Math.floor(at / PAGE_BYTES) * PAGE_BYTES;
      const stop = Math.min(end, page + PAGE_BYTES);
      const bytes = pages.get(page) ?? new Uint8Array(PAGE_BYTES);
      bytes.set(bytesOf(memory.read(toAddress(at), stop - at)), at - page);
      pages.set(page, bytes);
      at = stop;
    }
  }
  return [...pages].map(([address, bytes]) => ({ address, bytes }));
}
