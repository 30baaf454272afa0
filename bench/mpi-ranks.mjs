// How long does `pystack fleet --mpirun` take for many real ranks that hang, and is the odd one first? Needs Open MPI.
//
//   node bench/mpi-ranks.mjs [ranks (64)] [python]
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ranks = Number(process.argv[2] ?? 64);
const python = process.argv[3] ?? 'python3';
const odd = Math.floor(ranks * 0.64);
const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const asRoot = process.getuid() === 0 ? ['--allow-run-as-root'] : [];
const folder = mkdtempSync(join(tmpdir(), 'pystack-mpi-ranks-'));
execFileSync('mkfifo', [join(folder, 'gate'), join(folder, 'shard')]);
const program = [python, at('../test/programs/barrier_rank.py'), folder, String(odd)];
const job = spawn('mpirun', [...asRoot, '--oversubscribe', '-n', String(ranks), ...program], { stdio: 'ignore' });
try {
  const arrived = () => readdirSync(folder).filter((name) => /^rank-|^loading$/.test(name)).length;
  for (const end = Date.now() + 60_000; arrived() < ranks; ) {
    if (Date.now() > end) throw new Error(`only ${arrived()} of ${ranks} ranks came`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  for (let round = 0; round < 5; round++) {
    const words = ['fleet', '--mpirun', 'localhost', '--pystack', at('../bin/pystack'), '--match', folder, '--json'];
    const began = performance.now();
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [at('../bin/pystack'), ...words, ...asRoot.map((word) => `--client-option=${word}`)],
      { encoding: 'utf8', maxBuffer: 1 << 28 },
    );
    const took = performance.now() - began;
    if (stdout === '') throw new Error(stderr);
    const { counts, groups } = JSON.parse(stdout);
    const first = groups[0].who[0].of.ranks[0]?.ranks[0]?.[0];
    process.stdout.write(`${counts.processes} processes, first rank ${first} (odd: ${odd}), ${took.toFixed(0)} ms\n`);
  }
} finally {
  job.kill('SIGTERM');
  await new Promise((resolve) => job.once('close', resolve));
  rmSync(folder, { recursive: true, force: true });
}
