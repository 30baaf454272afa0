/**
 * How much may it cost to find what is left in tables that were large once? All dicts and sets that are looked at through
 * one handle share it: what is in use costs nothing of it, only empty slots in between.
 */

/** A set of a million that was emptied has up to four million slots, in 64 MB. */
const SLOTS = 2 ** 24;

export class SlotBudget {
  #left = SLOTS;

  /** As many of `count` slots as may still be looked at; 0: none. */
  take(count: number): number {
    const given = Math.min(count, this.#left);
    this.#left -= given;
    return given;
  }
}
