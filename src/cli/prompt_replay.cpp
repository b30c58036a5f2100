// vedette prompt replay: whether the texts of earlier verdicts get the same ones again.
#include "base/json_writer.h"
#include "cli/prompt_input.h"
#include "cli/prompt_scan.h"
#include "cli/terminal.h"
#include "prompt/verdict_json.h"
#include "prompt/verdict_record.h"
#include "store/prompt_reader.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace vedette::cli {
namespace {

using api::Json;

struct ReplayOptions {
  std::vector<std::string> files;
  std::string state;
  PolicyChoice policy;
};

enum class Outcome : std::uint8_t { Same, Differs, OtherModel, OtherPolicy, OtherText };
constexpr std::array<std::string_view, 5> kOutcomes{"same", "differs", "other model",
                                                    "other policy", "other text"};
/// Of a verdict; those that the earlier one lacks are not compared.
constexpr std::array<const char*, 6> kCompared{"verdict", "score",   "scanners",
                                               "spans",   "skipped", "sanitized"};

bool is_number(const Json& json) {
  return json.is(Json::Kind::Integer) || json.is(Json::Kind::Real);
}
double number_of(const Json& json) {
  return json.is(Json::Kind::Integer) ? static_cast<double>(json.integer) : json.real;
}

/// Whatever the order of members, and however numbers are written: other programs may have had it.
bool same(const Json& a, const Json& b) {
  if (is_number(a) && is_number(b)) return std::abs(number_of(a) - number_of(b)) < 1e-9;
  if (a.kind != b.kind || a.items.size() != b.items.size()) return false;
  for (std::size_t i = 0; i < a.items.size(); ++i) {
    const Json* other = a.is(Json::Kind::Object) ? b.find(a.names[i]) : &b.items[i];
    if (other == nullptr || !same(a.items[i], *other)) return false;
  }
  return a.string == b.string && a.boolean == b.boolean;
}

/// What identifies the earlier verdict, as JSON has it.
struct Claim {
  std::string text, policy, model;
  prompt::Direction direction{};
};

std::optional<Claim> claim_in(const Json& json) {
  const Json* receipt = json.find("receipt");
  if (receipt == nullptr) return {};
  const std::string* text = text_in(*receipt, "text");
  const std::string* policy = text_in(*receipt, "policy");
  const std::string* model = text_in(*receipt, "model");
  const std::string* name = text_in(*receipt, "direction");
  const auto direction = name != nullptr ? prompt::parse_direction(*name) : std::nullopt;
  if (text == nullptr || policy == nullptr || model == nullptr || !direction) return {};
  return Claim{*text, *policy, *model, *direction};
}

class Replayer {
 public:
  explicit Replayer(const ChosenPolicy& chosen)
      : chosen_(chosen), scan_(chosen.firewall->model()) {}

  /// A line of scan's, or a verdict as the API gives it. False: it is none.
  bool replay_line(const std::string& line) {
    ++lines_;
    const auto json = parse_line(line);
    const std::string* text = json ? text_in(*json, "text") : nullptr;
    const auto claim = json ? claim_in(*json) : std::nullopt;
    if (text == nullptr || !claim) {
      ++bad_;
      return say("line", lines_, "no text with a receipt", {});
    }
    return replay("line", lines_, *text, *claim, *json);
  }

  bool replay_row(const store::LoggedVerdict& row) {
    prompt::Verdict earlier;
    if (!prompt::decode_record(row.body, earlier)) {
      ++bad_;
      return say("id", row.id, "it cannot be understood", {});
    }
    const auto direction = static_cast<prompt::Direction>(row.direction % prompt::kDirections);
    const Claim claim{hex(row.text_hash), fmt::format("{:016x}", row.policy),
                      fmt::format("{:016x}", row.model), direction};
    const auto json = Json::parse(json_of(row.text, earlier));
    return json && replay("id", row.id, row.text, claim, *json);
  }

  int end() const {
    for (std::size_t i = 0; i < kOutcomes.size(); ++i) {
      if (counts_[i] > 0) fmt::print(stderr, "{} {}\n", grouped(counts_[i]), kOutcomes[i]);
    }
    if (bad_ > 0) {
      print_error({Errc::RequestInvalid, fmt::format("{} lines are no text with a receipt", bad_)});
    }
    return differing_ > 0 ? kVerdictsDiffer : bad_ > 0 ? kInputDamaged : kDone;
  }

 private:
  static std::string json_of(std::string_view text, const prompt::Verdict& verdict) {
    std::string out;
    JsonWriter json(out);
    json.begin_object();
    prompt::write_verdict(json, text, verdict);
    json.end_object();
    return out;
  }

  /// The policy of that version if there is one, else the chosen one.
  const prompt::ActivePolicy& policy_of(const std::string& version) const {
    for (const prompt::ActivePolicy& one : chosen_.firewall->policies()) {
      if (fmt::format("{:016x}", one.version) == version) return one;
    }
    return *chosen_.policy;
  }

  bool replay(const char* name, std::uint64_t number, const std::string& text, const Claim& claim,
              const Json& earlier) {
    const prompt::ActivePolicy& policy = policy_of(claim.policy);
    const auto receipt = scan_.receipt(text, claim.direction, policy);
    if (hex(receipt.text) != claim.text) return tell(name, number, Outcome::OtherText, {});
    scan_.run(text, claim.direction, policy, verdict_);
    const auto now = Json::parse(json_of(text, verdict_));
    std::vector<std::string_view> differences;
    for (const char* member : kCompared) {
      const Json* before = earlier.find(member);
      if (before == nullptr) continue;
      const Json* after = now ? now->find(member) : nullptr;
      if (after == nullptr || !same(*before, *after)) differences.emplace_back(member);
    }
    Outcome outcome = differences.empty() ? Outcome::Same : Outcome::Differs;
    if (fmt::format("{:016x}", receipt.policy) != claim.policy) outcome = Outcome::OtherPolicy;
    if (fmt::format("{:016x}", receipt.model) != claim.model) outcome = Outcome::OtherModel;
    return tell(name, number, outcome, differences);
  }

  bool tell(const char* name, std::uint64_t number, Outcome outcome,
            const std::vector<std::string_view>& differences) {
    ++counts_[static_cast<std::size_t>(outcome)];
    if (outcome == Outcome::OtherText || !differences.empty()) ++differing_;
    return say(name, number, kOutcomes[static_cast<std::size_t>(outcome)], differences);
  }

  static bool say(const char* name, std::uint64_t number, std::string_view outcome,
                  const std::vector<std::string_view>& differences) {
    std::string out;
    JsonWriter json(out);
    json.begin_object().field(name, number).field("outcome", outcome);
    json.key("differs").begin_array();
    for (const std::string_view member : differences) json.string(member);
    json.end_array().end_object();
    return std::puts(out.c_str()) >= 0;
  }

  const ChosenPolicy& chosen_;
  prompt::Scan scan_;
  prompt::Verdict verdict_;
  std::array<std::uint64_t, kOutcomes.size()> counts_{};
  std::uint64_t lines_ = 0, bad_ = 0, differing_ = 0;
};

/// Those whose text was kept as it came.
Result<void> replay_state(const std::string& state, Replayer& replayer) {
  VD_TRY(const auto reader, store::PromptReader::open(state));
  std::uint64_t without = 0;
  std::optional<store::VerdictKey> after;
  do {
    VD_TRY(const auto page, reader->page({}, after, 1000));
    for (const store::LoggedVerdict& head : page.verdicts) {
      if (head.form != store::TextForm::Raw) {
        ++without;
        continue;
      }
      VD_TRY(const auto row, reader->verdict(head.id));
      if (row && !replayer.replay_row(*row)) return {};
    }
    after = page.next;
  } while (after);
  if (without > 0) {
    fmt::print(stderr, "{} without their text were passed over (prompt_log_text: raw keeps it)\n",
               grouped(without));
  }
  return {};
}

int replay(const ReplayOptions& options) {
  const auto chosen = choose_policy(options.policy);
  if (!chosen || options.files.empty() == options.state.empty()) {
    print_error(chosen ? Error{Errc::UsageError, "either FILE or --state DIR says what to replay"}
                       : chosen.error());
    return kUsage;
  }
  Replayer replayer(*chosen);
  if (!options.state.empty()) {
    if (const auto done = replay_state(options.state, replayer); !done) {
      print_error(done.error());
      return kInputDamaged;
    }
    return replayer.end();
  }
  const bool all = each_line(options.files, [&](const std::string& line, bool /*more*/) {
    return replayer.replay_line(line);
  });
  const int code = replayer.end();
  return code == kDone && !all ? kInputDamaged : code;
}

}  // namespace

void add_prompt_replay(Command command, Chosen& chosen) {
  auto options = std::make_shared<ReplayOptions>();
  const auto replayer =
      command.add_subcommand("replay", "Whether texts get the same verdicts again");
  replayer.add_option("FILE", options->files,
                      "JSON lines of verdicts with their `text` and `receipt`; - is standard "
                      "input");
  replayer.add_option("--state", options->state,
                      "Instead, the verdicts of a daemon's state directory whose texts it keeps");
  add_policy_options(replayer, options->policy);
  replayer.footer(
      "Each line says `outcome`: same, differs, other model, other policy (that verdict was made "
      "by\n"
      "another; what it would be now is compared all the same) or other text (it is not the one "
      "of\n"
      "the receipt), and what differs. Exit code 1 if anything differs or a text is another "
      "one.\n\n"
      "Examples:\n"
      "  vedette prompt scan --receipts prompts.jsonl > before.jsonl\n"
      "  vedette prompt replay before.jsonl --policies new.yaml\n"
      "  vedette prompt replay --state /var/lib/vedette --policies policies.yaml");
  replayer.callback([options, &chosen] { chosen = [options] { return replay(*options); }; });
}

}  // namespace vedette::cli
