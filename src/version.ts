/** Which version of this tool is this? What package.json says, read only when somebody asks. */
import { readFileSync } from 'node:fs';

/** From src/ and from dist/ alike, package.json is one folder up. */
export function version(): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return String(version);
}
