// Where does a file say how to unwind from this pc? .eh_frame through its search table, or .debug_frame.
//
// Read here and not with libdw, which takes register numbers on trust: a forged rule for register 2^27 costs it a
// gigabyte. Formats: DWARF 5 section 6.4; Linux Standard Base Core 5.0, sections 10.6 (.eh_frame, .eh_frame_hdr).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "byte_reader.h"
#include "frame_rules.h"
#include "machine.h"

namespace pystack::unwind {

// A piece of an ELF file by the address at which it is to be loaded.
struct LoadedBytes {
  Addr address = 0;
  Bytes bytes;
  // The process may have written to it, so that the file does not tell what is there.
  bool isWritable = false;
};

class FrameTable {
 public:
  // `header` is .eh_frame_hdr (empty: there is none, `frames` is searched from its start). `segment` is what the file
  // holds from the beginning of .eh_frame on.
  static FrameTable ofEhFrame(const Machine& machine, LoadedBytes header, LoadedBytes segment);
  static FrameTable ofDebugFrame(const Machine& machine, Bytes section);

  // The address of .eh_frame that its header tells; nullopt: the header makes no sense.
  static std::optional<Addr> addressOfEhFrame(const LoadedBytes& header);

  // The rules in force at `pc` (as in the ELF file); nullptr: none cover it.
  const FrameRules* at(Addr pc);

  struct Range {
    Addr start;
    Addr end;
  };
  // The code that one entry describes: a function, or a part of one that the compiler put elsewhere.
  std::optional<Range> rangeAt(Addr pc);

 private:
  struct Common;
  struct Entry;
  struct Covered {
    Addr start;
    Addr end;
    std::uint64_t offset;
  };

  FrameTable(const Machine& machine, bool isDebugFrame, LoadedBytes header, LoadedBytes frames)
      : machine_(&machine), isDebugFrame_(isDebugFrame), header_(header), frames_(frames) {}

  std::optional<std::uint64_t> find(Addr pc);
  std::optional<std::uint64_t> findInSearchTable(Addr pc) const;
  void listAll();
  std::unique_ptr<FrameRules> decode(Addr pc);
  std::optional<Entry> entryAt(std::uint64_t offset) const;
  std::optional<Common> commonAt(std::uint64_t offset) const;

  const Machine* machine_;
  bool isDebugFrame_;
  LoadedBytes header_;
  LoadedBytes frames_;
  // By start; made when there is no search table.
  std::optional<std::vector<Covered>> all_;
  // By pc, nullptr included: one entry for each distinct pc ever asked for, so no larger than what was unwound.
  std::unordered_map<Addr, std::unique_ptr<FrameRules>> cache_;
};

}  // namespace pystack::unwind
