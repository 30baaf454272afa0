/**
 * What do the sources say a property may hold, a call be given, a function return? A small reading of their syntax trees,
 * types taken away, so that what is only promised by a type does not count.
 *
 * It follows names, not scopes: a literal is found wherever one of that name might bring it. So it may take something for
 * said that is not, never the other way round but for text that is put together.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync } from 'esbuild';
import { parseAst } from 'vitest/node';

const SOURCE = fileURLToPath(new URL('../../src', import.meta.url));

/** Methods of one name that are still taken for the one that is called. */
const MOST_METHODS = 2;
/** Places that give a property something, for it to be followed: names like `value` are everywhere. */
const MOST_GIVEN = 12;

/** A node of the tree, as far as it is looked into. */
interface Node {
  readonly type: string;
  readonly [part: string]: unknown;
}

/** One source file. `text` is without types and comments. */
export interface SourceText {
  /** Relative to src. */
  readonly path: string;
  readonly text: string;
}

/** Every file of src. */
export function sourceTexts(): SourceText[] {
  return readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.tsx?$/.test(path))
    .sort()
    .map((path) => {
      const typed = readFileSync(join(SOURCE, path), 'utf8');
      return {
        path,
        text: transformSync(typed, {
          loader: path.endsWith('x') ? 'tsx' : 'ts',
          target: 'esnext',
          legalComments: 'none',
        }).code,
      };
    });
}

/** What some files say; values are those of string literals. */
export class SourceFacts {
  /** What is given to a property of that name, or assigned to it. */
  readonly #properties = new Map<string, Node[]>();
  /** What functions and constants of that name return or are. */
  readonly #named = new Map<string, Node[]>();
  readonly #values = new Map<string, Set<string>>();
  readonly #arguments = new Set<string>();
  readonly #read = new Set<string>();
  readonly #calls: { readonly name: string; readonly given: readonly Node[] }[] = [];

  constructor(files: readonly SourceText[]) {
    for (const { text } of files) this.#visit(parseAst(text) as unknown as Node);
    for (const { name, given } of this.#calls) this.#passOn(name, given);
  }

  /** The strings that an object's property of that name may get. */
  valuesOf(property: string): ReadonlySet<string> {
    let found = this.#values.get(property);
    if (!found) {
      found = new Set();
      this.#collectAll(this.#properties.get(property), found, new Set());
      this.#values.set(property, found);
    }
    return found;
  }

  /** Whether that string is handed to some function or constructor, by itself or out of a constant. */
  isArgument(value: string): boolean {
    return this.#arguments.has(value);
  }

  /** Whether a property of that name is read somewhere: `a.name`, `const { name } = a`. */
  isRead(property: string): boolean {
    return this.#read.has(property);
  }

  #visit(node: Node): void {
    switch (node.type) {
      case 'Property':
        this.#visitProperty(node);
        break;
      case 'AssignmentExpression': {
        const left = node['left'] as Node;
        if (left.type === 'MemberExpression') add(this.#properties, nameOf(left['property']), node['right']);
        if (left.type === 'Identifier') add(this.#named, nameOf(left), node['right']);
        break;
      }
      case 'PropertyDefinition':
        add(this.#properties, nameOf(node['key']), node['value']);
        break;
      case 'MemberExpression':
        this.#read.add(nameOf(node['property']));
        break;
      case 'ObjectPattern':
        for (const each of node['properties'] as Node[])
          if (each.type === 'Property') this.#read.add(nameOf(each['key']));
        break;
      case 'VariableDeclarator':
        add(this.#named, nameOf(node['id']), node['init']);
        break;
      case 'FunctionDeclaration':
        add(this.#named, nameOf(node['id']), node);
        break;
      case 'MethodDefinition':
        add(this.#named, nameOf(node['key']), node['value']);
        if (node['kind'] === 'get') add(this.#properties, nameOf(node['key']), node['value']);
        break;
      case 'CallExpression':
      case 'NewExpression':
        if ((node['callee'] as Node).type === 'Identifier') {
          this.#calls.push({ name: nameOf(node['callee']), given: node['arguments'] as Node[] });
        }
        // What is put into a set is compared with, not said.
        if (/^(?:Set|Map)$/.test(nameOf(node['callee']))) break;
        for (const argument of node['arguments'] as Node[]) this.#collect(argument, this.#arguments, new Set(), false);
        break;
    }
    for (const child of childrenOf(node)) this.#visit(child);
  }

  /** What a function is called with is what its parameters are. */
  #passOn(name: string, given: readonly Node[]): void {
    for (const called of this.#named.get(name) ?? []) {
      if (!isFunction(called)) continue;
      (called['params'] as Node[]).forEach((parameter, i) => {
        add(this.#named, nameOf(parameter), given[i]);
      });
    }
  }

  #visitProperty(node: Node): void {
    const name = nameOf(node['key']);
    add(this.#properties, name, node['value']);
    // Functions in tables are called by the table's name.
    if (isFunction(node['value'] as Node)) add(this.#named, name, node['value']);
  }

  /** What the question of that name answers, if it is one. */
  #collectAnswers(argument: Node, into: Set<string>, seen: Set<unknown>): void {
    if (argument.type === 'CallExpression') {
      for (const each of argument['arguments'] as Node[]) this.#collectAnswers(each, into, seen);
    }
    if (argument.type !== 'Identifier') return;
    for (const constant of this.#named.get(nameOf(argument)) ?? []) {
      const asks = constant.type === 'ObjectExpression' ? (constant['properties'] as Node[]) : [];
      for (const each of asks) if (nameOf(each['key']) === 'ask') this.#collect(each['value'] as Node, into, seen);
    }
  }

  #collectAll(nodes: readonly Node[] | undefined, into: Set<string>, seen: Set<unknown>): void {
    for (const node of nodes ?? []) this.#collect(node, into, seen);
  }

  /** Adds what the expression may be; names and calls are followed if `follow`. */
  #collect(node: Node, into: Set<string>, seen: Set<unknown>, follow = true, table = false): void {
    if (seen.has(node)) return;
    seen.add(node);
    const collect = (part: unknown) => part && this.#collect(part as Node, into, seen, follow);
    const named = (name: string, what: 'called' | 'value' | 'table') => {
      if (!follow || seen.has(`${what} ${name}`)) return;
      seen.add(`${what} ${name}`);
      for (const each of this.#named.get(name) ?? []) {
        if (isFunction(each) === (what === 'called')) this.#collect(each, into, seen, true, what === 'table');
      }
    };
    const property = (name: string) => {
      const given = this.#properties.get(name) ?? [];
      if (!follow || seen.has(`property ${name}`) || given.length > MOST_GIVEN) return;
      seen.add(`property ${name}`);
      this.#collectAll(given, into, seen);
    };
    switch (node.type) {
      case 'Literal':
        if (typeof node['value'] === 'string') into.add(node['value']);
        return;
      case 'ConditionalExpression':
        collect(node['consequent']);
        collect(node['alternate']);
        return;
      case 'LogicalExpression':
        collect(node['left']);
        collect(node['right']);
        return;
      case 'Identifier':
        named(nameOf(node), table ? 'table' : 'value');
        // It may be taken out of an object by its name.
        property(nameOf(node));
        return;
      case 'MemberExpression': {
        // `NAMES[number]`: any of the table's.
        if (node['computed']) {
          const object = node['object'] as Node;
          if (object.type === 'Identifier') named(nameOf(object), 'table');
          return;
        }
        const name = nameOf(node['property']);
        property(name);
        return;
      }
      case 'CallExpression': {
        const callee = node['callee'] as Node;
        const isMethod = callee.type === 'MemberExpression';
        const name = nameOf(isMethod ? callee['property'] : callee);
        // Who hands a question over gets what it answers.
        for (const argument of node['arguments'] as Node[]) this.#collectAnswers(argument, into, seen);
        // Of a method that many have (`get`, `map`) nothing is known by its name.
        if (!isMethod || (this.#named.get(name)?.length ?? 0) <= MOST_METHODS) named(name, 'called');
        return;
      }
      case 'ObjectExpression':
        if (!table) return;
        for (const each of node['properties'] as Node[]) if (each.type === 'Property') collect(each['value']);
        return;
      case 'ArrayExpression':
        if (!table) return;
        for (const each of node['elements'] as Node[]) collect(each);
        return;
      case 'ArrowFunctionExpression':
      case 'FunctionExpression':
      case 'FunctionDeclaration':
        for (const returned of returnsOf(node)) collect(returned);
        return;
      case 'ChainExpression':
      case 'ParenthesizedExpression':
      case 'AwaitExpression':
      case 'AssignmentPattern':
        collect(node['expression'] ?? node['argument'] ?? node['right']);
        return;
    }
  }
}

function add(map: Map<string, Node[]>, name: string, node: unknown): void {
  if (!node || name === '') return;
  const known = map.get(name);
  if (known) known.push(node as Node);
  else map.set(name, [node as Node]);
}

function nameOf(node: unknown): string {
  const { type, name, value } = (node ?? {}) as { type?: string; name?: string; value?: unknown };
  return type === 'Identifier' || type === 'PrivateIdentifier' ? (name ?? '') : typeof value === 'string' ? value : '';
}

function isFunction(node: Node): boolean {
  return /^(?:ArrowFunctionExpression|FunctionExpression|FunctionDeclaration)$/.test(node.type);
}

/** What a function may return; not what functions within it do. */
function returnsOf(node: Node): Node[] {
  const body = node['body'] as Node;
  if (body.type !== 'BlockStatement') return [body];
  const found: Node[] = [];
  const visit = (each: Node) => {
    if (each.type === 'ReturnStatement' && each['argument']) found.push(each['argument'] as Node);
    if (!isFunction(each)) childrenOf(each).forEach(visit);
  };
  visit(body);
  return found;
}

function childrenOf(node: Node): Node[] {
  return Object.values(node)
    .flatMap((part) => (Array.isArray(part) ? part : [part]))
    .filter(isNode);
}

function isNode(part: unknown): part is Node {
  return typeof part === 'object' && part !== null && typeof (part as Node).type === 'string';
}
