/**
 * How does Python write a value down? A tree becomes the text that its `repr` would be. Pure: nothing is read here. Each
 * kind of value has its file.
 */
import { formatAddress } from '../../memory/address.js';
import type { StrTree, Tree } from '../objects/tree.js';
import { printArray } from './arrays.js';
import { printContainer } from './containers.js';
import { printInstance, printRecord } from './instances.js';
import { printLibrary } from './library.js';
import { printNumber } from './numbers.js';
import { Printer } from './printer.js';
import { printProgram } from './program.js';
import { printSynchronization } from './references.js';
import { printText } from './texts.js';
import { printTime } from './times.js';
import { printTyping } from './typing-forms.js';

interface Written {
  readonly text: string;
  readonly truncated: boolean;
  readonly redacted: boolean;
}

export class TreePrinter extends Printer {
  readonly #strings = new Map<StrTree, Written>();

  override print(tree: Tree): string {
    if (this.hides(tree)) return this.withheld();
    switch (tree.kind) {
      case 'constant':
        return tree.name;
      case 'bool':
      case 'int':
      case 'cut-int':
      case 'float':
      case 'complex':
      case 'long-float':
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
      case 'moment':
      case 'long-timedelta':
        return printTime(tree, this);
      case 'array':
      case 'ndarray':
      case 'numpy-scalar':
      case 'dtype':
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
        return `<invalid ${tree.type ?? 'object'} at ${formatAddress(tree.address)}: ${tree.reason}>`;
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
}
