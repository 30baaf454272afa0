/** How does a walked frame become one of the result? Positions, names and source lines, outermost first. */
import type { CodeResult, ThreadWalk } from '../capture/walker.js';
import type { Layout } from '../cpython/layouts/layout.js';
import { decodePosition } from '../cpython/positions.js';
import { formatAddress } from '../memory/address.js';
import type { PythonFrame } from '../snapshot.js';
import type { SourceReader } from './source-lines.js';

export function describeFrames(walk: ThreadWalk, layout: Layout, sources: SourceReader): PythonFrame[] {
  const frames: PythonFrame[] = [];
  for (let i = walk.stack.frames.length - 1; i >= 0; i--) {
    const frame = walk.stack.frames[i];
    const result = walk.codes[i];
    if (frame && result) frames.push(describeFrame(frame, result, layout, sources));
  }
  return frames;
}

function describeFrame(
  frame: ThreadWalk['stack']['frames'][number],
  result: CodeResult,
  layout: Layout,
  sources: SourceReader,
): PythonFrame {
  if ('problem' in result) {
    return {
      kind: 'python',
      function: `<code object at ${formatAddress(frame.code)}>`,
      qualname: null,
      file: '<unknown>',
      line: null,
      endLine: null,
      column: null,
      endColumn: null,
      source: null,
      isEntry: frame.isEntry,
      problem: `its code object cannot be read: ${result.problem}`,
    };
  }
  const { code } = result;
  const position = decodePosition(layout.PyCodeObject.positions, code, frame.lasti);
  return {
    kind: 'python',
    function: code.name,
    qualname: code.qualname,
    file: code.file,
    ...position,
    source: sources.lineAt(code.file, position),
    isEntry: frame.isEntry,
  };
}
