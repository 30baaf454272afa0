/** The library: the same results as the command line's `--json`, typed. */
export { type ErrorCode, EXIT, type ExitCode, PystackError } from './errors.js';
export { inspectProcess } from './inspect.js';
export { inspectCore } from './inspect-core.js';
export type {
  CoreOptions,
  CoreSource,
  InspectOptions,
  LocalsOptions,
  Log,
  LogLevel,
  NativeMode,
  SnapshotOptions,
} from './options.js';
export { type SavedSnapshot, snapshotProcess } from './save-snapshot.js';
export { openProcess, type ProcessSession, type Sight } from './session.js';
export * from './snapshot.js';
