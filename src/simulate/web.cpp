#include "simulate/web.h"

namespace vedette::simulate {
namespace {

constexpr std::string_view kRoot = "/var/www/museum";
constexpr std::uint32_t kWorkerPid = 1123;

Action action_of(Trouble trouble) {
  switch (trouble) {
    case Trouble::NotFound:
    case Trouble::ScriptMissing:
      return Action::HttpNotFound;
    case Trouble::Forbidden:
    case Trouble::NoIndex:
      return Action::HttpDenied;
    case Trouble::WrongPassword:
    case Trouble::UnknownUser:
      return Action::HttpLoginFailed;
    case Trouble::RateLimited:
      return Action::HttpRateLimited;
    default:
      return Action::HttpError;
  }
}

Fact error_fact(const Peer& peer, const Request& request) {
  return {action_of(request.trouble), peer.source, request.account, request.attack, 1};
}

std::string_view path_of(std::string_view target) {
  return target.substr(0, target.find('?'));
}

void append(std::string& out, std::initializer_list<std::string_view> parts) {
  for (const std::string_view part : parts) out += part;
}

void write_access(Script& script, const Peer& peer, const Request& request, bool is_http) {
  Stage& stage = script.stage;
  const Action action = is_http ? Action::HttpRequest : Action::HttpMalformed;
  std::string& out = stage.open(Stream::Access, script.at,
                                {action, peer.source, request.account, request.attack, 1});
  const AccessForm form = stage.options().access;
  if (form == AccessForm::Vhost) append(out, {kDomain, ":443 "});
  append(out, {peer.text, " - ", request.user, " ["});
  stage.stamp().append_access(out, script.at);
  append(out, {"] \"", request.method});
  if (is_http) append(out, {" ", request.target, " ", request.protocol});
  fmt::format_to(std::back_inserter(out), "\" {} {}", request.status, request.bytes);
  if (form == AccessForm::Common) return;
  append(out, {" \"", request.referrer, "\" \"", request.agent, "\""});
}

void write_nginx_reason(std::string& out, const Request& request) {
  const std::string_view path = path_of(request.target);
  switch (request.trouble) {
    case Trouble::NotFound:
      append(out, {"open() \"", kRoot, path, "\" failed (2: No such file or directory)"});
      break;
    case Trouble::ScriptMissing:
      append(out, {"FastCGI sent in stderr: \"Primary script unknown\" while reading response "
                   "header from upstream"});
      break;
    case Trouble::Forbidden:
      append(out, {"access forbidden by rule"});
      break;
    case Trouble::NoIndex:
      append(out, {"directory index of \"", kRoot, path, "\" is forbidden"});
      break;
    case Trouble::WrongPassword:
      append(out, {"user \"", request.user, "\": password mismatch"});
      break;
    case Trouble::UnknownUser:
      append(out, {"user \"", request.user, "\" was not found in \"/etc/nginx/museum.htpasswd\""});
      break;
    case Trouble::RateLimited:
      append(out, {"limiting requests, excess: 20.340 by zone \"perip\""});
      break;
    case Trouble::Malformed:
      append(out, {"client sent invalid method while reading client request line"});
      break;
    default:
      append(out, {"upstream timed out (110: Connection timed out) while reading response header "
                   "from upstream"});
      break;
  }
}

void write_nginx_error(Script& script, const Peer& peer, const Request& request) {
  std::string& out = script.stage.open(Stream::Error, script.at, error_fact(peer, request));
  script.stage.stamp().append_nginx_error(out, script.at);
  const bool malformed = request.trouble == Trouble::Malformed;
  fmt::format_to(std::back_inserter(out), " [{}] {}#{}: *{} ", malformed ? "info" : "error",
                 kWorkerPid, kWorkerPid, script.stage.next_connection());
  write_nginx_reason(out, request);
  append(out, {", client: ", peer.text, ", server: ", kDomain, ", request: \"", request.method});
  if (!malformed) append(out, {" ", request.target, " ", request.protocol});
  append(out, {"\""});
  if (request.trouble == Trouble::ScriptMissing) {
    append(out, {", upstream: \"fastcgi://unix:/run/php/php8.2-fpm.sock:\""});
  }
  if (request.trouble == Trouble::Upstream) {
    append(out, {", upstream: \"http://127.0.0.1:8080", request.target, "\""});
  }
  if (!malformed) append(out, {", host: \"", kDomain, "\""});
}

void write_apache_reason(std::string& out, const Request& request) {
  const std::string_view path = path_of(request.target);
  switch (request.trouble) {
    case Trouble::NotFound:
      append(out, {"AH00128: File does not exist: ", kRoot, path});
      break;
    case Trouble::ScriptMissing:
      append(out, {"script '", kRoot, path, "' not found or unable to stat"});
      break;
    case Trouble::Forbidden:
      append(out, {"AH01630: client denied by server configuration: ", kRoot, path});
      break;
    case Trouble::NoIndex:
      append(out, {"AH01276: Cannot serve directory ", kRoot, path,
                   ": No matching DirectoryIndex (index.html) found, and server-generated "
                   "directory index forbidden by Options directive"});
      break;
    case Trouble::WrongPassword:
      append(out, {"AH01617: user ", request.user, ": authentication failure for \"", path,
                   "\": Password Mismatch"});
      break;
    case Trouble::UnknownUser:
      append(out, {"AH01618: user ", request.user, " not found: ", path});
      break;
    case Trouble::RateLimited:
      append(out, {"client denied by server configuration: ", kRoot, path});
      break;
    case Trouble::Malformed:
      append(out, {"AH00135: Invalid method in request ", request.method});
      break;
    default:
      append(out, {"AH01102: error reading status line from remote server 127.0.0.1:8080"});
      break;
  }
}

std::string_view apache_module(Trouble trouble) {
  switch (trouble) {
    case Trouble::NotFound:
      return "core:info";
    case Trouble::ScriptMissing:
      return "php:error";
    case Trouble::Forbidden:
      return "authz_core:error";
    case Trouble::NoIndex:
      return "autoindex:error";
    case Trouble::WrongPassword:
    case Trouble::UnknownUser:
      return "auth_basic:error";
    case Trouble::Malformed:
      return "core:error";
    case Trouble::RateLimited:
      return "evasive20:error";
    default:
      return "proxy_http:error";
  }
}

void write_apache_error(Script& script, const Peer& peer, const Request& request) {
  const std::uint32_t port = 32'768 + script.random.below(28'000);
  std::string& out = script.stage.open(Stream::Error, script.at, error_fact(peer, request));
  append(out, {"["});
  script.stage.stamp().append_apache_error(out, script.at);
  fmt::format_to(std::back_inserter(out), "] [{}] [pid {}:tid 139872064653056] [client {}:{}] ",
                 apache_module(request.trouble), kWorkerPid, peer.text, port);
  write_apache_reason(out, request);
  if (request.referrer != "-") append(out, {", referer: ", request.referrer});
}

void write_error(Script& script, const Peer& peer, const Request& request) {
  if (!script.stage.wants(Stream::Error)) return;
  if (script.stage.options().error == ErrorForm::Nginx) {
    write_nginx_error(script, peer, request);
  } else {
    write_apache_error(script, peer, request);
  }
}

}  // namespace

void answer(Script& script, const Peer& peer, const Request& request) {
  if (request.trouble != Trouble::None) write_error(script, peer, request);
  if (script.stage.wants(Stream::Access)) write_access(script, peer, request, true);
}

void answer_malformed(Script& script, const Peer& peer, std::string_view line) {
  const Request request{.method = line,
                        .status = 400,
                        .bytes = 157,
                        .trouble = Trouble::Malformed,
                        .attack = Attack::WebMalformed};
  write_error(script, peer, request);
  if (script.stage.wants(Stream::Access)) write_access(script, peer, request, false);
}

}  // namespace vedette::simulate
