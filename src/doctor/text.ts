/** How is the report read? One line a question, what was seen below it, and what to do about each no. */
import { harmless } from '../render/escape.js';
import type { Palette } from '../render/palette.js';
import { type Answer, type Check, type Cost, type DoctorReport, verdict } from './report.js';

const WIDTH = 80;
const INDENT = 10;

/** @returns lines for a terminal of 80 columns */
export function doctorText(report: DoctorReport, palette: Palette): string {
  const { checks, costs, pid } = report;
  const of = (subject: Check['subject']) => checks.filter((check) => check.subject === subject);
  const lines = [`pystack ${report.version}, ${report.target}`, '', 'This machine'];
  lines.push(...of('machine').flatMap((check) => checkLines(check, palette)));
  if (pid !== null) {
    lines.push('', `Process ${pid}`, ...of('process').flatMap((check) => checkLines(check, palette)));
    if (costs.length > 0) lines.push('', ...costLines(costs));
  }
  lines.push('', VERDICT[verdict(checks)], ...wrapped(whatWorks(report), 0));
  return `${lines.join('\n')}\n`;
}

const VERDICT = {
  yes: 'All that is needed is here.',
  limited: 'It works here, with the limits named above.',
  no: 'Something that is needed is refused here: see the lines marked `no`.',
};

/** One sentence: which commands and options work, and which do not. */
function whatWorks({ checks, target }: DoctorReport): string {
  const is = (id: string) => checks.find((check) => check.id === id)?.answer ?? 'unknown';
  const reads =
    is('addon') === 'yes' && is('read-memory') !== 'no' && is('permission') !== 'no' && is('python') !== 'no';
  const live = reads && is('other-processes') !== 'no' && is('exists') !== 'no';
  const all: [string, boolean][] = [
    ['remote', live],
    ['snapshot', live && target.includes('x64')],
    ['--native', is('unwinder') === 'yes'],
    ['core', is('addon') === 'yes'],
  ];
  const told = (works: boolean) => all.filter(([, does]) => does === works).map(([name]) => name);
  const whose = is('other-processes') === 'limited' && live ? ' (see above: whose processes)' : '';
  const not = told(false).length === 0 ? '' : `; does not: ${told(false).join(', ')}`;
  return `Works: ${told(true).join(', ') || 'nothing'}${whose}${not}.`;
}

function checkLines({ question, answer, found, remedy, ms }: Check, palette: Palette): string[] {
  const time = ms === null ? '' : ` (${ms.toFixed(1)} ms)`;
  return [
    `  ${paint(answer, palette)} ${question}`,
    ...wrapped(`${found}${time}`).map((line) => ' '.repeat(INDENT) + palette.faint(line)),
    ...(remedy === null ? [] : wrapped(`-> ${remedy}`).map((line) => ' '.repeat(INDENT) + line)),
  ];
}

function paint(answer: Answer, palette: Palette): string {
  const padded = answer.padEnd(INDENT - 3);
  if (answer === 'yes') return palette.python(padded);
  return answer === 'no' ? palette.alarm(padded) : palette.note(padded);
}

/** Phases that took less are left out, ms. */
const WORTH_TELLING_MS = 0.5;

function costLines(costs: readonly Cost[]): string[] {
  const lines = [
    'What looking at it took here',
    `  ${'pystack'.padEnd(22)}${'all, ms'.padStart(9)}${'stopped, ms'.padStart(13)}${'threads'.padStart(9)}`,
  ];
  for (const { what, ms, pauseMs, stoppedThreads } of costs) {
    lines.push(
      `  ${what.padEnd(22)}${ms.toFixed(1).padStart(9)}${pauseMs.toFixed(3).padStart(13)}${String(stoppedThreads).padStart(9)}`,
    );
  }
  const phases = costs[0]?.phases.filter(({ ms }) => ms >= WORTH_TELLING_MS) ?? [];
  const told = phases.map(({ phase, ms }) => `${phase} ${ms.toFixed(1)}`).join(', ');
  return told === '' ? lines : [...lines, ...wrapped(`the first, by step (ms): ${told}`, 2).map((line) => `  ${line}`)];
}

/** Words in lines that end before column 80. Text from the target is made harmless here. */
function wrapped(text: string, indent = INDENT): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of harmless(text).split(' ')) {
    if (line !== '' && indent + line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
