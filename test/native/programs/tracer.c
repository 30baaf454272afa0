/* Traces every thread of process PID without stopping any, as a debugger does: tracer PID. Prints when it does. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <unistd.h>

int main(int argc, char **argv) {
  (void)argc;
  char path[64];
  int traced = 0;
  snprintf(path, sizeof path, "/proc/%s/task", argv[1]);
  DIR *tasks = opendir(path);
  for (struct dirent *entry; (entry = readdir(tasks)) != NULL;) {
    if (atoi(entry->d_name) > 0 && ptrace(PTRACE_SEIZE, atoi(entry->d_name), 0, 0) == 0) traced++;
  }
  printf("{\"traced\": %d}\n", traced);
  fflush(stdout);
  char byte;
  while (read(0, &byte, 1) > 0) {
  }
  return 0;
}
