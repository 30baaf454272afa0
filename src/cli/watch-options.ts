/** What can be said to `pystack watch` and `pystack diff`? */
import { type Command, Option } from 'commander';
import { UNTIL } from '../watch/until.js';
import { addExamples } from './examples.js';
import type { Handlers, Opts } from './handlers.js';
import { addCoreFiles, addLocating, addLooking, addNative, addSelection, withParser } from './looking-options.js';
import { addFormat, addJson } from './output-options.js';
import { parseDuration, parsePositive } from './values.js';

/** Looks for which something has to hold before it is said. */
export const DEFAULT_PATIENCE = 3;
/** From look to look where no option says, ms. */
export const DEFAULT_EVERY_MS = 1000;
/** More often than this is a profiler's work. */
const LEAST_EVERY_MS = 10;
const everyOf = (flag: string) => parseDuration(flag, LEAST_EVERY_MS);
const forOf = (flag: string) => parseDuration(flag, 1);

export function declareWatch(program: Command, handlers: Handlers): void {
  const watch = program
    .command('watch')
    .summary('say whether processes are stuck or slow')
    .description(
      'Looks again and again, and says which threads go on and which do not, since when, and whether the process as a whole ' +
        'is stuck. What has not run is not read again. It is no profiler: py-spy and the like show where time goes.',
    )
    .argument('[pid...]', 'process ids; left out where options say which processes')
    .action((pids: string[], opts: Opts) => handlers.watch(pids, opts, program.opts()));
  watch.addOption(withParser('--every <time>', 'from look to look: 500ms, 1s, 1m (default: 1s)', everyOf));
  watch.addOption(withParser('--for <time>', 'end after this time; without it Ctrl-C does', forOf));
  watch.addOption(
    withParser(
      '--looks <n>',
      `looks on end for which something has to hold (default: ${DEFAULT_PATIENCE})`,
      parsePositive,
    ),
  );
  watch.addOption(
    new Option('--until <what>', 'end, with exit code 4, once this holds for one of them').choices([...UNTIL]),
  );
  watch.addOption(
    new Option('--save <file>', 'write a snapshot once that holds or one is stuck; %p in it: the process id'),
  );
  addSelection(watch);
  addLooking(watch);
  addJson(watch);
  watch.addOption(new Option('--jsonl', 'a JSON document for each thing that happens, one a line'));
  addFormat(watch, true);
  addNative(watch);
  addLocating(watch);
  addExamples(watch, [
    ['pystack watch 1234', 'until Ctrl-C'],
    ['pystack watch --for 30s --until stuck 1234 || echo hung', 'for scripts'],
    ["pystack watch --every 5s --match 'celery.*worker' --save /tmp/%p.core", 'and keep what hangs'],
  ]);
}

export function declareDiff(program: Command, handlers: Handlers): void {
  const diff = program
    .command('diff')
    .summary('say what changed between two looks')
    .description(
      'Compares two looks: a running process (by its id), snapshots and cores, JSON documents, or files of `pystack collect`. ' +
        'Of one process, thread by thread; else which stacks are more, fewer, new or gone.',
    )
    .argument('<before>', 'a process id or a file')
    .argument('<after>', 'a process id or a file')
    .action((before: string, after: string, opts: Opts) => handlers.diff(before, after, opts, program.opts()));
  diff.addOption(new Option('--by-line', 'at other lines of a function they are other stacks'));
  addJson(diff);
  addCoreFiles(diff);
  addLooking(diff);
  addNative(diff);
  addLocating(diff);
  addExamples(diff, [
    ['pystack diff before.core after.core', 'two snapshots of a process'],
    ['pystack diff healthy.json 1234', 'a document of an earlier look, and now'],
    ['pystack diff n17.txt n18.txt', 'two hosts'],
  ]);
}
