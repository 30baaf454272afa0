/* For how long did this thread stand still? While the driver asks for it, the calling thread does nothing but read the
 * clock; every interval between two readings that is longer than such a reading takes is time in which the thread was
 * stopped (or not scheduled, which the driver measures separately with no tool running).
 *
 * Driver and recorder share one page of a file. The driver writes an odd number to `order` to begin and an even one to
 * end; `obeyed` repeats it. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { PAGE = 4096, NOTABLE_NS = 20000, IDLE_NS = 1000000 };

struct page {
  _Atomic uint64_t order;
  _Atomic uint64_t obeyed;
  uint64_t longest_ns;
  uint64_t sum_ns; /* of the gaps over NOTABLE_NS */
};

static uint64_t clock_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void record_until(struct page *page, uint64_t order) {
  uint64_t longest = 0, sum = 0;
  atomic_store(&page->obeyed, order);
  for (uint64_t last = clock_ns(); atomic_load_explicit(&page->order, memory_order_relaxed) == order;) {
    uint64_t now = clock_ns(), gap = now - last;
    if (gap > longest) longest = gap;
    if (gap > NOTABLE_NS) sum += gap;
    last = now;
  }
  page->longest_ns = longest;
  page->sum_ns = sum;
}

/* Records for ever, on that CPU (negative: any), with that real-time priority (0: as everybody). Returns only if the
 * file or the priority cannot be had: -1. */
int record_gaps(const char *path, int cpu, int priority) {
  int fd = open(path, O_RDWR);
  struct page *page = fd < 0 ? MAP_FAILED : mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (page == MAP_FAILED) return -1;
  close(fd);
  if (cpu >= 0) {
    cpu_set_t only;
    CPU_ZERO(&only);
    CPU_SET(cpu, &only);
    sched_setaffinity(0, sizeof only, &only);
  }
  if (priority > 0 && sched_setscheduler(0, SCHED_FIFO, &(struct sched_param){.sched_priority = priority}) != 0) {
    return -1;
  }
  for (;;) {
    uint64_t order = atomic_load(&page->order);
    if (order % 2) record_until(page, order);
    atomic_store(&page->obeyed, atomic_load(&page->order));
    nanosleep(&(struct timespec){0, IDLE_NS}, NULL);
  }
}
