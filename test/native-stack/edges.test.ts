/**
 * Where one function's code is not what it seems from its address: calls that never return, stubs of the linker, code
 * that the kernel brings, signal handlers, code without any unwind data, and stacks without an end.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { nativeModules } from '../../src/native-stack/modules.js';
import { namedRegisters } from '../../src/native-stack/registers.js';
import { Unwinder } from '../../src/native-stack/unwinder.js';
import { openLiveProcess } from '../../src/process/live/live-process.js';
import { lacking, namesOf, stacksOf, Workshop } from './c-programs.js';

const workshop = new Workshop();
afterAll(() => workshop.close());

const COMPLETE = { kind: 'complete', reason: null };
const STACK = 0x7ffd_0000_0000;

/** Words from the stack pointer upward. */
function stackOf(...words: number[]) {
  const bytes = new Uint8Array(words.length * 8);
  const view = new DataView(bytes.buffer);
  for (const [i, word] of words.entries()) view.setBigUint64(i * 8, BigInt(word), true);
  return { address: STACK, bytes };
}

function at(pc: number, more: readonly (readonly [string, number])[] = []) {
  const named = [['rip', pc], ['rsp', STACK], ...more] as const;
  return namedRegisters('x86-64', new Map(named.map(([name, value]) => [name, BigInt(value)])));
}

const noCompiler = lacking('cc', 'objdump');

describe.skipIf(noCompiler !== '')(
  `code of the compiler's and the linker's (lacking: ${noCompiler || 'nothing'})`,
  () => {
    test('a call that never returns may be the last instruction: the caller is named, not who comes next', async () => {
      const file = workshop.build(
        'cc',
        'tail',
        `#include <poll.h>
       #include <unistd.h>
       __attribute__((noinline, noreturn)) void never(int n) { for (;;) poll(0, 0, n * 1000); }
       __attribute__((noinline)) void last_call(int n) { never(n + 1); }
       __attribute__((noinline)) int next_one(int n) { return n * 3 + 1; }
       int main(void) { write(1, "ready", 6); last_call(600); return next_one(4); }`,
        '-O2',
        // Without room between functions: the return address is the first instruction of the next.
        '-fno-align-functions',
        '-g',
      );
      const [main] = await stacksOf(file, 'still');
      const names = main ? namesOf(main) : [];
      expect(names.slice(names.indexOf('never'), names.indexOf('main') + 1)).toEqual(['never', 'last_call', 'main']);
      expect(main?.frames.find(({ symbol }) => symbol === 'last_call')).toMatchObject({ line: 4 });
      expect(main?.ending).toEqual(COMPLETE);
    });

    test('every instruction of a procedure linkage table leads to the caller', () => {
      const file = workshop.build(
        'cc',
        'libplt.so',
        'int far(int); int near(int n) { return far(n) + 1; }',
        ...'-O2 -fPIC -shared -Wl,-z,lazy -fcf-protection=none -nostdlib'.split(' '),
      );
      const listing = execFileSync('objdump', ['-d', '--no-show-raw-insn', file], { encoding: 'utf8' });
      const address = (of: string) =>
        BASE + Number.parseInt(new RegExp(`^0*([0-9a-f]+) <${of}>:`, 'm').exec(listing)?.[1] ?? '', 16);
      const stub = address('far@plt');
      const caller = address('near') + 9;
      const unwinder = unwinderOf(file);
      // jmp *GOT; push index; jmp to the common part: before and after the push.
      for (let within = 0; within < 16; within++) {
        const pushed = within >= 11 ? [0] : [];
        // The caller's own return address marks the outermost frame.
        const { frames, stop } = unwinder.unwind(at(stub + within), [stackOf(...pushed, caller, 0, 0)]);
        expect(
          frames.map(({ pc }) => pc),
          `${within}`,
        ).toEqual([stub + within, caller]);
        expect(stop, `${within}`).toEqual({ kind: 'complete' });
      }
      // The common part, which pushes once more.
      for (const [within, pushed] of [
        [0, 1],
        [6, 2],
      ] as const) {
        const words = [...Array<number>(pushed).fill(0), caller, 0, 0];
        const { frames } = unwinder.unwind(at(stub - 16 + within), [stackOf(...words)]);
        expect(frames.map(({ pc }) => pc)).toEqual([stub - 16 + within, caller]);
      }
    });
  },
);

const BASE = 0x7f00_0000_0000;

/** Of a library that is mapped at BASE. */
function unwinderOf(file: string): Unwinder {
  const headers = execFileSync('readelf', ['-lW', file], { encoding: 'utf8' });
  const loads = [...headers.matchAll(/^ +LOAD +(\S+) (\S+) \S+ (\S+) \S+ (...)/gm)].map(
    ([, offset, vaddr, size, flags]) => ({
      offset: Number(offset),
      vaddr: Number(vaddr),
      size: Number(size),
      executable: flags?.endsWith('E') ?? false,
    }),
  );
  const segments = loads.map(({ offset, vaddr, size, executable }) => ({
    start: BASE + vaddr - (vaddr % 4096),
    end: BASE + vaddr + size,
    fileOffset: offset - (offset % 4096),
    executable,
  }));
  return new Unwinder({
    machine: 'x86-64',
    modules: [{ path: file, buildId: null, segments, open: () => readFileSync(file) }],
    executable: segments.filter(({ executable }) => executable),
  });
}

test.skipIf(process.arch !== 'x64')(
  'the vDSO, which no file holds, is unwound and named from its image in memory',
  async () => {
    const child = spawn('sleep', ['60']);
    try {
      await once(child, 'spawn');
      const target = openLiveProcess(child.pid ?? 0);
      try {
        const modules = nativeModules(target).filter(({ path }) => path === '[vdso]');
        const [segment] = modules[0]?.segments ?? [];
        expect(segment).toBeDefined();
        if (!segment) return;
        const unwinder = new Unwinder({ machine: 'x86-64', modules, executable: [segment] });
        const pcs = Array.from({ length: segment.end - segment.start }, (_, i) => segment.start + i);
        const frame = { cfa: null, isActivation: true, byFramePointer: false, isSignalTrampoline: false };
        const named = unwinder.symbolise(pcs.map((pc) => ({ pc, ...frame }))).map(({ name }) => name);
        const inside = pcs.filter((_, i) => named[i]?.frames[0]?.rawSymbol?.startsWith('__vdso_clock_gettime'));
        expect(inside.length).toBeGreaterThan(1);
        expect(named[(inside[0] ?? 0) - segment.start]?.library).toBe('[vdso]');
        const unwound = unwinder.unwind(at(inside[0] ?? 0), [stackOf(0, 0)]);
        expect(unwound.stop).toEqual({ kind: 'complete' });
        // Every instruction has its rules.
        const kinds = new Set(inside.map((pc) => unwinder.unwind(at(pc), [stackOf(0, 0)]).stop.kind));
        expect(kinds).not.toContain('no-unwind-data');
      } finally {
        target.close();
      }
    } finally {
      child.kill('SIGKILL');
    }
  },
);

/** As musl does: a thread's first function is called by code that says nothing of where the stack ends. */
const noMusl = lacking('musl-gcc');
const THREADS = `
#include <pthread.h>
#include <signal.h>
#include <unistd.h>
static volatile int n = 600;
__attribute__((noinline)) int waits(int depth) {
  if (depth == 0) return pause() + n;
  return waits(depth - 1) + n;
}
static void handles(int signal) { waits(1); }
static void *in_thread(void *none) { waits(2); return none; }
static void *signals(void *none) { raise(SIGUSR1); return none; }
int main(void) {
  pthread_t thread;
  signal(SIGUSR1, handles);
  pthread_create(&thread, 0, in_thread, 0);
  pthread_create(&thread, 0, signals, 0);
  usleep(1000);
  write(1, "ready", 6);
  return waits(1);
}`;

describe.skipIf(noMusl !== '')(`musl, whose code has no unwind data (lacking: ${noMusl || 'nothing'})`, () => {
  const FLAGS = ['-static', '-O1', '-fno-inline', '-fno-optimize-sibling-calls', '-fno-asynchronous-unwind-tables'];

  test('with frame pointers: followed to the end, out of a signal handler too', async () => {
    const file = workshop.build('musl-gcc', 'pointers', THREADS, ...FLAGS, '-fno-omit-frame-pointer');
    const [main, thread, handler] = (await stacksOf(file, 'stopped')).map((stack) => ({
      ...stack,
      names: namesOf(stack),
    }));
    // A return is what comes next after the system call, so this much is certain; pause() itself keeps no record, so
    // that its caller is passed over.
    expect(main?.names.slice(0, 4)).toEqual(['__syscall_cp_c', 'pause', 'waits', 'main']);
    expect(thread?.names).toEqual(['__syscall_cp_c', 'pause', 'waits', 'waits', 'in_thread', 'start']);
    expect(thread?.ending).toEqual(COMPLETE);
    const trampoline = handler?.names.indexOf('__restore_rt') ?? -1;
    expect(handler?.names.slice(0, trampoline)).toEqual(['__syscall_cp_c', 'pause', 'waits', 'handles']);
    // What was interrupted, rather than what lies before the trampoline.
    expect(handler?.names.slice(trampoline + 1)).toContain('raise');
  });

  test('without: no more is said than is known, and nowhere is it called the end', async () => {
    const file = workshop.build('musl-gcc', 'nothing', THREADS, ...FLAGS, '-fomit-frame-pointer');
    for (const how of ['still', 'stopped'] as const) {
      const stacks = await stacksOf(file, how);
      expect(stacks).toHaveLength(3);
      for (const stack of stacks) {
        expect(namesOf(stack).slice(0, 2)).toEqual(['__syscall_cp_c', 'pause']);
        expect(stack.ending.kind).toBe('truncated');
      }
    }
  });

  test('stripped: no name is stretched over its neighbours', async () => {
    const file = workshop.build('musl-gcc', 'dynamic', THREADS, '-O1');
    for (const stack of await stacksOf(file, 'stopped')) {
      const inLibc = stack.frames.filter(({ library }) => library !== file);
      expect(inLibc.map(({ symbol }) => symbol)).not.toContain('memset');
    }
  });
});

test.skipIf(noCompiler !== '')(
  'a stack whose outermost caller is itself ends all the same, soon, and says why',
  async () => {
    // Rules as a compiler writes them for a call, on a stack that was made by hand and leads nowhere but here.
    const file = workshop.build(
      'cc',
      'endless',
      `.globl main
main: .cfi_startproc
  mov $1, %edi
  lea word(%rip), %rsi
  mov $6, %edx
  mov $1, %eax
  syscall
  lea stack_end(%rip), %rsp
  lea after(%rip), %rax
  mov $120000, %ecx
1: push %rax
  loop 1b
  call wait
after: hlt
  .cfi_endproc
wait: .cfi_startproc
  mov $34, %eax
  syscall
  ret
  .cfi_endproc
  .data
word: .ascii "ready\\n"
  .bss
  .skip 1048576
stack_end: .skip 64
`,
    );
    const began = performance.now();
    const [stack] = await stacksOf(file, 'still');
    expect(performance.now() - began).toBeLessThan(30_000);
    expect(stack?.ending).toEqual({ kind: 'truncated', reason: 'more than 100000 native frames' });
  },
);

/** What musl's build makes of `__clone` for debuggers (tools/add-cfi.x86_64.awk): after the pop, the call's own word is the return address. */
test.skipIf(noCompiler !== '')(
  'a first function that its rules call its own caller is the end of the stack',
  async () => {
    const file = workshop.build(
      'cc',
      'own-caller',
      `.globl main
main: .cfi_startproc
  mov $1, %edi
  lea word(%rip), %rsi
  mov $6, %edx
  mov $1, %eax
  syscall
  lea stack_end(%rip), %rsp
  pop %rdi
  .cfi_adjust_cfa_offset -8
  call wait
after: hlt
  .cfi_endproc
wait: .cfi_startproc
  mov $34, %eax
  syscall
  ret
  .cfi_endproc
  .data
word: .ascii "ready\\n"
  .bss
  .skip 65536
stack_end: .skip 64
`,
    );
    const [stack] = await stacksOf(file, 'still');
    expect(stack && namesOf(stack)).toEqual(['wait', 'main']);
    expect(stack?.ending).toEqual(COMPLETE);
  },
);
