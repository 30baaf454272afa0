/**
 * How does a program call this object? The expression by which a frame reaches it: a variable, an attribute of `self`, an
 * item of a table, a global. What the values say, not what the text says: the shortest that leads there.
 */
import type { Objects } from './objects.js';
import type { Scopes } from './scopes.js';
import type { FrameInHand } from './value-stack.js';

/** Objects looked into for one name. */
const MOST_OBJECTS = 60;
/** Elements of a list looked at. */
const MOST_ELEMENTS = 100;

/** Types that have no attributes worth looking at, and are many. */
const PLAIN: ReadonlySet<string> = new Set(
  'int long float complex bool str bytes unicode NoneType function module type code builtin_function_or_method cell generator'.split(
    ' ',
  ),
);

export class Paths {
  readonly #objects: Objects;
  readonly #scopes: Scopes;

  constructor(objects: Objects, scopes: Scopes) {
    this.#objects = objects;
    this.#scopes = scopes;
  }

  /** The expression; null: none was found. Throws as the memory does. */
  find(inHand: FrameInHand, object: number): string | null {
    if (object === 0) return null;
    const variables = this.#scopes.variables(inHand);
    const variable = variables.find(({ value }) => value === object);
    if (variable) return variable.name;
    const roots = variables.filter(({ value }) => !this.#isPlain(value)).slice(0, MOST_OBJECTS);
    for (const { name, value } of roots) {
      const step = this.#step(value, object);
      if (step !== null) return name + step;
    }
    const globals = this.#scopes.globals(inHand);
    const global = this.#objects.items(globals).find(({ value }) => value === object);
    if (global) return global.name;
    let left = MOST_OBJECTS;
    for (const { name, value } of roots) {
      for (const { name: between, value: next } of this.#objects.ownAttributes(value)) {
        if (left === 0) return null;
        if (this.#isPlain(next)) continue;
        left--;
        const step = this.#step(next, object);
        if (step !== null) return `${name}.${between}${step}`;
      }
    }
    return null;
  }

  /** From one object to another in one step; null: there is none. */
  #step(from: number, to: number): string | null {
    switch (this.#objects.typeName(from)) {
      case 'dict':
      case 'collections.OrderedDict':
      case 'collections.defaultdict': {
        const item = this.#objects.items(from).find(({ value }) => value === to);
        return item ? `[${quoted(item.name)}]` : null;
      }
      case 'list':
      case 'tuple': {
        const index = this.#objects.elements(from, MOST_ELEMENTS).indexOf(to);
        return index < 0 ? null : `[${index}]`;
      }
      default: {
        const own = this.#objects.ownAttributes(from).find(({ value }) => value === to);
        const found = own ?? this.#objects.slots(from).find(({ value }) => value === to) ?? this.#inClass(from, to);
        return found ? `.${found.name}` : null;
      }
    }
  }

  #inClass(from: number, to: number) {
    for (const attribute of this.#objects.classAttributes(from)) if (attribute.value === to) return attribute;
    return null;
  }

  #isPlain(object: number): boolean {
    const name = this.#objects.typeName(object);
    return name === null || PLAIN.has(name);
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
