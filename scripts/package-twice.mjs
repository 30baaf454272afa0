// Do two builds from nothing give the same bytes? The commit that is checked out is cloned into two folders of different
// depth, and packaged in each with another umask, time zone and language. What was downloaded is shared;
// compilers and sources are unpacked, and everything is compiled, in each anew. `npm run package -- --check-reproducible`
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CACHE, checksumOf } from '../packaging/downloads.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Where, and under which conditions that must not matter. */
const BUILDS = [
  { folder: 'a', umask: '022', environment: { TZ: 'UTC', LC_ALL: 'C' } },
  {
    folder: 'another/place/with-a-longer-name',
    umask: '077',
    environment: { TZ: 'Asia/Kathmandu', LC_ALL: 'C.UTF-8' },
  },
];

/**
 * Builds twice and compares. Prints each file's checksum, and for one that differs both. Returns whether all are equal;
 * throws an Error where one cannot be built.
 * @param {string[]} args further arguments for package.mjs (--target, --only)
 */
export async function packageTwice(args) {
  const work = mkdtempSync(join(tmpdir(), 'pystack-twice-'));
  try {
    const folders = [];
    for (const { folder, umask, environment } of BUILDS) {
      const clone = join(work, folder);
      mkdirSync(join(clone, '..'), { recursive: true });
      await shell(`git clone -q ${quote(root)} ${quote(clone)}`, work, {});
      // A cache of its own, or the second would find what the first has made.
      const cache = join(clone, '.cache');
      shareDownloads(join(cache, 'packaging'));
      process.stderr.write(`package: from nothing in ${clone} …\n`);
      const asked = args.map(quote).join(' ');
      const build = `umask ${umask}; npm ci --prefer-offline --ignore-scripts --no-audit --no-fund --loglevel=error`;
      await shell(`${build} && node scripts/package.mjs ${asked}`, clone, { ...environment, PYSTACK_CACHE: cache });
      folders.push(join(clone, 'packages'));
    }
    return isEqual(folders);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** As registries gave it: nothing in it was made here. */
function shareDownloads(into) {
  mkdirSync(into, { recursive: true });
  const given = existsSync(CACHE) ? readdirSync(CACHE) : [];
  for (const name of given.filter(
    (each) => each === 'downloads' || each.startsWith('node-linux-') || each.startsWith('bun-linux-'),
  )) {
    cpSync(join(CACHE, name), join(into, name), { recursive: true });
  }
}

function isEqual([one, other]) {
  const names = [...new Set([...readdirSync(one), ...readdirSync(other)])].sort();
  let equal = names.length > 0;
  for (const name of names) {
    const sums = [one, other].map((folder) =>
      existsSync(join(folder, name)) ? checksumOf(join(folder, name)) : 'not made',
    );
    const same = sums[0] === sums[1];
    equal &&= same;
    process.stdout.write(`${same ? 'the same' : 'DIFFERS '} ${sums[0]}${same ? '' : ` ${sums[1]}`}  ${name}\n`);
    if (!same) process.stdout.write(differences(join(one, name), join(other, name)));
  }
  return equal;
}

/** The first bytes that differ, for whoever has to find out why. */
function differences(one, other) {
  return spawnSync('sh', ['-c', 'cmp -l "$1" "$2" 2>&1 | head -n 5', 'sh', one, other], { encoding: 'utf8' }).stdout;
}

function shell(command, cwd, environment) {
  return new Promise((resolve, reject) => {
    const child = spawn('sh', ['-c', command], {
      cwd,
      stdio: ['ignore', 2, 2],
      env: { ...process.env, ...environment },
    });
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`${command}: exit ${code}`))));
  });
}

function quote(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
