/** Which options and variables of a command line are secrets? Those that are as names of variables, too. */
import { secretNames } from '../python/objects/index.js';

/** As `--redact` and `--no-redact` have it. */
export function isSecretName(redact: readonly string[], redactDefaults: boolean): (name: string) => boolean {
  return secretNames({ redact, redactDefaults });
}
