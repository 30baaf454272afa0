/** How are types made of types written: `list[int]`, `int | None`, `typing.Optional[str]`? */
import type { TypingTree } from '../objects/tree.js';
import type { Printer } from './printer.js';

export function printTyping(tree: TypingTree, printer: Printer): string {
  switch (tree.kind) {
    case 'type-name':
      return tree.name;
    case 'alias':
      return printAlias(tree, printer);
    case 'union':
      return printer.around(tree.shown, '', '', '...', () => {
        const shown = tree.items.map((item) => printer.print(item));
        if (shown.length < tree.length) shown.push(printer.cut('…'));
        return shown.join(' | ');
      });
    case 'annotated':
      return printer.around(tree.shown, 'typing.Annotated[', ']', '...', () => {
        const origin = tree.origin === null ? '' : printer.print(tree.origin);
        return `${origin}, ${printer.list(tree.items, tree.length)}`;
      });
  }
}

function printAlias({ form, head, items, length, shown }: TypingTree & { kind: 'alias' }, printer: Printer): string {
  const name = head === null ? 'typing.Optional' : printer.print(head);
  return printer.around(shown, `${name}[`, ']', '...', () => {
    switch (form) {
      case 'optional':
        return items.map((item) => printer.print(item)).join();
      case 'callable': {
        const parts = items.map((item) => printer.print(item));
        return `[${parts.slice(0, -1).join(', ')}], ${parts.at(-1)}`;
      }
      case 'plain':
        return length === 0 ? '()' : printer.list(items, length);
    }
  });
}
