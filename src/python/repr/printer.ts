/**
 * How does Python write a value down? A tree becomes the text that its `repr` would be. Pure: nothing is read here. What
 * the tree lacks leaves a mark (`…`), and that it does is noted here and nowhere else; so is what was withheld.
 */
import { formatAddress } from '../../memory/address.js';
import type { Spelling } from '../layouts/spelling.js';
import type { Secrets } from '../objects/index.js';
import type { Shown, StrTree, Tree } from '../objects/tree.js';
import { printArray } from './arrays.js';
import { printContainer } from './containers.js';
import { printInstance, printRecord } from './instances.js';
import { printLibrary } from './library.js';
import { printNumber } from './numbers.js';
import { printProgram } from './program.js';
import { printSynchronization } from './references.js';
import { printText } from './texts.js';
import { printTime } from './times.js';
import { printTyping } from './typing-forms.js';

/** What stands for a value that was withheld. */
const REDACTED = '<redacted>';

interface Written {
  readonly text: string;
  readonly truncated: boolean;
  readonly redacted: boolean;
}

/** One value being written, then the next. */
export class Printer {
  readonly spelling: Spelling;
  readonly #secrets: Secrets | null;
  readonly #strings = new Map<StrTree, Written>();
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
    if (this.#secrets?.hides(tree)) return this.withheld();
    if (tree.kind === 'str') return unquoted(tree.text, tree.omitted, tree.points?.length ?? tree.text.length, this);
    if (tree.kind === 'bytes' && tree.of === 'str') {
      return unquoted(Buffer.from(tree.bytes).toString('utf8'), tree.omitted, tree.bytes.length, this);
    }
    return this.print(tree);
  }

  print(tree: Tree): string {
    if (this.#secrets?.hides(tree)) return this.withheld();
    switch (tree.kind) {
      case 'constant':
        return tree.name;
      case 'bool':
      case 'int':
      case 'cut-int':
      case 'float':
      case 'complex':
      case 'decimal':
        return printNumber(tree, this);
      case 'str':
        return this.#once(tree);
      case 'bytes':
      case 'bytearray':
      case 'memoryview':
      case 'buffer':
        return printText(tree, this);
      case 'list':
      case 'tuple':
      case 'set':
      case 'deque':
      case 'dict':
      case 'ordered-dict':
      case 'counter':
      case 'defaultdict':
      case 'dict-view':
      case 'mapping-proxy':
        return printContainer(tree, this);
      case 'record':
        return printRecord(tree, this);
      case 'instance':
      case 'subclass':
      case 'enum-member':
      case 'global-name':
      case 'global-value':
      case 'opaque':
        return printInstance(tree, this);
      case 'date':
      case 'datetime':
      case 'time':
      case 'timedelta':
      case 'timezone':
      case 'zoneinfo':
      case 'timestamp':
      case 'long-timedelta':
        return printTime(tree, this);
      case 'array':
      case 'ndarray':
      case 'numpy-scalar':
        return printArray(tree, this);
      case 'uuid':
      case 'path':
      case 'call':
      case 'pattern':
      case 'match':
      case 'file':
        return printLibrary(tree, this);
      case 'type-name':
      case 'alias':
      case 'union':
      case 'annotated':
        return printTyping(tree, this);
      case 'lock':
      case 'rlock':
      case 'weakref':
        return printSynchronization(tree, this);
      case 'null':
        return '<NULL>';
      case 'unbound':
        return '<unbound>';
      case 'not-kept':
        return '<not kept in the frame>';
      case 'unreadable':
        return `<invalid object at ${formatAddress(tree.address)}: ${tree.reason}>`;
      case 'redacted':
        return this.withheld();
      case 'cut':
        return this.cut('…');
      default:
        return printProgram(tree, this);
    }
  }

  /** The same string is met again and again: it is written once. */
  #once(tree: StrTree): string {
    let written = this.#strings.get(tree);
    if (!written) {
      const { truncated, redacted } = this;
      this.truncated = false;
      this.redacted = false;
      written = { text: printText(tree, this), truncated: this.truncated, redacted: this.redacted };
      this.#strings.set(tree, written);
      this.truncated = truncated;
      this.redacted = redacted;
    }
    this.truncated ||= written.truncated;
    this.redacted ||= written.redacted;
    return written.text;
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
    let open = '';
    let at = 0;
    for (const { start, end } of parts) {
      open += text.slice(at, start) + this.withheld();
      at = end;
    }
    return open + text.slice(at);
  }

  /** Notes that something was left out here. */
  cut(mark: string): string {
    this.truncated = true;
    return mark;
  }

  /** All of `items`, with commas between, and how many more there are. */
  list(items: readonly Tree[], length: number): string {
    return this.joined(
      items.map((item) => this.print(item)),
      length,
    );
  }

  /** `shown`, and how many more there are. */
  joined(shown: readonly string[], length: number): string {
    const more = length - shown.length;
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
