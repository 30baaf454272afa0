// Which threads does the process have now? The numbers in its /proc task directory, read anew at each call.
#pragma once

#include <dirent.h>
#include <sys/types.h>

#include <vector>

namespace pystack {

class TaskList {
 public:
  // `processDir`: an open descriptor of /proc/<pid>, not taken over. Throws SystemError.
  explicit TaskList(int processDir);
  ~TaskList();
  TaskList(const TaskList&) = delete;
  TaskList& operator=(const TaskList&) = delete;

  // Thread ids in the kernel's order (the leader first, then by age); empty once the process is gone.
  std::vector<pid_t> read();
  // The descriptor of the directory, for openat.
  int fd() const noexcept { return dirfd(directory_); }

 private:
  DIR* directory_;
};

}  // namespace pystack
