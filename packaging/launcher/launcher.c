// How does one file hold a run-time system, our program and its addons, and run where nothing can be written? This is its
// beginning: it puts the addons into files that exist in memory alone (memfd_create), maps the run-time system, which has
// the program in it, from where it lies within this very file, as the kernel would have done from a file of its own, and
// goes on there. Nothing is unpacked and no disk is written; its hundred megabytes are paged in as they are needed.
//
// Freestanding: no C library, no relocations, system calls only.
#include "freestanding.h"

// What is needed of elf(5).
typedef struct {
  unsigned char e_ident[16];
  uint16_t e_type, e_machine;
  uint32_t e_version;
  uint64_t e_entry, e_phoff, e_shoff;
  uint32_t e_flags;
  uint16_t e_ehsize, e_phentsize, e_phnum, e_shentsize, e_shnum, e_shstrndx;
} Elf64_Ehdr;
typedef struct {
  uint32_t p_type, p_flags;
  uint64_t p_offset, p_vaddr, p_paddr, p_filesz, p_memsz, p_align;
} Elf64_Phdr;
enum { ET_EXEC = 2, PT_LOAD = 1, PT_INTERP = 3, PF_X = 1, PF_W = 2, PF_R = 4 };
enum { AT_NULL = 0, AT_PHDR = 3, AT_PHNUM = 5, AT_BASE = 7, AT_ENTRY = 9 };

// The last bytes of the file, written by packaging/executable.mjs.
struct Part {
  char name[40];
  uint64_t offset;
  uint64_t size;
  // The descriptor it is found under; 0: the run-time system itself; kNotHandedOver: whoever wants it reads this file.
  uint64_t descriptor;
};
enum { kMaxParts = 8, kPage = 4096 };
static const uint64_t kNotHandedOver = ~(uint64_t)0;
struct Table {
  struct Part parts[kMaxParts];
  uint64_t count;
  char magic[8];
};

#if defined(__x86_64__)
// rdx is a function to call at exit, of which there is none.
#define GO(entry, stack) __asm__ volatile("mov %0,%%rsp\n xor %%edx,%%edx\n jmp *%1" ::"r"(stack), "r"(entry) : "memory")
#elif defined(__aarch64__)
#define GO(entry, stack) __asm__ volatile("mov sp,%0\n mov x0,#0\n br %1" ::"r"(stack), "r"(entry) : "memory")
#endif

enum { O_CLOEXEC = 02000000, MFD_EXEC = 16, EINVAL = 22, EFBIG = 27, SEEK_END = 2, SIGXFSZ = 25, SIG_IGN = 1 };
enum { PROT_READ = 1, PROT_WRITE = 2, PROT_EXEC = 4, MAP_PRIVATE = 2, MAP_FIXED = 16, MAP_ANONYMOUS = 32 };

static void readAt(long fd, void *into, size_t size, uint64_t offset) {
  char *at = into;
  while (size > 0) {
    const long had = call(SYS_pread64, fd, (long)at, (long)size, (long)offset, 0, 0);
    if (had <= 0) DIE("it is cut short");
    at += had;
    size -= (size_t)had;
    offset += (uint64_t)had;
  }
}

// A copy in memory, open under the part's descriptor. Where the kernel allows none, whoever needs it says so.
static void provide(long self, const struct Part *part) {
  long fd = call(SYS_memfd_create, (long)part->name, MFD_EXEC, 0, 0, 0, 0);
  // Kernels before 6.3 do not know the flag, and need none.
  if (fd == -EINVAL) fd = call(SYS_memfd_create, (long)part->name, 0, 0, 0, 0, 0);
  if (fd < 0) return;
  int64_t offset = (int64_t)part->offset;
  uint64_t left = part->size;
  while (left > 0) {
    const long sent = call(SYS_sendfile, fd, self, (long)&offset, (long)left, 0, 0);
    if (sent == -EFBIG) DIE("no file may be as large as its parts (ulimit -f)");
    if (sent <= 0) DIE("its parts cannot be copied into memory");
    left -= (uint64_t)sent;
  }
  if (call(SYS_dup3, fd, (long)part->descriptor, O_CLOEXEC, 0, 0, 0) < 0) DIE("too few file descriptors (ulimit -n)");
  call(SYS_close, fd, 0, 0, 0, 0, 0);
}

// What would be larger than the user may write is refused, and told, instead of ending us without a word. sigaction(2)
static void ignoreFileSizeSignal(void) {
  // The kernel's: handler, flags, restorer (where there is one), mask.
  static const uint64_t action[4] = {SIG_IGN};
  call(SYS_rt_sigaction, SIGXFSZ, (long)action, 0, 8, 0, 0);
}

struct Image {
  uint64_t base;
  uint64_t entry;
  uint64_t headers;
  uint64_t count;
  char interpreter[128];
};

static uint64_t down(uint64_t value) { return value & ~(uint64_t)(kPage - 1); }
static uint64_t up(uint64_t value) { return down(value + kPage - 1); }

// Maps an ELF file that begins at `offset` of `fd`. The addresses of its segments and their places in the file agree
// modulo the largest page there is, because executable.mjs puts it at a multiple of that.
static void map(long fd, uint64_t offset, struct Image *image) {
  Elf64_Ehdr header;
  Elf64_Phdr segments[32];
  readAt(fd, &header, sizeof header, offset);
  if (header.e_phnum > 32 || header.e_phentsize != sizeof(Elf64_Phdr)) DIE("its run-time system is not understood");
  readAt(fd, segments, header.e_phnum * sizeof(Elf64_Phdr), offset + header.e_phoff);
  uint64_t low = ~(uint64_t)0, high = 0, alignment = kPage;
  image->interpreter[0] = 0;
  for (int i = 0; i < header.e_phnum; i++) {
    const Elf64_Phdr *segment = &segments[i];
    if (segment->p_type == PT_INTERP && segment->p_filesz < sizeof image->interpreter) {
      readAt(fd, image->interpreter, segment->p_filesz, offset + segment->p_offset);
      image->interpreter[segment->p_filesz] = 0;
    }
    if (segment->p_type != PT_LOAD) continue;
    if (segment->p_vaddr < low) low = down(segment->p_vaddr);
    if (segment->p_vaddr + segment->p_memsz > high) high = up(segment->p_vaddr + segment->p_memsz);
    if (segment->p_align > alignment) alignment = segment->p_align;
  }
  // Room for all of it; where it may lie anywhere, on the boundary that its segments ask for.
  const int fixed = header.e_type == ET_EXEC;
  const long room = call(SYS_mmap, fixed ? (long)low : 0, (long)(high - low + (fixed ? 0 : alignment)), 0,
                         MAP_PRIVATE | MAP_ANONYMOUS | (fixed ? MAP_FIXED : 0), -1, 0);
  if (room < 0 && room > -4096) DIE("there is no room for it in memory");
  image->base = fixed ? 0 : (((uint64_t)room + alignment - 1) & ~(alignment - 1)) - low;
  for (int i = 0; i < header.e_phnum; i++) {
    const Elf64_Phdr *segment = &segments[i];
    if (segment->p_type != PT_LOAD) continue;
    const int protection = (segment->p_flags & PF_R ? PROT_READ : 0) | (segment->p_flags & PF_W ? PROT_WRITE : 0) |
                           (segment->p_flags & PF_X ? PROT_EXEC : 0);
    const uint64_t start = image->base + down(segment->p_vaddr);
    const uint64_t fileEnd = image->base + segment->p_vaddr + segment->p_filesz;
    const uint64_t end = image->base + segment->p_vaddr + segment->p_memsz;
    const uint64_t shift = segment->p_vaddr - down(segment->p_vaddr);
    long had = 0;
    if (segment->p_filesz > 0) {
      had = call(SYS_mmap, (long)start, (long)(segment->p_filesz + shift), protection, MAP_PRIVATE | MAP_FIXED, fd,
                 (long)(offset + segment->p_offset - shift));
    }
    if (had < 0 && had > -4096) DIE("its run-time system cannot be mapped (is the file system mounted noexec?)");
    if (end > fileEnd) {
      const uint64_t zeroes = segment->p_filesz > 0 ? up(fileEnd) : start;
      if (segment->p_flags & PF_W) {
        for (volatile char *at = (char *)fileEnd; at < (char *)zeroes && at < (char *)up(end); at++) *at = 0;
      }
      if (up(end) > zeroes) {
        call(SYS_mmap, (long)zeroes, (long)(up(end) - zeroes), protection, MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, -1, 0);
      }
    }
  }
  image->entry = image->base + header.e_entry;
  image->headers = image->base + low + header.e_phoff;
  image->count = header.e_phnum;
}

// What the run-time system is told by its environment; whoever has set one of these already is heard, as the first of a name
// counts. A look is over before code that was optimized for it could pay, but for one of a thousand threads its optimizing
// compiler, on threads of its own, took half as much CPU time as all the rest: so it waits until something is called a hundred
// times more often than it would by itself (who watches gets there). Compiling once, without optimizing, pays. It
// compiles and collects garbage where it runs, when it has to, and has no memory touched beforehand: helpers cost more than
// they save on a heap that is small, and are threads to be started. It collects first when 24 MiB were allocated, not 8: a
// look at a hundred threads is over by then, and one at a thousand has let go of what it rehearsed.
// (One after the other, as a table of pointers would have to be relocated.)
static const char kSettings[] =
    "BUN_JSC_thresholdForOptimizeAfterWarmUp=100000\0"
    "BUN_JSC_thresholdForOptimizeAfterLongWarmUp=100000\0"
    "BUN_JSC_thresholdForOptimizeSoon=100000\0"
    "BUN_JSC_useConcurrentJIT=0\0"
    "BUN_JSC_useWarmUpMarkedBlocks=0\0"
    "BUN_JSC_useConcurrentGC=0\0"
    "BUN_JSC_numberOfGCMarkers=1\0"
    "BUN_JSC_largeHeapSize=25165824";
enum { kSettingCount = 8 };

__attribute__((used, noreturn)) void start(uint64_t *stack) {
  ignoreFileSizeSignal();
  const long self = call(SYS_openat, AT_FDCWD, (long)"/proc/self/exe", O_CLOEXEC, 0, 0, 0);
  if (self < 0) DIE("/proc is not mounted");
  const long size = call(SYS_lseek, self, 0, SEEK_END, 0, 0, 0);
  struct Table table;
  readAt(self, &table, sizeof table, (uint64_t)size - sizeof table);
  static const char magic[8] = "pystack1";
  for (int i = 0; i < 8; i++) {
    if (table.magic[i] != magic[i]) DIE("it is cut short");
  }
  const struct Part *runtime = NULL;
  for (uint64_t i = 0; i < table.count && i < kMaxParts; i++) {
    if (table.parts[i].descriptor == 0) runtime = &table.parts[i];
    else if (table.parts[i].descriptor != kNotHandedOver) provide(self, &table.parts[i]);
  }
  if (runtime == NULL) DIE("it is cut short");
  struct Image program, loader;
  map(self, runtime->offset, &program);
  const long fd = call(SYS_openat, AT_FDCWD, (long)program.interpreter, O_CLOEXEC, 0, 0, 0);
  if (fd < 0) DIE("this system has another C library: there is an executable for glibc and one for musl");
  map(fd, 0, &loader);
  call(SYS_close, fd, 0, 0, 0, 0, 0);
  call(SYS_close, self, 0, 0, 0, 0, 0);

  // The stack as the kernel left it, but for the settings behind the environment, and for what tells of this program: there
  // the run-time system is told of. That makes it longer, so it is copied below.
  const uint64_t argc = stack[0];
  const uint64_t *auxiliary = stack + 1 + argc + 1;
  while (*auxiliary++ != 0) {
  }
  const uint64_t *end = auxiliary;
  while (*end != AT_NULL) end += 2;
  const uint64_t before = (uint64_t)(auxiliary - stack) - 1, behind = (uint64_t)(end - auxiliary) + 2;
  uint64_t room[before + kSettingCount + 1 + behind + 1];
  // At a multiple of 16 bytes, as where a program begins.
  uint64_t *const copy = (uint64_t *)(((uint64_t)room + 15) & ~(uint64_t)15);
  uint64_t *at = copy;
  for (uint64_t i = 0; i < before; i++) *at++ = stack[i];
  for (const char *each = kSettings; each < kSettings + sizeof kSettings; each++) {
    if (each == kSettings || each[-1] == 0) *at++ = (uint64_t)each;
  }
  *at++ = 0;
  uint64_t *const copied = at;
  for (uint64_t i = 0; i < behind; i++) *at++ = auxiliary[i];
  for (uint64_t *each = copied; each[0] != AT_NULL; each += 2) {
    switch (each[0]) {
      case AT_PHDR: each[1] = program.headers; break;
      case AT_PHNUM: each[1] = program.count; break;
      case AT_ENTRY: each[1] = program.entry; break;
      case AT_BASE: each[1] = loader.base; break;
      default: break;
    }
  }
  GO(loader.entry, copy);
  __builtin_unreachable();
}
