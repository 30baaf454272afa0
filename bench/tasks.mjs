// What does a look at many tasks cost? node bench/tasks.mjs [COUNT] [PYTHON]: starts a program with so many tasks (default 10,000)
// and looks at it, the whole command, five times: wall clock and peak memory, beside the start of the command alone and, where
// that Python has it (3.14), `python -m asyncio pstree` on the same process.
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const [count = '10000', python = 'python3'] = process.argv.slice(2);
const command = fileURLToPath(new URL('../dist/cli.cjs', import.meta.url));
const program = `
import asyncio, sys
async def leaf(event): await event.wait()
async def middle(event): await leaf(event)
async def wants(lock):
    async with lock: pass
async def main():
    event, lock = asyncio.Event(), asyncio.Lock()
    await lock.acquire()
    tasks = [asyncio.ensure_future(middle(event) if i % 10 else wants(lock)) for i in range(${Number(count)})]
    gathered = asyncio.gather(*tasks)
    await asyncio.sleep(0.5)
    print('ready', flush=True)
    await gathered
loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main())
`;

const child = spawn(python, ['-c', program], { stdio: ['ignore', 'pipe', 'inherit'] });
await new Promise((resolve) => child.stdout.once('data', resolve));
try {
  const pid = String(child.pid);
  measure('node, started alone', process.execPath, ['-e', '0']);
  measure('the command, started alone', process.execPath, [command, '--help']);
  measure('pystack remote --tasks', process.execPath, [command, 'remote', '--tasks', pid]);
  measure('pystack remote --json', process.execPath, [command, 'remote', '--json', pid]);
  measure('python -m asyncio pstree', python, ['-m', 'asyncio', 'pstree', pid]);
} finally {
  child.kill('SIGKILL');
}

function measure(what, file, args) {
  const runs = [];
  for (let n = 0; n < 5; n++) {
    const started = performance.now();
    const ran = spawnSync('/usr/bin/time', ['-f', '%M', file, ...args], { maxBuffer: 2 ** 30, encoding: 'utf8' });
    const kib = Number(ran.stderr.trim().split('\n').at(-1));
    if (ran.status !== 0) {
      console.log(`${what}: not to be had here (exit ${ran.status})`);
      return;
    }
    runs.push({ ms: performance.now() - started, mib: kib / 1024, lines: ran.stdout.split('\n').length });
  }
  runs.sort((a, b) => a.ms - b.ms);
  const [least] = runs;
  console.log(
    `${what}: ${Math.round(least.ms)} ms at least, ${Math.round(runs[2].ms)} ms median, ${Math.round(Math.max(...runs.map(({ mib }) => mib)))} MiB, ${least.lines} lines`,
  );
}
