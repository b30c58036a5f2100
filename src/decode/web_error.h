// The error logs of single web servers. Parts of web_error.cpp: each fills the open event, its time
// included, or returns false.
//
// The address they give is the one the server wrote. All of them put texts of the client's (user,
// path, referrer) into the same line, often without escaping, so an address is taken only from a
// place that such a text cannot have made up.
#pragma once

#include "decode/lines.h"
#include "model/event.h"

#include <string_view>

namespace vedette::decode {

bool decode_nginx_error(std::string_view line, LocalZone& zone, EventBatch& out);
bool decode_apache_error(std::string_view line, LocalZone& zone, EventBatch& out);
bool decode_lighttpd_error(std::string_view line, LocalZone& zone, EventBatch& out);
bool decode_litespeed_error(std::string_view line, LocalZone& zone, EventBatch& out);

/// `text` stands behind "ModSecurity:" or "Coraza:": a rule fired. Sets rule id, its message and
/// the target.
void set_modsecurity(std::string_view text, EventBatch& out);
/// Whether a line of this level says that something went wrong.
bool is_error_level(std::string_view level);
/// Whether `level` is a severity that Apache, nginx or LiteSpeed writes, in either case.
bool is_level(std::string_view level);

}  // namespace vedette::decode
