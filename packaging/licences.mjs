// Whose work is in a package, and under which terms? One list, from which NOTICE, the licence texts and the SBOM are
// made, so that they cannot disagree.
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PINS } from './downloads.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Everything in a package that is not this project's own.
 * @returns {{ name: string, version: string, licence: string, purl: string, where: string, sha256?: string, texts: string[] }[]}
 */
export function components() {
  const npm = ['chalk', 'commander', 'node-addon-api', 'node-api-headers'].map((name) => {
    const folder = join(root, 'node_modules', name);
    const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const where = name.startsWith('node-') ? 'interface of the addons (headers)' : 'compiled into dist/cli.cjs';
    return { name, version, licence: license, purl: `pkg:npm/${name}@${version}`, where, texts: licenceIn(folder) };
  });
  const linked = Object.entries(PINS.debianSources.packages).map(([name, pin]) => ({
    name,
    version: pin.version,
    licence: pin.licence,
    purl: `pkg:deb/debian/${name}@${encodeURIComponent(pin.version)}?arch=source`,
    where: 'linked into pystack_unwind.node',
    sha256: pin.sha256,
    texts: kept(name),
  }));
  const zig = PINS.pip.ziglang.version;
  const runtime = {
    name: 'llvm-libcxx',
    version: `as in ziglang ${zig}`,
    licence: 'Apache-2.0 WITH LLVM-exception',
    purl: `pkg:pypi/ziglang@${zig}`,
    where: 'C++ run-time library (libc++, libc++abi, libunwind, compiler-rt) linked into both addons',
    texts: kept('llvm-libcxx'),
  };
  return [...npm, ...linked, runtime];
}

/** Writes NOTICE, sbom.cdx.json and licences/ into a folder. */
export function writeLicences(folder, version) {
  const parts = components();
  mkdirSync(join(folder, 'licences'), { recursive: true });
  for (const { name, texts } of parts) {
    for (const text of texts) {
      const short = basename(text)
        .replace(/\.(txt|md)$/i, '')
        .replace(`${name}-`, '');
      copyFileSync(text, join(folder, 'licences', `${name}-${short}.txt`));
    }
  }
  writeFileSync(join(folder, 'NOTICE'), notice(parts));
  writeFileSync(join(folder, 'sbom.cdx.json'), `${JSON.stringify(sbom(parts, version), null, 1)}\n`);
}

function notice(parts) {
  const list = parts.map(({ name, version, licence, where }) => `  ${name} ${version}\n    ${licence}\n    ${where}`);
  return `pystack is under the MIT licence (LICENSE). This package also contains:

${list.join('\n')}

The texts of these licences are in licences/. libiberty's demanglers may be linked into anything without restriction.

elfutils (libelf, libdw) and libiberty are free software under the GNU Lesser General Public License (elfutils: version
3 or later; or the GNU General Public License, version 2 or later). You may change them and link pystack with your
version of them. pystack's whole source is public; in a checkout of it, one command makes the addons, and every package
of them, with another elfutils:

  npm run package -- --elfutils /path/to/elfutils-source

The sources of the versions used here are fetched, and their checksums verified, by the same command without that option
(packaging/pins.json names them). Reverse engineering for debugging such modifications is permitted.
`;
}

/** https://cyclonedx.org/docs/1.5/json/ ; without serial number and time, so that it is the same each time. */
function sbom(parts, version) {
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: {
      component: {
        type: 'application',
        'bom-ref': `pkg:npm/pystack@${version}`,
        name: 'pystack',
        version,
        purl: `pkg:npm/pystack@${version}`,
        licenses: [{ license: { id: 'MIT' } }],
      },
    },
    components: parts.map((part) => ({
      type: 'library',
      'bom-ref': part.purl,
      name: part.name,
      version: part.version,
      purl: part.purl,
      description: part.where,
      licenses: [{ expression: part.licence }],
      ...(part.sha256 ? { hashes: [{ alg: 'SHA-256', content: part.sha256 }] } : {}),
    })),
    dependencies: [{ ref: `pkg:npm/pystack@${version}`, dependsOn: parts.map(({ purl }) => purl) }],
  };
}

/** Texts of what is not an npm package, as its source has them. */
function kept(name) {
  const folder = fileURLToPath(new URL('licences', import.meta.url));
  return readdirSync(folder)
    .filter((file) => file.startsWith(`${name}-`))
    .sort()
    .map((file) => join(folder, file));
}

function licenceIn(folder) {
  const names = ['LICENSE', 'LICENSE.md', 'license', 'LICENCE'];
  return names
    .map((name) => join(folder, name))
    .filter((file) => existsSync(file))
    .slice(0, 1);
}
