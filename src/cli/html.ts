/** How does a page of HTML get into its file? Whole or not at all, as every file of ours; `-` is standard output. */
import type { Look } from '../many/each.js';
import { type Grouped, grouped } from '../many/groups/group.js';
import type { Member } from '../many/groups/members.js';
import type { Fleet } from '../many/groups/model.js';
import { failedLook, lookOf } from '../many/looks/from-snapshot.js';
import { keyOf, LookSet, threadsOf } from '../many/looks/look-set.js';
import { setOf } from '../many/looks/set-of.js';
import { harmless } from '../render/escape.js';
import { ASSETS } from '../render/html/assets.js';
import { type PageOptions, processesPage, processInside, processPage } from '../render/html/page.js';
import type { Snapshot } from '../snapshot.js';
import { version } from '../version.js';
import { writePieces } from './output.js';
import type { Presenter, Target } from './presenter.js';
import { sizeText } from './saved-report.js';
import { isSecretName } from './secret-names.js';
import type { View } from './view.js';
import { writeWhole } from './whole-file.js';
import type { World } from './world.js';

/** Characters of processes that are told in full, beside the groups. */
const MOST_OF_WHOLE = 350_000;
/** Frames of snapshots that are kept until it is known which of them are told in full; about 100 MB. */
const MOST_KEPT_FRAMES = 200_000;

/** One process. */
export function writeProcessPage(snapshot: Snapshot, file: string, view: View, world: World): void {
  const one = grouped(setOf(snapshot), { byLine: view.grouping.byLine });
  write(processPage(snapshot, one, optionsOf(view)), file, world);
}

/** What was merged, without anything that is of single processes. */
export function writeGroupsPage(
  set: LookSet,
  file: string,
  { view, expectAll, fleet }: { readonly view: View; readonly expectAll: boolean; readonly fleet: Fleet | null },
  world: World,
): Grouped {
  const all = grouped(set, { byLine: view.grouping.byLine, expectAll, fleet });
  const many = { grouped: all, tables: set.tables, among: [], whole: new Map(), leftOut: 0 };
  write(processesPage(many, optionsOf(view)), file, world);
  return all;
}

/** Many processes or cores of this machine. */
export function htmlPresenter(file: string, view: View, world: World): Presenter {
  const set = new LookSet();
  const snapshots = new Map<string, Snapshot>();
  let frames = 0;
  let known = 0;
  return {
    add({ snapshot, error }: Look<Target>, about) {
      const look = snapshot === null ? failedLook(error, about) : lookOf(snapshot, about);
      set.add(look);
      if (snapshot === null) return true;
      known++;
      frames += snapshot.threads.reduce((sum, thread) => sum + thread.frames.length, 0);
      // Of those that something is wrong with there is room for as many again.
      const room = snapshot.findings.length > 0 ? 2 * MOST_KEPT_FRAMES : MOST_KEPT_FRAMES;
      if (frames <= room) snapshots.set(keyOf(look.info), snapshot);
      return true;
    },
    end(_, findings) {
      // Of a job that runs on many hosts only those here were meant.
      const all = grouped(set, { byLine: view.grouping.byLine, expectAll: false });
      const options = optionsOf(view);
      const whole = wholeOf(all, snapshots, options);
      const many = { grouped: all, tables: set.tables, among: findings, whole, leftOut: known - whole.size };
      write(processesPage(many, options), file, world);
    },
  };
}

/** Those that are told in full, as far as there is room: first those that something is wrong with. In the order of the page. */
function wholeOf(
  { groups, groupOf, members }: Grouped,
  snapshots: ReadonlyMap<string, Snapshot>,
  options: PageOptions,
): Map<Member, { index: number; html: string }> {
  const isOdd = ({ look }: Member) =>
    look.info.findings.length > 0 ||
    [...threadsOf(look.threads)].some(({ stack }) => (groups.groups[groupOf(stack)]?.odd ?? null) !== null);
  const order = [...members.filter(isOdd), ...members.filter((member) => !isOdd(member))];
  const chosen = new Map<Member, { index: number; html: string }>();
  let written = 0;
  for (const [index, member] of order.entries()) {
    const snapshot = snapshots.get(keyOf(member.look.info));
    if (!snapshot) continue;
    const html = processInside(snapshot, index, options);
    // A single one that is larger than all of the room is told all the same.
    if (chosen.size > 0 && written + html.length > MOST_OF_WHOLE) break;
    written += html.length;
    chosen.set(member, { index, html });
  }
  return chosen;
}

function optionsOf(view: View): PageOptions {
  return {
    assets: ASSETS,
    madeBy: `pystack ${version()}`,
    isSecret: isSecretName(view.redact, view.redactDefaults),
    verbose: view.verbosity > 0,
  };
}

function write(pieces: Iterable<string>, file: string, world: World): void {
  if (file === '-') {
    writePieces(world.stdout, pieces);
    return;
  }
  let bytes = 0;
  writeWhole(
    file,
    (function* () {
      for (const piece of pieces) {
        bytes += Buffer.byteLength(piece);
        yield piece;
      }
    })(),
  );
  world.stdout.write(`Wrote ${harmless(file)}: ${sizeText(bytes)}; open it in a browser, or send it on\n`);
}
