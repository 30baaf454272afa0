// Waiting threads are never stopped. But of those that run, one may begin to wait just before our stop arrives: how often
// does such a wait end early?   node bench/interrupted.mjs [LOOKS=1000]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { inspectProcess } from '../dist/index.js';

const looks = Number(process.argv[2] ?? 1000);
const folder = mkdtempSync(join(tmpdir(), 'pystack-interrupted-'));
const counts = join(folder, 'counts');
writeFileSync(counts, Buffer.alloc(4096));
const program = fileURLToPath(new URL('interrupted.py', import.meta.url));
const target = spawn(process.env.PYTHON ?? 'python3', [program, counts], { stdio: ['ignore', 'pipe', 'inherit'] });
process.once('exit', () => {
  target.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});
await once(target.stdout, 'data');

for (const mode of ['non-blocking', 'blocking']) {
  const [waits, early] = words();
  let stopped = 0;
  for (let n = 0; n < looks; n++) {
    stopped += (await inspectProcess(target.pid, { mode })).capture.stoppedThreads;
    await sleep(2);
  }
  const [waitsNow, earlyNow] = words();
  process.stdout.write(
    `${mode}: ${looks} looks, ${stopped} threads stopped, ${earlyNow - early} of ${waitsNow - waits} waits ended early\n`,
  );
}
process.exit(0);

function words() {
  const bytes = readFileSync(counts);
  return [bytes.readUInt32LE(0), bytes.readUInt32LE(4)];
}
