// How long does it take to find the interpreter where nothing helps? Of each version whose static library is installed,
// an ordinary interpreter against programs linked from it: with symbols, stripped, and without section headers as well.
// Medians of the phase `locate` of looks from one process, and of a whole command; the last line is the largest ratio.
// node bench/locate.mjs [rounds]
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { OURS } from './tools.mjs';

const ROUNDS = Number(process.argv[2] ?? 30);
const LIMIT = 2;
const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'pystack-bench-'));

try {
  const { inspectProcess } = await import(pathToFileURL(join(root, 'dist/index.js')));
  const { findInterpreters } = await bundled('test/support/interpreters.ts');
  const { linked, stripped, withoutSections } = await bundled('test/locate/builds.ts');
  let worst = 0;
  for (const interpreter of findInterpreters()) {
    const program = interpreter.shared && !interpreter.debug ? linked(interpreter, 'non-PIE') : { reason: '' };
    if (typeof program !== 'string') continue;
    const home = dirname(dirname(interpreter.executable));
    const bare = stripped(program, mkdtempSync(join(folder, 'b')));
    const barer = stripped(program, mkdtempSync(join(folder, 'b')));
    withoutSections(barer);
    const rows = [
      ['as installed', interpreter.executable],
      ['static, with symbols', program],
      ['stripped', bare],
      ['without sections', barer],
    ];
    let ordinary = null;
    for (const [name, executable] of rows) {
      const figures = await measure(executable, home, inspectProcess);
      ordinary ??= figures;
      const ratio = figures.locateMs / ordinary.locateMs;
      const wallRatio = figures.wallMs / ordinary.wallMs;
      worst = Math.max(worst, wallRatio);
      console.log(
        `${interpreter.minorVersion.padEnd(5)} ${name.padEnd(21)} by ${figures.strategy.padEnd(8)} ` +
          `${figures.locateMs.toFixed(2).padStart(7)} ms (${ratio.toFixed(2)}x)   ` +
          `whole command ${figures.wallMs.toFixed(1).padStart(6)} ms (${wallRatio.toFixed(2)}x)`,
      );
    }
  }
  console.log(`largest ratio of whole commands ${worst.toFixed(2)} (limit ${LIMIT})`);
  if (worst > LIMIT) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true });
}

async function measure(executable, home, inspectProcess) {
  const child = spawn(executable, ['-S', '-c', 'import time; print("ready", flush=True); time.sleep(600)'], {
    env: { PYTHONHOME: `${home}:${home}/none` },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await new Promise((resolve, reject) => {
      child.stdout.once('data', resolve);
      child.once('exit', (code) => reject(new Error(`${executable} ended with ${code}`)));
    });
    const locate = [];
    const wall = [];
    let strategy = '';
    for (let i = 0; i < ROUNDS; i++) {
      const { timings, python } = await inspectProcess(child.pid);
      locate.push(timings.find(({ phase }) => phase === 'locate').ms);
      strategy = python.locatedBy;
      const started = performance.now();
      spawnSync(process.execPath, [OURS, 'remote', `${child.pid}`]);
      wall.push(performance.now() - started);
    }
    return { locateMs: median(locate), wallMs: median(wall), strategy };
  } finally {
    child.kill('SIGKILL');
  }
}

function median(values) {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

/** A module of the tests, as Node can load it. */
async function bundled(path) {
  const { outputFiles } = await build({
    entryPoints: [join(root, path)],
    bundle: true,
    format: 'esm',
    platform: 'node',
    write: false,
    define: { 'import.meta.url': JSON.stringify(pathToFileURL(join(root, path)).href) },
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}
