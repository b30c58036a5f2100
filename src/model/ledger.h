// The loss ledger: where every line went. For each source and at each barrier
//   received = processed + filtered + dropped        (in flight: what lies between barriers)
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace vedette {

/// Why a line is not an event. Filtered: nothing was there to lose. Dropped: something was.
enum class Discard : std::uint8_t {
  FilteredEmpty,  ///< an empty line
  FilteredHole,   ///< only NUL bytes: what a crash leaves in a file
  kCount
};
inline constexpr std::size_t kDiscards = static_cast<std::size_t>(Discard::kCount);

struct LedgerLine {
  std::uint64_t bytes = 0;      ///< received, unpacked
  std::uint64_t received = 0;   ///< lines
  std::uint64_t processed = 0;  ///< lines that became an event, known or not
  std::uint64_t undecoded = 0;  ///< of these: no decoder knew the line
  std::uint64_t truncated = 0;  ///< of these: longer than a line may be, cut
  std::uint64_t repeats = 0;    ///< events above one per line ("message repeated")
  std::array<std::uint64_t, kDiscards> discarded{};

  bool adds_up() const {
    std::uint64_t sum = processed;
    for (const auto n : discarded) sum += n;
    return sum == received;
  }
  LedgerLine& operator+=(const LedgerLine& other) {
    bytes += other.bytes;
    received += other.received;
    processed += other.processed;
    undecoded += other.undecoded;
    truncated += other.truncated;
    repeats += other.repeats;
    for (std::size_t i = 0; i < kDiscards; ++i) discarded[i] += other.discarded[i];
    return *this;
  }
};

/// By source name.
using Ledger = std::map<std::string, LedgerLine>;

}  // namespace vedette
