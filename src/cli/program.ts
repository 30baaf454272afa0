/**
 * What can be said on the command line? The commands, their options and their help, declared for commander. What they
 * mean is in invocation.ts; docs/cli.md is made from this.
 */

import { Argument, Command, Option } from 'commander';
import { addExamples } from './examples.js';
import { fleetOptions } from './fleet-options.js';
import type { Handlers, Opts } from './handlers.js';
import {
  add,
  addCoreFiles,
  addGeneral,
  addLocating,
  addLooking,
  addNative,
  addSelection,
  addStacks,
} from './looking-options.js';
import { addFormat, addGrouping, addGroups, addHtml, addJson, addJsonLines, addLayout } from './output-options.js';
import { declareDiff, declareWatch } from './watch-options.js';

/** Shells that `pystack completion` knows. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/**
 * The program with all its commands, or with the one of that name alone: of those that were not called only help and
 * errors want to know, and declaring them all is a fifth of what reading a command line takes.
 */
export function declareProgram(handlers: Handlers, only?: CommandName): Command {
  const program = new Command('pystack');

  program
    .description('Shows what every thread of a running or crashed CPython process is doing.')
    .usage('[options] <command> …')
    .enablePositionalOptions()
    .option('--version', 'print the version')
    .on('option:version', handlers.version)
    .option('--licences', 'print whose work is inside, and under which terms')
    .on('option:licences', handlers.licences);
  addGeneral(program);
  program.helpOption('-h, --help', 'print this help').helpCommand('help [command]', 'print the help of a command');

  for (const name of COMMAND_NAMES) {
    if (only === undefined || name === only) COMMANDS[name](program, handlers);
  }
  addExamples(program, [
    ['pystack remote 1234', 'every Python thread of process 1234'],
    ['pystack snapshot 1234 -o hung.core', 'kept in a file, to look at later'],
    ['pystack core ./core', 'the same of a core file'],
    ['pystack remote --help', 'all options of a command'],
  ]);
  return program;
}

function declareRemote(program: Command, handlers: Handlers): void {
  const remote = program
    .command('remote')
    .summary('show the threads of a running process')
    .description(
      'Shows the Python threads of a running process. Only threads that run are stopped, very briefly. With --native-all, where there is no Python, the native stacks are shown before the error.',
    )
    .argument('[pid...]', 'process ids; left out where options say which processes')
    .action((pids: string[], opts: Opts) => handlers.remote(pids, opts, program.opts()));
  addSelection(remote);
  remote.addOption(new Option('--follow', 'also the Python processes that these wait for, and those that they do'));
  addLooking(remote);
  addJson(remote);
  addJsonLines(remote);
  addFormat(remote, true);
  addHtml(remote);
  addLayout(remote);
  addGroups(remote);
  addStacks(remote);
  addExamples(remote, [
    ['pystack remote 1234', 'every Python thread of process 1234'],
    ['pystack remote $(pgrep -o gunicorn)', 'the oldest process of that name'],
    ['pystack remote --children 1234', 'also the Python processes that it started'],
    ["pystack remote --match 'celery.*worker'", 'all whose command line matches'],
    ['pystack remote --follow 1234', 'and who has what it waits for'],
    ['pystack remote --no-block 1234', 'without stopping it at all'],
    ["pystack remote --json 1234 | jq '.threads[].name'", 'for programs'],
  ]);
}

function declareSnapshot(program: Command, handlers: Handlers): void {
  const snapshot = program
    .command('snapshot')
    .summary('keep what remote would show in a small core file')
    .description(
      'Writes what `pystack remote` would show of a running process, and no more of its memory, as a small core file, ' +
        'which `pystack core` shows later and on any machine. Give the options whose output is wanted then.',
    )
    .argument('<pid>', 'process id')
    .action((pid: string, opts: Opts) => handlers.snapshot(pid, opts, program.opts()));
  add(snapshot, new Option('-o, --output <file>', 'file to write or replace; compressed if called ….gz'));
  addLooking(snapshot);
  addStacks(snapshot);
  addExamples(snapshot, [
    ['pystack snapshot 1234 -o hung.core', 'keep what the threads of process 1234 do now'],
    ['pystack core hung.core', 'show it, here or elsewhere'],
    ['pystack snapshot --native --locals 1234 -o hung.core.gz', 'with native stacks and variables, compressed'],
  ]);
}

function declareCore(program: Command, handlers: Handlers): void {
  const core = program
    .command('core')
    .summary('show the threads in a core file')
    .description(
      'Shows the Python threads in a core file, and what ended the process. With --native-all, where there is no Python, the native stacks are shown before the error.',
    )
    .argument(
      '[core...]',
      'core files, also compressed, and folders of them; left out with --systemd. A program after a single core is the ' +
        'one that made it (default: found from the core)',
    )
    .action((files: string[], opts: Opts) => handlers.core(files, opts, program.opts()));
  addCoreFiles(core);
  add(
    core,
    new Option('--systemd [match]', "newest matching core of systemd's storage: pid, name or path of the program"),
  );
  add(core, new Option('--systemd-all [match]', 'all that match, newest first'));
  addJson(core);
  addJsonLines(core);
  addFormat(core, true);
  addHtml(core);
  addLayout(core);
  addGroups(core);
  addStacks(core);
  addExamples(core, [
    ['pystack core ./core', 'the executable is found from the core'],
    ['pystack core ./core.gz /usr/bin/python3.12', 'or named'],
    ['pystack core ./core --sysroot ./image', 'with the files of the machine it came from'],
    ['pystack core /var/crash', 'all cores in a folder, one after the other'],
  ]);
}

function declareCollect(program: Command, handlers: Handlers): void {
  const collect = program
    .command('collect')
    .summary("write one host's processes as a small file to be merged")
    .description(
      'Looks at processes of this host and writes what `pystack group` needs of them, a line of some kilobytes: stacks, ' +
        'who has them, their ranks, what could not be read. Run it on each host by what starts things there.',
    )
    .argument('[pid...]', 'process ids; left out where options say which processes')
    .action((pids: string[], opts: Opts) => handlers.collect(pids, opts, program.opts()));
  add(collect, new Option('-o, --output <file>', 'file to write or replace instead of stdout; %h in it: the host'));
  add(collect, new Option('--host <name>', "what this host is called in it (default: the system's own name)"));
  addSelection(collect);
  addLooking(collect);
  addNative(collect);
  addLocating(collect);
  addExamples(collect, [
    ['pystack collect --match train.py -o /shared/hang/%h', 'on each host, into a folder that all of them see'],
    ['ssh n17 pystack collect --match train.py | pystack group -', 'or through what carries output'],
    ['pystack group /shared/hang', 'merge and show'],
  ]);
}

function declareGroup(program: Command, handlers: Handlers): void {
  const group = program
    .command('group')
    .summary('merge what was collected, or many cores, and show who stands together')
    .description(
      'Merges files of `pystack collect`, JSON documents of this tool, and core files, and shows threads with the same ' +
        'stack as one: the odd ones first. Of cores that crashed, each kind of crash with its files.',
    )
    .argument('<file...>', 'files, folders of them, or - for standard input')
    .action((files: string[], opts: Opts) => handlers.group(files, opts, program.opts()));
  add(
    group,
    new Option('-o, --output <file>', 'write them merged, as one file that can be merged again, and show nothing'),
  );
  addGrouping(group);
  addJson(group);
  addFormat(group, false);
  addHtml(group);
  addCoreFiles(group);
  addStacks(group);
  addExamples(group, [
    ['pystack group /shared/hang', 'all files in a folder'],
    ['ssh n17 pystack collect --all | pystack group - here.txt', 'and through a pipe'],
    ['pystack group /var/crash', 'thousands of cores, by what crashed'],
    ['pystack group -o rack1.txt rack1/', 'in parts: merge these later'],
  ]);
}

function declareFleet(program: Command, handlers: Handlers): void {
  const fleet = program
    .command('fleet')
    .summary('run collect on many hosts and show who stands together')
    .description(
      'Runs `pystack collect` where the processes are, carried by what starts things there, and shows the answers as ' +
        '`pystack group` does: the odd ones first, and who is missing. Without options that say which processes, those of ' +
        'the job (--srun), tasks and actors (--ray), else every Python that may be looked at.',
    )
    .action((opts: Opts) => handlers.fleet(opts, program.opts()));
  for (const option of fleetOptions()) add(fleet, option);
  addGrouping(fleet);
  addJson(fleet);
  addFormat(fleet, false);
  addHtml(fleet);
  addSelection(fleet);
  addLooking(fleet);
  addNative(fleet);
  addLocating(fleet);
  addExamples(fleet, [
    ['pystack fleet --srun 4711', 'all ranks of a Slurm job'],
    ['pystack fleet --ssh n[01-16] --match train.py', 'by ssh, those whose command line matches'],
    ['pystack fleet --ssh @hosts --client clush --all', 'carried by clush'],
    ['pystack fleet --kubectl app=train --send ./pystack', 'where nothing is installed'],
  ]);
}

function declareDoctor(program: Command, handlers: Handlers): void {
  const doctor = program
    .command('doctor')
    .summary('say what this machine and a process allow')
    .description(
      'Tries everything that looking at a process leans on, on this machine and, if one is named, on that process, ' +
        'and says what to do about each no. A named process is looked at as `pystack remote` would.',
    )
    .argument('[pid]', 'process id')
    .action((pid: string | undefined, opts: Opts) => handlers.doctor(pid, opts, program.opts()));
  addJson(doctor);
  addGeneral(doctor);
  doctor.helpOption('-h, --help', 'print this help');
  addExamples(doctor, [
    ['pystack doctor', 'what this machine allows'],
    ['pystack doctor 1234', 'and whether process 1234 can be looked at'],
    ['pystack doctor --json | jq .checks', 'for programs'],
  ]);
}

function declareCompletion(program: Command, handlers: Handlers): void {
  const completion = program
    .command('completion')
    .summary('print what makes a shell complete these commands')
    .description('Prints a script for the shell named. Its first lines say where to put it.')
    .addArgument(new Argument('<shell>', 'whose completion').choices(SHELLS))
    .action((shell: string) => handlers.completion(shell));
  completion.helpOption('-h, --help', 'print this help');
  addExamples(completion, [
    ['source <(pystack completion bash)', 'in this bash'],
    ['pystack completion zsh > ~/.zfunc/_pystack', 'in every zsh, with ~/.zfunc in $fpath'],
    ['pystack completion fish | source', 'in this fish'],
  ]);
}

function declareInstallCompletions(program: Command, handlers: Handlers): void {
  const install = program
    .command('install-completions')
    .summary('put the completions where the shell finds them')
    .description('Writes the script of `pystack completion` into the folder that the shell reads of this user.')
    .addArgument(new Argument('[shell]', 'whose completion; default: that of $SHELL').choices(SHELLS))
    .action((shell: string | undefined) => handlers.installCompletions(shell));
  install.helpOption('-h, --help', 'print this help');
  addExamples(install, [['pystack install-completions fish', 'for fish, from its next start on']]);
}

/** In the order of the help. */
const COMMANDS = {
  remote: declareRemote,
  snapshot: declareSnapshot,
  core: declareCore,
  collect: declareCollect,
  group: declareGroup,
  fleet: declareFleet,
  watch: declareWatch,
  diff: declareDiff,
  doctor: declareDoctor,
  completion: declareCompletion,
  'install-completions': declareInstallCompletions,
} as const;

export type CommandName = keyof typeof COMMANDS;
/** In the order of the help. */
export const COMMAND_NAMES = Object.keys(COMMANDS) as CommandName[];

/** The command of that name, if there is one. */
export function commandNamed(name: string | undefined): CommandName | undefined {
  return COMMAND_NAMES.find((each) => each === name);
}
