/**
 * What does the rest of pystack need of core files? Opening one, and describing it. Writing one is corefile-writer/'s.
 */

export { lookAt, SYSCALL_REGISTERS } from './blocked.js';
export type { CoreProcess } from './core-process.js';
export { describeSignal, faultingThread } from './crash.js';
export { describeCore } from './describe-core.js';
export { explainLoss } from './explain-loss.js';
export type { ProcessRecord } from './note-records.js';
export { decodeAuxv } from './note-records.js';
export type { OpenCoreOptions } from './open-core.js';
export { openCoreProcess } from './open-core.js';
export { pointerNames, registerNames } from './registers.js';
