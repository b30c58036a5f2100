// The OpenAPI 3.1 document, made from the table of routes.
#pragma once

#include <string>
#include <string_view>

namespace vedette::api {

std::string openapi_document();

/// `{"Name":{…schema…},…}`
std::string_view openapi_schemas();

}  // namespace vedette::api
