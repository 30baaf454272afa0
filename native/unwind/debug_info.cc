#include "debug_info.h"

#include <dwarf.h>
#include <gelf.h>

#include <algorithm>
#include <cstring>
#include <string_view>

namespace pystack::unwind {
namespace {

// Larger than any library's (Chromium has some 2 GiB); compressed sections could otherwise claim a thousandfold.
constexpr std::uint64_t kMaxDebugBytes = 4ULL << 30;
constexpr unsigned kMaxUnits = 200'000;
// Entries looked at for the functions of one unit, and for the inlined calls of one function.
constexpr unsigned kMaxUnitEntries = 2'000'000;
constexpr unsigned kMaxFunctionEntries = 100'000;
// Namespaces within namespaces; calls inlined into calls inlined…
constexpr unsigned kMaxDepth = 64;

std::uint64_t debugBytes(Elf* elf) {
  std::uint64_t total = 0;
  for (Elf_Scn* section = elf_nextscn(elf, nullptr); section != nullptr; section = elf_nextscn(elf, section)) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) == nullptr || header.sh_type == SHT_NOBITS || (header.sh_flags & SHF_ALLOC)) {
      continue;
    }
    GElf_Chdr compressed;
    const bool isCompressed = (header.sh_flags & SHF_COMPRESSED) && gelf_getchdr(section, &compressed) != nullptr;
    const std::uint64_t size = isCompressed ? compressed.ch_size : header.sh_size;
    if (size > kMaxDebugBytes - total) return kMaxDebugBytes + 1;
    total += size;
  }
  return total;
}

// Tables that nothing here reads. libdw unpacks every compressed section when it opens a file, and these are large.
constexpr std::string_view kUnread[] = {".debug_loc", ".debug_loclists", ".debug_macro", ".debug_names",
                                        ".debug_pubnames", ".debug_pubtypes"};

// Makes libdw pass over them. `elf` must be one whose headers can be changed: opened with ELF_C_READ_MMAP_PRIVATE.
void hideUnread(Elf* elf) {
  std::size_t names = 0;
  if (elf_getshdrstrndx(elf, &names) != 0) return;
  for (Elf_Scn* section = elf_nextscn(elf, nullptr); section != nullptr; section = elf_nextscn(elf, section)) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) == nullptr || !(header.sh_flags & SHF_COMPRESSED)) continue;
    const char* name = elf_strptr(elf, names, header.sh_name);
    if (name == nullptr || std::find(std::begin(kUnread), std::end(kUnread), name) == std::end(kUnread)) continue;
    header.sh_type = SHT_NOBITS;
    gelf_update_shdr(section, &header);
  }
}

std::string nameOf(Dwarf_Die* die) {
  Dwarf_Attribute attribute;
  for (const unsigned code : {DW_AT_linkage_name, DW_AT_MIPS_linkage_name}) {
    if (dwarf_attr_integrate(die, code, &attribute) == nullptr) continue;
    if (const char* name = dwarf_formstring(&attribute)) return name;
  }
  if (dwarf_attr_integrate(die, DW_AT_name, &attribute) != nullptr) {
    if (const char* name = dwarf_formstring(&attribute)) return name;
  }
  return {};
}

std::string callFile(Dwarf_Die* unit, Dwarf_Die* call) {
  Dwarf_Attribute attribute;
  Dwarf_Word index = 0;
  Dwarf_Files* files = nullptr;
  std::size_t count = 0;
  if (dwarf_formudata(dwarf_attr(call, DW_AT_call_file, &attribute), &index) != 0 ||
      dwarf_getsrcfiles(unit, &files, &count) != 0 || index >= count) {
    return {};
  }
  const char* name = dwarf_filesrc(files, index, nullptr, nullptr);
  return name == nullptr ? std::string() : std::string(name);
}

unsigned callLine(Dwarf_Die* call) {
  Dwarf_Attribute attribute;
  Dwarf_Word line = 0;
  if (dwarf_formudata(dwarf_attr(call, DW_AT_call_line, &attribute), &line) != 0 || line > UINT32_MAX) return 0;
  return static_cast<unsigned>(line);
}

// Appends the inlined calls that cover `address`, outermost first.
void findInlined(Dwarf_Die* parent, Addr address, unsigned depth, unsigned& budget, std::vector<Dwarf_Die>& found) {
  Dwarf_Die child;
  if (depth > kMaxDepth || dwarf_child(parent, &child) != 0) return;
  do {
    if (budget-- == 0) {
      budget = 0;
      return;
    }
    const int tag = dwarf_tag(&child);
    if (tag != DW_TAG_inlined_subroutine && tag != DW_TAG_lexical_block && tag != DW_TAG_try_block &&
        tag != DW_TAG_catch_block) {
      continue;
    }
    if (dwarf_haspc(&child, address) != 1) continue;
    if (tag == DW_TAG_inlined_subroutine) found.push_back(child);
    findInlined(&child, address, depth + 1, budget, found);
    return;
  } while (dwarf_siblingof(&child, &child) == 0);
}

}  // namespace

std::unique_ptr<DebugInfo> DebugInfo::open(Elf* elf,
                                           const std::function<std::optional<OpenElf>(Dwarf*)>& findShared) {
  if (debugBytes(elf) > kMaxDebugBytes) return nullptr;
  hideUnread(elf);
  auto info = std::make_unique<DebugInfo>();
  info->dwarf_.reset(dwarf_begin_elf(elf, DWARF_C_READ, nullptr));
  if (!info->dwarf_) return nullptr;
  if (auto shared = findShared(info->dwarf_.get())) {
    if (debugBytes(shared->elf.get()) <= kMaxDebugBytes) {
      info->shared_ = std::move(*shared);
      info->sharedDwarf_.reset(dwarf_begin_elf(info->shared_.elf.get(), DWARF_C_READ, nullptr));
      if (info->sharedDwarf_) dwarf_setalt(info->dwarf_.get(), info->sharedDwarf_.get());
    }
  }
  return info;
}

std::vector<SourceFrame> DebugInfo::at(Addr address) {
  Unit* unit = unitAt(address);
  if (unit == nullptr) return {};
  std::vector<SourceFrame> frames;
  SourceFrame innermost;
  line(*unit, address, innermost);

  const auto after = std::upper_bound(unit->functions.begin(), unit->functions.end(), address,
                                      [](Addr at, const Function& function) { return at < function.start; });
  if (after == unit->functions.begin() || address >= (after - 1)->end) {
    frames.push_back(std::move(innermost));
    return frames;
  }
  Dwarf_Die function = (after - 1)->die;
  std::vector<Dwarf_Die> calls;
  unsigned budget = kMaxFunctionEntries;
  findInlined(&function, address, 0, budget, calls);
  // Each inlined call tells the line in its caller at which it was called.
  SourceFrame frame = std::move(innermost);
  for (auto call = calls.rbegin(); call != calls.rend(); ++call) {
    frame.name = nameOf(&*call);
    frame.inlined = true;
    frames.push_back(std::move(frame));
    frame = SourceFrame{};
    frame.file = callFile(&unit->die, &*call);
    frame.line = callLine(&*call);
  }
  frame.name = nameOf(&function);
  frames.push_back(std::move(frame));
  return frames;
}

DebugInfo::Unit* DebugInfo::unitAt(Addr address) {
  Dwarf_Die die;
  if (dwarf_addrdie(dwarf_.get(), address, &die) == nullptr) {
    // Clang writes no .debug_aranges; then the units themselves must say what they cover.
    if (!unitRanges_) listUnitRanges();
    const auto after = std::upper_bound(unitRanges_->begin(), unitRanges_->end(), address,
                                        [](Addr at, const UnitRange& range) { return at < range.start; });
    if (after == unitRanges_->begin() || address >= (after - 1)->end ||
        dwarf_offdie(dwarf_.get(), (after - 1)->offset, &die) == nullptr) {
      return nullptr;
    }
  }
  const auto [entry, added] = units_.try_emplace(dwarf_dieoffset(&die));
  if (added) {
    entry->second = std::make_unique<Unit>();
    Unit& unit = *entry->second;
    unit.die = die;
    unsigned budget = kMaxUnitEntries;
    listFunctions(unit.die, 0, unit, budget);
    std::sort(unit.functions.begin(), unit.functions.end(),
              [](const Function& a, const Function& b) { return a.start < b.start; });
  }
  return entry->second.get();
}

void DebugInfo::listUnitRanges() {
  unitRanges_.emplace();
  Dwarf_Off offset = 0;
  Dwarf_Off next = 0;
  std::size_t headerSize = 0;
  for (unsigned units = 0; units < kMaxUnits; units++) {
    if (dwarf_nextcu(dwarf_.get(), offset, &next, &headerSize, nullptr, nullptr, nullptr) != 0) break;
    Dwarf_Die die;
    if (dwarf_offdie(dwarf_.get(), offset + headerSize, &die) != nullptr) {
      Dwarf_Addr base = 0;
      Dwarf_Addr start = 0;
      Dwarf_Addr end = 0;
      ptrdiff_t at = 0;
      unsigned budget = kMaxFunctionEntries;
      while (budget-- > 0 && (at = dwarf_ranges(&die, at, &base, &start, &end)) > 0) {
        if (start < end) unitRanges_->push_back({start, end, offset + headerSize});
      }
    }
    if (next <= offset) break;
    offset = next;
  }
  std::sort(unitRanges_->begin(), unitRanges_->end(),
            [](const UnitRange& a, const UnitRange& b) { return a.start < b.start; });
}

void DebugInfo::listFunctions(Dwarf_Die& parent, unsigned depth, Unit& unit, unsigned& budget) {
  Dwarf_Die child;
  if (depth > kMaxDepth || dwarf_child(&parent, &child) != 0) return;
  do {
    if (budget == 0) return;
    budget--;
    switch (dwarf_tag(&child)) {
      case DW_TAG_subprogram: {
        Dwarf_Addr base = 0;
        Dwarf_Addr start = 0;
        Dwarf_Addr end = 0;
        ptrdiff_t at = 0;
        unsigned ranges = 1024;
        while (ranges-- > 0 && (at = dwarf_ranges(&child, at, &base, &start, &end)) > 0) {
          if (start < end) unit.functions.push_back({start, end, child});
        }
        break;
      }
      case DW_TAG_namespace: case DW_TAG_module: case DW_TAG_class_type: case DW_TAG_structure_type:
        listFunctions(child, depth + 1, unit, budget);
        break;
      default: break;
    }
  } while (dwarf_siblingof(&child, &child) == 0);
}

void DebugInfo::line(Unit& unit, Addr address, SourceFrame& frame) {
  Dwarf_Line* found = dwarf_getsrc_die(&unit.die, address);
  if (found == nullptr) return;
  int number = 0;
  if (dwarf_lineno(found, &number) == 0 && number > 0) frame.line = static_cast<unsigned>(number);
  if (const char* file = dwarf_linesrc(found, nullptr, nullptr)) frame.file = file;
}

}  // namespace pystack::unwind
