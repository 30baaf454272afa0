// Is a waiting thread ever disturbed, and is its native stack whole, whatever it calls through?
//   node bench/undisturbed.mjs [LOOKS=150] [WAY ...]
// Each way is a program of 32 threads in four system calls; each look is taken without native stacks and with them.
// PYTHON: one that has cffi, uvloop and gevent; ways whose compiler or package is not there are left out, and named.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspectProcess } from '../dist/index.js';

const THREADS = 32;
const looks = Number(process.argv[2] ?? 150);
const python = process.env.PYTHON ?? 'python3';
const folder = mkdtempSync(join(tmpdir(), 'pystack-undisturbed-'));
const program = fileURLToPath(new URL('undisturbed.py', import.meta.url));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

const WAIT_IN = `
#include <sched.h>
#include <sys/epoll.h>
#include <sys/sem.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <linux/futex.h>
static int wait_one(int kind) {
  int word = 0;
  struct timespec forever = {1000000, 0};
  struct sembuf down = {0, -1, 0};
  struct epoll_event event;
  switch (kind) {
    case 0: return semop(semget(IPC_PRIVATE, 1, 0600), &down, 1);
    case 1: return epoll_wait(epoll_create1(0), &event, 1, -1);
    case 2: return nanosleep(&forever, 0);
    default: return (int)syscall(SYS_futex, &word, FUTEX_WAIT, 0, 0, 0, 0);
  }
}
__attribute__((noinline)) int wait_in(int kind) { volatile int result = wait_one(kind); return result; }
`;
const MODULE = `
#define PY_SSIZE_T_CLEAN
#include <Python.h>
${WAIT_IN}
static PyObject *wait_in_python(PyObject *self, PyObject *kind) {
  long number = PyLong_AsLong(kind), result;
  Py_BEGIN_ALLOW_THREADS
  result = wait_in((int)number);
  Py_END_ALLOW_THREADS
  return PyLong_FromLong(result);
}
static PyMethodDef methods[] = {{"wait_in", wait_in_python, METH_O, ""}, {0}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "waiting", 0, -1, methods};
PyMODINIT_FUNC PyInit_waiting(void) { return PyModule_Create(&module); }
`;
const RUST = `
use std::os::raw::{c_int, c_long, c_void};
extern "C" {
  fn semget(key: c_int, n: c_int, flags: c_int) -> c_int;
  fn semop(id: c_int, ops: *mut c_void, n: usize) -> c_int;
  fn epoll_create1(flags: c_int) -> c_int;
  fn epoll_wait(fd: c_int, events: *mut c_void, n: c_int, timeout: c_int) -> c_int;
  fn nanosleep(time: *const c_long, left: *mut c_void) -> c_int;
  fn syscall(number: c_long, ...) -> c_long;
}
#[inline(never)]
fn wait_one(kind: c_int) -> c_int {
  let mut room = [0u8; 64];
  let mut down: [i16; 3] = [0, -1, 0];
  unsafe {
    match kind {
      0 => semop(semget(0, 1, 0o600), down.as_mut_ptr() as *mut c_void, 1),
      1 => epoll_wait(epoll_create1(0), room.as_mut_ptr() as *mut c_void, 1, -1),
      2 => nanosleep([1000000 as c_long, 0].as_ptr(), std::ptr::null_mut()),
      _ => syscall(202, room.as_mut_ptr(), 0 as c_int, 0 as c_int, 0 as c_long, 0 as c_long, 0 as c_int) as c_int,
    }
  }
}
#[no_mangle]
pub extern "C" fn wait_in(kind: c_int) -> c_int { std::hint::black_box(wait_one(kind)) }
`;
const GO = `package main
// ${WAIT_IN.trim().replaceAll('\n', '\n// ').replace('__attribute__((noinline)) int wait_in', 'static int wait_in_c')}
import "C"
//export wait_in
func wait_in(kind C.int) C.int { return C.wait_in_c(kind) }
func main() {}
`;

/** Way → how its program is made ready: further arguments; a reason, in words, why it cannot be. */
const WAYS = {
  ctypes: () => [],
  cffi: () => withPackage('cffi'),
  library: () =>
    compiled('cc', 'wait.c', WAIT_IN, 'libwait.so', ['-O2', '-shared', '-fPIC', '-fno-omit-frame-pointer']),
  extension: () => {
    const { stdout } = spawnSync(python, ['-c', 'import sysconfig; print(sysconfig.get_paths()["include"])'], {
      encoding: 'utf8',
    });
    const flags = ['-O2', '-shared', '-fPIC', '-fno-omit-frame-pointer', `-I${stdout.trim()}`];
    return compiled('cc', 'module.c', MODULE, 'waiting.so', flags);
  },
  rust: () =>
    compiled('rustc', 'wait.rs', RUST, 'librust.so', ['--crate-type=cdylib', '-O', '-Cforce-frame-pointers=yes']),
  go: () => compiled('go', 'wait.go', GO, 'libgo.so', [], ['build', '-buildmode=c-shared']),
  uvloop: () => withPackage('uvloop'),
  gevent: () => withPackage('gevent'),
};
/** These go by `wait_in` of a library. */
const OF_A_LIBRARY = ['library', 'rust', 'go'];

const chosen = process.argv.slice(3);
for (const [way, prepare] of Object.entries(WAYS)) {
  if (chosen.length > 0 && !chosen.includes(way)) continue;
  const more = prepare();
  if (typeof more === 'string') process.stdout.write(`${way}: left out, ${more}\n`);
  else await measure(way, more);
}
process.exit(0);

async function measure(way, more) {
  const counts = join(folder, `counts-${way}`);
  writeFileSync(counts, Buffer.alloc(4096));
  const args = [program, OF_A_LIBRARY.includes(way) ? 'library' : way, counts, String(THREADS), ...more];
  const target = spawn(python, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const end = () => target.kill('SIGKILL');
  process.once('exit', end);
  await once(target.stdout, 'data');
  const before = early(counts);
  for (const [mode, native] of [
    ['blocking', 'off'],
    ['blocking', 'python'],
    ['non-blocking', 'python'],
  ]) {
    let stopped = 0;
    let cut = 0;
    const why = new Set();
    const pauses = [];
    for (let n = 0; n < looks; n++) {
      const { capture, threads } = await inspectProcess(target.pid, { mode, native });
      stopped += capture.stoppedThreads;
      pauses.push(capture.pauseMs);
      for (const { nativeEnding } of threads) {
        if (nativeEnding?.kind !== 'truncated') continue;
        cut++;
        why.add(nativeEnding.reason.replaceAll(/0x[0-9a-f]+/g, '0x…'));
      }
    }
    const whole =
      native === 'off'
        ? ''
        : `, ${cut} of ${looks * (THREADS + 1)} stacks cut${[...why].map((each) => ` (${each})`).join('')}`;
    process.stdout.write(`${way}, ${mode}, native ${native}: ${looks} looks, ${stopped} threads stopped${whole}\n`);
  }
  process.stdout.write(`${way}: ${early(counts) - before} calls ended early\n`);
  end();
  process.removeListener('exit', end);
  await once(target, 'close');
}

function early(counts) {
  const bytes = readFileSync(counts);
  let sum = 0;
  for (let n = 0; n < THREADS; n++) sum += bytes.readUInt32LE(4 * n);
  return sum;
}

function withPackage(name) {
  return spawnSync(python, ['-c', `import ${name}`]).status === 0 ? [] : `${python} has no ${name}`;
}

function compiled(compiler, name, source, made, flags, before = []) {
  const from = join(folder, name);
  const into = join(folder, made);
  writeFileSync(from, source);
  const { error, status, stderr } = spawnSync(compiler, [...before, ...flags, '-o', into, from], { encoding: 'utf8' });
  if (error) return `there is no ${compiler}`;
  return status === 0 ? [into] : `${compiler} says ${stderr.trim().split('\n').slice(0, 3).join(' ')}`;
}
