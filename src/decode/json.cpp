#include "decode/json.h"

#include "base/text.h"
#include "base/utf8.h"
#include "decode/json_object.h"
#include "model/raw_batch.h"

#include <cstring>
#include <simdjson.h>

namespace vedette::decode {
namespace {

using std::string_view;
namespace ondemand = simdjson::ondemand;
using Role = JsonRole;

static_assert(RawBatch::kPadding >= simdjson::SIMDJSON_PADDING);
/// Objects inside objects: deeper ones are passed over. ECS goes to six.
constexpr int kDepthMax = 12;
/// Dotted names are put together, so what a stranger may make of them is bounded.
constexpr std::size_t kNameBytesMax = 256;

/// A copy with as many readable bytes behind it as a line has.
string_view copy_padded(string_view text, Arena& arena) {
  char* const copy = arena.allocate(text.size() + RawBatch::kPadding);
  std::memcpy(copy, text.data(), text.size());
  std::memset(copy + text.size(), 0, RawBatch::kPadding);
  return {copy, text.size()};
}

/// What an open string, array or object of a line that was cut would need to be whole.
void close_open_ends(std::string& text) {
  std::string closing;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      closing += c == '{' ? '}' : ']';
    } else if ((c == '}' || c == ']') && !closing.empty()) {
      closing.pop_back();
    }
  }
  if (in_string) {
    std::size_t slashes = 0;
    while (slashes < text.size() && text[text.size() - 1 - slashes] == '\\') ++slashes;
    if (slashes % 2 == 1) text.pop_back();
    text += '"';
  }
  text.append(closing.rbegin(), closing.rend());
}

}  // namespace

struct JsonDecoder::Impl {
  explicit Impl(const FieldTable& known) : fields(known) {}

  bool scan(string_view line, EventBatch& out);
  bool read(string_view padded, EventBatch& out);
  bool walk(ondemand::object& inside, string_view prefix, int depth, EventBatch& out);
  bool add(string_view name, ondemand::value value, int depth, EventBatch& out);
  void unwrap(EventBatch& out);
  bool repair(string_view line, EventBatch& out, string_view& repaired);

  const FieldTable& fields;
  ondemand::parser parser;
  JsonObject object;
  LocalZone zone;
  std::string scratch;  // only for lines that need repair
  SyslogMessage inner;
};

/// `name` of a member, raw: programs do not escape theirs.
static string_view key_of(ondemand::field& field) {
  const char* const begin = field.key().raw();
  const char* end = begin;
  while (*end != '"') end += *end == '\\' ? 2 : 1;  // simdjson has found the closing mark
  return {begin, static_cast<std::size_t>(end - begin)};
}

bool JsonDecoder::Impl::add(string_view name, ondemand::value value, int depth, EventBatch& out) {
  ondemand::json_type type;
  if (value.type().get(type) != simdjson::SUCCESS) return false;
  switch (type) {
    case ondemand::json_type::object: {
      if (depth >= kDepthMax) return true;
      ondemand::object inside;
      if (value.get_object().get(inside) != simdjson::SUCCESS) return false;
      return walk(inside, name, depth + 1, out);
    }
    case ondemand::json_type::array: {
      ondemand::array array;
      if (value.get_array().get(array) != simdjson::SUCCESS) return false;
      if (name == "MESSAGE") {
        string_view raw;
        if (array.raw_json().get(raw) != simdjson::SUCCESS) return false;
        object.add(name, raw, JsonKind::Bytes);
        return true;
      }
      // The first element stands for all, unless it is an object.
      for (auto element : array) {
        ondemand::value first;
        if (element.get(first) != simdjson::SUCCESS) return false;
        ondemand::json_type inside;
        if (first.type().get(inside) != simdjson::SUCCESS) return false;
        if (inside == ondemand::json_type::object || inside == ondemand::json_type::array)
          return true;
        return add(name, first, depth, out);
      }
      return true;
    }
    case ondemand::json_type::string: {
      auto token = value.raw_json_token();
      while (!token.empty() && token.back() != '"') token.remove_suffix(1);
      if (token.size() >= 2) object.add(name, token.substr(1, token.size() - 2), JsonKind::String);
      return true;
    }
    case ondemand::json_type::number:
      object.add(name, trim(value.raw_json_token()), JsonKind::Number);
      return true;
    case ondemand::json_type::boolean:
      object.add(name, trim(value.raw_json_token()), JsonKind::Boolean);
      return true;
    case ondemand::json_type::null:
      return true;
  }
  return true;
}

bool JsonDecoder::Impl::walk(ondemand::object& inside, string_view prefix, int depth,
                             EventBatch& out) {
  for (auto&& element : inside) {
    ondemand::field field;
    if (std::move(element).get(field) != simdjson::SUCCESS) return false;
    auto name = key_of(field);
    if (!prefix.empty()) {
      const std::size_t size = prefix.size() + 1 + name.size();
      if (size > kNameBytesMax) continue;
      char* const dotted = out.arena().allocate(size);
      std::memcpy(dotted, prefix.data(), prefix.size());
      dotted[prefix.size()] = '.';
      std::memcpy(dotted + prefix.size() + 1, name.data(), name.size());
      name = {dotted, size};
    }
    if (name.size() > kNameBytesMax) continue;
    if (!add(name, field.value(), depth, out)) return false;
  }
  return true;
}

bool JsonDecoder::Impl::read(string_view padded, EventBatch& out) {
  object.clear();
  ondemand::document document;
  const simdjson::padded_string_view view(padded.data(), padded.size(),
                                          padded.size() + RawBatch::kPadding);
  if (parser.iterate(view).get(document) != simdjson::SUCCESS) return false;
  ondemand::object root;
  if (document.get_object().get(root) != simdjson::SUCCESS) return false;
  if (!walk(root, {}, 0, out)) return false;
  const char* rest = nullptr;  // a second object on the line is an error: it would be lost
  return document.current_location().get(rest) != simdjson::SUCCESS;
}

/// Bytes that JSON forbids and lines that were cut: both are what one gets from servers that log
/// what strangers send, and a stranger must not be able to make his line unreadable.
bool JsonDecoder::Impl::repair(string_view line, EventBatch& out, string_view& repaired) {
  bool changed = false;
  scratch.clear();
  for (std::size_t i = 0; i < line.size();) {
    const std::size_t length = utf8_length(line.substr(i));
    if (length == 0 || static_cast<unsigned char>(line[i]) < 0x20) {
      scratch += length == 0 ? '?' : ' ';
      changed = true;
      ++i;
    } else {
      scratch.append(line.substr(i, length));
      i += length;
    }
  }
  if (line.size() + 16 >= kLineBytesMax && line.back() != '}') {
    close_open_ends(scratch);
    changed = true;
  }
  if (changed) repaired = copy_padded(scratch, out.arena());
  return changed;
}

bool JsonDecoder::Impl::scan(string_view line, EventBatch& out) {
  const bool cut = line.size() + 16 >= kLineBytesMax && line.back() != '}';
  if (line.size() < 2 || line.front() != '{' || (line.back() != '}' && !cut)) return false;
  if (read(line, out)) return true;
  string_view repaired;
  if (!repair(line, out, repaired)) return false;
  // Of a line that was cut the last member may not be one: what stands before it counts.
  return read(repaired, out) || (cut && !object.members().empty());
}

/// Docker, journald, Filebeat, Vector, Fluent Bit, syslog-ng: a line of text with what they know
/// about it.
void JsonDecoder::Impl::unwrap(EventBatch& out) {
  const bool shipped = object.has(Role::Stream) || object.has(Role::ShipperMark) ||
                       object.has(Role::Time) || object.has(Role::RealTime);
  auto text = object.text(Role::JournalMessage, out);
  if (text.empty() && shipped) text = object.text(Role::Log, out);
  const bool by_program = object.has(Role::Program) && !object.has(Role::Action);
  if (text.empty() && (by_program || object.has(Role::ShipperMark)) && !object.has(Role::Action)) {
    text = object.text(Role::Message, out);
  }
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  if (text.empty()) return;
  inner.text = copy_padded(text.substr(0, text.find('\n')), out.arena());
  inner.program = object.text(Role::Program, out);
  if (inner.program.empty()) inner.program = object.text(Role::Comm, out);
  if (object.find(Role::Message) == nullptr) out.set(Field::Message, inner.text);
}

JsonDecoder::JsonDecoder(const FieldTable& fields) : impl_(std::make_unique<Impl>(fields)) {
  const auto error = impl_->parser.allocate(kLineBytesMax + RawBatch::kPadding);
  static_cast<void>(error);  // what it cannot have now it asks for again with the first line
}

JsonDecoder::~JsonDecoder() = default;

bool JsonDecoder::decode(string_view line, EventBatch& out) {
  Impl& impl = *impl_;
  impl.inner = {};
  if (!impl.scan(trim(line), out)) return false;
  const JsonMember* const id = impl.object.find(Role::EventId);
  if (id != nullptr && id->raw.starts_with("cowrie.")) {
    decode_cowrie(impl.object, impl.zone, out);
    return true;
  }
  const bool is_alert = decode_json_alert(impl.object, out);
  const bool is_request = !is_alert && decode_json_request(impl.object, out);
  const bool is_firewall = !is_alert && !is_request && decode_json_firewall(impl.object, out);
  decode_json_fields(impl.object, is_request ? JsonSort::Request : JsonSort::Other, impl.fields,
                     impl.zone, out);
  if (!is_alert && !is_request && !is_firewall) impl.unwrap(out);
  return true;
}

SyslogMessage JsonDecoder::inner() const {
  return impl_->inner;
}

}  // namespace vedette::decode
