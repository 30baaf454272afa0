// What does one mapped file know: its load bias, unwind rules, symbols and source lines? Opened when first asked.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "debug_files.h"
#include "debug_info.h"
#include "frame_rules.h"
#include "frame_table.h"
#include "libdw_handles.h"
#include "machine.h"
#include "symbol_table.h"

namespace pystack::unwind {

struct Segment {
  Addr start;
  Addr end;
  std::uint64_t fileOffset;
  bool executable;
};

// A descriptor, or the bytes where there is no file (vDSO), or neither.
struct FileContent {
  FileDescriptor fd;
  std::vector<char> image;
  // Why there is neither, where that is known.
  std::string problem;
};

struct ModuleSource {
  // As the target knows it; what is shown.
  std::string path;
  // Called when the file is first needed.
  std::function<FileContent()> open;
  // Non-empty: the file must have this one.
  BuildId buildId;
  std::vector<Segment> segments;
};

class Module {
 public:
  Module(ModuleSource source, DebugFiles& debugFiles) : source_(std::move(source)), debugFiles_(debugFiles) {}
  Module(Module&&) = delete;

  const ModuleSource& source() const { return source_; }
  bool covers(Addr address) const;

  // Whether the file can be used; opens it the first time.
  bool usable();
  // Why not, in words; empty when it can, or was not tried.
  const std::string& problem() const { return problem_; }
  // Of a usable module.
  Addr bias() const { return bias_; }
  const Machine& machine() const { return *machine_; }

  // nullptr: no unwind data for this pc.
  const FrameRules* rulesAt(Addr pc);
  // Bytes of a segment that the file holds and nobody can have written to.
  bool constantAt(Addr address, std::size_t size, void* into);
  std::optional<FoundSymbol> symbolAt(Addr address);
  std::vector<SourceFrame> sourceAt(Addr address);
  // Whether the code at `address`, which has no symbol, is a part of the function of this name: compilers put what is
  // rarely executed elsewhere, and tell so in `.symtab` only. By the function's own jumps into it.
  bool isPartOf(Addr address, const std::string& function);
  // The name of the function whose address the dynamic linker puts into the word at `slot`; empty: of none.
  std::string importAt(Addr slot);
  // Whether nothing leads to this function but calls that name it: nobody outside of the file, no pointer, no jump.
  bool isOnlyCalled(Addr function);
  // Where the AArch64 function that `pc` is in returns to: nullopt unless exactly one call in the file names it, and nothing
  // else leads to it.
  std::optional<Addr> onlyReturnOf(Addr pc);
  // Whether the function that begins at `start` has this name for others, among other names.
  bool isExportedAs(Addr start, const std::string& name);
  // The function that `pc` is in, at its address in the target; empty: not known, or in a part of it that lies elsewhere.
  LoadedBytes functionCode(Addr pc);

 private:
  bool open();
  bool place();
  Bytes fileBytes() const;
  LoadedBytes loadedFrom(Addr vaddr) const;
  void findEhFrame();
  void findDebugFrame();
  Elf* debugElf();
  void loadMiniDebug();
  const SymbolTable& symbols();
  std::optional<FrameTable::Range> functionOf(Addr address);
  bool isNamedByLinker(Addr vaddr) const;
  std::optional<Addr> findOnlyReturn(Addr start, Addr end) const;

  ModuleSource source_;
  DebugFiles& debugFiles_;
  bool tried_ = false;
  std::string problem_;
  // What `main_` reads, where that is no file.
  std::vector<char> image_;
  OpenElf main_;
  Addr bias_ = 0;
  const Machine* machine_ = nullptr;

  bool ehFrameTried_ = false;
  std::optional<FrameTable> ehFrame_;
  // Start of a part → the function it belongs to.
  std::map<Addr, std::optional<FrameTable::Range>> wholes_;
  // By the start of the function, both as in the file.
  std::map<Addr, std::optional<Addr>> onlyReturns_;
  bool debugFrameTried_ = false;
  std::optional<FrameTable> debugFrame_;

  bool debugTried_ = false;
  std::optional<OpenElf> separate_;
  bool debugInfoTried_ = false;
  std::unique_ptr<DebugInfo> debugInfo_;
  DebugInfo* debugInfo();

  std::optional<SymbolTable> symbols_;
  // Address of a word (as in the file) → name of the function that is put there. Made when first asked.
  std::optional<std::unordered_map<Addr, std::string>> imports_;
  void listImports();
  // The image that `mini_` reads.
  std::vector<char> miniImage_;
  ElfHandle mini_;
};

}  // namespace pystack::unwind
