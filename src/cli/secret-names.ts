/** Which options and variables of a command line are secrets? Those that are as names of variables, too. */

import { lineWithoutSecrets, withoutSecrets } from '../secrets/command-line.js';
import { secretNames } from '../secrets/names.js';
import type { CoreInfo, Snapshot } from '../snapshot.js';
import type { View } from './view.js';

/** As `--redact` and `--no-redact` have it. */
export function isSecretName(redact: readonly string[], redactDefaults: boolean): (name: string) => boolean {
  return secretNames({ redact, redactDefaults });
}

/** What is shown of a process, without the secrets on its command line: whatever it is written as, it may be sent on. */
export function withoutSecretWords<
  T extends {
    readonly commandLine?: Snapshot['commandLine'];
    readonly core: CoreInfo | null;
    readonly others?: Snapshot[];
  },
>(shown: T, { redact, redactDefaults }: Pick<View, 'redact' | 'redactDefaults'>): T {
  const { commandLine, core, others } = shown;
  const isSecret = isSecretName(redact, redactDefaults);
  const psargs = core?.psargs ?? null;
  return {
    ...shown,
    ...(others && { others: others.map((other) => withoutSecretWords(other, { redact, redactDefaults })) }),
    ...(commandLine && { commandLine: withoutSecrets(commandLine, isSecret) }),
    ...(core && psargs !== null && { core: { ...core, psargs: lineWithoutSecrets(psargs, isSecret) } }),
  };
}
