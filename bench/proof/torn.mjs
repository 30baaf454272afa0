// Is a copy that is called proven ever torn? Threads write pairs of words and block between in many ways; a thread that
// stands still of its own accord has both words equal. They wait for up to WAIT_US microseconds: the shorter, the fewer are
// found still; with a thousand a good part of them wakes up while the proof is made.
//   node bench/proof/torn.mjs [PROOFS=1000000] [THREADS=24] [WAIT_US=40] [MOST_SECONDS]
import { EVIDENCE, LiveProcess, PAGE_SIZE, plan, start } from './target.mjs';

const wanted = Number(process.argv[2] ?? 1_000_000);
const threads = Number(process.argv[3] ?? 24);
const waitUs = Number(process.argv[4] ?? 40);
const mostMs = Number(process.argv[5] ?? Number.POSITIVE_INFINITY) * 1000;
const pairs = await start('pairs', threads, waitUs);
const target = new LiveProcess(pairs.pid);
const base = pairs.says.words;

const word = new Uint8Array(16);
const tids = [];
const owned = [];
for (let i = 0; i < threads; i++) {
  const page = base + 2 * i * PAGE_SIZE;
  target.read(page, word);
  tids.push(Number(new DataView(word.buffer).getBigUint64(8, true)));
  owned.push([page, page + PAGE_SIZE]);
}
const seen = { proofs: 0, torn: 0, stopped: 0, stoppedTorn: 0, none: 0, simultaneous: 0, freezes: 0 };
const { method } = target.look();
const started = performance.now();
while (seen.proofs < wanted && performance.now() - started < mostMs) {
  // Mostly without stopping: each round is as good a test, and far quicker.
  const result = target.freeze(plan({ tids, owned, mode: seen.freezes % 50 ? 'no-stop' : 'prove', maxRounds: 4 }));
  seen.freezes++;
  if (result.simultaneous) seen.simultaneous++;
  if (result.evidence.every((evidence) => evidence === EVIDENCE.gone)) throw new Error('the target has ended');
  const view = new DataView(result.bytes.buffer);
  for (let i = 0; i < threads; i++) {
    const a = view.getBigUint64(2 * i * PAGE_SIZE, true);
    const b = view.getBigUint64((2 * i + 1) * PAGE_SIZE, true);
    if (result.evidence[i] === EVIDENCE.still) {
      seen.proofs++;
      if (a !== b) seen.torn++;
    } else if (result.evidence[i] === EVIDENCE.stopped) {
      seen.stopped++;
      if (a !== b && a !== b + 1n) seen.stoppedTorn++;
    } else {
      seen.none++;
    }
  }
}
console.log(method, JSON.stringify(seen), `${((performance.now() - started) / 1000).toFixed(1)} s`);
process.exit(seen.torn + seen.stoppedTorn > 0 ? 1 : 0);
