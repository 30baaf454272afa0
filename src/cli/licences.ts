/**
 * Whose work is in this program, and under which terms? What packages bring as NOTICE and licences/; the single
 * executable holds the same as its part `licences`, which nothing reads but this.
 */
import { closeSync, existsSync, fstatSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Put in by packaging/executable.mjs. */
declare const PYSTACK_SINGLE_EXECUTABLE: boolean | undefined;

/** NOTICE, then the text of every licence it names. */
export function licencesText(): string {
  if (typeof PYSTACK_SINGLE_EXECUTABLE !== 'undefined' && PYSTACK_SINGLE_EXECUTABLE) return licencesWithin();
  // From dist/ and from src/cli/.
  const folder = ['..', '../..'].find((each) => existsSync(new URL(`${each}/LICENSE`, import.meta.url))) ?? '..';
  const path = (name: string) => fileURLToPath(new URL(`${folder}/${name}`, import.meta.url));
  if (!existsSync(path('NOTICE'))) {
    return `${readFileSync(path('LICENSE'), 'utf8')}
This is a checkout: of what it leans on, node_modules and the system's packages hold the licences.
`;
  }
  const texts = readdirSync(path('licences')).sort();
  return [
    readFileSync(path('NOTICE'), 'utf8'),
    ...['../LICENSE', ...texts].map((name) =>
      headed(name.replace('../', ''), readFileSync(path(`licences/${name}`), 'utf8')),
    ),
  ].join('\n');
}

/** As packaging/licences.mjs writes it into the executable. */
function headed(name: string, text: string): string {
  return `== ${name}\n\n${text.trimEnd()}\n`;
}

/** The table at the end of the executable: packaging/launcher/launcher.c has its form. */
const NAME_BYTES = 40;
const PART_BYTES = NAME_BYTES + 24;
const MAX_PARTS = 8;
const TABLE_BYTES = MAX_PARTS * PART_BYTES + 16;

function licencesWithin(): string {
  const fd = openSync('/proc/self/exe', 'r');
  try {
    const table = Buffer.alloc(TABLE_BYTES);
    readSync(fd, table, 0, TABLE_BYTES, fstatSync(fd).size - TABLE_BYTES);
    for (let at = 0; at < MAX_PARTS * PART_BYTES; at += PART_BYTES) {
      if (table.toString('latin1', at, at + NAME_BYTES).split('\0', 1)[0] !== 'licences') continue;
      const text = Buffer.alloc(Number(table.readBigUInt64LE(at + NAME_BYTES + 8)));
      readSync(fd, text, 0, text.length, Number(table.readBigUInt64LE(at + NAME_BYTES)));
      return text.toString('utf8');
    }
    return 'This executable was made without its licences.\n';
  } finally {
    closeSync(fd);
  }
}
