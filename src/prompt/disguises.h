// Undoes what disguises letters but leaves them letters: digits for letters, letters set apart,
// words set together, ROT13 and writing backwards. All are guesses, so each asks whether what comes
// out is more like prose. One pass each; `out` stays empty if there is nothing to undo.
#pragma once

#include "prompt/offset_map.h"
#include "prompt/span.h"

#include <string_view>

namespace vedette::prompt {

/// Of a folded text: "1gn0r3 4ll" as "ignore all". Numbers and names like mp3 or b2b stay.
void undo_leet(std::string_view folded, MappedText& out);
/// Of a text as it came: "i g n o r e   a l l", "i-g-n-o-r-e", "i.g.n.o.r.e" as "ignore all".
void undo_spacing(std::string_view text, MappedText& out);

/// Of a text as it came: the names among its words that are three words or more, such as
/// "ignoreAllRules", as "ignore All Rules"; a line for each.
void split_compounds(std::string_view text, MappedText& out);

/// Pieces of a folded text that are likelier to be prose when each letter is moved by 13 places,
/// and when they are read backwards.
struct Disguised {
  Span rot13, backwards;  // from the first such piece to the last; empty if there is none
};
Disguised find_disguised(std::string_view folded);

void undo_rot13(std::string_view folded, Span piece, MappedText& out);
/// Character by character; out's map stays empty, as byte i comes from byte `piece.end - i`.
void undo_backwards(std::string_view folded, Span piece, MappedText& out);

}  // namespace vedette::prompt
