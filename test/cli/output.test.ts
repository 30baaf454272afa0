import { describe, expect, test } from 'vitest';
import { sinkOf, writePieces } from '../../src/cli/output.js';
import { PystackError } from '../../src/errors.js';

const errno = (code: string) => Object.assign(new Error(code), { code });

describe('writing', () => {
  test('goes on after short writes and full pipes until all is out', () => {
    const text = `é${'x'.repeat(1000)}`;
    let written = '';
    let calls = 0;
    const sink = sinkOf(1, (_, bytes) => {
      if (calls++ % 3 === 1) throw errno(calls % 2 === 0 ? 'EAGAIN' : 'EINTR');
      const part = bytes.subarray(0, 100);
      written += Buffer.from(part).toString('latin1');
      return part.length;
    });
    expect(sink.write(text)).toBe(true);
    expect(Buffer.from(written, 'latin1').toString('utf8')).toBe(text);
  });

  test('stops quietly when nobody reads, and does not try again', () => {
    let calls = 0;
    const sink = sinkOf(1, () => {
      calls++;
      throw errno('EPIPE');
    });
    expect(sink.write('x')).toBe(false);
    expect(sink.write('y')).toBe(false);
    expect(calls).toBe(1);
  });

  test('any other failure is an error', () => {
    const sink = sinkOf(1, () => {
      throw errno('ENOSPC');
    });
    expect(() => sink.write('x')).toThrow(PystackError);
  });

  test('gathers pieces, and asks for no more than are read', () => {
    const sizes: number[] = [];
    let asked = 0;
    function* pieces() {
      for (; asked < 100; asked++) yield 'x'.repeat(10_000);
    }
    const sink = {
      write(text: string) {
        sizes.push(text.length);
        return sizes.length < 3;
      },
    };
    expect(writePieces(sink, pieces())).toBe(false);
    expect(sizes).toEqual([70_000, 70_000, 70_000]);
    expect(asked).toBeLessThan(25);
  });
});
