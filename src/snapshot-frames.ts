/**
 * What is the result, as far as it tells of single calls? Python's and native ones, their source lines, what variables hold.
 * Part of the one document of snapshot.ts, by the same rules.
 */

export type Frame = PythonFrame | NativeFrame;

export interface PythonFrame {
  /** Tells Python frames from native ones. */
  kind: 'python';
  /** `co_name`. */
  function: string;
  /** `co_qualname` where the version has it (3.11+), else null. */
  qualname: string | null;
  /** `co_filename`, as the target has it. */
  file: string;
  /** 1-based; null when the code object says that this instruction has no line. */
  line: number | null;
  /** Last line of the executing part; null where the version has none. */
  endLine: number | null;
  /** 0-based, in UTF-8 bytes of the source line, as CPython stores them; null where the version has none. */
  column: number | null;
  /** One past the last byte, counted like `column` but on `endLine`. */
  endColumn: number | null;
  /** The source line; null when it is not to be had or not known to be what ran. */
  source: SourceLine | null;
  /** Whether this frame was entered from C (it has an eval loop of its own). */
  isEntry: boolean;
  /** Why something in this frame is missing or doubtful; absent when all is well. */
  problem?: string;
  /** Of what was lost of a core: why frames may be missing between this one and the next outer one; absent: none are. */
  gap?: string;
  /** Present only when locals were asked for. */
  arguments?: Variable[];
  /** Present only when locals were asked for. */
  locals?: Variable[];
  /** How many names of a class body or module were left out for their number; absent when none. */
  omittedLocals?: number;
}

export interface SourceLine {
  /** The whole line without its line ending. */
  text: string;
  /** Where the executing part lies in `text`, as UTF-16 indices; null when unknown. */
  start: number | null;
  /** One past the last UTF-16 index of it. */
  end: number | null;
  /**
   * `current`: the file, or the zip archive that it is in, has not changed since the process started. `modified`: it has,
   * so this may not be what ran. `linecache`: there is no such file; this is the line that the program itself holds for
   * its tracebacks.
   */
  status: 'current' | 'modified' | 'linecache';
}

export interface NativeFrame {
  /** Tells native frames from Python ones. */
  kind: 'native';
  /** Demangled name; null when no symbol covers the address. */
  symbol: string | null;
  /** As it stands in the symbol table. */
  rawSymbol: string | null;
  /** Path of the module, in the target's own file system. */
  library: string | null;
  /** Instruction address, hexadecimal. */
  address: string;
  /** Bytes from the start of the symbol; null: not known, or a part of it that the compiler put elsewhere. */
  offset: number | null;
  /** Source file as the debug information has it; null: not known. */
  file: string | null;
  /** 1-based; null: not known. */
  line: number | null;
  /** Whether the compiler merged this call into the next outer frame. */
  inlined: boolean;
}

export interface Variable {
  /** As the code object has it. */
  name: string;
  /** `cell`, `free` for closure variables. */
  kind: 'argument' | 'local' | 'cell' | 'free';
  /** What it holds; an unbound name has a value that says so. */
  value: Value;
}

export interface Value {
  /** Qualified name of the type; null when it cannot be read. */
  type: string | null;
  /** As `repr()` would show it, bounded. */
  repr: string;
  /** Whether something was left out for length, depth or number. */
  truncated: boolean;
  /** Whether it, or something in it, was withheld because of its name, its value or its shape. */
  redacted: boolean;
  /** Why it could not be read, when it could not. */
  problem?: string;
  /** Of a value of 80 characters and more the object's address, `0x…`: in one thread the same address is the same object. */
  address?: string;
}
