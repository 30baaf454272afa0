/** Which things are shown? Those that have all words of the filter, and what they are inside of. */
import { headingOf, type Item, isOdd, textOf } from './items.js';

type Test = (text: string) => boolean;

/** A number is a whole number: `17` is not part of `170`. */
export function testOf(filter: string): Test {
  const words = filter
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const tests = words.map((word): Test => {
    if (!/^\d+$/.test(word)) return (text) => text.includes(word);
    const whole = new RegExp(`(?<!\\d)${word}(?!\\d)`);
    return (text) => whole.test(text);
  });
  return (text) => tests.every((test) => test(text));
}

/** Hides and shows; returns how many things are shown that are inside of no other. */
export function applyFilter(items: readonly Item[], filter: string, onlyOdd: boolean): { shown: number; of: number } {
  const test = testOf(filter);
  const shown = new Set<Item>();
  const outermost = items.filter(({ parent }) => parent === null);
  const wanted = new Set(groupsOfRows(items, test));
  for (const item of outermost) mark(item, test, filter.trim() === '', shown, wanted);
  let count = 0;
  for (const item of items) {
    const isShown = shown.has(item) && (!onlyOdd || isOdd(item) || hasOddAbove(item));
    item.element.hidden = !isShown;
    if (isShown && item.parent === null) count++;
  }
  return { shown: count, of: outermost.length };
}

function mark(item: Item, test: Test, all: boolean, shown: Set<Item>, wanted: ReadonlySet<string>): boolean {
  if (!all && !wanted.has(item.element.id) && !test(textOf(item))) return false;
  shown.add(item);
  // Where the heading says it already, what is inside of it is meant as a whole.
  const whole = all || test(headingOf(item));
  const any = item.children.map((child) => mark(child, test, whole, shown, wanted)).includes(true);
  // The words may stand in different things inside of it.
  if (!any) for (const child of item.children) mark(child, test, true, shown, wanted);
  return true;
}

function hasOddAbove({ parent }: Item): boolean {
  for (let above = parent; above !== null; above = above.parent)
    if (above.element.hasAttribute('data-odd')) return true;
  return false;
}

/** Groups tell ranks as ranges: who looks for one rank finds its row, and through that its groups. */
function* groupsOfRows(items: readonly Item[], test: Test): Generator<string> {
  for (const item of items) {
    if (item.element.localName !== 'tr' || !test(textOf(item))) continue;
    for (const link of item.element.querySelectorAll<HTMLAnchorElement>('td a')) yield link.hash.slice(1);
  }
}
