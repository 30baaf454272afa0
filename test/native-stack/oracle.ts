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
