#include "simulate/world.h"

#include "base/random.h"
#include "simulate/seed.h"
#include "simulate/words.h"

#include <fmt/core.h>

namespace vedette::simulate {
namespace {

std::string fingerprint(std::uint64_t seed) {
  static constexpr std::string_view kBase64 =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  Random random(seed);
  std::string text = "SHA256:";
  for (int i = 0; i < 43; ++i) text += kBase64[random.below(64)];  // 256 bits without padding
  return text;
}

}  // namespace

World::World(const Options& options, Stage& stage) : addresses(options.seed), seed_(options.seed) {
  root = make_account("root", 0, addresses.machine(0), stage);
  if (options.users == 0) return;
  for (std::uint32_t i = 0; i < options.users; ++i) {
    std::string name(kPeople[i % kPeople.size()]);
    if (i >= kPeople.size()) name += std::to_string(i / kPeople.size());
    people.push_back(make_account(std::move(name), 1001 + i, addresses.office(i), stage));
  }
  for (std::uint32_t i = 0; i < kServices.size(); ++i) {
    services.push_back(
        make_account(std::string(kServices[i]), 901 + i, addresses.machine(10 + i), stage));
  }
}

Account World::make_account(std::string name, std::uint32_t uid, const IpAddress& home,
                            Stage& stage) {
  Account account;
  account.uid = uid;
  account.fingerprint = fingerprint(mix(seed_, uid));
  account.home = home;
  account.user = stage.truth().add_user(name, Role::Benign);
  account.source = stage.truth().add_source(home, Role::Benign);
  account.name = std::move(name);
  return account;
}

World::Visitor World::visitor(std::uint32_t n, Stage& stage) {
  n %= AddressBook::kVisitorsMax;
  if (n >= visitors_.size()) visitors_.resize(n + 1, Subject::None);
  const IpAddress ip = addresses.visitor(n);
  if (visitors_[n] == Subject::None) visitors_[n] = stage.truth().add_source(ip, Role::Benign);
  return {ip, visitors_[n]};
}

IpAddress World::own_address(std::uint32_t n) {
  return IpAddress::from_v4(192u << 24 | 2u << 8 | (200 + n % kOwnAddresses));
}

}  // namespace vedette::simulate
