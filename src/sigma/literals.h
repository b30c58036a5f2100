// Many literal texts looked for at once in one text (Vectorscan, block mode). A LiteralSet is
// frozen after compile() and shared; each thread has its own LiteralScratch.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace vedette::sigma {

struct Literal {
  std::string text;          ///< any bytes, but not empty and not beginning with NUL
  bool ignore_case = false;  ///< of ASCII letters
  bool once = false;         ///< where it stands does not matter: say so once per text
};

/// `id`: the literal's place in the set. `to`: where its last byte ends. Return 0 to go on.
using OnLiteral = int (*)(unsigned id, unsigned long long from, unsigned long long to,
                          unsigned flags, void* context);

class LiteralScratch;

class LiteralSet {
 public:
  /// nullptr when the machine or the set is beyond the library: the caller must do without.
  static std::unique_ptr<LiteralSet> compile(std::span<const Literal> literals);
  ~LiteralSet();
  LiteralSet(const LiteralSet&) = delete;
  LiteralSet& operator=(const LiteralSet&) = delete;

  void scan(std::string_view text, const LiteralScratch& scratch, OnLiteral on_literal,
            void* context) const;
  std::size_t bytes() const;

 private:
  friend class LiteralScratch;
  LiteralSet() = default;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Working memory for any of the sets it was fitted to.
class LiteralScratch {
 public:
  LiteralScratch();
  ~LiteralScratch();
  LiteralScratch(const LiteralScratch&) = delete;
  LiteralScratch& operator=(const LiteralScratch&) = delete;
  void fit(const LiteralSet& set);

 private:
  friend class LiteralSet;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vedette::sigma
