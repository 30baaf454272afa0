/**
 * Runs the compatibility matrix: every build of Python found × each way of looking × each amount of detail, each cell
 * checked against what the program says of itself. Prints a line a row, writes docs/compatibility.md, and exits with 1 if
 * a cell is not as it should be. Started by scripts/test-matrix.mjs, which bundles it.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { noGcore, noKernelCores, withFolder, withKernelCore } from '../support/cores.js';
import { discovery } from '../support/interpreters.js';
import { NotOnThisPython, type Program, withProgram } from '../support/target.js';
import { type Cell, DETAILS, type Detail, judge, look, saveSnapshot, WAYS, type Way } from './cells.js';
import { allFlavours, type Flavour } from './flavours.js';
import { type Row, renderPage } from './page.js';
import { lookAtStrangers } from './strangers.js';

const PROGRAM = 'matrix.py';
/** The working directory is that of the project. */
const PAGE = 'docs/compatibility.md';

/** Rows as they were run last, so that a run of some of them keeps the others on the page. */
const KNOWN = '.cache/matrix/rows.json';

const MARKS: Readonly<Record<Cell['state'], string>> = { green: '+', refused: 'r', failed: 'F', 'not run': '-' };

const GCORE_LOSES =
  "this gdb's gcore writes no stacks of threads under glibc 2.42 and newer: it cannot read their guard pages, and gives up";

const started = Date.now();
const folder = mkdtempSync(join(tmpdir(), 'pystack-matrix-'));
try {
  await main();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function main(): Promise<void> {
  const words = process.argv.slice(2);
  const { rows: flavours, missing } = allFlavours(folder);
  const rows: Row[] = [];
  for (const flavour of flavours) {
    const isWanted = words.length === 0 || words.some((word) => flavour.name.includes(word));
    const row = isWanted ? await runRow(flavour) : knownRow(flavour.name);
    if (!row) continue;
    rows.push(row);
    if (!isWanted) continue;
    keepRow(row);
    process.stdout.write(`${summary(row)}\n`);
  }
  const strangers = await lookAtStrangers();
  const wrong = strangers.filter(({ asDesigned }) => !asDesigned);
  for (const { name, said } of wrong) process.stdout.write(`${name} is not refused as it should be: ${said}\n`);
  const failed = rows.flatMap(({ cells }) => [...cells.values()]).filter(({ state }) => state === 'failed').length;
  for (const { name, reason } of missing) process.stdout.write(`not covered: ${name}: ${reason}\n`);
  for (const { executable, reason } of discovery().skipped) {
    process.stdout.write(`left out ${executable}: ${reason}\n`);
  }
  const seconds = Math.round((Date.now() - started) / 1000);
  process.stdout.write(`${rows.length} builds, ${failed} cells failed, in ${seconds} s\n`);
  writeFileSync(PAGE, renderPage({ rows, strangers, missing }));
  process.exitCode = failed + wrong.length > 0 ? 1 : 0;
}

function knownRows(): Record<string, [string, Cell][]> {
  return existsSync(KNOWN) ? (JSON.parse(readFileSync(KNOWN, 'utf8')) as Record<string, [string, Cell][]>) : {};
}

function knownRow(name: string): Row | null {
  const cells = knownRows()[name];
  return cells ? { name, cells: new Map(cells) } : null;
}

function keepRow({ name, cells }: Row): void {
  mkdirSync('.cache/matrix', { recursive: true });
  writeFileSync(KNOWN, JSON.stringify({ ...knownRows(), [name]: [...cells] }));
}

/** All cells of one build. What goes wrong with a whole way of looking is the reason of each of its cells. */
async function runRow(flavour: Flavour): Promise<Row> {
  const cells = new Map<string, Cell>();
  const fill = (way: Way, see: (detail: Detail) => Cell) => {
    for (const detail of DETAILS) cells.set(`${way} ${detail}`, see(detail));
  };
  const { environment, interpreter } = flavour;
  const judged = (args: readonly string[], program: Program, detail: Detail) =>
    judge(look([...args, ...optionsOf(detail)]), program.ready, flavour, detail);
  const fillAll = (ways: readonly Way[], cell: Cell) => {
    for (const way of ways) fill(way, () => cell);
  };

  await attempt(['live', '--no-block', 'snapshot', 'gcore'], fillAll, () =>
    withProgram(interpreter, PROGRAM, { environment }, (program) =>
      withFolder((own) => {
        const { pid } = program;
        fill('live', (detail) => judged(['remote', `${pid}`], program, detail));
        fill('--no-block', (detail) => judged(['remote', `${pid}`, '--no-block'], program, detail));
        fill('snapshot', (detail) => {
          const file = join(own, `${detail}.core`);
          const reason = saveSnapshot(pid, file, optionsOf(detail));
          return reason === null ? judged(['core', file], program, detail) : { state: 'failed', reason };
        });
        if (noGcore !== null) return fillAll(['gcore'], { state: 'not run', reason: noGcore });
        const { core, lost } = gcoreAndLoss(pid, own);
        if (lost) return fillAll(['gcore'], { state: 'not run', reason: GCORE_LOSES });
        fill('gcore', (detail) => judged(['core', core], program, detail));
      }),
    ),
  );
  await attempt(['kernel core'], fillAll, () => {
    if (noKernelCores !== null) return fillAll(['kernel core'], { state: 'not run', reason: noKernelCores });
    return withKernelCore(interpreter, PROGRAM, { environment }, (core, program) =>
      fill('kernel core', (detail) => judged(['core', core], program, detail)),
    );
  });
  return { name: flavour.name, cells };
}

/** As `gcore`; `lost`: gdb says that it left out memory, beyond the page that nobody can read. */
function gcoreAndLoss(pid: number, into: string): { core: string; lost: boolean } {
  const { stderr } = spawnSync('gcore', ['-o', join(into, 'core'), String(pid)], { encoding: 'utf8' });
  const failed = stderr.split('\n').filter((line) => /Memory read failed/.test(line) && !/ffffffffff600000/.test(line));
  return { core: join(into, `core.${pid}`), lost: failed.length > 0 };
}

async function attempt(
  ways: readonly Way[],
  fillAll: (ways: readonly Way[], cell: Cell) => void,
  run: () => void | Promise<void>,
): Promise<void> {
  try {
    await run();
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    fillAll(ways, { state: error instanceof NotOnThisPython ? 'not run' : 'failed', reason });
  }
}

function optionsOf(detail: Detail): string[] {
  return detail === 'plain' ? [] : [detail];
}

function summary({ name, cells }: Row): string {
  const states = WAYS.map((way) => DETAILS.map((detail) => MARKS[cells.get(`${way} ${detail}`)?.state ?? 'not run']));
  const lines = [`${states.map((marks) => marks.join('')).join(' ')}  ${name}`];
  for (const [cell, outcome] of cells) {
    if (outcome.state === 'failed') lines.push(`      ${cell}: ${outcome.reason}`);
  }
  return lines.join('\n');
}
