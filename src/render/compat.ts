/**
 * How would the Python pystack 1.7 have laid this out? Line for line, for programs that were made for its text: the
 * kernel's names of threads, functions without their class, only its own words between the brackets, nothing added.
 * What differs nevertheless, and why, stands in docs/coming-from-pystack.md.
 */
import type { CoreInfo, Frame, LooseStack, NativeFrame, PythonFrame, Snapshot, Thread, Variable } from '../snapshot.js';
import { harmless, harmlessSource } from './escape.js';
import { interpreterName } from './interpreter-text.js';
import { type Palette, PLAIN } from './palette.js';
import { variableText } from './shown-values.js';

export interface CompatOptions {
  readonly palette?: Palette;
  /** Whether the caller named the executable of the core (then it is not announced). */
  readonly executableGiven?: boolean;
}

/** The whole text in pieces, about one a thread. */
export function* compatPieces(snapshot: Snapshot, options: CompatOptions = {}): Generator<string> {
  const palette = options.palette ?? PLAIN;
  if (snapshot.core) yield coreText(snapshot, snapshot.core, palette, options.executableGiven ?? false);
  yield* interpreterPieces(snapshot, palette);
  for (const other of snapshot.others ?? []) {
    yield `\nAnother interpreter in this process: ${interpreterName(other)}\n\n`;
    yield* interpreterPieces(other, palette);
  }
}

/** The threads of one interpreter. */
function* interpreterPieces(snapshot: Snapshot, palette: Palette): Generator<string> {
  const interpreters = new Set(snapshot.threads.map(({ interpreterId }) => interpreterId).filter((id) => id !== null));
  const showInterpreter = interpreters.size > 1;
  let previous: Thread | null = null;
  for (const thread of snapshot.threads) {
    const continues = previous !== null && thread.tid !== null && thread.tid === previous.tid;
    const separator = previous === null || continues ? '' : '\n';
    yield `${separator}${threadLines(thread, palette, showInterpreter, continues, snapshot).join('\n')}\n`;
    previous = thread;
  }
  const isMore = previous !== null;
  for (const [i, stack] of (snapshot.looseStacks ?? []).entries()) {
    yield `${isMore || i > 0 ? '\n' : ''}${looseLines(stack, palette).join('\n')}\n`;
  }
}

/** It knows nothing of the kind: a thread whose id is not known is 0 to it, and what stands in the place of a name may be anything. */
function looseLines({ frames }: LooseStack, palette: Palette): string[] {
  const heading = 'Traceback for thread 0 (found in memory, thread not known) [] (most recent call last):';
  return [heading, ...frames.flatMap((frame) => pythonLines(frame, palette))];
}

function threadLines(
  thread: Thread,
  palette: Palette,
  showInterpreter: boolean,
  continues: boolean,
  { python, core }: Snapshot,
): string[] {
  const tid = thread.tid ?? 0;
  const status = `[${words(thread).join(',')}]`;
  if (thread.frames.length === 0 && thread.nativeEnding === null && !showInterpreter) {
    return [`The frame stack for thread ${tid} is empty`];
  }
  const lines: string[] = [];
  const label = thread.osName ?? core?.fname ?? null;
  const name = label === null || label === '' ? ' ' : ` (${harmless(label)}) `;
  if (!continues) {
    lines.push(`Traceback for thread ${tid}${name}${showInterpreter ? '' : `${status} `}(most recent call last):`);
  }
  if (showInterpreter) lines.push(`  ${interpreterText(thread.interpreterId)} ${status}`);
  const shown = thread.frames.filter((frame) => frame.kind === 'python' || !isHidden(frame, python));
  return [...lines, ...shown.flatMap((frame) => frameLines(frame, palette, core !== null))];
}

/** Without native stacks it does not know who waits for the GIL; who collects, it tells of the holder alone. */
function words(thread: Thread): string[] {
  const found: string[] = [];
  if (thread.tid === null || thread.status === 'terminated') found.push('Thread terminated');
  const native = thread.nativeEnding !== null;
  if (thread.gil === 'holding') found.push('Has the GIL');
  else if (native && thread.gil === 'waiting') found.push('Waiting for the GIL');
  else if (native && thread.gil === 'dropping') found.push('Dropping the GIL');
  if (thread.gc === true && (native || thread.gil === 'holding')) found.push('Garbage collecting');
  return found;
}

/** Beginnings of names of what it takes for the interpreter's own plumbing. */
const HIDDEN = [
  'PyEval',
  '_PyEval',
  '_Py',
  '_TAIL_CALL_',
  'PyObject_Call',
  'call_function',
  'classmethoddescr_call',
  'cmpwrapper_call',
  'fast_function',
  'function_call',
  'instance_call',
  'instancemethod_call',
  'methoddescr_call',
  'proxy_call',
  'slot_tp_call',
  'type_call',
  'weakref_call',
  'wrap_call',
  'wrapper_call',
  'wrapperdescr_call',
  'do_call_core',
];

function isHidden({ symbol }: NativeFrame, python: Snapshot['python']): boolean {
  if (symbol === null) return false;
  if (HIDDEN.some((beginning) => symbol.startsWith(beginning))) return true;
  // Vectorcall came with 3.8.
  const hasVectorcall = python !== null && !['2.7', '3.6', '3.7'].includes(`${python.major}.${python.minor}`);
  return hasVectorcall && symbol.toLowerCase().includes('vectorcall');
}

function interpreterText(id: number | null): string {
  if (id === null) return 'Not currently attached to any interpreter';
  return id === 0 ? 'In the main interpreter' : `In interpreter ${id}`;
}

function frameLines(frame: Frame, palette: Palette, ofCore: boolean): string[] {
  return frame.kind === 'python' ? pythonLines(frame, palette) : [nativeLine(frame, palette, ofCore)];
}

function pythonLines(frame: PythonFrame, palette: Palette): string[] {
  const lines = [
    `    ${palette.python('(Python)')} File "${harmless(frame.file)}", line ${frame.line ?? 0}, in ${palette.name(harmless(frame.function))}`,
  ];
  // It reads the file as it is now, and looks at nothing else.
  if (frame.source) lines.push(`        ${sourceText(frame, palette)}`);
  lines.push(...variableLines('Arguments:', frame.arguments ?? [], palette));
  lines.push(...variableLines('Locals:', frame.locals ?? [], palette));
  return lines;
}

function sourceText({ source }: PythonFrame, palette: Palette): string {
  if (!source) return '';
  const { text, start, end } = source;
  const first = text.length - text.trimStart().length;
  const last = text.trimEnd().length;
  if (start === null) return harmlessSource(text.slice(first, last));
  const from = Math.min(Math.max(start, first), last);
  const to = Math.min(Math.max(end ?? last, from), last);
  const marked = to > from ? palette.executing(harmlessSource(text.slice(from, to))) : '';
  return harmlessSource(text.slice(first, from)) + marked + harmlessSource(text.slice(to, last));
}

function variableLines(heading: string, variables: readonly Variable[], palette: Palette): string[] {
  if (variables.length === 0) return [];
  const lines = variables.map(({ name, value }) => `        ${harmless(name)}: ${variableText(value)}`);
  return [`      ${palette.faint(heading)}`, ...lines];
}

/** Of cores it has libraries by their names alone. */
function nativeLine(frame: NativeFrame, palette: Palette, ofCore: boolean): string {
  const path = frame.library ?? '???';
  const symbol = palette.name(harmless(frame.symbol ?? '???')) + (frame.inlined ? ' (inlined)' : '');
  // Of a core, a module goes by its file's name without folders.
  const module = ofCore ? (path.split('/').at(-1) ?? path) : path;
  const library = palette.faint(harmless(module));
  const file = frame.file ?? (frame.symbol === null ? module : '???');
  return `    ${palette.native('(C)')} File "${harmless(file)}", line ${frame.line ?? 0}, in ${symbol} (${library})`;
}

function coreText(snapshot: Snapshot, core: CoreInfo, palette: Palette, executableGiven: boolean): string {
  const shown = (value: string | number | null) => palette.python(value === null ? 'None' : harmless(String(value)));
  const lines: string[] = [];
  if (!executableGiven && core.executable !== null) {
    lines.push(`Using executable found in the core file: ${harmless(core.executable)}`);
  }
  lines.push(
    '',
    palette.native('Core file information:'),
    // It asks whether a list of one is empty.
    `state: ${shown(core.state)} zombie: ${shown('True')} niceness: ${shown(core.nice)}`,
    `pid: ${shown(snapshot.pid)} ppid: ${shown(core.ppid)} sid: ${shown(core.sid)}`,
    `uid: ${shown(core.uid)} gid: ${shown(core.gid)} pgrp: ${shown(core.pgrp)}`,
    `executable: ${shown(core.fname)} arguments: ${shown(core.psargs)}`,
    '',
    endLine(core, palette),
    '',
  );
  return lines.join('\n');
}

/** Faults with an address are segmentation faults to it, whatever the signal. */
function endLine({ signal, onDemand }: CoreInfo, palette: Palette): string {
  const address = signal?.faultAddress ?? null;
  if (signal !== null && address !== null && Number(address) !== 0) {
    return `${palette.name('The process died due a segmentation fault accessing address: ')}${palette.alarm(address)}`;
  }
  if (signal === null && !onDemand) {
    return palette.name('The core file seems to have been generated on demand (the process did not crash)');
  }
  // A debugger stops what it saves, and the signal of that stop is what it reads there.
  const name = signal?.name ?? 'SIGSTOP';
  const sender = signal?.senderPid ? ` sent by pid ${palette.alarm(String(signal.senderPid))}` : '';
  return palette.name(`The process died due receiving signal ${palette.alarm(name)}${sender}`);
}
