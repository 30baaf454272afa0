// Looks at PID ROUNDS times with the library, one after the other, and tells what that left behind in this process.
//   node looker.mjs PID ROUNDS PAUSE_MS MODE
import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspectProcess } from '../dist/index.js';

const [pid, rounds, pauseMs] = process.argv.slice(2, 5).map(Number);
const mode = process.argv[5];
const seen = { looks: 0, incomplete: 0, errors: [], stopped: 0, longestPauseMs: 0, before: null, after: null };
const own = () => ({
  rssMiB: process.memoryUsage.rss() / 2 ** 20,
  descriptors: readdirSync('/proc/self/fd').length,
});
for (let n = 0; n < rounds; n++) {
  // Whatever is allocated once has been by then.
  if (n === Math.min(200, Math.floor(rounds / 3))) seen.before = own();
  try {
    const { complete, capture } = await inspectProcess(pid, { mode });
    seen.looks++;
    if (!complete) seen.incomplete++;
    seen.stopped += capture.stoppedThreads;
    seen.longestPauseMs = Math.max(seen.longestPauseMs, capture.pauseMs);
  } catch (error) {
    seen.errors.push(`${error.code}: ${error.message}`);
  }
  await sleep(pauseMs);
}
seen.after = own();
process.stdout.write(JSON.stringify(seen));
