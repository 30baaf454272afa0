/** How are instances of classes, records and members of enumerations written? */
import { formatAddress } from '../../memory/address.js';
import type { Field, InstanceTree, RecordTree } from '../objects/tree.js';
import type { Printer } from './printer.js';

/** What stands for a record inside itself. */
function again({ form, name }: RecordTree): string {
  switch (form) {
    case 'namedtuple':
    case 'struct-sequence':
      return '(...)';
    case 'dataclass':
      return '...';
    case 'namespace':
      return `${name}(...)`;
  }
}

export function printRecord(tree: RecordTree, printer: Printer): string {
  const { form, name, fields, length, shown } = tree;
  if (form === 'namedtuple' && length === 0) return `${name}()`;
  return printer.around(shown, `${name}(`, ')', again(tree), () => {
    const written = assignments(fields, printer);
    const more = length - written.length;
    // A dataclass may have been shown without any field that is set.
    if (form !== 'dataclass' || more <= 0) return printer.joined(written, length);
    return [...written, printer.cut(`… (${more} more)`)].join(', ');
  });
}

/** `name=value`; what has no name by its value alone. */
export function assignments(fields: readonly Field[], printer: Printer): string[] {
  return fields.map(({ name, key, value }) => {
    if (name !== null) return `${name}=${printer.print(value)}`;
    return key === undefined ? printer.print(value) : `${printer.print(key)}=${printer.print(value)}`;
  });
}

export function printInstance(tree: InstanceTree, printer: Printer): string {
  switch (tree.kind) {
    case 'instance': {
      const head = `<${tree.type} ${tree.classic ? 'instance at' : 'at'} ${formatAddress(tree.address)}`;
      if (tree.attributes === null) return printer.cut(`${head}>`);
      const shown = assignments(tree.attributes, printer);
      if (!tree.complete) shown.push(printer.cut('…'));
      return shown.length === 0 ? `${head}>` : `${head}: ${shown.join(', ')}>`;
    }
    case 'subclass':
      return printSubclass(tree, printer);
    case 'enum-member': {
      const name = tree.name === null ? tree.type : `${tree.type}.${tree.name}`;
      return `<${name}: ${printer.print(tree.value)}>`;
    }
    case 'global-name':
      return tree.name;
    case 'global-value':
      return `${tree.name}(${printer.print(tree.value)})`;
    case 'opaque': {
      const head = `<${tree.type} object at ${formatAddress(tree.address)}`;
      const shown = assignments(tree.attributes, printer);
      if (!tree.complete) shown.push(printer.cut('…'));
      return shown.length === 0 ? `${head}>` : `${head}: ${shown.join(', ')}>`;
    }
  }
}

/** `Name(what it inherits, attribute=…)`; what it inherits goes by that name already where it has one. */
function printSubclass(tree: InstanceTree & { kind: 'subclass' }, printer: Printer): string {
  const { name, inherited, attributes, complete } = tree;
  const written = printer.print(inherited);
  const shown = assignments(attributes, printer);
  if (!complete) shown.push(printer.cut('…'));
  const isNamed = written.startsWith(`${name}(`) || inherited.kind === 'ndarray';
  if (isNamed && shown.length === 0) return written;
  return `${name}(${[written, ...shown].join(', ')})`;
}
