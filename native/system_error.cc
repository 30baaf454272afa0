#include "system_error.h"

#include <cerrno>

namespace pystack {

const char* errnoName(int number) noexcept {
  switch (number) {
#define NAME(name) \
  case name:       \
    return #name
    NAME(EPERM);
    NAME(ENOENT);
    NAME(ESRCH);
    NAME(EINTR);
    NAME(EIO);
    NAME(ENXIO);
    NAME(E2BIG);
    NAME(EBADF);
    NAME(ECHILD);
    NAME(EAGAIN);
    NAME(ENOMEM);
    NAME(EACCES);
    NAME(EFAULT);
    NAME(EBUSY);
    NAME(EEXIST);
    NAME(ENODEV);
    NAME(ENOTDIR);
    NAME(EISDIR);
    NAME(EINVAL);
    NAME(ENFILE);
    NAME(EMFILE);
    NAME(ENOSYS);
    NAME(EOVERFLOW);
    NAME(ENODATA);
    NAME(ETIMEDOUT);
    NAME(EOPNOTSUPP);
#undef NAME
    default:
      return "EUNKNOWN";
  }
}

}  // namespace pystack
