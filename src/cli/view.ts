/** How is the result to be shown? What the options of a command say of that. */
import { PystackError } from '../errors.js';
import { FAIL_ON, type FailOn } from './fail-on.js';
import type { Opts } from './handlers.js';
import { stringOf, stringsOf } from './option-values.js';

/** How the result is to be shown. */
export interface View {
  /** As what it is written. */
  readonly format: Format;
  /** The file that a page of HTML is written to, `-`: stdout; null: none, it is written as `format` says. */
  readonly html: string | null;
  readonly grouping: Grouping;
  /** False: asked for none. True: whatever the terminal and the environment say. */
  readonly color: boolean;
  readonly verbosity: 0 | 1 | 2;
  readonly layout: Layout;
  /** Whether the page shows paths whole. */
  readonly fullPaths: boolean;
  /** Which options and variables of the target's command line are secrets. */
  readonly redact: readonly string[];
  readonly redactDefaults: boolean;
  /** What makes the command fail if it is found; null: nothing. */
  readonly failOn: FailOn | null;
}

/** `jsonl`: a document a line, each as soon as it is there. `collapsed`, `speedscope`: for flame graphs. */
export const FORMATS = ['text', 'json', 'jsonl', 'collapsed', 'speedscope'] as const;
export type Format = (typeof FORMATS)[number];
export type FlameFormat = Extract<Format, 'collapsed' | 'speedscope'>;

export function isFlame(format: Format): format is FlameFormat {
  return format === 'collapsed' || format === 'speedscope';
}

/** How threads with the same stack are shown. */
export interface Grouping {
  /** As one block; null: when there is more than a screenful. */
  readonly group: boolean | null;
  /** As a tree of their calls. */
  readonly tree: boolean;
  /** Whether calls at other lines are other stacks. */
  readonly byLine: boolean;
}

const UNGROUPED: Grouping = { group: null, tree: false, byLine: false };

const LAYOUTS = ['plain', 'page', 'compat'] as const;

/** `auto`: a page on a terminal, plain text elsewhere. */
export type Layout = 'auto' | 'plain' | 'page' | 'compat';

/** Of errors of the command line itself, which come before it is known what it asks for. */
export function viewBefore(argv: readonly string[]): View {
  return {
    format: argv.includes('--json') || /(^|\0)--format[=\0]json(\0|$)/.test(argv.join('\0')) ? 'json' : 'text',
    html: null,
    grouping: UNGROUPED,
    color: !argv.includes('--no-color'),
    verbosity: argv.some((word) => /^-vv+$/.test(word))
      ? 2
      : argv.some((word) => /^(-v|--verbose)$/.test(word))
        ? 1
        : 0,
    layout: 'auto',
    fullPaths: false,
    redact: [],
    redactDefaults: true,
    failOn: null,
  };
}

/** Throws PystackError `usage` where two options say how it is to be shown. */
export function viewFrom(opts: Opts, globals: Opts, usualLayout: Layout): View {
  const asked = Math.max(Number(opts['verbose'] ?? 0), Number(globals['verbose'] ?? 0));
  return {
    ...writtenAs(opts),
    grouping: {
      group:
        typeof opts['group'] === 'boolean' ? opts['group'] : opts['tree'] === true || opts['byLine'] === true || null,
      tree: opts['tree'] === true,
      byLine: opts['byLine'] === true,
    },
    color: opts['color'] !== false && globals['color'] !== false,
    verbosity: asked >= 2 ? 2 : asked === 1 ? 1 : 0,
    layout: LAYOUTS.find((one) => one === opts['layout']) ?? usualLayout,
    fullPaths: opts['fullPaths'] === true,
    redact: stringsOf(opts['redact']) ?? [],
    redactDefaults: opts['redactDefaults'] !== false,
    failOn: FAIL_ON.find((one) => one === opts['failOn']) ?? null,
  };
}

function writtenAs(opts: Opts): Pick<View, 'format' | 'html'> {
  const html = stringOf(opts['html']);
  const format = FORMATS.find((one) => one === opts['format']);
  const given = [
    ...(opts['json'] === true ? ['--json'] : []),
    ...(opts['jsonl'] === true ? ['--jsonl'] : []),
    ...(format === undefined ? [] : [`--format ${format}`]),
    ...(html === null ? [] : ['--html']),
  ];
  const [first, second] = given;
  if (first !== undefined && second !== undefined && `--format ${first.slice(2)}` !== second) {
    throw new PystackError('usage', `${first} and ${second} were both given`, {
      cause: 'Each says how the result is to be written.',
      nextStep: 'leave one of them out',
    });
  }
  return { format: format ?? (opts['json'] === true ? 'json' : opts['jsonl'] === true ? 'jsonl' : 'text'), html };
}

/** Variables are of one thread each; asked for, they must not be left out in silence. */
export function refuseVariablesOfGroups({ grouping }: View, opts: Opts): void {
  if (grouping.group !== true || opts['locals'] !== true) return;
  throw new PystackError('usage', '--locals cannot be shown in groups', {
    cause: 'Threads of a group have the same stack, and variables of their own.',
    nextStep: 'leave one of them out',
  });
}

/** Whether one process, too, is shown in a way that is made for many. */
export function isOfMany({ format, grouping }: View): boolean {
  return format === 'jsonl' || grouping.group === true;
}
