/**
 * Which values say of those beside them that they are secret? The program and options of a command, the name in a pair, a text
 * with `password=%s` that is to be filled with others.
 */
import { secretArguments } from '../../secrets/commands.js';
import { type SecretPlaces, secretPlaces } from '../../secrets/formats.js';
import { isSecretPair } from '../../secrets/shapes.js';
import { REDACTED, type Reading } from './reading.js';
import type { Secrets } from './secrets.js';
import type { Field, Tree } from './tree.js';

/** What a list item would be on a command line; null: it is no text. */
function argumentOf(tree: Tree): string | null {
  if (tree.kind === 'str') return tree.text;
  return tree.kind === 'bytes' && tree.of === 'str' ? Buffer.from(tree.bytes).toString('latin1') : null;
}

/** The text of a string or of bytes; null: it is neither. */
function textOf(tree: Tree | undefined): string | null {
  return tree?.kind === 'bytes' ? Buffer.from(tree.bytes).toString('latin1') : tree ? argumentOf(tree) : null;
}

/** What a pair of texts has for a value, where the first says that it is secret; null: it does not. */
function secretOfPair(items: readonly Tree[], { secrets }: Reading): string | null {
  const [name, value] = [textOf(items[0]), textOf(items[1])];
  return name !== null && value !== null && isSecretPair(name, value, secrets.isName) ? value : null;
}

/** The items of a list or tuple, without those that others say to be secret. */
export function withoutSecretItems(items: readonly Tree[], reading: Reading): readonly Tree[] {
  const { secrets } = reading;
  const secret = items.length === 2 ? secretOfPair(items, reading) : null;
  if (secret !== null) {
    secrets.addText(secret);
    return [items[0] as Tree, REDACTED];
  }
  if (!secrets.byShape || items.length < 2) return items;
  return withoutFilled(withoutPasswords(items, secrets), secrets);
}

/** A list that looks like a command line, without the passwords on it. */
function withoutPasswords(items: readonly Tree[], secrets: Secrets): readonly Tree[] {
  const texts = items.map(argumentOf);
  if (!texts.some((text) => text?.startsWith('-'))) return items;
  const shown = [...items];
  for (const [i, span] of secretArguments(texts, secrets.isName)) {
    secrets.addText((texts[i] ?? '').slice(span?.start));
    // What is too short to be found again is not shown with its option either.
    if (span === null || !secrets.isKnown((texts[i] ?? '').slice(span.start))) shown[i] = REDACTED;
  }
  return shown;
}

/** What a text with places for values says of one that is filled in; null: it has no secret one. */
export function secretPlacesOf(tree: Tree, { byShape, isName }: Secrets): SecretPlaces | null {
  const text = byShape ? argumentOf(tree) : null;
  return text !== null && text.length > 1 ? secretPlaces(text, isName) : null;
}

/** A text, and behind it what it is filled with: one by one, or in a tuple, list or dict. */
function withoutFilled(items: readonly Tree[], secrets: Secrets): readonly Tree[] {
  for (const [i, item] of items.entries()) {
    const places = i + 1 < items.length ? secretPlacesOf(item, secrets) : null;
    if (places === null) continue;
    const next = items[i + 1] as Tree;
    const rest = isFilling(next) ? [withoutFilling(next, places, secrets), ...items.slice(i + 2)] : null;
    return [...items.slice(0, i + 1), ...(rest ?? withoutPlaces(items.slice(i + 1), places, secrets))];
  }
  return items;
}

/** Names under which is what a text is filled with. */
const FILLING = /^_?(?:args|params?|parameters|values|arguments|vars|vals|bind\w*|data)$/;

/** Fields, variables: one is a text, another what it is filled with. `with` makes one with another value. */
export function withoutFilledFields<F>(
  fields: readonly F[],
  treeOf: (field: F) => { readonly name: string | null; readonly tree: Tree },
  withTree: (field: F, tree: Tree) => F,
  secrets: Secrets,
): readonly F[] {
  const filling = fields.filter((field) => {
    const { name, tree } = treeOf(field);
    return name !== null && FILLING.test(name) && isFilling(tree);
  });
  if (filling.length === 0) return fields;
  let shown = fields;
  for (const field of fields) {
    const places = secretPlacesOf(treeOf(field).tree, secrets);
    if (places === null) continue;
    shown = shown.map((each, i) =>
      filling.includes(fields[i] as F) ? withTree(each, withoutFilling(treeOf(each).tree, places, secrets)) : each,
    );
  }
  return shown;
}

/** The same of the attributes of an instance. */
export function withoutFilledAttributes(fields: readonly Field[], secrets: Secrets): readonly Field[] {
  return withoutFilledFields(
    fields,
    ({ name, value }) => ({ name, tree: value }),
    (field, value) => ({ ...field, value }),
    secrets,
  );
}

function isFilling(tree: Tree): boolean {
  return tree.kind === 'tuple' || tree.kind === 'list' || tree.kind === 'dict';
}

/** A tuple, list or dict without the values that go to secret places. Many rows of them are all alike. */
function withoutFilling(tree: Tree, places: SecretPlaces, secrets: Secrets): Tree {
  switch (tree.kind) {
    case 'tuple':
    case 'list': {
      const isRows = tree.items.length > 0 && tree.items.every(isFilling);
      const items = isRows
        ? tree.items.map((row) => withoutFilling(row, places, secrets))
        : withoutPlaces(tree.items, places, secrets);
      return { ...tree, items };
    }
    case 'dict':
      return {
        ...tree,
        items: tree.items.map(([key, value]) => [
          key,
          places.names.has(textOf(key) ?? '') ? withheld(value, secrets) : value,
        ]),
      };
    default:
      return tree;
  }
}

function withoutPlaces(items: readonly Tree[], { positions }: SecretPlaces, secrets: Secrets): readonly Tree[] {
  return items.map((item, i) => (positions.has(i) ? withheld(item, secrets) : item));
}

/** What stands for a value in a secret place. What there is one of, and a small number, is no secret. */
function withheld(tree: Tree, secrets: Secrets): Tree {
  const text = textOf(tree);
  if (text !== null) secrets.addText(text);
  if (tree.kind === 'constant' || tree.kind === 'bool' || tree.kind === 'float') return tree;
  if (tree.kind !== 'int') return REDACTED;
  const digits = tree.value.toString();
  if (digits.length < SHORTEST_NUMBER) return tree;
  secrets.addText(digits);
  return REDACTED;
}

/** Digits of a number that is a secret: fewer, and it is another number as well. */
const SHORTEST_NUMBER = 6;
