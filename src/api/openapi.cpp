#include "api/openapi.h"

#include "api/route.h"
#include "base/json_writer.h"

#include <fmt/core.h>

#include <map>
#include <vector>

namespace vedette::api {
namespace {

/// Writes JSON texts between what the writer writes.
class Document {
 public:
  explicit Document(std::string& out) : out_(out) {}
  void raw(std::string_view json) { out_ += json; }
  void text(std::string_view value) { append_json_string(out_, value); }
  void member(std::string_view name, std::string_view value) {
    comma();
    text(name);
    out_ += ':';
    text(value);
  }
  void member_raw(std::string_view name, std::string_view json) {
    comma();
    text(name);
    out_ += ':';
    out_ += json;
  }
  void open(std::string_view name) {
    comma();
    text(name);
    out_ += ":{";
  }
  void close() { out_ += '}'; }
  void comma() {
    if (out_.back() != '{' && out_.back() != '[') out_ += ',';
  }

 private:
  std::string& out_;
};

std::string reference(std::string_view schema) {
  return fmt::format(R"({{"$ref":"#/components/schemas/{}"}})", schema);
}

std::vector<std::string_view> arguments_of(std::string_view path) {
  std::vector<std::string_view> names;
  for (std::size_t at = path.find('{'); at != std::string_view::npos; at = path.find('{', at)) {
    const std::size_t end = path.find('}', at);
    names.push_back(path.substr(at + 1, end - at - 1));
    at = end;
  }
  return names;
}

void write_parameters(Document& out, const Route& route) {
  out.comma();
  out.raw("\"parameters\":[");
  for (const std::string_view name : arguments_of(route.path)) {
    out.comma();
    out.raw(fmt::format(
        R"({{"name":"{}","in":"path","required":true,"schema":{{"type":"string","minLength":1}}}})",
        name));
  }
  for (const Parameter& parameter : route.parameters) {
    out.comma();
    out.raw("{");
    out.member("name", parameter.name);
    out.member("in", "query");
    out.member("description", parameter.sentence);
    out.member_raw("schema", parameter.schema);
    out.close();
  }
  out.raw("]");
}

void write_answer(Document& out, std::string_view status, std::string_view description,
                  std::string_view media, std::string_view schema) {
  out.open(status);
  out.member("description", description);
  if (!schema.empty()) {
    out.open("content");
    out.open(media);
    out.member_raw("schema", schema);
    out.close();
    out.close();
  }
  out.close();
}

void write_answers(Document& out, const Route& route) {
  out.open("responses");
  const std::string status = std::to_string(route.status);
  if (!route.response.empty()) {
    write_answer(out, status, route.summary, "application/json", reference(route.response));
  } else if (route.status == 204) {
    write_answer(out, status, route.summary, {}, {});
  } else {
    const bool stream = route.operation == std::string_view("watch");
    write_answer(out, status, route.summary, stream ? "text/event-stream" : "text/plain",
                 R"({"type":"string"})");
  }
  // Everything that goes wrong is told in one form.
  for (const char* error : {"4XX", "5XX"}) {
    const bool plain = route.operation == std::string_view("getReadiness");
    write_answer(out, error, "What went wrong", plain ? "text/plain" : "application/problem+json",
                 plain ? R"({"type":"string"})" : reference("Problem"));
  }
  out.close();
}

void write_operation(Document& out, const Route& route) {
  std::string method(route.method);
  for (char& c : method) c = static_cast<char>(c | 0x20);
  out.open(method);
  out.member("operationId", route.operation);
  out.member("summary", route.summary);
  if (route.role) {
    out.member("x-vedette-role", to_string(*route.role));
  } else {
    out.member_raw("security", "[]");
  }
  write_parameters(out, route);
  if (!route.request.empty()) {
    out.open("requestBody");
    out.member_raw("required", "true");
    out.open("content");
    out.open("application/json");
    out.member_raw("schema", reference(route.request));
    out.close();
    if (route.request == std::string_view("Events")) {
      out.open("application/x-ndjson");
      out.member_raw("schema", R"({"type":"string"})");
      out.close();
    }
    out.close();
    out.close();
  }
  write_answers(out, route);
  out.close();
}

}  // namespace

std::string openapi_document() {
  std::map<std::string_view, std::vector<const Route*>> paths;
  for (const Route& route : routes()) paths[route.path].push_back(&route);
  std::string text = "{";
  Document out(text);
  out.member("openapi", "3.1.0");
  out.member_raw("info",
                 R"({"title":"Vedette","version":"1","description":"Threats, what they rest on, )"
                 R"(and what people make of them. Errors are RFC 9457 problem documents."})");
  out.member_raw("security", R"([{"token":[]}])");
  out.open("paths");
  for (const auto& [path, its_routes] : paths) {
    out.open(path);
    for (const Route* route : its_routes) write_operation(out, *route);
    out.close();
  }
  out.close();
  out.open("components");
  out.member_raw("securitySchemes", R"({"token":{"type":"http","scheme":"bearer"}})");
  out.member_raw("schemas", openapi_schemas());
  out.close();
  out.close();
  return text;
}

}  // namespace vedette::api
