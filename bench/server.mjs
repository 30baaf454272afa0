// Does a live server notice that it is looked at, again and again? A gunicorn worker under the load of wrk, with somebody
// who looks and without, in turns; and whether the one who looks, one process for all looks, grows.
//   node bench/server.mjs [LOOKS=10000] [PAUSE_MS=20] [CONNECTIONS=4]
// Wants wrk on the PATH and a Python with gunicorn: PYTHON, or the one that `node scripts/real-packages.mjs` makes.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { fail, load, requireServer, startServer } from './gunicorn.mjs';

const [looks, pauseMs, connections] = [10_000, 20, 4].map((usual, n) => Number(process.argv[n + 2] ?? usual));
const TURNS = 4;
/** Looks of each mode that come first: what is allocated once has been by then. */
const WARM_UP = Math.min(200, Math.ceil(looks / 10));
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
requireServer();
const server = await startServer();
/** Looking costs CPU, which a small machine takes from the server: so it also looks at one that nobody asks. */
const elsewhere = await startServer();
const looker = fork(here('looker.mjs'), { stdio: 'inherit' });
looker.once('exit', (code) => fail(`the looker ended with ${code}`));

async function look({ pid }, mode, rounds) {
  looker.send({ pid, rounds, pauseMs, mode });
  const [seen] = await once(looker, 'message');
  return seen;
}

const median = (values) => values.sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)];
const print = (line) => process.stdout.write(`${line}\n`);

await load(server, connections, sleep(500));
let last = null;
for (const mode of ['blocking', 'non-blocking']) last = await look(server, mode, WARM_UP);
const first = last;
const taken = { without: [], elsewhere: [], blocking: [], 'non-blocking': [] };
const sum = { looks: 0, incomplete: 0, errors: [], stopped: 0, longestPauseMs: 0, failed: 0, requests: 0 };
const rounds = Math.ceil(looks / TURNS / 2);
for (let turn = 0; turn < TURNS; turn++) {
  for (const mode of ['blocking', 'non-blocking']) {
    const begun = performance.now();
    const watched = await load(server, connections, look(server, mode, rounds));
    const lasted = performance.now() - begun;
    last = watched.result;
    taken[mode].push(watched);
    for (const key of ['looks', 'incomplete', 'stopped']) sum[key] += last[key];
    sum.errors.push(...last.errors);
    sum.longestPauseMs = Math.max(sum.longestPauseMs, last.longestPauseMs);
    taken.without.push(await load(server, connections, sleep(lasted / 2)));
    taken.elsewhere.push(await load(server, connections, look(elsewhere, mode, Math.ceil(rounds / 2))));
  }
}
for (const [what, runs] of Object.entries(taken)) {
  for (const { requests, failed } of runs) {
    sum.requests += requests;
    sum.failed += failed;
  }
  const [p50, p99] = ['p50', 'p99'].map((key) => median(runs.map((run) => run[key])).toFixed(2));
  print(`${what}: p50 ${p50} ms, p99 ${p99} ms`);
}
for (const mode of ['blocking', 'non-blocking']) {
  for (const base of ['without', 'elsewhere']) {
    const [ours, theirs] = [mode, base].map((key) => median(taken[key].map(({ p99 }) => p99)));
    print(`p99 ${mode} / ${base}: ${(ours / theirs).toFixed(2)}`);
  }
}
print(
  `${sum.looks} looks, ${sum.incomplete} incomplete, ${sum.errors.length} errors ${sum.errors.slice(0, 2).join('; ')}; ` +
    `${(sum.stopped / sum.looks).toFixed(2)} threads stopped a look, longest ${sum.longestPauseMs.toFixed(2)} ms`,
);
print(
  `memory ${first.rssMiB.toFixed(0)} -> ${last.rssMiB.toFixed(0)} MiB, descriptors ${first.descriptors} -> ${last.descriptors}`,
);
print(`${sum.requests} requests, ${sum.failed} failed`);
looker.removeAllListeners('exit');
looker.kill();
process.exit(sum.failed + sum.errors.length > 0 ? 1 : 0);
