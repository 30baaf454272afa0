// How long does it take to merge what a hundred thousand ranks collected? Real files of eight real processes, made many:
// other hosts, ranks and times, and noise in where they stand. Prints a table; docs/scale.md quotes it.
//
//   node bench/scale.mjs [RANKS …]        default: 8000 100000; eight ranks a host
//   SCALE_PER_HOST=1 SCALE_NOISE=0.02 SCALE_TREE=32   ranks a file, share of threads that are elsewhere, files a part
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';

const path = (relative) => fileURLToPath(new URL(`../${relative}`, import.meta.url));
const PYSTACK = path('bin/pystack');
const PER_HOST = Number(process.env.SCALE_PER_HOST ?? 8);
const NOISE = Number(process.env.SCALE_NOISE ?? 0.02);
const TREE = Number(process.env.SCALE_TREE ?? 32);
const PYTHON = process.env.PYTHON ?? 'python3';
const sizes = process.argv.slice(2).map(Number);

/** What `pystack collect` wrote of eight real ranks, one of them odd, unpacked. */
async function collected() {
  const mark = `PYSTACK_SCALE=${process.pid}`;
  const ranks = Array.from({ length: 8 }, (_, rank) =>
    spawn(PYTHON, [path('test/programs/rank.py')], {
      env: { ...process.env, RANK: String(rank), WORLD_SIZE: '8', RANK_ODD: '7', PYSTACK_SCALE: String(process.pid) },
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  );
  try {
    await Promise.all(ranks.map((rank) => new Promise((ready) => rank.stdout.once('data', ready))));
    const { stdout } = spawnSync(process.execPath, [PYSTACK, 'collect', '--env', mark], { encoding: 'utf8' });
    const { data, ...header } = JSON.parse(stdout);
    return { header, pack: JSON.parse(gunzipSync(Buffer.from(data, 'base64')).toString()) };
  } finally {
    for (const rank of ranks) rank.kill('SIGKILL');
  }
}

let state = 1;
const random = () => {
  state = (Math.imul(state, 1103515245) + 12345) >>> 0;
  return state / 2 ** 32;
};

/** The file of one host of a job of `size`. Rank `odd` stands where the real odd one stood. */
function hostLine({ header, pack }, host, size, odd) {
  const copy = {
    ...pack,
    texts: [...pack.texts],
    stacks: pack.stacks.map((stack) => [...stack]),
    frames: [...pack.frames],
  };
  const looks = [];
  for (let i = 0; i < PER_HOST; i++) {
    const rank = host * PER_HOST + i;
    if (rank >= size) break;
    const model = pack.looks[rank === odd ? 7 : i % 7];
    const threads = model.threads.map(([name, tid, stack, where, flags]) => {
      if (random() >= NOISE) return [name, tid + rank, stack, where, flags];
      // Elsewhere: its innermost call at another line, or in one of two hundred other functions.
      const noisy = [...pack.stacks[stack]];
      const [kind, called, file] = pack.frames[noisy.at(-1)];
      const line = 100 + Math.floor(random() * 200);
      const other = random() < 0.5 ? called : copy.texts.push(`step_${line}`) - 1;
      noisy[noisy.length - 1] = copy.frames.push([kind, other, file, line, -1]) - 1;
      return [name, tid + rank, copy.stacks.push(noisy) - 1, where, flags];
    });
    const env = { ...model.env, RANK: String(rank), WORLD_SIZE: String(size), SLURM_JOB_ID: '17' };
    const at = new Date(Date.parse(model.at) + Math.floor(random() * 5000)).toISOString();
    looks.push({ ...model, host: `node${host}`, pid: 1000 + i, start: 5000 + rank, at, env, threads });
  }
  const data = gzipSync(JSON.stringify({ ...copy, looks })).toString('base64');
  return `${JSON.stringify({ ...header, host: `node${host}`, looks: looks.length, data })}\n`;
}

/** Runs it, and says how long it took and how much memory it had at most. */
function measured(args) {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(process.execPath, [PYSTACK, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    let stdout = '';
    let peakKiB = 0;
    let cpuTicks = 0;
    const look = () => {
      try {
        peakKiB = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? peakKiB);
        const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1].split(' ');
        cpuTicks = Number(fields[11]) + Number(fields[12]);
      } catch {
        // It has ended.
      }
    };
    const timer = setInterval(look, 20);
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
    });
    child.once('error', reject);
    child.once('close', (code) => {
      clearInterval(timer);
      resolve({
        code,
        stdout,
        seconds: (performance.now() - started) / 1000,
        cpu: cpuTicks / 100,
        mib: peakKiB / 1024,
      });
    });
  });
}

const source = await collected();
console.log(`eight real ranks: ${source.pack.looks.length} processes, ${source.pack.stacks.length} stacks`);
for (const size of sizes.length > 0 ? sizes : [8000, 100_000]) {
  const folder = mkdtempSync(join(tmpdir(), 'pystack-scale-'));
  try {
    const hosts = Math.ceil(size / PER_HOST);
    const odd = Math.floor(size / 2);
    let bytes = 0;
    for (let host = 0; host < hosts; host++) {
      const line = hostLine(source, host, size, odd);
      bytes += line.length;
      writeFileSync(join(folder, `node${host}`), line);
    }
    const flat = await measured(['group', '--json', folder]);
    const groups = JSON.parse(flat.stdout);
    const first = groups.groups[0];
    const found = JSON.stringify(first.who[0].of.ranks[0].ranks) === JSON.stringify([[odd, odd]]);
    console.log(
      `${size} ranks in ${hosts} files of ${Math.round(bytes / hosts)} bytes: ` +
        `${flat.seconds.toFixed(1)} s (CPU ${flat.cpu.toFixed(1)} s), ${flat.mib.toFixed(0)} MiB, ` +
        `${groups.groups.length} groups, exit code ${flat.code}, the odd one ${found ? 'first' : 'NOT FOUND'}`,
    );
    // The same as a tree: one part, which is what each inner node of it does, and the parts at the root.
    const names = Array.from({ length: Math.min(TREE, hosts) }, (_, host) => join(folder, `node${host}`));
    const part = await measured(['group', '-o', '-', ...names]);
    console.log(
      `  one part of ${names.length} files: ${part.seconds.toFixed(2)} s, ${part.mib.toFixed(0)} MiB, ` +
        `${part.stdout.length} bytes out of ${Math.round((bytes / hosts) * names.length)}`,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}
