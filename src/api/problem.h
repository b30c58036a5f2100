// Problem: what went wrong, as an RFC 9457 document. Made from our errors (base/errors.def): the
// title is the error's sentence, `code` its stable id, `hint` what to do.
#pragma once

#include "base/result.h"
#include "net/http_message.h"

#include <string_view>

namespace vedette::api {

/// The status that goes with an error.
unsigned status_of(Errc code);
net::HttpResponse problem(const Error& error, std::string_view request_id);
/// Of a status that the server itself answers with.
net::HttpResponse problem(unsigned status, std::string_view detail);

}  // namespace vedette::api
