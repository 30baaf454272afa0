/** What can be waited for? docs/watch.md tells what each means. */
export const UNTIL = ['stuck', 'held-up', 'still', 'finding'] as const;
export type Until = (typeof UNTIL)[number];
