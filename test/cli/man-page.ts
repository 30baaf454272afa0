/** The manual page, made from the declared commands like the other reference pages. See man(7) for the macros. */
import type { CommandEntry, OptionEntry, Program } from '../../src/cli/command-tree.js';

export function manPage({ options, commands, examples }: Program, version: string): string {
  return `${[
    '.\\" Made by `npx vitest run test/cli/reference-pages.test.ts -u`; change the sources, not this file.',
    `.TH PYSTACK 1 "" "pystack ${version}" "User Commands"`,
    '.SH NAME',
    'pystack \\- show what every thread of a running or crashed CPython process is doing',
    '.SH SYNOPSIS',
    ...commands.map((command) => `.B pystack ${command.name}\n.RI ${quoted(synopsis(command))}\n.br`),
    '.SH DESCRIPTION',
    ...paragraph(
      'Reads the memory of a Python process from outside and prints the stacks of its threads. Nothing is written to the ' +
        'process and no code runs in it. Threads that stand still are only read; those that run are stopped for some ' +
        'tenths of a millisecond, or not at all with --no-block. Core files are read in the same way.',
    ),
    '.SH COMMANDS',
    ...commands.flatMap((command) => [
      `.SS pystack ${command.name} ${escaped(synopsis(command))}`,
      ...paragraph(command.description),
      ...command.arguments.flatMap(({ name, description }) => tagged(`\\fI${escaped(name)}\\fR`, description)),
      ...command.options.flatMap(optionLines),
      ...exampleLines(command.examples),
    ]),
    '.SH OPTIONS',
    ...options.flatMap(optionLines),
    '.SH EXIT STATUS',
    ...tagged('0', 'Complete: all that was asked for is shown.'),
    ...tagged('1', 'Nothing could be shown; standard error says why and what to do.'),
    ...tagged('2', 'The command line cannot be understood.'),
    ...tagged('3', 'Shown, but incomplete; standard error says what is missing.'),
    '.SH ENVIRONMENT',
    ...tagged('NO_COLOR, FORCE_COLOR', 'Turn colours off or on, whatever the terminal.'),
    ...tagged('DEBUGINFOD_URLS', 'Servers that debug information is fetched from with --native.'),
    '.SH EXAMPLES',
    ...exampleLines(examples),
    '.SH SEE ALSO',
    '.BR gdb (1),',
    '.BR coredumpctl (1),',
    '.BR ptrace (2),',
    '.BR process_vm_readv (2),',
    '.BR core (5)',
  ].join('\n')}\n`;
}

function synopsis({ arguments: all }: CommandEntry): string {
  return [
    '[options]',
    ...all.map(({ name, required, repeated }) => {
      const word = repeated ? `${name}...` : name;
      return required ? `<${word}>` : `[${word}]`;
    }),
  ].join(' ');
}

function optionLines({ short, long, value, description }: OptionEntry): string[] {
  const flags = [short, long].filter((flag) => flag !== null).map((flag) => `\\fB${escaped(flag)}\\fR`);
  return tagged(`${flags.join(', ')}${value === null ? '' : ` \\fI${escaped(value)}\\fR`}`, description);
}

function exampleLines(examples: CommandEntry['examples']): string[] {
  return examples.flatMap(([line, what]) => ['.PP', `${escaped(what)}:`, '.PP', '.RS 4', `.B ${quoted(line)}`, '.RE']);
}

function tagged(tag: string, text: string): string[] {
  return ['.TP', tag, escaped(text)];
}

function paragraph(text: string): string[] {
  return ['.PP', escaped(text)];
}

/** As an argument of a macro. */
function quoted(text: string): string {
  return `"${escaped(text).replaceAll('"', '\\(dq')}"`;
}

/** Neither escapes nor requests, and hyphens that can be searched for and pasted. */
function escaped(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll(/^([.'])/gm, '\\&$1');
}
