// Does it work on that kernel? Boots Debian's releases under qemu and looks at Python in them:
// `node scripts/kernels/run.mjs 5.10 6.1 6.1:arm64`, after `npm run package -- --only executable` for those processors.
// Downloads what is missing, once, prints what was found, and exits with 1 if an answer is not as it should be. Without
// arguments: all, and docs/kernels.md is written anew. The options are told there.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { boot } from './boot.mjs';
import { debianSystem, FOLDER } from './debian.mjs';
import { renderPage } from './page.mjs';
import { PLAN } from './plan.mjs';
import { MACHINES, RELEASES, systemNamed } from './systems.mjs';

const project = fileURLToPath(new URL('../..', import.meta.url));
/** An emulated processor on a machine that has other things to do. */
const MINUTES = 60;

const args = process.argv.slice(2);
const words = args.filter((word) => !word.startsWith('--'));
const optionOf = (option) => args.find((word) => word.startsWith(`--${option}=`))?.split('=')[1];
const only = optionOf('only')?.split(',');
const cpu = optionOf('cpu');
const all = RELEASES.flatMap(({ kernel }) => Object.keys(MACHINES).map((arch) => `${kernel}:${arch}`));
const isPageOnly = args.includes('--page') && words.length === 0;
const wanted = isPageOnly ? [] : (words.length > 0 ? words : all).map(systemNamed);
const { judge, offersOf } = await judges();

let isRight = true;
for (const system of wanted) isRight = (await tryOn(system)) && isRight;
if (words.length === 0 || args.includes('--page')) writeFileSync(join(project, 'docs/kernels.md'), page());
process.exit(isRight ? 0 : 1);

/** Boots one system and prints what is wrong; whether all was right. */
async function tryOn(system) {
  const log = (line) => process.stdout.write(`${system.name}: ${line}\n`);
  try {
    const pystack = oneFile(system);
    const parts = debianSystem(system, log);
    log(`booting ${parts.facts.kernel} with Python ${parts.facts.python}`);
    const began = Date.now();
    const plan = only ? PLAN.filter(({ name }) => only.includes(name)) : PLAN;
    const results = await boot(system, parts, { pystack, plan, minutes: MINUTES, cpu, log });
    log(`done in ${Math.round((Date.now() - began) / 1000)} s: Linux ${results.release}, Python ${results.python}`);
    mkdirSync(join(FOLDER, 'results'), { recursive: true });
    // A part of the plan is no row of the page.
    writeFileSync(join(FOLDER, 'results', `${system.name}${only || cpu ? '.part' : ''}.json`), JSON.stringify(results));
    const verdicts = judge(results);
    for (const { step, problems } of verdicts) {
      log(`${problems.length === 0 ? 'right' : 'WRONG'}  ${step}`);
      for (const problem of problems) log(`         ${problem}`);
    }
    return verdicts.every(({ problems }) => problems.length === 0);
  } catch (error) {
    log(error.message);
    return false;
  }
}

/** The executable file for that processor. */
function oneFile({ arch }) {
  const folder = join(project, 'packages');
  const name = existsSync(folder) && readdirSync(folder).find((each) => each.endsWith(`-linux-${arch}-glibc`));
  if (name) return join(folder, name);
  throw new Error(
    `packages/ has no file for ${arch}: npm run package -- --only executable --target linux-${arch}-glibc`,
  );
}

/** From the last whole run of each system. */
function page() {
  const rows = [];
  const missing = [];
  for (const name of all) {
    const file = join(FOLDER, 'results', `${name}.json`);
    if (existsSync(file)) {
      const results = JSON.parse(readFileSync(file, 'utf8'));
      rows.push({ name, results, verdicts: judge(results), offers: offersOf(results) });
    } else {
      const { suite, arch } = systemNamed(name);
      missing.push({ name, reason: `Its files (Debian ${suite}, ${arch}) were not to be had, or it was left out.` });
    }
  }
  return renderPage(rows, missing);
}

/** test/kernels/judge.ts, whose files are found as from where it lies. */
async function judges() {
  const outfile = join(project, '.cache/kernels/judge.mjs');
  await build({
    absWorkingDir: project,
    entryPoints: ['test/kernels/judge.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'warning',
    define: { 'import.meta.url': JSON.stringify(`file://${project}test/kernels/judge.ts`) },
  });
  return import(pathToFileURL(outfile));
}
