/** What is being waited for? One line on the terminal that is written anew and, in the end, wiped away. */
import { harmless } from '../render/escape.js';
import type { Sink } from './output.js';

/** What takes less is not worth a line; and more often, nobody could read it. Milliseconds. */
const PATIENCE_MS = 500;
const EVERY_MS = 100;
const WIPE = '\r\u001b[K';

export class ProgressLine {
  readonly #terminal: Sink;
  readonly #now: () => number;
  #dueMs: number;
  #shown = false;

  /** `now` in milliseconds. */
  constructor(terminal: Sink, now: () => number) {
    this.#terminal = terminal;
    this.#now = now;
    this.#dueMs = now() + PATIENCE_MS;
  }

  show(message: string): void {
    const now = this.#now();
    if (now < this.#dueMs) return;
    this.#dueMs = now + EVERY_MS;
    this.#shown = true;
    this.#terminal.write(`${WIPE}pystack: ${harmless(message)}`);
  }

  /** Call before anything else is written, and when it is over however it went. */
  wipe(): void {
    if (this.#shown) this.#terminal.write(WIPE);
    this.#shown = false;
  }
}
