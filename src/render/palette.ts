/** Which colours? The names the text uses; what they look like is decided by whoever knows the terminal. */

type Paint = (text: string) => string;

export interface Palette {
  /** `(Python)`, values in the core's block. */
  readonly python: Paint;
  /** `(C)`, headings, the executing columns. */
  readonly native: Paint;
  readonly executing: Paint;
  /** Names of functions; what happened to a process. */
  readonly name: Paint;
  /** What killed it. */
  readonly alarm: Paint;
  /** Paths of libraries, headings of variables, doubtful sources. */
  readonly faint: Paint;
  /** Notes about what is missing. */
  readonly note: Paint;
}

const as: Paint = (text) => text;

/** No colours: pipes, files, `--no-color`. */
export const PLAIN: Palette = {
  python: as,
  native: as,
  executing: as,
  name: as,
  alarm: as,
  faint: as,
  note: as,
};
