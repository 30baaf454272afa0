/**
 * How does a test read a real interpreter without the parts under test that find and copy one? Straight from
 * /proc/<pid>/mem, with `_PyRuntime` found by binutils.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import type { Address } from '../../src/memory/address.js';
import { toAddress } from '../../src/memory/address.js';
import type { MemoryReader } from '../../src/memory/reader.js';
import { MemoryFault } from '../../src/memory/reader.js';
import { layoutFor } from '../../src/python/layouts/index.js';
import type { PythonRuntime } from '../../src/python/python.js';
import type { Interpreter } from './interpreters.js';

/** Memory of a process as it is at each read. */
export class ProcessMemory implements MemoryReader {
  readonly #file: number;

  constructor(pid: number) {
    this.#file = openSync(`/proc/${pid}/mem`, 'r');
  }

  read(address: Address, size: number): DataView {
    const bytes = new Uint8Array(size);
    try {
      const got = readSync(this.#file, bytes, 0, size, address);
      if (got === size) return new DataView(bytes.buffer);
    } catch {
      // EIO: not mapped.
    }
    throw new MemoryFault(address, size);
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** Finds the interpreter in a process that runs `interpreter`. */
export function locateForTest(pid: number, interpreter: Interpreter): PythonRuntime {
  const { major, minor, patch } = interpreter.version;
  const layout = layoutFor(major, minor, patch, { freeThreaded: interpreter.freeThreaded });
  if (!layout) throw new Error(`no row for ${interpreter.label}`);
  const { root, python2 } = layout;
  if (root.kind === '_PyRuntime')
    return { address: addressOf(pid, '_PyRuntime'), layout, version: interpreter.version };
  // `initialized` is what many variables are called.
  const names = root.symbols.filter((name) => !name.endsWith('()'));
  return {
    address: addressOf(pid, 'interp_head'),
    layout: python2 ? { ...layout, python2: { ...python2, unicodeUnit: unitOf(interpreter) } } : layout,
    globals: Object.fromEntries(names.map((name) => [name, addressOf(pid, name)])),
    version: interpreter.version,
  };
}

/** Bytes of a character of Python 2's `unicode`. */
function unitOf({ executable }: Interpreter): 2 | 4 {
  const ran = spawnSync(executable, ['-c', 'import sys; sys.exit(sys.maxunicode == 0xffff)']);
  return ran.status === 1 ? 2 : 4;
}

/** Kernel ids of the threads of a process. */
export function threadIdsOf(pid: number): Set<number> {
  return new Set(readdirSync(`/proc/${pid}/task`).map(Number));
}

const found = new Map<string, { value: number; firstVaddr: number } | null>();

function addressOf(pid: number, name: string): Address {
  for (const line of readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')) {
    const [range = '', , offset = '', , , path = ''] = line.split(/\s+/);
    // The first mapping of a file: where its first segment is loaded.
    if (!path.startsWith('/') || !path.includes('python') || Number.parseInt(offset, 16) !== 0) continue;
    const symbol = symbolOf(path, name);
    if (!symbol) continue;
    const start = Number.parseInt(range.split('-')[0] ?? '', 16);
    return toAddress(start - symbol.firstVaddr + symbol.value);
  }
  throw new Error(`no ${name} in the files mapped by ${pid}`);
}

function symbolOf(path: string, name: string): { value: number; firstVaddr: number } | null {
  const key = `${name} ${path}`;
  let symbol = found.get(key);
  if (symbol === undefined) {
    const symbols = spawnSync('readelf', ['-W', '-s', path], { encoding: 'utf8', maxBuffer: 2 ** 28 }).stdout;
    const line = new RegExp(`^\\s*\\d+: ([0-9a-f]+) +\\S+ OBJECT (?!.* UND ).* ${name}$`, 'm');
    const value = line.exec(symbols)?.[1];
    const segments = spawnSync('readelf', ['-W', '-l', path], { encoding: 'utf8' }).stdout;
    const vaddr = /^\s*LOAD\s+0x[0-9a-f]+ 0x([0-9a-f]+)/m.exec(segments)?.[1];
    symbol =
      value !== undefined && vaddr !== undefined
        ? { value: Number.parseInt(value, 16), firstVaddr: Number.parseInt(vaddr, 16) }
        : null;
    found.set(key, symbol);
  }
  return symbol;
}
