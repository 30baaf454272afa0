#include "task_list.h"

#include <fcntl.h>

#include <cerrno>
#include <cstdlib>

#include "system_error.h"
#include "unique_fd.h"

namespace pystack {

TaskList::TaskList(int processDir) {
  const int fd = openat(processDir, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) throw SystemError(errno == ENOENT ? ESRCH : errno, "open");
  directory_ = fdopendir(fd);
  if (directory_ == nullptr) {
    const int error = errno;
    close(fd);
    throw SystemError(error, "fdopendir");
  }
}

TaskList::~TaskList() { closedir(directory_); }

std::vector<pid_t> TaskList::read() {
  std::vector<pid_t> tids;
  rewinddir(directory_);
  while (const dirent* entry = readdir(directory_)) {
    if (entry->d_name[0] < '1' || entry->d_name[0] > '9') continue;
    tids.push_back(static_cast<pid_t>(std::strtol(entry->d_name, nullptr, 10)));
  }
  return tids;
}

}  // namespace pystack
