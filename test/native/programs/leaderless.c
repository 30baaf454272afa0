/* The main thread ends, another goes on: its process is a zombie in name only. Prints where a word is. */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

static volatile uint32_t word = 0x01020304;

static void *rest(void *arg) {
  usleep(100000);
  printf("{\"word\": %lu}\n", (unsigned long)(uintptr_t)&word);
  fflush(stdout);
  char byte;
  while (read(0, &byte, 1) > 0) {
  }
  _exit(0);
  return arg;
}

int main(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, rest, NULL);
  pthread_exit(NULL);
}
