// Is a deadlock ever announced in a healthy program? Looks at test/programs/contending.py as often as is asked for, on each
// Python given, and counts: node bench/deadlocks.mjs LOOKS PYTHON…  (10,000 are some minutes). Exit code 1: it was.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { inspectProcess } from '../dist/index.js';

const [looks = '1000', ...pythons] = process.argv.slice(2);
const program = fileURLToPath(new URL('../test/programs/contending.py', import.meta.url));
let announced = 0;

/** A program ends by itself after some minutes: a new one is started for so many looks. */
const LOOKS_A_PROGRAM = 250;

for (const python of pythons.length > 0 ? pythons : ['python3']) {
  const counts = { looks: 0, waits: 0, possible: 0, announced: 0 };
  while (counts.looks < Number(looks)) await watchOne(python, counts);
  announced += counts.announced;
  console.log(`${python}: ${JSON.stringify(counts)}`);
}
process.exitCode = announced === 0 ? 0 : 1;

async function watchOne(python, counts) {
  const child = spawn(python, [program], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  try {
    for (let n = 0; n < LOOKS_A_PROGRAM && counts.looks < Number(looks); n++, counts.looks++) {
      const mode = n % 2 === 0 ? 'blocking' : 'non-blocking';
      const { findings, threads } = await inspectProcess(child.pid, { mode, timeBudgetMs: 20 });
      for (const thread of threads) counts.waits += thread.waits.length;
      for (const { code, certain, message } of findings) {
        if (!code.endsWith('deadlock')) continue;
        if (!certain) counts.possible++;
        else {
          counts.announced++;
          console.log(message);
        }
      }
    }
  } finally {
    child.kill('SIGKILL');
  }
}
