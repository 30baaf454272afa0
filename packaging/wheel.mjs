// How does the one file come by pip? As a script of the wheel, which pip copies into the environment's bin/ and makes
// executable: no Python starts before it, and it brings what it runs on. docs/decisions/021-names-on-pypi.md says why it is
// called pystack-node there, and `pystack` is a program of a kilobyte beside it.
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './downloads.mjs';
import { freestandingProgram } from './freestanding.mjs';
import { executableLicences } from './licences.mjs';
import { COMPLETIONS, makeTree } from './tree.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const here = fileURLToPath(new URL('.', import.meta.url));

/** The distribution; the module has the same name with an underscore. */
const NAME = 'pystack-node';
const MODULE = 'pystack_node';

/**
 * The wheel for one target; returns its path.
 * @param {import('./targets.mjs').TARGETS[number]} target
 * @param {string} executable the one file for that target
 * @param {string} work a folder for what is made on the way
 * @param {string} into where the wheel comes to be
 * @param {{ level?: number }} options level: zlib's, 1 (quick) to 9 (small)
 */
export function makeWheel(target, executable, work, into, { level = 9 } = {}) {
  const tree = join(work, 'tree');
  if (!existsSync(tree)) makeTree(tree, new Map(), { types: false });
  const { version, description } = JSON.parse(readFileSync(join(tree, 'package.json'), 'utf8'));
  const folder = join(work, `wheel-${target.name}`);
  const module = join(folder, MODULE);
  mkdirSync(module, { recursive: true });
  for (const name of ['__init__.py', '__main__.py']) {
    const text = readFileSync(join(here, 'python', name), 'utf8');
    writeFileSync(join(module, name), text.replace('@VERSION@', version));
  }
  const data = join(folder, `${MODULE}-${version}.data`);
  mkdirSync(join(data, 'scripts'), { recursive: true });
  copyFileSync(executable, join(data, 'scripts', NAME));
  copyFileSync(freestandingProgram('other-name', target, work), join(data, 'scripts/pystack'));
  writeShare(tree, join(data, 'data/share'));
  writeInfo(join(folder, `${MODULE}-${version}.dist-info`), target, version, description);
  const wheel = join(into, `${MODULE}-${version}-${tagOf(target)}.whl`);
  run('python3', [join(here, 'make_wheel.py'), folder, `${wheel}.partial`, `${level}`]);
  renameSync(`${wheel}.partial`, wheel);
  return wheel;
}

/** pip puts these below the environment's own share/, which `man` and the shells of a system's Python look into. */
function writeShare(tree, share) {
  cpSync(join(tree, 'man/pystack.1'), join(share, 'man/man1/pystack.1'), { recursive: true });
  for (const { file, share: path } of Object.values(COMPLETIONS)) {
    cpSync(join(tree, 'completions', file), join(share, path), { recursive: true });
  }
}

/** What installers and those who take stock of licences read: PEP 639 (licences) and PEP 770 (SBOMs). */
function writeInfo(info, target, version, description) {
  const { expression, texts, sbom } = executableLicences(target, version);
  mkdirSync(join(info, 'licenses'), { recursive: true });
  for (const [name, text] of texts) writeFileSync(join(info, 'licenses', name), text);
  mkdirSync(join(info, 'sboms'));
  writeFileSync(join(info, 'sboms/pystack.cdx.json'), sbom);
  const metadata = [
    'Metadata-Version: 2.4',
    `Name: ${NAME}`,
    `Version: ${version}`,
    `Summary: ${description}`,
    `License-Expression: ${expression}`,
    ...[...texts.keys()].map((name) => `License-File: ${name}`),
    'Classifier: Operating System :: POSIX :: Linux',
    'Classifier: Topic :: Software Development :: Debuggers',
    'Requires-Python: >=3.6',
    'Description-Content-Type: text/markdown',
    '',
    readFileSync(join(root, 'README.md'), 'utf8'),
  ];
  writeFileSync(join(info, 'METADATA'), metadata.join('\n'));
  const wheel = ['Wheel-Version: 1.0', `Generator: ${NAME}`, 'Root-Is-Purelib: false', `Tag: ${tagOf(target)}`];
  writeFileSync(join(info, 'WHEEL'), `${wheel.join('\n')}\n`);
}

function tagOf(target) {
  return `py3-none-${target.wheelTag}`;
}
