/**
 * Which file on this machine is the very one that was mapped? Several places are looked at; the build id decides, not
 * the name. A file of another build would give bytes that look right and are not.
 */
import { existsSync, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { ElfFile } from '../../elf/elf-file.js';
import type { FileSource } from '../../elf/file-source.js';
import { NotARegularFile, openFileSource } from '../../elf/file-source.js';
import { ElfError } from '../../elf/header.js';
import { decodeBytes, systemPath } from '../../memory/byte-text.js';
import type { Warning } from '../../snapshot.js';
import type { MappedModule } from './core-modules.js';
import { resolveInside } from './inside-root.js';

export interface SearchOptions {
  /** Used for the program itself, before anything else. */
  readonly executable?: string | null;
  /** Folders that hold libraries. */
  readonly libSearchPath?: readonly string[];
  /** A folder searched with all that is below it. */
  readonly libSearchRoot?: string | null;
  /** A copy of the file system of the machine the core is from; the paths of this machine are then not looked at. */
  readonly sysroot?: string | null;
}

export interface ModuleFile {
  /** `found`: same build id. `unverified`: one of the two has none, nothing contradicts. */
  readonly status: 'found' | 'missing' | 'mismatch' | 'unverified';
  /** The file to use; of a mismatch, the one that was refused. */
  readonly file: string | null;
  readonly fileBuildId: string | null;
}

const MISSING: ModuleFile = { status: 'missing', file: null, fileBuildId: null };

/** Bounds the walk below --lib-search-root. */
const MAX_INDEXED_FILES = 500_000;
const MAX_DEPTH = 64;

export class ModuleFiles {
  readonly #options: SearchOptions;
  readonly #coreMtimeMs: number;
  readonly #program: MappedModule | null;
  readonly #found = new Map<MappedModule, ModuleFile>();
  readonly #warned = new Map<MappedModule, Warning | null>();
  #index: Map<string, string[]> | undefined;

  /** `program` is the module of the executable; `coreMtimeMs` is when the core was written, ms since the epoch. */
  constructor(options: SearchOptions, program: MappedModule | null, coreMtimeMs: number) {
    this.#options = options;
    this.#program = program;
    this.#coreMtimeMs = coreMtimeMs;
  }

  /** The file for a module, looked for once. Does not warn. */
  find(module: MappedModule): ModuleFile {
    let found = this.#found.get(module);
    if (!found) {
      found = this.#search(module);
      this.#found.set(module, found);
    }
    return found;
  }

  /**
   * As {@link find}, opened, or null. `needed`: there is nowhere else to get its bytes from, so that from now on
   * {@link warnings} tells that it is not to be had. That a file is used unchecked is told in any case.
   */
  open(module: MappedModule, needed: boolean): FileSource | null {
    const found = this.find(module);
    const usable = found.status === 'found' || found.status === 'unverified';
    if (usable || needed) this.#warned.set(module, warningFor(module, found));
    return usable && found.file !== null ? openIfPossible(found.file) : null;
  }

  /**
   * The first file that may be the one of that name, unchecked: for cores that do not tell what was mapped, so that its
   * headers have to say where it was. null: there is none.
   */
  openNamed(path: string, isProgram: boolean): FileSource | null {
    for (const candidate of this.#candidates(path, isProgram)) {
      const source = openIfPossible(candidate);
      if (source) return source;
    }
    return null;
  }

  /** About the modules whose bytes were asked for, in that order. */
  warnings(): Warning[] {
    const fixed = this.#explicitMismatch();
    return [...(fixed ? [fixed] : []), ...this.#warned.values()].filter((warning) => warning !== null);
  }

  /** The executable that was given is not the one that ran: said whether or not its bytes were needed. */
  #explicitMismatch(): Warning | null {
    const { executable } = this.#options;
    const module = this.#program;
    if (executable == null || module === null) return null;
    const verdict = judge(module, executable, this.#coreMtimeMs);
    if (verdict?.status !== 'mismatch') {
      return verdict === null
        ? { code: 'module-not-found', message: `${unusable(executable)}; it was not used` }
        : null;
    }
    return this.#warned.get(module)?.code === 'build-id-mismatch' ? null : warningFor(module, verdict);
  }

  #search(module: MappedModule): ModuleFile {
    let refused: ModuleFile | null = null;
    let unverified: ModuleFile | null = null;
    for (const candidate of this.#candidates(module.path, module === this.#program)) {
      const verdict = judge(module, candidate, this.#coreMtimeMs);
      if (verdict?.status === 'found') return verdict;
      if (verdict?.status === 'unverified') unverified ??= verdict;
      if (verdict?.status === 'mismatch') refused ??= verdict;
    }
    return unverified ?? refused ?? MISSING;
  }

  *#candidates(path: string, isProgram: boolean): Generator<string> {
    const { executable = null, libSearchPath = [], libSearchRoot = null, sysroot = null } = this.#options;
    const name = basename(path);
    if (executable !== null && isProgram) yield executable;
    for (const folder of libSearchPath) yield join(folder, name);
    if (libSearchRoot !== null) {
      yield join(libSearchRoot, path);
      yield* this.#below(libSearchRoot).get(name) ?? [];
    }
    const own = sysroot === null ? path : resolveInside(sysroot, path);
    if (own !== null) yield own;
    // An emulator is given the program by its name out here.
    if (sysroot !== null && path.startsWith(`${resolve(sysroot)}/`)) yield path;
  }

  #below(root: string): Map<string, string[]> {
    this.#index ??= indexFiles(root);
    return this.#index;
  }
}

/** File name → paths of the files of that name below the folder. Links to folders are not followed. */
function indexFiles(root: string): Map<string, string[]> {
  const index = new Map<string, string[]>();
  let left = MAX_INDEXED_FILES;
  const walk = (folder: string, depth: number) => {
    for (const entry of entriesOf(folder)) {
      if (left-- <= 0) return;
      const name = decodeBytes(entry.name);
      const path = join(folder, name);
      if (entry.isDirectory()) {
        if (depth < MAX_DEPTH) walk(path, depth + 1);
      } else if (entry.isFile() || entry.isSymbolicLink()) {
        const paths = index.get(name);
        if (paths) paths.push(path);
        else index.set(name, [path]);
      }
    }
  };
  walk(root, 0);
  return index;
}

function entriesOf(folder: string) {
  try {
    return readdirSync(systemPath(folder), { withFileTypes: true, encoding: 'buffer' });
  } catch (error) {
    // A folder that is not there or may not be read holds nothing for us.
    if (isSystemError(error)) return [];
    throw error;
  }
}

/** Whether this file is the module's. null: there is no ELF file under that name. */
function judge(module: MappedModule, path: string, coreMtimeMs: number): ModuleFile | null {
  const source = openIfPossible(path);
  if (!source) return null;
  try {
    const elf = new ElfFile(source);
    const fileBuildId = elf.buildId;
    if (module.buildId !== null && fileBuildId !== null) {
      return { status: module.buildId === fileBuildId ? 'found' : 'mismatch', file: path, fileBuildId };
    }
    const differs =
      // The core has the module's headers: then these must be equal.
      (module.image !== null && !sameHeaders(module.image, elf)) ||
      source.identity.mtimeMs > coreMtimeMs ||
      module.mappings.some(({ fileOffset }) => fileOffset >= source.size);
    return { status: differs ? 'mismatch' : 'unverified', file: path, fileBuildId };
  } catch (error) {
    if (error instanceof ElfError) return null;
    throw error;
  } finally {
    source.close();
  }
}

function sameHeaders(image: NonNullable<MappedModule['image']>, elf: ElfFile): boolean {
  return (
    JSON.stringify(image.header) === JSON.stringify(elf.header) &&
    JSON.stringify(image.segments) === JSON.stringify(elf.segments) &&
    // Kernels dump the first page alone: what is noted further behind is not in the core.
    (image.buildId === null || image.buildId === elf.buildId)
  );
}

function openIfPossible(path: string): FileSource | null {
  try {
    return openFileSource(path);
  } catch (error) {
    if (isSystemError(error) || error instanceof NotARegularFile) return null;
    throw error;
  }
}

/** Why a file that was named is none to look into. */
function unusable(path: string): string {
  return existsSync(systemPath(path)) ? `${path} is no ELF file that can be read` : `there is no file ${path}`;
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string';
}

function warningFor(module: MappedModule, { status, file, fileBuildId }: ModuleFile): Warning | null {
  const remedy = 'give the right one with --sysroot, --lib-search-path or --lib-search-root';
  switch (status) {
    case 'found':
      return null;
    case 'missing':
      return {
        code: 'module-not-found',
        message: `${module.path}${idOf(module.buildId)} was mapped but is not to be found here; ${remedy}`,
      };
    case 'unverified':
      return {
        code: 'module-not-found',
        message: `${file} is used for ${module.path} unchecked: ${
          module.buildId === null ? 'the core holds no build id of it' : 'the file has no build id'
        }`,
      };
    case 'mismatch':
      return {
        code: 'build-id-mismatch',
        message: `${file}${idOf(fileBuildId)} is not the ${module.path}${idOf(module.buildId)} that was mapped, and was not used; ${remedy}`,
      };
  }
}

function idOf(buildId: string | null): string {
  return buildId === null ? '' : ` (build id ${buildId})`;
}
