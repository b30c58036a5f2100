// What the routes of the prompt firewall share: the texts of a request, each with whose it is, and
// what a scan says of them. The shapes of other services are in dialects.cpp.
#pragma once

#include "api/exchange.h"
#include "api/json.h"
#include "base/mutex.h"
#include "prompt/firewall.h"
#include "prompt/verdict_cache.h"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vedette::api {

/// One text of a request.
struct PromptPart {
  std::string text;
  prompt::Direction direction = prompt::Direction::Input;
  std::size_t message = 0;       ///< the place of its message
  std::string_view member = {};  ///< "content", "tool_calls": where it stands there
};
struct PromptResult {
  PromptPart part;
  prompt::Verdict verdict;
  prompt::Receipt receipt;
};
inline constexpr std::size_t kMessagesMax = 1000;

/// The texts of messages as chat programs send them: contents (a text or a list of parts) and what
/// is handed to tools. What the operator says (system, developer) is not looked at.
/// BodyTooLarge beyond kMessagesMax messages or kTextBytesMax bytes in all.
Result<std::vector<PromptPart>> parts_of_messages(const Json& messages);
Result<void> check_size(const std::vector<PromptPart>& parts);
/// Appends what the member `tool_calls` of a message hands to tools.
inline constexpr std::string_view kToolCalls = "tool_calls";
void add_tool_calls(const Json& message, std::size_t place, std::vector<PromptPart>& parts);

/// The paths of the routes that scan, to which a policy may be bound.
std::span<const std::string_view> prompt_routes();
/// The policy that holds for a request: that of its token, else the one that it names, else that of
/// its route. RequestInvalid for a name that there is not, or that a bound token may not choose.
Result<const prompt::ActivePolicy*> policy_of(const prompt::Firewall& firewall,
                                              const Exchange& exchange, std::string_view named);

/// Scans that threads take and give back, so that their memory is used again, and the policies that
/// hold. Any thread.
class ScanPool {
 public:
  using Policies = std::shared_ptr<const prompt::Firewall>;

  /// Without a cache every text is scanned.
  ScanPool(Policies policies, prompt::VerdictCache* cache)
      : model_(policies->model()), cache_(cache), policies_(std::move(policies)) {}
  /// Makes the first scan, which takes some tenths of a second, before somebody waits for it.
  void warm();
  std::vector<PromptResult> run(std::vector<PromptPart> parts, const prompt::ActivePolicy& policy);
  /// Those that hold now: a request keeps the ones that it began with.
  Policies policies() const;
  /// Others hold from now on, with the same model.
  void replace(Policies policies);

 private:
  std::unique_ptr<prompt::Scan> take();
  void give_back(std::unique_ptr<prompt::Scan> scan);

  const prompt::Model& model_;
  prompt::VerdictCache* const cache_;
  mutable Mutex mutex_;
  Policies policies_ GUARDED_BY(mutex_);
  std::vector<std::unique_ptr<prompt::Scan>> idle_ GUARDED_BY(mutex_);
};

prompt::Decision worst_of(const std::vector<PromptResult>& results);

}  // namespace vedette::api
