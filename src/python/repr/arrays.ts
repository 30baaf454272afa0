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
    case 'ndarray':
      return printNdarray(tree, printer);
    case 'numpy-scalar':
      return printScalar(tree, printer);
    case 'dtype':
      return `dtype(${tree.name})`;
  }
}

type Of<Kind extends ArrayTree['kind']> = Extract<ArrayTree, { readonly kind: Kind }>;

function printNdarray({ type, address, dtype, shape, items, length, shown }: Of<'ndarray'>, printer: Printer): string {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const head = `<${type} at ${formatAddress(address)} dtype=${dtype} shape=${tuple}`;
  if (shown !== 'inside') return printer.cut(`${head}>`);
  if (items === null) return `${head}>`;
  // Of no dimension there is one value, not a list of one.
  const [only] = items;
  if (shape.length === 0 && only !== undefined) return `${head}: ${printer.print(only)}>`;
  return `${head}: [${printer.list(items, length)}]>`;
}

function printScalar({ name, form, value, more }: Of<'numpy-scalar'>, printer: Printer): string {
  const written = printer.print(value);
  const behind = more === null ? '' : more.startsWith("'") ? `,${more}` : `, ${more}`;
  switch (form) {
    case 'bool':
      return name === 'np.bool' || name === 'np.bool_' ? `np.${written}_` : `${name}(${written})`;
    case 'bare-complex':
      return `${name}(${written.replace(/^\((.*)\)$/, '$1')})`;
    case 'quoted':
      return `${name}('${written}')`;
    case 'value':
      return `${name}(${written}${behind})`;
  }
}
