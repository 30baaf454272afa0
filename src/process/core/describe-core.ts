/**
 * What does the core itself tell, before any Python is looked for?
 */
import { formatAddress } from '../../memory/address.js';
import type { CoreInfo, CoreMap, CoreModule } from '../../snapshot.js';
import type { CoreProcess } from './core-process.js';
import { describeSignal, faultingThread, permissionsText } from './crash.js';
import { executableName } from './link-map.js';
import { registerNames } from './registers.js';

/** Looks for every module's file; reads nothing else that was not read already. */
export function describeCore(target: CoreProcess): CoreInfo {
  const { process, threads } = target.notes;
  const first = threads[0] ?? null;
  const faulting = faultingThread(target);
  return {
    path: target.path,
    executable: executableOf(target),
    ppid: process?.ppid ?? first?.ppid ?? null,
    pgrp: process?.pgrp ?? first?.pgrp ?? null,
    sid: process?.sid ?? first?.sid ?? null,
    uid: process?.uid ?? null,
    gid: process?.gid ?? null,
    state: process?.state ?? null,
    nice: process?.nice ?? null,
    flag: process?.flag ?? null,
    fname: process?.fname ?? null,
    psargs: process?.psargs ?? null,
    zombie: process?.zombie ?? null,
    signal: faulting ? describeSignal(target, faulting) : null,
    onDemand: faulting === null && threads.length > 0,
    threads: threads.map(({ tid }) => ({ tid, registers: knownCount(target, tid) })),
    modules: target.modules.map((module): CoreModule => {
      const { status, file, fileBuildId } = target.fileOf(module);
      return {
        path: module.path,
        loadAddress: formatAddress(module.start),
        buildId: module.buildId,
        file,
        fileBuildId,
        status,
      };
    }),
    maps: target.mappings().map(
      (mapping): CoreMap => ({
        start: formatAddress(mapping.start),
        end: formatAddress(mapping.end),
        permissions: permissionsText(mapping),
        dumpedBytes: target.dumpedWithin(mapping.start, mapping.end),
        file: mapping.path,
        fileOffset: mapping.path === null || mapping.path.startsWith('[') ? null : mapping.fileOffset,
      }),
    ),
  };
}

/** How many registers of a thread the core tells. */
function knownCount(target: CoreProcess, tid: number): number {
  if (target.thread(tid) === null) return 0;
  return registerNames(target.machine).reduce((count, name) => count + Number(target.knowsRegister(tid, name)), 0);
}

/** The file that was executed, an ELF file: of a script it is the interpreter, whatever AT_EXECFN says. */
function executableOf(target: CoreProcess): string | null {
  return target.executable ?? executableName(target.memory, target.notes.auxv);
}
