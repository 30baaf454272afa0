// What a freeze of process PID comes to here, as one line of JSON: report.mjs ADDON PID PAGE...
import { createRequire } from 'node:module';

const [addon, pid, ...pages] = process.argv.slice(2);
const { LiveProcess } = createRequire(import.meta.url)(addon);
const target = new LiveProcess(Number(pid));
const look = target.look();
const tids = look.tids;
const result = target.freeze({
  mode: 'prove',
  tids,
  pages: Float64Array.from(pages, Number),
  ownedStart: new Uint32Array(tids.length + 1),
  ownedPages: new Uint32Array(0),
  sharedPages: Uint32Array.from(pages, (_, i) => i),
  stackBytes: 4096,
  maxRounds: 4,
  maxPauseMs: 5000,
});
const part = new Uint8Array(8192);
console.log(
  JSON.stringify({
    method: look.method,
    readMethod: target.readMethod,
    states: [...look.states],
    ok: [...result.ok],
    firstBytes: pages.map((_, i) => result.bytes[i * 4096]),
    read: pages.map((page) => target.read(Number(page) + 96, part)),
    evidence: [...result.evidence],
    stopped: result.stoppedTids.length,
    simultaneous: result.simultaneous,
  }),
);
