/**
 * What has whoever writes one kind of value down? The marks for what the tree lacks (`…`) or what is withheld, which are
 * noted here and nowhere else, and how to write the values inside.
 */
import { withMark } from '../../secrets/span.js';
import type { Spelling } from '../layouts/spelling.js';
import type { Secrets } from '../objects/index.js';
import type { Shown, Tree } from '../objects/tree.js';

/** What stands for a value that was withheld. */
const REDACTED = '<redacted>';

/** One value being written, then the next. */
export abstract class Printer {
  readonly spelling: Spelling;
  readonly #secrets: Secrets | null;
  /** Whether something was left out. */
  truncated = false;
  /** Whether something was withheld. */
  redacted = false;

  /** `secrets`: what is withheld by value; null: nothing. */
  constructor(spelling: Spelling, secrets: Secrets | null = null) {
    this.spelling = spelling;
    this.#secrets = secrets;
  }

  /** A value from its beginning. What was noted of the one before is gone. */
  whole(tree: Tree): string {
    this.truncated = false;
    this.redacted = false;
    return this.print(tree);
  }

  /** As {@link whole}, but what `str` says of it: text without quotes. Python 2's bytes are taken for UTF-8. */
  wholeText(tree: Tree): string {
    this.truncated = false;
    this.redacted = false;
    if (this.hides(tree)) return this.withheld();
    if (tree.kind === 'str') return unquoted(tree.text, tree.omitted, tree.points?.length ?? tree.text.length, this);
    if (tree.kind === 'bytes' && tree.of === 'str') {
      return unquoted(Buffer.from(tree.bytes).toString('utf8'), tree.omitted, tree.bytes.length, this);
    }
    return this.print(tree);
  }

  /** As part of the value that is being written. */
  abstract print(tree: Tree): string;

  /** Whether that value is withheld, wherever it stands. */
  protected hides(tree: Tree): boolean {
    return this.#secrets?.hides(tree) ?? false;
  }

  /** What stands for something that is not to be told; notes that there is. */
  withheld(): string {
    this.redacted = true;
    return REDACTED;
  }

  /** Whether a number is one that is withheld elsewhere. */
  isSecret(value: bigint): boolean {
    return this.#secrets?.isText(value.toString()) ?? false;
  }

  /**
   * A text without what is secret in it; null: all of it is. `isCut`: it went on. The same string where there is nothing
   * secret.
   */
  open(text: string, isCut: boolean): string | null {
    const parts = this.#secrets?.partsOf(text, isCut ? 'cut' : 'whole') ?? [];
    const [first] = parts;
    if (first === undefined) return text;
    if (first.start === 0 && first.end === text.length) return null;
    return withMark(text, parts, this.withheld());
  }

  /** Notes that something was left out here. */
  cut(mark: string): string {
    this.truncated = true;
    return mark;
  }

  /** All of `items`, with commas between, and how many more there are. */
  list(items: readonly Tree[], length: number | bigint): string {
    return this.joined(
      items.map((item) => this.print(item)),
      length,
    );
  }

  /** `shown`, and how many more there are. */
  joined(shown: readonly string[], length: number | bigint): string {
    const more = typeof length === 'bigint' ? length - BigInt(shown.length) : length - shown.length;
    if (more <= 0) return shown.join(', ');
    const rest = this.cut(shown.length === 0 ? `… (${more} items)` : `… (${more} more)`);
    return [...shown, rest].join(', ');
  }

  /** What is in a container as `write` has it; `again` if that is being written already; an ellipsis if it lies too deep. */
  around(shown: Shown, open: string, close: string, again: string, write: () => string): string {
    switch (shown) {
      case 'inside':
        return open + write() + close;
      case 'again':
        return again;
      case 'too-deep':
        return this.cut(`${open}…${close}`);
    }
  }
}

function unquoted(text: string, omitted: number | null, count: number, printer: Printer): string {
  const open = printer.open(text, omitted !== 0) ?? printer.withheld();
  if (omitted === 0) return open;
  return printer.cut(omitted === null ? `${open}…` : `${open}… (${count + omitted} characters)`);
}
