// Browser: someone looks at pages, and their browser loads what belongs to them.
#pragma once

#include "simulate/actor.h"
#include "simulate/web.h"

#include <string>
#include <string_view>

namespace vedette::simulate {

struct Browser {
  Peer peer;
  std::string_view agent = "-";
  std::string referrer = "-";
  std::string_view user = "-";      ///< who has logged in
  Subject account = Subject::None;  ///< and the account of that name
  bool cached = false;              ///< has been here before, and has the assets
  Attack attack = Attack::None;

  /// The page and, after it, its assets and images; it is the referrer of what comes next.
  void view(Script& script, std::string_view page);

 private:
  void load(Script& script, Request& request, std::string_view target) const;
};

/// A page of the site: one of the well-known, or an object of the collection.
std::string any_page(Random& random);

}  // namespace vedette::simulate
