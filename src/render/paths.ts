/**
 * How is a long path shown in few words? Files of the program relative to the folder that all of them share, those of
 * installed packages from `site-packages` on, those of the standard library from `python3.12` on. What each stands for
 * is told once.
 */
import type { Snapshot } from '../snapshot.js';

export interface ShortPaths {
  /** The path as it is shown; the path itself where nothing shorter is meant. */
  short(path: string): string;
  /** What the short ones stand for: beginning and folder, for the head of the report. */
  readonly stands: readonly { readonly beginning: string; readonly folder: string }[];
}

/** Paths as they are. */
export const FULL_PATHS: ShortPaths = { short: (path) => path, stands: [] };

/** Where installers put packages. */
const PACKAGES = /^.*\/(site-packages|dist-packages)\//;
/** Of the standard library: `/usr/lib/python3.12/`. */
const STANDARD_LIBRARY = /^.*\/lib(?:64)?\/(python\d[\d.]*t?)\//;

export function shortPaths({ threads, looseStacks = [] }: Snapshot): ShortPaths {
  const files = new Set<string>();
  for (const { frames } of [...threads, ...looseStacks]) {
    for (const frame of frames) if (frame.kind === 'python' && frame.file.startsWith('/')) files.add(frame.file);
  }
  const libraries = new Map<string, Map<string, number>>();
  const own: string[] = [];
  for (const file of files) {
    const library = libraryOf(file);
    if (library === null) {
      own.push(file);
      continue;
    }
    const folders = libraries.get(library.beginning) ?? new Map<string, number>();
    folders.set(library.folder, (folders.get(library.folder) ?? 0) + 1);
    libraries.set(library.beginning, folders);
  }
  const stands = [...libraries].map(([beginning, folders]) => ({ beginning, folder: mostUsed(folders) }));
  const root = sharedFolder(own);
  if (root !== null) stands.unshift({ beginning: '', folder: root });
  return {
    stands,
    short(path) {
      const library = libraryOf(path);
      const found = stands.find(({ beginning, folder }) =>
        library === null
          ? beginning === '' && path.startsWith(folder)
          : beginning === library.beginning && folder === library.folder,
      );
      return found ? found.beginning + path.slice(found.folder.length) : path;
    },
  };
}

function libraryOf(path: string): { beginning: string; folder: string } | null {
  const [folder, name] = PACKAGES.exec(path) ?? STANDARD_LIBRARY.exec(path) ?? [];
  return folder === undefined || name === undefined ? null : { beginning: `${name}/`, folder };
}

function mostUsed(folders: ReadonlyMap<string, number>): string {
  return [...folders].sort(([, a], [, b]) => b - a)[0]?.[0] ?? '';
}

/** The folder that holds all of them, with its slash; null: they share none that is worth leaving out. */
function sharedFolder(paths: readonly string[]): string | null {
  const [first, ...others] = paths.map((path) => path.split('/').slice(0, -1));
  if (first === undefined) return null;
  let depth = first.length;
  for (const parts of others) {
    let same = 0;
    while (same < depth && parts[same] === first[same]) same++;
    depth = same;
  }
  // `/` alone or `/home` is not what anybody means by "here".
  return depth < 3 ? null : `${first.slice(0, depth).join('/')}/`;
}
