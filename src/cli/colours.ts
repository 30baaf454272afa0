/** Are there colours, and which? Decided from the flag, the environment and the terminal; painted by chalk. */
import { type Palette, PLAIN } from '../render/palette.js';

/**
 * `--no-color`, then FORCE_COLOR, then NO_COLOR (https://no-color.org: any value but the empty one), then whether it is
 * a terminal that knows colours.
 */
export async function wantsColour(
  flag: boolean,
  env: Readonly<Record<string, string | undefined>>,
  isTerminal: () => Promise<boolean>,
): Promise<boolean> {
  if (!flag) return false;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  if (env['NO_COLOR']) return false;
  return env['TERM'] !== 'dumb' && (await isTerminal());
}

/** The palette; chalk is only loaded when there is something to paint. */
export async function paletteFor(colour: boolean): Promise<Palette> {
  if (!colour) return PLAIN;
  const { Chalk } = await import('chalk');
  const chalk = new Chalk({ level: 1 });
  return {
    python: chalk.green,
    native: chalk.blue,
    executing: chalk.blue,
    name: chalk.yellow,
    alarm: chalk.red,
    faint: chalk.dim,
    note: chalk.magenta,
  };
}
