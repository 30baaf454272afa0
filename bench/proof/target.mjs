// How do the measurements here get their targets? The C programs of test/native, compiled into a directory that goes.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const PAGE_SIZE = 4096;
export const EVIDENCE = { none: 0, still: 1, stopped: 2, gone: 3 };
export const addonPath = fileURLToPath(new URL('../../build/Release/pystack_native.node', import.meta.url));
export const { LiveProcess } = createRequire(import.meta.url)(addonPath);
export const programsPath = fileURLToPath(new URL('../../test/native/programs/', import.meta.url));

const directory = mkdtempSync(join(tmpdir(), 'pystack-proof-'));
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));

/** Compiles and starts `<name>.c`; resolves to { child, pid, says } after its first line, which is JSON. */
export async function start(name, ...args) {
  const path = join(directory, name);
  execFileSync('cc', ['-O1', '-pthread', '-o', path, `${programsPath}${name}.c`], { stdio: 'inherit' });
  // Should we run under real-time scheduling, so that nobody else is measured, a target that spins must stay below us.
  const policy = process.env.TARGET_REALTIME ? ['-f', '1'] : ['-o', '0'];
  const child = spawn('chrt', [...policy, path, ...args.map(String)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const line = await new Promise((resolve) => child.stdout.once('data', resolve));
  process.on('exit', () => child.kill('SIGKILL'));
  return { child, pid: child.pid, says: JSON.parse(line) };
}

/** A FreezePlan; owned: for each tid the addresses of its pages. */
export function plan({ tids, owned = [], ...rest }) {
  const pages = owned.flat();
  const ownedStart = new Uint32Array(tids.length + 1);
  for (let i = 0; i < tids.length; i++) ownedStart[i + 1] = ownedStart[i] + (owned[i]?.length ?? 0);
  return {
    mode: 'prove',
    tids: Int32Array.from(tids),
    pages: Float64Array.from(pages),
    ownedStart,
    ownedPages: Uint32Array.from(pages, (_, i) => i),
    sharedPages: new Uint32Array(0),
    stackBytes: 0,
    maxRounds: 4,
    maxPauseMs: 5000,
    ...rest,
  };
}

/** The value below which `share` of `values` lie. */
export function quantile(values, share) {
  return [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) * share)] ?? 0;
}
