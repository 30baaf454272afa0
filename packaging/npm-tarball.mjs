// How do the tree and the addons become what npm installs?
import { basename, join } from 'node:path';
import { run } from './downloads.mjs';
import { makeTree } from './tree.mjs';

/** The npm tarball, with the addons of all the targets given; returns its path. */
export function makeNpmTarball(addons, work, into) {
  const folder = join(work, 'package');
  makeTree(folder, addons, { types: true });
  const [{ filename }] = JSON.parse(
    run('npm', ['pack', '--ignore-scripts', '--json', '--loglevel=error', '--pack-destination', into], { cwd: folder }),
  );
  return join(into, basename(filename));
}
