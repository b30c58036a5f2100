#include "simulate/browser.h"

#include "simulate/words.h"

namespace vedette::simulate {

using namespace std::chrono_literals;

void Browser::view(Script& script, std::string_view page) {
  Random& random = script.random;
  Request request{.target = page, .user = user, .referrer = referrer, .agent = agent};
  request.attack = attack;
  request.account = account;
  if (random.below(100) < 2) {
    Request gone = request;
    gone.target = pick(random, kGone);
    gone.status = 404;
    gone.bytes = 1245;
    gone.trouble = Trouble::NotFound;
    answer(script, peer, gone);
    script.wait(1s, 4s);
  }
  request.bytes = 8'000 + random.below(30'000);
  answer(script, peer, request);
  const std::string here = "https://" + std::string(kDomain) + std::string(page);
  request.referrer = here;
  if (!cached) {
    for (const Word asset : kAssets) load(script, request, asset);
    cached = true;
  }
  const std::uint32_t images = random.between(1, 4);
  for (std::uint32_t i = 0; i < images; ++i) load(script, request, pick(random, kImages));
  referrer = here;
}

void Browser::load(Script& script, Request& request, std::string_view target) const {
  script.wait(8ms, 180ms);
  const bool unchanged = script.random.below(100) < 15;
  request.target = target;
  request.status = unchanged ? 304 : 200;
  request.bytes = unchanged ? 0 : 900 + script.random.below(120'000);
  answer(script, peer, request);
}

std::string any_page(Random& random) {
  if (random.below(100) < 60) return std::string(pick(random, kPages));
  return "/collection/object-" + std::to_string(random.between(100, 2999));
}

}  // namespace vedette::simulate
