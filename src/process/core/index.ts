/**
 * What does the rest of pystack need of core files? Opening one, describing it, and writing one.
 */

export { lookAt, SYSCALL_REGISTERS } from './blocked.js';
export type { CoreMetadata, NotedLine, ThreadMetadata } from './core-metadata.js';
export type { CoreProcess } from './core-process.js';
export { describeSignal, faultingThread } from './crash.js';
export { debuggerRanges } from './debugger-ranges.js';
export { describeCore, registersOf } from './describe-core.js';
export { explainLoss } from './explain-loss.js';
export type { Interval } from './keep-only.js';
export { mergeIntervals } from './keep-only.js';
export type { ProcessRecord } from './note-records.js';
export { decodeAuxv } from './note-records.js';
export type { OpenCoreOptions } from './open-core.js';
export { openCoreProcess } from './open-core.js';
export { pointerNames, registerNames } from './registers.js';
export { outputFile, saveCore } from './save-core.js';
export type { CoreImage, ImageThread, PageRun } from './write-core.js';
export { buildCore } from './write-core.js';
