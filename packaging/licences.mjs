// Whose work is in a package, and under which terms? One list, from which NOTICE, the licence texts and the SBOM are
// made, so that they cannot disagree.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PARTS_OF_BUN } from './bun-parts.mjs';
import { bunPackage, PINS } from './downloads.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Everything in a package that is not this project's own.
 * @returns {{ name: string, version: string, licence: string, purl: string, where: string, sha256?: string, texts: string[] }[]}
 */
export function components() {
  const npm = ['chalk', 'commander', 'preact', 'preact-render-to-string', 'node-addon-api', 'node-api-headers'].map(
    (name) => {
      const folder = join(root, 'node_modules', name);
      const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      const where = name.startsWith('node-') ? 'interface of the addons (headers)' : 'compiled into dist/cli.cjs';
      return { name, version, licence: license, purl: `pkg:npm/${name}@${version}`, where, texts: licenceIn(folder) };
    },
  );
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
  for (const [name, text] of textsOf(parts)) writeFileSync(join(folder, 'licences', name), text);
  writeFileSync(join(folder, 'NOTICE'), notice(parts));
  writeFileSync(join(folder, 'sbom.cdx.json'), sbom(parts, version));
}

/**
 * The same for the single executable, which holds Bun and, with musl, GCC's run-time libraries as well.
 * @param {import('./targets.mjs').TARGETS[number]} target
 * @param {string} version of this package
 * @returns {{ text: string, texts: Map<string, string>, expression: string, sbom: string }} text: NOTICE and every
 *   licence, which `pystack --licences` prints; texts: the same by file name; expression: all of them, as SPDX has it
 */
export function executableLicences(target, version) {
  const parts = [...components(), ...runTime(target)];
  const licences = new Map([['LICENSE', readFileSync(join(root, 'LICENSE'), 'utf8')], ...textsOf(parts)]);
  const all = [...licences].map(([name, text]) => `== ${name}\n\n${text.trimEnd()}\n`);
  return {
    text: [notice(parts), ...all].join('\n'),
    texts: new Map([['NOTICE', notice(parts)], ...licences]),
    expression: expressionOf(['MIT', ...parts.map(({ licence }) => licence)]),
    sbom: sbom(parts, version),
  };
}

/** All of these at once: each stands once, and a choice in brackets. */
function expressionOf(licences) {
  const each = licences.flatMap((licence) => (/ OR /.test(licence) ? [`(${licence})`] : licence.split(' AND ')));
  return [...new Set(each)].sort().join(' AND ');
}

/** Bun with what it is made of, and the libraries that go with it. */
function runTime({ arch, libc }) {
  const { package: packageName, version } = PINS.npm[bunPackage(arch, libc)];
  const bun = {
    name: 'bun',
    version,
    licence: 'MIT AND LGPL-2.0-or-later AND LGPL-2.1-only',
    purl: `pkg:npm/${encodeURIComponent(packageName).replace('%2F', '/')}@${version}`,
    where: 'Bun, the run-time system, with JavaScriptCore',
    texts: kept('bun'),
  };
  const inside = PARTS_OF_BUN.map(([name, licence, source]) => ({
    name: `bun/${name}`,
    version: `as in Bun ${version}`,
    licence,
    purl: `pkg:generic/${encodeURIComponent(name)}`,
    where: `inside Bun; its source is at ${source}`,
    texts: kept(`bun.${name}`),
  }));
  if (libc === 'glibc') return [bun, ...inside];
  const wheel = PINS.pip[`node-musl-${arch}`];
  const gcc = {
    name: 'gcc-runtime',
    version: `as in ${wheel.distribution} ${wheel.version}`,
    licence: 'GPL-3.0-or-later WITH GCC-exception-3.1',
    purl: 'pkg:generic/gcc-runtime',
    where: 'libstdc++ and libgcc_s, which Bun is linked with; from Alpine Linux, whose archive has their source',
    texts: kept('gcc-runtime'),
  };
  return [bun, ...inside, gcc];
}

/** File name and content of every licence. */
function textsOf(parts) {
  return parts.flatMap(({ name, texts }) =>
    texts.map((text) => {
      // As kept(): of what is inside Bun.
      const whose = name.replace('/', '.');
      const short = basename(text)
        .replace(/\.(txt|md)$/i, '')
        .replace(`${whose}-`, '');
      return [`${whose}-${short}.txt`, readFileSync(text, 'utf8')];
    }),
  );
}

function notice(parts) {
  const list = parts.map(({ name, version, licence, where }) =>
    [`  ${name} ${version}`, `    ${licence}`, `    ${where}`].join('\n'),
  );
  return `pystack is under the MIT licence (LICENSE). This package also contains:

${list.join('\n')}

The texts of these licences are in licences/; \`pystack --licences\` prints them. libiberty's demanglers may be linked into
anything without restriction.

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
  const document = {
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
  return `${JSON.stringify(document, null, 1)}\n`;
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
