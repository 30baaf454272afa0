/** What do single keys do? They walk through what is shown, open it, and go to the filter. */
import { detailsOf, focusOf, type Item, isOdd } from './items.js';

export interface Tools {
  readonly filter: HTMLInputElement;
  readonly only: HTMLInputElement;
  readonly unfold: HTMLButtonElement;
  readonly help: HTMLDialogElement;
  readonly single: HTMLInputElement;
  /** Makes what is shown what the filter says, without waiting for more to be typed. */
  readonly update: () => void;
}

export function listenToKeys(items: readonly Item[], tools: Tools): void {
  const { filter, only, unfold, help, single, update } = tools;
  const actions: Readonly<Record<string, () => void>> = {
    '/': () => {
      filter.focus();
      filter.select();
    },
    j: () => walk(items, 1, () => true),
    k: () => walk(items, -1, () => true),
    n: () => walk(items, 1, isOdd),
    x: () => only.click(),
    o: () => unfold.click(),
    '?': () => help.showModal(),
  };
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target === filter) {
      if (event.key === 'Escape' && filter.value !== '') {
        event.preventDefault();
        filter.value = '';
        update();
      } else if (event.key === 'Enter' || event.key === 'ArrowDown') {
        event.preventDefault();
        update();
        walk(items, 1, () => true);
      }
      return;
    }
    if (help.open || !single.checked) return;
    const action = actions[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  });
}

/** To the next thing that can be seen; from outside of all to the first or last. */
function walk(items: readonly Item[], step: 1 | -1, wanted: (item: Item) => boolean): void {
  const seen = items.filter((item) => isSeen(item) && wanted(item));
  const focused = document.activeElement?.closest('[data-item]') ?? null;
  const at = seen.findIndex(({ element }) => element === focused);
  let next = seen[at + step];
  if (at < 0) next = afterFocus(seen, focused, step);
  if (next === undefined) return;
  const target = focusOf(next);
  target.focus();
  target.scrollIntoView({ block: 'nearest' });
}

/** From something that is no such thing itself to the next one on the page. */
function afterFocus(seen: readonly Item[], focused: Element | null, step: 1 | -1): Item | undefined {
  if (focused === null) return step === 1 ? seen[0] : seen.at(-1);
  const follows = (item: Item) =>
    (focused.compareDocumentPosition(item.element) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;
  return step === 1 ? seen.find(follows) : seen.findLast((item) => !follows(item));
}

/** Neither filtered out nor inside of something that is closed. */
function isSeen(item: Item): boolean {
  for (let each: Item | null = item; each !== null; each = each.parent) {
    if (each.element.hidden) return false;
    if (each !== item && detailsOf(each)?.open === false) return false;
  }
  return true;
}
