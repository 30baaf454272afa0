// Where is a Node.js of each version that is promised? Binaries come from the npm registry, into the cache folder,
// once.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE } from '../packaging/cache-folder.mjs';

export const NODE_VERSIONS = [20, 22, 24, 26];

/** Path of a binary of that major version, downloaded unless it is here; null where it cannot be had. */
export function nodeBinary(version) {
  const folder = join(CACHE, `node-${version}`);
  const name = `node-linux-${process.arch}`;
  const binary = `${folder}/node_modules/${name}/bin/node`;
  if (!existsSync(binary)) {
    mkdirSync(folder, { recursive: true });
    const args = ['install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund', `${name}@${version}`];
    spawnSync('npm', args, { stdio: 'ignore', timeout: 120_000 });
  }
  return existsSync(binary) ? binary : null;
}
