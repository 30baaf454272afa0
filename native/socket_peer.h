// Which socket is a Unix socket connected to? Only the kernel's socket diagnosis tells; /proc/net/unix does not.
// https://man7.org/linux/man-pages/man7/sock_diag.7.html
#pragma once

#include <cstdint>

namespace pystack {

// Inode of the socket at the other end of the one with this inode, of our own network namespace. 0: it has none, there is
// no such socket, or the kernel has no unix_diag. Throws SystemError where it refuses.
uint32_t unixSocketPeer(uint32_t inode);

}  // namespace pystack
