/**
 * Whose is a line that a client printed, and is it whole? srun, mpirun, pdsh and clush put a label before each; the first
 * two also part long lines (1,024 and 4,096 bytes) and mix the parts of several hosts, each with its label.
 */
import { isCollectLine, isWholeCollectLine, MAX_LINE } from '../looks/collect-line.js';
import type { Sorted, Sorter } from './model.js';

/** Of a client of one host. */
export function linesOfOne(host: string): Sorter {
  return { push: (line) => [{ line, host }] };
}

/** Of a client that puts labels into the middle of lines as well, where it has parted them. */
export function labelledWithin(label: RegExp, sorter: Sorter): Sorter {
  return { push: (line) => line.split(new RegExp(`(?=${label.source})`)).flatMap((part) => sorter.push(part)) };
}

/**
 * Of a client that labels what it prints.
 * @param label finds it at the beginning of a line; its first group is whose it is
 * @param hostOf as whom that was asked; null: the line has to say it itself
 */
export function labelledLines(label: RegExp, hostOf: (label: string) => string | null): Sorter {
  const begun = new Map<string, string[]>();
  return {
    push(line) {
      const [before, whose] = label.exec(line) ?? [];
      if (before === undefined || whose === undefined) return [{ line, host: null }];
      const text = line.slice(before.length);
      const parts = begun.get(whose);
      if (!parts && (!isCollectLine(text) || isWholeCollectLine(text))) return [{ line: text, host: hostOf(whose) }];
      const all = [...(parts ?? []), text];
      const whole = all.join('');
      // A line of ours that begins where another had not ended: that one was cut.
      if (parts && isCollectLine(text)) return again(begun, whose, parts, text, hostOf);
      if (isWholeCollectLine(whole) || whole.length > MAX_LINE) {
        begun.delete(whose);
        return [{ line: whole, host: hostOf(whose) }];
      }
      begun.set(whose, [whole]);
      return [];
    },
  };
}

function again(
  begun: Map<string, string[]>,
  whose: string,
  parts: readonly string[],
  text: string,
  hostOf: (label: string) => string | null,
): Sorted[] {
  begun.set(whose, [text]);
  return [{ line: parts.join(''), host: hostOf(whose) }];
}
