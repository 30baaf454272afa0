// Freezes process PID again and again, until killed or until there is none: freeze_forever.mjs ADDON PID WHOM
// WHOM: `running`, or `all`, those that stand still too.
import { createRequire } from 'node:module';

const [addon, pid, whom] = process.argv.slice(2);
const { LiveProcess } = createRequire(import.meta.url)(addon);
const target = new LiveProcess(Number(pid));
const tids = target.look().tids;
process.stdout.write('{}\n');
const GONE = 3;
let evidence;
do {
  ({ evidence } = target.freeze({
    mode: 'prove',
    ...(whom === 'all' && { mustStop: new Uint8Array(tids.length).fill(1) }),
    tids,
    pages: new Float64Array(0),
    ownedStart: new Uint32Array(tids.length + 1),
    ownedPages: new Uint32Array(0),
    sharedPages: new Uint32Array(0),
    stackBytes: 65536,
    maxRounds: 3,
    maxPauseMs: 1000,
  }));
} while (evidence.some((had) => had !== GONE));
