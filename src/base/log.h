// The program's own log, on standard error: a constant sentence and fields beside it.
//   log::warn("The database cannot be written; the sources wait.", {{"path", path}, {"error",
//   text}});
// ERROR: data lost or a person must act. WARN: unexpected, nothing lost. INFO: life cycle. DEBUG:
// per batch, never per event. Values are escaped: what an attacker writes cannot forge a line here.
#pragma once

#include <fmt/core.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>

namespace vedette::log {

enum class Level { Debug, Info, Warn, Error, Off };

struct Field {
  template <typename T>
  Field(std::string_view field_name, const T& field_value)
      : name(field_name), value(fmt::format("{}", field_value)) {}
  std::string_view name;
  std::string value;
};

void set_level(Level level);
void write(Level level, std::string_view sentence, std::initializer_list<Field> fields);

inline void debug(std::string_view s, std::initializer_list<Field> f = {}) {
  write(Level::Debug, s, f);
}
inline void info(std::string_view s, std::initializer_list<Field> f = {}) {
  write(Level::Info, s, f);
}
inline void warn(std::string_view s, std::initializer_list<Field> f = {}) {
  write(Level::Warn, s, f);
}
inline void error(std::string_view s, std::initializer_list<Field> f = {}) {
  write(Level::Error, s, f);
}

}  // namespace vedette::log
