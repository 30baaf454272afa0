/** How do many results look as JSON? One document with a line for each process; or, to be streamed, only these lines. */
import type { ProcessEntry } from '../many/document.js';
import { type Finding, SCHEMA_VERSION } from '../snapshot.js';
import { jsonPieces } from './json.js';

/** What stands before the first entry, and between two. */
export function entriesHead(first: boolean): string {
  return first ? `{\n"schemaVersion": ${SCHEMA_VERSION},\n"kind": "processes",\n"processes": [\n` : ',\n';
}

/** What stands after the last entry. */
export function entriesTail(complete: boolean, hadEntries: boolean, findings: readonly Finding[]): string {
  const head = `${hadEntries ? '' : entriesHead(true)}${hadEntries ? '\n' : ''}],\n`;
  return `${head}"findings": ${JSON.stringify(findings)},\n"complete": ${complete}\n}\n`;
}

/** One entry in pieces, all of them on one line, without an end of it. */
export function* entryPieces({ pid, core, snapshot, error }: ProcessEntry): Generator<string> {
  yield `{"pid":${JSON.stringify(pid)},"core":${JSON.stringify(core)},"snapshot":`;
  if (snapshot === null) yield 'null';
  // Ends of lines stand between values only: inside of texts they are escapes.
  else for (const piece of jsonPieces(snapshot)) yield piece.replaceAll('\n', '');
  yield `,"error":${JSON.stringify(error)}}`;
}
