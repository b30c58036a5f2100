#include "prompt/assignments.h"

#include "prompt/leak_bytes.h"

#include <doctest/doctest.h>

#include <string>

namespace vedette::prompt {
namespace {

/// The value that one of the signs gives to a name, and its kind.
std::string value_in(const std::string& text, LeakKind* kind = nullptr) {
  for (std::size_t at = find_assignment(text, 0); at < text.size();
       at = find_assignment(text, at + 1)) {
    auto found = match_assignment(text, at);
    if (!found) found = match_command_user(text, at);
    if (!found) continue;
    if (kind != nullptr) *kind = found->kind;
    return text.substr(found->span.begin, found->span.end - found->span.begin);
  }
  return {};
}

struct Case {
  const char* text;
  const char* value;
};

}  // namespace

TEST_SUITE_BEGIN("prompt/assignments");

TEST_CASE("the value of a name that says it is secret is found, in many languages") {
  for (const Case& c : {
           Case{"password = \"hu9ter!22\"", "hu9ter!22"},
           Case{"DB_PASSWORD=hu9ter22;", "hu9ter22"},
           Case{"{\"userPassword\": \"hu9ter22\"}", "hu9ter22"},
           Case{"{\\\"password\\\": \\\"hu9ter22\\\"}", "hu9ter22"},
           Case{"  passwd:   hu9ter22\n", "hu9ter22"},
           Case{"smtp_pass => 'hu9ter22'", "hu9ter22"},
           Case{"dbPass := `hu9ter22`", "hu9ter22"},
           Case{"Pwd=hu9ter22;Server=x", "hu9ter22"},
           Case{"My password: hu9ter22.", "hu9ter22"},
           Case{"password=\"no digits!\"", ""},
           Case{"password=\"noDigits!ok\"", "noDigits!ok"},
           Case{"api_key: 'q7Zk2Vw9XbT4'", "q7Zk2Vw9XbT4"},
           Case{"x-api-key: a90c13de-62b4-4d7f-8e15-3fb7c2d80946",
                "a90c13de-62b4-4d7f-8e15-3fb7c2d80946"},
           Case{"config['clientSecret'] = 'q7Zk2Vw9XbT4mNc8'", "q7Zk2Vw9XbT4mNc8"},
           Case{"Authorization: Bearer q7Zk2Vw9XbT4mNc8", "q7Zk2Vw9XbT4mNc8"},
           Case{"-H 'Authorization: Basic YWRhOmh1OXRlcjIy'", "YWRhOmh1OXRlcjIy"},
           Case{"<add key=\"dbPassword\" value=\"hu9ter22\"/>", "hu9ter22"},
           Case{"HEROKU_KEY = 7c41be90-3d5a-4f82-b6e1-90a2d4c8f713",
                "7c41be90-3d5a-4f82-b6e1-90a2d4c8f713"},
           Case{"curl -u ada:hu9ter22 https://x", "ada:hu9ter22"},
           Case{"curl --user 'ada@x.example:hu9 x'", ""},
           Case{"curl --user \"ada:hu9ter#22\"", "ada:hu9ter#22"},
       }) {
    CHECK_MESSAGE(value_in(c.text) == c.value, c.text);
  }
}

TEST_CASE("code, prose and placeholders are no secrets") {
  for (const char* text : {"password: string",
                           "password == \"hu9ter22\"",
                           "password::hu9ter22",
                           "compass = hu9ter22",
                           "bypass: hu9ter22",
                           "key: hu9ter22abcdef",
                           "token = getToken2(a)",
                           "token = tokens[12]abc",
                           "password: must have 8 characters",
                           "password = \"${DB_PASSWORD1}\"",
                           "secret: <your secret 1>",
                           "token: 1234567890",
                           "csrf_token = q7Zk2Vw9XbT4mNc8",
                           "public_key = q7Zk2Vw9XbT4mNc8",
                           "access_id: d20b7f64-91ce-4a38-b05d-e4c19a736f82",
                           "secret_path = /etc/a1/b2/c3d4",
                           "token_url = https://x1.example/y2",
                           "password=",
                           "password:",
                           "=",
                           ":",
                           "curl -u user:$PASS1",
                           "curl -u host:8080",
                           "passwordless: 1",
                           "-u a:b"}) {
    CHECK_MESSAGE(value_in(text) == "", text);
  }
}

TEST_CASE("the name and the size of a value tell some kinds") {
  LeakKind kind{};
  value_in("aws_secret_access_key = wJq7Zk2Vw9XbT4mNc8Rq7LpYs3HdGf6Jt0wBvKx1", &kind);
  CHECK(kind == LeakKind::AwsSecretKey);
  value_in("Authorization: token q7Zk2Vw9XbT4mNc8", &kind);
  CHECK(kind == LeakKind::AuthorizationHeader);
}

TEST_SUITE_END();

}  // namespace vedette::prompt
