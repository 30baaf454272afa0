/** What on the page is a thing by itself? What can be filtered, opened and walked to: findings, threads, groups, rows, branches. */

export interface Item {
  readonly element: HTMLElement;
  /** The thing that it is inside of; null: none. */
  readonly parent: Item | null;
  readonly children: Item[];
  /** All of its text and that of its heading alone, in lower case, once somebody has asked. */
  text: string | null;
  heading: string | null;
}

/** In the order of the page. */
export function itemsOf(root: ParentNode): Item[] {
  const items: Item[] = [];
  const byElement = new Map<Element, Item>();
  for (const element of root.querySelectorAll<HTMLElement>('[data-item]')) {
    const above = element.parentElement?.closest('[data-item]') ?? null;
    const parent = above === null ? null : (byElement.get(above) ?? null);
    const item: Item = { element, parent, children: [], text: null, heading: null };
    parent?.children.push(item);
    byElement.set(element, item);
    items.push(item);
  }
  return items;
}

export function textOf(item: Item): string {
  item.text ??= spaced(item.element);
  return item.text;
}

/** What is seen of it while it is closed. */
export function headingOf(item: Item): string {
  const summary = summaryOf(item);
  item.heading ??= summary === null ? '' : spaced(summary);
  return item.heading;
}

export function detailsOf({ element }: Item): HTMLDetailsElement | null {
  return element.querySelector<HTMLDetailsElement>(':scope > details');
}

function summaryOf({ element }: Item): HTMLElement | null {
  return element.querySelector<HTMLElement>(':scope > details > summary');
}

/** What gets the focus when somebody walks to it. */
export function focusOf(item: Item): HTMLElement {
  return summaryOf(item) ?? item.element;
}

export function isOdd({ element }: Item): boolean {
  return element.hasAttribute('data-odd') || element.querySelector('[data-odd]') !== null;
}

/** Text with a space between elements: what stands in two of them is two words. */
function spaced(element: Element): string {
  const words: string[] = [];
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) words.push(node.nodeValue ?? '');
  return words.join(' ').replaceAll(/\s+/g, ' ').toLowerCase();
}
