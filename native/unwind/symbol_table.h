// Which function is at this address, by the symbol tables?
#pragma once

#include <gelf.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "machine.h"

namespace pystack::unwind {

struct FoundSymbol {
  const char* name;
  // As in the ELF file, before the bias.
  Addr start;
};

// Symbols of one module from any number of tables, sorted once, then searched. Addresses are the ELF file's.
class SymbolTable {
 public:
  // Adds the functions of every table of `type` (SHT_SYMTAB, SHT_DYNSYM); returns whether there was one. `elf` must
  // outlive this.
  bool add(Elf* elf, GElf_Word type);
  // To be called after the last `add`. `isWhole`: all functions are in it, and not only those that others may call.
  void finish(bool isWhole);
  std::optional<FoundSymbol> at(Addr address) const;
  // Where the function of this name begins.
  std::optional<Addr> startOf(const std::string& name) const;

 private:
  struct Entry {
    Addr start;
    Addr end;     // start, when the symbol has no size
    Addr maxEnd;  // largest `end` of this entry and all before it
    Elf* elf;
    std::uint32_t strings;
    std::uint32_t name;
    std::uint8_t rank;
  };
  std::vector<Entry> entries_;
  bool isWhole_ = false;
};

}  // namespace pystack::unwind
