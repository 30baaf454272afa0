/**
 * What does the page do by itself? It filters, opens, prints whole, and moves the focus by keys. It makes no markup, asks
 * nobody anything and stores nothing: all that it shows stood in the file before.
 */
import { applyFilter } from './filter.js';
import { detailsOf, itemsOf } from './items.js';
import { listenToKeys } from './keys.js';

function byId<T extends HTMLElement>(id: string, type: new () => T): T {
  const element = document.getElementById(id);
  if (!(element instanceof type)) throw new Error(`the page has no ${id}`);
  return element;
}

const items = itemsOf(document);
const filter = byId('filter', HTMLInputElement);
const only = byId('only', HTMLInputElement);
const unfold = byId('unfold', HTMLButtonElement);
const help = byId('help', HTMLDialogElement);
const shown = byId('shown', HTMLOutputElement);
const main = byId('main', HTMLElement);
/** Of a filter that is being typed. */
let timer = 0;
const sections = [...document.querySelectorAll<HTMLElement>('main section')];

function update(): void {
  const { shown: count, of } = applyFilter(items, filter.value, only.checked);
  const isFiltered = filter.value.trim() !== '' || only.checked;
  shown.textContent = isFiltered ? `${count} of ${of} shown` : '';
  for (const section of sections) {
    const own = items.filter(({ element }) => section.contains(element));
    section.hidden = isFiltered && own.length > 0 && own.every(({ element }) => element.hidden);
  }
  tellUnfold();
  clearTimeout(timer);
  main.removeAttribute('aria-busy');
}

/** Those that are filtered out stay as they are. */
function foldable(): HTMLDetailsElement[] {
  return items.flatMap((item) => {
    const details = item.element.hidden ? null : detailsOf(item);
    return details === null ? [] : [details];
  });
}

function tellUnfold(): void {
  unfold.textContent = foldable().every(({ open }) => open) ? 'Close all' : 'Open all';
}

/** Where a link leads has to be seen. */
function openTarget(): void {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target === null) return;
  for (let each: Element | null = target; each !== null; each = each.parentElement) {
    if (each instanceof HTMLDetailsElement) each.open = true;
  }
  const own = target.querySelector<HTMLDetailsElement>(':scope > details');
  if (own !== null) own.open = true;
  const focus = own?.querySelector<HTMLElement>('summary') ?? target;
  focus.focus();
  target.scrollIntoView();
}

filter.addEventListener('input', () => {
  main.setAttribute('aria-busy', 'true');
  clearTimeout(timer);
  timer = setTimeout(update, 80);
});
only.addEventListener('change', update);
unfold.addEventListener('click', () => {
  const all = foldable();
  const open = !all.every((details) => details.open);
  for (const details of all) details.open = open;
  tellUnfold();
});
byId('keys', HTMLButtonElement).addEventListener('click', () => help.showModal());
addEventListener('hashchange', openTarget);

/** Paper cannot be opened. */
let closed: HTMLDetailsElement[] = [];
addEventListener('beforeprint', () => {
  closed = [...document.querySelectorAll<HTMLDetailsElement>('main details:not([open])')];
  for (const details of closed) details.open = true;
});
addEventListener('afterprint', () => {
  for (const details of closed) details.open = false;
  closed = [];
});

listenToKeys(items, { filter, only, unfold, help, single: byId('single', HTMLInputElement), update });
byId('tools', HTMLElement).hidden = false;
update();
openTarget();
