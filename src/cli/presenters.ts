/** How are results shown as they come? One after the other, as JSON, as groups, or as one of these once it is known how much it is. */

import { EXIT, type ExitCode } from '../errors.js';
import type { ProcessEntry } from '../many/document.js';
import type { Look } from '../many/each.js';
import type { Fleet, Groups } from '../many/groups/model.js';
import type { LookSet } from '../many/looks/look-set.js';
import type { Palette } from '../render/palette.js';
import { paletteFor, wantsColour } from './colours.js';
import { writePieces } from './output.js';
import { pageOf, wantsLinks, wantsPage } from './page.js';
import type { Presenter, Target } from './presenter.js';
import { withoutSecretWords } from './secret-names.js';
import { isFlame, type View } from './view.js';
import type { World } from './world.js';

/** As the options say. `executableGiven`: whether the program of a core was named by the caller. */
export async function presenterFor(
  view: View,
  what: { readonly executableGiven: boolean; readonly locals: boolean },
  world: World,
): Promise<Presenter> {
  const presenter = await chosen(view, what, world);
  return {
    add(look, about) {
      const { snapshot } = look;
      return presenter.add(snapshot === null ? look : { ...look, snapshot: withoutSecretWords(snapshot, view) }, about);
    },
    end: (tally, findings) => presenter.end(tally, findings),
  };
}

async function chosen(
  view: View,
  what: { readonly executableGiven: boolean; readonly locals: boolean },
  world: World,
): Promise<Presenter> {
  const { group } = view.grouping;
  const { format, html } = view;
  if (html !== null) {
    const { htmlPresenter } = await import('./html.js');
    return htmlPresenter(html, view, world);
  }
  if (format === 'jsonl') return (await jsonPresenters()).lines(world);
  // Flame graphs are of all threads together, whether or not they are grouped.
  if (group === true || isFlame(format)) return groupPresenter(view, world);
  if (format === 'json') return (await jsonPresenters()).document(world);
  const palette = await paletteFor(await wantsColour(view.color, world.env, world.stdoutIsTerminal));
  const rows = world.rows();
  // Variables are of one thread each: whoever asks for them wants to see them.
  const mayGroup = group === null && !what.locals && rows !== null && (await world.stdoutIsTerminal());
  if (!mayGroup) return textPresenter(world, palette, view, what.executableGiven);
  const held = { ...world, stdout: new HeldSink(rows) };
  const [text, groups] = await Promise.all([
    textPresenter(held, palette, view, what.executableGiven),
    groupPresenter(view, world),
  ]);
  return screenful(held.stdout, text, groups, world);
}

/** Text that is kept as long as it fits on a screen. */
class HeldSink {
  text = '';
  full = false;
  #lines = 0;
  constructor(private readonly rows: number) {}

  write(text: string): boolean {
    if (this.full) return true;
    this.text += text;
    this.#lines += text.split('\n').length - 1;
    // One line is the next prompt's.
    if (this.#lines >= this.rows) {
      this.full = true;
      this.text = '';
    }
    return true;
  }
}

/** What fits on a screen as it is, and what does not as groups. */
function screenful(held: HeldSink, text: Presenter, groups: Presenter, world: World): Presenter {
  return {
    add(look, about) {
      if (!held.full) text.add(look, about);
      return groups.add(look, about);
    },
    end(tally, findings) {
      if (!held.full) text.end(tally, findings);
      if (held.full) groups.end(tally, findings);
      else world.stdout.write(held.text);
    },
  };
}

async function groupPresenter(view: View, world: World): Promise<Presenter> {
  const [{ LookSet }, { failedLook, lookOf }] = await Promise.all([
    import('../many/looks/look-set.js'),
    import('../many/looks/from-snapshot.js'),
  ]);
  const set = new LookSet();
  const write = await groupWriter(view, world);
  const { findingsText } = await import('../render/findings-text.js');
  const palette = await paletteFor(await wantsColour(view.color, world.env, world.stdoutIsTerminal));
  return {
    add({ snapshot, error }, about) {
      set.add(snapshot === null ? failedLook(error, about) : lookOf(snapshot, about));
      return true;
    },
    // Of a job that runs on many hosts only those here were meant.
    end(_, findings) {
      if (findings.length > 0 && view.format === 'text' && view.layout !== 'plain') {
        world.stdout.write(findingsText({ findings }, palette));
      }
      write(set, false);
    },
  };
}

/** `fleet`: how hosts answered that were asked for it. */
export type GroupWriter = (set: LookSet, expectAll: boolean, fleet?: Fleet | null) => ExitCode;

/** Shows a set as groups, and says by an exit code how whole it is. */
export async function groupWriter(view: View, world: World): Promise<GroupWriter> {
  const { format } = view;
  const { html } = view;
  if (html !== null) {
    const { writeGroupsPage } = await import('./html.js');
    return (set, expectAll, fleet = null) =>
      exitOf(writeGroupsPage(set, html, { view, expectAll, fleet }, world).groups);
  }
  const flame = isFlame(format) ? await import('./flame.js') : null;
  const [{ groupsOf }, { groupsText }, { treeText }, { groupsJson }] = await Promise.all([
    import('../many/groups/group.js'),
    import('../render/groups-text.js'),
    import('../render/tree-text.js'),
    import('../render/groups-json.js'),
  ]);
  const palette = await paletteFor(await wantsColour(view.color, world.env, world.stdoutIsTerminal));
  return (set, expectAll, fleet = null) => {
    const groups = groupsOf(set, { byLine: view.grouping.byLine, expectAll, fleet });
    if (flame && isFlame(format)) flame.writeFlame(set, format, world);
    else if (format === 'json') writePieces(world.stdout, groupsJson(groups));
    else if (groups.counts.processes > 0 || groups.failures.length > 0) {
      writePieces(world.stdout, view.grouping.tree ? treeText(groups, palette) : groupsText(groups, palette));
    }
    return exitOf(groups);
  };
}

function exitOf({ counts, complete }: Groups): ExitCode {
  if (counts.processes === 0) return EXIT.nothing;
  return complete ? EXIT.complete : EXIT.incomplete;
}

/** The one after the other, as `pystack remote` shows each, under a line that says whose it is. */
async function textPresenter(world: World, palette: Palette, view: View, executableGiven: boolean): Promise<Presenter> {
  const [{ textPieces }, { targetHeading }, { findingsText }] = await Promise.all([
    import('../render/text.js'),
    import('../render/target-heading.js'),
    import('../render/findings-text.js'),
  ]);
  let first = true;
  const page = await wantsPage(view, world);
  const options = { palette, verbose: view.verbosity > 0, executableGiven, waits: view.layout !== 'plain' };
  const links = page && (await wantsLinks(view.color, world.env, world.stdoutIsTerminal));
  return {
    add({ target, snapshot }) {
      if (snapshot === null) return true;
      if (page) {
        const separator = first ? '' : '\n';
        first = false;
        return (
          world.stdout.write(separator) && writePieces(world.stdout, pageOf(snapshot, view, options, world, links))
        );
      }
      const heading = `${first ? '' : '\n'}${targetHeading(snapshot, targetText(target), palette)}\n`;
      first = false;
      const text = textPieces(snapshot, options);
      return world.stdout.write(heading) && writePieces(world.stdout, text);
    },
    end(_, findings) {
      if (findings.length === 0 || !options.waits) return;
      world.stdout.write(`\n${findingsText({ findings }, palette)}`);
    },
  };
}

async function jsonPresenters() {
  const { entriesHead, entriesTail, entryPieces } = await import('../render/many-json.js');
  return {
    document(world: World): Presenter {
      let first = true;
      return {
        add(look) {
          const head = entriesHead(first);
          first = false;
          return world.stdout.write(head) && writePieces(world.stdout, entryPieces(entryOf(look)));
        },
        end: (tally, findings) =>
          void world.stdout.write(entriesTail(tally.complete && tally.shown > 0, !first, findings)),
      };
    },
    lines(world: World): Presenter {
      return {
        add: (look) => writePieces(world.stdout, [...entryPieces(entryOf(look)), '\n']),
        end() {},
      };
    },
  };
}

function entryOf({ target, snapshot, error }: Look<Target>): ProcessEntry {
  return {
    pid: typeof target === 'number' ? target : (snapshot?.pid ?? null),
    core: typeof target === 'string' ? target : null,
    snapshot,
    error: error && {
      code: error.code,
      message: error.message,
      cause: error.details.cause ?? null,
      nextStep: error.details.nextStep ?? null,
    },
  };
}

/** `process 12`, or the path of a core. */
export function targetText(target: Target): string {
  return typeof target === 'number' ? `process ${target}` : target;
}
