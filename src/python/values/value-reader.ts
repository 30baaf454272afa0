/**
 * What do variables hold? Values of one pass over one memory that does not change meanwhile: types, names and values met
 * before are not read again. The sum of the work is bounded, so that no heap, however large or damaged, takes for ever.
 */
import { type Address, formatAddress, isUserSpace } from '../../memory/address.js';
import type { Value } from '../../snapshot.js';
import { spellingOf } from '../layouts/spelling.js';
import { reasonOf } from '../problem.js';
import type { Python } from '../python.js';
import { spellings } from './kinds.js';
import { REDACTED, type RedactionSettings, secretNames } from './redaction.js';
import { Repr, type ReprContext, type ValueLimits } from './repr.js';
import { type KnownType, Types } from './types.js';

export type ValueSettings = ValueLimits & RedactionSettings;

/** Objects looked at for one value: a list of lists of twenty is 400. More if more items are asked for. */
const OBJECTS_A_VALUE = 1000;
/** ... and for all values of a thread, and of a pass. An object takes some microseconds. */
const OBJECTS_A_THREAD = 100_000;
const OBJECTS_A_PASS = 1_000_000;

/** A name that nothing is bound to. */
export const UNBOUND: Value = { type: null, repr: '<unbound>', truncated: false, redacted: false };

export class ValueReader {
  readonly python: Python;
  readonly types: Types;
  readonly maxItems: number;
  readonly #context: ReprContext;
  readonly #repr: Repr;
  readonly #objectsAValue: number;
  readonly #values = new Map<number, Value>();
  #leftOfThread = OBJECTS_A_THREAD;
  #leftOfPass = OBJECTS_A_PASS;

  /** Throws SyntaxError for a pattern that is no regular expression. */
  constructor(python: Python, settings: ValueSettings) {
    this.python = python;
    this.types = new Types(python);
    this.maxItems = settings.maxItems;
    this.#objectsAValue = Math.max(OBJECTS_A_VALUE, 50 * settings.maxItems);
    this.#context = {
      python,
      types: this.types,
      limits: settings,
      isSecret: secretNames(settings),
      spellOf: spellings(this.types, spellingOf(python.layout)),
      leaves: new Map(),
    };
    this.#repr = new Repr(this.#context);
  }

  /** From here on, what is read counts as another thread's. */
  beginThread(): void {
    this.#leftOfThread = OBJECTS_A_THREAD;
  }

  /** The value that a variable of that name holds; null: none. A secret one is not read but for its type. */
  readNamed(name: string, pointer: number): Value {
    if (pointer === 0) return UNBOUND;
    if (!this.#context.isSecret(name)) return this.read(pointer);
    return { type: this.#typeName(pointer), repr: REDACTED, truncated: false, redacted: true };
  }

  /** The value at a pointer. Throws only what is not a failure of the target's memory. */
  read(pointer: number): Value {
    const known = this.#values.get(pointer);
    if (known) return known;
    const most = Math.min(this.#objectsAValue, this.#leftOfThread, this.#leftOfPass);
    const repr = this.#repr;
    const text = repr.whole(pointer, most);
    const used = most - Math.max(repr.left, 0);
    this.#leftOfThread -= used;
    this.#leftOfPass -= used;
    const { truncated, redacted, problem } = repr;
    const value: Value = { type: this.#typeName(pointer), repr: text, truncated, redacted };
    if (problem !== null) value.problem = problem;
    // What was cut for want of work left may be whole elsewhere.
    if (repr.left >= 0) this.#values.set(pointer, value);
    return value;
  }

  /** The type of the object at `address`, or null for what is no object. */
  typeOf(pointer: number): KnownType | null {
    try {
      return isUserSpace(pointer) ? this.types.of(pointer as Address) : null;
    } catch (error) {
      reasonOf(error);
      return null;
    }
  }

  #typeName(pointer: number): string | null {
    return this.typeOf(pointer)?.name ?? null;
  }
}

/** What stands for an object that cannot be shown. */
export function invalid(pointer: number, error: unknown): Value {
  const problem = reasonOf(error);
  const repr = `<invalid object at ${formatAddress(pointer)}: ${problem}>`;
  return { type: null, repr, truncated: false, redacted: false, problem };
}
