#include "net/content_coding.h"

#include "base/compress.h"
#include "base/text.h"

#include <algorithm>

namespace vedette::net {
namespace {

constexpr int kLevel = 1;

/// "0.75" as 750; what is not a weight counts as 0: better not packed than not understood.
unsigned thousandths(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return 0;
  if (text.size() > 1 && text[1] != '.') return 0;
  unsigned value = text[0] == '1' ? 1000 : 0;
  unsigned step = 100;
  for (const char c : text.substr(std::min<std::size_t>(2, text.size()))) {
    if (!is_digit(c)) return 0;
    value += static_cast<unsigned>(c - '0') * step;
    step /= 10;
  }
  return std::min(value, 1000u);
}

unsigned weight_of(std::string_view parameters) {
  while (!parameters.empty()) {
    std::string_view parameter = trim(take_until(parameters, ';'));
    if (take_prefix(parameter, "q=") || take_prefix(parameter, "Q=")) {
      return thousandths(parameter);
    }
  }
  return 1000;
}

}  // namespace

std::optional<Coding> parse_content_coding(std::string_view content_encoding) {
  const auto is = [&](std::string_view name) { return equals_ignore_case(content_encoding, name); };
  if (content_encoding.empty() || is("identity")) return Coding::Identity;
  if (is("gzip") || is("x-gzip")) return Coding::Gzip;
  if (is("zstd")) return Coding::Zstd;
  return {};
}

Coding best_coding(std::string_view accept_encoding) {
  std::optional<unsigned> gzip_weight;
  std::optional<unsigned> zstd_weight;
  unsigned others = 0;
  unsigned identity = 0;
  while (!accept_encoding.empty()) {
    std::string_view one = take_until(accept_encoding, ',');
    const std::string_view name = trim(take_until(one, ';'));
    const unsigned weight = weight_of(one);
    if (equals_ignore_case(name, "gzip") || equals_ignore_case(name, "x-gzip")) {
      gzip_weight = std::max(weight, gzip_weight.value_or(0));
    } else if (equals_ignore_case(name, "zstd")) {
      zstd_weight = weight;
    } else if (equals_ignore_case(name, "identity")) {
      identity = weight;
    } else if (name == "*") {
      others = weight;
    }
  }
  const unsigned gzip_best = gzip_weight.value_or(others);
  const unsigned zstd_best = zstd_weight.value_or(others);
  if (std::max(gzip_best, zstd_best) == 0 || identity > std::max(gzip_best, zstd_best)) {
    return Coding::Identity;
  }
  return zstd_best >= gzip_best ? Coding::Zstd : Coding::Gzip;
}

bool is_compressible(std::string_view content_type) {
  const std::string_view type = trim(content_type.substr(0, content_type.find(';')));
  return type.starts_with("text/") || type.ends_with("json") || type.ends_with("xml") ||
         type.ends_with("javascript") || type == "application/x-ndjson";
}

void compress(HttpResponse& response, Coding coding, std::size_t bytes_min) {
  const std::string_view content = response.content();
  if (content.size() < bytes_min || !is_compressible(response.content_type)) return;
  for (const auto& [name, value] : response.headers) {
    if (equals_ignore_case(name, "content-encoding")) return;
  }
  response.headers.emplace_back("Vary", "Accept-Encoding");
  if (coding == Coding::Identity) return;
  std::string packed = coding == Coding::Gzip ? gzip(content, kLevel) : zstd(content, kLevel);
  if (packed.size() >= content.size()) return;
  response.headers.emplace_back("Content-Encoding", coding == Coding::Gzip ? "gzip" : "zstd");
  response.body = std::move(packed);
  response.shared_body.reset();
}

Unpack unpack(std::string& body, std::string_view packed, Coding coding, std::size_t bytes_max) {
  auto why = UnpackFailure::Damaged;
  auto plain =
      coding == Coding::Gzip ? gunzip(packed, bytes_max, &why) : unzstd(packed, bytes_max, &why);
  if (!plain) return why == UnpackFailure::TooLarge ? Unpack::TooLarge : Unpack::Damaged;
  body = *std::move(plain);
  return Unpack::Done;
}

}  // namespace vedette::net
