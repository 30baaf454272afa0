/**
 * What is withheld by value: objects that stand under a secret name somewhere are withheld wherever else they stand, and
 * so is their text inside other texts. What is found is shared by all who read for one look, and by who writes it.
 */
import type { Address } from '../../memory/address.js';
import { type RedactionSettings, secretNames } from '../../secrets/names.js';
import { secretParts, type TextKind } from '../../secrets/shapes.js';
import { merged, type Span } from '../../secrets/span.js';
import type { Tree } from './tree.js';

/** A shorter text stands for too many things to be known by its value. */
const SHORTEST = 4;
/** ... and this is the shortest that is looked for in the middle of others. */
const SHORTEST_INSIDE = 6;
/** Texts that many an innocent variable has, in any case; what is called so is no secret that others would not guess. */
const COMMON: ReadonlySet<string> = new Set([
  ...['none', 'true', 'false', 'null', 'bearer', 'basic', 'digest', 'token', 'tokens', 'password', 'passwd', 'secret'],
  ...[
    'secrets',
    'cookie',
    'cookies',
    'credential',
    'credentials',
    'authorization',
    'csrf',
    'api_key',
    'apikey',
    'auth',
  ],
]);
/** In a file, stands for each character that was withheld when it was written. */
export const WITHHELD = 0x1a;
const WITHHELD_CHARACTER = String.fromCharCode(WITHHELD);
const WITHHELD_RUN = new RegExp(`${WITHHELD_CHARACTER}{3,}`, 'g');
/** Texts that are remembered; what comes later is withheld by its name and shape alone. */
const MOST_TEXTS = 2000;

/** Texts of each kind whose parts are remembered. */
const MOST_SHAPES = 10_000;

/** Where a text lies in memory, to be made unreadable in a copy of it. */
export interface TextPlace {
  readonly start: Address;
  /** Bytes a character. */
  readonly width: 1 | 2 | 4;
  readonly text: string;
  readonly isCut: boolean;
  /** Whether it is of an object that is withheld, and all of it with it. */
  readonly isHidden: boolean;
}

export class Secrets {
  readonly isName: (name: string) => boolean;
  /** Where all texts lay that were read; null: nobody wants to know. */
  places: TextPlace[] | null = null;
  /** Whether texts are looked through for what only secrets look like. */
  readonly byShape: boolean;
  readonly #seen = new Set<number>();
  readonly #pointers = new Set<number>();
  readonly #texts = new Set<string>();
  readonly #addresses = new WeakMap<Tree, number>();
  #pattern: RegExp | null = null;
  readonly #shapes: Readonly<Record<TextKind, Map<string, readonly Span[]>>> = {
    whole: new Map(),
    cut: new Map(),
    code: new Map(),
  };
  /** How many objects that are withheld are being read, one inside the other. */
  #hidden = 0;

  constructor(settings: RedactionSettings) {
    this.isName = secretNames(settings);
    this.byShape = settings.redactDefaults;
  }

  /** Whether a secret object is met for the first time. What is written down for later is not read for this. */
  isNew(pointer: number): boolean {
    if (this.places !== null || this.#seen.has(pointer)) return false;
    this.#seen.add(pointer);
    return true;
  }

  /** From now on, where texts lie is noted in {@link places}, and nothing is read for the sake of what is secret in it. */
  noteTexts(): void {
    this.places = [];
  }

  addObject(pointer: number): void {
    this.#pointers.add(pointer);
  }

  /** Calls `look` for the object at `pointer`: texts that are noted meanwhile are withheld if it is. */
  within<T>(pointer: number, look: () => T): T {
    if (this.places === null || !this.#pointers.has(pointer)) return look();
    this.#hidden++;
    try {
      return look();
    } finally {
      this.#hidden--;
    }
  }

  /** Notes where a text lies, where somebody wants to know. */
  noteText(place: Omit<TextPlace, 'isHidden'>): void {
    this.places?.push({ ...place, isHidden: this.#hidden > 0 });
  }

  addText(text: string): void {
    if (
      text.length < SHORTEST ||
      COMMON.has(text.toLowerCase()) ||
      this.#texts.has(text) ||
      this.#texts.size >= MOST_TEXTS
    )
      return;
    this.#texts.add(text);
    this.#pattern = null;
  }

  /** Notes the secrets that a text holds by its shape. */
  inspect(text: string, isCut: boolean): void {
    if (!this.byShape) return;
    for (const { start, end } of this.#partsByShape(text, isCut ? 'cut' : 'whole')) {
      // What was cut is no whole secret: it would not be found elsewhere.
      if (!(isCut && end === text.length)) this.addText(text.slice(start, end));
    }
  }

  /** Notes of which object a tree is. */
  note(tree: Tree, pointer: number): void {
    this.#addresses.set(tree, pointer);
  }

  /** Whether all of what a tree says is withheld, because its object is. */
  hides(tree: Tree): boolean {
    if (this.#pointers.size === 0) return false;
    const pointer = this.#addresses.get(tree);
    return pointer !== undefined && this.#pointers.has(pointer);
  }

  isText(text: string): boolean {
    return this.#texts.has(text);
  }

  /** Whether it is found in the middle of other texts. */
  isKnown(text: string): boolean {
    return text.length >= SHORTEST_INSIDE && this.#texts.has(text);
  }

  /** The parts of a text that are withheld, in order, none touching another. */
  partsOf(text: string, kind: TextKind): Span[] {
    if (this.#texts.has(text)) return [{ start: 0, end: text.length }];
    const parts = this.byShape ? [...this.#partsByShape(text, kind)] : [];
    if (text.includes(WITHHELD_CHARACTER)) {
      for (const match of text.matchAll(WITHHELD_RUN)) {
        parts.push({ start: match.index, end: match.index + match[0].length });
      }
    }
    if (this.#texts.size > 0 && text.length >= SHORTEST_INSIDE) {
      this.#pattern ??= patternOf(this.#texts);
      this.#pattern.lastIndex = 0;
      // Most texts have none of them.
      if (this.#pattern.test(text)) {
        this.#pattern.lastIndex = 0;
        for (const match of text.matchAll(this.#pattern)) {
          parts.push({ start: match.index, end: match.index + match[0].length });
        }
      }
      if (kind === 'cut') parts.push(...this.#begunAtTheEndOf(text));
    }
    return parts.length === 0 ? NOTHING : merged(parts);
  }

  /** Each text is looked through where it is read, and again where it is written. */
  #partsByShape(text: string, kind: TextKind): readonly Span[] {
    const known = this.#shapes[kind].get(text);
    if (known) return known;
    const parts = secretParts(text, this.isName, kind);
    if (this.#shapes[kind].size < MOST_SHAPES) this.#shapes[kind].set(text, parts);
    return parts;
  }

  /** The beginning of a secret with which a text was cut. */
  #begunAtTheEndOf(text: string): Span[] {
    for (const secret of this.#texts) {
      for (let length = Math.min(secret.length - 1, text.length); length >= SHORTEST; length--) {
        if (text.endsWith(secret.slice(0, length))) return [{ start: text.length - length, end: text.length }];
      }
    }
    return [];
  }
}

const NOTHING: Span[] = [];

/** Any of `texts` that is long enough, the longest first; nothing where none is. */
function patternOf(texts: ReadonlySet<string>): RegExp {
  const long = [...texts].filter((text) => text.length >= SHORTEST_INSIDE).sort((a, b) => b.length - a.length);
  const escaped = long.map((text) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
  return new RegExp(escaped.length === 0 ? '(?!)' : escaped.join('|'), 'g');
}
