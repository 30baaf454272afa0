/**
 * Which test files may run beside which? Three kinds, told by their own text, so that there is no list to be kept:
 * those that start no program (`pure`) share a process; those whose programs move disturb each other and whatever runs
 * beside them (`moving`); all others mostly wait for programs to start, and may be looked at side by side (`idle`).
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export type Kind = 'pure' | 'idle' | 'moving';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Programs that keep CPUs busy with what is looked at, or that change all the time. */
const MOVING_PROGRAMS =
  /\b(?:busy|changing|churn|collecting|contention|signalled|spinning|starved)\.py\b|start\('threads'/;
/** Of a program that left a core nothing moves any more. */
const OF_CORES = /^test\/core\//;
/** What is of no use unless a process is started or looked at. */
const STARTS_PROGRAMS = /from 'node:child_process'|from '[^']*\/process\/native\.js'/;
/** Files that change what a process has one of. */
const CHANGES_ITS_PROCESS =
  /\bvi\.(?:mock|stubEnv|useFakeTimers)\b|\bprocess\.(?:chdir|umask)\(|\bprocess\.env\[[^\]]+\] =[^=]/;

/** Paths from the root of the checkout, each in one list. */
export function testFilesByKind(): Record<Kind, string[]> {
  const found: Record<Kind, string[]> = { pure: [], idle: [], moving: [] };
  for (const name of readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' }).sort()) {
    if (name.endsWith('.test.ts')) found[kindOf(join(ROOT, 'test', name))].push(`test/${name}`);
  }
  return found;
}

function kindOf(file: string): Kind {
  const text = readFileSync(file, 'utf8');
  if (MOVING_PROGRAMS.test(text) && !OF_CORES.test(relative(ROOT, file))) return 'moving';
  if (CHANGES_ITS_PROCESS.test(text)) return 'idle';
  return ownFiles(file).some((path) => STARTS_PROGRAMS.test(readFileSync(path, 'utf8'))) ? 'idle' : 'pure';
}

/** The file and what it imports, directly or not, of `test` and `scripts`: sources start nothing unless they are called. */
function ownFiles(file: string, seen = new Set<string>()): string[] {
  if (seen.has(file)) return [];
  seen.add(file);
  const imports = [...readFileSync(file, 'utf8').matchAll(/^import (?!type\b)[^;]*?from '(\.[^']+)'/gms)]
    .map(([, path]) => resolve(dirname(file), path ?? '').replace(/\.js$/, '.ts'))
    .filter((path) => /^(?:test|scripts|packaging)\//.test(relative(ROOT, path)));
  return [file, ...imports.flatMap((path) => ownFiles(path, seen))];
}
