/**
 * How long may a search of memory take? Counted in work, where nobody waits for it but its user: what else the machine does
 * must not decide what is found.
 */

/** Tells once this process has worked for so many ms since now. */
export function workBudget(ms: number): () => boolean {
  const begun = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(begun);
    return (user + system) / 1000 > ms;
  };
}
