/* Threads are born and end all the time, and processes are forked. */
#include <pthread.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static void *brief(void *arg) {
  for (volatile long i = 0; i < (long)arg; i++) {
  }
  return NULL;
}

static void *forker(void *arg) {
  for (;;) {
    pid_t child = fork();
    if (child == 0) _exit(0);
    waitpid(child, NULL, 0);
    usleep(2000);
  }
  return arg;
}

static void *breeder(void *arg) {
  for (unsigned long k = 0;; k++) {
    pthread_t threads[4];
    for (int i = 0; i < 4; i++) pthread_create(&threads[i], NULL, brief, (void *)(1000L << (k + i) % 10));
    for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
    usleep(100);
  }
  return arg;
}

int main(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, breeder, NULL);
  pthread_create(&thread, NULL, forker, NULL);
  printf("{}\n");
  fflush(stdout);
  char byte;
  while (read(0, &byte, 1) > 0) {
  }
  _exit(0);
}
