// Where is the debug information of a stripped file? Build-id directories, .gnu_debuglink, debuginfod.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "libdw_handles.h"

namespace pystack::unwind {

using BuildId = std::vector<std::uint8_t>;

std::optional<OpenElf> openElf(const std::string& file);
std::optional<OpenElf> openElf(FileDescriptor fd);
BuildId buildIdOf(Elf* elf);

struct DebugFileSearch {
  // Directories that hold `.build-id/` and trees by path, e.g. /usr/lib/debug, seen from here.
  std::vector<std::string> roots;
  // Put before a module's path to find its directory from here, e.g. /proc/123/root; often empty.
  std::string targetRoot;
  // Ask debuginfod's servers (DEBUGINFOD_URLS); this many milliseconds in all, 0: never.
  std::uint32_t debuginfodMs = 0;
  // Called now and then while a server is waited for: what is fetched, bytes had, bytes expected (0: unknown).
  std::function<void(const std::string& path, long had, long expected)> onProgress;
};

class DebugFiles {
 public:
  explicit DebugFiles(DebugFileSearch search) : search_(std::move(search)) {}

  // The file with the debug information of `main`, verified by build id or checksum; nullopt: there is none.
  std::optional<OpenElf> find(Elf* main, const std::string& path);
  // The file that `debug`'s DWARF shares with others (dwz), by build id or by the name that it gives, which counts from
  // the directory of the file open as `fd`.
  std::optional<OpenElf> findShared(Dwarf* debug, int fd) const;

 private:
  std::optional<OpenElf> byBuildId(const BuildId& id) const;
  std::optional<OpenElf> byLink(Elf* main, const BuildId& id, const std::string& path) const;
  std::optional<OpenElf> fromServers(const BuildId& id, const std::string& path);

  DebugFileSearch search_;
  // What is left of debuginfodMs is counted down over all modules; servers that do not answer cost it once.
  std::optional<std::uint32_t> debuginfodLeftMs_;
};

}  // namespace pystack::unwind
