/**
 * How does a core file become a Process? Headers, notes, memory, mappings, modules: each reads the one before, and
 * nothing is read before it is needed.
 */
import { resolve } from 'node:path';
import type { ByteSource } from '../../elf/byte-source.js';
import type { FileSource } from '../../elf/file-source.js';
import { NotARegularFile, openFileSource } from '../../elf/file-source.js';
import { PT } from '../../elf/segments.js';
import { PystackError } from '../../errors.js';
import { isUserSpace } from '../../memory/address.js';
import type { Mapping } from '../../memory/mapping.js';
import { PAGE_BYTES } from '../../memory/pages.js';
import type { Warning } from '../../snapshot.js';
import type { OsThread, TargetFile } from '../process.js';
import { parseMetadata, type SavedMetadata } from '../saved/metadata.js';
import { asNotedProcess } from '../saved/saved-process.js';
import { CachedSource } from './cached-source.js';
import { readCommandLine } from './command-line.js';
import type { CoreHeaders } from './core-headers.js';
import { readCoreHeaders } from './core-headers.js';
import { coreMappings } from './core-mappings.js';
import { CoreMemory } from './core-memory.js';
import { CORE_METHODS } from './core-methods.js';
import type { MappedModule } from './core-modules.js';
import { coreModules, imageAt, moduleAt } from './core-modules.js';
import type { CoreNotes } from './core-notes.js';
import { readCoreNotes } from './core-notes.js';
import type { CoreProcess } from './core-process.js';
import { decompressed } from './decompress.js';
import { fillFrom } from './elided.js';
import { requireGivenPaths } from './given-paths.js';
import { resolveInside } from './inside-root.js';
import { filesFromLinkMap } from './link-map.js';
import { memorySource } from './memory-source.js';
import type { SearchOptions } from './module-files.js';
import { ModuleFiles } from './module-files.js';
import type { MappedFile } from './note-records.js';
import { AT } from './note-records.js';
import type { DecompressOptions } from './unpack.js';
import { zeroedStacks } from './zeroed-stacks.js';

/** A file, or the newest of systemd-coredump's that matches (null: the newest of all). */
export type CoreOrigin = string | { readonly systemd: string | null };

export interface OpenCoreOptions extends SearchOptions, DecompressOptions {}

/**
 * Opens a core file, decompressing it first if need be; the caller closes it. Throws PystackError: `file-not-found`,
 * `file-unreadable`, `no-coredump-storage`, `decompression`, `not-a-core`, `wrong-architecture`, `core-unreadable`.
 */
export async function openCoreProcess(source: CoreOrigin, options: OpenCoreOptions = {}): Promise<CoreProcess> {
  requireGivenPaths(options);
  const { path, original, writtenMs } = await openOrigin(source, options);
  const { source: plain, problem } = await decompressed(original, path, options);
  const file = new CachedSource(plain);
  try {
    return buildProcess(file, path, writtenMs, options, problem === null ? [] : [problem]);
  } catch (error) {
    file.close();
    throw error;
  }
}

interface Origin {
  readonly path: string;
  readonly original: ByteSource;
  /** When it was written, ms since the epoch. */
  readonly writtenMs: number;
}

async function openOrigin(source: CoreOrigin, options: DecompressOptions): Promise<Origin> {
  if (typeof source === 'string') return openPath(source);
  const [{ newestKept }, { journalCores, nameOf, takeOut }, { scratchFolders }] = await Promise.all([
    import('./systemd.js'),
    import('./journal-cores.js'),
    import('./unpack.js'),
  ]);
  const newest = newestKept(source.systemd, journalCores());
  if (typeof newest === 'string') return openPath(newest);
  const original = await takeOut(newest, scratchFolders(options));
  return { path: nameOf(newest), original, writtenMs: newest.time / 1000 };
}

function openPath(path: string): Origin {
  const original = openOrExplain(path);
  return { path, original, writtenMs: original.identity.mtimeMs };
}

function buildProcess(
  file: CachedSource,
  path: string,
  writtenMs: number,
  options: SearchOptions,
  cutShort: readonly string[],
): CoreProcess {
  const headers = readCoreHeaders(file);
  const notes = readCoreNotes(file, headers.notes, headers.machine);
  const metadata = notes.metadata === null ? null : parseMetadata(notes.metadata);
  const memory = new CoreMemory(file, headers.loads, notes.kept);
  const dumped = memory.dumpedOnly;
  const named = new ModuleFiles(options, null, writtenMs);
  const listed = notes.files
    ? { files: notes.files, problem: null }
    : filesFromLinkMap(dumped, notes.auxv, (name, isProgram) => named.openNamed(name, isProgram));
  const mappings = coreMappings(
    headers.loads,
    listed.files,
    metadata !== null,
    (of) => permissionsOf(of, listed.files, (start, name) => imageAt(start, name, dumped)),
    labelsOf(notes, metadata),
  );
  const modules = coreModules(mappings, dumped);
  const program = moduleAt(modules, Number(notes.auxv.get(AT.ENTRY) ?? 0n));
  const files = new ModuleFiles(options, program, writtenMs);
  const filling = fillFrom(modules, (module) => files.open(module, true));
  memory.fillWith(filling.fill);
  const damage = [
    ...damageWarnings(path, headers, notes, memory, [...cutShort]),
    ...(listed.problem === null ? [] : [damaged(path, listed.problem)]),
    ...(headers.writtenBy === 'debugger' ? zeroedStacks(path, notes, headers.machine, dumped) : []),
  ];
  const osThreads = threadsOf(notes);
  // Of two of the same id the first counts, as in threadsOf.
  let commandLine: string[] | null | undefined;
  const byId = new Map(notes.threads.map((thread) => [thread.tid, thread] as const).reverse());
  const core: CoreProcess = {
    ...CORE_METHODS,
    path,
    name: path,
    pid: notes.process?.pid ?? notes.threads[0]?.tid ?? null,
    capturedAt: new Date(writtenMs).toISOString(),
    machine: headers.machine,
    architecture: headers.machine,
    writtenBy: headers.writtenBy,
    notes,
    metadata: null,
    noted: null,
    copied: null,
    modules,
    program,
    executable: program?.path ?? null,
    root: options.sysroot ?? null,
    memory,
    mappings: () => mappings,
    threads: () => osThreads,
    threadPointers: () => threadPointersOf(notes),
    get written() {
      return memory.written;
    },
    isDamaged: damage.length > 0,
    thread: (tid) => byId.get(tid) ?? null,
    knowsRegister: () => true,
    waitingOn: () => null,
    fileOf: (module) => files.find(module),
    dumpedWithin: (start, end) => memory.dumpedWithin(start, end),
    commandLine: () => {
      if (commandLine === undefined) commandLine = readCommandLine(memory, mappings, notes.auxv);
      return commandLine;
    },
    openMapped: (mapping) => openMapped(mapping, modules, files, memory),
    readFile: (wanted) => readFile(wanted, options),
    warnings: () => [...damage, ...files.warnings()],
    close: () => {
      filling.close();
      file.close();
    },
  };
  return metadata ? asNotedProcess(core, metadata) : core;
}

function openOrExplain(path: string): FileSource {
  try {
    return openFileSource(path);
  } catch (error) {
    if (error instanceof NotARegularFile) {
      throw new PystackError('file-unreadable', `${path} is not a regular file`, { underlying: error });
    }
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new PystackError('file-not-found', `there is no file ${path}`, { underlying: error });
    }
    if (typeof code === 'string') {
      throw new PystackError('file-unreadable', `${path} cannot be opened (${code})`, {
        cause:
          code === 'EACCES' ? 'Cores are readable only by the user whose process crashed, and by root.' : undefined,
        underlying: error,
      });
    }
    throw error;
  }
}

function openMapped(
  mapping: Mapping,
  modules: readonly MappedModule[],
  files: ModuleFiles,
  memory: CoreMemory,
): ByteSource | null {
  // The vDSO has no file; it is an ELF image all the same, and whole.
  if (mapping.path === '[vdso]') return memorySource(memory, mapping);
  const module = moduleAt(modules, mapping.start);
  // Much of what is in a file is in memory as well: whoever asks may do without.
  return module ? files.open(module, false) : null;
}

/** Sources and the like are read from the other machine's image, if there is one, else from where they would be here. */
function readFile(path: string, { sysroot = null }: SearchOptions): TargetFile | null {
  if (!path.startsWith('/')) return null;
  const isOutside = sysroot !== null && path.startsWith(`${resolve(sysroot)}/`);
  const real = sysroot === null || isOutside ? path : resolveInside(sysroot, path);
  if (real === null) return null;
  try {
    const source = openFileSource(real);
    const bytes = source.read(0, source.size);
    source.close();
    return { bytes, mtimeMs: source.identity.mtimeMs };
  } catch (error) {
    if (error instanceof NotARegularFile || (error instanceof Error && 'code' in error)) return null;
    throw error;
  }
}

function threadsOf(notes: CoreNotes): OsThread[] {
  const tids = new Set(notes.threads.map(({ tid }) => tid));
  return [...tids].map((tid) => ({ tid, innerTid: tid, name: null, state: null }));
}

/** Of x86-64, where `fs_base` is what `pthread_self()` returns. */
function threadPointersOf({ threads }: CoreNotes): ReadonlyMap<number, number> {
  const pointers = new Map<number, number>();
  for (const thread of threads) {
    const base = Number(thread.register('fs_base') ?? 0n);
    if (isUserSpace(base)) pointers.set(thread.tid, base);
  }
  return pointers;
}

/** PF.* of a mapping that only the list of files knows of, from the segments of the file it belongs to. */
function permissionsOf(
  file: MappedFile,
  files: readonly MappedFile[],
  image: (start: number, name: string) => ReturnType<typeof imageAt>,
): number | null {
  const isFirst = ({ path, offset }: MappedFile) => path === file.path && offset === 0;
  const before = files.findLast((one) => isFirst(one) && one.start <= file.start);
  const first = before ?? files.find(isFirst);
  const elf = first ? image(first.start, file.path) : null;
  if (elf === null || elf === 'other') return null;
  const pageOf = (address: number) => Math.floor(address / PAGE_BYTES) * PAGE_BYTES;
  const loads = elf.segments.filter(({ type }) => type === PT.LOAD);
  const vaddr = file.start - elf.bias;
  const segment =
    loads.find((s) => pageOf(s.vaddr) <= vaddr && vaddr < s.vaddr + s.memsz) ??
    // Not part of the image: a page of its file, mapped once more by itself.
    loads.find((s) => pageOf(s.offset) <= file.offset && file.offset < s.offset + s.filesz);
  return segment?.flags ?? null;
}

/** What anonymous memory from start to end is called. */
function labelsOf({ auxv }: CoreNotes, metadata: SavedMetadata | null): (start: number, end: number) => string | null {
  const [vdso = 0, program = 0, random = 0] = [AT.SYSINFO_EHDR, AT.EXECFN, AT.RANDOM].map((type) =>
    Number(auxv.get(type) ?? 0n),
  );
  return (start, end) => {
    const holds = (at: number) => at >= start && at < end;
    if (holds(vdso)) return '[vdso]';
    if (holds(program) || holds(random)) return '[stack]';
    return metadata?.labels.find((label) => holds(label.start))?.name ?? null;
  };
}

function damageWarnings(
  path: string,
  headers: CoreHeaders,
  notes: CoreNotes,
  memory: CoreMemory,
  cutShort: string[],
): Warning[] {
  if (memory.missingBytes > 0) {
    const share = Math.max(1, Math.round((memory.missingBytes / memory.dumpedBytes) * 100));
    cutShort.push(
      `${memory.missingBytes} of ${memory.dumpedBytes} bytes of memory (${share} %) are missing at its end`,
    );
  }
  const warnings: Warning[] = cutShort.map((what) => ({
    code: 'core-truncated',
    message: `the core file ${path} was cut short: ${what}`,
  }));
  for (const problem of [...headers.problems, ...notes.problems]) warnings.push(damaged(path, problem));
  if (memory.overlapping > 0) warnings.push(damaged(path, `${memory.overlapping} of its segments overlap others`));
  if (notes.threads.length === 0) warnings.push(damaged(path, 'it names no threads'));
  return warnings;
}

function damaged(path: string, problem: string): Warning {
  return { code: 'core-damaged', message: `the core file ${path} is damaged: ${problem}` };
}
