/* Threads that keep two words apart by one page equal, and block in between in many ways, for up to WAIT_US microseconds
   (40): pairs THREADS [WAIT_US]. While a thread stands still of its own accord its words are equal; between the two writes it only
   computes. Prints where thread i's words are: page 2i and page 2i + 1 of "words", and its tid in the first page. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

struct page {
  volatile uint64_t value;
  volatile uint64_t tid;
  char rest[4096 - 16];
};

static struct page *words;
static unsigned most_wait_ns = 40000;

static void compute(unsigned rounds) {
  for (volatile unsigned i = 0; i < rounds; i++) {
  }
}

static void *worker(void *arg) {
  size_t me = (size_t)arg;
  struct page *a = &words[2 * me], *b = &words[2 * me + 1];
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
  char *faulting = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  unsigned seed = me * 2654435761u + 1;
  a->tid = syscall(SYS_gettid);
  for (;;) {
    uint64_t next = a->value + 1;
    a->value = next;
    compute(rand_r(&seed) % 3000);
    b->value = next;
    struct timespec wait = {0, 1000 + rand_r(&seed) % most_wait_ns};
    switch (rand_r(&seed) % 5) {
      case 0:
        nanosleep(&wait, NULL);
        break;
      case 1: {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += wait.tv_nsec;
        if (until.tv_nsec >= 1000000000) until.tv_nsec -= 1000000000, until.tv_sec++;
        pthread_mutex_lock(&mutex);
        pthread_cond_timedwait(&condition, &mutex, &until);
        pthread_mutex_unlock(&mutex);
        break;
      }
      case 2:
        madvise(faulting, 4096, MADV_DONTNEED);
        *(volatile char *)faulting = 1;
        break;
      case 3:
        sched_yield();
        break;
      default:
        compute(rand_r(&seed) % 2000);
        nanosleep(&wait, NULL);
    }
  }
  return arg;
}

int main(int argc, char **argv) {
  size_t threads = atoi(argv[1]);
  if (argc > 2) most_wait_ns = 1000 * atoi(argv[2]);
  words = mmap(NULL, 2 * threads * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  /* A thread that had to wait for one of these pages would stand still with its words apart, and rightly so. */
  mlock(words, 2 * threads * 4096);
  pthread_t thread;
  for (size_t i = 0; i < threads; i++) pthread_create(&thread, NULL, worker, (void *)i);
  for (size_t i = 0; i < threads; i++) {
    while (words[2 * i].tid == 0) usleep(1000);
  }
  printf("{\"words\": %lu}\n", (unsigned long)(uintptr_t)words);
  fflush(stdout);
  char byte;
  while (read(0, &byte, 1) > 0) {
  }
  _exit(0);
}
