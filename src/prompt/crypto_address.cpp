#include "prompt/crypto_address.h"

#include "base/sha256.h"
#include "base/text.h"
#include "prompt/keccak.h"
#include "prompt/leak_bytes.h"

#include <algorithm>
#include <array>

namespace vedette::prompt {
namespace {

constexpr std::string_view kBase58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
constexpr std::string_view kBech32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

std::string_view as_text(const std::uint8_t* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

bool base58check_fits(std::string_view word) {
  std::array<std::uint8_t, 25> bytes{};  // version, 20 bytes of hash, 4 of checksum
  for (const char c : word) {
    const std::size_t value = kBase58.find(c);
    if (value == std::string_view::npos) return false;
    auto carry = static_cast<unsigned>(value);
    for (std::size_t i = bytes.size(); i-- > 0; carry >>= 8) {
      carry += bytes[i] * 58u;
      bytes[i] = static_cast<std::uint8_t>(carry & 0xFF);
    }
    if (carry != 0) return false;
  }
  if (bytes[0] != 0 && bytes[0] != 5) return false;
  const Digest once = sha256(as_text(bytes.data(), 21));
  const Digest twice = sha256(as_bytes(once));
  return std::equal(bytes.begin() + 21, bytes.end(), twice.begin());
}

bool bech32_fits(std::string_view word) {
  constexpr std::array<std::uint32_t, 5> kGenerator = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa,
                                                       0x3d4233dd, 0x2a1462b3};
  const bool upper = word[0] == 'B';
  std::uint32_t check = 1;
  const auto put = [&](std::uint32_t value) {
    const std::uint32_t top = check >> 25;
    check = (check & 0x1FFFFFF) << 5 ^ value;
    for (std::size_t i = 0; i < 5; ++i) check ^= top >> i & 1 ? kGenerator[i] : 0;
  };
  for (const std::uint32_t value : {3u, 3u, 0u, 2u, 3u}) put(value);  // "bc", its halves
  for (const char c : word.substr(3)) {
    if (in(c, upper ? kLow : kUp)) return false;  // both cases in one address are forbidden
    const std::size_t value = kBech32.find(lower(c));
    if (value == std::string_view::npos) return false;
    put(static_cast<std::uint32_t>(value));
  }
  return check == (lower(word[3]) == 'q' ? 1u : 0x2bc830a3u);
}

}  // namespace

bool is_bitcoin_address(std::string_view word) {
  if (word.size() < 26 || word.size() > 62) return false;
  if (word.starts_with("bc1") || word.starts_with("BC1")) return bech32_fits(word);
  return (word[0] == '1' || word[0] == '3') && word.size() <= 35 && base58check_fits(word);
}

EthereumAddress ethereum_address(std::string_view word) {
  if (word.size() != 42 || !word.starts_with("0x")) return EthereumAddress::No;
  const std::string_view digits = word.substr(2);
  if (run_end(digits, 0, kHex) != digits.size()) return EthereumAddress::No;
  const auto any = [&](ByteSet set) {
    return std::any_of(digits.begin(), digits.end(), [&](char c) { return in(c, set); });
  };
  if (!any(kUp) || !any(kLow)) return EthereumAddress::Unchecked;
  std::array<char, 40> lowered{};
  std::transform(digits.begin(), digits.end(), lowered.begin(), lower);
  const Digest hash = keccak256({lowered.data(), lowered.size()});
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const unsigned nibble = i % 2 == 0 ? hash[i / 2] >> 4 : hash[i / 2] & 15u;
    if (in(digits[i], kLetter) && in(digits[i], kUp) != (nibble >= 8)) return EthereumAddress::No;
  }
  return EthereumAddress::Checked;
}

}  // namespace vedette::prompt
