/** What is said on many hosts at once? Each line as it is, as soon as somebody says it; and once, however many do. */
import { namesText } from '../many/groups/ranges.js';
import { harmless } from '../render/escape.js';

/** Different lines that are told; who says more than that says nothing. */
const MOST_LINES = 500;
/** Characters told of each. */
const MOST_CHARACTERS = 2000;
const MOST_HOSTS = 12;

export class Remarks {
  readonly #said = new Map<string, Set<string>>();
  #untold = 0;
  constructor(private readonly write: (text: string) => void) {}

  /** `host`: null: whoever speaks says it himself. */
  add(host: string | null, text: string): void {
    const line = text.slice(0, MOST_CHARACTERS).trimEnd();
    if (line === '') return;
    const known = this.#said.get(line);
    if (known) {
      if (host !== null) known.add(host);
      return;
    }
    if (this.#said.size >= MOST_LINES) {
      this.#untold++;
      return;
    }
    this.#said.set(line, new Set(host === null ? [] : [host]));
    this.write(`${host === null ? '' : `${harmless(host)}: `}${harmless(line)}\n`);
  }

  /** Who else said what was told of the first. */
  end(): void {
    for (const [line, hosts] of this.#said) {
      if (hosts.size < 2) continue;
      const others = [...hosts].slice(1);
      this.write(`${harmless(namesText(others, MOST_HOSTS))}: the same: ${harmless(line)}\n`);
    }
    if (this.#untold > 0) this.write(`pystack: further lines that were said over there: ${this.#untold}\n`);
    this.#said.clear();
    this.#untold = 0;
  }
}
