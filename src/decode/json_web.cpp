// Requests that web servers and proxies log as JSON, whatever they call the parts.
#include "base/text.h"
#include "decode/json_object.h"
#include "decode/web_error.h"
#include "decode/web_request.h"

#include <cstring>

namespace vedette::decode {
namespace {

using std::string_view;
using Role = JsonRole;

bool is_method(string_view text) {
  if (text.size() < 3 || text.size() > 20) return false;
  for (const char c : text) {
    if ((c < 'A' || c > 'Z') && c != '-' && c != '_') return false;
  }
  return true;
}

/// The path and the query, which some logs keep apart.
string_view join_target(const JsonObject& object, EventBatch& out) {
  const auto path = object.text(Role::TargetPath, out);
  const auto query = object.text(Role::QueryString, out);
  if (query.empty() || query == "-" || path.find('?') != string_view::npos) return path;
  const bool marked = query.starts_with('?');
  const std::size_t size = path.size() + (marked ? 0 : 1) + query.size();
  char* const target = out.arena().allocate(size);
  std::memcpy(target, path.data(), path.size());
  if (!marked) target[path.size()] = '?';
  std::memcpy(target + size - query.size(), query.data(), query.size());
  return {target, size};
}

string_view client_of(const JsonObject& object, EventBatch& out) {
  // Caddy tells the peer and, if that is a proxy it trusts, the client.
  auto client = object.text(Role::ClientIp, out);
  if (client.empty()) client = object.text(Role::RemoteIp, out);
  return client.empty() ? object.text(Role::SourceIp, out) : client;
}

}  // namespace

bool decode_json_request(const JsonObject& object, EventBatch& out) {
  const auto status = object.text(Role::Status, out);
  if (status.size() > 3 || !parse_int(status)) return false;
  const auto line = object.text(Role::RequestLine, out);
  const auto method = object.text(Role::Method, out);
  const auto client = client_of(object, out);
  const bool split =
      is_method(method) && (object.has(Role::Target) || object.has(Role::TargetPath));
  if (client.empty() || (line.empty() && !split)) return false;

  out.set_action(Action::HttpRequest);
  out.current().dataset = Dataset::WebAccess;
  if (split) {
    set_method(method, out);
    const auto target = object.text(Role::Target, out);
    set_target(target.empty() ? join_target(object, out) : target, out);
  } else if (!set_request_line(line, out)) {
    out.set_action(Action::HttpMalformed);
    set_text(Field::UrlOriginal, line, out);
  }
  set_status(status, out);
  set_client(client, out);
  auto version = object.text(Role::HttpVersion, out);
  if (version.empty()) version = object.text(Role::Protocol, out);
  if (split) set_http_version(version, out);
  if (const auto bytes = object.integer(Role::Bytes)) out.set(Field::HttpBodyBytes, *bytes);
  set_text(Field::UserAgent, object.text(Role::UserAgent, out), out);
  set_text(Field::HttpReferrer, object.text(Role::Referrer, out), out);
  set_text(Field::UserName, object.text(Role::RemoteUser, out), out);
  set_domain(object.text(Role::Domain, out), out);
  return true;
}

bool decode_json_firewall(const JsonObject& object, EventBatch& out) {
  const JsonMember* const member = object.find(Role::Message);
  if (member == nullptr || !member->raw.starts_with("[client ")) return false;
  auto message = text_of(*member, out.arena());
  take_prefix(message, "[client ");
  auto client = take_until(message, ']');
  take_prefix(client, "\"");
  take_suffix(client, "\"");
  if (!take_prefix(message, " Coraza: ") && !take_prefix(message, " ModSecurity: ")) return false;
  out.set_action(Action::HttpDenied);
  out.current().dataset = Dataset::WebError;
  set_client(client, out);
  set_modsecurity(message, out);
  return true;
}

}  // namespace vedette::decode
