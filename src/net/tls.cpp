#include "net/tls.h"

#include <fmt/core.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <array>

namespace vedette::net {
namespace {

/// Of TLS 1.2; all that 1.3 has are good.
constexpr const char* kCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20";

int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_size,
                    const unsigned char* offered, unsigned offered_size, void*) {
  static constexpr std::array<unsigned char, 9> kHttp{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_size, kHttp.data(), kHttp.size(), offered, offered_size) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_NOACK;
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

Error last_error(const std::string& file, const char* what) {
  const unsigned long code = ERR_get_error();
  const char* reason = ERR_reason_error_string(code);
  ERR_clear_error();
  return Error{Errc::SocketFailed,
               fmt::format("{}: {}: {}", file, what, reason != nullptr ? reason : "unknown")};
}

}  // namespace

Result<std::shared_ptr<const TlsContext>> TlsContext::load(const std::string& certificate_file,
                                                           const std::string& key_file) {
  ERR_clear_error();
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  if (context == nullptr) return last_error(certificate_file, "OpenSSL cannot be set up");
  std::shared_ptr<const TlsContext> owner(new TlsContext(context));
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
  if (SSL_CTX_set_cipher_list(context, kCiphers) != 1) {
    return last_error(certificate_file, "the ciphers are not known");
  }
  if (SSL_CTX_use_certificate_chain_file(context, certificate_file.c_str()) != 1) {
    return last_error(certificate_file, "the certificate cannot be read");
  }
  if (SSL_CTX_use_PrivateKey_file(context, key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    return last_error(key_file, "the key cannot be read, or is not the certificate's");
  }
  return owner;
}

TlsContext::~TlsContext() {
  SSL_CTX_free(context_);
}

TlsSession::TlsSession(const TlsContext& context, int fd) : ssl_(SSL_new(context.context_)) {
  VD_ASSERT(ssl_ != nullptr && SSL_set_fd(ssl_, fd) == 1);
  SSL_set_accept_state(ssl_);
}

TlsSession::~TlsSession() {
  SSL_free(ssl_);
}

Io TlsSession::failed(int result) {
  const int error = SSL_get_error(ssl_, result);
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return Io::Wait;
  ERR_clear_error();  // or the next call on this thread would be told of it
  return Io::Closed;
}

Io TlsSession::handshake() {
  const int result = SSL_do_handshake(ssl_);
  return result == 1 ? Io::Done : failed(result);
}

Io TlsSession::read(char* out, std::size_t size, std::size_t& done) {
  const int result = SSL_read_ex(ssl_, out, size, &done);
  return result == 1 ? Io::Done : failed(result);
}

Io TlsSession::write(const char* bytes, std::size_t size, std::size_t& done) {
  const int result = SSL_write_ex(ssl_, bytes, size, &done);
  return result == 1 ? Io::Done : failed(result);
}

void TlsSession::say_goodbye() {
  SSL_shutdown(ssl_);
  ERR_clear_error();
}

}  // namespace vedette::net
