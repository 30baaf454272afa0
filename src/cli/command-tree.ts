/** What is declared on the command line, as plain data: man page and completions are made of it, like the help. */
import type { Argument, Command, Option } from 'commander';

export interface OptionEntry {
  /** E.g. `-o`; null: it has none. */
  readonly short: string | null;
  /** E.g. `--output`. */
  readonly long: string;
  /** What follows it, e.g. `file`; null: nothing does. */
  readonly value: string | null;
  readonly description: string;
}

export interface ArgumentEntry {
  readonly name: string;
  readonly required: boolean;
  /** Whether there may be several. */
  readonly repeated: boolean;
  readonly description: string;
  /** The only words there are; empty: any. */
  readonly choices: readonly string[];
}

export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  readonly arguments: readonly ArgumentEntry[];
  readonly options: readonly OptionEntry[];
  /** Command line and what it does. */
  readonly examples: readonly (readonly [string, string])[];
}

export interface Program {
  readonly options: readonly OptionEntry[];
  readonly examples: readonly (readonly [string, string])[];
  readonly commands: readonly CommandEntry[];
}

const HELP: OptionEntry = { short: '-h', long: '--help', value: null, description: 'print this help' };

/** Without what is hidden. */
export function programTree(program: Command, examplesOf: (command: Command) => CommandEntry['examples']): Program {
  const commands = program
    .createHelp()
    .visibleCommands(program)
    .filter((command) => program.commands.includes(command));
  return {
    options: optionsOf(program),
    examples: examplesOf(program),
    commands: commands.map((command) => ({
      name: command.name(),
      summary: command.summary(),
      description: command.description(),
      arguments: command.registeredArguments.map(argumentEntry),
      options: optionsOf(command),
      examples: examplesOf(command),
    })),
  };
}

function optionsOf(command: Command): OptionEntry[] {
  return [...command.options.filter(({ hidden }) => !hidden).map(optionEntry), HELP];
}

function optionEntry({ short, long, flags, description }: Option): OptionEntry {
  return {
    short: short ?? null,
    long: long ?? flags,
    value: /[<[]([^>\]]+)[>\]]/.exec(flags)?.[1] ?? null,
    description,
  };
}

function argumentEntry(argument: Argument): ArgumentEntry {
  const { required, variadic, description, argChoices } = argument;
  return { name: argument.name(), required, repeated: variadic, description, choices: argChoices ?? [] };
}
