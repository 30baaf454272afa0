/** Where does a stack end when its memory is damaged, and which frames are shown of one that is whole? */
import { describe, expect, it } from 'vitest';
import { toAddress } from '../../src/memory/address.js';
import { PAGE_BYTES } from '../../src/memory/pages.js';
import { CorruptData, MemoryFault } from '../../src/memory/reader.js';
import { readCode } from '../../src/python/code.js';
import { describeLost, readCodeLeft } from '../../src/python/code-left.js';
import { readFrames } from '../../src/python/frames.js';
import { layoutFor } from '../../src/python/layouts/index.js';
import type { Layout } from '../../src/python/layouts/layout.js';
import { withCode } from '../../src/questions/stacks.js';
import { FakePython } from '../support/fake-python.js';

function row(version: string): Layout {
  const [major = 0, minor = 0] = version.replace('t', '').split('.').map(Number);
  const layout = layoutFor(major, minor, null, { freeThreaded: version.endsWith('t') });
  if (!layout) throw new Error(`no row for ${version}`);
  return layout;
}

const COMPLETE = { kind: 'complete', reason: null };

describe.each(['3.7', '3.9', '3.10', '3.11', '3.12', '3.13', '3.13t', '3.14', '3.14t', '3.15', '3.15t'])(
  '%s',
  (version) => {
    const layout = row(version);

    /** Three frames, innermost first. */
    function stack() {
      const python = new FakePython(layout);
      const outer = python.frame({ code: python.code('outer'), lasti: 8 });
      const middle = python.frame({ code: python.code('middle'), lasti: 6, previous: outer });
      const inner = python.frame({ code: python.code('inner'), lasti: 4, previous: middle });
      return { python, frames: [inner, middle, outer] as const, thread: python.thread(inner) };
    }

    it('follows the links, innermost first', () => {
      const { python, frames, thread } = stack();
      const walk = readFrames(python.handle, thread);
      expect(walk.ending).toEqual(COMPLETE);
      expect(walk.frames.map(({ address }) => address)).toEqual(frames);
      expect(walk.frames.map(({ lasti }) => lasti)).toEqual([4, 6, 8]);
      expect(walk.frames.map(({ code }) => readCode(python.handle, code).name)).toEqual(['inner', 'middle', 'outer']);
    });

    it('a generator that no eval loop was entered with, and that links to nothing, is being left', () => {
      const { frames } = layout;
      if (frames.kind === 'frame-objects') return;
      const python = new FakePython(layout);
      const owner = frames.FRAME_OWNED_BY_GENERATOR;
      const left = python.frame({ code: python.code('counting'), owner });
      const walk = readFrames(python.handle, python.thread(left));
      expect(walk.frames).toMatchObject([{ address: left }]);
      expect(walk.ending).toEqual({ kind: 'truncated', reason: expect.stringContaining('generator') });
      // One that C code runs has an eval loop of its own, or stands in the place of another frame.
      const entered =
        frames._PyInterpreterFrame.is_entry === undefined
          ? python.frame({ code: python.code('run'), owner, previous: python.shim() })
          : python.frame({ code: python.code('run'), owner, isEntry: true });
      expect(readFrames(python.handle, python.thread(entered)).ending).toEqual(COMPLETE);
      const caller = python.frame({ code: python.code('gather') });
      const running = python.frame({ code: python.code('counting'), owner, previous: caller });
      expect(readFrames(python.handle, python.thread(running)).ending).toEqual(COMPLETE);
    });

    it('a thread without frames', () => {
      const python = new FakePython(layout);
      expect(readFrames(python.handle, python.thread())).toMatchObject({ frames: [], ending: COMPLETE });
    });

    it('a call that has not started is at no instruction', () => {
      const python = new FakePython(layout);
      const thread = python.thread(python.frame({ code: python.code('f'), lasti: -1 }));
      expect(readFrames(python.handle, thread).frames.map(({ lasti }) => lasti)).toEqual([-1]);
    });

    it('where the page of its instruction is zeros, it is at none that is known', () => {
      const python = new FakePython(layout);
      const { frames } = layout;
      const place = frames.kind === 'frame-objects' ? frames.PyFrameObject.f_lasti : frames._PyInterpreterFrame.instr;
      const page = Math.ceil(python.memory.allocate(4 * PAGE_BYTES) / PAGE_BYTES) * PAGE_BYTES + PAGE_BYTES;
      const code = python.code('f');
      const outer = python.frame({ code: python.code('outer') });
      const at = toAddress(page - place);
      const frame = python.frame({ code, previous: outer, at });
      const thread = python.thread(frame);
      expect(readFrames(python.handle, thread).frames[0]).toMatchObject({ code, lasti: 4 });
      for (let byte = 0; byte < PAGE_BYTES; byte++) python.memory.byte(page + byte, 0);
      const walk = readFrames(python.handle, thread);
      expect(walk.frames).toMatchObject([{ address: frame, code, lasti: -1, isPlaceLost: true }, { address: outer }]);
      const [shown] = withCode(python.handle, walk).frames;
      expect(shown?.ran).toMatchObject({
        problem: expect.stringContaining('lost'),
        left: { name: 'f', lineTable: null },
      });
      // Something else is there: it is at the first.
      python.memory.int(page + PAGE_BYTES - 4, 1);
      const again = readFrames(python.handle, thread).frames[0];
      expect(again).not.toHaveProperty('isPlaceLost');
    });

    it('where the page of the word is zeros that leads to its frames, it has not none', () => {
      const python = new FakePython(layout);
      const thread = python.thread();
      const offset = layout.frames.kind === 'frame-objects' ? layout.frames.tstate_frame : layout.frames.tstate_current;
      const page = Math.ceil(python.memory.allocate(3 * PAGE_BYTES) / PAGE_BYTES) * PAGE_BYTES;
      const walk = readFrames(python.handle, { ...thread, address: toAddress(page + PAGE_BYTES - offset) });
      expect(walk).toMatchObject({
        frames: [],
        ending: { kind: 'truncated', reason: expect.stringContaining('lost') },
      });
    });

    it('a table of lines, or a name, that goes on over a page of zeros is lost', () => {
      const python = new FakePython(layout);
      const fields = layout.PyCodeObject;
      const page = Math.ceil(python.memory.allocate(4 * PAGE_BYTES) / PAGE_BYTES) * PAGE_BYTES + PAGE_BYTES;
      const code = python.code('f');
      const table = toAddress(page - layout.PyBytesObject.ob_sval - 2);
      python.memory.word(table + layout.PyVarObject.ob_size, 40);
      python.memory.word(code + fields.co_linetable, table);
      python.memory.int(page + 8, 1);
      expect(readCode(python.handle, code).lineTable).toHaveLength(40);
      python.memory.int(page + 8, 0);
      expect(() => readCode(python.handle, code)).toThrow(/line table .* is lost/);
      const left = readCodeLeft(python.handle, code);
      expect(left).toMatchObject({ name: 'f', lineTable: null });
      expect(left && describeLost(python.handle, left)).toBe('its table of lines is lost');
    });

    it('a cycle ends the stack', () => {
      const { python, frames, thread } = stack();
      python.setPrevious(frames[2], frames[1]);
      const walk = readFrames(python.handle, thread);
      expect(walk.frames).toHaveLength(3);
      expect(walk.ending).toEqual({ kind: 'truncated', reason: expect.stringContaining('cycle') });
    });

    it.each([
      ['kernel space', 2 ** 63],
      ['the null page', 8],
      ['unmapped memory', 0x7fff_0000_0000],
    ])('a link into %s ends the stack', (_what, link) => {
      const { python, frames, thread } = stack();
      python.setPrevious(frames[1], link);
      const walk = readFrames(python.handle, thread);
      expect(walk.frames).toHaveLength(2);
      expect(walk.ending.kind).toBe('truncated');
      expect(walk.ending.reason).toContain('0x');
    });

    it('a frame that runs something else than code ends the stack', () => {
      const python = new FakePython(layout);
      const outer = python.frame({ code: python.object('dict', 400) });
      const thread = python.thread(python.frame({ code: python.code('f'), previous: outer }));
      const walk = readFrames(python.handle, thread);
      expect(walk.frames).toHaveLength(1);
      expect(walk.ending.reason).toContain('not a code object');
    });

    it('an unreadable thread state is a stack without frames', () => {
      const { python, thread } = stack();
      const gone = { ...thread, address: toAddress(0x7fff_0000_0000) };
      const walk = readFrames(python.handle, gone);
      expect(walk.frames).toEqual([]);
      expect(walk.ending.kind).toBe('truncated');
    });

    it('a fault of ours is not one of the target', () => {
      const { python, thread } = stack();
      const memory = {
        read: () => {
          throw new TypeError('ours');
        },
      };
      expect(() => readFrames(python.handle.over(memory), thread)).toThrow(TypeError);
    });

    it('code objects are refused when they are none, or absurd', () => {
      const python = new FakePython(layout);
      const fields = layout.PyCodeObject;
      const code = python.code('f');
      expect(() => readCode(python.handle, python.object('dict', 600))).toThrow(CorruptData);
      expect(() => readCode(python.handle, toAddress(0x7fff_0000_0000))).toThrow(MemoryFault);
      const table = python.bytes(new Uint8Array(3));
      python.memory.word(table + layout.PyVarObject.ob_size, 2 ** 40);
      python.memory.word(code + fields.co_linetable, table);
      expect(() => readCode(python.handle, code)).toThrow(/MemoryFault|absurd|cannot be read/);
    });
  },
);

describe('entries', () => {
  it.each(['3.7', '3.10'])('%s: every frame has its own eval loop', (version) => {
    const python = new FakePython(row(version));
    const outer = python.frame({ code: python.code('outer') });
    const thread = python.thread(python.frame({ code: python.code('inner'), previous: outer }));
    const { frames } = readFrames(python.handle, thread);
    expect(frames.map(({ isEntry }) => isEntry)).toEqual([true, true]);
  });

  it('3.11: the frame says so', () => {
    const python = new FakePython(row('3.11'));
    const outer = python.frame({ code: python.code('outer'), isEntry: true });
    const thread = python.thread(python.frame({ code: python.code('inner'), previous: outer }));
    const { frames } = readFrames(python.handle, thread);
    expect(frames.map(({ isEntry }) => isEntry)).toEqual([false, true]);
  });

  it.each(['3.12', '3.13', '3.14', '3.15t'])('%s: shims are not shown but mark the frame they bring in', (version) => {
    const python = new FakePython(row(version));
    const outer = python.frame({ code: python.code('outer'), previous: python.shim() });
    const middle = python.frame({ code: python.code('middle'), previous: outer });
    const inner = python.frame({ code: python.code('inner'), previous: python.shim(middle) });
    // The innermost shim has nothing running in it yet.
    const { frames, ending } = readFrames(python.handle, python.thread(python.shim(inner)));
    expect(ending).toEqual(COMPLETE);
    expect(frames.map(({ address }) => address)).toEqual([inner, middle, outer]);
    expect(frames.map(({ isEntry }) => isEntry)).toEqual([true, false, true]);
  });

  it.each(['3.12', '3.13', '3.14', '3.15t'])('%s: a chain of nothing but shims ends', (version) => {
    const python = new FakePython(row(version));
    const shim = python.shim();
    python.setPrevious(shim, shim);
    const walk = readFrames(python.handle, python.thread(shim));
    expect(walk).toMatchObject({ frames: [], ending: { kind: 'truncated', reason: expect.stringContaining('cycle') } });
  });
});

describe('calls being set up (3.11+)', () => {
  it.each(['3.11', '3.12', '3.13', '3.14', '3.15t'])(
    '%s: before the first traceable instruction no line runs',
    (version) => {
      const python = new FakePython(row(version));
      const code = python.code('f', { firstTraceable: 4 });
      const owner =
        python.layout.frames.kind === 'interpreter-frames' ? python.layout.frames.FRAME_OWNED_BY_GENERATOR : 0;
      const lastis = [
        { code, lasti: 6 },
        { code, lasti: 8 },
        { code, lasti: 6, owner },
      ].map((drawing) => readFrames(python.handle, python.thread(python.frame(drawing))).frames[0]?.lasti);
      expect(lastis).toEqual([-1, 8, 6]);
    },
  );

  it.each(['3.12', '3.13', '3.14', '3.15t'])(
    '%s: the trampoline behind __init__ is no frame of the program',
    (version) => {
      const python = new FakePython(row(version));
      const trampoline = python.code('__init__', { firstTraceable: 4 });
      const name = python.memory.read(toAddress(trampoline + python.layout.PyCodeObject.co_name), 8);
      python.memory.word(trampoline + python.layout.PyCodeObject.co_filename, Number(name.getBigUint64(0, true)));
      const outer = python.frame({ code: python.code('outer'), previous: python.shim() });
      const between = python.frame({ code: trampoline, lasti: 0, previous: outer });
      const inner = python.frame({ code: python.code('__init__'), previous: between });
      const { frames } = readFrames(python.handle, python.thread(inner));
      expect(frames.map(({ address }) => address)).toEqual([inner, outer]);
      expect(frames.map(({ isEntry }) => isEntry)).toEqual([false, true]);
    },
  );
});

describe('pointers with tags (3.14+)', () => {
  it.each(['3.14', '3.14t', '3.15', '3.15t'])('%s: what a frame runs is found below the tag', (version) => {
    const python = new FakePython(row(version));
    const code = python.code('f');
    const frame = python.frame({ code, lasti: 6 });
    if (python.layout.frames.kind !== 'interpreter-frames') throw new Error('no interpreter frames');
    python.memory.word(frame + python.layout.frames._PyInterpreterFrame.f_code, code + 1);
    const { frames, ending } = readFrames(python.handle, python.thread(frame));
    expect(ending).toEqual(COMPLETE);
    expect(frames).toMatchObject([{ code, lasti: 6 }]);
  });
});

describe.each(['3.14t', '3.15t'])('%s: bytecode of its own for each thread', (version) => {
  /** A frame in the middle of copy `index` of a code object that has `copies` of them. */
  function frameInCopy(index: number, { copies = 3, made = true } = {}) {
    const python = new FakePython(row(version));
    const { frames, PyCodeObject, _PyCodeArray } = python.layout;
    if (frames.kind !== 'interpreter-frames' || PyCodeObject.co_tlbc === undefined || !_PyCodeArray) {
      throw new Error('a row without copies');
    }
    const { tlbc_index, instr } = frames._PyInterpreterFrame;
    if (tlbc_index === undefined) throw new Error('a row without copies');
    const code = python.code('f', { firstTraceable: 4 });
    const array = python.memory.allocate(_PyCodeArray.entries + 8 * copies);
    python.memory.word(code + PyCodeObject.co_tlbc, array);
    python.memory.word(array + _PyCodeArray.size, copies);
    const bytecode = python.memory.allocate(64);
    if (made) python.memory.word(array + _PyCodeArray.entries + 8 * index, bytecode);
    const frame = python.frame({ code });
    python.memory.int(frame + tlbc_index, index);
    python.memory.word(frame + instr, bytecode + 12);
    return readFrames(python.handle, python.thread(frame));
  }

  it('the instruction is counted from where that copy begins', () => {
    const { frames, ending } = frameInCopy(2);
    expect(ending).toEqual(COMPLETE);
    expect(frames.map(({ lasti }) => lasti)).toEqual([12]);
  });

  it('a copy that is not there ends the stack instead of showing a wrong line', () => {
    const missing = { frames: [], ending: { kind: 'truncated', reason: expect.stringContaining('cop') } };
    expect(frameInCopy(2, { made: false })).toMatchObject(missing);
    expect(frameInCopy(3, { copies: 3, made: false })).toMatchObject(missing);
    expect(frameInCopy(-1, { made: false })).toMatchObject(missing);
  });
});
