/** What does this command line ask for? argv -> one plain value, or a usage error that says what to type instead. */
import { type Command, CommanderError } from 'commander';
import { PystackError } from '../errors.js';
import type { FleetRequest } from '../many/fleet/model.js';
import type { Selection } from '../many/selection.js';
import type { CoreOptions, CoreSource, InspectOptions, SnapshotOptions } from '../options.js';
import { UNTIL, type Until } from '../watch/until.js';
import { fleetRequest } from './fleet-request.js';
import type { Opts } from './handlers.js';
import { coreOptions, remoteOptions, stackOptions } from './look-options.js';
import { numberOf, stringOf, stringsOf } from './option-values.js';
import { COMMAND_NAMES, type CommandName, commandNamed, declareProgram, SHELLS, type Shell } from './program.js';

import { parsePid } from './values.js';
import { isOfMany, type Layout, refuseVariablesOfGroups, type View, viewFrom } from './view.js';
import { DEFAULT_EVERY_MS, DEFAULT_PATIENCE } from './watch-options.js';

/** Several cores: files and folders of them, or of systemd's that match (null: any) all or the newest. */
export type ManyCores = readonly string[] | { readonly systemd: string | null; readonly newestOnly: boolean };

export type Invocation =
  | { readonly command: 'remote'; readonly pid: number; readonly options: InspectOptions; readonly view: View }
  | {
      readonly command: 'remote-many';
      readonly selection: Selection;
      /** Whether those are looked at as well that these wait for. */
      readonly follow: boolean;
      readonly options: InspectOptions;
      readonly view: View;
    }
  | {
      readonly command: 'core-many';
      readonly cores: ManyCores;
      readonly options: CoreOptions;
      readonly view: View;
    }
  | {
      readonly command: 'collect';
      readonly selection: Selection;
      /** What this host is called; null: by its own name. */
      readonly host: string | null;
      /** Where it is written to; null: stdout. */
      readonly output: string | null;
      readonly options: InspectOptions;
      readonly view: View;
    }
  | {
      readonly command: 'group';
      /** Files and folders; `-`: standard input. */
      readonly files: readonly string[];
      /** Where they are written to, merged; null: they are shown. */
      readonly output: string | null;
      /** How cores among them are looked at. */
      readonly options: CoreOptions;
      readonly view: View;
    }
  | {
      readonly command: 'fleet';
      readonly request: FleetRequest;
      /** A file that the answers are written to, merged; null: they are shown. */
      readonly output: string | null;
      readonly view: View;
    }
  | {
      readonly command: 'watch';
      readonly selection: Selection;
      /** From look to look, ms. */
      readonly everyMs: number;
      /** How long in all, ms; null: until it is ended. */
      readonly forMs: number | null;
      /** Looks for which something has to hold. */
      readonly patience: number;
      readonly until: Until | null;
      /** Where a snapshot is written to when it happens; null: nowhere. */
      readonly save: string | null;
      readonly options: InspectOptions;
      readonly view: View;
    }
  | {
      readonly command: 'diff';
      readonly before: string;
      readonly after: string;
      /** How a running process among them is looked at, and a core. */
      readonly options: InspectOptions & CoreOptions;
      readonly view: View;
    }
  | { readonly command: 'core'; readonly core: CoreSource; readonly options: CoreOptions; readonly view: View }
  | {
      readonly command: 'snapshot';
      readonly pid: number;
      /** Where it is written to. */
      readonly path: string;
      readonly options: SnapshotOptions;
      readonly view: View;
    }
  | { readonly command: 'doctor'; readonly pid: number | null; readonly view: View }
  | { readonly command: 'completion'; readonly shell: Shell }
  /** null: that of the user's shell. */
  | { readonly command: 'install-completions'; readonly shell: Shell | null }
  | { readonly command: 'help'; readonly text: string }
  | { readonly command: 'version' }
  | { readonly command: 'licences' };

/**
 * @param argv what follows the program's name
 * @param helpWidth columns that help is wrapped to
 * @param usualLayout how stacks are laid out where no option says
 * Throws PystackError `usage`.
 */
export function parseInvocation(
  argv: readonly string[],
  helpWidth: () => number = () => USUAL_HELP_WIDTH,
  usualLayout: Layout = 'auto',
): Invocation {
  const called = commandNamed(argv[0]);
  // Help and errors know of all commands.
  return (called && parseWith(called)) ?? (parseWith(undefined) as Invocation);

  /** null: what was called did not do, and all have to be known. */
  function parseWith(only: CommandName | undefined): Invocation | null {
    const viewOf = (opts: Opts, globals: Opts): View => viewFrom(opts, globals, usualLayout);
    let invocation: Invocation | undefined;
    let help = '';
    const program = declareProgram(
      {
        remote(pids, opts, globals) {
          const view = viewOf(opts, globals);
          const options = { ...remoteOptions(opts), ...stackOptions(opts, view) };
          refuseVariablesOfGroups(view, opts);
          const selection = selectionOf(pids, opts, 'remote');
          const follow = opts['follow'] === true;
          const [pid, ...more] = selection.pids;
          invocation ??=
            pid !== undefined && more.length === 0 && !selection.children && !follow && !isOfMany(view)
              ? { command: 'remote', pid, options, view }
              : { command: 'remote-many', selection, follow, options, view };
        },
        snapshot(pid, opts, globals) {
          const view = viewOf(opts, globals);
          const options = { ...remoteOptions(opts), ...stackOptions(opts, view) };
          const path = outputPath(opts);
          invocation ??= { command: 'snapshot', pid: parsePid(pid), path, options, view };
        },
        core(files, opts, globals) {
          const view = viewOf(opts, globals);
          const [core, executable, ...more] = files;
          const many = more.length > 0 || opts['systemdAll'] !== undefined;
          const options = { ...coreOptions(many ? undefined : executable, opts, view), ...stackOptions(opts, view) };
          invocation ??= many
            ? { command: 'core-many', cores: manyCores(files, opts), options, view }
            : { command: 'core', core: coreSource(core, opts), options, view };
        },
        collect(pids, opts, globals) {
          const view = viewOf(opts, globals);
          const options = { ...remoteOptions(opts), ...stackOptions(opts, view) };
          const selection = selectionOf(pids, opts, 'collect');
          const [host, output] = [stringOf(opts['host']), stringOf(opts['output'])];
          invocation ??= { command: 'collect', selection, host, output, options, view };
        },
        group(files, opts, globals) {
          const view = viewOf(opts, globals);
          const options = { ...coreOptions(undefined, opts, view), ...stackOptions(opts, view) };
          invocation ??= { command: 'group', files, output: stringOf(opts['output']), options, view };
        },
        fleet(opts, globals) {
          const view = viewOf(opts, globals);
          invocation ??= { command: 'fleet', request: fleetRequest(opts), output: stringOf(opts['output']), view };
        },
        watch(pids, opts, globals) {
          const view = viewOf(opts, globals);
          invocation ??= {
            command: 'watch',
            selection: selectionOf(pids, opts, 'watch'),
            everyMs: numberOf(opts['every']) ?? DEFAULT_EVERY_MS,
            forMs: numberOf(opts['for']) ?? null,
            patience: numberOf(opts['looks']) ?? DEFAULT_PATIENCE,
            until: UNTIL.find((one) => one === opts['until']) ?? null,
            save: stringOf(opts['save']),
            options: { ...remoteOptions(opts), ...stackOptions(opts, view) },
            view,
          };
        },
        diff(before, after, opts, globals) {
          const view = viewOf(opts, globals);
          const options = {
            ...remoteOptions(opts),
            ...coreOptions(undefined, opts, view),
            ...stackOptions(opts, view),
          };
          invocation ??= { command: 'diff', before, after, options, view };
        },
        doctor(pid, opts, globals) {
          const view = viewOf(opts, globals);
          invocation ??= { command: 'doctor', pid: pid === undefined ? null : parsePid(pid), view };
        },
        completion(shell) {
          const known = SHELLS.find((each) => each === shell);
          if (known !== undefined) invocation ??= { command: 'completion', shell: known };
        },
        installCompletions(shell) {
          invocation ??= { command: 'install-completions', shell: SHELLS.find((each) => each === shell) ?? null };
        },
        version() {
          invocation ??= { command: 'version' };
          // Ends parsing here; what follows does not matter any more.
          throw new CommanderError(0, 'pystack.version', '');
        },
        licences() {
          invocation ??= { command: 'licences' };
          throw new CommanderError(0, 'pystack.licences', '');
        },
      },
      only,
    );
    for (const command of [program, ...program.commands]) {
      command.exitOverride();
      // Descriptions are wrapped in a column that is narrow, rather than not at all.
      command.configureHelp({ minWidthToWrap: 20 });
      command.configureOutput({
        writeOut: (text) => {
          help += text;
        },
        writeErr: () => {},
        getOutHelpWidth: helpWidth,
        getErrHelpWidth: helpWidth,
      });
    }
    if (argv.length === 0) {
      throw new PystackError('usage', 'no command given', {
        cause: 'It has to be said what to look at.',
        nextStep: 'pystack remote <pid>, or pystack --help',
      });
    }
    try {
      program.parse([...argv], { from: 'user' });
    } catch (error) {
      if (!(error instanceof CommanderError)) throw error;
      if (only !== undefined) return null;
      if (invocation?.command === 'version' || invocation?.command === 'licences') return invocation;
      if (error.exitCode === 0 || help !== '') return { command: 'help', text: help };
      throw usageError(error, argv, program);
    }
    if (!invocation) throw new PystackError('usage', 'no command given', { nextStep: 'pystack --help' });
    return invocation;
  }
}

/** Columns of a terminal that nobody made wider. */
const USUAL_HELP_WIDTH = 80;

/** Of `pystack help foo`. */
function noSuchCommand(argv: readonly string[]): PystackError {
  const words = argv.filter((word) => !word.startsWith('-'));
  return new PystackError('usage', `there is no command '${words[1] ?? words[0] ?? ''}' to have help of`, {
    cause: `There are ${COMMAND_NAMES.join(', ')}.`,
    nextStep: 'pystack --help',
  });
}

/** Of more words than a command takes; the first of those that are ids is what it can be given. */
function tooMany(command: string, argv: readonly string[]): PystackError {
  const ids = argv.filter((word) => /^\d+$/.test(word));
  const [first] = ids;
  const onlyOne = (command === 'snapshot' || command === 'doctor') && first !== undefined && ids.length > 1;
  if (!onlyOne) {
    return new PystackError('usage', `too many words for '${command}'`, {
      cause: 'It takes fewer than were given.',
      nextStep: `pystack ${command} --help`,
    });
  }
  const output = command === 'snapshot' ? ' -o <file>' : '';
  return new PystackError('usage', `'${command}' takes one process id, not ${ids.length}`, {
    cause: 'Only `remote` looks at several processes at once.',
    nextStep: `pystack ${command} ${first}${output}, once for each`,
  });
}

/** The only option that begins like the one that is not known; others allow such short forms. null: none, or several. */
function abbreviated(message: string, argv: readonly string[], program: Command): string | null {
  const given = /^unknown option '(--[\w-]+)'/.exec(message)?.[1];
  if (given === undefined) return null;
  const command = program.commands.find((one) => argv.includes(one.name())) ?? program;
  const all = [...command.options, ...program.options].flatMap(({ long }) => (long ? [long] : []));
  const begun = new Set(all.filter((long) => long.startsWith(given)));
  return begun.size === 1 ? ([...begun][0] ?? null) : null;
}

/** Commander's message in our shape, its "(Did you mean …?)" as the next step. */
function usageError(error: CommanderError, argv: readonly string[], program: Command): PystackError {
  const [first = '', ...rest] = error.message.replace(/^error: /, '').split('\n');
  const meant = abbreviated(first, argv, program);
  const suggestion = meant === null ? rest.join(' ').replace(/^\((.*)\)$/, '$1') : `Did you mean ${meant}?`;
  const command = argv.find((word) => commandNamed(word) !== undefined);
  const help = command === undefined ? 'pystack --help' : `pystack ${command} --help`;
  if (error.code === 'commander.help') return noSuchCommand(argv);
  if (error.code === 'commander.excessArguments' && command !== undefined) return tooMany(command, argv);
  const asCommand = argv.find((word) => !word.startsWith('-')) ?? '';
  if (error.code === 'commander.unknownCommand' && /^\d+$/.test(asCommand)) {
    return new PystackError('usage', first, {
      cause: 'The command comes before the process id.',
      nextStep: `pystack remote ${asCommand}`,
    });
  }
  if (first === "unknown option '--self'") {
    return new PystackError('usage', first, {
      cause: 'pystack is a program of its own, and the process to look at is one like any other.',
      nextStep: `give its id: $$ in a shell, os.getpid() in Python, process.pid in Node.js (see ${help})`,
    });
  }
  return new PystackError('usage', first.replace(/\.$/, ''), {
    cause: 'The command line cannot be understood.',
    nextStep: suggestion === '' ? help : `${suggestion} See also: ${help}`,
  });
}

/** Throws a usage error where nothing says which processes, or two things do. */
export function selectionOf(pids: readonly string[], opts: Opts, command: string): Selection {
  const selection: Selection = {
    pids: pids.map(parsePid),
    children: opts['children'] === true,
    all: opts['all'] === true,
    match: stringOf(opts['match']),
    cgroup: stringOf(opts['cgroup']),
    container: stringOf(opts['container']),
    user: stringOf(opts['user']),
    environment: stringsOf(opts['env']) ?? [],
  };
  const { all, match, cgroup, container, user, environment } = selection;
  const searched = all || environment.length > 0 || [match, cgroup, container, user].some((each) => each !== null);
  if (pids.length > 0 && searched) {
    throw new PystackError('usage', 'process ids and a way to search for processes were both given', {
      cause: 'Ids already say which processes are meant; only --children adds to them.',
      nextStep: 'leave one of them out',
    });
  }
  if (pids.length === 0 && !searched) {
    throw new PystackError('usage', 'no process id given', {
      cause: 'It has to be said which processes to look at.',
      nextStep: `pystack ${command} <pid>, or all whose command line matches: pystack ${command} --match <pattern>`,
    });
  }
  return selection;
}

function manyCores(files: readonly string[], opts: Opts): ManyCores {
  const { systemd, systemdAll } = opts;
  if (systemdAll === undefined && systemd === undefined) return files;
  if (files.length > 0 || systemd !== undefined) {
    throw new PystackError('usage', 'more than one way to say which core files was given', {
      cause: '--systemd and --systemd-all pick the cores themselves.',
      nextStep: 'leave one of them out',
    });
  }
  return { systemd: typeof systemdAll === 'string' ? systemdAll : null, newestOnly: false };
}

function outputPath(opts: Opts): string {
  const path = stringOf(opts['output']);
  if (path === null) {
    throw new PystackError('usage', 'it was not said where to write the snapshot', {
      cause: '-o FILE is missing.',
      nextStep: 'pystack snapshot <pid> -o <file>',
    });
  }
  if (path === '' || path === '-') {
    throw new PystackError('usage', `a snapshot cannot be written to '${path}'`, {
      cause: 'It needs a file: it is written under another name, and renamed once it is whole.',
      nextStep: 'name a file, or one ending in .gz to have it compressed',
    });
  }
  return path;
}

function coreSource(core: string | undefined, opts: Opts): CoreSource {
  const { systemd } = opts;
  if (systemd !== undefined) {
    if (core === undefined) return { systemd: typeof systemd === 'string' ? systemd : null };
    throw new PystackError('usage', 'a core file and --systemd were both given', {
      cause: '--systemd picks the core itself.',
      nextStep: 'leave one of them out',
    });
  }
  if (core !== undefined) return core;
  throw new PystackError('usage', 'no core file given', {
    cause: 'It has to be said which core to look at.',
    nextStep: 'pystack core <file>',
  });
}
