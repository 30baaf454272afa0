/**
 * Which of the values that a text is to be filled with are secret? `password=%s` of a log call, `token: {}`, a query with
 * `password = ?`: the text says it of what stands beside it. Pure.
 */

/** Which values, by number and by name. */
export interface SecretPlaces {
  readonly positions: ReadonlySet<number>;
  readonly names: ReadonlySet<string>;
}

/** `%s`, `%(name)s`; `{}`, `{0}`, `{name!r}`; `?`, `$1`, `:name`. Doubled ones stand for themselves. */
const PERCENT = /%%|%(?:\((\w+)\))?[#0\- +]*(?:\*|\d+)?(?:\.(?:\*|\d+))?([a-zA-Z])/g;
const BRACES = /\{\{|\}\}|\{(\w*)(?:[.[][^{}]*)?(?:![rsa])?(?::[^{}]*)?\}/g;
const SQL = /\?|\$(\d+)|(?<![\w:]):([A-Za-z_]\w*)/g;
/** Conversions of numbers, which no secret is. */
const OF_NUMBERS = /^[diufFgGeEcoxX]$/;

/** What a value may be announced by: a name before it, and what stands between. */
const ANNOUNCED = /([A-Za-z_][\w.-]*)["'`\]]?\s*(?:=>|:=|[=!]=|[=:]|<>|\b(?:is|to|was|like)\b)?\s*["'([`]?$/i;
/** Characters before a place that are looked at. */
const BEFORE = 80;

/** `INSERT INTO t (a, b) VALUES (…)`: which columns there are, and what stands for each of the first row. */
const INSERT = /\binto\b[^()]{0,200}\(([^()]{0,2000})\)\s*values\s*\(/i;
const ITEM = /\s*(?:'(?:[^'\\]|\\.|'')*'?|"(?:[^"\\]|\\.)*"?|[^,()'"]|\([^()]*\))+/y;

interface Item {
  readonly column: string;
  readonly start: number;
  readonly end: number;
}

/** The values of a first row, by the names of their columns. */
export function insertedItems(text: string): Item[] {
  const match = INSERT.exec(text);
  if (!match) return [];
  const columns = (match[1] ?? '').split(',').map((name) => name.replace(/[\s"'`[\]]/g, ''));
  const items: Item[] = [];
  let at = match.index + match[0].length;
  for (const column of columns) {
    ITEM.lastIndex = at;
    const item = ITEM.exec(text);
    if (!item) break;
    const end = at + item[0].length;
    items.push({ column, start: end - item[0].trimStart().length, end });
    if (text[end] !== ',') break;
    at = end + 1;
  }
  return items;
}

interface Place {
  readonly at: number;
  readonly position: number | null;
  readonly name: string | null;
}

/** null: none. */
export function secretPlaces(text: string, isSecret: (name: string) => boolean): SecretPlaces | null {
  const places = placesIn(text);
  if (places.length === 0) return null;
  const positions = new Set<number>();
  const names = new Set<string>();
  const columns = insertedItems(text);
  for (const { at, position, name } of places) {
    const announced = ANNOUNCED.exec(text.slice(Math.max(0, at - BEFORE), at))?.[1];
    const column = columns.find(({ start, end }) => start <= at && at < end)?.column;
    if (![announced, column, name].some((said) => said != null && said !== '' && isSecret(said))) continue;
    if (position !== null) positions.add(position);
    else if (name !== null) names.add(name);
  }
  return positions.size + names.size === 0 ? null : { positions, names };
}

/** The places of one kind: of the first that a text has. */
function placesIn(text: string): Place[] {
  if (text.includes('%')) {
    const found = [...text.matchAll(PERCENT)].filter(([whole]) => whole !== '%%');
    if (found.length > 0) return percentPlaces(found);
  }
  if (text.includes('{')) {
    const found = [...text.matchAll(BRACES)].filter(([whole]) => whole !== '{{' && whole !== '}}');
    if (found.length > 0) return bracePlaces(found);
  }
  return [...text.matchAll(SQL)].map((match, i) => {
    const number = match[1] === undefined ? null : Number(match[1]) - 1;
    const name = match[2] ?? null;
    return { at: match.index, position: name !== null ? null : (number ?? i), name };
  });
}

function percentPlaces(found: RegExpExecArray[]): Place[] {
  const places: Place[] = [];
  let next = 0;
  for (const match of found) {
    const [whole, name, conversion = ''] = match;
    // Each star takes a value of its own.
    next += whole.split('*').length - 1;
    const position = name === undefined ? next++ : null;
    if (!OF_NUMBERS.test(conversion)) places.push({ at: match.index, position, name: name ?? null });
  }
  return places;
}

function bracePlaces(found: RegExpExecArray[]): Place[] {
  let next = 0;
  return found.map((match) => {
    const said = match[1] ?? '';
    const position = said === '' ? next++ : /^\d+$/.test(said) ? Number(said) : null;
    return { at: match.index, position, name: position === null ? said : null };
  });
}

/** What stands for a value and is none. */
const PLACE = /(?:%(?:\(\w+\))?[#0\- +]*\d*(?:\.\d+)?[a-zA-Z]|\{\d*(?:![rsa])?\}|\?|\$\d+)(?=[\s,;&'")\]}.]|$)/y;

/** Whether there, instead of a value, is but a place for one. */
export function isPlaceAt(text: string, at: number): boolean {
  PLACE.lastIndex = at;
  return PLACE.test(text);
}
