/** How can a command be told what to look at, and how? Its options for processes, cores, stacks, variables and locating. */
import { type Command, Option } from 'commander';
import { DEFAULT_LOCALS, DEFAULT_TIME_BUDGET_MS, LOCATE_STRATEGIES } from '../options.js';
import { SharedOption } from './output-options.js';
import { taskOptions } from './task-options.js';
import {
  collectEnvironment,
  collectPattern,
  parseCount,
  parseList,
  parseMilliseconds,
  parsePattern,
  parseStrategies,
} from './values.js';

export function add(command: Command, option: Option): Command {
  return command.addOption(option);
}

/** Which processes, where their ids are not given. */
export function addSelection(command: Command): void {
  add(command, new Option('--children', 'also the Python processes that these started, the whole tree of them'));
  add(command, new Option('--all', 'every Python process that may be looked at'));
  add(
    command,
    withParser('--match <pattern>', 'those whose command line matches this regular expression', parsePattern),
  );
  add(command, new Option('--user <user>', 'those of this user, a name or a number'));
  add(command, new Option('--cgroup <text>', 'those in a control group with this in its path'));
  add(command, new Option('--container <id>', 'those in this container, by its id or the beginning of it'));
  add(
    command,
    new Option('--env <NAME=value>', 'those started with this in their environment; repeatable').argParser(
      collectEnvironment('--env'),
    ),
  );
}

/** How a running process is looked at. */
export function addLooking(command: Command): void {
  add(command, new Option('--no-block', 'stop no thread at all; threads on the move may be incomplete'));
  add(
    command,
    withParser(
      '--time-budget <ms>',
      `how long to retry moving threads with --no-block (default: ${DEFAULT_TIME_BUDGET_MS})`,
      parseMilliseconds,
    ),
  );
  add(command, withParser('--max-pause <ms>', 'leave out what would stop threads for longer', parseMilliseconds));
}

/** Where the files of a core are. */
export function addCoreFiles(command: Command): void {
  add(
    command,
    withParser('--lib-search-path <dirs>', "directories with the core's libraries, separated by ':'", (flag) =>
      parseList(flag, ':'),
    ).conflicts('libSearchRoot'),
  );
  add(command, new Option('--lib-search-root <dir>', "directory searched recursively for the core's libraries"));
  add(command, new Option('--sysroot <dir>', 'image of the machine that the core came from'));
}

/** Accepted before and after the command. */
export function addGeneral(command: Command): void {
  command
    .option('-v, --verbose', 'say on stderr what was found and how; twice: every step and timings', count, 0)
    .option('--no-color', 'no colours (also: NO_COLOR; FORCE_COLOR forces them)');
}

/** What both commands can show of a stack. */
export function addStacks(command: Command): void {
  addNative(command);
  addLocals(command);
  for (const option of taskOptions()) add(command, option);
  addLocating(command);
}

export function addNative(command: Command): void {
  add(
    command,
    new SharedOption('--native', 'native (C, C++, Rust) frames of Python threads as well', 'native').preset('python'),
  );
  add(
    command,
    new SharedOption('--native-all', 'the same, and threads that Python does not know', 'native').preset('all'),
  );
  add(
    command,
    new SharedOption('--native-last', 'native frames only after the last Python frame', 'native').preset('last'),
  );
  add(command, new Option('--no-demangle', 'C++ and Rust names as they stand in the symbol table'));
  add(command, new Option('--no-debuginfod', 'fetch no debug information, even if DEBUGINFOD_URLS is set'));
}

export function addLocals(command: Command): void {
  add(command, new Option('--locals', 'arguments and local variables'));
  add(
    command,
    withParser('--locals-depth <n>', `levels of containers shown (default: ${DEFAULT_LOCALS.depth})`, parseCount),
  );
  add(
    command,
    withParser('--max-string <n>', `characters shown of a value (default: ${DEFAULT_LOCALS.maxString})`, parseCount),
  );
  add(
    command,
    withParser('--max-items <n>', `elements shown of a container (default: ${DEFAULT_LOCALS.maxItems})`, parseCount),
  );
  add(
    command,
    new Option(
      '--redact <pattern>',
      'withhold values whose name matches this regular expression; repeatable',
    ).argParser(collectPattern('--redact')),
  );
  add(
    command,
    new SharedOption('--no-redact', 'do not withhold password, token, secret and the like', 'redactDefaults'),
  );
}

/** How the interpreter is found; and, as in every command, help and verbosity. */
export function addLocating(command: Command): void {
  add(
    command,
    new Option(
      '--exhaustive',
      'look for the interpreter in all memory if nothing quicker finds it (up to a minute); of a core whose thread states are lost, for frames without a thread',
    ),
  );
  add(
    command,
    withParser(
      '--locate-by <names>',
      `use only these ways of locating it: ${LOCATE_STRATEGIES.join(', ')}`,
      parseStrategies,
    ),
  );
  add(
    command,
    new Option(
      '--library <name>',
      'of several interpreters, the one in the file of that name (part of it), or at that address (0x…)',
    ),
  );
  addGeneral(command);
  command.helpOption('-h, --help', 'print this help');
}

export function withParser(
  flags: string,
  description: string,
  parser: (flag: string) => (text: string) => unknown,
): Option {
  const option = new Option(flags, description);
  return option.argParser(parser(option.long ?? flags));
}

function count(_: unknown, before: number): number {
  return before + 1;
}
