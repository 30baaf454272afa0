/**
 * Which processes did this one start that run Python? A number that was looked up by name is often that of a wrapper: a
 * shell, a supervisor, the loader of a bundle. https://man7.org/linux/man-pages/man5/proc_tid_children.5.html
 */
import { readdirSync } from 'node:fs';
import { errnoOf, readProcText, readStat } from './proc-files.js';

export interface Descendant {
  readonly pid: number;
  readonly comm: string;
}

/** Generations and processes looked at. */
const MAX_DEPTH = 4;
const MAX_PROCESSES = 200;

/** Those that have a file called like Python mapped, nearest first. Empty where none may be looked at. */
export function pythonDescendants(pid: number): Descendant[] {
  const found: Descendant[] = [];
  let generation = [pid];
  let left = MAX_PROCESSES;
  for (let depth = 0; depth < MAX_DEPTH && generation.length > 0; depth++) {
    generation = generation.flatMap(childrenOf).slice(0, left);
    left -= generation.length;
    for (const child of generation) {
      // A file called so, with code in it: pyenv's folders and data files are called so too.
      const isPython = /^\S+ r-xp .*\/(?:lib)?python\d[^/\n]*$/m.test(readProcText(`/proc/${child}/maps`) ?? '');
      if (isPython) found.push({ pid: child, comm: readStat(child)?.comm ?? '' });
    }
  }
  return found;
}

function childrenOf(pid: number): number[] {
  let tids: string[];
  try {
    tids = readdirSync(`/proc/${pid}/task`);
  } catch (error) {
    if (errnoOf(error) === null) throw error;
    return [];
  }
  return tids.flatMap((tid) =>
    (readProcText(`/proc/${pid}/task/${tid}/children`) ?? '').split(' ').filter(Boolean).map(Number),
  );
}
