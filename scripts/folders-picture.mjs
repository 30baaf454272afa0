// Which folder of src imports which? Draws them into src/README.md as a Mermaid diagram, from the imports themselves:
// `node scripts/folders-picture.mjs`. An arrow leads from who imports to what is imported; one that longer ways lead along
// as well is left out. A test compares it with the page.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const SOURCE = fileURLToPath(new URL('../src', import.meta.url));
const PAGE = join(SOURCE, 'README.md');
const [BEGIN, END] = ['<!-- folders: node scripts/folders-picture.mjs -->', '<!-- /folders -->'];

/** What everybody imports, or what only hands on what others do, would hide the rest. */
const LEFT_OUT = new Set(['errors', 'snapshot', 'options', 'timings', 'version', 'index']);

/** The diagram. */
export function picture() {
  const imports = foldersImported();
  const lines = ['```mermaid', 'flowchart TD'];
  for (const [from, targets] of [...imports].sort()) {
    const direct = [...targets].filter((to) => ![...targets].some((by) => by !== to && reaches(imports, by, to)));
    for (const to of direct.sort()) lines.push(`  ${node(from)} --> ${node(to)}`);
  }
  return [...lines, '```'].join('\n');
}

/** The page as it should be. */
export function pageWithPicture(page = readFileSync(PAGE, 'utf8')) {
  const [start, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (start < 0 || end < 0) throw new Error(`${PAGE} has no place for it: ${BEGIN} … ${END}`);
  return `${page.slice(0, start + BEGIN.length)}\n${picture()}\n${page.slice(end)}`;
}

/** Folder, or file directly in src -> those it imports. */
function foldersImported() {
  const imports = new Map();
  for (const name of readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter((each) =>
    /\.tsx?$/.test(each),
  )) {
    const from = partOf(name);
    if (LEFT_OUT.has(from)) continue;
    const text = readFileSync(join(SOURCE, name), 'utf8');
    for (const [, path] of text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)) {
      const to = partOf(relative(SOURCE, resolve(join(SOURCE, dirname(name)), path)));
      if (to === from || LEFT_OUT.has(to)) continue;
      if (!imports.has(from)) imports.set(from, new Set());
      imports.get(from).add(to);
    }
  }
  return imports;
}

function partOf(path) {
  return path.split('/')[0].replace(/\.[jt]s$/, '');
}

function reaches(imports, from, to, seen = new Set()) {
  if (seen.has(from)) return false;
  seen.add(from);
  return [...(imports.get(from) ?? [])].some((next) => next === to || reaches(imports, next, to, seen));
}

/** A hyphen would begin an arrow. */
function node(part) {
  return part.includes('-') ? `${part.replaceAll('-', '_')}[${part}]` : part;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) writeFileSync(PAGE, pageWithPicture());
