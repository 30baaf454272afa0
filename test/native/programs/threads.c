/* Threads that sleep and threads that compute: threads SLEEPING SPINNING. Prints where its words are.
   A sleeping thread counts the sleeps that ended early. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

static volatile long interrupted __attribute__((aligned(4096)));
static volatile long spins[64] __attribute__((aligned(4096)));

static volatile int started;
static volatile int sleepers[2000];

static char state(int tid) {
  char path[64], text[128] = "";
  snprintf(path, sizeof path, "/proc/self/task/%d/stat", tid);
  FILE *stat = fopen(path, "r");
  if (stat == NULL) return 0;
  char *line = fgets(text, sizeof text, stat);
  fclose(stat);
  return line == NULL ? 0 : strrchr(line, ')')[2];
}

static void *sleeper(void *arg) {
  int poller = epoll_create1(0);
  struct epoll_event event;
  sleepers[(size_t)arg] = syscall(SYS_gettid);
  __sync_fetch_and_add(&started, 1);
  for (;;) {
    if (epoll_wait(poller, &event, 1, -1) < 0 && errno == EINTR) __sync_fetch_and_add(&interrupted, 1);
  }
  return arg;
}

static void *spinner(void *arg) {
  volatile long *word = arg;
  __sync_fetch_and_add(&started, 1);
  for (;;) ++*word;
  return arg;
}

int main(int argc, char **argv) {
  (void)argc;
  pthread_t thread;
  pthread_attr_t small;
  pthread_attr_init(&small);
  pthread_attr_setstacksize(&small, 256 << 10);
  for (int i = 0; i < atoi(argv[1]); i++) pthread_create(&thread, &small, sleeper, (void *)(size_t)i);
  for (int i = 0; i < atoi(argv[2]); i++) pthread_create(&thread, &small, spinner, (void *)&spins[i]);
  while (started < atoi(argv[1]) + atoi(argv[2])) usleep(1000);
  for (int i = 0; i < atoi(argv[1]); i++) {
    while (state(sleepers[i]) != 'S') usleep(1000);
  }
  printf("{\"interrupted\": %lu, \"spins\": %lu}\n", (unsigned long)(uintptr_t)&interrupted,
         (unsigned long)(uintptr_t)spins);
  fflush(stdout);
  /* Its parent's end is its own. */
  char byte;
  while (read(0, &byte, 1) > 0) {
  }
  return 0;
}
