/** Snapshots made by hand: a complete one of each kind of thing, to be varied by the tests. */
import type { CoreInfo, NativeFrame, ProcessInfo, PythonFrame, Snapshot, Thread, Value } from '../../src/snapshot.js';

export function pythonFrame(fields: Partial<PythonFrame> = {}): PythonFrame {
  return {
    kind: 'python',
    function: 'handle',
    qualname: 'Server.handle',
    file: '/srv/app.py',
    line: 17,
    endLine: 17,
    column: 8,
    endColumn: 24,
    source: { text: '        self.queue.get()', start: 8, end: 24, status: 'current' },
    isEntry: true,
    ...fields,
  };
}

export function nativeFrame(fields: Partial<NativeFrame> = {}): NativeFrame {
  return {
    kind: 'native',
    symbol: 'pysleep',
    rawSymbol: 'pysleep',
    library: '/usr/lib/libpython3.12.so.1.0',
    address: '0x7f0000001234',
    offset: 20,
    file: './Modules/timemodule.c',
    line: 2159,
    inlined: false,
    ...fields,
  };
}

export function thread(fields: Partial<Thread> = {}): Thread {
  return {
    tid: 112,
    innerTid: null,
    name: 'worker-3',
    osName: 'python3',
    isPython: true,
    isMain: false,
    interpreterId: 0,
    threadState: '0x7f0000000010',
    gil: 'none',
    attachment: null,
    gc: false,
    status: 'alive',
    os: null,
    stillMs: null,
    waits: [],
    evidence: 'still',
    consistent: true,
    movingFrames: 0,
    ending: { kind: 'complete', reason: null },
    frames: [pythonFrame()],
    nativeEnding: null,
    exception: null,
    exceptions: null,
    faulting: false,
    registers: null,
    ...fields,
  };
}

export function processInfo(fields: Partial<ProcessInfo> = {}): ProcessInfo {
  return {
    host: 'web-1',
    startedAt: '2024-12-29T00:00:00.000Z',
    uid: 1000,
    user: 'www',
    container: null,
    sameFiles: true,
    conditions: [],
    pythonChildren: [],
    threadCount: 1,
    ...fields,
  };
}

export function snapshot(fields: Partial<Snapshot> = {}): Snapshot {
  return {
    schemaVersion: 1,
    source: 'live',
    pid: 100,
    innerPid: null,
    capturedAt: '2025-01-01T00:00:00.000Z',
    executable: '/usr/bin/python3.12',
    commandLine: ['python3', 'app.py'],
    process: processInfo(),
    python: {
      version: '3.12.1',
      major: 3,
      minor: 12,
      implementation: 'cpython',
      debugBuild: false,
      freeThreaded: false,
      library: '/usr/bin/python3.12',
      runtimeAddress: '0x55000000',
      locatedBy: 'symbols',
      state: 'initialized',
    },
    pauseMs: 0,
    capture: {
      mode: 'blocking',
      pauseMs: 0,
      stoppedThreads: 0,
      rounds: 1,
      simultaneous: true,
      methods: ['schedstat+syscall', 'process_vm_readv'],
    },
    tasks: [],
    tasksLeftOut: 0,
    loops: [],
    threads: [thread()],
    resources: [],
    findings: [],
    warnings: [],
    complete: true,
    core: null,
    timings: [{ phase: 'locate', ms: 1.5 }],
    ...fields,
  };
}

export function coreInfo(fields: Partial<CoreInfo> = {}): CoreInfo {
  return {
    path: '/cores/core.1',
    executable: '/usr/bin/python3.12',
    ppid: 1,
    pgrp: 100,
    sid: 1,
    uid: 1000,
    gid: 1000,
    state: 'S',
    nice: 0,
    fname: 'python3',
    psargs: 'python3 app.py',
    flag: 0x400000,
    threads: [
      { tid: 100, registers: 27 },
      { tid: 112, registers: 27 },
    ],
    zombie: false,
    signal: null,
    onDemand: true,
    modules: [
      {
        path: '/usr/bin/python3.12',
        loadAddress: '0x55000000',
        buildId: 'aa',
        file: '/usr/bin/python3.12',
        fileBuildId: 'aa',
        status: 'found',
      },
    ],
    maps: [
      {
        start: '0x1000',
        end: '0x2000',
        permissions: 'r-xp',
        dumpedBytes: 4096,
        file: '/usr/bin/python3.12',
        fileOffset: 0,
      },
    ],
    ...fields,
  };
}

export function coreSnapshot(core: Partial<CoreInfo> = {}, fields: Partial<Snapshot> = {}): Snapshot {
  const capture = { ...snapshot().capture, mode: 'core' as const, rounds: 0 };
  return snapshot({ source: 'core', capture, core: coreInfo(core), ...fields });
}

export function value(repr: string, fields: Partial<Value> = {}): Value {
  return { type: 'int', repr, truncated: false, redacted: false, ...fields };
}
