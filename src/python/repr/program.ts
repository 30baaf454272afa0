/** How are functions, methods, classes, modules and other parts of a program written? By name. */
import { formatAddress } from '../../memory/address.js';
import type { GeneratorTree, ProgramTree } from '../objects/tree.js';
import { assignments } from './instances.js';
import type { Printer } from './printer.js';

export function printProgram(tree: ProgramTree, printer: Printer): string {
  switch (tree.kind) {
    case 'plain':
      return `'${tree.text}'`;
    case 'function':
      return `<function ${tree.name} at ${formatAddress(tree.address)}>`;
    case 'method':
      return printMethod(tree, printer);
    case 'builtin': {
      if (tree.owner === null) return `<built-in function ${tree.name}>`;
      const { type, address } = tree.owner;
      return `<built-in method ${tree.name} of ${type} object at ${formatAddress(address)}>`;
    }
    case 'descriptor':
      return `<${tree.what} '${tree.name}' of '${tree.owner}' objects>`;
    case 'method-wrapper':
      return `<method-wrapper '${tree.name}' of ${tree.owner.type} object at ${formatAddress(tree.owner.address)}>`;
    case 'class':
      return `<${tree.what} '${tree.name}'>`;
    case 'classic-class':
      return `<class ${tree.name} at ${formatAddress(tree.address)}>`;
    case 'module':
      return `<module ${printModule(tree, printer)}>`;
    case 'dictless-module':
      return '<module ?>';
    case 'wrapped':
      return printWrapped(tree, printer);
    case 'cell': {
      const at = `<cell at ${formatAddress(tree.address)}: `;
      if (tree.content === null) return `${at}empty>`;
      return `${at}${tree.content.type} object at ${formatAddress(tree.content.address)}>`;
    }
    case 'code': {
      const { name, file, line, address } = tree;
      return `<code object ${name} at ${formatAddress(address)}, file "${file}", line ${line}>`;
    }
    case 'generator':
      return printGenerator(tree);
    case 'exception':
      return printer.around(tree.shown, `${tree.type}(`, ')', `${tree.type}(...)`, () => {
        const shown = printer.list(tree.items, tree.length);
        return tree.length === 1 && printer.spelling.loneArgument === 'comma' ? `${shown},` : shown;
      });
    case 'unmade-exception': {
      const given = printer.print(tree.argument);
      return tree.argument.kind === 'tuple' ? tree.type + given : `${tree.type}(${given})`;
    }
    case 'partial':
      return printPartial(tree, printer);
  }
}

type Of<Kind extends ProgramTree['kind']> = Extract<ProgramTree, { readonly kind: Kind }>;

function printMethod({ name, self, shown }: Of<'method'>, printer: Printer): string {
  if (self === null && shown === 'inside') return `<unbound method ${name}>`;
  return printer.around(shown, '<bound method ', '>', '...', () =>
    self === null ? name : `${name} of ${printer.print(self)}`,
  );
}

function printModule({ name, origin, from }: Of<'module'>, printer: Printer): string {
  const shown = name === null ? (printer.spelling.python === 2 ? "'?'" : '?') : printer.print(name);
  switch (origin) {
    case 'file':
      return `${shown} from ${typeof from === 'string' || from === null ? from : printer.print(from)}`;
    case 'named':
      return `${shown} (${from})`;
    case 'unknown':
      return shown;
  }
}

function printWrapped({ type, address, inside, shown }: Of<'wrapped'>, printer: Printer): string {
  switch (printer.spelling.staticmethod) {
    case 'opaque':
      return `<${type} object at ${formatAddress(address)}>`;
    case 'wrapping':
      return printer.around(shown, `<${type}(`, ')>', '...', () => (inside === null ? '' : printer.print(inside)));
  }
}

/** As Python does, and where it stands. */
function printGenerator({ type, name, address, state, at }: GeneratorTree): string {
  const place = at === null ? '' : ` in ${at.file.slice(at.file.lastIndexOf('/') + 1)}, line ${at.line}`;
  return `<${type} object ${name} at ${formatAddress(address)}, ${state}${place}>`;
}

function printPartial(tree: Of<'partial'>, printer: Printer): string {
  const { name, positional, keywords, keywordCount, shown } = tree;
  return printer.around(shown, `${name}(`, ')', `${name}(...)`, () => {
    const parts = tree.function === null ? [] : [printer.print(tree.function)];
    if (positional.length > 0) parts.push(printer.list(positional.items, positional.length));
    if (keywordCount > 0) parts.push(printer.joined(assignments(keywords, printer), keywordCount));
    return parts.join(', ');
  });
}
