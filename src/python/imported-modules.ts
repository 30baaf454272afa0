/** Which module has the program imported under a name? Several are asked for, of `sys.modules`, which may have thousands. */
import { type Address, isUserSpace } from '../memory/address.js';
import { type DictItem, readDict } from './dict.js';
import { reasonOf } from './problem.js';
import type { Python } from './python.js';
import { readUnicode } from './text.js';
import { TypeNames } from './type-names.js';

/** By name, the lengths of all names read once. One of each handle: `python.the(ImportedModules)`. */
export class ImportedModules {
  readonly #python: Python;
  /** Of each dict of modules: its items by how long their keys are. */
  readonly #byLength = new Map<Address, ReadonlyMap<number, readonly DictItem[]>>();

  constructor(python: Python) {
    this.#python = python;
  }

  /** What a dict of modules has under that name; 0: nothing. Throws MemoryFault, InvalidAddress, CorruptData as `readDict`. */
  named(modules: Address, name: string): number {
    let byLength = this.#byLength.get(modules);
    if (byLength === undefined) {
      byLength = this.#sort(readDict(this.#python, modules).items);
      this.#byLength.set(modules, byLength);
    }
    return byLength.get(name.length)?.find(({ key }) => this.#text(key) === name)?.value ?? 0;
  }

  #sort(items: readonly DictItem[]): ReadonlyMap<number, readonly DictItem[]> {
    const { layout } = this.#python;
    const lengthAt = layout.PyUnicodeObject?.length ?? layout.PyVarObject.ob_size;
    const byLength = new Map<number, DictItem[]>();
    for (const item of items) {
      const length = this.#attempt(() => this.#python.ssize(item.key as Address, lengthAt), item.key);
      if (length === null) continue;
      const same = byLength.get(length);
      if (same) same.push(item);
      else byLength.set(length, [item]);
    }
    return byLength;
  }

  #text(key: number): string | null {
    const object = key as Address;
    return this.#attempt(
      () => (this.#python.the(TypeNames).ofObject(object) === 'str' ? readUnicode(this.#python, object).text : null),
      key,
    );
  }

  /** A key that cannot be read (in a core, one that nobody needs) is not what is looked for. */
  #attempt<T>(read: () => T, key: number): T | null {
    if (!isUserSpace(key)) return null;
    try {
      return read();
    } catch (error) {
      reasonOf(error);
      return null;
    }
  }
}
