// What does pystack show? Starts a real program, a small web service with a pool of workers, sends it requests, and
// prints its stacks. Sets up whatever is missing first.
import './setup.mjs';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const python = process.env.PYTHON ?? 'python3';

const service = spawn(python, [path('demo_service.py')], { stdio: ['pipe', 'pipe', 'inherit'] });
service.once('error', (error) => {
  process.stderr.write(`demo: ${python} cannot be run: ${error.message}\n`);
  process.exit(1);
});
process.once('exit', () => service.kill('SIGKILL'));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));

const started = once(createInterface({ input: service.stdout }), 'line');
const ended = once(service, 'exit').then(() => {
  process.stderr.write('demo: the service ended before it was ready\n');
  process.exit(1);
});
await Promise.race([started, ended]);

const command = ['remote', `${service.pid}`];
process.stdout.write(`$ pystack ${command.join(' ')}\n\n`);
const { status } = spawnSync(process.execPath, [path('../bin/pystack'), ...command], { stdio: 'inherit' });
process.exit(status ?? 1);
