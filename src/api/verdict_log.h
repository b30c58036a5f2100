// VerdictLog: what of the verdicts that were given is kept, and how much of their texts. Whoever
// scanned something tells it; nothing waits for the disk.
#pragma once

#include "api/prompts.h"
#include "base/clock.h"
#include "store/prompt_store.h"

#include <span>

namespace vedette::api {

struct VerdictLogOptions {
  enum class Which : std::uint8_t { Off, Alarms, All };
  Which which = Which::Alarms;
  store::TextForm text = store::TextForm::None;
  bool counts_scores = false;  ///< of injection, of every text
};

class VerdictLog {
 public:
  /// What is handed in outlives this.
  VerdictLog(store::PromptStore& store, const Clock& clock, const VerdictLogOptions& options)
      : store_(store), clock_(clock), options_(options) {}

  /// `client`: an address; empty if nobody said. Any thread.
  void add(std::span<const PromptResult> results, std::string_view client);
  store::PromptStore& store() { return store_; }

 private:
  bool wants(const prompt::Verdict& verdict) const;
  std::string text_of(const PromptResult& result) const;

  store::PromptStore& store_;
  const Clock& clock_;
  const VerdictLogOptions options_;
};

/// An address in the one way in which it is kept; as it came if it is none.
std::string client_name(std::string_view address);

}  // namespace vedette::api
