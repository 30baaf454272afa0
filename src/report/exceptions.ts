/** How do the exceptions of a thread become those of the result? Their messages written, their tracebacks placed in files. */
import { formatAddress } from '../memory/address.js';
import type { ReadException, ReadMessage, ReadNotes, ReadSyntax, ReadTraceback } from '../python/exceptions/answers.js';
import type { Layout } from '../python/layouts/layout.js';
import type { ReadValue, Secrets } from '../python/objects/index.js';
import { ValueWriter } from '../python/repr/index.js';
import type { CodeResult } from '../questions/stacks.js';
import type { ThreadExceptions } from '../questions/thread-exceptions.js';
import type { ExceptionInfo, ExceptionNote, PythonFrame, SyntaxInfo, ThreadException } from '../snapshot.js';
import type { FrameDescriber } from './frames.js';

type Codes = ThreadExceptions['codes'];

const NOT_DECODED: CodeResult = { problem: 'it was not decoded' };

export class ExceptionDescriber {
  readonly #frames: FrameDescriber;
  readonly #values: ValueWriter;

  /** `secrets`: what is withheld of messages. */
  constructor(frames: FrameDescriber, layout: Layout, secrets: Secrets) {
    this.#frames = frames;
    this.#values = new ValueWriter(layout, secrets);
  }

  /** Null: they are not known. */
  describe(answered: ThreadExceptions | null): ThreadException[] | null {
    if (answered === null) return null;
    const { exceptions, codes } = answered;
    return exceptions.map(({ state, exception }) => ({ state, exception: this.#exception(exception, codes) }));
  }

  #exception(read: ReadException, codes: Codes): ExceptionInfo {
    const { type, address, message, traceback, notes, cause, context, suppressContext, group, left } = read;
    const told = this.#message(message);
    const whole: ExceptionInfo = {
      type,
      address: formatAddress(address),
      message: left === null ? told.text : null,
      args: told.args,
      attributes: told.attributes,
      truncated: told.truncated,
      redacted: told.redacted,
      traceback: this.#traceback(traceback, codes),
      syntax: read.syntax && this.#syntax(read.syntax),
      notes: this.#notes(notes),
      omittedNotes: notes?.omitted ?? 0,
      cause: cause && this.#exception(cause, codes),
      context: context && this.#exception(context, codes),
      suppressContext,
      exceptions: group?.exceptions.map((each) => this.#exception(each, codes)) ?? null,
      omittedExceptions: group?.omitted ?? 0,
      left,
    };
    const problem = read.problem ?? (traceback.problem && `its traceback ends early: ${traceback.problem}`);
    if (problem !== null) whole.problem = problem;
    return whole;
  }

  #message(message: ReadMessage) {
    const none = { text: null, args: null, attributes: null, truncated: false, redacted: false };
    if (message.kind === 'parts') return { ...none, ...this.#values.message(message.parts) };
    const value = (read: ReadValue | null) => read && this.#values.value(read);
    return { ...none, args: value(message.args), attributes: value(message.attributes) };
  }

  #traceback({ entries }: ReadTraceback, codes: Codes): PythonFrame[] {
    return entries.map(({ code, lasti, line }) => {
      const frame = this.#frames.past(code, codes.get(code) ?? NOT_DECODED, lasti, line);
      const { source } = frame;
      // What a message withholds may stand in the line that made it.
      return source === null ? frame : { ...frame, source: { ...source, text: this.#values.source(source.text) } };
    });
  }

  #notes(notes: ReadNotes | null): ExceptionNote[] {
    return (notes?.notes ?? []).map((note) => {
      const { text, args } = this.#message(note);
      return { text, value: args };
    });
  }

  #syntax(syntax: ReadSyntax): SyntaxInfo {
    const text = (read: ReadValue | null) => read && this.#values.message([{ as: 'str', value: read }]).text;
    return {
      message: text(syntax.msg),
      file: text(syntax.filename),
      line: syntax.lineno,
      offset: syntax.offset,
      endLine: syntax.endLineno,
      endOffset: syntax.endOffset,
      text: text(syntax.text),
    };
  }
}
