// Builds what people install, into packages/: an npm tarball, wheels, single executables. `npm run package` makes all of
// it; packaging/README.md tells how.
//
//   --target <name>   for one target (repeatable): linux-x64-glibc, linux-arm64-glibc, linux-x64-musl, linux-arm64-musl
//   --only <kind>     npm, wheel or executable (repeatable)
//   --elfutils <dir>  with the elfutils whose source is there instead of the pinned one
//   --into <dir>      somewhere else
//   --check-reproducible  twice from nothing instead, and compared
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildAddons } from '../packaging/addons.mjs';
import { CACHE, checksumOf, Unavailable } from '../packaging/downloads.mjs';
import { checkAddon } from '../packaging/elf-check.mjs';
import { makeExecutable } from '../packaging/executable.mjs';
import { makeNpmTarball } from '../packaging/npm-tarball.mjs';
import { TARGETS, targetNamed } from '../packaging/targets.mjs';
import { makeWheel } from '../packaging/wheel.mjs';
import { packageTwice } from './package-twice.mjs';

/** Of the npm tarball: who installs it fetches the addons of all four targets, a third of a megabyte each. */
const MAX_TARBALL_BYTES = 2_500_000;
const KINDS = ['npm', 'wheel', 'executable'];

/**
 * Makes packages; returns their paths. Throws an Error where one cannot be made.
 * @param {{ targets: typeof TARGETS, kinds: string[], elfutils?: string, into: string }} wanted
 */
async function makePackages({ targets, kinds, elfutils, into }) {
  const addons = new Map();
  for (const target of targets) addons.set(target.name, await buildAddons(target, elfutils ? { elfutils } : {}));
  for (const [name, folder] of addons) reportAddons(targetNamed(name), folder);

  mkdirSync(into, { recursive: true });
  const work = join(CACHE, `work-${process.pid}`);
  const files = [];
  try {
    if (kinds.includes('npm')) {
      const file = makeNpmTarball(addons, work, into);
      const { size } = statSync(file);
      if (size > MAX_TARBALL_BYTES) throw new Error(`${file} has ${size} bytes; ${MAX_TARBALL_BYTES} are promised`);
      files.push(file);
    }
    for (const target of targets) {
      if (!kinds.includes('wheel') && !kinds.includes('executable')) continue;
      // The wheel holds the executable, also where that alone is not asked for.
      const place = kinds.includes('executable') ? into : work;
      const executable = await makeExecutable(target, addons.get(target.name), work, place);
      if (kinds.includes('executable')) files.push(...executable);
      if (kinds.includes('wheel')) files.push(makeWheel(target, executable[0], work, into));
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return files;
}

function reportAddons(target, folder) {
  for (const name of readdirSync(folder)) {
    const { needed, glibc } = checkAddon(join(folder, name), target);
    const what = `needs ${needed.join(' ')}${glibc ? `, glibc ${glibc}` : ''}`;
    process.stdout.write(`${`${target.name}/${name}`.padEnd(40)} ${size(join(folder, name))}  ${what}\n`);
  }
}

function size(file) {
  return `${(statSync(file).size / 1e6).toFixed(2)} MB`.padStart(9);
}

try {
  const { values } = parseArgs({
    options: {
      target: { type: 'string', multiple: true },
      only: { type: 'string', multiple: true },
      elfutils: { type: 'string' },
      into: { type: 'string' },
      'check-reproducible': { type: 'boolean' },
    },
  });
  if (values['check-reproducible']) {
    const asked = process.argv.slice(2).filter((arg) => arg !== '--check-reproducible');
    process.exit((await packageTwice(asked)) ? 0 : 1);
  }
  const kinds = values.only ?? KINDS;
  const unknown = kinds.find((kind) => !KINDS.includes(kind));
  if (unknown !== undefined) throw new Error(`no kind ${unknown}; there are ${KINDS.join(', ')}`);
  const files = await makePackages({
    targets: values.target?.map(targetNamed) ?? TARGETS,
    kinds,
    elfutils: values.elfutils === undefined ? undefined : resolve(values.elfutils),
    into: resolve(values.into ?? fileURLToPath(new URL('../packages', import.meta.url))),
  });
  for (const file of files) {
    process.stdout.write(`${basename(file).padEnd(64)} ${size(file)}  sha256 ${checksumOf(file)}\n`);
  }
} catch (error) {
  process.stderr.write(`package: ${error instanceof Error ? error.message : error}\n`);
  // 75 is EX_TEMPFAIL of sysexits.h: what is needed cannot be downloaded, which is no fault of what is built.
  process.exit(error instanceof Unavailable ? 75 : 1);
}
