// URLs that a reader, or a program that renders Markdown, should not follow: hosts that are written
// so as not to be seen, scripts, and links and images that carry away what stands in their query.
// Nothing is looked up: what is known about a host is its name.
//
// Any thread; nothing is allocated but room for hits; linear in the text.
#pragma once

#include "prompt/leak.h"

#include <string_view>

namespace vedette::prompt {

/// Appends one hit for each URL that has something wrong, the worst of it.
void scan_links(std::string_view text, LeakHits& hits);

}  // namespace vedette::prompt
