/** Arguments, local variables and exceptions, as they are read: what the capture's walk uses of it. */

export { DEFAULT_SECRETS, secretNames } from '../../secrets/names.js';
export { readCurrentException } from './current-exception.js';
export { type LocalNames, readLocalNames } from './local-names.js';
export { Secrets, WITHHELD } from './secrets.js';
export type { Tree } from './tree.js';
export { type ReadValue, ValueReader, type ValueSettings } from './value-reader.js';
export { type FrameVariables, type ReadVariable, readVariables } from './variables.js';
