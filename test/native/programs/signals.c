/* Counts what it is sent: signals SPINNING. Reads how many real-time signals (none is ever merged with another) a child
   is to send, and counts those handled. Prints where the count is. */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static volatile long handled;

static void handle(int number) {
  (void)number;
  __sync_fetch_and_add(&handled, 1);
}

static void *spinner(void *arg) {
  for (volatile long i = 0;; i++) {
  }
  return arg;
}

int main(int argc, char **argv) {
  (void)argc;
  struct sigaction action = {.sa_handler = handle, .sa_flags = SA_RESTART};
  sigaction(SIGRTMIN, &action, NULL);
  pthread_t thread;
  for (int i = 0; i < atoi(argv[1]); i++) pthread_create(&thread, NULL, spinner, NULL);
  printf("{\"handled\": %lu}\n", (unsigned long)(uintptr_t)&handled);
  fflush(stdout);
  char line[32];
  if (fgets(line, sizeof line, stdin) == NULL) return 1;
  if (fork() == 0) {
    for (long i = atol(line); i > 0;) {
      if (sigqueue(getppid(), SIGRTMIN, (union sigval){0}) == 0) i--;
      usleep(50);
    }
    _exit(0);
  }
  for (;;) {
    char byte;
    if (read(0, &byte, 1) == 0) break;
  }
  return 0;
}
