/** How does the help of a command end? With examples: a command line and what it does, laid out for the terminal. */
import type { Command } from 'commander';

type Examples = readonly (readonly [string, string])[];

const EXAMPLES = new WeakMap<Command, Examples>();

/** What the help of a command ends with: command line and what it does. */
export function examplesOf(command: Command): Examples {
  return EXAMPLES.get(command) ?? [];
}

export function addExamples(command: Command, examples: Examples): void {
  EXAMPLES.set(command, examples);
  command.addHelpText('after', ({ error }) => {
    const { getOutHelpWidth, getErrHelpWidth } = command.configureOutput();
    const width = (error ? getErrHelpWidth : getOutHelpWidth)?.() ?? HELP_WIDTH;
    return `\nExamples:\n${exampleLines(examples, width).join('\n')}`;
  });
}

/** Side by side where all of them fit, else what a line does is said above it. */
function exampleLines(examples: Examples, columns: number): string[] {
  const width = Math.max(...examples.map(([line]) => line.length));
  const lines = examples.map(([line, what]) => `  ${line.padEnd(width)}  ${what}`);
  if (lines.every((line) => line.length <= columns)) return lines;
  return examples.flatMap(([line, what]) => [`  # ${what}`, `  ${line}`]);
}

/** Columns of a terminal that nobody made wider; also what commander wraps at where there is none. */
const HELP_WIDTH = 80;
