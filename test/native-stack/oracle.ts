/**
 * What does gdb say of the same threads? Its frames, asked for through its Python so that nothing is parsed out of
 * text: physical ones with their addresses, and inlined ones.
 */
import { spawnSync } from 'node:child_process';

export interface GdbFrame {
  pc: number;
  name: string | null;
  inlined: boolean;
  /** Source file's own name and line; null: not known. */
  source: string | null;
}

const SCRIPT = `
import gdb, json
threads = {}
for thread in gdb.selected_inferior().threads():
    thread.switch()
    frames, frame = [], gdb.newest_frame()
    while frame is not None and len(frames) < 5000:
        inlined = frame.type() == gdb.INLINE_FRAME
        name = frame.name()
        if frame.type() == gdb.SIGTRAMP_FRAME:
            name = '<signal handler called>'
        # Deduced from where a jump instead of a call must have been; nothing of it is on the stack.
        if frame.type() != gdb.TAILCALL_FRAME:
            sal = frame.find_sal()
            source = None if sal.symtab is None or sal.line == 0 else '%s:%d' % (sal.symtab.filename.split('/')[-1], sal.line)
            frames.append([frame.pc(), name, inlined, source])
        frame = frame.older()
    threads[thread.ptid[1]] = frames
print('frames ' + json.dumps(threads))
`;

export const noGdb: string | null = spawnSync('gdb', ['--version']).error ? 'there is no gdb' : null;

/** Kernel id → frames, innermost first. The process is stopped while gdb looks. */
export function gdbStacks(pid: number): Map<number, GdbFrame[]> {
  return askGdb(['-p', String(pid)]);
}

/** The same of a core file. */
export function gdbCoreStacks(executable: string, core: string): Map<number, GdbFrame[]> {
  return askGdb([executable, '-c', core]);
}

function askGdb(what: readonly string[]): Map<number, GdbFrame[]> {
  const result = spawnSync(
    'gdb',
    [
      '-nx',
      '-batch',
      '-iex',
      'set debuginfod enabled off',
      ...what,
      '-ex',
      'set backtrace past-main on',
      '-ex',
      `python exec(${JSON.stringify(SCRIPT)})`,
    ],
    { encoding: 'utf8', maxBuffer: 1 << 28 },
  );
  const line = result.stdout.split('\n').find((text) => text.startsWith('frames '));
  if (!line) throw new Error(`gdb did not answer: ${result.stderr}`);
  const threads = JSON.parse(line.slice('frames '.length)) as Record<
    string,
    [number, string | null, boolean, string | null][]
  >;
  return new Map(
    Object.entries(threads).map(([tid, frames]) => [
      Number(tid),
      frames.map(([pc, name, inlined, source]) => ({ pc, name, inlined, source })),
    ]),
  );
}

/** A second opinion, of elfutils' own unwinder. */
export const noEuStack: string | null = spawnSync('eu-stack', ['--version']).error
  ? 'there is no eu-stack (elfutils)'
  : null;

/** As {@link gdbStacks}, without inlined calls and lines. */
export function euStacks(pid: number): Map<number, GdbFrame[]> {
  return askEuStack(['-p', String(pid)]);
}

/** The same of a core file. */
export function euCoreStacks(executable: string, core: string): Map<number, GdbFrame[]> {
  return askEuStack(['-e', executable, '--core', core]);
}

function askEuStack(what: readonly string[]): Map<number, GdbFrame[]> {
  // -n 0: however deep. It exits with 1 where a stack ends early, having written what it found.
  const { stdout } = spawnSync('eu-stack', ['-n', '0', ...what], { encoding: 'utf8', maxBuffer: 1 << 28 });
  const threads = new Map<number, GdbFrame[]>();
  let frames: GdbFrame[] = [];
  for (const line of stdout.split('\n')) {
    const tid = /^TID (\d+):/.exec(line)?.[1];
    const frame = /^#\d+ +0x([0-9a-f]+) *(\S*)/.exec(line);
    if (tid !== undefined) {
      frames = [];
      threads.set(Number(tid), frames);
    } else if (frame) {
      frames.push({ pc: Number.parseInt(frame[1] ?? '', 16), name: frame[2] || null, inlined: false, source: null });
    }
  }
  return threads;
}
