// How is one file called by two names, where pip installs neither links nor a hundred megabytes twice? This is `pystack` of a
// wheel: it becomes `pystack-node`, which lies beside it, and which is called so that no other package has that name.
#include "freestanding.h"

__attribute__((used, noreturn)) void start(uint64_t *stack) {
  static const char suffix[] = "-node";
  char path[4096];
  // Where this file is, and not how it was called: a link may lead here.
  const long length = call(SYS_readlinkat, AT_FDCWD, (long)"/proc/self/exe", (long)path, sizeof path - sizeof suffix, 0, 0);
  if (length < 0) DIE("/proc is not mounted");
  if (length >= (long)(sizeof path - sizeof suffix)) DIE("its path is too long");
  for (size_t i = 0; i < sizeof suffix; i++) path[(size_t)length + i] = suffix[i];
  const uint64_t argc = stack[0];
  call(SYS_execve, (long)path, (long)(stack + 1), (long)(stack + 1 + argc + 1), 0, 0, 0);
  DIE("pystack-node, which pip installs beside it, is not there");
}
