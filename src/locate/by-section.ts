/**
 * Where is the section `.PyRuntime`? CPython puts the structure into one of its own, so that it is found in a stripped
 * program that exports nothing.
 * https://github.com/python/cpython/blob/v3.10.0/Python/pylifecycle.c
 */
import { isUserSpace, toAddress } from '../memory/address.js';
import type { Candidate, Strategy } from './strategy.js';

export const bySection: Strategy = {
  name: 'section',
  *candidates(module): Generator<Candidate, string> {
    if (!module.file) return module.trouble ?? 'its file cannot be opened';
    if (module.file.sections.length === 0) return 'it has no section table';
    const section = module.file.section('.PyRuntime');
    if (!section) return 'no section .PyRuntime';
    for (const bias of module.biases) {
      const address = section.addr + bias;
      if (isUserSpace(address)) yield { address: toAddress(address), how: 'section .PyRuntime' };
    }
    return 'no other section';
  },
};
