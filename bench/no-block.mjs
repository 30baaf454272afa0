// Is what `--no-block` shows ever impossible? Four threads of a known call graph call as fast as they can while others are
// born and die beside them: every thread that is called consistent must be on lines that call the next frame's function.
// Every twentieth look is made by the command, for its exit code; the others by this process, which need not start for each.
//   node bench/no-block.mjs [SNAPSHOTS=1000] [VERSION…]     BLOCKING=1: the same with stopping
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { inspectProcess } from '../dist/index.js';
import { OURS } from './tools.mjs';
import { importTypeScript } from './typescript.mjs';

const { findInterpreters } = await importTypeScript('../test/support/interpreters.ts');
const { impossibleIn, readCallGraph } = await importTypeScript('../test/support/program-text.ts');

const snapshots = Number(process.argv[2] ?? 1000);
const versions = process.argv.slice(3);
const blocking = Boolean(process.env.BLOCKING);
const program = fileURLToPath(new URL('../test/programs/busy.py', import.meta.url));
const graph = readCallGraph(program);
/** The program ends by itself after some minutes: so many snapshots of one process, then another. */
const OF_ONE_PROCESS = 200;
/** Every so many looks one is made by the command. */
const BY_COMMAND = 20;
/** Of a thousand snapshots, in how many every thread must be known. */
const LEAST_WHOLE = 0.99;

let failed = false;
for (const { executable, label, minorVersion } of findInterpreters()) {
  if (versions.length > 0 && !versions.includes(minorVersion)) continue;
  const seen = { whole: 0, crashes: [], exits: [], falseClaims: [], doubts: [], evidence: {} };
  for (let left = snapshots; left > 0; left -= OF_ONE_PROCESS)
    await watch(executable, Math.min(left, OF_ONE_PROCESS), seen);
  const whole = seen.whole / snapshots;
  const wrong = seen.crashes.length + seen.exits.length + seen.falseClaims.length;
  if (wrong > 0 || whole < LEAST_WHOLE) failed = true;
  process.stdout.write(
    `${label}: ${snapshots} snapshots, every thread known in ${(100 * whole).toFixed(1)} %, ` +
      `${seen.crashes.length} crashes, ${seen.exits.length} other exits, ${seen.falseClaims.length} false claims; ` +
      `threads ${JSON.stringify(seen.evidence)}\n`,
  );
  for (const what of [...seen.crashes, ...seen.exits, ...seen.falseClaims, ...seen.doubts].slice(0, 5)) {
    process.stdout.write(`  ${what}\n`);
  }
}
process.exit(failed ? 1 : 0);

/** Adds what `rounds` snapshots of one process showed to `seen`. */
async function watch(executable, rounds, seen) {
  const child = spawn(executable, [program, '4', 'churn'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const stop = () => child.kill('SIGKILL');
  process.once('exit', stop);
  try {
    await once(child.stdout, 'data');
    for (let n = 0; n < rounds; n++) {
      const snapshot = n % BY_COMMAND === 0 ? byCommand(child.pid, seen) : await byLibrary(child.pid, seen);
      if (snapshot) judge(snapshot, seen);
    }
  } finally {
    stop();
    process.removeListener('exit', stop);
  }
}

/** What the command says of process `pid`; undefined if it ended in a way that it must not, which is added to `seen`. */
function byCommand(pid, seen) {
  const mode = blocking ? [] : ['--no-block'];
  const run = spawnSync(process.execPath, [OURS, 'remote', ...mode, '--json', `${pid}`], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (run.signal) seen.crashes.push(run.signal);
  else if (run.status !== 0 && run.status !== 3) seen.exits.push(`${run.status}: ${run.stderr}`);
  else return JSON.parse(run.stdout);
}

/** The same of the library: undefined if it failed. */
async function byLibrary(pid, seen) {
  try {
    return await inspectProcess(pid, { mode: blocking ? 'blocking' : 'non-blocking' });
  } catch (error) {
    seen.exits.push(`${error.code}: ${error.message}`);
  }
}

function judge(snapshot, seen) {
  let whole = true;
  for (const thread of snapshot.threads) {
    const key = thread.consistent ? thread.evidence : 'in doubt';
    seen.evidence[key] = (seen.evidence[key] ?? 0) + 1;
    const frames = thread.frames.filter(({ kind }) => kind === 'python');
    const stack = frames.map((frame) => `${frame.function}:${frame.line}`).join(' > ');
    if (!thread.consistent) {
      whole = false;
      seen.doubts.push(`in doubt: ${thread.name} (${thread.status}, ${thread.movingFrames} moving) ${stack}`);
      continue;
    }
    const problem = thread.isMain ? null : impossibleIn(graph, frames);
    if (problem !== null) seen.falseClaims.push(`${thread.name} (${thread.evidence}): ${problem} [${stack}]`);
  }
  if (
    !['busy-0', 'busy-1', 'busy-2', 'busy-3'].every((name) => snapshot.threads.some((thread) => thread.name === name))
  ) {
    whole = false;
    seen.doubts.push(`a thread is missing: ${snapshot.threads.map(({ name }) => name).join(', ')}`);
  }
  if (whole) seen.whole++;
}
