// How long does a look take, its start included, in each form that it is installed in, beside its peers? What is not in
// packages/ is made first, so that one command gives all figures. With BENCH_WRITE=1 it writes them into README.md and
// docs/install.md, between the comments that say so, with the machine and the day.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release } from 'node:os';
import { fileURLToPath } from 'node:url';
import { withTarget } from './bench-target.mjs';
import { installedForms } from './forms.mjs';
import { pythons } from './pythons.mjs';
import { findTools } from './tools.mjs';

const SIZES = [
  { threads: 1, depth: 30 },
  { threads: 100, depth: 30 },
  { threads: 1000, depth: 10 },
];

/** `report` is { rounds, measure, add, collect, median, exits, table, print }. */
export async function benchStart(report) {
  report.print(`\n${machine()}`);
  const where = `${machine()}; ${new Date().toISOString().slice(0, 10)}, medians of ${report.rounds} rounds in which all took turns`;
  const forms = madeForms(report);
  const peers = findTools().tools.filter(({ name }) => /^py/.test(name));
  const starts = await idle(report, forms, peers);
  const looks = await versions(report, forms, peers);
  if (process.env.BENCH_WRITE !== '1') return;
  write('docs/install.md', [`${where}.`, '', ...starts]);
  write('README.md', [`${where}: wall ms (CPU ms, peak MiB).`, '', ...looks]);
}

/** Puts lines in place of those between the two comments of a document. */
function write(document, lines) {
  const file = fileURLToPath(new URL(`../${document}`, import.meta.url));
  const [begin, end] = ['<!-- measured by: npm run bench start -->', '<!-- /measured -->'];
  const text = readFileSync(file, 'utf8');
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${document} has no ${begin} … ${end}`);
  writeFileSync(file, `${text.slice(0, from)}${begin}\n${lines.join('\n')}\n${text.slice(to)}`);
}

function madeForms({ print }) {
  let { forms, absent } = installedForms();
  const libc = process.report.getReport().header.glibcVersionRuntime === undefined ? 'musl' : 'glibc';
  if (absent.length > 0) {
    const script = fileURLToPath(new URL('../scripts/package.mjs', import.meta.url));
    const args = [script, '--target', `linux-${process.arch}-${libc}`];
    spawnSync(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    ({ forms, absent } = installedForms());
  }
  if (absent.length > 0) print(`not in packages/, so not measured: ${absent.join(', ')}`);
  return forms;
}

/**
 * What Node.js costs before anything of ours runs, what each form adds to that, and a whole look at an idle Python. Returns
 * the table of docs/install.md.
 */
async function idle({ rounds, measure, add, collect, median, exits, table, print }, forms, peers) {
  const all = [];
  await withTarget({ threads: 1, depth: 31 }, async (pid) => {
    const looks = { 'node -e 0': [process.execPath, '-e', '0'] };
    const onlyVersion = { ...looks };
    for (const [name, command] of Object.entries(forms)) {
      onlyVersion[name] = [...command, '--version'];
      looks[name] = [...command, 'remote', `${pid}`];
    }
    for (const { name, command } of peers) {
      looks[name] = command(pid);
      onlyVersion[name] = [looks[name][0], '--version'];
    }
    for (const [title, commands] of Object.entries({ '--version': onlyVersion, 'A look at an idle Python': looks })) {
      const taken = collect(Object.keys(commands));
      for (let round = 0; round <= rounds; round++) {
        for (const [name, argv] of Object.entries(commands)) add(taken, name, round, measure(argv));
      }
      all.push(taken);
      print(`\nStart: ${title}`);
      const least = (runs, key) => Math.min(...runs.map((run) => run[key]));
      const pySpy = taken.get('py-spy dump');
      const rows = [...taken].map(([name, runs]) => [
        name,
        ...['wallMs', 'cpuMs'].map((key) => `${least(runs, key).toFixed(1)} / ${median(runs, key).toFixed(1)}`),
        median(runs, 'peakMiB').toFixed(1),
        (median(runs, 'wallMs') / median(taken.get('node -e 0'), 'wallMs')).toFixed(2),
        (median(runs, 'cpuMs') / median(taken.get('node -e 0'), 'cpuMs')).toFixed(2),
        pySpy ? (least(runs, 'wallMs') / least(pySpy, 'wallMs')).toFixed(2) : '-',
        pySpy ? (least(runs, 'cpuMs') / least(pySpy, 'cpuMs')).toFixed(2) : '-',
        exits(runs),
      ]);
      const ratios = ['wall / node', 'CPU / node', 'wall / py-spy', 'CPU / py-spy'];
      table(['', 'wall ms, least / median', 'CPU ms', 'peak MiB', ...ratios, 'exit'], rows);
    }
  });
  const [starts, looks] = all;
  const cell = (runs) => `${median(runs, 'wallMs').toFixed(0)} (${median(runs, 'cpuMs').toFixed(0)})`;
  return [
    '| wall ms (CPU ms) | `--version` | a look at an idle Python | peak MiB of that |',
    '| --- | --- | --- | --- |',
    ...[...looks].map(
      ([name, runs]) =>
        `| ${name} | ${cell(starts.get(name))} | ${exits(runs) === '0' ? cell(runs) : exits(runs)} | ${median(runs, 'peakMiB').toFixed(0)} |`,
    ),
  ];
}

/** The table of README: each size on each Python, each with the figures of all; returns its lines. */
async function versions({ rounds, measure, add, collect, median, exits, print }, forms, peers) {
  const names = ['one file', 'npm package'].filter((name) => forms[name]);
  const commands = [
    ...names.map((name) => ({ name, command: (pid) => [...forms[name], 'remote', `${pid}`] })),
    ...peers.map(({ name, command }) => ({ name, command })),
  ];
  print(`\nA whole look, as called: wall ms (CPU ms, peak MiB), medians of ${rounds}\n`);
  const lines = [];
  const tell = (line) => {
    lines.push(line);
    print(line);
  };
  tell(`| CPython | threads × frames | ${commands.map(({ name }) => name).join(' | ')} |`);
  tell(`| --- | --- |${commands.map(() => ' --- |').join('')}`);
  for (const { program, version } of pythons()) {
    for (const size of SIZES) {
      await withTarget({ ...size, python: program }, async (pid) => {
        const taken = collect(commands.map(({ name }) => name));
        for (let round = 0; round <= rounds; round++) {
          for (const { name, command } of commands) add(taken, name, round, measure(command(pid)));
        }
        const cells = [...taken.values()].map((runs) => {
          const [wall, cpu, peak] = ['wallMs', 'cpuMs', 'peakMiB'].map((key) => median(runs, key).toFixed(0));
          return exits(runs) === '0' ? `${wall} (${cpu}, ${peak})` : exits(runs);
        });
        tell(`| ${version} | ${size.threads} × ${size.depth} | ${cells.join(' | ')} |`);
      });
    }
  }
  return lines;
}

/** On what these are the figures. */
function machine() {
  const model = /^model name\s*:\s*(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? process.arch;
  const load = loadavg()[0]?.toFixed(1);
  return `${model}, ${cpus().length} CPUs, Linux ${release()}, Node.js ${process.versions.node}; load at the start ${load}`;
}
