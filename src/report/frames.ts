/** How does a walked frame become one of the result? Positions, names and source lines, outermost first. */

import { type Address, formatAddress } from '../memory/address.js';
import type { CodeObject } from '../python/code.js';
import type { FrameWalk } from '../python/frames.js';
import type { Layout } from '../python/layouts/layout.js';
import type { FrameVariables, ReadValue, Secrets } from '../python/objects/index.js';
import { decodePosition } from '../python/positions.js';
import { ValueWriter } from '../python/repr/index.js';
import type { Locals } from '../questions/locals.js';
import type { CodeResult, WalkedFrame } from '../questions/stacks.js';
import type { PythonFrame, Value } from '../snapshot.js';
import type { SourceReader } from './source-lines.js';

/** The same frame with what its variables hold, and why some are missing. */
function withVariables(frame: PythonFrame, variables: FrameVariables, values: ValueWriter): PythonFrame {
  const { problem, omittedLocals } = variables;
  if (problem === null && omittedLocals === 0 && frame.problem === undefined && frame.gap === undefined) {
    // There may be tens of thousands: made in one piece.
    return {
      kind: 'python',
      function: frame.function,
      qualname: frame.qualname,
      file: frame.file,
      line: frame.line,
      endLine: frame.endLine,
      column: frame.column,
      endColumn: frame.endColumn,
      source: frame.source,
      isEntry: frame.isEntry,
      arguments: values.variables(variables.arguments),
      locals: values.variables(variables.locals),
    };
  }
  const whole: PythonFrame = { ...frame };
  if (problem !== null) whole.problem = `its variables cannot be read: ${problem}`;
  whole.arguments = values.variables(variables.arguments);
  whole.locals = values.variables(variables.locals);
  if (omittedLocals !== 0) whole.omittedLocals = omittedLocals;
  return whole;
}

type Shown = Omit<PythonFrame, 'kind' | 'isEntry'>;

/** What all frames at one instruction have in common, entered from C and not; made when first asked for. */
interface Described {
  readonly shown: Shown;
  entry?: PythonFrame;
  inner?: PythonFrame;
}

/** Stacks of one innermost function that are compared with. */
const MOST_STACKS = 16;

interface DescribedStack {
  readonly frames: readonly WalkedFrame[];
  readonly described: PythonFrame[];
}

/**
 * Describes the frames of many threads. Where many stand at the same instruction it is decoded once, and without
 * variables they are one and the same object, and so are whole stacks: what is done for each frame, as writing it, can be
 * done once for all.
 */
export class FrameDescriber {
  readonly #layout: Layout;
  readonly #sources: SourceReader;
  readonly #values: ValueWriter;
  readonly #described = new Map<CodeResult, Map<number, Described>>();
  /** By what the innermost frame runs. */
  readonly #stacks = new Map<CodeResult, readonly DescribedStack[]>();

  /** `secrets`: what is withheld of values; null: none are shown. */
  constructor(layout: Layout, sources: SourceReader, secrets: Secrets | null) {
    this.#layout = layout;
    this.#sources = sources;
    this.#values = new ValueWriter(layout, secrets);
  }

  /** `locals`: what their variables hold; null: not asked for. */
  describe(stack: { readonly frames: readonly WalkedFrame[] }, locals: Locals | null): PythonFrame[] {
    if (locals !== null) return this.#describe(stack, locals);
    const innermost = stack.frames[0]?.ran;
    if (innermost === undefined) return [];
    const known = this.#stacks.get(innermost) ?? [];
    const same = known.find((one) => areSameCalls(one.frames, stack.frames));
    if (same !== undefined) return same.described;
    const described = this.#describe(stack, null);
    if (known.length < MOST_STACKS) this.#stacks.set(innermost, [...known, { frames: stack.frames, described }]);
    return described;
  }

  #describe(stack: { readonly frames: readonly WalkedFrame[] }, locals: Locals | null): PythonFrame[] {
    const frames: PythonFrame[] = [];
    for (let i = stack.frames.length - 1; i >= 0; i--) {
      const frame = stack.frames[i];
      if (!frame) continue;
      const plain = plainFrame(this.#at(frame), frame.isEntry);
      // Most are one object for many threads: that one stays as it is.
      const described = frame.gap === undefined ? plain : { ...plain, gap: frame.gap };
      const variables = locals?.get(frame.address);
      frames.push(variables ? withVariables(described, variables, this.#values) : described);
    }
    return frames;
  }

  /** An exception, as it is shown. */
  exception(exception: ReadValue): Value {
    return this.#values.value(exception);
  }

  /** A call that is over, `lasti` in it. `line`: as who tells of it has it; null: it is where `lasti` is. */
  past(code: Address, ran: CodeResult, lasti: number, line: number | null): PythonFrame {
    const frame = plainFrame(this.#at({ code, ran, lasti }), false);
    if (line === null || frame.column !== null || frame.line === line || !('code' in ran)) return frame;
    const source = this.#sources.lineAt(frame.file, { line, endLine: null, column: null, endColumn: null });
    return { ...frame, line, endLine: null, source: source && { ...source, text: this.#values.source(source.text) } };
  }

  #at(frame: Pick<WalkedFrame, 'code' | 'ran' | 'lasti' | 'foreign'>): Described {
    const { ran, lasti, foreign } = frame;
    // Frames with a line of their own are told apart by that.
    const key = foreign?.line ? -1 - foreign.line : lasti;
    let instructions = this.#described.get(ran);
    if (!instructions) {
      instructions = new Map();
      this.#described.set(ran, instructions);
    }
    let described = instructions.get(key);
    if (!described) {
      described = {
        shown: 'problem' in ran ? this.#remains(frame, ran) : this.#show(lasti, ran.code, foreign?.line ?? null),
      };
      instructions.set(key, described);
    }
    return described;
  }

  /** Of a code object that cannot be read, or not whole. */
  #remains(
    { code, lasti }: Pick<WalkedFrame, 'code' | 'lasti'>,
    { problem, left }: Extract<CodeResult, { readonly problem: string }>,
  ): Shown {
    const unknown = unreadable({ code }, problem);
    if (left === undefined) return unknown;
    const { name, qualname, file, firstLine, lineTable } = left;
    const named = { ...unknown, function: name ?? unknown.function, qualname, file: file ?? unknown.file, problem };
    if (lineTable === null) return named;
    const position = decodePosition(this.#layout.PyCodeObject.positions, { firstLine, lineTable }, lasti);
    const source = file === null ? null : this.#sources.lineAt(file, position);
    return { ...named, ...position, source: source && { ...source, text: this.#values.source(source.text) } };
  }

  #show(lasti: number, code: CodeObject, ownLine: number | null): Shown {
    const table = decodePosition(this.#layout.PyCodeObject.positions, code, lasti);
    // A generator of 3.10 begins with an instruction that has no line of its own: it has only just been entered.
    const justEntered = lasti === 0 && table.line === null;
    const position =
      ownLine !== null
        ? { line: ownLine, endLine: ownLine, column: null, endColumn: null }
        : justEntered
          ? { ...table, line: code.firstLine, endLine: code.firstLine }
          : table;
    const source = this.#sources.lineAt(code.file, position);
    return {
      function: code.name,
      qualname: code.qualname,
      file: code.file,
      ...position,
      source: source && { ...source, text: this.#values.source(source.text) },
    };
  }
}

/** Whether they are shown the same. */
function areSameCalls(some: readonly WalkedFrame[], others: readonly WalkedFrame[]): boolean {
  if (some.length !== others.length) return false;
  for (let i = 0; i < some.length; i++) {
    const one = some[i];
    const other = others[i];
    if (one === undefined || other === undefined || one.ran !== other.ran || one.lasti !== other.lasti) return false;
    if (one.isEntry !== other.isEntry || one.gap !== other.gap || one.foreign !== other.foreign) return false;
  }
  return true;
}

function plainFrame(described: Described, isEntry: boolean): PythonFrame {
  if (isEntry) {
    described.entry ??= { kind: 'python', ...described.shown, isEntry };
    return described.entry;
  }
  described.inner ??= { kind: 'python', ...described.shown, isEntry };
  return described.inner;
}

function unreadable(frame: Pick<FrameWalk, 'code'>, problem: string): Shown {
  return {
    function: `<code object at ${formatAddress(frame.code)}>`,
    qualname: null,
    file: '<unknown>',
    line: null,
    endLine: null,
    column: null,
    endColumn: null,
    source: null,
    problem: `its code object cannot be read: ${problem}`,
  };
}
