/**
 * Does it come into pods? There is no Kubernetes here: a stand-in of `kubectl` runs the same words with podman, in containers
 * with their own process ids, files and names. What kubectl itself does with its words this does not show.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { PYSTACK, RUNNER } from '../support/command.js';
import { expectOddFirst, fleet, fleetGroups } from '../support/fleet.js';
import { withHungJob } from '../support/hung-job.js';

const canRun =
  process.getuid?.() === 0 && ['podman', 'runc'].every((command) => spawnSync(command, ['--version']).status === 0);

const folder = mkdtempSync(join(tmpdir(), 'pystack-fleet-pods-'));
/** With storage of its own: what else runs here is left alone. */
const ENGINE = [
  '--storage-driver=vfs',
  '--runtime=runc',
  '--cgroup-manager=cgroupfs',
  `--root=${folder}/storage`,
  `--runroot=${folder}/run`,
  `--tmpdir=${folder}/tmp`,
];
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const checkout = fileURLToPath(new URL('../..', import.meta.url));

/** Containers have this machine's programs, read-only. */
function roots(...more: string[]): string[] {
  const shared = ['/usr', '/lib', '/lib64', '/bin', '/etc', checkout, realpathSync(process.execPath), ...more];
  const folders = new Set(
    shared.map((path) => (path === realpathSync(process.execPath) ? dirname(dirname(path)) : path)),
  );
  return [...folders].flatMap((path) => ['--volume', `${path}:${path}:ro`]);
}

function emptyRoot(name: string): string {
  const root = join(folder, name);
  for (const path of ['proc', 'dev', 'sys', 'tmp', 'run', 'var/tmp']) mkdirSync(join(root, path), { recursive: true });
  return root;
}

const podman = (...args: string[]) =>
  execFileSync('podman', [...ENGINE, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();

function standIn(label: string): string {
  const path = join(folder, 'kubectl');
  const run = ['podman', ...ENGINE].join(' ');
  const volumes = roots()
    .map((word) => `'${word}'`)
    .join(' ');
  writeFileSync(
    path,
    [
      '#!/bin/sh',
      '[ "$1 $2 $3 $4" = "get pods --selector app=train" ] && ' +
        `exec ${run} ps --filter label=${label} --format 'pod/{{.Names}}'`,
      'verb=$1; shift; stdin=; root=',
      'while [ "$1" != -- ]; do case $1 in',
      '  --stdin) stdin=--interactive; shift;; --quiet) shift;;',
      '  --image) root=$2; shift 2;; --profile|--target|--container) shift 2;;',
      '  *) pod=$1; shift;;',
      'esac; done; shift',
      `[ "$verb" = exec ] && exec ${run} exec $stdin "$pod" "$@"`,
      `[ "$verb" = debug ] && exec ${run} run --rm $stdin --network=none --ulimit=nofile=1024:20000 --ulimit=nproc=4096:4096 --pid "container:$pod" --cap-add=SYS_PTRACE ${volumes} --rootfs "$root" "$@"`,
      'echo "error: unknown command" >&2; exit 1',
      '',
    ].join('\n'),
  );
  chmodSync(path, 0o755);
  return path;
}

describe.skipIf(!canRun)('through a stand-in of kubectl (left out where podman, runc or root is missing)', () => {
  test('five pods: into them, sent along, and from a container beside; a pod that is not there', () =>
    withHungJob({ ranks: 5, odd: 1 }, async (job) => {
      const label = `pystack-fleet=${process.pid}`;
      const client = ['--client', standIn(label)];
      const pods = [0, 1, 2, 3, 4].map((rank) => `pystack-fleet-${process.pid}-${rank}`);
      const file = join(folder, 'one file');
      writeFileSync(file, `#!/bin/sh\nexec '${RUNNER}' '${PYSTACK}' "$@"\n`);
      const jobFolder = job.rank[2] ?? '';
      try {
        pods.forEach((pod, rank) => {
          const identity = ['--env', `RANK=${rank}`, '--env', 'WORLD_SIZE=5', '--hostname', pod];
          const own = ['--volume', `${jobFolder}:${jobFolder}`, ...roots(dirname(dirname(job.rank[0] ?? '')))];
          const how = [
            '--detach',
            '--rm',
            '--network=none',
            '--ulimit=nofile=1024:20000',
            '--ulimit=nproc=4096:4096',
            '--cap-add=SYS_PTRACE',
            '--label',
            label,
            '--name',
            pod,
          ];
          podman('run', ...how, ...identity, ...own, '--rootfs', emptyRoot(pod), ...job.rank);
        });
        await job.ready();
        const image = ['--image', emptyRoot('beside'), '--target', 'train'];
        for (const more of [[], ['--send', file], image]) {
          const groups = await fleetGroups(['--kubectl', 'app=train', ...client, ...more]);
          expect(groups.code, groups.stderr).toBe(0);
          expectOddFirst(groups, { ranks: 5, odd: 1 });
          expect(groups.fleet).toEqual({ carrier: 'kubectl', asked: 5, answered: 5, silent: [] });
          expect(groups.counts.hosts).toBe(5);
        }
        const { code, stdout, stderr } = await fleet(['--kubectl', `${pods[0]},no-such-pod`, ...client]);
        expect(code).toBe(3);
        expect(stdout).toContain('  * No answer: no-such-pod (kubectl ended with 125)\n');
        expect(stderr).toMatch(/no-such-pod: .*no container with name or ID "no-such-pod" found/);
      } finally {
        podman('rm', '--force', '--time=0', '--ignore', ...pods);
      }
    }));
});
