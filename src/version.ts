/** Which version of this tool is this? What package.json says, read only when somebody asks. */
import { readFileSync } from 'node:fs';

/** Put in where there is no package.json beside the program: in the single executable. */
declare const PYSTACK_VERSION: string | undefined;

/** From src/ and from dist/ alike, package.json is one folder up. */
export function version(): string {
  if (typeof PYSTACK_VERSION !== 'undefined') return PYSTACK_VERSION;
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return String(version);
}
