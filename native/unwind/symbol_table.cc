#include "symbol_table.h"

#include <algorithm>

namespace pystack::unwind {
namespace {

// Above the largest real libraries (some 2 million symbols); a forged table ends here.
constexpr std::size_t kMaxSymbols = 8'000'000;
// How far to look back for a larger symbol around one that ended before the address.
constexpr unsigned kMaxLookBack = 256;

// Which of several names for one address is shown: what a linker would take, and real functions before labels.
std::uint8_t rankOf(const GElf_Sym& symbol) {
  const unsigned type = GELF_ST_TYPE(symbol.st_info);
  const unsigned binding = GELF_ST_BIND(symbol.st_info);
  std::uint8_t rank = type == STT_NOTYPE ? 0 : 4;
  if (binding == STB_GLOBAL) rank += 2;
  else if (binding == STB_WEAK) rank += 1;
  return rank;
}

bool isFunction(const GElf_Sym& symbol) {
  const unsigned type = GELF_ST_TYPE(symbol.st_info);
  return (type == STT_FUNC || type == STT_NOTYPE || type == STT_GNU_IFUNC) && symbol.st_shndx != SHN_UNDEF &&
         symbol.st_shndx != SHN_ABS && symbol.st_value != 0 && symbol.st_name != 0;
}

}  // namespace

bool SymbolTable::add(Elf* elf, GElf_Word type) {
  bool any = false;
  for (Elf_Scn* section = elf_nextscn(elf, nullptr); section != nullptr; section = elf_nextscn(elf, section)) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) == nullptr || header.sh_type != type || header.sh_entsize != sizeof(Elf64_Sym)) {
      continue;
    }
    Elf_Data* data = elf_getdata(section, nullptr);
    if (data == nullptr) continue;
    any = true;
    const std::size_t count = std::min(data->d_size / sizeof(Elf64_Sym), kMaxSymbols - entries_.size());
    for (std::size_t i = 1; i < count; i++) {
      GElf_Sym symbol;
      if (gelf_getsym(data, static_cast<int>(i), &symbol) == nullptr || !isFunction(symbol)) continue;
      const Addr end = symbol.st_value + symbol.st_size;
      if (end < symbol.st_value) continue;
      entries_.push_back({symbol.st_value, end, end, elf, header.sh_link, symbol.st_name, rankOf(symbol)});
    }
  }
  return any;
}

void SymbolTable::finish(bool isWhole) {
  isWhole_ = isWhole;
  // The best of several at one address is last, where the search begins; of equals the first of its table, as elfutils has it.
  std::reverse(entries_.begin(), entries_.end());
  std::stable_sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
    if (a.start != b.start) return a.start < b.start;
    const bool aSized = a.end > a.start;
    const bool bSized = b.end > b.start;
    if (aSized != bSized) return bSized;
    return a.rank < b.rank;
  });
  Addr maxEnd = 0;
  for (Entry& entry : entries_) {
    maxEnd = std::max(maxEnd, entry.end);
    entry.maxEnd = maxEnd;
  }
}

std::optional<FoundSymbol> SymbolTable::at(Addr address) const {
  auto next = std::upper_bound(entries_.begin(), entries_.end(), address,
                               [](Addr at, const Entry& entry) { return at < entry.start; });
  const Entry* unsized = nullptr;
  for (unsigned looked = 0; next != entries_.begin() && looked < kMaxLookBack; looked++) {
    const Entry& entry = *--next;
    if (address < entry.end) {
      const char* name = elf_strptr(entry.elf, entry.strings, entry.name);
      if (name != nullptr && *name != '\0') return FoundSymbol{name, entry.start};
      continue;
    }
    // A label in hand-written code has no size: it counts up to the next symbol, so only the nearest does, and only
    // where the next is known.
    if (looked == 0 && entry.end == entry.start && (isWhole_ || entry.start == address)) unsized = &entry;
    if (entry.maxEnd <= address) break;
  }
  if (unsized != nullptr) {
    const char* name = elf_strptr(unsized->elf, unsized->strings, unsized->name);
    if (name != nullptr && *name != '\0') return FoundSymbol{name, unsized->start};
  }
  return std::nullopt;
}

std::optional<Addr> SymbolTable::startOf(const std::string& name) const {
  for (const Entry& entry : entries_) {
    const char* each = elf_strptr(entry.elf, entry.strings, entry.name);
    if (each != nullptr && name == each) return entry.start;
  }
  return std::nullopt;
}

}  // namespace pystack::unwind
