/** How are lists, tuples, dicts, sets and their relatives written? */
import type { ContainerTree, Entries } from '../objects/tree.js';
import type { Printer } from './printer.js';

export function printContainer(tree: ContainerTree, printer: Printer): string {
  switch (tree.kind) {
    case 'list':
      return printer.around(tree.shown, '[', ']', '[...]', () => printer.list(tree.items, tree.length));
    case 'tuple':
      return printer.around(tree.shown, '(', ')', '(...)', () => {
        const shown = printer.list(tree.items, tree.length);
        return tree.length === 1 && tree.items.length === 1 ? `${shown},` : shown;
      });
    case 'set':
      return printSet(tree, printer);
    case 'deque': {
      const limit = tree.maxlen === null ? '' : `, maxlen=${tree.maxlen}`;
      return printer.around(tree.shown, `${tree.name}([`, `]${limit})`, '[...]', () =>
        printer.list(tree.items, tree.length),
      );
    }
    case 'dict':
      return printer.around(tree.shown, '{', '}', '{...}', () => pairs(tree, printer));
    case 'ordered-dict':
      return printOrderedDict(tree, printer);
    case 'counter':
      if (tree.length === 0) return `${tree.name}()`;
      return printer.around(tree.shown, `${tree.name}({`, '})', `${tree.name}(...)`, () => pairs(tree, printer));
    case 'defaultdict': {
      const made = tree.factory === null ? 'None' : printer.print(tree.factory);
      return `${tree.name}(${made}, ${printer.print(tree.dict)})`;
    }
    case 'dict-view':
      return printView(tree, printer);
    case 'mapping-proxy':
      return `${tree.name}(${printer.print(tree.mapping)})`;
  }
}

function printSet({ name, literal, items, length, shown }: ContainerTree & { kind: 'set' }, printer: Printer): string {
  const old = printer.spelling.python === 2;
  if (length === 0) return old ? `${name}([])` : `${name}()`;
  const [open, close] = literal ? ['{', '}'] : old ? [`${name}([`, '])'] : [`${name}({`, '})'];
  return printer.around(shown, open, close, `${name}(...)`, () => printer.list(items, length));
}

function printOrderedDict(tree: ContainerTree & { kind: 'ordered-dict' }, printer: Printer): string {
  const { name, length, shown } = tree;
  if (length === 0) return `${name}()`;
  switch (printer.spelling.OrderedDict) {
    case 'dict':
      return printer.around(shown, `${name}({`, '})', '...', () => pairs(tree, printer));
    case 'pairs':
      return printer.around(shown, `${name}([`, '])', '...', () => tuples(tree, printer));
  }
}

function printView(tree: ContainerTree & { kind: 'dict-view' }, printer: Printer): string {
  return printer.around(tree.shown, `${tree.name}([`, '])', '...', () => {
    switch (tree.of) {
      case 'keys':
        return printer.list(
          tree.items.map(([key]) => key),
          tree.length,
        );
      case 'values':
        return printer.list(
          tree.items.map(([, value]) => value),
          tree.length,
        );
      case 'items':
        return tuples(tree, printer);
    }
  });
}

/** `key: value`, … */
function pairs({ items, length }: Entries, printer: Printer): string {
  return printer.joined(
    items.map(([key, value]) => `${printer.print(key)}: ${printer.print(value)}`),
    length,
  );
}

/** `(key, value)`, … */
function tuples({ items, length }: Entries, printer: Printer): string {
  return printer.joined(
    items.map(([key, value]) => `(${printer.print(key)}, ${printer.print(value)})`),
    length,
  );
}
