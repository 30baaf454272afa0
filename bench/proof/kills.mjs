// Does our death at any instant leave a thread of the target stopped?  node bench/proof/kills.mjs [KILLS=500] [THREADS=100] [MOST_SECONDS]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { addonPath, programsPath, start } from './target.mjs';

const kills = Number(process.argv[2] ?? 500);
const threads = Number(process.argv[3] ?? 100);
const mostMs = Number(process.argv[4] ?? Number.POSITIVE_INFINITY) * 1000;
const targets = [await start('threads', threads, 0), await start('threads', threads, 2)];

function stopped(pid) {
  return readdirSync(`/proc/${pid}/task`).filter((tid) => {
    const stat = readFileSync(`/proc/${pid}/task/${tid}/stat`, 'latin1');
    return 'tT'.includes(stat[stat.lastIndexOf(')') + 2]);
  });
}

let left = 0;
let done = 0;
const started = performance.now();
for (let k = 0; k < kills && performance.now() - started < mostMs; k++) {
  const { pid } = targets[k % 2];
  const whom = k % 4 < 2 ? 'all' : 'running';
  const us = spawn(process.execPath, [`${programsPath}freeze_forever.mjs`, addonPath, String(pid), whom], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(us.stdout, 'data');
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
  us.kill('SIGKILL');
  await once(us, 'exit');
  // The kernel detaches while our threads end, which the exit of the process does not wait for.
  const end = performance.now() + 2000;
  let still = stopped(pid);
  while (still.length > 0 && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    still = stopped(pid);
  }
  left += still.length;
  done++;
}
console.log(`${done} kills, ${left} threads left stopped`);
process.exit(left > 0 ? 1 : 0);
