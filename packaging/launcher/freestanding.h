// How does a program do without a C library? It begins at start(), with the stack as the kernel left it, and asks the kernel
// for the rest itself.
#include <stddef.h>
#include <stdint.h>

#if defined(__x86_64__)
enum { SYS_read = 0, SYS_write = 1, SYS_close = 3, SYS_lseek = 8, SYS_mmap = 9, SYS_sendfile = 40, SYS_execve = 59, SYS_exit = 60, SYS_pread64 = 17, SYS_rt_sigaction = 13, SYS_dup3 = 292, SYS_openat = 257, SYS_readlinkat = 267, SYS_memfd_create = 319 };
static long call(long number, long a, long b, long c, long d, long e, long f) {
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  long result;
  __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
  return result;
}
__asm__(".globl _start\n_start:\n xor %ebp,%ebp\n mov %rsp,%rdi\n and $-16,%rsp\n call start\n hlt\n");
#elif defined(__aarch64__)
enum { SYS_read = 63, SYS_write = 64, SYS_close = 57, SYS_lseek = 62, SYS_mmap = 222, SYS_sendfile = 71, SYS_execve = 221, SYS_exit = 93, SYS_pread64 = 67, SYS_rt_sigaction = 134, SYS_dup3 = 24, SYS_openat = 56, SYS_readlinkat = 78, SYS_memfd_create = 279 };
static long call(long number, long a, long b, long c, long d, long e, long f) {
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  register long x4 __asm__("x4") = e;
  register long x5 __asm__("x5") = f;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
  return x0;
}
__asm__(".globl _start\n_start:\n mov x29,#0\n mov x30,#0\n mov x0,sp\n and sp,x0,#-16\n bl start\n brk #0\n");
#endif

enum { AT_FDCWD = -100 };

static void die(const char *what, size_t length) {
  static const char begin[] = "pystack: the executable cannot start: ";
  static const char end[] = "\nNext step: install another package of it (npm, pip)\n";
  call(SYS_write, 2, (long)begin, sizeof begin - 1, 0, 0, 0);
  call(SYS_write, 2, (long)what, (long)length, 0, 0, 0);
  call(SYS_write, 2, (long)end, sizeof end - 1, 0, 0, 0);
  for (;;) call(SYS_exit, 1, 0, 0, 0, 0, 0);
}
#define DIE(text) die(text, sizeof(text) - 1)
