// The honest life of Life::Habits on the web site: readers with days and hours of their own, apps
// that poll the API, offices behind one address, crawlers, monitors, a mirror that fetches
// gigabytes each night, the days of an opening when everyone comes; and the editors, who log in.
#pragma once

#include "base/time.h"
#include "simulate/actor.h"

#include <cstdint>
#include <string_view>

namespace vedette::simulate {

enum class Appetite : std::uint8_t { Crawler, Monitor, Mirror, Office, Feed, Poller, Reader };

/// One of the clients, the same for the whole simulation.
struct Client {
  Appetite appetite = Appetite::Reader;
  std::uint32_t visitor = 0;      ///< number for World::visitor()
  Duration every{};               ///< what is regular
  Duration hour{};                ///< Reader: from midnight, when they like to come
  std::uint32_t week_visits = 0;  ///< Reader
  Duration unknown_for{};         ///< Reader: of the simulation, before they first come
  bool downloads = false;         ///< Reader: takes files of the collection along
  bool moves = false;             ///< Reader: gets a new address each week
  std::string_view agent;
};

/// The one of this number, from 0.
Client client_of(std::uint64_t seed, std::uint32_t number);
/// A file of the collection, some tens of megabytes.
std::string export_file(std::uint32_t number);

void enter_clients(Scene& scene, Cast& cast);

}  // namespace vedette::simulate
