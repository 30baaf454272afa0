// Which files does every package have? The same tree for npm and for wheels, put together in a folder of its own.
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeLicences } from './licences.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The code cache is for one version of Node.js, and differs from build to build; maps are for those who have the source. */
const LEFT_OUT = /\.map$|cli\.cache$|\.pystack-setup$/;

/**
 * Fills `folder`, which is emptied first.
 * @param {Map<string, string>} addons folder of the addons by name of the target
 */
export function makeTree(folder, addons) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  for (const part of ['bin', 'dist', 'schema', 'man', 'completions', 'docs', 'LICENSE', 'README.md', 'CHANGELOG.md']) {
    const from = join(root, part);
    if (!existsSync(from)) continue;
    cpSync(from, join(folder, part), { recursive: true, filter: (path) => !LEFT_OUT.test(path) });
  }
  for (const [target, from] of addons) {
    const into = join(folder, 'prebuilds', target);
    mkdirSync(into, { recursive: true });
    for (const name of readdirSync(from)) copyFileSync(join(from, name), join(into, name));
  }
  writeLicences(folder, manifest.version);
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(publishedManifest(manifest), null, 2)}\n`);
  settleModes(folder);
  return manifest;
}

/**
 * What npm gets. No dependencies: what is used of them is in dist already, and so one file installs offline. No scripts
 * and no gyp file: nothing is built or run when it is installed.
 */
function publishedManifest({ devDependencies, dependencies, scripts, files, ...manifest }) {
  return { ...manifest, gypfile: false };
}

/** Whatever the umask was here. */
function settleModes(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      chmodSync(path, 0o755);
      settleModes(path);
    } else {
      chmodSync(path, path.endsWith('bin/pystack') ? 0o755 : 0o644);
    }
  }
}

/** Copies one file, making the folders it needs. */
export function place(file, into) {
  mkdirSync(dirname(into), { recursive: true });
  copyFileSync(file, into);
}
