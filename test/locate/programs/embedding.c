/*
 * A program that has Python in libraries it loads: embedding WHAT LIBRARY...
 *   run      an interpreter runs in each
 *   map      the libraries are only mapped
 *   last     as `run`, but only in the last; the others are only mapped
 *   finish   an interpreter ran in each, and is over
 *   copies   an interpreter runs in each of as many copies of one library as there are names (dlmopen)
 *   moved    as `run`, and then each library's pages become memory of no file, at the same addresses
 *   again    an interpreter runs in each until a byte comes, is over, and another runs in its place
 * Says `ready {}` and sleeps: in Python in the last that runs, else in C.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <signal.h>
#include <unistd.h>

static const char *const SCRIPT =
    "import os, time\n"
    "def inside():\n"
    "    os.write(1, b'ready {}\\n')\n"
    "    time.sleep(600)\n"
    "inside()\n";

static const char *const UNTIL_TOLD =
    "import os\n"
    "def %s():\n"
    "    os.write(1, b'ready {}\\n')\n"
    "    os.read(0, 1)\n"
    "%s()\n";

/* One interpreter after the other, in functions of these names. */
static void run_again(void *(*function)(void *, const char *), void *library) {
  static const char *const names[] = {"first", "second"};
  for (int i = 0; i < 2; i++) {
    char script[256];
    snprintf(script, sizeof script, UNTIL_TOLD, names[i], names[i]);
    if (i > 0) ((void (*)(int))function(library, "Py_InitializeEx"))(0);
    ((int (*)(const char *))function(library, "PyRun_SimpleString"))(script);
    ((void (*)(void))function(library, "Py_Finalize"))();
  }
}

static void *function(void *library, const char *name) {
  void *found = dlsym(library, name);
  if (found == NULL) {
    fprintf(stderr, "%s\n", dlerror());
    exit(1);
  }
  return found;
}

/* Each readable mapping of the file is replaced by anonymous pages with the same content. */
static void move(const char *path) {
  static char lines[1000][512];
  int count = 0;
  FILE *maps = fopen("/proc/self/maps", "r");
  while (count < 1000 && fgets(lines[count], sizeof lines[count], maps)) count++;
  fclose(maps);
  for (int i = 0; i < count; i++) {
    unsigned long start, end;
    char permissions[8];
    int at = 0;
    sscanf(lines[i], "%lx-%lx %7s %*s %*s %*s %n", &start, &end, permissions, &at);
    lines[i][strcspn(lines[i], "\n")] = 0;
    if (permissions[0] != 'r' || strcmp(lines[i] + at, path) != 0) continue;
    size_t size = end - start;
    char *copy = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memcpy(copy, (void *)start, size);
    mprotect(copy, size, PROT_READ | (permissions[1] == 'w' ? PROT_WRITE : 0) | (permissions[2] == 'x' ? PROT_EXEC : 0));
    if (mremap(copy, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, (void *)start) != (void *)start) {
      perror("mremap");
      exit(1);
    }
  }
}

int main(int argc, char **argv) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  alarm(600);
  const char *what = argv[1];
  void *last = NULL;
  for (int i = 2; i < argc; i++) {
    void *library = strcmp(what, "copies") == 0 && i > 2 ? dlmopen(LM_ID_NEWLM, argv[i], RTLD_NOW | RTLD_LOCAL)
                                                         : dlopen(argv[i], RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
      fprintf(stderr, "%s\n", dlerror());
      return 1;
    }
    if (strcmp(what, "map") == 0 || (strcmp(what, "last") == 0 && i < argc - 1)) continue;
    ((void (*)(int))function(library, "Py_InitializeEx"))(0);
    if (strcmp(what, "finish") == 0) {
      ((void (*)(void))function(library, "Py_Finalize"))();
      continue;
    }
    if (strcmp(what, "again") == 0) {
      run_again(function, library);
      continue;
    }
    if (strcmp(what, "moved") == 0) move(argv[i]);
    if (i < argc - 1) ((void *(*)(void))function(library, "PyEval_SaveThread"))();
    last = library;
  }
  if (last != NULL) return ((int (*)(const char *))function(last, "PyRun_SimpleString"))(SCRIPT);
  if (write(1, "ready {}\n", 9) != 9) return 1;
  for (;;) pause();
}
