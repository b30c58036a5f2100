// Many literal texts looked for at once in one text (Vectorscan, block mode). A LiteralSet is
// frozen and shared; each thread has its own LiteralScratch. Its automaton is made when the first
// thread needs it: that takes longer than all else that loading rules does, and most logs need few
// of them.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

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
  /// At least one.
  explicit LiteralSet(std::vector<Literal> literals);
  ~LiteralSet();
  LiteralSet(const LiteralSet&) = delete;
  LiteralSet& operator=(const LiteralSet&) = delete;

  /// `scratch` was fitted to this set.
  void scan(std::string_view text, const LiteralScratch& scratch, OnLiteral on_literal,
            void* context) const;
  /// The same without the automaton: what scan() does where the set is beyond the library.
  void scan_one_by_one(std::string_view text, OnLiteral on_literal, void* context) const;

 private:
  friend class LiteralScratch;
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
  /// Makes the set's automaton if no thread has yet.
  void fit(const LiteralSet& set);

 private:
  friend class LiteralSet;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vedette::sigma
