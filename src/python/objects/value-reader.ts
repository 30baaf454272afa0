/**
 * What do variables hold? Values of one pass over one memory that does not change meanwhile: types, names and values met
 * before are not read again. The sum of the work is bounded, so that no heap, however large or damaged, takes for ever.
 */
import { type Address, isUserSpace } from '../../memory/address.js';
import type { RedactionSettings } from '../../secrets/names.js';
import { spellingOf } from '../layouts/spelling.js';
import { reasonOf } from '../problem.js';
import type { Python } from '../python.js';
import { kinds } from './kinds.js';
import { lengthOfValue, REDACTED, Reading, type ReadingContext, UNBOUND, type ValueLimits } from './reading.js';
import { rememberSecret } from './secret-objects.js';
import { Secrets } from './secrets.js';
import type { Tree } from './tree.js';
import { type KnownType, Types } from './types.js';

export type ValueSettings = ValueLimits & RedactionSettings;

/** An object as it was read, and what it is. */
export interface ReadValue {
  /** Qualified name of the type; null when it cannot be read. */
  readonly type: string | null;
  readonly tree: Tree;
  /** Why it, or something in it, could not be read; null: it could. */
  readonly problem: string | null;
  /** Of the object; absent: of one that was not read. */
  readonly address?: number;
  /** Characters in which it may be written; absent: as many as it takes. */
  readonly most?: number;
}

/** Objects looked at for one value: a list of lists of twenty is 400. More if more items are asked for. */
const OBJECTS_A_VALUE = 1000;
/** ... and for all values of a thread, and of a pass. An object takes some microseconds. */
const OBJECTS_A_THREAD = 100_000;
const OBJECTS_A_PASS = 1_000_000;

/** A name that nothing is bound to. */
const NOTHING: ReadValue = { type: null, tree: UNBOUND, problem: null };

export class ValueReader {
  readonly python: Python;
  readonly types: Types;
  readonly maxItems: number;
  readonly secrets: Secrets;
  readonly #context: ReadingContext;
  readonly #reading: Reading;
  readonly #objectsAValue: number;
  readonly #values = new Map<number, ReadValue>();
  #leftOfThread = OBJECTS_A_THREAD;
  #leftOfPass = OBJECTS_A_PASS;

  /** `secrets`: what others have found, and what is found here. Throws SyntaxError for a pattern that is no regular expression. */
  constructor({ values: python }: Python, settings: ValueSettings, secrets = new Secrets(settings)) {
    this.python = python;
    this.types = new Types(python);
    this.maxItems = settings.maxItems;
    this.secrets = secrets;
    this.#objectsAValue = Math.max(OBJECTS_A_VALUE, 50 * settings.maxItems);
    this.#context = {
      python,
      types: this.types,
      limits: settings,
      secrets,
      kindOf: kinds(this.types, spellingOf(python.layout)),
      rememberSecret,
      leaves: new Map(),
    };
    this.#reading = new Reading(this.#context);
  }

  /** From here on, what is read counts as another thread's. */
  beginThread(): void {
    this.#leftOfThread = OBJECTS_A_THREAD;
  }

  /** The value that a variable of that name holds; null: none. Of a secret one only the type is told. */
  readNamed(name: string, pointer: number): ReadValue {
    if (pointer === 0) return NOTHING;
    if (!this.#context.secrets.isName(name)) return this.read(pointer);
    rememberSecret(pointer, this.#reading);
    return { type: this.#typeName(pointer), tree: REDACTED, problem: null };
  }

  /** The value at a pointer. Throws only what is not a failure of the target's memory. */
  read(pointer: number): ReadValue {
    const known = this.#values.get(pointer);
    if (known) return known;
    const objects = Math.min(this.#objectsAValue, this.#leftOfThread, this.#leftOfPass);
    const reading = this.#reading;
    const tree = reading.whole(pointer, objects);
    const used = objects - Math.max(reading.left, 0);
    this.#leftOfThread -= used;
    this.#leftOfPass -= used;
    const most = lengthOfValue(this.#context.limits);
    const value: ReadValue = { type: this.#typeName(pointer), tree, problem: reading.problem, address: pointer, most };
    // What was cut for want of work left may be whole elsewhere.
    if (reading.left >= 0) this.#values.set(pointer, value);
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

/** What stands for an object that cannot be read. */
export function invalid(pointer: number, error: unknown): ReadValue {
  const problem = reasonOf(error);
  return { type: null, tree: { kind: 'unreadable', address: pointer, type: null, reason: problem }, problem };
}
