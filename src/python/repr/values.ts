/** How are variables and exceptions told in the result? Each value read becomes one that is written, once. */
import { formatAddress } from '../../memory/address.js';
import type { Value, Variable } from '../../snapshot.js';
import type { Layout } from '../layouts/layout.js';
import { spellingOf } from '../layouts/spelling.js';
import type { ReadValue, ReadVariable, Secrets } from '../objects/index.js';
import { TreePrinter } from './tree-printer.js';

/** Characters of a value that is told by its object as well: worth not being read twice. */
const LONG = 80;

export class ValueWriter {
  readonly #layout: Pick<Layout, 'version'>;
  readonly #secrets: Secrets | null;
  readonly #written = new WeakMap<ReadValue, Value>();
  #made: TreePrinter | null = null;

  /** `secrets`: what is withheld by value. */
  constructor(layout: Pick<Layout, 'version'>, secrets: Secrets | null = null) {
    this.#layout = layout;
    this.#secrets = secrets;
  }

  /** Made when there is a value to write, which in most looks there is not. */
  get #printer(): TreePrinter {
    this.#made ??= new TreePrinter(spellingOf(this.#layout), this.#secrets);
    return this.#made;
  }

  /** Variables of one frame, in their order. */
  variables(read: readonly ReadVariable[]): Variable[] {
    return read.map(({ name, kind, value }) => ({ name, kind, value: this.value(value) }));
  }

  /** A line of source, with stars for what is withheld of the values: its columns stay what they are. */
  source(text: string): string {
    let open = text;
    for (const { start, end } of this.#secrets?.partsOf(text, 'code') ?? []) {
      open = open.slice(0, start) + '*'.repeat(end - start) + open.slice(end);
    }
    return open;
  }

  value(read: ReadValue): Value {
    let value = this.#written.get(read);
    if (!value) {
      value = this.#write(read);
      this.#written.set(read, value);
    }
    return value;
  }

  /** The text that `str` and `repr` of objects and words between them make together; a mark stands for what is not there. */
  message(parts: readonly (string | { readonly as: 'str' | 'repr'; readonly value: ReadValue })[]): {
    readonly text: string;
    readonly truncated: boolean;
    readonly redacted: boolean;
  } {
    let text = '';
    let truncated = false;
    let redacted = false;
    for (const part of parts) {
      if (typeof part === 'string') text += part;
      else {
        const { tree, most } = part.value;
        text += this.#bounded(part.as === 'str' ? this.#printer.wholeText(tree) : this.#printer.whole(tree), most);
        truncated ||= this.#printer.truncated;
        redacted ||= this.#printer.redacted;
      }
    }
    return { text, truncated, redacted };
  }

  /** What was written, of whatever it is made: names, escapes, marks. */
  #bounded(text: string, most: number | undefined): string {
    if (most === undefined || text.length <= most) return text;
    return this.#printer.cut(cutAt(text, most));
  }

  #write({ type, tree, problem, address, most }: ReadValue): Value {
    const printer = this.#printer;
    const repr = this.#bounded(printer.whole(tree), most);
    const { truncated, redacted } = printer;
    const value: Value = { type: type === null ? null : cutAt(type, most), repr, truncated, redacted };
    if (problem !== null) value.problem = problem;
    if (address !== undefined && repr.length >= LONG) value.address = formatAddress(address);
    return value;
  }
}

/** Up to there, and a mark; never half a character. */
function cutAt(text: string, most: number | undefined): string {
  if (most === undefined || text.length <= most) return text;
  const last = text.charCodeAt(most - 1);
  return `${text.slice(0, last >= 0xd800 && last < 0xdc00 ? most - 1 : most)}…`;
}
