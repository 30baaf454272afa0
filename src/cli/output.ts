/**
 * How is text written so that all of it is out when the process ends, and a reader who has gone (`| head`) is no
 * error? Synchronously, to the descriptor: no buffer is left behind, and a closed pipe is an ordinary return value.
 */
import { writeSync } from 'node:fs';
import { PystackError } from '../errors.js';
import { sleep } from '../sleep.js';

export interface Sink {
  /** Writes all of it; false: nobody reads any more. Throws PystackError `output` when it cannot be written. */
  write(text: string): boolean;
}

/** Pieces are gathered to about this many characters before each system call. */
const GATHER = 64 * 1024;

/** How long to wait when a pipe that somebody made non-blocking is full, ms. */
const FULL_PIPE_WAIT_MS = 2;

/** @param writeTo as fs.writeSync; for tests */
export function sinkOf(fd: number, writeTo: (fd: number, bytes: Uint8Array) => number = writeSync): Sink {
  let closed = false;
  return {
    write(text) {
      let bytes: Uint8Array = Buffer.from(text, 'utf8');
      while (bytes.length > 0 && !closed) {
        try {
          bytes = bytes.subarray(writeTo(fd, bytes));
        } catch (error) {
          const code = error instanceof Error && 'code' in error ? error.code : undefined;
          if (code === 'EAGAIN') sleep(FULL_PIPE_WAIT_MS);
          else if (code === 'EPIPE') closed = true;
          else if (code !== 'EINTR') throw cannotWrite(error);
        }
      }
      return !closed;
    },
  };
}

/** Writes pieces with few system calls; stops asking for more once nobody reads. */
export function writePieces(sink: Sink, pieces: Iterable<string>): boolean {
  let gathered = '';
  for (const piece of pieces) {
    gathered += piece;
    if (gathered.length < GATHER) continue;
    if (!sink.write(gathered)) return false;
    gathered = '';
  }
  return sink.write(gathered);
}

function cannotWrite(error: unknown): PystackError {
  const why = error instanceof Error ? error.message : String(error);
  return new PystackError('output', 'the result cannot be written', { cause: why, underlying: error });
}
