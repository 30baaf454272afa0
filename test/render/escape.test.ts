import { describe, expect, test } from 'vitest';
import { harmless, harmlessSource } from '../../src/render/escape.js';

describe('text from the target', () => {
  test.each([
    ['a terminal escape', '\u001b[31mred', '\\x1b[31mred'],
    ['C1 controls', 'a\u009bb\u0085c', 'a\\x9bb\\x85c'],
    ['DEL and NUL', '\u007f\0', '\\x7f\\x00'],
    ['line breaks', 'a\nb\rc\td', 'a\\nb\\rc\\td'],
    ['line and paragraph separators', 'a\u2028b\u2029', 'a\\u2028b\\u2029'],
    ['bidi overrides and isolates', '\u202eevil\u2066x\u2069\u200f', '\\u202eevil\\u2066x\\u2069\\u200f'],
    ['lone surrogates', 'file\udcff \ud800', 'file\\udcff \\ud800'],
    ['a byte order mark and a zero-width space', '\ufeffa\u200bb', '\\ufeffa\\u200bb'],
  ])('%s cannot act on a terminal', (_, text, shown) => {
    expect(harmless(text)).toBe(shown);
  });

  test.each(['plain', 'Поток', '线程', 'שלום', '👩‍💻 🇩🇪', 'नमस्ते', "C:\\x1b it's", ''])('%s stays as it is', (text) => {
    expect(harmless(text)).toBe(text);
  });

  test('no code point that acts comes through, whichever it is', () => {
    const acts = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;
    for (let code = 0; code <= 0xffff; code++) {
      const character = String.fromCharCode(code);
      if (acts.test(character)) expect(harmless(character)).toMatch(/^\\[xunrt]/);
    }
  });

  test('tabs of a source line are spaces, of a name are escapes', () => {
    expect(harmlessSource('x\t=\t1')).toBe('x    =    1');
    expect(harmless('x\t=')).toBe('x\\t=');
  });
});
