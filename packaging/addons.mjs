// How does one machine make the addons of four targets? Clang with its own C++ library and the C library's interface of
// every version, which is what `zig c++` is; everything else is linked in. What was made of the same input is not made
// again, and the same input makes the same bytes.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CACHE, COMPILER_ENVIRONMENT, compiler, librarySources, PINS, run, say } from './downloads.mjs';
import { checkAddon } from './elf-check.mjs';
import { libraries } from './libraries.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const here = fileURLToPath(new URL('.', import.meta.url));

/** -Os: the npm package carries four of each in less than 2 MB. No sanitizer: zig turns one on by itself. No build id, no names of this machine's folders. */
const COMMON = [
  '-Os',
  '-fPIC',
  '-fvisibility=hidden',
  '-ffunction-sections',
  '-fdata-sections',
  '-fno-sanitize=all',
  '-DNDEBUG',
  '-g0',
  '-w',
];

/**
 * Builds what has changed. Returns the folder with pystack_native.node and pystack_unwind.node; throws an Error where
 * the compiler refuses, or where the result needs more than the C library.
 * @param {import('./targets.mjs').TARGETS[number]} target
 * @param {{ elfutils?: string }} [replaced] another source tree of elfutils to link instead
 */
export async function buildAddons(target, replaced = {}) {
  const gyp = bindingGyp();
  const names = gyp.targets.map((each) => each.target_name);
  const folder = folderFor(target, replaced);
  if (!replaced.elfutils && existsSync(folder)) return folder;

  const zig = compiler();
  const sources = { ...librarySources(), ...replaced };
  // Of this process alone: another checkout may be at it just now.
  const work = `${folder}.partial-${process.pid}`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const archive = await buildArchive(zig, target, sources, work);
  say(`${target.name}: compiling the addons`);
  for (const { target_name: name, sources: files } of gyp.targets) {
    const withLibraries = name === 'pystack_unwind';
    const flags = [
      ...gyp.target_defaults.defines.map((define) => `-D${define}`),
      '-std=c++17',
      `-I${join(root, 'node_modules/node-addon-api')}`,
      `-I${join(root, 'node_modules/node-api-headers/include')}`,
      ...(withLibraries ? interfaceFlags(sources, join(work, 'include')) : []),
    ];
    const jobs = [
      ...files.map((file) => compileJob(zig, target, { folder: root, file, flags, into: work })),
      compileJob(zig, target, { folder: here, file: 'no_demangler.c', flags: [], into: work }),
    ];
    await runAll(jobs);
    const made = join(work, `${name}.node`);
    const link = ['-Os', '-shared', '-s', `-Wl,--version-script=${join(here, 'exports.map')}`, '-Wl,--gc-sections'];
    const objects = [...jobs.map(({ object }) => object), ...(withLibraries ? [archive] : [])];
    await runAll([zigJob(zig, ['c++', '-target', target.triple, ...link, '-o', made, ...objects])]);
    for (const { object } of jobs) rmSync(object);
    checkAddon(made, target);
  }
  for (const file of readdirSync(work)) {
    if (!names.some((name) => file === `${name}.node`)) rmSync(join(work, file), { recursive: true });
  }
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(dirname(folder), { recursive: true });
  renameSync(work, folder);
  return folder;
}

/** The folder of addons that were made of just what is here now; null: they would have to be built. */
export function builtAddons(target) {
  const folder = folderFor(target, {});
  return existsSync(folder) ? folder : null;
}

function bindingGyp() {
  return JSON.parse(readFileSync(join(root, 'binding.gyp'), 'utf8'));
}

/** Named after everything that goes into them. */
function folderFor(target, replaced) {
  const key = hashOf(
    [JSON.stringify([target, COMMON, PINS.pip.ziglang, PINS.debianSources]), replaced.elfutils ?? ''],
    [
      'binding.gyp',
      ...filesBelow('native').filter((file) => /\.(cc|h)$/.test(file)),
      ...packagingFiles().filter((file) =>
        /(addons|libraries)\.mjs$|\.h$|(without_backends|no_demangler)\.c$|\.map$/.test(file),
      ),
      ...filesBelow('node_modules/node-addon-api').filter((file) => file.endsWith('.h')),
      ...filesBelow('node_modules/node-api-headers/include'),
    ],
  );
  return join(CACHE, 'addons', target.name, key);
}

/** Everything that is not ours, in one archive that is kept for as long as nothing of it changes. */
async function buildArchive(zig, target, sources, work) {
  const lists = libraries(sources, here.replace(/\/$/, ''));
  const configs = packagingFiles().filter((file) => /\.[ch]$/.test(file));
  // Where the checkout lies is in the list, and not in what is made of it.
  const listed = JSON.stringify(lists).replaceAll(CACHE, '(cache)').replaceAll(here, '(packaging)/');
  const key = hashOf([JSON.stringify([target.triple, COMMON, PINS.pip.ziglang, PINS.debianSources]), listed], configs);
  const pinned = Object.entries(sources).every(([, folder]) => folder.startsWith(CACHE));
  const archive = pinned ? join(CACHE, 'archives', target.name, `${key}.a`) : join(work, 'libraries.a');
  if (pinned && existsSync(archive)) return archive;
  say(`${target.name}: compiling ${lists.map(({ name }) => name).join(', ')}`);
  const jobs = lists.flatMap(({ folder, files, flags, name }) =>
    files.map((file) => compileJob(zig, target, { folder, file, flags, into: join(work, name) })),
  );
  for (const { object } of jobs) mkdirSync(dirname(object), { recursive: true });
  await runAll(jobs);
  mkdirSync(dirname(archive), { recursive: true });
  const partial = `${archive}.partial-${process.pid}`;
  // D: no times, no owners.
  run(zig, ['ar', 'rcsD', partial, ...jobs.map(({ object }) => object)], {
    environment: COMPILER_ENVIRONMENT,
  });
  renameSync(partial, archive);
  return archive;
}

/** What our own files include of the libraries, under the names that an installation gives them. */
function interfaceFlags({ elfutils, libiberty, 'xz-utils': xz }, include) {
  const links = {
    'elfutils/libdw.h': join(elfutils, 'libdw/libdw.h'),
    'elfutils/libdwelf.h': join(elfutils, 'libdwelf/libdwelf.h'),
    'elfutils/elf-knowledge.h': join(elfutils, 'libelf/elf-knowledge.h'),
    'libiberty/demangle.h': join(libiberty, 'include/demangle.h'),
    'libiberty/libiberty.h': join(libiberty, 'include/libiberty.h'),
    'libiberty/ansidecl.h': join(libiberty, 'include/ansidecl.h'),
  };
  for (const [name, file] of Object.entries(links)) {
    mkdirSync(dirname(join(include, name)), { recursive: true });
    copyFileSync(file, join(include, name));
  }
  return [include, join(elfutils, 'libelf'), join(elfutils, 'libdw'), join(xz, 'src/liblzma/api')].map(
    (name) => `-I${name}`,
  );
}

function compileJob(zig, target, { folder, file, flags, into }) {
  const isCpp = file.endsWith('.cc');
  const driver = isCpp ? 'c++' : 'cc';
  const object = join(into, `${file.replaceAll('/', '_')}.o`);
  const args = [
    driver,
    '-target',
    target.triple,
    ...COMMON,
    // C throws nothing, and nothing is thrown through it.
    ...(isCpp ? [] : ['-fno-asynchronous-unwind-tables']),
    `-fmacro-prefix-map=${folder}=.`,
    ...flags,
    '-c',
    join(folder, file),
    '-o',
    object,
  ];
  return { ...zigJob(zig, args), object };
}

function zigJob(zig, args) {
  return { command: zig, args };
}

/** Runs as many at a time as there are processors; the first that fails ends it with an Error. */
async function runAll(jobs) {
  const waiting = [...jobs];
  const worker = async () => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      try {
        await runOne(job);
      } catch (error) {
        waiting.length = 0;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), jobs.length) }, worker));
}

function runOne({ command, args }) {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, ...COMPILER_ENVIRONMENT };
    const child = spawn(command, args, { cwd: CACHE, env, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text) => {
      said += text;
    });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${basename(command)} ${args.join(' ')}: exit ${code}\n${said}`));
    });
  });
}

function hashOf(texts, files) {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(`${text}\0`);
  for (const file of [...files].sort())
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0');
  return hash.digest('hex').slice(0, 20);
}

/** But for the launcher's, which are no part of any addon. */
function packagingFiles() {
  return filesBelow('packaging').filter((file) => !file.startsWith('packaging/launcher/'));
}

function filesBelow(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}
