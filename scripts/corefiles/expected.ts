/** What does pystack say of a core of the corpus? Without looking at any file of the machine it runs on. */
import { inspectCore } from '../../src/inspect-core.js';
import { renderText } from '../../src/render/text.js';

/** No such folder: modules and sources are not to be had, whatever is installed. */
export const NOWHERE = 'corefiles/nowhere';

/** The text and the warnings. `path` is relative to the project's folder, which must be the working directory. */
export async function expectedText(path: string): Promise<string> {
  const snapshot = await inspectCore(path, { sysroot: NOWHERE });
  const warnings = snapshot.warnings.map(({ code, message }) => `${code}: ${message}\n`).sort();
  const text = `${renderText(snapshot)}\n${warnings.length === 0 ? 'no warnings\n' : warnings.join('')}`;
  return collapsed(text.split('\n')).join('\n');
}

/** Recursion is told once, with how often. */
function collapsed(lines: readonly string[]): string[] {
  const result: string[] = [];
  let times = 1;
  lines.forEach((line, i) => {
    if (line !== '' && line === lines[i + 1]) times++;
    else {
      result.push(times > 1 ? `${line} (${times} times)` : line);
      times = 1;
    }
  });
  return result;
}
