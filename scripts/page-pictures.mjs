// Draws the pictures of docs/html.md, docs/images/page-*.png, from real looks: a process that has a deadlock, and 64 ranks
// of which one is elsewhere. Needs Chromium and python3: `node scripts/page-pictures.mjs`
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { launch } from 'puppeteer-core';

const root = fileURLToPath(new URL('..', import.meta.url));
const python = process.env.PYTHON ?? '/usr/bin/python3';
const folder = mkdtempSync(join(tmpdir(), 'hang-'));
const children = [];

/** Runs until all is drawn; from a folder that is nobody's. */
function start(program, args, environment = {}) {
  const file = join(folder, basename(program));
  if (!existsSync(file)) cpSync(join(root, program), file);
  const child = spawn(python, [file, ...args], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  return child;
}

/** With `--html` of what the arguments say. */
function pageOf(name, ...args) {
  const file = join(folder, `${name}.html`);
  execFileSync(process.execPath, [join(root, 'bin/pystack'), ...args, '--html', file], { stdio: 'inherit' });
  return pathToFileURL(file).href;
}

try {
  const stuck = start('scripts/scenes/deadlock.py', []);
  await sleep(3000);
  const deadlock = pageOf('deadlock', 'remote', String(stuck.pid));
  const job = join(folder, 'job');
  execFileSync('mkdir', [job]);
  execFileSync('mkfifo', [join(job, 'gate'), join(job, 'shard')]);
  for (let rank = 0; rank < 64; rank++) {
    start('test/programs/barrier_rank.py', [job, '17'], { RANK: String(rank), WORLD_SIZE: '64' });
  }
  const arrived = () => readdirSync(job).filter((name) => /^(rank-|loading)/.test(name)).length;
  for (let waited = 0; arrived() < 64; waited++) {
    if (waited === 300) throw new Error('the ranks do not come to where they stay');
    await sleep(200);
  }
  const ranks = pageOf('ranks', 'remote', '--match', `barrier_rank.py ${job}`);
  const browser = await launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    args: ['--no-sandbox'],
  });
  for (const [name, url, scheme, height] of [
    ['page-deadlock', deadlock, 'light', 700],
    ['page-ranks', ranks, 'dark', 560],
  ]) {
    const page = await browser.newPage();
    await page.setViewport({ width: 960, height });
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    await page.goto(url);
    await page.screenshot({ path: join(root, `docs/images/${name}.png`) });
  }
  await browser.close();
} finally {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
}
