// Personal data in a text: e-mail and network addresses here, numbers in personal_numbers.h and
// national_ids.h. Precision first: what has no checksum needs a shape that little else has, or a
// word before it that tells.
//
// Left out, since only a model of language could tell: names of people (but for "my name is …"),
// addresses outside of English streets, places, organisations, ages, dates that are nobody's birth.
//
// Any thread; nothing is allocated but room for hits; linear in the text.
#pragma once

#include "prompt/leak.h"

#include <string_view>

namespace vedette::prompt {

/// Appends what it finds, in order and without overlaps. The text may be any bytes.
void scan_personal(std::string_view text, LeakHits& hits);

}  // namespace vedette::prompt
