/**
 * Where does `_asyncio` describe its own structures? From 3.14 on in a section `.AsyncioDebug`, of its own library or, where
 * it is built in, of the interpreter's.
 * https://github.com/python/cpython/blob/v3.14.0/Modules/_asynciomodule.c (search for _Py_AsyncioModuleDebugOffsets)
 */
import { type Address, isUserSpace, toAddress } from '../memory/address.js';
import type { Module } from './module.js';

/** null: none of these modules has it. */
export function findAsyncioTable(modules: readonly Module[], library: string | null): Address | null {
  const holds = ({ name, path }: Module) => name.startsWith('_asyncio') || path === library;
  for (const module of modules.filter(holds)) {
    const section = module.file?.section('.AsyncioDebug');
    const [bias] = module.biases;
    if (!section || bias === undefined) continue;
    const address = section.addr + bias;
    if (isUserSpace(address)) return toAddress(address);
  }
  return null;
}
