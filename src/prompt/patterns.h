// What attacks on a language model say in so many words (prompt/patterns.def), looked for all at
// once in a folded text (Vectorscan). The set is compiled at its first use and shared; each thread
// has a scratch of its own.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace vedette::prompt {

enum class PatternKind : std::uint8_t {
  Override,      ///< instructions that are to replace those there are
  Role,          ///< parts of the conversation that the text makes up
  Jailbreak,     ///< an answer without rules
  Extraction,    ///< what the model was told in secret
  Exfiltration,  ///< data carried out, things done behind the user's back
  Payload,       ///< code that takes a machine or a program over
};
std::string_view to_string(PatternKind kind);

struct PatternInfo {
  std::string_view id, reason;
  PatternKind kind;
  float score;  ///< 0 to 1: how sure the words alone make one
};
std::span<const PatternInfo> patterns();

struct PatternHit {
  std::uint16_t pattern;     ///< of patterns()
  std::uint32_t begin, end;  ///< in the text that was looked at: from its sentence's beginning on
};

class PatternScratch {
 public:
  PatternScratch();  ///< compiles the patterns if nobody has: some milliseconds
  ~PatternScratch();
  PatternScratch(const PatternScratch&) = delete;
  PatternScratch& operator=(const PatternScratch&) = delete;

  /// Appends what is found: of each pattern its first hit, in no order.
  void find(std::string_view folded, std::vector<PatternHit>& hits);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vedette::prompt
