/* A thread in uninterruptible sleep beside the main thread: the parent of a vfork stays so while its child lives.
   The child ends when a byte comes in. Prints the tid of the one that sleeps. */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

static int gate[2];
static volatile int sleeping;

static void *forker(void *arg) {
  sleeping = syscall(SYS_gettid);
  pid_t child = vfork();
  if (child == 0) {
    char byte;
    close(gate[1]);
    if (read(gate[0], &byte, 1) < 0) _exit(1);
    _exit(0);
  }
  pause();
  return arg;
}

int main(void) {
  pthread_t thread;
  if (pipe(gate) != 0) return 1;
  pthread_create(&thread, NULL, forker, NULL);
  usleep(50000);
  printf("{\"tid\": %d}\n", sleeping);
  fflush(stdout);
  char byte;
  while (read(0, &byte, 1) > 0) {
    if (write(gate[1], &byte, 1) != 1) return 1;
  }
  /* The child waits for the other end to be closed, too. */
  _exit(0);
}
