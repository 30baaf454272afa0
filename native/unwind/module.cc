#include "module.h"

#include <lzma.h>

#include <algorithm>
#include <cstring>

#include "code_parts.h"

namespace pystack::unwind {
namespace {

// .gnu_debugdata holds function symbols only; a few MiB for the largest programs.
constexpr std::size_t kMaxMiniDebug = 256U << 20;

// Bounds the search for the function that a part elsewhere belongs to, a tenth of a second each: of the code, of parts in
// one file, and of jumps into one part. An interpreter has 5 MiB, a handful and some hundreds.
constexpr std::size_t kMaxSearchedCode = 64U << 20;
constexpr std::size_t kMaxSearches = 32;
constexpr unsigned kMaxJumps = 10'000;

// Relocations of one section that are looked through for imported functions; the largest programs have some 100,000.
constexpr std::size_t kMaxImports = 4'000'000;

Elf_Scn* sectionNamed(Elf* elf, const char* name, GElf_Shdr& header) {
  std::size_t names = 0;
  if (elf_getshdrstrndx(elf, &names) != 0) return nullptr;
  for (Elf_Scn* section = elf_nextscn(elf, nullptr); section != nullptr; section = elf_nextscn(elf, section)) {
    if (gelf_getshdr(section, &header) == nullptr) continue;
    const char* found = elf_strptr(elf, names, header.sh_name);
    if (found != nullptr && std::strcmp(found, name) == 0) return section;
  }
  return nullptr;
}

bool hasSection(Elf* elf, const char* name) {
  GElf_Shdr header;
  return sectionNamed(elf, name, header) != nullptr && header.sh_type != SHT_NOBITS;
}

// The whole of an xz stream, if it is no larger than kMaxMiniDebug; else empty.
std::vector<char> unpackXz(const void* bytes, std::size_t size) {
  std::vector<char> unpacked;
  lzma_stream stream = LZMA_STREAM_INIT;
  if (lzma_stream_decoder(&stream, kMaxMiniDebug, 0) != LZMA_OK) return {};
  const std::unique_ptr<lzma_stream, Calls<lzma_end>> owner(&stream);
  stream.next_in = static_cast<const std::uint8_t*>(bytes);
  stream.avail_in = size;
  lzma_ret state = LZMA_OK;
  while (state == LZMA_OK) {
    const std::size_t had = unpacked.size();
    if (had >= kMaxMiniDebug) return {};
    unpacked.resize(had + (std::size_t{1} << 20));
    stream.next_out = reinterpret_cast<std::uint8_t*>(unpacked.data() + had);
    stream.avail_out = unpacked.size() - had;
    state = lzma_code(&stream, LZMA_FINISH);
    unpacked.resize(unpacked.size() - stream.avail_out);
  }
  return state == LZMA_STREAM_END ? unpacked : std::vector<char>();
}

}  // namespace

bool Module::covers(Addr address) const {
  for (const Segment& segment : source_.segments) {
    if (address >= segment.start && address < segment.end) return true;
  }
  return false;
}

bool Module::usable() {
  if (!tried_) {
    tried_ = true;
    if (!open() && problem_.empty()) problem_ = "its file is no ELF file that fits its mappings";
  }
  return machine_ != nullptr;
}

bool Module::open() {
  FileContent content = source_.open();
  if (!content.image.empty()) {
    image_ = std::move(content.image);
    main_.elf.reset(elf_memory(image_.data(), image_.size()));
  } else if (auto opened = openElf(std::move(content.fd))) {
    main_ = std::move(*opened);
  } else {
    problem_ = content.problem.empty() ? "its file is not to be had" : content.problem;
    return false;
  }
  if (!main_ || gelf_getclass(main_.elf.get()) != ELFCLASS64) return false;
  if (!source_.buildId.empty()) {
    const BuildId found = buildIdOf(main_.elf.get());
    if (found != source_.buildId) {
      problem_ = "its file has another build id than what was mapped";
      return false;
    }
  }
  return place();
}

// The load bias, from where a segment of the file lies in the target.
bool Module::place() {
  GElf_Ehdr header;
  std::size_t count = 0;
  if (gelf_getehdr(main_.elf.get(), &header) == nullptr || elf_getphdrnum(main_.elf.get(), &count) != 0) return false;
  const Machine* machine = header.e_machine == EM_X86_64    ? &kX86_64
                           : header.e_machine == EM_AARCH64 ? &kAArch64
                                                            : nullptr;
  if (machine == nullptr) {
    problem_ = "its file is for another machine";
    return false;
  }
  // Executable segments first: neighbours may share a page of the file, but code is code.
  for (const bool executable : {true, false}) {
    for (const Segment& segment : source_.segments) {
      if (segment.executable != executable) continue;
      for (std::size_t i = 0; i < count; i++) {
        GElf_Phdr load;
        if (gelf_getphdr(main_.elf.get(), static_cast<int>(i), &load) == nullptr || load.p_type != PT_LOAD ||
            ((load.p_flags & PF_X) != 0) != executable || load.p_filesz == 0) {
          continue;
        }
        // The mapping begins in the page that holds the segment's first byte, or somewhere within the segment.
        const std::uint64_t firstPage = load.p_offset & ~std::uint64_t{4095};
        if (segment.fileOffset < firstPage || segment.fileOffset - firstPage >= load.p_filesz + 4095) continue;
        bias_ = segment.start - segment.fileOffset - (load.p_vaddr - load.p_offset);
        machine_ = machine;
        return true;
      }
    }
  }
  return false;
}

const FrameRules* Module::rulesAt(Addr pc) {
  if (!usable()) return nullptr;
  if (!ehFrameTried_) findEhFrame();
  if (ehFrame_) {
    if (const FrameRules* rules = ehFrame_->at(pc - bias_)) return rules;
  }
  if (!debugFrameTried_) findDebugFrame();
  return debugFrame_ ? debugFrame_->at(pc - bias_) : nullptr;
}

// Found through the program headers, so that a file without section headers unwinds as well.
void Module::findEhFrame() {
  ehFrameTried_ = true;
  std::size_t count = 0;
  if (elf_getphdrnum(main_.elf.get(), &count) != 0) return;
  for (std::size_t i = 0; i < count; i++) {
    GElf_Phdr segment;
    if (gelf_getphdr(main_.elf.get(), static_cast<int>(i), &segment) == nullptr) return;
    if (segment.p_type != PT_GNU_EH_FRAME) continue;
    LoadedBytes header = loadedFrom(segment.p_vaddr);
    header.bytes.size = std::min<std::size_t>(header.bytes.size, segment.p_filesz);
    const auto address = FrameTable::addressOfEhFrame(header);
    const LoadedBytes frames = address ? loadedFrom(*address) : LoadedBytes{};
    if (frames.bytes.data != nullptr) ehFrame_ = FrameTable::ofEhFrame(*machine_, header, frames);
    return;
  }
  // Static programs of some linkers have the section but no search table.
  GElf_Shdr header;
  if (sectionNamed(main_.elf.get(), ".eh_frame", header) != nullptr && header.sh_type != SHT_NOBITS) {
    LoadedBytes frames = loadedFrom(header.sh_addr);
    frames.bytes.size = std::min<std::size_t>(frames.bytes.size, header.sh_size);
    if (frames.bytes.data != nullptr) ehFrame_ = FrameTable::ofEhFrame(*machine_, {}, frames);
  }
}

void Module::findDebugFrame() {
  debugFrameTried_ = true;
  Elf* debug = debugElf();
  // Opening the DWARF unpacks compressed sections, within bounds.
  if (!hasSection(debug, ".debug_frame") || debugInfo() == nullptr) return;
  GElf_Shdr header;
  Elf_Scn* section = sectionNamed(debug, ".debug_frame", header);
  Elf_Data* data = section != nullptr ? elf_rawdata(section, nullptr) : nullptr;
  if (data == nullptr || data->d_buf == nullptr || (header.sh_flags & SHF_COMPRESSED)) return;
  debugFrame_ = FrameTable::ofDebugFrame(*machine_, {static_cast<const std::uint8_t*>(data->d_buf), data->d_size});
}

Bytes Module::fileBytes() const {
  std::size_t size = 0;
  const char* file = elf_rawfile(main_.elf.get(), &size);
  return {reinterpret_cast<const std::uint8_t*>(file), file != nullptr ? size : 0};
}

// What the file has for its address `vaddr` and up to the end of that segment.
LoadedBytes Module::loadedFrom(Addr vaddr) const {
  const Bytes file = fileBytes();
  std::size_t count = 0;
  if (elf_getphdrnum(main_.elf.get(), &count) != 0) return {};
  for (std::size_t i = 0; i < count; i++) {
    GElf_Phdr load;
    if (gelf_getphdr(main_.elf.get(), static_cast<int>(i), &load) == nullptr || load.p_type != PT_LOAD ||
        vaddr < load.p_vaddr || vaddr - load.p_vaddr >= load.p_filesz) {
      continue;
    }
    const std::uint64_t within = vaddr - load.p_vaddr;
    if (load.p_offset > file.size || within >= file.size - load.p_offset) return {};
    const std::uint64_t offset = load.p_offset + within;
    return {vaddr, {file.data + offset, std::min<std::size_t>(load.p_filesz - within, file.size - offset)},
            (load.p_flags & PF_W) != 0};
  }
  return {};
}

bool Module::constantAt(Addr address, std::size_t size, void* into) {
  if (!usable()) return false;
  const LoadedBytes loaded = loadedFrom(address - bias_);
  if (loaded.isWritable || loaded.bytes.size < size) return false;
  std::memcpy(into, loaded.bytes.data, size);
  return true;
}

// Of a usable module.
const SymbolTable& Module::symbols() {
  if (!symbols_) {
    symbols_.emplace();
    bool whole = symbols_->add(main_.elf.get(), SHT_SYMTAB);
    if (!whole && debugElf() != nullptr) whole = symbols_->add(debugElf(), SHT_SYMTAB);
    symbols_->add(main_.elf.get(), SHT_DYNSYM);
    if (!whole) loadMiniDebug();
    symbols_->finish(whole);
  }
  return *symbols_;
}

std::optional<FoundSymbol> Module::symbolAt(Addr address) {
  if (!usable()) return std::nullopt;
  auto found = symbols().at(address - bias_);
  if (found) found->start += bias_;
  return found;
}

bool Module::isPartOf(Addr address, const std::string& function) {
  if (!usable() || symbolAt(address)) return false;
  const auto start = symbols().startOf(function);
  const auto whole = functionOf(address - bias_);
  return start && whole && whole->start == *start;
}

bool Module::isExportedAs(Addr start, const std::string& name) {
  if (!usable()) return false;
  Elf* elf = main_.elf.get();
  for (Elf_Scn* section = elf_nextscn(elf, nullptr); section != nullptr; section = elf_nextscn(elf, section)) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) == nullptr || header.sh_type != SHT_DYNSYM ||
        header.sh_entsize != sizeof(Elf64_Sym)) {
      continue;
    }
    Elf_Data* data = elf_getdata(section, nullptr);
    const std::size_t count = data != nullptr ? std::min(data->d_size / sizeof(Elf64_Sym), kMaxImports) : 0;
    for (std::size_t i = 0; i < count; i++) {
      GElf_Sym symbol;
      if (gelf_getsym(data, static_cast<int>(i), &symbol) == nullptr || symbol.st_value != start - bias_) continue;
      const char* each = elf_strptr(elf, header.sh_link, symbol.st_name);
      if (each != nullptr && name == each) return true;
    }
  }
  return false;
}

// Whether the dynamic linker may lead somebody to what is at `vaddr`: by its name, or as a pointer. Where there are no sections
// to tell, it may.
bool Module::isNamedByLinker(Addr vaddr) const {
  Elf* elf = main_.elf.get();
  bool hasSections = false;
  for (Elf_Scn* section = elf_nextscn(elf, nullptr); section != nullptr; section = elf_nextscn(elf, section)) {
    GElf_Shdr each;
    if (gelf_getshdr(section, &each) == nullptr) continue;
    const bool isSymbols = each.sh_type == SHT_DYNSYM && each.sh_entsize == sizeof(Elf64_Sym);
    const bool isRelocations = each.sh_type == SHT_RELA && each.sh_entsize == sizeof(Elf64_Rela);
    Elf_Data* data = isSymbols || isRelocations ? elf_getdata(section, nullptr) : nullptr;
    if (data == nullptr) continue;
    hasSections = true;
    const std::size_t count = std::min(data->d_size / (isSymbols ? sizeof(Elf64_Sym) : sizeof(Elf64_Rela)), kMaxImports);
    for (std::size_t i = 0; i < count; i++) {
      GElf_Sym symbol;
      GElf_Rela entry;
      if (isSymbols && gelf_getsym(data, static_cast<int>(i), &symbol) != nullptr && symbol.st_value == vaddr) return true;
      if (isRelocations && gelf_getrela(data, static_cast<int>(i), &entry) != nullptr &&
          static_cast<Addr>(entry.r_addend) == vaddr) {
        return true;
      }
    }
  }
  return !hasSections;
}

bool Module::isOnlyCalled(Addr function) {
  if (!usable() || machine_->elfMachine != EM_X86_64) return false;
  const Addr wanted = function - bias_;
  Elf* elf = main_.elf.get();
  GElf_Ehdr header;
  std::size_t count = 0;
  if (gelf_getehdr(elf, &header) == nullptr || isNamedByLinker(wanted) || elf_getphdrnum(elf, &count) != 0) return false;
  for (std::size_t i = 0; i < count; i++) {
    GElf_Phdr load;
    if (gelf_getphdr(elf, static_cast<int>(i), &load) == nullptr) return false;
    if (load.p_type != PT_LOAD) continue;
    const LoadedBytes bytes = loadedFrom(load.p_vaddr);
    if (holdsPointer(bytes.bytes, wanted)) return false;
    if (!(load.p_flags & PF_X)) continue;
    if (bytes.bytes.size > kMaxSearchedCode || leadsOtherwise(bytes.bytes, bytes.address, wanted)) return false;
    if (header.e_type == ET_EXEC && holdsNumber(bytes.bytes, wanted)) return false;
  }
  return true;
}

std::optional<Addr> Module::onlyReturnOf(Addr pc) {
  const LoadedBytes code = functionCode(pc);
  if (code.bytes.data == nullptr || machine_->elfMachine != EM_AARCH64) return std::nullopt;
  const Addr start = code.address - bias_;
  const auto [entry, added] = onlyReturns_.try_emplace(start);
  if (added) entry->second = findOnlyReturn(start, start + code.bytes.size);
  if (!entry->second) return std::nullopt;
  return *entry->second + bias_;
}

std::optional<Addr> Module::findOnlyReturn(Addr start, Addr end) const {
  Elf* elf = main_.elf.get();
  GElf_Ehdr header;
  std::size_t count = 0;
  if (gelf_getehdr(elf, &header) == nullptr || elf_getphdrnum(elf, &count) != 0) return std::nullopt;
  // What is not moved when it is loaded may have addresses in its instructions.
  if (header.e_type != ET_DYN || isNamedByLinker(start)) return std::nullopt;
  std::vector<Addr> returns;
  for (std::size_t i = 0; i < count; i++) {
    GElf_Phdr load;
    if (gelf_getphdr(elf, static_cast<int>(i), &load) == nullptr) return std::nullopt;
    if (load.p_type != PT_LOAD) continue;
    const LoadedBytes bytes = loadedFrom(load.p_vaddr);
    if (bytes.bytes.size < load.p_filesz || holdsPointer(bytes.bytes, start)) return std::nullopt;
    if (!(load.p_flags & PF_X)) continue;
    if (bytes.bytes.size > kMaxSearchedCode) return std::nullopt;
    if (!listArmCalls(bytes.bytes, bytes.address, start, end, returns) || returns.size() > 1) return std::nullopt;
  }
  if (returns.size() != 1) return std::nullopt;
  return returns.front();
}

std::string Module::importAt(Addr slot) {
  if (!usable()) return {};
  if (!imports_) listImports();
  const auto found = imports_->find(slot - bias_);
  return found != imports_->end() ? found->second : std::string();
}

void Module::listImports() {
  imports_.emplace();
  Elf* elf = main_.elf.get();
  for (Elf_Scn* section = elf_nextscn(elf, nullptr); section != nullptr; section = elf_nextscn(elf, section)) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) == nullptr || header.sh_type != SHT_RELA ||
        header.sh_entsize != sizeof(Elf64_Rela)) {
      continue;
    }
    GElf_Shdr symbolsHeader;
    Elf_Scn* symbols = elf_getscn(elf, header.sh_link);
    if (symbols == nullptr || gelf_getshdr(symbols, &symbolsHeader) == nullptr || symbolsHeader.sh_type != SHT_DYNSYM) continue;
    Elf_Data* data = elf_getdata(section, nullptr);
    Elf_Data* names = elf_getdata(symbols, nullptr);
    if (data == nullptr || names == nullptr) continue;
    const std::size_t count = std::min(data->d_size / sizeof(Elf64_Rela), kMaxImports);
    for (std::size_t i = 0; i < count; i++) {
      GElf_Rela entry;
      GElf_Sym symbol;
      if (gelf_getrela(data, static_cast<int>(i), &entry) == nullptr || GELF_R_SYM(entry.r_info) == 0) continue;
      if (gelf_getsym(names, static_cast<int>(GELF_R_SYM(entry.r_info)), &symbol) == nullptr) continue;
      const char* name = elf_strptr(elf, symbolsHeader.sh_link, symbol.st_name);
      if (name != nullptr && *name != '\0') imports_->emplace(entry.r_offset, name);
    }
  }
}

LoadedBytes Module::functionCode(Addr pc) {
  if (!usable()) return {};
  if (!ehFrameTried_) findEhFrame();
  const auto function = ehFrame_ ? ehFrame_->rangeAt(pc - bias_) : std::nullopt;
  const FrameRules* first = function ? ehFrame_->at(function->start) : nullptr;
  if (first == nullptr || !isFunctionEntry(*machine_, *first)) return {};
  LoadedBytes code = loadedFrom(function->start);
  code.address += bias_;
  code.bytes.size = std::min<std::size_t>(code.bytes.size, function->end - function->start);
  return code;
}

// The function that the code at `address` (the ELF file's) belongs to. A function begins with nothing on the stack but
// its return address; a part of one begins in the midst of it, and is jumped into by the function that it is part of.
std::optional<FrameTable::Range> Module::functionOf(Addr address) {
  if (!ehFrameTried_) findEhFrame();
  const auto range = ehFrame_ ? ehFrame_->rangeAt(address) : std::nullopt;
  const FrameRules* first = range ? ehFrame_->at(range->start) : nullptr;
  if (first == nullptr || isFunctionEntry(*machine_, *first)) return range;
  if (const auto known = wholes_.find(range->start); known != wholes_.end()) return known->second;
  if (wholes_.size() == kMaxSearches) return std::nullopt;
  auto& whole = wholes_[range->start];
  std::map<Addr, unsigned> jumps;
  unsigned jumpsLeft = kMaxJumps;
  std::size_t bytesLeft = kMaxSearchedCode;
  std::size_t headers = 0;
  if (elf_getphdrnum(main_.elf.get(), &headers) != 0) return std::nullopt;
  for (std::size_t i = 0; i < headers && jumpsLeft > 0 && bytesLeft > 0; i++) {
    GElf_Phdr load;
    if (gelf_getphdr(main_.elf.get(), static_cast<int>(i), &load) == nullptr || load.p_type != PT_LOAD ||
        !(load.p_flags & PF_X)) {
      continue;
    }
    LoadedBytes code = loadedFrom(load.p_vaddr);
    code.bytes.size = std::min(code.bytes.size, bytesLeft);
    bytesLeft -= code.bytes.size;
    std::size_t from = 0;
    while (const auto jump = findJumpInto(*machine_, code.bytes, load.p_vaddr, range->start, range->end, from)) {
      if (jumpsLeft == 0) break;
      jumpsLeft--;
      const auto jumper = ehFrame_->rangeAt(load.p_vaddr + *jump);
      const FrameRules* its = jumper ? ehFrame_->at(jumper->start) : nullptr;
      if (its != nullptr && isFunctionEntry(*machine_, *its)) jumps[jumper->start]++;
      from = *jump + 1;
    }
  }
  // What was no jump was taken for one here and there; nobody else has as many.
  unsigned most = 0;
  for (const auto& [start, count] : jumps) {
    if (count <= most) continue;
    most = count;
    whole = ehFrame_->rangeAt(start);
  }
  return whole;
}

std::vector<SourceFrame> Module::sourceAt(Addr address) {
  if (!usable()) return {};
  DebugInfo* info = debugInfo();
  return info != nullptr ? info->at(address - bias_) : std::vector<SourceFrame>();
}

// The file itself when it was not stripped, else its separate debug file; nullptr: neither.
Elf* Module::debugElf() {
  if (!debugTried_) {
    debugTried_ = true;
    if (!hasSection(main_.elf.get(), ".debug_info") && image_.empty()) {
      separate_ = debugFiles_.find(main_.elf.get(), source_.path);
    }
  }
  return separate_ ? separate_->elf.get() : main_.elf.get();
}

DebugInfo* Module::debugInfo() {
  if (!debugInfoTried_) {
    debugInfoTried_ = true;
    if (Elf* elf = debugElf()) {
      debugInfo_ = DebugInfo::open(elf, [this](Dwarf* debug) {
        return debugFiles_.findShared(debug, separate_ ? separate_->fd.get() : main_.fd.get());
      });
    }
  }
  return debugInfo_.get();
}

// Fedora's stripped files carry their function symbols xz-compressed in .gnu_debugdata.
void Module::loadMiniDebug() {
  GElf_Shdr header;
  Elf_Scn* section = sectionNamed(main_.elf.get(), ".gnu_debugdata", header);
  Elf_Data* data = section != nullptr ? elf_rawdata(section, nullptr) : nullptr;
  if (data == nullptr || data->d_buf == nullptr) return;
  miniImage_ = unpackXz(data->d_buf, data->d_size);
  if (miniImage_.empty()) return;
  mini_.reset(elf_memory(miniImage_.data(), miniImage_.size()));
  if (mini_) symbols_->add(mini_.get(), SHT_SYMTAB);
}

}  // namespace pystack::unwind
