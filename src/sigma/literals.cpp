#include "sigma/literals.h"

#include "base/assert.h"
#include "base/log.h"
#include "base/text.h"

#include <hs/hs.h>

#include <malloc.h>
#include <mutex>
#include <utility>
#include <vector>

namespace vedette::sigma {

struct LiteralSet::Impl {
  explicit Impl(std::vector<Literal> given) : literals(std::move(given)) {}
  ~Impl() { hs_free_database(database); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  void compile();

  std::vector<Literal> literals;
  std::once_flag compiled;
  hs_database_t* database = nullptr;  // null after compile(): beyond the library
};

struct LiteralScratch::Impl {
  ~Impl() { hs_free_scratch(scratch); }
  hs_scratch_t* scratch = nullptr;
};

LiteralSet::LiteralSet(std::vector<Literal> literals)
    : impl_(std::make_unique<Impl>(std::move(literals))) {
  VD_ASSERT(!impl_->literals.empty());
  for (const Literal& literal : impl_->literals) VD_ASSERT(!literal.text.empty());
}
LiteralSet::~LiteralSet() = default;
LiteralScratch::LiteralScratch() : impl_(std::make_unique<Impl>()) {}
LiteralScratch::~LiteralScratch() = default;

void LiteralSet::Impl::compile() {
  std::vector<const char*> texts;
  std::vector<std::size_t> sizes;
  std::vector<unsigned> flags, ids;
  for (const Literal& literal : literals) {
    texts.push_back(literal.text.data());
    sizes.push_back(literal.text.size());
    flags.push_back((literal.ignore_case ? HS_FLAG_CASELESS : 0u) |
                    (literal.once ? HS_FLAG_SINGLEMATCH : 0u));
    ids.push_back(static_cast<unsigned>(ids.size()));
  }
  hs_compile_error_t* error = nullptr;
  const auto status = hs_compile_lit_multi(texts.data(), flags.data(), ids.data(), sizes.data(),
                                           static_cast<unsigned>(texts.size()), HS_MODE_BLOCK,
                                           nullptr, &database, &error);
  // Compiling took many times the memory that the automaton does: give it back now.
  malloc_trim(0);
  if (status == HS_SUCCESS) return;
  log::warn(
      "Rules run without their literal index: correct, but slower.",
      {{"literals", literals.size()}, {"reason", error != nullptr ? error->message : "unknown"}});
  hs_free_compile_error(error);
}

void LiteralSet::scan_one_by_one(std::string_view text, OnLiteral on_literal, void* context) const {
  for (unsigned id = 0; id < impl_->literals.size(); ++id) {
    const auto& [wanted, ignore_case, once] = impl_->literals[id];
    for (std::size_t end = wanted.size(); end <= text.size(); ++end) {
      const std::string_view part = text.substr(end - wanted.size(), wanted.size());
      if (ignore_case ? !equals_ignore_case(part, wanted) : part != wanted) continue;
      if (on_literal(id, 0, end, 0, context) != 0) return;
      if (once) break;
    }
  }
}

void LiteralSet::scan(std::string_view text, const LiteralScratch& scratch, OnLiteral on_literal,
                      void* context) const {
  if (text.empty()) return;
  if (impl_->database == nullptr) return scan_one_by_one(text, on_literal, context);
  const auto status = hs_scan(impl_->database, text.data(), static_cast<unsigned>(text.size()), 0,
                              scratch.impl_->scratch, on_literal, context);
  VD_ASSERT(status == HS_SUCCESS || status == HS_SCAN_TERMINATED);
}

void LiteralScratch::fit(const LiteralSet& set) {
  LiteralSet::Impl& its = *set.impl_;
  std::call_once(its.compiled, [&] { its.compile(); });
  if (its.database == nullptr) return;
  VD_ASSERT(hs_alloc_scratch(its.database, &impl_->scratch) == HS_SUCCESS);
}

}  // namespace vedette::sigma
