// How are the cores made that the benches read? From a real process each: by gcore, or by the kernel, which leaves holes where
// nothing was ever written. One with more mappings than a process may have is one whose mappings are cut into pages.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  fstatSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findProgram, PYTHON } from './tools.mjs';

/** What makes a core that is asked for; null: it can be made. */
export function hindrance({ byKernel = false }) {
  if (!byKernel) return findProgram('gcore') ? null : 'there is no gcore to make it (it comes with gdb)';
  const pattern = readFileSync('/proc/sys/kernel/core_pattern', 'latin1').trim();
  return /^[|/]/.test(pattern) ? `this kernel gives cores to ${pattern}` : null;
}

/**
 * The core of a target with that many threads and frames, in a folder; { core, executable }. `heapBytes` are written to,
 * `sparseBytes` only mapped, but for a page of each GiB; `mappings`: as many at least.
 */
export async function makeCore(
  folder,
  { threads, depth, heapBytes = 0, sparseBytes = 0, byKernel = false, mappings = 0 },
) {
  const target = fileURLToPath(new URL('target.py', import.meta.url));
  const own = mkdtempSync(join(folder, 'core-'));
  const begin = ['-c', 'ulimit -c unlimited; cd "$1"; shift; exec "$@"', 'sh', own];
  const child = spawn('sh', [...begin, PYTHON, target, `${threads}`, `${depth}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, BENCH_HEAP: `${heapBytes}`, BENCH_SPARSE: `${sparseBytes}` },
  });
  const stop = () => child.kill('SIGKILL');
  process.once('exit', stop);
  try {
    const ended = once(child, 'exit');
    const early = ended.then(() => Promise.reject(new Error('the target ended before it was ready')));
    early.catch(() => {});
    await Promise.race([once(child.stdout, 'data'), early]);
    const executable = readlinkSync(`/proc/${child.pid}/exe`);
    if (byKernel) {
      child.kill('SIGABRT');
      await ended;
    } else {
      execFileSync(findProgram('gcore'), ['-o', join(own, 'core'), `${child.pid}`], { stdio: 'ignore' });
    }
    const [made] = readdirSync(own);
    if (made === undefined) throw new Error('no core was written');
    const core = join(own, 'core');
    renameSync(join(own, made), core);
    if (mappings > 0) cutIntoPages(core, mappings);
    return { core, executable };
  } finally {
    stop();
    process.removeListener('exit', stop);
  }
}

/** Removes a core and its folder. */
export function removeCore({ core }) {
  rmSync(join(core, '..'), { recursive: true });
}

const PAGE = 4096n;
/** elf(5): a program header, and where its fields are; what stands for a number of them that does not fit. */
const HEADER_BYTES = 64;
const PHDR_BYTES = 56;
const SHDR_BYTES = 64;
const PN_XNUM = 0xffff;

/**
 * Gives a core a table of `wanted` mappings at least, at its end: the largest ones are cut into pages, the last of them as
 * far as needed. Their number is where elf(5) has it for as many: sh_info of the first section.
 */
function cutIntoPages(core, wanted) {
  const fd = openSync(core, 'r+');
  try {
    const head = Buffer.alloc(HEADER_BYTES);
    readSync(fd, head, 0, HEADER_BYTES, 0);
    const count = head.readUInt16LE(56);
    const table = Buffer.alloc(count * PHDR_BYTES);
    readSync(fd, table, 0, table.length, Number(head.readBigUInt64LE(32)));
    const old = Array.from({ length: count }, (_, i) => table.subarray(i * PHDR_BYTES, (i + 1) * PHDR_BYTES));
    const pagesOf = (header) => (header.readUInt32LE(0) === 1 ? Number(header.readBigUInt64LE(32) / PAGE) : 0);
    const largest = [...old].sort((a, b) => pagesOf(b) - pagesOf(a));
    /** Into how many pieces each is cut. */
    const cut = new Map();
    for (let have = count; have < wanted; ) {
      const next = largest.shift();
      if (next === undefined || pagesOf(next) < 2) throw new Error(`this core has no ${wanted} pages`);
      const pieces = Math.min(Math.floor(pagesOf(next)), wanted - have + 1);
      cut.set(next, pieces);
      have += pieces - 1;
    }
    const headers = old.flatMap((header) => pages(header, cut.get(header) ?? 1));
    const end = fstatSync(fd).size;
    const section = Buffer.alloc(SHDR_BYTES);
    section.writeUInt32LE(headers.length, 44);
    writeSync(fd, Buffer.concat([section, ...headers]), 0, SHDR_BYTES + headers.length * PHDR_BYTES, end);
    head.writeBigUInt64LE(BigInt(end + SHDR_BYTES), 32);
    head.writeBigUInt64LE(BigInt(end), 40);
    head.writeUInt16LE(PN_XNUM, 56);
    head.writeUInt16LE(SHDR_BYTES, 58);
    head.writeUInt16LE(1, 60);
    head.writeUInt16LE(0, 62);
    writeSync(fd, head, 0, HEADER_BYTES, 0);
  } finally {
    closeSync(fd);
  }
}

/** One header for each page; the rest stays with the last. */
function pages(header, count) {
  return Array.from({ length: count }, (_, i) => {
    const page = Buffer.from(header);
    const shift = BigInt(i) * PAGE;
    page.writeBigUInt64LE(header.readBigUInt64LE(8) + shift, 8);
    page.writeBigUInt64LE(header.readBigUInt64LE(16) + shift, 16);
    const isLast = i === count - 1;
    page.writeBigUInt64LE(isLast ? header.readBigUInt64LE(32) - shift : PAGE, 32);
    page.writeBigUInt64LE(isLast ? header.readBigUInt64LE(40) - shift : PAGE, 40);
    return page;
  });
}
