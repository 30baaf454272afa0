// Is a deadlock ever announced in a healthy program? Looks at test/programs/contending.py as often as is asked for, on each
// Python given, and counts: node bench/deadlocks.mjs LOOKS PYTHON…  (10,000 are some minutes). Exit code 1: it was.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { inspectProcess } from '../dist/index.js';

const [looks = '1000', ...pythons] = process.argv.slice(2);
const program = fileURLToPath(new URL('../test/programs/contending.py', import.meta.url));
let announced = 0;

for (const python of pythons.length > 0 ? pythons : ['python3']) {
  const child = spawn(python, [program], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const counts = { looks: 0, waits: 0, possible: 0, announced: 0 };
  try {
    for (; counts.looks < Number(looks); counts.looks++) {
      const mode = counts.looks % 2 === 0 ? 'blocking' : 'non-blocking';
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
  announced += counts.announced;
  console.log(`${python}: ${JSON.stringify(counts)}`);
}
process.exitCode = announced === 0 ? 0 : 1;
