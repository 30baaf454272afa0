/**
 * What may a program under test/programs be seen doing? Read from its text: a comment `-> f` marks a line that calls
 * f (`elsewhere`: functions of other files), `root` a function that threads start with.
 */
import { readFileSync } from 'node:fs';
import type { PythonFrame } from '../../src/snapshot.js';

/** 1-based number of the only line that contains `marker`. */
export function lineOf(file: string, marker: string): number {
  const lines = readFileSync(file, 'utf8').split('\n');
  const found = lines.flatMap((line, index) => (line.includes(marker) ? [index + 1] : []));
  const [line, another] = found;
  if (line === undefined || another !== undefined) throw new Error(`${file} has ${found.length} lines with ${marker}`);
  return line;
}

interface FunctionText {
  /** The line of `def` or its decorator, which a frame that has only been entered is on. */
  first: number;
  last: number;
  root: boolean;
  /** A generator: 3.12 gives its first instruction but one, and its last ones, no line, so Python says None there, too. */
  yields: boolean;
  /** line -> name of the function called there */
  calls: Map<number, string>;
}

export interface CallGraph {
  file: string;
  functions: Map<string, FunctionText>;
}

/** The functions of a file and who calls whom where; names are unique within it. */
export function readCallGraph(file: string): CallGraph {
  const functions = new Map<string, FunctionText>();
  let current: FunctionText | undefined;
  let indent = 0;
  let decorator: number | undefined;
  readFileSync(file, 'utf8')
    .split('\n')
    .forEach((text, index) => {
      const line = index + 1;
      const code = text.trimStart();
      const depth = text.length - code.length;
      const definition = /^def (\w+)\(/.exec(code);
      if (definition?.[1]) {
        current = {
          first: decorator ?? line,
          last: line,
          root: code.endsWith('# root'),
          yields: false,
          calls: new Map(),
        };
        functions.set(definition[1], current);
        indent = depth;
      } else if (code !== '' && depth <= indent) {
        current = undefined;
      } else if (current && code !== '') {
        current.last = line;
        if (code.startsWith('yield ')) current.yields = true;
      }
      decorator = code.startsWith('@') ? line : undefined;
      const call = /# -> (\w+)$/.exec(code);
      if (call?.[1] && current) current.calls.set(line, call[1]);
    });
  return { file, functions };
}

/**
 * What is impossible about this stack (outermost first), in words; null when all of it may be. Frames of other files
 * are passed over at the outer end, and from a call marked `-> elsewhere` inwards.
 */
export function impossibleIn(graph: CallGraph, frames: readonly PythonFrame[]): string | null {
  const start = frames.findIndex((frame) => frame.file === graph.file);
  // A thread being born or ending is nowhere in the file.
  if (start < 0) return null;
  const own = frames.slice(start);
  for (const [index, frame] of own.entries()) {
    const text = graph.functions.get(frame.function);
    const where = `${frame.function} on line ${frame.line}`;
    if (index === 0 && !text?.root) return `${where} is nothing that a thread starts with`;
    const next = own[index + 1];
    if (frame.line === null && text?.yields && !next) return null;
    if (!text || frame.line === null || frame.line < text.first || frame.line > text.last) {
      return `${where} does not exist`;
    }
    if (!next) return null;
    const called = text.calls.get(frame.line);
    if (next.file !== graph.file) return called === 'elsewhere' ? null : `${where} does not call ${next.function}`;
    if (called !== next.function) return `${where} does not call ${next.function}`;
  }
  return null;
}
