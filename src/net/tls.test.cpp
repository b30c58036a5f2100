#include "net/tls.h"

#include "net/testing.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <cstdio>
#include <string>

namespace vedette::net {
namespace {

using namespace std::chrono_literals;
using namespace vedette::net::testing;

/// A key and a certificate of its own for `name`, in files.
void write_certificate(const std::string& certificate_file, const std::string& key_file,
                       const char* name) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME* subject = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
  X509_set_issuer_name(certificate, subject);
  REQUIRE(X509_sign(certificate, key, EVP_sha256()) > 0);
  std::FILE* file = std::fopen(certificate_file.c_str(), "w");
  PEM_write_X509(file, certificate);
  std::fclose(file);
  file = std::fopen(key_file.c_str(), "w");
  PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
  std::fclose(file);
  X509_free(certificate);
  EVP_PKEY_free(key);
}

/// A client under TLS; blocking.
class TlsClient {
 public:
  explicit TlsClient(const HttpServer& server, int version_max = TLS1_3_VERSION)
      : client_(server), context_(SSL_CTX_new(TLS_client_method())), ssl_(SSL_new(context_)) {
    SSL_set_max_proto_version(ssl_, version_max);
    SSL_set_fd(ssl_, client_.fd());
    connected_ = SSL_connect(ssl_) == 1;
  }
  ~TlsClient() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
  }
  bool connected() const { return connected_; }
  std::string peer_name() const {
    X509* certificate = SSL_get1_peer_certificate(ssl_);
    char name[64] = {};
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name,
                              sizeof name);
    X509_free(certificate);
    return name;
  }
  void send(std::string_view bytes) {
    SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()));
  }
  std::string read_all() {
    std::string out;
    char buffer[4096];
    for (int count = 0; (count = SSL_read(ssl_, buffer, sizeof buffer)) > 0;) {
      out.append(buffer, static_cast<std::size_t>(count));
    }
    return out;
  }

 private:
  Client client_;
  SSL_CTX* context_;
  SSL* ssl_;
  bool connected_ = false;
};

struct Files {
  TempDirectory directory;
  std::string certificate = directory / "certificate.pem";
  std::string key = directory / "key.pem";
  explicit Files(const char* name) { write_certificate(certificate, key, name); }
  HttpOptions options() const {
    HttpOptions options;
    options.certificate_file = certificate;
    options.key_file = key;
    return options;
  }
};

constexpr const char* kGetAndClose = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

}  // namespace

TEST_SUITE("net/tls") {
  TEST_CASE("requests go over TLS 1.3 and 1.2, not over 1.1, and know that they did") {
    const Files files("a.example");
    const auto server = start(files.options(), {.handle = [](const HttpRequest& request, Reply r) {
                                std::move(r).send({.body = request.tls ? "secret" : "open"});
                              }});
    for (const int version : {TLS1_3_VERSION, TLS1_2_VERSION}) {
      TlsClient client(*server, version);
      REQUIRE(client.connected());
      client.send(kGetAndClose);
      CHECK(client.read_all().ends_with("secret"));
    }
    CHECK_FALSE(TlsClient(*server, TLS1_1_VERSION).connected());
  }

  TEST_CASE("large answers and pipelined requests go over TLS, too") {
    const Files files("a.example");
    const std::string large(3'000'000, 'x');
    const auto server = start(files.options(), {.handle = [&](const HttpRequest&, Reply reply) {
                                std::move(reply).send({.content_type = "image/png", .body = large});
                              }});
    TlsClient client(*server);
    client.send(std::string("GET /1 HTTP/1.1\r\nHost: x\r\n\r\n") + kGetAndClose);
    const std::string answers = client.read_all();
    CHECK(answers.size() > 2 * large.size());
    CHECK(answers.ends_with(large));
  }

  TEST_CASE("who does not finish the handshake, or speaks plainly, is closed") {
    const Files files("a.example");
    HttpOptions options = files.options();
    options.handshake_time_max = 40ms;
    const auto server = start(options);
    CHECK(Client(*server).read_all().empty());
    CHECK(server->counts().timeouts == 1);
    CHECK(talk(*server, kGetAndClose).find("HTTP/1.1 200") == std::string::npos);
    CHECK(server->counts().requests == 0);
  }

  TEST_CASE("certificates are read again on demand, and a bad one changes nothing") {
    const Files files("old.example");
    const auto server = start(files.options());
    CHECK(TlsClient(*server).peer_name() == "old.example");
    write_certificate(files.certificate, files.key, "new.example");
    CHECK(server->reload_certificates());
    CHECK(TlsClient(*server).peer_name() == "new.example");
    REQUIRE(::unlink(files.key.c_str()) == 0);
    const auto again = server->reload_certificates();
    REQUIRE_FALSE(again);
    CHECK(again.error().detail.starts_with(files.key));
    CHECK(TlsClient(*server).peer_name() == "new.example");
  }

  TEST_CASE("a server without its certificate does not start") {
    const auto server = HttpServer::start(
        {.port = 0, .certificate_file = "/nonexistent/certificate.pem"}, echoing(), clock());
    REQUIRE_FALSE(server);
    CHECK(server.error().code == Errc::SocketFailed);
    CHECK(server.error().detail.starts_with("/nonexistent/certificate.pem: "));
  }
}

}  // namespace vedette::net
