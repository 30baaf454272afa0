/** How are numbers written? */
import type { NumberTree } from '../objects/tree.js';
import { decodeComplexRepr, decodeFloatRepr } from './number-repr.js';
import type { Printer } from './printer.js';

export function printNumber(tree: NumberTree, printer: Printer): string {
  switch (tree.kind) {
    case 'bool':
      return tree.value ? 'True' : 'False';
    case 'int':
      if (printer.isSecret(tree.value)) return printer.withheld();
      return tree.long ? `${tree.value}L` : tree.value.toString();
    case 'cut-int':
      return printer.cut(`${tree.leading}… (${tree.about ? 'about ' : ''}${tree.digits} digits)`);
    case 'float':
      return decodeFloatRepr(tree.value);
    case 'complex':
      return decodeComplexRepr(tree.real, tree.imag);
    case 'long-float':
      return tree.text;
    case 'decimal':
      return `Decimal('${tree.digits === null ? tree.text : printer.cut(`${tree.text}… (${tree.digits} digits)`)}')`;
  }
}
