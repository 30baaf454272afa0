/* Threads that sleep and threads that compute: threads SLEEPING SPINNING. Prints where its words are.
   A sleeping thread counts the sleeps that ended early. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

static volatile long interrupted __attribute__((aligned(4096)));
static volatile long spins[64] __attribute__((aligned(4096)));

static void *sleeper(void *arg) {
  int poller = epoll_create1(0);
  struct epoll_event event;
  for (;;) {
    if (epoll_wait(poller, &event, 1, -1) < 0 && errno == EINTR) __sync_fetch_and_add(&interrupted, 1);
  }
  return arg;
}

static void *spinner(void *arg) {
  volatile long *word = arg;
  for (;;) ++*word;
  return arg;
}

int main(int argc, char **argv) {
  (void)argc;
  pthread_t thread;
  pthread_attr_t small;
  pthread_attr_init(&small);
  pthread_attr_setstacksize(&small, 256 << 10);
  for (int i = 0; i < atoi(argv[1]); i++) pthread_create(&thread, &small, sleeper, NULL);
  for (int i = 0; i < atoi(argv[2]); i++) pthread_create(&thread, &small, spinner, (void *)&spins[i]);
  usleep(50000);
  printf("{\"interrupted\": %lu, \"spins\": %lu}\n", (unsigned long)(uintptr_t)&interrupted,
         (unsigned long)(uintptr_t)spins);
  fflush(stdout);
  /* Its parent's end is its own. */
  char byte;
  while (read(0, &byte, 1) > 0) {
  }
  return 0;
}
