// Makes the packages of this machine's own target into a folder, quickly: with the addons that `npm run package` made of
// just these sources, else with those that the checkout runs on. Nothing is downloaded: where its run-time system and the
// compiler are not here, there is no single executable, and no wheel, which holds it. For tests; prints what was made as JSON.
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { builtAddons } from '../packaging/addons.mjs';
import { bunIsHere, compilerIsHere } from '../packaging/downloads.mjs';
import { makeExecutable } from '../packaging/executable.mjs';
import { makeNpmTarball } from '../packaging/npm-tarball.mjs';
import { targetNamed } from '../packaging/targets.mjs';
import { makeWheel } from '../packaging/wheel.mjs';

const into = process.argv[2];
const release = fileURLToPath(new URL('../build/Release', import.meta.url));
const isMusl = process.report.getReport().header.glibcVersionRuntime === undefined;
const target = targetNamed(`linux-${process.arch}-${isMusl ? 'musl' : 'glibc'}`);

const built = builtAddons(target);
const addons = built ?? join(into, 'addons');
if (built === null) {
  mkdirSync(addons);
  for (const name of ['pystack_native.node', 'pystack_unwind.node'])
    copyFileSync(join(release, name), join(addons, name));
}
const all = new Map([[target.name, addons]]);
const tarball = makeNpmTarball(all, join(into, 'work'), into);
const canBeOne = compilerIsHere() && !isMusl && bunIsHere(target);
const [executable = null] = canBeOne ? await makeExecutable(target, addons, join(into, 'work'), into) : [];
const wheel = executable === null ? null : makeWheel(target, executable, join(into, 'work'), into, { level: 1 });
process.stdout.write(JSON.stringify({ tarball, wheel, executable, selfContained: built !== null }));
