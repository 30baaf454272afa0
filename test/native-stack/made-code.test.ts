/**
 * Code that is in no file: what a compiler in the process made and told debuggers of, and the pieces that `-X perf` puts between
 * Python functions. Its functions have their names, and the stack goes on behind them, without anybody being stopped.
 */
import { afterAll, expect, test } from 'vitest';
import { inspectProcess } from '../../src/inspect.js';
import { parsePerfMap } from '../../src/native-stack/perf-map.js';
import { isAtLeast } from '../support/interpreters.js';
import { onEveryInterpreter } from '../support/matrix.js';
import { withProgram } from '../support/target.js';
import { lacking, namesOf, stacksOf, Workshop } from './c-programs.js';

const workshop = new Workshop();
afterAll(() => workshop.close());

const noCompiler = lacking('cc');

/**
 * A library that is loaded as a compiler loads what it made: into memory of its own, and then told of as LLVM does it, an
 * object file whose sections have the addresses that they got.
 */
const LOADER = `
#include <elf.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
struct jit_code_entry { struct jit_code_entry *next, *prev; const char *symfile_addr; uint64_t symfile_size; };
struct { uint32_t version, action_flag; struct jit_code_entry *relevant, *first; } __jit_debug_descriptor = {1, 0, 0, 0};
static int made_waits(void) { write(1, "ready\\n", 6); return pause(); }
int main(int argc, char **argv) {
  int fd = open(MADE, O_RDONLY);
  struct stat about;
  fstat(fd, &about);
  char *file = mmap(0, about.st_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
  char *base = mmap(0, 1 << 20, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  Elf64_Ehdr *header = (Elf64_Ehdr *)file;
  Elf64_Phdr *segments = (Elf64_Phdr *)(file + header->e_phoff);
  for (int i = 0; i < header->e_phnum; i++)
    if (segments[i].p_type == PT_LOAD) memcpy(base + segments[i].p_vaddr, file + segments[i].p_offset, segments[i].p_filesz);
  Elf64_Shdr *sections = (Elf64_Shdr *)(file + header->e_shoff);
  int (*outer)(int (*)(void)) = 0;
  for (int i = 0; i < header->e_shnum; i++) {
    if (sections[i].sh_type != SHT_SYMTAB) continue;
    Elf64_Sym *symbols = (Elf64_Sym *)(file + sections[i].sh_offset);
    for (unsigned n = 0; n < sections[i].sh_size / sizeof *symbols; n++) {
      const char *name = file + sections[sections[i].sh_link].sh_offset + symbols[n].st_name;
      if (!strcmp(name, "made_outer")) outer = (void *)(base + symbols[n].st_value);
      if (symbols[n].st_shndx < header->e_shnum) symbols[n].st_value -= sections[symbols[n].st_shndx].sh_addr;
    }
  }
  header->e_type = ET_REL;
  for (int i = 1; i < header->e_shnum; i++) if (sections[i].sh_addr) sections[i].sh_addr += (uintptr_t)base;
  static struct jit_code_entry entry;
  entry.symfile_addr = file;
  entry.symfile_size = about.st_size;
  __jit_debug_descriptor.first = &entry;
  return outer(made_waits);
}`;
const MADE = `
__attribute__((noinline)) int made_inner(int (*wait)(void)) { volatile char room[500]; room[1] = 1; return wait() + room[1]; }
int made_outer(int (*wait)(void)) { volatile char room[300]; room[2] = 1; return made_inner(wait) + room[2]; }`;

test.skipIf(noCompiler !== '')('what debuggers are told of has names and unwind data', async () => {
  const made = workshop.build('cc', 'made.so', MADE, '-O2', '-shared', '-fPIC', '-fvisibility=hidden', '-nostdlib');
  const flags = ['-O2', '-fno-optimize-sibling-calls', `-DMADE="${made}"`];
  for (const more of [[], ['-rdynamic']]) {
    const file = workshop.build('cc', `loader${more.length}`, LOADER, ...flags, ...more);
    const [stack] = await stacksOf(file, 'still');
    expect(stack?.ending).toEqual({ kind: 'complete', reason: null });
    expect(stack && namesOf(stack).slice(1, 5)).toEqual(['made_waits', 'made_inner', 'made_outer', 'main']);
    expect(stack?.frames.filter(({ symbol }) => symbol?.startsWith('made_i')).map(({ library }) => library)).toEqual([
      null,
    ]);
  }
});

/** Code that keeps its frame record in memory of its own, with where on the stack the same is, as compiled generators do. */
const APART = `
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
static const unsigned char code[] = {
  0x55, 0x48, 0x89, 0xe5,                                    // push rbp; mov rbp, rsp
  0x48, 0x8b, 0x45, 0x00, 0x48, 0x89, 0x07,                  // mov rax, [rbp]; mov [rdi], rax
  0x48, 0x8b, 0x45, 0x08, 0x48, 0x89, 0x47, 0x08,            // mov rax, [rbp + 8]; mov [rdi + 8], rax
  0x48, 0x89, 0x6f, 0x10, 0x48, 0x89, 0xfd,                  // mov [rdi + 16], rbp; mov rbp, rdi
  0xff, 0xd6, 0x48, 0x8b, 0x6d, 0x10, 0xc9, 0xc3,            // call rsi; mov rbp, [rbp + 16]; leave; ret
};
static int (*made)(void *, int (*)(void));
__attribute__((noinline)) int waits(void) { write(1, "ready\\n", 6); return pause() + 1; }
__attribute__((noinline)) int resumes(int (*calls)(void)) { return made((char *)malloc(4096) + 64, calls) + 1; }
__attribute__((noinline)) int once_more(void) { return resumes(waits) + 1; }
int main(void) {
  made = mmap(0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  memcpy((void *)made, code, sizeof code);
  return resumes(once_more) + 1;
}`;

test.skipIf(noCompiler !== '')('a frame record apart from the stack leads on if the stack has the same', async () => {
  const file = workshop.build('cc', 'apart', APART, '-O1', '-fno-omit-frame-pointer', '-fno-optimize-sibling-calls');
  const [stack] = await stacksOf(file, 'still');
  expect(stack?.ending).toEqual({ kind: 'complete', reason: null });
  const names = stack ? namesOf(stack) : [];
  expect(names.slice(names.indexOf('waits'), names.indexOf('main') + 1)).toEqual([
    'waits',
    '?',
    'resumes',
    'once_more',
    '?',
    'resumes',
    'main',
  ]);
});

onEveryInterpreter('pieces of code between Python functions', async (interpreter, context) => {
  if (!isAtLeast(interpreter, 12)) context.skip('it has no -X perf');
  await withProgram(interpreter, 'callbacks.py', { flags: ['-X', 'perf'] }, async ({ pid }) => {
    const plain = await inspectProcess(pid);
    const { capture, threads } = await inspectProcess(pid, { mode: 'non-blocking', native: 'python', plumbing: true });
    expect(capture.stoppedThreads).toBe(0);
    let pieces = 0;
    for (const { name, frames, nativeEnding } of threads) {
      expect([name, nativeEnding]).toEqual([name, { kind: 'complete', reason: null }]);
      pieces += frames.filter((frame) => frame.kind === 'native' && frame.symbol?.startsWith('py::')).length;
    }
    const python = (all: typeof threads) => all.map((one) => one.frames.filter(({ kind }) => kind === 'python').length);
    expect(python(threads)).toEqual(python(plain.threads));
    expect(pieces).toBeGreaterThan(3);
    const shown = await inspectProcess(pid, { native: 'python' });
    expect(JSON.stringify(shown.threads)).not.toContain('"py::');
  });
});

test('a map for perf: addresses, sizes and names, whatever else is in it', () => {
  expect(
    parsePerfMap('7f00 10 py::f:/a b.py\nnonsense\n7f10 8 g\n7f18 0 empty\n zz 1 x\nffffffffffffffff 1 far\n'),
  ).toEqual([
    { start: 0x7f00, size: 16, name: 'py::f:/a b.py' },
    { start: 0x7f10, size: 8, name: 'g' },
  ]);
});
