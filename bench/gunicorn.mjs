// A real server under load: a gunicorn worker, and wrk that asks it. What needs wrk on the PATH and a Python with gunicorn:
// PYTHON, or the one that `node scripts/real-packages.mjs` makes.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { realPython } from '../scripts/real-packages.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

const python = process.env.PYTHON ?? realPython();

/** Ends this program where something is missing. */
export function requireServer() {
  if (!python || spawnSync(python, ['-c', 'import gunicorn']).status !== 0) {
    fail('no Python with gunicorn: run `node scripts/real-packages.mjs`, or set PYTHON');
  }
  if (spawnSync('wrk', ['-v']).error) fail('no wrk: install it (it is in the distributions)');
}

/** Starts gunicorn with one threaded worker: { pid of the worker, port }. */
export async function startServer() {
  const settings = ['--workers=1', '--threads=4', '--worker-class=gthread', '--bind=127.0.0.1:0', '--timeout=0'];
  const command = ['-m', 'gunicorn', `--chdir=${here('.')}`, ...settings, 'server:application'];
  const child = spawn(python, command, { stdio: ['ignore', 'inherit', 'pipe'] });
  process.once('exit', () => child.kill('SIGTERM'));
  let log = '';
  let found = {};
  child.stderr.on('data', (chunk) => {
    log += chunk;
  });
  while (!found.pid || !found.port) {
    if (child.exitCode !== null) fail(`gunicorn ended: ${log}`);
    await sleep(20);
    found = {
      pid: Number(/worker with pid: (\d+)/.exec(log)?.[1]),
      port: Number(/Listening at: \S+:(\d+)/.exec(log)?.[1]),
    };
  }
  return found;
}

export function fail(message) {
  process.stderr.write(`bench: ${message}\n`);
  process.exit(2);
}

/** Asks a server with so many connections until `done` resolves; what wrk says: { requests, failed, p50, p99 } in ms. */
export async function load({ port }, connections, done) {
  const command = ['-t1', `-c${connections}`, '-d3600s', '-s', here('wrk.lua'), `http://127.0.0.1:${port}/`];
  const wrk = spawn('wrk', command, { stdio: ['ignore', 'pipe', 'inherit'] });
  const stop = () => wrk.kill('SIGKILL');
  process.once('exit', stop);
  let text = '';
  wrk.stdout.on('data', (chunk) => {
    text += chunk;
  });
  const result = await done;
  wrk.kill('SIGINT');
  await once(wrk, 'close');
  process.removeListener('exit', stop);
  return { ...JSON.parse(text.slice(text.lastIndexOf('\n{'))), result };
}
