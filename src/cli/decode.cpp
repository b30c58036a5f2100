// vedette decode: what the decoders understood, one ECS event per line.
#include "base/clock.h"
#include "cli/commands.h"
#include "cli/terminal.h"
#include "decode/line_decoder.h"
#include "source/source_set.h"

#include <cstring>

namespace vedette::cli {
namespace {

struct DecodeOptions {
  std::vector<std::string> inputs;
  bool undecoded_only = false;
};

class Printer {
 public:
  explicit Printer(const DecodeOptions& options) : options_(options) {}

  /// False when nobody reads standard output any more.
  bool print(const RawBatch& raw) {
    const auto chunks = raw.chunks();
    for (std::uint32_t c = 0; c < chunks.size(); ++c) {
      std::string_view rest = raw.bytes(chunks[c]);
      decode::LineContext context{
          .offset = chunks[c].offset, .chunk = c, .written_by = chunks[c].written_by};
      while (!rest.empty()) {
        const auto end = rest.find('\n');
        if (const Event* event = decoder_.decode(rest.substr(0, end), context)) append(*event);
        const std::size_t taken = end == std::string_view::npos ? rest.size() : end + 1;
        context.offset += taken;
        rest.remove_prefix(taken);
        if (out_.size() >= kFlushBytes && !flush()) return false;
      }
    }
    return flush();
  }

 private:
  static constexpr std::size_t kFlushBytes = 64 * 1024;

  void append(const Event& event) {
    if (options_.undecoded_only && event.dataset != Dataset::Unknown) return;
    for (std::uint32_t i = 0; i < event.repeats; ++i) {
      decoder_.append_json(out_);
      out_ += '\n';
      if (out_.size() >= kFlushBytes && !flush()) return;
    }
  }

  bool flush() {
    const bool whole = std::fwrite(out_.data(), 1, out_.size(), stdout) == out_.size();
    out_.clear();
    return whole;
  }

  const DecodeOptions& options_;
  FieldTable fields_;
  decode::LineDecoder decoder_{fields_};
  std::string out_;
};

int decode_inputs(const DecodeOptions& options) {
  const SystemClock clock;
  source::SourceSet sources(source::SourceOptions{}, clock);
  sources.add_inputs(options.inputs);
  Printer printer(options);
  RawBatch raw;
  while (sources.read(raw, std::chrono::milliseconds(100)) != source::ReadStatus::Ended) {
    if (!printer.print(raw)) return kDone;
  }
  printer.print(raw);
  std::fflush(stdout);
  int code = kDone;
  for (const auto& report : sources.reports()) {
    for (const Error& problem : report.problems) {
      print_error(problem);
      code = kInputDamaged;
    }
  }
  return code;
}

}  // namespace

void add_decode(Command root, Chosen& chosen) {
  const auto command = root.add_subcommand(
      "decode", "Show what the decoders understand: one ECS event per line, as JSON");
  auto options = std::make_shared<DecodeOptions>();
  command
      .add_option("FILE", options->inputs,
                  "Log files, globs, or - for standard input; .gz and .zst too")
      .required();
  command.add_flag("--undecoded", options->undecoded_only, "Only the lines that no decoder knows");
  command.footer(
      "A line that says it was repeated N times gives N events. The names are those of the "
      "Elastic\n"
      "Common Schema; docs/events.md lists them.\n\n"
      "Examples:\n"
      "  vedette decode /var/log/auth.log | jq -r 'select(.\"event.action\"==\"failed-password\") "
      "| .\"source.ip\"'\n"
      "  vedette decode --undecoded access.log | head");
  command.callback([options, &chosen] { chosen = [options] { return decode_inputs(*options); }; });
}

}  // namespace vedette::cli
