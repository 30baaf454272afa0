#include "frame_table.h"

#include <dwarf.h>

#include <algorithm>
#include <string>

#include "frame_program.h"

namespace pystack::unwind {
namespace {

// Bounds what is listed of a file without search table; the largest libraries have about a million functions.
constexpr std::size_t kMaxEntries = 4'000'000;

// The one layout of search table that all linkers write: DW_EH_PE_datarel | DW_EH_PE_sdata4, pairs of 8 bytes.
constexpr std::uint8_t kTableEncoding = DW_EH_PE_datarel | DW_EH_PE_sdata4;

// A value of one of the encodings of .eh_frame; `position` is the address of the value itself.
std::uint64_t encodedValue(ByteReader& reader, std::uint8_t encoding, Addr position, Addr dataBase) {
  std::uint64_t value = 0;
  switch (encoding & 0x0f) {
    case DW_EH_PE_absptr: case DW_EH_PE_udata8: case DW_EH_PE_sdata8: value = reader.fixed(8); break;
    case DW_EH_PE_udata4: value = reader.fixed(4); break;
    case DW_EH_PE_sdata4: value = reader.fixedSigned(4); break;
    case DW_EH_PE_udata2: value = reader.fixed(2); break;
    case DW_EH_PE_sdata2: value = reader.fixedSigned(2); break;
    case DW_EH_PE_uleb128: value = reader.uleb(); break;
    case DW_EH_PE_sleb128: value = static_cast<std::uint64_t>(reader.sleb()); break;
    default: reader.seek(~std::uint64_t{0});
  }
  switch (encoding & 0x70) {
    case DW_EH_PE_pcrel: return value + position;
    case DW_EH_PE_datarel: return value + dataBase;
    default: return value;
  }
}

struct Header {
  Addr ehFrame;
  std::uint64_t count;
  // Offset of the pairs; 0: there is no table to search.
  std::size_t table;
};

std::optional<Header> readHeader(const LoadedBytes& header) {
  ByteReader reader(header.bytes);
  const std::uint8_t version = reader.byte();
  const std::uint8_t frameEncoding = reader.byte();
  const std::uint8_t countEncoding = reader.byte();
  const std::uint8_t tableEncoding = reader.byte();
  Header found{};
  found.ehFrame = encodedValue(reader, frameEncoding, header.address + reader.position(), header.address);
  if (!reader.ok() || version != 1 || frameEncoding == DW_EH_PE_omit) return std::nullopt;
  if (countEncoding == DW_EH_PE_omit || tableEncoding != kTableEncoding) return found;
  found.count = encodedValue(reader, countEncoding, header.address + reader.position(), header.address);
  if (!reader.ok() || found.count == 0 || found.count > reader.left() / 8) return found;
  found.table = reader.position();
  return found;
}

}  // namespace

struct FrameTable::Common {
  FrameProgram program;
  std::uint8_t pointerEncoding = DW_EH_PE_absptr;
  bool hasAugmentationData = false;
};

struct FrameTable::Entry {
  Common common;
  Addr start = 0;
  Addr end = 0;
  Bytes instructions;
};

FrameTable FrameTable::ofEhFrame(const Machine& machine, LoadedBytes header, LoadedBytes segment) {
  return {machine, false, header, segment};
}

FrameTable FrameTable::ofDebugFrame(const Machine& machine, Bytes section) {
  return {machine, true, {}, {0, section}};
}

std::optional<Addr> FrameTable::addressOfEhFrame(const LoadedBytes& header) {
  const auto found = readHeader(header);
  if (!found) return std::nullopt;
  return found->ehFrame;
}

const FrameRules* FrameTable::at(Addr pc) {
  const auto [entry, added] = cache_.try_emplace(pc);
  if (added) entry->second = decode(pc);
  return entry->second.get();
}

std::optional<FrameTable::Range> FrameTable::rangeAt(Addr pc) {
  const auto offset = find(pc);
  const auto entry = offset ? entryAt(*offset) : std::nullopt;
  if (!entry || pc < entry->start || pc >= entry->end) return std::nullopt;
  return Range{entry->start, entry->end};
}

std::unique_ptr<FrameRules> FrameTable::decode(Addr pc) {
  const auto offset = find(pc);
  const auto entry = offset ? entryAt(*offset) : std::nullopt;
  if (!entry || pc < entry->start || pc >= entry->end) return nullptr;
  auto rules = std::make_unique<FrameRules>();
  if (!runFrameProgram(*machine_, entry->common.program, entry->instructions, entry->start, pc, *rules)) return nullptr;
  return rules;
}

std::optional<std::uint64_t> FrameTable::find(Addr pc) {
  if (const auto found = findInSearchTable(pc)) return found;
  if (!header_.bytes.data || !readHeader(header_).value_or(Header{}).table) {
    if (!all_) listAll();
    const auto after = std::upper_bound(all_->begin(), all_->end(), pc,
                                        [](Addr at, const Covered& covered) { return at < covered.start; });
    if (after != all_->begin() && pc < (after - 1)->end) return (after - 1)->offset;
  }
  return std::nullopt;
}

// Offset within frames_ of the last entry that does not begin after `pc`.
std::optional<std::uint64_t> FrameTable::findInSearchTable(Addr pc) const {
  const auto header = header_.bytes.data ? readHeader(header_) : std::nullopt;
  if (!header || header->table == 0) return std::nullopt;
  const auto word = [&](std::uint64_t index, std::size_t which) {
    ByteReader reader(header_.bytes);
    reader.seek(header->table + index * 8 + which * 4);
    return header_.address + reader.fixedSigned(4);
  };
  std::uint64_t low = 0;
  std::uint64_t high = header->count;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    if (word(middle, 0) <= pc) low = middle + 1;
    else high = middle;
  }
  if (low == 0) return std::nullopt;
  return word(low - 1, 1) - frames_.address;
}

void FrameTable::listAll() {
  all_.emplace();
  std::uint64_t offset = 0;
  while (offset < frames_.bytes.size && all_->size() < kMaxEntries) {
    ByteReader reader(frames_.bytes);
    reader.seek(offset);
    std::uint64_t length = reader.fixed(4);
    if (length == 0xffffffff) length = reader.fixed(8);
    // A zero length ends .eh_frame.
    if (!reader.ok() || length == 0 || length > reader.left()) break;
    if (const auto entry = entryAt(offset); entry && entry->start < entry->end) {
      all_->push_back({entry->start, entry->end, offset});
    }
    offset = reader.position() + length;
  }
  std::sort(all_->begin(), all_->end(), [](const Covered& a, const Covered& b) { return a.start < b.start; });
}

// A frame description entry; nullopt for a common one and for nonsense.
std::optional<FrameTable::Entry> FrameTable::entryAt(std::uint64_t offset) const {
  ByteReader outer(frames_.bytes);
  outer.seek(offset);
  std::size_t width = 4;
  std::uint64_t length = outer.fixed(4);
  if (length == 0xffffffff) {
    width = 8;
    length = outer.fixed(8);
  }
  const std::size_t begin = outer.position();
  const Bytes content = outer.take(length);
  if (!outer.ok()) return std::nullopt;
  ByteReader reader(content);
  // In .eh_frame, four bytes always, counted back from the field itself; in .debug_frame an offset into the section.
  const std::uint64_t pointer = reader.fixed(isDebugFrame_ ? width : 4);
  if (!reader.ok()) return std::nullopt;
  if (!isDebugFrame_ && (pointer == 0 || pointer > begin)) return std::nullopt;
  const auto common = commonAt(isDebugFrame_ ? pointer : begin - pointer);
  if (!common) return std::nullopt;

  Entry entry;
  entry.common = *common;
  entry.start = encodedValue(reader, common->pointerEncoding, frames_.address + begin + reader.position(), 0);
  // The length is of the same size, and relative to nothing.
  entry.end = entry.start + encodedValue(reader, common->pointerEncoding & 0x0f, 0, 0);
  if (common->hasAugmentationData) reader.take(reader.uleb());
  if (!reader.ok()) return std::nullopt;
  entry.instructions = reader.take(reader.left());
  return entry;
}

std::optional<FrameTable::Common> FrameTable::commonAt(std::uint64_t offset) const {
  ByteReader outer(frames_.bytes);
  outer.seek(offset);
  std::size_t width = 4;
  std::uint64_t length = outer.fixed(4);
  if (length == 0xffffffff) {
    width = 8;
    length = outer.fixed(8);
  }
  const std::size_t begin = outer.position();
  ByteReader reader(outer.take(length));
  if (!outer.ok()) return std::nullopt;
  const std::uint64_t id = reader.fixed(isDebugFrame_ ? width : 4);
  const std::uint64_t commonId = !isDebugFrame_ ? 0 : width == 4 ? 0xffffffff : ~std::uint64_t{0};
  if (!reader.ok() || id != commonId) return std::nullopt;

  Common common;
  const std::uint8_t version = reader.byte();
  std::string augmentation;
  for (char letter = static_cast<char>(reader.byte()); letter != '\0' && reader.ok();
       letter = static_cast<char>(reader.byte())) {
    if (augmentation.size() == 16) return std::nullopt;
    augmentation += letter;
  }
  if (version == 4) {
    const std::uint8_t addressSize = reader.byte();
    const std::uint8_t segmentSize = reader.byte();
    if (addressSize != 8 || segmentSize != 0) return std::nullopt;
  } else if (version != 1 && version != 3) {
    return std::nullopt;
  }
  common.program.codeAlignment = reader.uleb();
  common.program.dataAlignment = reader.sleb();
  const std::uint64_t returnAddress = version == 1 ? reader.byte() : reader.uleb();
  if (returnAddress >= machine_->registers) return std::nullopt;
  common.program.returnAddress = static_cast<unsigned>(returnAddress);
  if (!augmentation.empty()) {
    // Without a leading z nobody can know how long the data of unknown letters is.
    if (augmentation[0] != 'z') return std::nullopt;
    common.hasAugmentationData = true;
    const Bytes data = reader.take(reader.uleb());
    ByteReader letters(data);
    for (const char letter : augmentation.substr(1)) {
      if (letter == 'R') common.pointerEncoding = letters.byte();
      else if (letter == 'L') letters.byte();
      else if (letter == 'P') encodedValue(letters, letters.byte(), frames_.address + begin, 0);
      else if (letter == 'S') common.program.signalFrame = true;
      // The key that signs return addresses (AArch64); no data.
      else if (letter != 'B') break;
    }
    if (!letters.ok()) return std::nullopt;
  }
  if (!reader.ok()) return std::nullopt;
  common.program.initial = reader.take(reader.left());
  return common;
}

}  // namespace pystack::unwind
