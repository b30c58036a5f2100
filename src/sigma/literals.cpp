#include "sigma/literals.h"

#include "base/assert.h"
#include "base/log.h"

#include <hs/hs.h>

#include <vector>

namespace vedette::sigma {

struct LiteralSet::Impl {
  ~Impl() { hs_free_database(database); }
  hs_database_t* database = nullptr;
};

struct LiteralScratch::Impl {
  ~Impl() { hs_free_scratch(scratch); }
  hs_scratch_t* scratch = nullptr;
};

LiteralSet::~LiteralSet() = default;
LiteralScratch::LiteralScratch() : impl_(std::make_unique<Impl>()) {}
LiteralScratch::~LiteralScratch() = default;

std::unique_ptr<LiteralSet> LiteralSet::compile(std::span<const Literal> literals) {
  VD_ASSERT(!literals.empty());
  std::vector<const char*> texts;
  std::vector<std::size_t> sizes;
  std::vector<unsigned> flags, ids;
  for (const Literal& literal : literals) {
    VD_ASSERT(!literal.text.empty());
    texts.push_back(literal.text.data());
    sizes.push_back(literal.text.size());
    flags.push_back((literal.ignore_case ? HS_FLAG_CASELESS : 0u) |
                    (literal.once ? HS_FLAG_SINGLEMATCH : 0u));
    ids.push_back(static_cast<unsigned>(ids.size()));
  }
  std::unique_ptr<LiteralSet> set(new LiteralSet);
  set->impl_ = std::make_unique<Impl>();
  hs_compile_error_t* error = nullptr;
  const auto status = hs_compile_lit_multi(texts.data(), flags.data(), ids.data(), sizes.data(),
                                           static_cast<unsigned>(texts.size()), HS_MODE_BLOCK,
                                           nullptr, &set->impl_->database, &error);
  if (status == HS_SUCCESS) return set;
  log::warn(
      "Rules run without their literal index: correct, but slower.",
      {{"literals", literals.size()}, {"reason", error != nullptr ? error->message : "unknown"}});
  hs_free_compile_error(error);
  return nullptr;
}

void LiteralSet::scan(std::string_view text, const LiteralScratch& scratch, OnLiteral on_literal,
                      void* context) const {
  if (text.empty()) return;
  const auto status = hs_scan(impl_->database, text.data(), static_cast<unsigned>(text.size()), 0,
                              scratch.impl_->scratch, on_literal, context);
  VD_ASSERT(status == HS_SUCCESS || status == HS_SCAN_TERMINATED);
}

std::size_t LiteralSet::bytes() const {
  std::size_t size = 0;
  return hs_database_size(impl_->database, &size) == HS_SUCCESS ? size : 0;
}

void LiteralScratch::fit(const LiteralSet& set) {
  VD_ASSERT(hs_alloc_scratch(set.impl_->database, &impl_->scratch) == HS_SUCCESS);
}

}  // namespace vedette::sigma
