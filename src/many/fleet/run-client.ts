/**
 * How is one client run? With its words as they are, within a time, and read a line at a time: what it prints comes from
 * other hosts, so there are bounds to all of it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { PystackError } from '../../errors.js';
import { MAX_LINE } from '../looks/collect-line.js';
import { CARRIER_VARIABLE } from '../selection.js';
import type { Command } from './model.js';

/** How long a client that was asked to end may take for it, ms. */
const GRACE_MS = 3000;

/** Bytes that one client may print: thousands of hosts of some kilobytes each. */
const MAX_OUTPUT = 1024 * 1024 * 1024;

export interface Heard {
  out(line: string): void;
  err(line: string): void;
}

export interface ClientLimits {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** What the client finds in its environment. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Why it was ended from here; null: it ended by itself. */
  readonly stopped: 'late' | 'too-much' | 'interrupted' | null;
}

/** Resolves once it has ended and all that it printed was heard. Throws PystackError `engine-not-found`. */
export function runClient(command: Command, { out, err }: Heard, limits: ClientLimits): Promise<Ended> {
  let child: ChildProcess;
  const stdin = command.stdin === null ? 'ignore' : openFile(command.stdin);
  try {
    child = spawn(command.program, command.args, {
      stdio: [stdin, 'pipe', 'pipe'],
      env: { ...limits.environment, [CARRIER_VARIABLE]: '1' },
    });
  } finally {
    if (typeof stdin === 'number') closeSync(stdin);
  }
  return new Promise((resolve, reject) => {
    let stopped: Ended['stopped'] = null;
    let kill: NodeJS.Timeout | undefined;
    const stop = (why: NonNullable<Ended['stopped']>) => {
      if (stopped !== null) return;
      stopped = why;
      child.kill('SIGTERM');
      kill = setTimeout(() => {
        child.kill('SIGKILL');
        // What it started may keep the pipes open for ever.
        child.stdout?.destroy();
        child.stderr?.destroy();
      }, GRACE_MS);
    };
    const late = setTimeout(() => stop('late'), limits.timeoutMs);
    const interrupted = () => stop('interrupted');
    if (limits.signal.aborted) interrupted();
    limits.signal.addEventListener('abort', interrupted, { once: true });
    const over = () => {
      clearTimeout(late);
      clearTimeout(kill);
      limits.signal.removeEventListener('abort', interrupted);
    };
    let printed = 0;
    const heard = (line: (text: string) => void) => {
      const lines = new Lines(line);
      return {
        data(bytes: Buffer) {
          printed += bytes.length;
          if (printed > MAX_OUTPUT || !lines.push(bytes)) stop('too-much');
        },
        end: () => lines.end(),
      };
    };
    for (const [stream, line] of [
      [child.stdout, out],
      [child.stderr, err],
    ] as const) {
      const { data, end } = heard(line);
      stream?.on('data', data);
      stream?.on('end', end);
    }
    child.once('error', (error) => {
      over();
      reject(cannotStart(command.program, error));
    });
    child.once('close', (code, signal) => {
      over();
      resolve({ code, signal, stopped });
    });
  });
}

/** Bytes as lines. */
class Lines {
  #parts: Buffer[] = [];
  #held = 0;
  constructor(private readonly line: (text: string) => void) {}

  /** false: a line has no end. */
  push(bytes: Buffer): boolean {
    let from = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, from)) {
      this.#parts.push(bytes.subarray(from, end));
      from = end + 1;
      this.end();
    }
    if (from < bytes.length) this.#parts.push(bytes.subarray(from));
    this.#held += bytes.length - from;
    return this.#held <= MAX_LINE;
  }

  end(): void {
    if (this.#parts.length === 0) return;
    const text = Buffer.concat(this.#parts).toString('utf8').replace(/\r$/, '');
    this.#parts = [];
    this.#held = 0;
    this.line(text);
  }
}

function openFile(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw new PystackError(missing ? 'file-not-found' : 'file-unreadable', `${path} cannot be sent along`, {
      cause: error instanceof Error ? error.message : undefined,
      underlying: error,
    });
  }
}

function cannotStart(program: string, error: Error): PystackError {
  const missing = 'code' in error && error.code === 'ENOENT';
  return new PystackError('engine-not-found', `${program} cannot be started`, {
    cause: missing ? 'It is not installed here, or not on the PATH.' : error.message,
    nextStep: `run this where ${program} works, or say where it is: --client <path>`,
    underlying: error,
  });
}

/** Of a program that answers a question here: all that it prints. Throws PystackError. */
export async function askClient(program: string, args: readonly string[], limits: ClientLimits): Promise<string> {
  const out: string[] = [];
  const err: string[] = [];
  const ended = await runClient(
    { program, args, stdin: null },
    { out: (line) => out.push(line), err: (line) => err.push(line) },
    limits,
  );
  if (ended.code === 0 && ended.stopped === null) return `${out.join('\n')}\n`;
  throw new PystackError('engine-failed', `${program} ${howEnded(ended)}`, {
    cause: err.length > 0 ? err.slice(0, 5).join('\n') : 'It said nothing.',
    nextStep: `try it by hand: ${[program, ...args].join(' ')}`,
  });
}

/** `ended with 255`. */
export function howEnded({ code, signal, stopped }: Ended): string {
  if (stopped === 'late') return 'took too long';
  if (stopped === 'too-much') return 'printed more than can be an answer';
  if (stopped === 'interrupted') return 'was interrupted';
  return signal === null ? `ended with ${code}` : `was ended by ${signal}`;
}
