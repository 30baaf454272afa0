/**
 * Which modules are there besides those of files? Code that the process made at run time: what its compilers told debuggers of
 * (jit-entries.ts), and all other executable memory of no file, with the names that were written for perf (perf-map.ts,
 * jitdump.ts).
 */

import { toAddress } from '../memory/address.js';
import type { Mapping } from '../memory/mapping.js';
import { bytesOf, MemoryFault } from '../memory/reader.js';
import type { Process } from '../process/process.js';
import { jitEntries } from './jit-entries.js';
import { isJitdump, readJitdump } from './jitdump.js';
import { CODE_OFFSET, elfOf, type MadeCode, type MadeSymbol } from './made-module.js';
import type { NativeModule } from './modules.js';
import { parsePerfMap } from './perf-map.js';

/** Larger mappings are mostly reserved for what is to come; no more of each is read. */
const MAX_CODE_BYTES = 16 * 1024 * 1024;

/** In address order, none overlapping another. Their path is empty: they are in no file. */
export function madeModules(target: Process): NativeModule[] {
  const loose = target.mappings().filter(isLoose);
  if (loose.length === 0 || target.identify().architecture !== 'x86-64') return [];
  const told = jitEntries(target)
    .filter(({ start }) => loose.some((mapping) => start >= mapping.start && start < mapping.end))
    .sort((a, b) => a.start - b.start);
  const modules: NativeModule[] = [];
  let names: readonly MadeSymbol[] | undefined;
  for (const mapping of loose) {
    let at: number = mapping.start;
    const rest = (end: number) => {
      const start = at;
      if (end > start) {
        modules.push(
          moduleOf(start, end, () => {
            names ??= namesForPerf(target);
            return codeAt(target, start, end, names);
          }),
        );
      }
    };
    for (const code of told) {
      const end = code.start + code.bytes.length;
      if (code.start < at || end > mapping.end) continue;
      rest(code.start);
      modules.push(moduleOf(code.start, end, () => code));
      at = end;
    }
    rest(mapping.end);
  }
  return modules;
}

function isLoose({ executable, path }: Mapping): boolean {
  return executable && (path === null || path.startsWith('[anon'));
}

function moduleOf(start: number, end: number, code: () => MadeCode | null): NativeModule {
  return {
    path: '',
    buildId: null,
    segments: [{ start, end, fileOffset: CODE_OFFSET, executable: true }],
    open: () => {
      const made = code();
      return made && elfOf(made);
    },
  };
}

function codeAt(target: Process, start: number, end: number, names: readonly MadeSymbol[]): MadeCode | null {
  try {
    const bytes = bytesOf(target.memory.read(toAddress(start), Math.min(end - start, MAX_CODE_BYTES)));
    return { start, bytes, ehFrame: null, symbols: names.filter((each) => each.start >= start && each.start < end) };
  } catch (error) {
    if (!(error instanceof MemoryFault)) throw error;
    return null;
  }
}

/** Where the same address was told of twice, what was told last holds: memory of code is used again. */
function namesForPerf(target: Process): readonly MadeSymbol[] {
  const latest = new Map<number, MadeSymbol>();
  for (const symbol of perfNames(target)) latest.set(symbol.start, symbol);
  for (const symbol of jitdumpNames(target)) latest.set(symbol.start, symbol);
  return [...latest.values()];
}

/** Of a process that runs: it may have been written anew since somebody died. */
function jitdumpNames(target: Process): MadeSymbol[] {
  if (!target.sampler) return [];
  const mapping = target.mappings().find(({ path, executable }) => executable && path !== null && isJitdump(path));
  const source = mapping ? target.openMapped(mapping) : null;
  try {
    return source ? readJitdump(source) : [];
  } finally {
    source?.close();
  }
}

/** Of a process that runs: a file here says nothing of who died elsewhere, nor of who had the number before. */
function perfNames(target: Process): readonly MadeSymbol[] {
  if (!target.sampler) return [];
  const { innerPid, process } = target.identify();
  const file = target.readFile(`/tmp/perf-${innerPid ?? target.pid}.map`);
  const startedAt = process?.startedAt ? Date.parse(process.startedAt) : 0;
  return file && file.mtimeMs >= startedAt - 1000 ? parsePerfMap(new TextDecoder().decode(file.bytes)) : [];
}
