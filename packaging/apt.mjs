// How is something had from Debian's archive, of any suite and for any processor, without touching this machine's own apt?
// By an apt with folders of its own. Only where the archive is, is taken from how this machine is set up.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Its keys are Debian's on every machine that has apt from there. */
export const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** Debian's names of processors. */
export const DEBIAN_ARCHITECTURES = { x64: 'amd64', arm64: 'arm64' };

/**
 * Sets up an apt in a folder; nothing is downloaded yet: `apt-get update` is the caller's, with the environment returned.
 * Throws an Error where this machine knows no Debian archive.
 * @param {string} folder
 * @param {{ kind: 'deb' | 'deb-src', suites: string[], architectures?: string[], archive?: string | null }} wanted
 *   archive: where, if not where this machine's own apt goes
 * @returns {{ folder: string, environment: { APT_CONFIG: string } }}
 */
export function privateApt(folder, { kind, suites, architectures = ['amd64'], archive = debianArchive() }) {
  if (archive === null) throw new Error("this machine's apt names no Debian archive");
  for (const name of [
    'state/lists/partial',
    'cache/archives/partial',
    'etc/apt.conf.d',
    'etc/preferences.d',
    'etc/parts',
  ])
    mkdirSync(join(folder, name), { recursive: true });
  const options = `[arch=${architectures.join(',')} signed-by=${KEYRING}]`;
  const lines = suites.map((suite) => `${kind} ${options} ${archive} ${suite} main\n`);
  writeFileSync(join(folder, 'etc/sources.list'), lines.join(''));
  writeFileSync(join(folder, 'status'), '');
  const settings = {
    Dir: `${folder}/`,
    'Dir::State': `${folder}/state`,
    'Dir::State::status': `${folder}/status`,
    'Dir::Cache': `${folder}/cache`,
    'Dir::Etc': `${folder}/etc`,
    'Dir::Etc::sourcelist': `${folder}/etc/sources.list`,
    'Dir::Etc::sourceparts': `${folder}/etc/parts`,
    'Dir::Etc::main': '/dev/null',
    'Dir::Etc::parts': `${folder}/etc/apt.conf.d`,
    'APT::Install-Recommends': 'false',
    'Acquire::Languages': 'none',
    // Suites that get no more updates are still what they were.
    'Acquire::Check-Valid-Until': 'false',
    ...(process.getuid?.() === 0 ? { 'APT::Sandbox::User': 'root' } : {}),
  };
  const text = Object.entries(settings).map(([key, value]) => `${key} "${value}";\n`);
  text.push(`APT::Architectures { ${architectures.map((name) => `"${name}";`).join(' ')} };\n`);
  const config = join(folder, 'apt.conf');
  writeFileSync(config, text.join(''));
  return { folder, environment: { APT_CONFIG: config } };
}

/** The address of the Debian archive that this machine's apt uses; null where it uses none. */
export function debianArchive() {
  const { stdout } = spawnSync('apt-get', ['indextargets', '--format', '$(ORIGIN)|$(REPO_URI)'], { encoding: 'utf8' });
  const listed = (stdout ?? '')
    .split('\n')
    .map((line) => line.split('|'))
    .find(([origin, uri]) => origin === 'Debian' && uri && !uri.includes('security'))?.[1];
  return listed ?? archiveOfFiles();
}

/** The same before the first `apt-get update`. */
function archiveOfFiles() {
  const folder = '/etc/apt/sources.list.d';
  const files = [
    '/etc/apt/sources.list',
    ...(existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []),
  ];
  const text = files.filter((file) => existsSync(file)).map((file) => readFileSync(file, 'utf8'));
  return /^(?:URIs:\s*|deb\s+(?:\[[^\]]*\]\s+)?)(\S+\/debian\/?)(?=\s|$)/m.exec(text.join('\n'))?.[1] ?? null;
}
