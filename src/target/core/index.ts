/**
 * What does the rest of pystack need of core files? Opening one, describing it, and writing one.
 */

export type { CoreTarget } from './core-target.js';
export { describeSignal, faultingThread } from './crash.js';
export { describeCore, registersOf } from './describe-core.js';
export type { OpenCoreOptions } from './open-core.js';
export { openCoreTarget } from './open-core.js';
