/**
 * Code that keeps a frame pointer, right above a system call that saved none: where nobody was stopped, that register is
 * not known. The stack has to be the same as with all registers, whatever shape the functions have; where it cannot be
 * known for certain it ends there, and is never another.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { copyOfThread, type NativeStack, NativeStacks } from '../../src/native-stack/native-stacks.js';
import { openLiveProcess } from '../../src/process/live/live-process.js';
import { lacking, namesOf, Workshop } from './c-programs.js';
import { copyStanding } from './standing.js';

const workshop = new Workshop();
afterAll(() => workshop.close());

const noCompiler = lacking('cc');
const COMPLETE = { kind: 'complete', reason: null };

const PROGRAM = (functions: string) => `
#include <alloca.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#define SLEEP syscall(SYS_pause)
volatile int one = 1;
${functions}
/* What earlier calls leave on the stack: their return addresses among it. */
__attribute__((noinline)) int leave(int depth) {
  volatile char room[200];
  room[0] = (char)depth;
  return depth == 0 ? room[0] : leave(depth - 1) + room[0];
}
int main() {
  leave(50);
  write(1, "ready\\n", 6);
  return outer(one);
}`;

/** Shapes of functions that keep a frame pointer; `outer` waits in `inner`. */
const SHAPES: Record<string, string> = {
  plain: `
    __attribute__((noinline)) int inner(int n) { SLEEP; return n + one; }
    __attribute__((noinline)) int outer(int n) { return inner(n + 1) + one; }`,
  'large local arrays': `
    __attribute__((noinline)) int inner(int n) { volatile char room[20000]; room[n] = 1; SLEEP; return room[n]; }
    __attribute__((noinline)) int outer(int n) { volatile char room[500]; room[n] = 1; return inner(n + 1) + room[n]; }`,
  'more arguments than registers': `
    __attribute__((noinline)) long many(long a, long b, long c, long d, long e, long f, long g, long h, long i) {
      SLEEP; return a + b + c + d + e + f + g + h + i + one; }
    __attribute__((noinline)) int inner(int n) {
      return syscall(SYS_futex, (int[]){0}, 0, 0, 0, 0, 0) + many(n, n, n, n, n, n, n, n, n) + one; }
    __attribute__((noinline)) int outer(int n) { return many(n, 2, 3, 4, 5, 6, 7, n, 9) + inner(n) + one; }`,
  'called through a pointer': `
    __attribute__((noinline)) int inner(int n) { volatile char room[300]; room[n] = 1; SLEEP; return room[n]; }
    int (*volatile through)(int) = inner;
    __attribute__((noinline)) int outer(int n) { return through(n + 1) + one; }`,
  'room that is taken as needed': `
    __attribute__((noinline)) static int inner(int n) { char *room = alloca(1000 + 16 * n); memset(room, 1, 1000); SLEEP; return room[n]; }
    __attribute__((noinline)) int outer(int n) { return inner(n + 1) + one; }`,
  'a stack that is aligned anew': `
    __attribute__((noinline)) int inner(int n) { volatile char room[64] __attribute__((aligned(64))); room[n] = 1; SLEEP; return room[n]; }
    __attribute__((noinline)) int outer(int n) { return inner(n + 1) + one; }`,
  recursion: `
    __attribute__((noinline)) int inner(int n) { volatile char room[100]; room[n] = 1; if (n > 9) SLEEP; return inner(n + 1) + room[n]; }
    __attribute__((noinline)) int outer(int n) { return inner(n) + one; }`,
  'a table of jumps': `
    __attribute__((noinline)) int inner(int n) { volatile char room[100]; room[n] = 1;
      switch (n) { case 0: write(2, "", 0); break; case 1: getpid(); break; case 2: SLEEP; break; case 3: getppid(); break;
        case 4: alarm(0); break; case 5: sync(); break; case 6: getuid(); break; default: return 0; } return room[n]; }
    __attribute__((noinline)) int outer(int n) { return inner(n + 1) + one; }`,
  'a last call that is a jump': `
    __attribute__((noinline)) int inner(int n) { SLEEP; return n + one; }
    __attribute__((noinline)) int middle(int n) { if (n < 0) return 3; return inner(n + 1); }
    __attribute__((noinline)) int outer(int n) { return middle(n + 1) + one; }`,
};

const FLAGS: Record<string, string[]> = {
  '-O0': ['-O0', '-fno-omit-frame-pointer'],
  '-O2': ['-O2', '-fno-omit-frame-pointer'],
  '-O2, frame pointers in none of the callers': ['-O2'],
  '-O2, protected': ['-O2', '-fno-omit-frame-pointer', '-fstack-protector-all', '-fcf-protection=full'],
};

describe.skipIf(noCompiler !== '')(`frame pointers that are not known (lacking: ${noCompiler || 'nothing'})`, () => {
  for (const [flagsName, flags] of Object.entries(FLAGS)) {
    for (const [shape, functions] of Object.entries(SHAPES)) {
      test(`${shape} (${flagsName})`, async () => {
        const file = workshop.build('cc', `${shape}${flagsName}`.replaceAll(/\W+/g, '-'), PROGRAM(functions), ...flags);
        const { still, stopped } = await bothOf(file);
        expect(stopped.ending).toEqual(COMPLETE);
        if (shape === 'room that is taken as needed' && still.stop.kind === 'needs-register') {
          expect(namesOf(stopped).slice(0, namesOf(still).length)).toEqual(namesOf(still));
          return;
        }
        expect(namesOf(still)).toEqual(namesOf(stopped));
        expect(still.frames.map(({ address }) => address)).toEqual(stopped.frames.map(({ address }) => address));
        expect(still.ending).toEqual(COMPLETE);
      });
    }
  }
});

/** The main thread's stack, first as it stands, then with the registers that a stop shows. */
async function bothOf(file: string): Promise<{ still: NativeStack; stopped: NativeStack }> {
  const child = spawn(file, { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    await once(child.stdout, 'data');
    const target = openLiveProcess(child.pid ?? 0);
    try {
      const stacks = new NativeStacks(target, { interpreterLibrary: null });
      let copy = copyStanding(target, target.pid);
      while (!copy) {
        await sleep(5);
        copy = copyStanding(target, target.pid);
      }
      const still = stacks.stack(copy);
      const { registers, stacks: bytes } = target.native.freeze({
        mode: 'prove',
        tids: Int32Array.of(target.pid),
        mustStop: Uint8Array.of(1),
        pages: new Float64Array(0),
        ownedStart: new Uint32Array(2),
        ownedPages: new Uint32Array(0),
        sharedPages: new Uint32Array(0),
        stackBytes: 256 * 1024,
        maxRounds: 4,
        maxPauseMs: 1000,
      });
      const [words] = registers;
      const [stack] = bytes;
      if (!words || !stack) throw new Error('it was not stopped');
      const stopped = copyOfThread({ registers: words, sp: Number(words[19]), pc: Number(words[16]), stack });
      return { still, stopped: stacks.stack(stopped) };
    } finally {
      target.close();
    }
  } finally {
    child.kill('SIGKILL');
  }
}
