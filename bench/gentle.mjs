// Does a live server notice that it is looked at, again and again? Latency of a threaded HTTP server under load, with and
// without, in turns; and whether the one who looks grows.
//   node bench/gentle.mjs [LOOKS=10000] [PAUSE_MS=20] [CLIENTS=4]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import { fileURLToPath } from 'node:url';

const [looks, pauseMs, clients] = [10_000, 20, 4].map((usual, n) => Number(process.argv[n + 2] ?? usual));
const TURNS = 4;
const here = (name) => fileURLToPath(new URL(name, import.meta.url));

const server = await start();
/** Looking costs CPU, which a small machine takes from the server: so it also looks at one that nobody asks. */
const elsewhere = await start();
const { port } = server;
const failures = [];

/** Keeps asking until `done` resolves; the latencies, ms. */
async function load(done) {
  const latencies = [];
  let going = true;
  const agent = new http.Agent({ keepAlive: true, maxSockets: clients });
  const client = async () => {
    while (going) {
      const start = performance.now();
      try {
        await request(agent);
        latencies.push(performance.now() - start);
      } catch (error) {
        failures.push(String(error));
      }
      // Below what it can do, so that latency is not just the queue.
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const all = Array.from({ length: clients }, client);
  const result = await done;
  going = false;
  await Promise.all(all);
  agent.destroy();
  return { latencies, result };
}

function request(agent) {
  return new Promise((resolve, reject) => {
    const get = http.get({ port, host: '127.0.0.1', agent }, (response) => {
      response.resume().once('end', resolve);
      if (response.statusCode !== 200) reject(new Error(`status ${response.statusCode}`));
    });
    get.once('error', reject);
  });
}

async function start() {
  const child = spawn(process.env.PYTHON ?? 'python3', [here('server.py')], { stdio: ['ignore', 'pipe', 'inherit'] });
  process.once('exit', () => child.kill('SIGKILL'));
  const [line] = await once(child.stdout, 'data');
  return { pid: child.pid, port: Number(String(line)) };
}

async function look({ pid }, mode, rounds) {
  const child = spawn(process.execPath, [here('looker.mjs'), pid, rounds, pauseMs, mode].map(String), {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  const [status] = await once(child, 'close');
  if (status !== 0) throw new Error(`the looker ended with ${status}`);
  return JSON.parse(text);
}

const quantile = (values, share) => values.sort((a, b) => a - b)[Math.floor((values.length - 1) * share)];
const figures = (values) =>
  `p50 ${quantile(values, 0.5).toFixed(2)} ms, p99 ${quantile(values, 0.99).toFixed(2)} ms (${values.length} requests)`;

await load(new Promise((resolve) => setTimeout(resolve, 500)));
const taken = { without: [], elsewhere: [], blocking: [], 'non-blocking': [] };
const rounds = Math.ceil(looks / TURNS / 2);
for (let turn = 0; turn < TURNS; turn++) {
  for (const mode of ['blocking', 'non-blocking']) {
    const start = performance.now();
    const { latencies, result } = await load(look(server, mode, rounds));
    taken[mode].push(...latencies);
    const lasted = performance.now() - start;
    process.stdout.write(
      `${mode}: ${result.looks} looks, ${result.incomplete} incomplete, ${result.errors.length} errors, ` +
        `${(result.stopped / result.looks).toFixed(2)} threads stopped a look, longest ${result.longestPauseMs.toFixed(2)} ms; ` +
        `RSS ${result.before.rssMiB.toFixed(0)} -> ${result.after.rssMiB.toFixed(0)} MiB, ` +
        `descriptors ${result.before.descriptors} -> ${result.after.descriptors} ${result.errors.slice(0, 2).join('; ')}\n`,
    );
    taken.without.push(...(await load(new Promise((resolve) => setTimeout(resolve, lasted / 2)))).latencies);
    taken.elsewhere.push(...(await load(look(elsewhere, mode, Math.ceil(rounds / 2)))).latencies);
  }
}
for (const [what, values] of Object.entries(taken)) process.stdout.write(`${what}: ${figures(values)}\n`);
for (const mode of ['blocking', 'non-blocking']) {
  for (const base of ['without', 'elsewhere']) {
    const ratio = quantile(taken[mode], 0.99) / quantile(taken[base], 0.99);
    process.stdout.write(`p99 ${mode} / ${base}: ${ratio.toFixed(2)}\n`);
  }
}
process.stdout.write(`failed requests: ${failures.length} ${failures.slice(0, 2).join('; ')}\n`);
process.exit(failures.length > 0 ? 1 : 0);
