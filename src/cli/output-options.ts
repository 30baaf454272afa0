/** How can a command be told to show its result? Its options for formats, layouts and groups. */
import { type Command, Option } from 'commander';
import { FAIL_ON } from './fail-on.js';
import { FORMATS } from './view.js';

/** An option that sets the attribute of another name: of several for one attribute, the last one given counts. */
export class SharedOption extends Option {
  constructor(
    flags: string,
    description: string,
    private readonly attribute: string,
  ) {
    super(flags, description);
  }

  override attributeName(): string {
    return this.attribute;
  }
}

export function addJson(command: Command): void {
  command.addOption(new Option('--json', 'one JSON document instead of text'));
}

export function addHtml(command: Command): void {
  command.addOption(
    new Option('--html <file>', 'write a page for a browser instead: one file that fetches nothing; -: stdout'),
  );
}

/** What else the result can be written as. `lines`: whether a document for each process is one of these. */
export function addFormat(command: Command, lines: boolean): void {
  command.addOption(
    new Option(
      '--format <format>',
      'write it as text, json, or for flame graphs: collapsed (flamegraph.pl and others), speedscope',
    ).choices(FORMATS.filter((format) => lines || format !== 'jsonl')),
  );
}

/** Threads with the same stack as one. */
export function addGroups(command: Command): void {
  command.addOption(
    new Option(
      '--group',
      'threads with the same stack as one block (default on a terminal: when more than a screenful)',
    ),
  );
  command.addOption(new Option('--no-group', 'each thread by itself, however many there are'));
  addGrouping(command);
}

export function addGrouping(command: Command): void {
  command.addOption(new Option('--tree', 'their calls as a tree, with who goes along each branch'));
  command.addOption(new Option('--by-line', 'at other lines of a function they are other stacks'));
}

export function addJsonLines(command: Command): void {
  command.addOption(new Option('--jsonl', 'a JSON document for each process, one a line, as soon as it is there'));
}

/** How stacks are laid out. */
export function addLayout(command: Command): void {
  command.addOption(
    new SharedOption(
      '--plain',
      'every thread and frame in full and nothing else, in one stable shape (pipes get it with waits and findings)',
      'layout',
    ).preset('plain'),
  );
  command.addOption(
    new SharedOption('--page', 'with a head, folded, with short paths; the default on a terminal', 'layout').preset(
      'page',
    ),
  );
  command.addOption(
    new SharedOption('--compat', 'line for line as the Python pystack 1.7 (also: PYSTACK_COMPAT=1)', 'layout').preset(
      'compat',
    ),
  );
  command.addOption(new Option('--full-paths', 'shorten no paths on the page'));
  command.addOption(
    new Option('--fail-on <finding>', 'exit with 4 if that is found for certain: deadlock').choices([...FAIL_ON]),
  );
}
