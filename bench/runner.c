/* runner CPU PRIORITY COMMAND...: runs the command without output, on the CPUs but that one (negative: on all), with that
 * real-time priority (0: as everybody), and prints what it took: wall ns, CPU ns, peak resident KiB, exit status. Only wait4 tells a child's own figures. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int64_t clock_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static int64_t nanoseconds(struct timeval time) { return time.tv_sec * 1000000000LL + time.tv_usec * 1000LL; }

int main(int argc, char **argv) {
  if (argc < 4) return fprintf(stderr, "usage: runner CPU PRIORITY COMMAND...\n"), 2;
  int cpu = atoi(argv[1]);
  cpu_set_t cpus;
  if (cpu >= 0 && sched_getaffinity(0, sizeof cpus, &cpus) == 0 && CPU_COUNT(&cpus) > 1) {
    CPU_CLR(cpu, &cpus);
    sched_setaffinity(0, sizeof cpus, &cpus);
  }
  struct sched_param priority = {.sched_priority = atoi(argv[2])};
  if (priority.sched_priority > 0 && sched_setscheduler(0, SCHED_RR, &priority) != 0) {
    return perror("sched_setscheduler"), 1;
  }
  int64_t begun = clock_ns();
  pid_t child = fork();
  if (child < 0) return perror("fork"), 1;
  if (child == 0) {
    int null = open("/dev/null", O_RDWR);
    for (int fd = 0; fd < 3; fd++) dup2(null, fd);
    execvp(argv[3], argv + 3);
    _exit(127);
  }
  int status;
  struct rusage usage;
  if (wait4(child, &status, 0, &usage) < 0) return perror("wait4"), 1;
  printf("%lld %lld %ld %d\n", (long long)(clock_ns() - begun),
         (long long)(nanoseconds(usage.ru_utime) + nanoseconds(usage.ru_stime)), usage.ru_maxrss,
         WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
  return 0;
}
