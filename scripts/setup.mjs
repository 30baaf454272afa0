// What is missing until this checkout can run? Brings it there: system packages, node_modules, the addon, dist. Plain
// Node.js without dependencies, because it runs first. What is there and fresh is left alone, so that it costs nothing
// to call it before everything.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { missingHelpers, missingPackages } from './system-packages.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

if (Number(process.versions.node.split('.')[0]) < 20) {
  fail(`Node.js 20 or newer is needed; this is ${process.version}.`);
}
if (process.platform !== 'linux') fail('pystack looks at Linux processes; this is not Linux.');

installSystemPackages();
if (!packagesAreInstalled()) {
  say('installing packages');
  run('npm', ['ci', '--prefer-offline', '--no-fund', '--no-audit', '--loglevel=error']);
}
fresh('build/.pystack-setup', ['binding.gyp', 'native', 'scripts/build-native.mjs'], 'building the addon', () =>
  run(process.execPath, ['scripts/build-native.mjs']),
);
fresh(
  'dist/.pystack-setup',
  ['src', 'scripts/build.mjs', 'packaging/bundle', 'package.json'],
  'building the program',
  () => run(process.execPath, ['scripts/build.mjs']),
);

function installSystemPackages() {
  const missing = missingPackages();
  const canInstall = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
  if (missing.length > 0 && !canInstall) {
    const how = existsSync('/usr/bin/apt-get')
      ? `  sudo apt-get update && sudo apt-get ${installing(missing).join(' ')}`
      : `  install what your system calls ${missing.join(', ')}`;
    fail(`These are missing: ${missing.join(', ')}. Run this and try again:\n${how}`);
  }
  const helpers = canInstall ? missingHelpers() : [];
  if (missing.length + helpers.length === 0) return;
  say(`installing ${[...missing, ...helpers].join(', ')}`);
  const environment = { DEBIAN_FRONTEND: 'noninteractive' };
  if (missing.length > 0) {
    run('apt-get', ['update', '-qq']);
    run('apt-get', installing(missing), environment);
  }
  if (helpers.length > 0) {
    // Where they cannot be had, it goes without.
    const quiet = { stdio: 'ignore', env: { ...process.env, ...environment } };
    if (missing.length === 0) spawnSync('apt-get', ['update', '-qq'], quiet);
    spawnSync('apt-get', installing(helpers), quiet);
  }
}

function installing(packages) {
  return ['install', '-y', '--no-install-recommends', ...packages];
}

/** Whether npm's record of what it installed agrees with the lock file. */
function packagesAreInstalled() {
  const installed = packagesOf('node_modules/.package-lock.json');
  return Object.entries(packagesOf('package-lock.json')).every(
    ([path, { version, optional }]) => path === '' || optional || installed[path]?.version === version,
  );
}

function packagesOf(lockFile) {
  const path = join(root, lockFile);
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).packages : {};
}

/** Calls `make` unless the stamp says that it was made from just these files. */
function fresh(stamp, sources, what, make) {
  const path = join(root, stamp);
  const hash = hashOf(sources);
  if (existsSync(path) && readFileSync(path, 'utf8') === hash) return;
  say(what);
  make();
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, hash);
}

function hashOf(sources) {
  const hash = createHash('sha256');
  for (const source of sources.flatMap(filesBelow)) {
    hash
      .update(`${source}\0`)
      .update(readFileSync(join(root, source)))
      .update('\0');
  }
  return hash.digest('hex');
}

function filesBelow(source) {
  if (!existsSync(join(root, source))) return [];
  const below = readdirSafely(source);
  return below === null ? [source] : below.sort().flatMap((name) => filesBelow(join(source, name)));
}

function readdirSafely(source) {
  try {
    return readdirSync(join(root, source));
  } catch (error) {
    if (error.code === 'ENOTDIR') return null;
    throw error;
  }
}

function run(command, args, environment = {}) {
  // The output of what is run goes to stderr: stdout belongs to whoever runs this.
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, ...environment },
  });
  if (error) fail(`${command} cannot be run: ${error.message}`);
  if (status !== 0) fail(`failed: ${command} ${args.join(' ')}`);
}

function say(what) {
  process.stderr.write(`setup: ${what} …\n`);
}

function fail(message) {
  process.stderr.write(`setup: ${message}\n`);
  process.exit(1);
}
