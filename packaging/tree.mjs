// Which files does a package have that runs on Node.js? Put together in a folder of its own; wheels take manual page and
// completions from it.
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
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './downloads.mjs';
import { writeLicences } from './licences.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Fills `folder`, which is emptied first.
 * @param {Map<string, string>} addons folder of the addons by name of the target
 * @param {{ types: boolean }} options types: with the declarations of the library
 */
export function makeTree(folder, addons, { types }) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const args = [join(root, 'scripts/build.mjs'), '--no-cache', '--into', join(folder, 'dist')];
  run(process.execPath, [...args, ...(types ? [] : ['--no-types'])]);
  for (const part of ['bin', 'schema', 'man', 'docs', 'LICENSE', 'README.md', 'CHANGELOG.md']) {
    const from = join(root, part);
    if (!existsSync(from)) continue;
    // Pictures of pages are a tenth of all that is fetched, and for who reads the documents in a browser.
    cpSync(from, join(folder, part), { recursive: true, filter: (file) => !file.endsWith('.png') });
  }
  writeCompletions(folder);
  // Maps are for those who have the source.
  for (const file of readdirSync(join(folder, 'dist'))) {
    if (file.endsWith('.map')) rmSync(join(folder, 'dist', file));
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

/** File of each shell's completion, below `completions/` and where systems have them below `share/`. */
export const COMPLETIONS = {
  bash: { file: 'pystack.bash', share: 'bash-completion/completions/pystack' },
  zsh: { file: '_pystack', share: 'zsh/site-functions/_pystack' },
  fish: { file: 'pystack.fish', share: 'fish/vendor_completions.d/pystack.fish' },
};

function writeCompletions(folder) {
  mkdirSync(join(folder, 'completions'));
  for (const [shell, { file }] of Object.entries(COMPLETIONS)) {
    const script = run(process.execPath, [join(folder, 'dist/cli.cjs'), 'completion', shell]);
    writeFileSync(join(folder, 'completions', file), script);
  }
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
