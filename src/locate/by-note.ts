/**
 * Where does the copy itself say that the interpreter is? A snapshot notes where it was found, as what led there (symbol
 * tables, megabytes searched through) is not in it. The note is a claim and is proven like any other place.
 */
import type { Candidate, Strategy } from './strategy.js';

export const byNote: Strategy = {
  name: 'note',
  *candidates(module, { target }): Generator<Candidate, string> {
    const { noted } = target;
    if (!noted) return 'nobody has noted it';
    if (noted.library !== (module.isAnonymous ? null : module.path)) return `noted in ${noted.library ?? 'no file'}`;
    yield { address: noted.address, how: 'noted in the snapshot', claim: noted };
    return 'nothing else is noted';
  },
};
