// World: what is there before anyone acts: the accounts of the machine, its addresses, its web
// site's name. Made once from the options; actors read it.
#pragma once

#include "base/ip.h"
#include "simulate/address_book.h"
#include "simulate/stage.h"

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace vedette::simulate {

inline constexpr std::string_view kDomain = "www.example.org";

/// An account of the machine.
struct Account {
  std::string name;
  std::uint32_t uid = 0;
  std::string fingerprint;  ///< of its ssh key
  IpAddress home;           ///< where its owner usually sits
  Subject user = Subject::None;
  Subject source = Subject::None;  ///< that address in the truth
};

class World {
 public:
  World(const Options& options, Stage& stage);

  AddressBook addresses;
  Account root;
  std::vector<Account> people;
  std::vector<Account> services;  ///< backup, deploy and the like: keys and fixed addresses
  /// The visitor of this number; the same number comes back from the same address.
  struct Visitor {
    IpAddress ip;
    Subject source;
  };
  Visitor visitor(std::uint32_t n, Stage& stage);

  /// True once for each: so that no two attacks are on the same user or client while there are
  /// others.
  bool claim(Subject victim) { return claimed_.insert(victim).second; }

  /// The addresses of the machine itself: one for web and ssh, the others behind the same wire.
  static IpAddress own_address(std::uint32_t n);
  static constexpr std::uint32_t kOwnAddresses = 28;

 private:
  Account make_account(std::string name, std::uint32_t uid, const IpAddress& home, Stage& stage);

  std::uint64_t seed_;
  std::vector<Subject> visitors_;
  std::set<Subject> claimed_;
};

}  // namespace vedette::simulate
