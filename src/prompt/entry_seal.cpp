#include "prompt/entry_seal.h"

#include "base/assert.h"
#include "base/codec.h"
#include "base/hash.h"

#include <algorithm>
#include <cstring>
#include <elf.h>
#include <link.h>

namespace vedette::prompt {
namespace {

// What is hashed begins with its purpose, so that a name is never a seal.
constexpr std::uint64_t kName = 1, kSeal = 2;
constexpr std::string_view kGnu{"GNU", 4};

/// Of the first object alone, which is the program: the hash of the linker's note of type
/// NT_GNU_BUILD_ID (elf.h), into the 64 bits at `out`.
int find_build_id(dl_phdr_info* object, std::size_t /*size*/, void* out) {
  for (const ElfW(Phdr)* part = object->dlpi_phdr; part < object->dlpi_phdr + object->dlpi_phnum;
       ++part) {
    if (part->p_type != PT_NOTE) continue;
    std::string_view notes(reinterpret_cast<const char*>(object->dlpi_addr + part->p_vaddr),
                           part->p_memsz);
    while (notes.size() >= sizeof(ElfW(Nhdr))) {
      ElfW(Nhdr) note{};
      std::memcpy(&note, notes.data(), sizeof note);
      const auto padded = [](std::size_t size) { return (size + 3) & ~std::size_t{3}; };
      const std::size_t begin = sizeof note + padded(note.n_namesz);
      if (note.n_type == NT_GNU_BUILD_ID && notes.substr(sizeof note, 4) == kGnu) {
        *static_cast<std::uint64_t*>(out) = hash64(notes.substr(begin, note.n_descsz));
      }
      notes.remove_prefix(std::min(notes.size(), begin + padded(note.n_descsz)));
    }
  }
  return 1;
}

}  // namespace

std::string EntrySeal::name(const Receipt& receipt) const {
  std::string bytes;
  Writer out(bytes);
  out.u64(kName);
  out.bytes(as_bytes(receipt.text));
  out.u64(static_cast<std::uint64_t>(receipt.direction));
  out.fixed64(receipt.policy);
  out.fixed64(receipt.model);
  out.fixed64(program_);
  return hex(hmac_sha256(key_, bytes));
}

Digest EntrySeal::tag(std::string_view name, std::string_view entry) const {
  std::string bytes;
  Writer out(bytes);
  out.u64(kSeal);
  out.bytes(name);
  out.bytes(entry);
  return hmac_sha256(key_, bytes);
}

std::string EntrySeal::seal(std::string_view name, std::string_view entry) const {
  std::string sealed(as_bytes(tag(name, entry)));
  sealed += entry;
  return sealed;
}

std::optional<std::string_view> EntrySeal::open(std::string_view name,
                                                std::string_view sealed) const {
  if (sealed.size() < kBytes) return {};
  const std::string_view entry = sealed.substr(kBytes);
  if (!equal_secrets(as_bytes(tag(name, entry)), sealed.substr(0, kBytes))) return {};
  return entry;
}

std::uint64_t program_hash() {
  std::uint64_t hash = 0;
  dl_iterate_phdr(find_build_id, &hash);
  VD_ASSERT(hash != 0);  // CMakeLists.txt has the linker write one
  return hash;
}

}  // namespace vedette::prompt
