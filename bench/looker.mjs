// Looks at processes with the library, in one process of its own that is kept. To each message { pid, rounds, pauseMs,
// mode } it answers with what it saw and with what that left behind here.
import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspectProcess } from '../dist/index.js';

process.on('message', async ({ pid, rounds, pauseMs, mode }) => {
  const seen = { looks: 0, incomplete: 0, errors: [], stopped: 0, longestPauseMs: 0 };
  for (let n = 0; n < rounds; n++) {
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
  const rssMiB = process.memoryUsage.rss() / 2 ** 20;
  process.send({ ...seen, rssMiB, descriptors: readdirSync('/proc/self/fd').length });
});
