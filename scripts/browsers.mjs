// Which programs read what we write for others: browsers for pages, flamegraph.pl for stacks? Installs Debian's packages of them
// as root; says what to install else. Without them the tests that need them are skipped, and say so.
// `node scripts/browsers.mjs`
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const WANTED = [
  { package: 'chromium', isHere: () => isOnPath('chromium') },
  { package: 'firefox-esr', isHere: () => isOnPath('firefox-esr') || isOnPath('firefox') },
  { package: 'libdevel-nytprof-perl', isHere: () => existsSync('/usr/share/perl5/Devel/NYTProf/flamegraph.pl') },
];

function isOnPath(program) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => folder !== '' && existsSync(join(folder, program)));
}

const missing = WANTED.filter(({ isHere }) => !isHere()).map((each) => each.package);
if (missing.length > 0) {
  const isDebian = existsSync('/usr/bin/apt-get');
  if (isDebian && process.getuid?.() === 0) {
    process.stderr.write(`setup: installing ${missing.join(', ')} …\n`);
    const options = { stdio: 'ignore', timeout: 300_000, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
    spawnSync('apt-get', ['update', '-qq'], options);
    spawnSync('apt-get', ['install', '-y', '--no-install-recommends', ...missing], options);
  }
  const left = WANTED.filter(({ isHere }) => !isHere()).map((each) => each.package);
  if (left.length > 0) {
    const how = isDebian
      ? `sudo apt-get install --no-install-recommends ${left.join(' ')}`
      : `install ${left.join(', ')}`;
    process.stderr.write(
      `setup: pages and flame graphs are not tried in all that reads them (their tests are skipped): ${how}\n`,
    );
  }
}
