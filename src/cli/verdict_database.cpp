#include "cli/verdict_database.h"

#include "base/codec.h"

namespace vedette::cli {

std::string VerdictDatabase::key_of(const prompt::Receipt& receipt) const {
  std::string key;
  Writer out(key);
  key += as_bytes(receipt.text);
  out.u64(static_cast<std::uint64_t>(receipt.direction));
  out.fixed64(receipt.policy);
  out.fixed64(receipt.model);
  out.fixed64(program_);
  return key;
}

bool VerdictDatabase::find(const prompt::Receipt& receipt, std::size_t text_bytes,
                           std::string& entry) {
  if (text_bytes < kTextBytesMin) return false;
  auto found = store_.find(key_of(receipt), clock_.now());
  if (!found) ++errors_;
  const bool is_there = found && *found;
  if (is_there) entry = **std::move(found);
  ++(is_there ? hits_ : misses_);
  return is_there;
}

void VerdictDatabase::put(const prompt::Receipt& receipt, std::size_t text_bytes,
                          std::string_view entry) {
  if (text_bytes < kTextBytesMin) return;
  ++(store_.put(key_of(receipt), entry, clock_.now()) ? stored_ : dropped_);
}

prompt::TierCounts VerdictDatabase::counts() const {
  return {.hits = hits_,
          .misses = misses_,
          .stored = stored_,
          .dropped = dropped_,
          .refused = 0,
          .timeouts = 0,
          .errors = errors_,
          .entries = store_.counts().results,
          .bytes = 0,
          .open = false};
}

}  // namespace vedette::cli
