#include "anomaly/profile.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace vedette::anomaly {
namespace {

// The bytes of a profile as they lie in memory, in groups of 16: a bit for each group that is not
// all zeros, then of each such group a bit for each byte that is not 0, and those bytes. A profile
// that would not be smaller stands as it is.
static_assert(std::endian::native == std::endian::little, "profiles are stored as their bytes");
static_assert(sizeof(Profile) == 704);  // with another layout, raise kVersion
constexpr std::uint64_t kVersion = 3;

constexpr std::size_t kGroup = 16;
constexpr std::size_t kGroups = sizeof(Profile) / kGroup;
constexpr std::size_t kGroupBits = (kGroups + 7) / 8;
using Bytes = std::array<char, sizeof(Profile)>;

/// Into `out`, which holds more than a whole profile; gives the size.
std::size_t pack(const Bytes& bytes, char* out) {
  char* const begin = out;
  std::memset(out, 0, kGroupBits);
  out += kGroupBits;
  for (std::size_t group = 0; group < kGroups; ++group) {
    std::array<std::uint64_t, 2> halves;
    std::memcpy(halves.data(), bytes.data() + group * kGroup, kGroup);
    if ((halves[0] | halves[1]) == 0) continue;
    begin[group / 8] = static_cast<char>(begin[group / 8] | 1 << group % 8);
    char* const mask = out;
    std::uint16_t used = 0;
    out += 2;
    for (std::size_t i = 0; i < kGroup; ++i) {
      const char byte = bytes[group * kGroup + i];
      if (byte == 0) continue;
      used = static_cast<std::uint16_t>(used | 1u << i);
      *out++ = byte;
    }
    std::memcpy(mask, &used, 2);
  }
  return static_cast<std::size_t>(out - begin);
}

bool unpack(std::string_view packed, Bytes& bytes) {
  if (packed.size() < kGroupBits) return false;
  const std::string_view groups = packed.substr(0, kGroupBits);
  packed.remove_prefix(kGroupBits);
  bytes = {};
  for (std::size_t group = 0; group < kGroups; ++group) {
    if ((groups[group / 8] >> group % 8 & 1) == 0) continue;
    std::uint16_t used = 0;
    if (packed.size() < 2) return false;
    std::memcpy(&used, packed.data(), 2);
    packed.remove_prefix(2);
    if (packed.size() < static_cast<std::size_t>(std::popcount(used))) return false;
    for (; used != 0; used = static_cast<std::uint16_t>(used & (used - 1))) {
      bytes[group * kGroup + static_cast<std::size_t>(std::countr_zero(used))] = packed[0];
      packed.remove_prefix(1);
    }
  }
  return packed.empty();
}

}  // namespace

void Profile::encode(Writer& out) const {
  Profile profile = *this;
  profile.toggle_windows();
  const Bytes bytes = std::bit_cast<Bytes>(profile);
  std::array<char, kGroupBits + sizeof(Profile) / kGroup*(kGroup + 2)> packed;
  const std::size_t size = pack(bytes, packed.data());
  out.u64(kVersion);
  out.bytes(size < sizeof(Profile) ? std::string_view(packed.data(), size)
                                   : std::string_view(bytes.data(), bytes.size()));
}

bool Profile::decode(Reader& in) {
  *this = Profile{};
  const std::uint64_t version = in.u64();
  const std::string_view packed = in.bytes();
  Bytes bytes;
  if (!in.ok() || version != kVersion) return false;
  if (packed.size() == bytes.size()) {
    std::ranges::copy(packed, bytes.begin());
  } else if (!unpack(packed, bytes)) {
    return false;
  }
  *this = std::bit_cast<Profile>(bytes);
  toggle_windows();
  if (!sane()) *this = Profile{};
  return minute_ != 0;
}

/// Of an entity that is new the window has what there ever was: no need to store it twice.
void Profile::toggle_windows() {
  for (Different& different : different_) different.window.toggle(different.ever);
}

/// Whether observe() could have led here, as far as anything depends on it.
bool Profile::sane() const {
  const auto is_sum = [](float sum) { return sum >= 0 && sum < 0x1p80f; };
  const auto is_window = [](const Different& different) {
    return different.window.sane() && different.ever.sane();
  };
  return minute_ >= 24 * 60 && slow_.day() == minute_ / (24 * 60) && slow_.sane() &&
         rates_.sane() && is_sum(bytes_day_) && is_sum(bytes_window_) && is_sum(new_hour_) &&
         is_sum(first_hour_) && last_ns_ >= 0 && due_ <= 1 && late_ < kLateMax &&
         new_objects_.sane() &&
         std::ranges::all_of(levels_, [](std::uint8_t level) { return level < 32; }) &&
         std::ranges::all_of(different_, is_window);
}

}  // namespace vedette::anomaly
