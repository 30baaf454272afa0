/** How are locks and weak references written? */
import { formatAddress } from '../../memory/address.js';
import type { SynchronizationTree } from '../objects/tree.js';
import type { Printer } from './printer.js';

export function printSynchronization(tree: SynchronizationTree, printer: Printer): string {
  const at = formatAddress(tree.address);
  switch (tree.kind) {
    case 'lock':
      return `<${tree.locked ? 'locked' : 'unlocked'} ${tree.type} object at ${at}>`;
    case 'rlock': {
      const who = `owner=${tree.owner} count=${tree.count}`;
      return `<${tree.locked ? 'locked' : 'unlocked'} ${tree.type} object ${who} at ${at}>`;
    }
    case 'weakref':
      return tree.proxy ? `<weakproxy at ${at}${proxied(tree, printer)}>` : `<weakref at ${at};${referred(tree)}>`;
  }
}

type Weakref = SynchronizationTree & { readonly kind: 'weakref' };

function referred({ referent }: Weakref): string {
  if (referent === null) return ' dead';
  const { type, address, name } = referent;
  return ` to '${type}' at ${formatAddress(address)}${name === null ? '' : ` (${name})`}`;
}

function proxied({ referent }: Weakref, { spelling }: Printer): string {
  if (referent === null) return '; dead';
  const where = formatAddress(referent.address);
  switch (spelling.typeNames) {
    case 'tp_name':
      return ` to ${referent.type} at ${where}`;
    case 'with-module':
      return `; to '${referent.type}' at ${where}`;
  }
}
