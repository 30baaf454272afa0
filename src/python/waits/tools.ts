/** What is remembered of one memory while waits are read from it: objects, scopes, value stacks, names. */
import { type WaitFields, waitFieldsOf } from '../layouts/wait-fields.js';
import type { Python } from '../python.js';
import { Objects } from './objects.js';
import { Paths } from './paths.js';
import { Scopes } from './scopes.js';
import { ValueStacks } from './value-stack.js';

/** One a handle: `python.the(WaitTools)`. */
export class WaitTools {
  /** Null: of a version of which it is not known where they are. */
  readonly fields: WaitFields | null;
  readonly objects: Objects;
  readonly scopes: Scopes;
  /** Null where there are no fields. */
  readonly stacks: ValueStacks | null;
  readonly paths: Paths;

  constructor(python: Python) {
    const fields = waitFieldsOf(python.layout);
    this.fields = fields;
    this.objects = new Objects(python);
    this.scopes = new Scopes(this.objects);
    this.stacks = fields && new ValueStacks(this.objects, fields);
    this.paths = new Paths(this.objects, this.scopes);
  }
}
