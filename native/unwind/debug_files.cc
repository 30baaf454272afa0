#include "debug_files.h"

#include <dlfcn.h>
#include <elfutils/libdwelf.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

#include <array>
#include <chrono>
#include <type_traits>

namespace pystack::unwind {
namespace {

using Clock = std::chrono::steady_clock;

// Longest build id worth looking for: SHA-256 has 32 bytes, linkers allow any given in hexadecimal.
constexpr std::size_t kMaxBuildId = 64;

std::string hexadecimal(const std::uint8_t* bytes, std::size_t count) {
  static const char digits[] = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < count; i++) {
    text += digits[bytes[i] >> 4];
    text += digits[bytes[i] & 15];
  }
  return text;
}

std::string directoryOf(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash);
}

// Where an open file is; empty: not known.
std::string pathOf(int fd) {
  char path[PATH_MAX];
  const ssize_t size = readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), path, sizeof path);
  return size > 0 ? std::string(path, static_cast<std::size_t>(size)) : std::string();
}

// The CRC-32 of .gnu_debuglink: polynomial 0xedb88320, as in zip.
std::uint32_t checksum(int fd) {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < table.size(); i++) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320U ^ value >> 1 : value >> 1;
    table[i] = value;
  }
  std::uint32_t crc = 0xffffffffU;
  std::vector<unsigned char> buffer(1 << 16);
  off_t at = 0;
  ssize_t had = 0;
  while ((had = pread(fd, buffer.data(), buffer.size(), at)) > 0) {
    for (ssize_t i = 0; i < had; i++) crc = table[(crc ^ buffer[static_cast<std::size_t>(i)]) & 255] ^ crc >> 8;
    at += had;
  }
  return ~crc;
}

// What is needed of libdebuginfod, found at run time because it brings a whole HTTP client with it. The declarations
// are those of elfutils' debuginfod.h, version 0.180 and later.
struct debuginfod_client;
struct Debuginfod {
  debuginfod_client* (*begin)() = nullptr;
  void (*end)(debuginfod_client*) = nullptr;
  int (*find)(debuginfod_client*, const unsigned char* id, int idSize, char** path) = nullptr;
  void (*setProgress)(debuginfod_client*, int (*)(debuginfod_client*, long, long)) = nullptr;
  void (*setUserData)(debuginfod_client*, void*) = nullptr;
  void* (*getUserData)(debuginfod_client*) = nullptr;

  static const Debuginfod* load() {
    static const Debuginfod loaded = [] {
      Debuginfod api;
      void* library = dlopen("libdebuginfod.so.1", RTLD_NOW | RTLD_LOCAL);
      if (library == nullptr) return api;
      const auto look = [library](auto& function, const char* name) {
        function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(library, name));
        return function != nullptr;
      };
      Debuginfod found;
      const bool whole = look(found.begin, "debuginfod_begin") && look(found.end, "debuginfod_end") &&
                         look(found.find, "debuginfod_find_debuginfo") &&
                         look(found.setProgress, "debuginfod_set_progressfn") &&
                         look(found.setUserData, "debuginfod_set_user_data") &&
                         look(found.getUserData, "debuginfod_get_user_data");
      return whole ? found : api;
    }();
    return loaded.begin != nullptr ? &loaded : nullptr;
  }
};

struct Download {
  const DebugFileSearch* search;
  const std::string* path;
  Clock::time_point deadline;
};

}  // namespace

std::optional<OpenElf> openElf(const std::string& file) {
  // Not blocking: a path may name a pipe. Not becoming the terminal of anything either.
  return openElf(FileDescriptor(open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)));
}

std::optional<OpenElf> openElf(FileDescriptor fd) {
  OpenElf opened;
  opened.fd = std::move(fd);
  if (!opened.fd.valid()) return std::nullopt;
  struct stat status{};
  if (fstat(opened.fd.get(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  opened.elf.reset(elf_begin(opened.fd.get(), ELF_C_READ_MMAP_PRIVATE, nullptr));
  if (!opened.elf || elf_kind(opened.elf.get()) != ELF_K_ELF) return std::nullopt;
  return opened;
}

BuildId buildIdOf(Elf* elf) {
  const void* bits = nullptr;
  const ssize_t size = dwelf_elf_gnu_build_id(elf, &bits);
  if (size <= 0 || bits == nullptr || static_cast<std::size_t>(size) > kMaxBuildId) return {};
  const auto* bytes = static_cast<const std::uint8_t*>(bits);
  return {bytes, bytes + size};
}

std::optional<OpenElf> DebugFiles::find(Elf* main, const std::string& path) {
  const BuildId id = buildIdOf(main);
  if (auto found = byBuildId(id)) return found;
  if (auto found = byLink(main, id, path)) return found;
  return fromServers(id, path);
}

std::optional<OpenElf> DebugFiles::findShared(Dwarf* debug, int fd) const {
  const char* name = nullptr;
  const void* bits = nullptr;
  const ssize_t size = dwelf_dwarf_gnu_debugaltlink(debug, &name, &bits);
  if (size <= 0 || static_cast<std::size_t>(size) > kMaxBuildId) return std::nullopt;
  const auto* bytes = static_cast<const std::uint8_t*>(bits);
  const BuildId id(bytes, bytes + size);
  if (auto found = byBuildId(id)) return found;
  if (name == nullptr || *name == '\0') return std::nullopt;
  std::vector<std::string> files;
  if (*name == '/') {
    files = {search_.targetRoot + name, name};
  } else if (const std::string own = pathOf(fd); !own.empty()) {
    files = {directoryOf(own) + "/" + name};
  }
  // The file decides on the name, so only the build id is believed.
  for (const std::string& file : files) {
    auto found = openElf(file);
    if (found && buildIdOf(found->elf.get()) == id) return found;
  }
  return std::nullopt;
}

std::optional<OpenElf> DebugFiles::byBuildId(const BuildId& id) const {
  if (id.size() < 2) return std::nullopt;
  for (const std::string& root : search_.roots) {
    const std::string file = root + "/.build-id/" + hexadecimal(id.data(), 1) + "/" +
                             hexadecimal(id.data() + 1, id.size() - 1) + ".debug";
    auto found = openElf(file);
    if (found && buildIdOf(found->elf.get()) == id) return found;
  }
  return std::nullopt;
}

std::optional<OpenElf> DebugFiles::byLink(Elf* main, const BuildId& id, const std::string& path) const {
  GElf_Word crc = 0;
  const char* link = dwelf_elf_gnu_debuglink(main, &crc);
  // The file decides on the name, but not on the directory.
  if (link == nullptr || *link == '\0' || std::string(link).find('/') != std::string::npos) return std::nullopt;
  const std::string directory = directoryOf(path);
  std::vector<std::string> files{search_.targetRoot + directory + "/" + link,
                                 search_.targetRoot + directory + "/.debug/" + link};
  for (const std::string& root : search_.roots) files.push_back(root + directory + "/" + link);
  for (const std::string& file : files) {
    auto found = openElf(file);
    if (!found) continue;
    const BuildId foundId = buildIdOf(found->elf.get());
    const bool same = !id.empty() && !foundId.empty() ? foundId == id : checksum(found->fd.get()) == crc;
    if (same) return found;
  }
  return std::nullopt;
}

std::optional<OpenElf> DebugFiles::fromServers(const BuildId& id, const std::string& path) {
  if (!debuginfodLeftMs_) debuginfodLeftMs_ = search_.debuginfodMs;
  // Without servers, not even the HTTP client is loaded.
  const char* servers = std::getenv("DEBUGINFOD_URLS");
  if (servers == nullptr || *servers == '\0') return std::nullopt;
  if (id.empty() || *debuginfodLeftMs_ == 0) return std::nullopt;
  const Debuginfod* api = Debuginfod::load();
  if (api == nullptr) return std::nullopt;
  const std::unique_ptr<debuginfod_client, decltype(api->end)> client(api->begin(), api->end);
  if (!client) return std::nullopt;

  const auto began = Clock::now();
  Download download{&search_, &path, began + std::chrono::milliseconds(*debuginfodLeftMs_)};
  api->setUserData(client.get(), &download);
  // A non-zero answer ends the download: this is how the time limit is kept.
  api->setProgress(client.get(), [](debuginfod_client* handle, long had, long expected) -> int {
    const auto& now = *static_cast<Download*>(Debuginfod::load()->getUserData(handle));
    if (now.search->onProgress) now.search->onProgress(*now.path, had, expected);
    return Clock::now() >= now.deadline ? 1 : 0;
  });
  char* name = nullptr;
  const FileDescriptor downloaded(api->find(client.get(), id.data(), static_cast<int>(id.size()), &name));
  const Malloced<char> file(name);
  const auto tookMs = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began).count();
  debuginfodLeftMs_ = tookMs >= *debuginfodLeftMs_ ? 0 : *debuginfodLeftMs_ - static_cast<std::uint32_t>(tookMs);
  if (!downloaded.valid() || !file) return std::nullopt;
  auto found = openElf(file.get());
  if (found && buildIdOf(found->elf.get()) != id) return std::nullopt;
  return found;
}

}  // namespace pystack::unwind
