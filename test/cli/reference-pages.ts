/**
 * The reference pages under docs/, made from what the program itself knows, so that they cannot say anything else.
 * `npx vitest run test/cli/reference-pages.test.ts -u` writes them anew.
 */
import type { Command } from 'commander';
import { WARNINGS } from '../../src/cli/warning-help.js';
import { ERRORS } from '../../src/errors.js';

const MADE =
  '<!-- Made by `npx vitest run test/cli/reference-pages.test.ts -u`; change the sources, not this file. -->\n';

const page = (title: string, ...parts: string[]) => `# ${title}\n\n${MADE}\n${parts.join('\n\n')}\n`;

/** A word that Markdown would take for a tag or for the end of a cell. */
const cell = (text: string) =>
  text
    .replaceAll('|', '\\|')
    .replaceAll(/\s*\n\s*/g, ' ')
    .replaceAll(/<(?=[a-z])(?![^`]*>`)/g, '&lt;');

function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(headings), line(headings.map(() => '---')), ...rows.map(line)].join('\n');
}

const EXIT_CODES = table(
  ['Exit code', 'Meaning'],
  [
    ['0', 'Complete: all that was asked for is shown.'],
    ['1', 'Nothing could be shown; stderr says why and what to do ([errors](errors.md)).'],
    ['2', 'The command line cannot be understood.'],
    ['3', 'Shown, but incomplete; stderr says what is missing ([warnings](warnings.md)).'],
    ['4', 'Shown, and what `--fail-on` names was found for certain.'],
  ],
);

export function errorsPage(): string {
  const sections = Object.entries(ERRORS).map(
    ([code, { title, meaning, remedy, exitCode }]) =>
      `## ${title}\n\n\`${code}\`, exit code ${exitCode}\n\n${meaning}\n\n**Next step:** ${remedy}`,
  );
  const intro =
    'Every error says on stderr what happened, the likely cause *here*, and the next step. This is the whole list. ' +
    'As a library, all of them are a `PystackError` with this `code`. `-v` adds the code to the message, `-vv` the ' +
    'stack trace.';
  return page('Errors', intro, EXIT_CODES, ...sections);
}

export function warningsPage(): string {
  const intro =
    'A warning says that something shown is missing or doubtful. Each is a line on stderr, ending in its code, and an ' +
    'entry of `warnings` in the JSON document. If something that was asked for is *missing*, the exit code is 3 and ' +
    '`complete` is false. This is the whole list.';
  const rows = Object.entries(WARNINGS).map(([code, entry]) => [
    `\`${code}\``,
    cell(entry.meaning),
    cell(entry.remedy),
  ]);
  return page('Warnings', intro, table(['Code', 'What it means', 'What to do'], rows));
}

export function cliPage(program: Command): string {
  const shown = program.commands.filter((command) => !isHidden(command));
  const sections = shown.map((command) => {
    const words = command.registeredArguments.map((argument) => {
      const word = argument.variadic ? `${argument.name()}...` : argument.name();
      return argument.required ? `<${word}>` : `[${word}]`;
    });
    return [
      `## pystack ${command.name()}`,
      command.description(),
      `\`\`\`\npystack ${command.name()} [options] ${words.join(' ')}\n\`\`\``,
      table(
        ['Argument', 'Meaning'],
        command.registeredArguments.map((argument) => [`\`${argument.name()}\``, cell(argument.description)]),
      ),
      optionTable(command),
    ].join('\n\n');
  });
  const colours =
    'Colours are used on a terminal. `--no-color` turns them off; else `FORCE_COLOR` (any value but `0` and `false`) ' +
    'turns them on; else `NO_COLOR` (any value but the empty one) or `TERM=dumb` turns them off. `-v` and `--no-color` ' +
    'may stand before the command as well.';
  const streams =
    'The result is on stdout, everything else on stderr. A reader who leaves early (`| head`) is no error. Text from ' +
    'the process that could act on a terminal (control characters, changes of reading direction, lone surrogates) is ' +
    'written out, as in `\\x1b` and `\\u202e`; the JSON document has it exactly.';
  return page(
    'Command line',
    'What `pystack --help` and `pystack <command> --help` say, with the rules behind it.',
    '## pystack',
    optionTable(program),
    ...sections,
    '## Exit codes',
    EXIT_CODES,
    '## Colours and streams',
    colours,
    streams,
  );
}

function optionTable(command: Command): string {
  const visible = command.options.filter(({ hidden }) => !hidden).map(({ flags, description }) => [flags, description]);
  visible.push(['-h, --help', 'print this help']);
  return table(
    ['Option', 'Meaning'],
    visible.map(([flags = '', description = '']) => [`\`${flags}\``, cell(description)]),
  );
}

/** Commander keeps this to itself, but its help tells. */
function isHidden(command: Command): boolean {
  const { parent } = command;
  return parent !== null && !parent.createHelp().visibleCommands(parent).includes(command);
}

/** What of JSON Schema the generator writes. */
interface SchemaPart {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly SchemaPart[];
  readonly items?: SchemaPart;
  readonly $ref?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, SchemaPart>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | SchemaPart;
}
export type Schema = SchemaPart & { readonly definitions: Readonly<Record<string, SchemaPart>> };

/** Another document than that of one process. */
export interface OtherDocument {
  /** `the document of groups` without its article: a heading. */
  readonly title: string;
  /** Name of the schema. */
  readonly name: string;
  /** Where it is told what it is, in a sentence. */
  readonly told: string;
  readonly schema: Schema;
}

/** @param others each is told after the first; what one of them shares with those before it is told once */
export function jsonPage(schema: Schema, others: readonly OtherDocument[]): string {
  const intro =
    '`--json` prints one document; `inspectProcess()` and `inspectCore()` return the same object, typed. The machine-' +
    'readable form of this page is [schema/snapshot.schema.json](../schema/snapshot.schema.json), a JSON Schema made ' +
    'from the types in `src/snapshot.ts`. Where several processes or cores are looked at it is another document, a list ' +
    'of these: [The document of many processes](#the-document-of-many-processes). `--jsonl` prints the entries of that ' +
    'list, one a line. With `--group`, and by `pystack group`, it is [the document of groups](#the-document-of-groups); ' +
    '`pystack watch` and `pystack diff` have [their](#the-document-of-watching) [own](#the-document-of-differences).';
  const rules = [
    'What is missing or unknown is `null`, never -1 or an empty string.',
    'Keys always stand in this order. Each thread is one line, so `grep` and `diff` work.',
    '`schemaVersion` is raised when a field changes its meaning or goes away; new fields may appear at any time.',
    'Addresses are hexadecimal strings: they do not fit the numbers of every JSON reader.',
    'Text is exact. Lone surrogates (undecodable bytes of file names) are `\\udXXX` escapes.',
  ];
  const sections = (definitions: Schema['definitions']) =>
    Object.entries(definitions)
      .filter(([, part]) => part.properties)
      .map(([name, part]) =>
        `## ${name}\n\n${part.description ?? ''}\n\n${fieldTable(part)}`.replaceAll('\n\n\n\n', '\n\n'),
      );
  const known = new Set(['Snapshot', ...Object.keys(schema.definitions)]);
  const newIn = (definitions: Schema['definitions']) => {
    const added = Object.entries(definitions).filter(([name]) => !known.has(name));
    for (const [name] of added) known.add(name);
    return Object.fromEntries(added);
  };
  return page(
    'The JSON document',
    intro,
    rules.map((rule) => `- ${rule}`).join('\n'),
    `## The document\n\n${fieldTable(schema)}`,
    ...sections(schema.definitions),
    ...Object.entries(schema.definitions)
      .filter(([, part]) => part.enum && part.description)
      .map(
        ([name, part]) =>
          `## ${name}\n\n${part.description}\n\n${(part.enum ?? []).map((word) => `\`${word}\``).join(', ')}`,
      ),
    ...others.flatMap(({ title, name, told, schema: other }) => [
      `## The document of ${title}\n\nIts schema: [schema/${name}.schema.json](../schema/${name}.schema.json). ` +
        `${told}\n\n${fieldTable(other)}`,
      ...sections(newIn(other.definitions)),
    ]),
  );
}

/** Fields without a description, which the test does not allow. */
export function undescribed(schema: Schema): string[] {
  const parts = [['the document', schema] as const, ...Object.entries(schema.definitions)];
  return parts.flatMap(([name, part]) =>
    Object.entries(part.properties ?? {})
      .filter(([, field]) => !field.description)
      .map(([field]) => `${name}.${field}`),
  );
}

function fieldTable(part: SchemaPart): string {
  const rows = Object.entries(part.properties ?? {}).map(([name, field]) => {
    const optional = part.required?.includes(name) ? '' : ' (may be absent)';
    return [`\`${name}\``, typeText(field), `${cell(field.description ?? '')}${optional}`];
  });
  return table(['Field', 'Type', 'Meaning'], rows);
}

function typeText(part: SchemaPart): string {
  if (part.$ref !== undefined) {
    const name = part.$ref.replace('#/definitions/', '');
    return `[${name}](#${name === 'Snapshot' ? 'the-document' : name.toLowerCase()})`;
  }
  if (part.const !== undefined) return `\`${JSON.stringify(part.const)}\``;
  if (part.enum) return part.enum.map((word) => `\`${JSON.stringify(word)}\``).join(', ');
  if (part.anyOf) return part.anyOf.map(typeText).join(' or ');
  if (part.type === 'array' && part.items) return `list of ${typeText(part.items)}`;
  if (part.type === 'object' && typeof part.additionalProperties === 'object') {
    return `object of ${typeText(part.additionalProperties)}`;
  }
  return typeof part.type === 'string' ? part.type : (part.type ?? []).join(' or ');
}
