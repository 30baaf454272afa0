/** With which words does `pystack collect` start on the other side, and how do they come through a shell there unchanged? */
import type { FleetRequest } from './model.js';

/** What is to be run there. */
export function collectWords({ pystack, collect }: FleetRequest): string[] {
  return [pystack, 'collect', ...collect];
}

/**
 * The same for a shell there. ssh, pdsh and clush join the words that they are given and have a shell take them apart, so
 * each is quoted.
 */
export function collectLine(request: FleetRequest): string {
  if (request.send === null) return collectWords(request).map(quoted).join(' ');
  return ['sh', '-c', RUN_SENT, 'sh', 'collect', ...request.collect].map(quoted).join(' ');
}

/** The words of a program that takes the file from its standard input, runs it, and takes it away again. */
export function sentWords({ collect }: FleetRequest): string[] {
  return ['sh', '-c', RUN_SENT, 'sh', 'collect', ...collect];
}

/** The same, of a file that was copied there. */
export function copiedWords(path: string, { collect }: FleetRequest): string[] {
  return ['sh', '-c', RUN_COPIED, path, 'collect', ...collect];
}

/** No word of the command line stands in it. The file is taken away however it ends, as far as a shell is told. */
const RUN_SENT = [
  'file=$(mktemp -t pystack.XXXXXX) || exit 1',
  'trap \'rm -f "$file"\' 0',
  "trap 'exit 143' 1 2 15",
  'cat > "$file" && chmod 700 "$file" && "$file" "$@" < /dev/null',
].join('; ');

const RUN_COPIED = 'trap \'rm -f "$0"\' 0; trap \'exit 143\' 1 2 15; "$0" "$@" < /dev/null';

/** As one word of a POSIX shell. */
export function quoted(word: string): string {
  return /^[\w./:=,@+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
