#include "socket_peer.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <cstring>

#include "system_error.h"
#include "unique_fd.h"

namespace pystack {
namespace {

struct Request {
  nlmsghdr header;
  unix_diag_req body;
};

// All states.
constexpr uint32_t kAnyState = 0xffffffff;
// INET_DIAG_NOCOOKIE of linux/inet_diag.h, which holds for all families.
constexpr uint32_t kNoCookie = ~0u;
// Of one socket by its inode alone the answer is some tens of bytes.
constexpr size_t kAnswerBytes = 4096;
// The kernel answers at once; this is for one that does not.
constexpr timeval kPatience = {1, 0};

// The peer in one answer; 0: it names none.
uint32_t peerIn(const nlmsghdr& header) {
  const size_t fixed = NLMSG_LENGTH(sizeof(unix_diag_msg));
  if (header.nlmsg_len < fixed) return 0;
  auto* attribute = reinterpret_cast<const rtattr*>(reinterpret_cast<const char*>(&header) + NLMSG_ALIGN(fixed));
  auto left = static_cast<unsigned>(header.nlmsg_len - NLMSG_ALIGN(fixed));
  for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
    if (attribute->rta_type != UNIX_DIAG_PEER || RTA_PAYLOAD(attribute) < sizeof(uint32_t)) continue;
    uint32_t peer;
    std::memcpy(&peer, RTA_DATA(attribute), sizeof peer);
    return peer;
  }
  return 0;
}

}  // namespace

uint32_t unixSocketPeer(uint32_t inode) {
  const UniqueFd kernel(socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
  if (!kernel) throw SystemError(errno, "socket");
  setsockopt(kernel.get(), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
  Request request{};
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  request.header.nlmsg_flags = NLM_F_REQUEST;
  request.body.sdiag_family = AF_UNIX;
  request.body.udiag_states = kAnyState;
  request.body.udiag_ino = inode;
  request.body.udiag_show = UDIAG_SHOW_PEER;
  // Whichever socket has that inode.
  request.body.udiag_cookie[0] = request.body.udiag_cookie[1] = kNoCookie;
  if (send(kernel.get(), &request, sizeof request, 0) < 0) throw SystemError(errno, "send");
  alignas(nlmsghdr) char answer[kAnswerBytes];
  const ssize_t got = recv(kernel.get(), answer, sizeof answer, 0);
  if (got < 0) throw SystemError(errno, "recv");
  auto left = static_cast<unsigned>(got);
  for (auto* header = reinterpret_cast<const nlmsghdr*>(answer); NLMSG_OK(header, left); header = NLMSG_NEXT(header, left)) {
    if (header->nlmsg_type == NLMSG_ERROR && header->nlmsg_len >= NLMSG_LENGTH(sizeof(nlmsgerr))) {
      const int error = -static_cast<const nlmsgerr*>(NLMSG_DATA(header))->error;
      // There is no such socket, or the kernel has no module for the question: nothing is known either way.
      if (error == ENOENT) return 0;
      throw SystemError(error, "sock_diag");
    }
    if (header->nlmsg_type == SOCK_DIAG_BY_FAMILY) return peerIn(*header);
  }
  return 0;
}

}  // namespace pystack
