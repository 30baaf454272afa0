// Does the unwinder stand forged files? Falsifies real ELF files, mostly in their headers and debug sections, and asks
// for everything at many addresses, over stacks of noise. Meant to be built with sanitizers:
//
//   g++ -std=c++17 -g -O1 -fsanitize=address,undefined native/unwind/test/forged_modules.cc native/unwind/[!a]*.cc
//     -ldw -lelf -llzma -l:libiberty.a -o forged_modules
//   ./forged_modules SECONDS SEED FILE...
//
// Prints what it tried; a crash, a report of a sanitizer, or an input that takes longer than five seconds is a failure.
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <random>

#include "../unwinder.h"

namespace {

using namespace pystack::unwind;
using File = std::vector<char>;
using Clock = std::chrono::steady_clock;

struct Region {
  std::size_t start;
  std::size_t size;
};

// Header, program and section headers, and the sections that we have parsed: where falsifying tells most.
std::vector<Region> interesting(const File& file) {
  std::vector<Region> regions{{0, 64}};
  const std::unique_ptr<Elf, Calls<elf_end>> elf(elf_memory(const_cast<char*>(file.data()), file.size()));
  GElf_Ehdr header;
  if (!elf || gelf_getehdr(elf.get(), &header) == nullptr) return regions;
  regions.push_back({header.e_phoff, std::size_t{56} * header.e_phnum});
  regions.push_back({header.e_shoff, std::size_t{64} * header.e_shnum});
  std::size_t names = 0;
  elf_getshdrstrndx(elf.get(), &names);
  for (Elf_Scn* section = elf_nextscn(elf.get(), nullptr); section; section = elf_nextscn(elf.get(), section)) {
    GElf_Shdr each;
    if (gelf_getshdr(section, &each) == nullptr || each.sh_type == SHT_NOBITS || each.sh_size == 0) continue;
    const char* name = elf_strptr(elf.get(), names, each.sh_name);
    const std::string text = name != nullptr ? name : "";
    for (const char* wanted : {".eh_frame", ".debug", ".gnu_debug", ".symtab", ".dynsym", ".note"}) {
      // Weighted: what unwinding reads comes up more often than the mass of the debug information.
      const int weight = text.rfind(".eh_frame", 0) == 0 ? 6 : 1;
      if (text.rfind(wanted, 0) != 0) continue;
      for (int i = 0; i < weight; i++) regions.push_back({each.sh_offset, each.sh_size});
    }
  }
  return regions;
}

void falsify(File& file, const std::vector<Region>& regions, std::mt19937_64& random) {
  static const std::uint64_t odd[] = {0, 1, 0x7f, 0x80, 0xff, 0xffff, 0x7fffffff, 0xffffffff, ~0ULL, 1ULL << 62};
  for (unsigned i = 1 + random() % 12; i > 0; i--) {
    const Region region = regions[random() % regions.size()];
    if (region.start >= file.size() || region.size == 0) continue;
    const std::size_t at = region.start + random() % std::min(region.size, file.size() - region.start);
    const std::size_t width = std::min<std::size_t>(std::size_t{1} << random() % 4, file.size() - at);
    const std::uint64_t value = random() % 2 ? random() : odd[random() % std::size(odd)];
    std::memcpy(file.data() + at, &value, width);
  }
  if (random() % 20 == 0) file.resize(file.size() - random() % (file.size() / 2));
}

void tryOne(const File& file, std::mt19937_64& random) {
  constexpr Addr kBase = 0x7f0000000000;
  ModuleSource source;
  source.path = "/forged.so";
  source.open = [&file] { return FileContent{FileDescriptor(), file}; };
  // As if every byte were mapped at its offset; the first segment decides on the bias.
  source.segments.push_back({kBase, kBase + file.size() + (1 << 20), 0, false});
  std::vector<ModuleSource> modules;
  modules.push_back(std::move(source));
  const AddressRange all{kBase, kBase + file.size() + (1 << 20)};
  Unwinder unwinder(std::move(modules), {all}, DebugFileSearch{}, UnwinderOptions{});

  std::vector<std::uint64_t> stack(4096);
  for (auto& word : stack) word = random() % 4 ? kBase + random() % file.size() : 0x7ffff0000000 + random() % 32768;
  const MemoryRange range{0x7ffff0000000, reinterpret_cast<const std::uint8_t*>(stack.data()), stack.size() * 8};
  for (int i = 0; i < 24; i++) {
    Registers registers;
    for (unsigned number = 0; number < 17; number++) registers.set(number, random());
    registers.set(kX86_64.sp, range.start);
    registers.set(kX86_64.fp, range.start + random() % 4096 * 8);
    registers.set(kX86_64.pc, kBase + random() % file.size());
    const UnwoundStack unwound = unwinder.unwind(registers, {range});
    Registers blocked;
    blocked.set(kX86_64.sp, range.start + random() % 4096 * 8);
    blocked.set(kX86_64.pc, kBase + random() % file.size());
    unwinder.unwind(blocked, {range});
    std::size_t named = 0;
    for (const UnwoundFrame& frame : unwound.frames) {
      if (named++ == 32) break;
      unwinder.name(frame.pc, frame.flags);
      if (named == 1) unwinder.isPartOf(kBase + random() % file.size(), frame.flags, "main");
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  elf_version(EV_CURRENT);
  const auto end = Clock::now() + std::chrono::seconds(std::atoi(argv[1]));
  unsigned long seed = std::strtoul(argv[2], nullptr, 10);
  std::vector<File> originals;
  for (int i = 3; i < argc; i++) {
    std::ifstream stream(argv[i], std::ios::binary);
    originals.emplace_back(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
  }
  unsigned long tried = 0;
  double slowest = 0;
  for (; Clock::now() < end; seed++, tried++) {
    std::mt19937_64 random(seed);
    File file = originals[random() % originals.size()];
    falsify(file, interesting(file), random);
    std::fprintf(stderr, "\rseed %lu", seed);
    const auto began = Clock::now();
    alarm(5);
    tryOne(file, random);
    alarm(0);
    slowest = std::max(slowest, std::chrono::duration<double>(Clock::now() - began).count());
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf("\n%lu forged files, slowest %.2f s, at most %ld MiB\n", tried, slowest, usage.ru_maxrss / 1024);
  return 0;
}
