/** How are arrays written: `array.array`, numpy's? */
import { formatAddress } from '../../memory/address.js';
import type { ArrayTree } from '../objects/tree.js';
import type { Printer } from './printer.js';

export function printArray(tree: ArrayTree, printer: Printer): string {
  switch (tree.kind) {
    case 'array': {
      const { name, code, text, items, length } = tree;
      if (length === 0) return `${name}('${code}')`;
      return `${name}('${code}', ${text === null ? `[${printer.list(items, length)}]` : printer.print(text)})`;
    }
    case 'ndarray': {
      const { type, address, dtype, shape, items, length, shown } = tree;
      const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
      const head = `<${type} at ${formatAddress(address)} dtype=${dtype} shape=${tuple}`;
      if (shown === 'too-deep') return printer.cut(`${head}>`);
      return items === null ? `${head}>` : `${head}: [${printer.list(items, length)}]>`;
    }
    case 'numpy-scalar':
      return `np.${tree.type}(${printer.print(tree.value)})`;
  }
}
