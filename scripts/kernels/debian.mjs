// How are a kernel and a small system of a Debian release had? Its packages are downloaded by apt and unpacked; nothing of
// them is run here, so they may be for another processor. Kept in the cache folder, named after release and processor.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { privateApt } from '../../packaging/apt.mjs';
import { CACHE } from '../../packaging/cache-folder.mjs';
import { MODULES } from './systems.mjs';

/** What the guest's own script needs: a shell with mount and insmod. */
const COMMON = ['busybox-static'];
/** Nobody reads them there. */
const NOT_NEEDED = ['usr/share/doc', 'usr/share/man', 'usr/share/locale', 'usr/share/info', 'usr/lib/udev', 'var'];

/** Path below which all systems are kept. */
export const FOLDER = join(CACHE, 'kernels');

/** The folder of a system, whether it is there or not. */
export function folderOf({ suite, arch }) {
  return join(FOLDER, `${suite}-${arch}`);
}

/** Whether it can be booted without downloading anything. */
export function isHere(system) {
  return existsSync(join(folderOf(system), 'facts.json'));
}

/**
 * The kernel, its modules and the files of a system; downloads what is missing. Throws an Error that says what could not be
 * had. `PYSTACK_DEBIAN_ARCHIVE` names an archive for releases that the mirrors do not have any more.
 * @returns {{ kernel: string, modules: string[], root: string, facts: { kernel: string, python: string } }}
 */
export function debianSystem(system, log) {
  const folder = folderOf(system);
  if (!isHere(system)) {
    log(`downloading Debian ${system.suite} for ${system.arch}`);
    const partial = `${folder}.partial-${process.pid}`;
    rmSync(partial, { recursive: true, force: true });
    try {
      download(system, partial);
      rmSync(folder, { recursive: true, force: true });
      renameSync(partial, folder);
    } finally {
      rmSync(partial, { recursive: true, force: true });
    }
  }
  const modules = join(folder, 'modules');
  return {
    kernel: join(folder, 'vmlinuz'),
    modules: MODULES.map((name) => join(modules, `${name}.ko`)).filter((path) => existsSync(path)),
    root: join(folder, 'root'),
    facts: JSON.parse(readFileSync(join(folder, 'facts.json'), 'utf8')),
  };
}

function download({ suite, debian, python }, folder) {
  const root = join(folder, 'root');
  // Debian has one tree since 12; before, packages have files in /bin and /lib, which these links lead to the same place.
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) {
    mkdirSync(join(root, 'usr', name), { recursive: true });
    run('ln', ['-s', `usr/${name}`, join(root, name)]);
  }
  const archive = process.env.PYSTACK_DEBIAN_ARCHIVE;
  const apt = privateApt(join(folder, 'apt'), {
    kind: 'deb',
    suites: [suite],
    architectures: [debian],
    ...(archive ? { archive } : {}),
  });
  const options = ['-qq', '-o', `APT::Architecture=${debian}`];
  const ask = (command, args, cwd = folder) => run(command, [...options, ...args], { cwd, ...apt });
  ask('apt-get', ['update']);
  const meta = fieldOf(ask('apt-cache', ['show', `linux-image-${debian}`]), 'Depends');
  const image = /linux-image-[^\s,(]+/.exec(meta)?.[0];
  if (!image) throw new Error(`${suite} has no kernel for ${debian}`);
  const packages = [...COMMON, `python${python}-minimal`, `libpython${python}-stdlib`];
  ask('apt-get', ['-y', '--download-only', 'install', ...packages]);
  const archives = join(apt.folder, 'cache/archives');
  for (const deb of debsIn(archives)) unpack(deb, root);
  for (const name of NOT_NEEDED) rmSync(join(root, name), { recursive: true, force: true });
  const kernelFiles = join(folder, 'kernel');
  mkdirSync(kernelFiles);
  ask('apt-get', ['download', image], kernelFiles);
  for (const deb of debsIn(kernelFiles)) unpack(deb, kernelFiles);
  keepKernel(kernelFiles, folder);
  const facts = {
    kernel: fieldOf(ask('apt-cache', ['show', image]), 'Version'),
    python: fieldOf(ask('apt-cache', ['show', `python${python}-minimal`]), 'Version'),
  };
  rmSync(apt.folder, { recursive: true });
  rmSync(kernelFiles, { recursive: true });
  writeFileSync(join(folder, 'facts.json'), JSON.stringify(facts));
}

/** The kernel itself and the few modules that are loaded, which newer releases compress. */
function keepKernel(from, into) {
  const files = readdirSync(from, { recursive: true });
  const image = files.find((name) => /^boot\/vmlinuz-/.test(name));
  if (!image) throw new Error('the package of the kernel has none');
  renameSync(join(from, image), join(into, 'vmlinuz'));
  mkdirSync(join(into, 'modules'));
  for (const name of files) {
    const [, module, compressed] = /^(.*)\.ko(\.xz)?$/.exec(basename(name)) ?? [];
    if (!MODULES.includes(module)) continue;
    const path = join(from, name);
    if (compressed) run('xz', ['--decompress', path]);
    renameSync(compressed ? path.slice(0, -compressed.length) : path, join(into, 'modules', `${module}.ko`));
  }
}

function unpack(deb, into) {
  const script = 'dpkg-deb --fsys-tarfile "$1" | tar -x -C "$2" --keep-directory-symlink --no-same-owner';
  run('sh', ['-c', script, 'sh', deb, into]);
}

function debsIn(folder) {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.deb'))
    .map((name) => join(folder, name));
}

/** Of the first package shown. */
function fieldOf(text, name) {
  return new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1] ?? '';
}

function run(command, args, { cwd, environment = {} } = {}) {
  const env = { ...process.env, LC_ALL: 'C', ...environment };
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    env,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (error) throw new Error(`${command} cannot be run: ${error.message}`);
  if (status !== 0)
    throw new Error(`${command} ${args.join(' ')}: exit ${status}\n${`${stdout}${stderr}`.trim().slice(-500)}`);
  return stdout;
}
