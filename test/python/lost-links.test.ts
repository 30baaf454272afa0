/** Does a list of threads end where the link to the next is lost? */
import { expect, test } from 'vitest';
import { type Address, toAddress } from '../../src/memory/address.js';
import { PAGE_BYTES } from '../../src/memory/pages.js';
import { MemoryFault, type MemoryReader } from '../../src/memory/reader.js';
import { layoutFor } from '../../src/python/layouts/index.js';
import { Python } from '../../src/python/python.js';
import { readRuntime } from '../../src/python/runtime.js';
import { withRuntime } from '../support/layouts.js';

const START = 0x10000;
const PAGES = 16;
const at = (page: number) => toAddress(START + page * PAGE_BYTES);

/** A runtime with one interpreter whose first thread state lies half on a page with nothing else. `mark`: a word there. */
function problemsOf(mark: number): readonly string[] {
  const bytes = new DataView(new ArrayBuffer(PAGES * PAGE_BYTES));
  const memory: MemoryReader = {
    read(address: Address, size: number) {
      const offset = address - START;
      if (offset < 0 || offset + size > bytes.byteLength) throw new MemoryFault(address, size);
      return new DataView(bytes.buffer, offset, size);
    },
  };
  const layout = withRuntime(layoutFor(3, 8, null));
  const python = new Python({ address: at(0), layout, version: { major: 3, minor: 8, patch: null } }, memory);
  const put = (address: number, value: number) => bytes.setBigUint64(address - START, BigInt(value), true);
  const { PyThreadState, PyInterpreterState, _PyRuntimeState } = python.fields;
  const [interpreter, state] = [at(4), toAddress(at(11) - PyThreadState.interp.offset)];
  expect(PyThreadState.next.offset).toBeLessThan(PyThreadState.interp.offset);
  put(at(0) + _PyRuntimeState['interpreters.head'].offset, interpreter);
  put(interpreter + PyInterpreterState.threads_head.offset, state);
  put(state + PyThreadState.interp.offset, interpreter);
  put(at(10), mark);
  const { threadStates, problems } = readRuntime(python);
  expect(threadStates.map(({ address }) => address)).toEqual([state]);
  return problems;
}

test('it does where its page has something else', () => {
  expect(problemsOf(1)).toEqual([]);
});

test('it does not where all of its page is zeros', () => {
  expect(problemsOf(0)).toEqual([
    expect.stringMatching(/^the thread states of interpreter 0 end early: the link from/),
  ]);
});
