/**
 * Does a process run Python? Told from its program and its maps, without reading its memory: this is asked of every
 * process of a machine, and locating the interpreter costs a hundred times as much.
 */
import { statSync } from 'node:fs';
import { ElfFile } from '../../elf/elf-file.js';
import { openFileSource } from '../../elf/file-source.js';
import { ElfError } from '../../elf/header.js';
import { PystackError } from '../../errors.js';
import { errnoOf, readProcText } from './proc-files.js';

/** A file called like Python, with code in it: pyenv's folders and data files are called so too. */
const PYTHON_CODE = /^\S+ r-xp .*\/(?:lib)?python\d[^/\n]*$/m;

/**
 * `hidden`: its maps may not be read, so nobody here may look at it; `suspect` says whether its name speaks of Python.
 */
export type Verdict = 'yes' | 'no' | 'hidden' | 'suspect';

/** Tells Pythons from others; what is known of a program counts for each process that runs it. */
export class PythonSpotter {
  /** By device and inode. */
  readonly #programs = new Map<string, boolean>();

  look(pid: number): Verdict {
    const maps = readProcText(`/proc/${pid}/maps`);
    if (maps === null || maps === '') return maps === null && isNamedPython(pid) ? 'suspect' : 'hidden';
    if (PYTHON_CODE.test(maps)) return 'yes';
    return this.#hasInterpreter(pid) ? 'yes' : 'no';
  }

  /** Whether the program itself holds an interpreter under another name: an application with Python built in. */
  #hasInterpreter(pid: number): boolean {
    const path = `/proc/${pid}/exe`;
    let key: string;
    try {
      const { dev, ino } = statSync(path);
      key = `${dev}:${ino}`;
    } catch (error) {
      if (errnoOf(error) === null) throw error;
      return false;
    }
    let known = this.#programs.get(key);
    if (known === undefined) {
      known = holdsInterpreter(path);
      this.#programs.set(key, known);
    }
    return known;
  }
}

/** Its own section (3.10+), or a dynamic symbol of every version: those of the limited API are exported by all. */
function holdsInterpreter(path: string): boolean {
  try {
    const source = openFileSource(path);
    try {
      const file = new ElfFile(source);
      return file.section('.PyRuntime') !== null || file.dynamicSymbol('PyEval_SaveThread') !== null;
    } finally {
      source.close();
    }
  } catch (error) {
    if (error instanceof ElfError || error instanceof PystackError || errnoOf(error) !== null) return false;
    throw error;
  }
}

/** What everybody may know of a process: its name. */
function isNamedPython(pid: number): boolean {
  return /python\d?/i.test(readProcText(`/proc/${pid}/comm`) ?? '');
}
