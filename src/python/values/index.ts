/** Arguments, local variables and exceptions: what the capture's walk uses of it. */
export { readCurrentException } from './current-exception.js';
export { type LocalNames, readLocalNames } from './local-names.js';
export { DEFAULT_SECRETS, secretNames } from './redaction.js';
export { ValueReader, type ValueSettings } from './value-reader.js';
export { type FrameVariables, readVariables } from './variables.js';
