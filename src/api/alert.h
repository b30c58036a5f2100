// Alert: what another part of the program, or another program, found. As a line of ECS in the
// ingest journal it reaches the lanes in the order of the stream, is safe in a crash, and becomes a
// finding about its entity.
#pragma once

#include "base/time.h"
#include "model/entity.h"

#include <string>
#include <string_view>

namespace vedette::api {

struct Alert {
  EntityType type = EntityType::SourceIp;
  std::string_view value;  ///< the address, user or host it is about
  std::string_view rule, title;
  std::string_view severity = "medium";
  std::string_view techniques;  ///< with blanks between them
  std::string_view detail;
  std::string time;  ///< RFC 3339
};

/// With its newline.
std::string alert_line(const Alert& alert);

}  // namespace vedette::api
