// Which source line is this address, and through which inlined calls? What the DWARF of one module says.
#pragma once

#include <elfutils/libdw.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "libdw_handles.h"
#include "machine.h"

namespace pystack::unwind {

struct SourceFrame {
  // Linkage name, or the plain one; empty: not known.
  std::string name;
  std::string file;
  // 0: not known.
  unsigned line = 0;
  bool inlined = false;
};

class DebugInfo {
 public:
  // `elf` (and what `shared` holds) must outlive this. nullptr: no DWARF, or more of it than is reasonable.
  static std::unique_ptr<DebugInfo> open(Elf* elf, const std::function<std::optional<OpenElf>(Dwarf*)>& findShared);

  // Innermost first: the inlined calls at `address` (the ELF file's), then the function itself. Empty: not covered.
  std::vector<SourceFrame> at(Addr address);

  Dwarf* dwarf() const { return dwarf_.get(); }

 private:
  struct Function {
    Addr start;
    Addr end;
    Dwarf_Die die;
  };
  struct Unit {
    Dwarf_Die die;
    // By start; made when the unit is first asked about.
    std::vector<Function> functions;
  };
  struct UnitRange {
    Addr start;
    Addr end;
    Dwarf_Off offset;
  };

  Unit* unitAt(Addr address);
  void listUnitRanges();
  void listFunctions(Dwarf_Die& parent, unsigned depth, Unit& unit, unsigned& budget);
  void line(Unit& unit, Addr address, SourceFrame& frame);

  OpenElf shared_;
  DwarfHandle sharedDwarf_;
  DwarfHandle dwarf_;
  std::map<Dwarf_Off, std::unique_ptr<Unit>> units_;
  // Only filled when .debug_aranges does not know an address.
  std::optional<std::vector<UnitRange>> unitRanges_;
};

}  // namespace pystack::unwind
