// What do a look, a read and a freeze cost, and for how long does a thread stand?  node bench/proof/cost.mjs
// With `TARGET_REALTIME=1 chrt -f 50 node …` other programs on the machine are not measured along, but have to wait.
import { LiveProcess, PAGE_SIZE, plan, quantile, start } from './target.mjs';

function measure(times, body) {
  const took = [];
  for (let k = 0; k < times; k++) {
    const from = performance.now();
    body();
    took.push(performance.now() - from);
  }
  return took;
}

const show = (values) => `${quantile(values, 0.5).toFixed(3)} (p95 ${quantile(values, 0.95).toFixed(3)})`;

for (const [sleeping, spinning] of [
  [1, 0],
  [100, 0],
  [1000, 0],
  [1, 1],
  [100, 1],
  [1000, 1],
  [100, 4],
]) {
  // More of them than processors would leave none to their own program.
  if (process.env.TARGET_REALTIME && spinning > 1) continue;
  const started = await start('threads', sleeping, spinning);
  const target = new LiveProcess(started.pid);
  const first = measure(1, () => target.look());
  const looks = measure(20, () => target.look());
  const { tids, sp } = target.look();
  const page = (address) => Math.floor(address / PAGE_SIZE) * PAGE_SIZE;
  const somewhere = page(sp.find((address) => address > 0));
  const owned = Array.from(sp, (address) => [page(address) || somewhere, page(address) || somewhere]);
  console.log(`${sleeping} sleeping, ${spinning} spinning: first look ${show(first)} ms, look ${show(looks)} ms`);
  const usual = sleeping === 1000 || spinning > 1 ? [false] : [false, true];
  for (const all of sleeping === 1000 && spinning === 0 ? [false, true] : usual) {
    for (const stackBytes of [0, 65536]) {
      const pauses = [];
      const stopped = [];
      const took = measure(40, () => {
        const result = target.freeze(
          plan({ tids, owned, stackBytes, ...(all && { mustStop: new Uint8Array(tids.length).fill(1) }) }),
        );
        pauses.push(result.pauseMs);
        stopped.push(result.stoppedTids.length);
      });
      console.log(
        `  ${all ? 'all stopped' : 'proven'}, ${stackBytes >> 10} KiB of stacks: pause ${show(pauses)} ms, wall ${show(took)} ms, stopped ${quantile(stopped, 0.5)}`,
      );
    }
  }
  if (sleeping === 1 && spinning === 0) {
    const small = new Uint8Array(64);
    const reads = measure(20, () => {
      for (let k = 0; k < 1000; k++) target.read(somewhere, small);
    });
    const addresses = new Float64Array(2048).fill(somewhere);
    const bytes = new Uint8Array(2048 * PAGE_SIZE).fill(1);
    const ok = new Uint8Array(2048);
    const batches = measure(20, () => target.readPages(addresses, bytes, ok));
    console.log(
      `  read of 64 bytes ${show(reads)} us, page in a batch ${show(batches.map((ms) => (ms / 2048) * 1000))} us`,
    );
  }
  target.close();
  started.child.kill('SIGKILL');
}
process.exit(0);
