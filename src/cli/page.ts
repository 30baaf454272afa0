/** How is a page made for this terminal? Its width, whether it knows links, and which words of a command line are secrets. */
import { fileLinks, hasFilesHere, NO_LINKS } from '../render/links.js';
import { pagePieces } from '../render/page.js';
import type { Palette } from '../render/palette.js';
import type { TextOptions } from '../render/text.js';
import type { Snapshot } from '../snapshot.js';
import { isSecretName } from './secret-names.js';
import type { View } from './view.js';
import type { World } from './world.js';

/** Columns of a terminal that nobody made wider. */
const USUAL_WIDTH = 80;
/** Below that, nothing is gained by wrapping. */
const LEAST_WIDTH = 40;

/** As asked for, else wherever a person reads it. */
export async function wantsPage({ layout }: View, world: Pick<World, 'stdoutIsTerminal'>): Promise<boolean> {
  return layout === 'page' || (layout === 'auto' && (await world.stdoutIsTerminal()));
}

/** @param links whether the terminal knows links */
export function pageOf(
  snapshot: Snapshot,
  view: View,
  options: TextOptions & { readonly palette: Palette },
  world: World,
  links: boolean,
): Iterable<string> {
  return pagePieces(snapshot, {
    ...options,
    width: widthOf(world),
    fullPaths: view.fullPaths,
    isSecret: isSecretName(view.redact, view.redactDefaults),
    link: links && hasFilesHere(snapshot) ? fileLinks(snapshot.process?.host ?? '') : NO_LINKS,
  });
}

/** COLUMNS, else the terminal's own, else 80. */
export function widthOf({ env, columns }: Pick<World, 'env' | 'columns'>): number {
  const said = Number(env['COLUMNS']);
  const width = Number.isInteger(said) && said > 0 ? said : (columns() ?? USUAL_WIDTH);
  return Math.max(width, LEAST_WIDTH);
}

/** VTE shows links since 0.50, and crashed on some before. */
const VTE_WITH_LINKS = 5000;

/**
 * Whether a link is a link there and not a row of signs: no terminal can be asked, so those that are known for it, or
 * FORCE_HYPERLINK as other programs have it. Not inside of screen, which shows them as they are.
 */
export async function wantsLinks(
  color: boolean,
  env: World['env'],
  isTerminal: () => Promise<boolean>,
): Promise<boolean> {
  const forced = env['FORCE_HYPERLINK'];
  if (forced !== undefined && forced !== '') return forced !== '0';
  if (!color || env['NO_COLOR'] || !(await isTerminal())) return false;
  const term = env['TERM'] ?? '';
  if (term === 'dumb' || term.startsWith('screen') || env['CI'] !== undefined) return false;
  if (Number(env['VTE_VERSION']) >= VTE_WITH_LINKS) return true;
  if (/kitty|alacritty|foot|ghostty|wezterm|contour/.test(term)) return true;
  if (['WT_SESSION', 'KONSOLE_VERSION', 'DOMTERM'].some((name) => env[name] !== undefined)) return true;
  return ['iTerm.app', 'WezTerm', 'vscode', 'ghostty', 'Hyper', 'rio'].includes(env['TERM_PROGRAM'] ?? '');
}
