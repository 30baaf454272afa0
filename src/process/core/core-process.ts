/** What is a core file to the rest of pystack? A Process like any other, with what was recorded of it when it died. */
import type { Warning } from '../../snapshot.js';
import type { Architecture } from '../arch.js';
import type { CopyNote, Process } from '../process.js';
import type { SavedMetadata } from '../saved/metadata.js';
import type { MappedModule } from './core-modules.js';
import type { CoreNotes, CoreThread } from './core-notes.js';
import type { ModuleFile } from './module-files.js';

export interface CoreProcess extends Process {
  /** The core file as it was named, or as it was found. */
  readonly path: string;
  /** When it was written, as far as the file's own time tells: ISO 8601. */
  readonly capturedAt: string;
  readonly machine: Architecture;
  readonly writtenBy: 'kernel' | 'debugger' | 'pystack';
  readonly notes: CoreNotes;
  /** What pystack wrote into its own core; null for others. */
  readonly metadata: SavedMetadata | null;
  readonly copied: CopyNote | null;
  readonly modules: readonly MappedModule[];
  /** The module that holds the program's entry point; null: not known. */
  readonly program: MappedModule | null;
  /** The file that was executed; null: the notes do not tell. */
  readonly executable: string | null;
  /** A thread with its registers; null: the core has none of that id. */
  thread(tid: number): CoreThread | null;
  /** Whether a register of that thread is known: pystack's own cores have zeros for others. */
  knowsRegister(tid: number, name: string): boolean;
  /** What a thread waited for, in words; null: the core does not tell. */
  waitingOn(tid: number): string | null;
  /** The file used for a module. */
  fileOf(module: MappedModule): ModuleFile;
  /** How many of the bytes from start to end the core holds. */
  dumpedWithin(start: number, end: number): number;
  /** argv as it stands in memory; null where the core does not hold it. */
  commandLine(): string[] | null;
  /** What is missing or doubtful, as known so far: more is known once more was asked for. */
  warnings(): Warning[];
}
