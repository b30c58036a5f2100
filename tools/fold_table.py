#!/usr/bin/env python3
"""Makes src/prompt/fold_table.inc: how each character folds (src/prompt/fold.h says what for).

Usage: fold_table.py     from anywhere; needs nothing but Python's unicodedata

Compatibility forms, case and Latin accents come from Unicode; which letters look like Latin ones is
decided here, by eye, for the scripts that attackers use.
"""
import pathlib
import unicodedata

PATH = pathlib.Path(__file__).resolve().parent.parent / "src" / "prompt" / "fold_table.inc"
PAGE = 64
BYTES_MAX = 3  # a character may fold to at most so many times its own bytes

# In the order of enum class FoldClass (src/prompt/fold_table.h).
(OTHER, PLAIN, LATIN, ALIKE, LOOSE, DISTINCT, MARK, BLANK, CONTROL, ZERO_WIDTH, JOINER, SOFT_HYPHEN,
 VARIATION, DIRECTION_MARK, BIDI_CONTROL, TAG, FILLER) = range(17)


def pairs(text):
    """"аa еe" is {"а": "a", "е": "e"}."""
    return {pair[0]: pair[1:] for pair in text.split()}


# Lower-case letters that nobody can tell from the Latin one.
ALIKE_OF = pairs(
    "аa сc ԁd еe һh іi јj ӏl оo ԛq рp ѕs ԝw хx уy ѵv ԍg "  # Cyrillic
    "οo νv ϳj "  # Greek
    "հh ոn ցg սu օo զq "  # Armenian
    "Ꭰd Ꭱr Ꭲt Ꭵi Ꭺa Ꭻj Ꭼe Ꮃw Ꮇm Ꮋh Ꮍy Ꮐg Ꮓz Ꮢr Ꮤw Ꮥs Ꮩv Ꮪs Ꮮl Ꮯc Ꮲp Ꮶk Ᏼb Ᏻg Ꮷd Ꮒh")
# Letters that pass for a Latin one only inside a word that has Latin letters.
LOOSE_OF = pairs(
    "вb гr зe иn кk мm нh пn тt ьb ъb яr ӡ3 чy бb ԏt ѡw үy ұy ғf қk ҡk ңh ґr ѓr ћh ђh џu љm њh ҁc єe эe "
    "αa βb γy εe ζz ηn ιi κk μu πn ρp σo τt υu χx ωw λa δd θo ϝf ϙq "
    "աw բp գq դn եt էt ըn թp ժd իh լl կk մu նu շ2 պw ռn վv տm րn ւr քp ֆd ձd ճd ծd յj")
# What compatibility leaves alone, although it is a Latin letter or a mark of ASCII in disguise.
EXTRA = {
    **dict.fromkeys("‘’‚‛′‵ʹʻʼʽˈ", "'"), **dict.fromkeys("“”„‟″‶«»", '"'),
    **dict.fromkeys("‐‑‒–—―−⁃", "-"),
    **pairs("⁄/ ∕/ ∣| ǀ| ∗* ∶: ‹< ›> ⟨< ⟩> øo łl đd ħh ŧt ıi ȷj ðd ɑa ɡg ɩi ɓb ɗd ɠg ƙk ƥp ƭt ʋv ɛe ɪi ʏy "
            "ɐa ɔc ǝe ɟf ƃg ɥh ᴉi ɾr ʞk ɯm ɹr ʇt ʌv ʍw ʎy ᴀa ʙb ᴄc ᴅd ᴇe ꜰf ɢg ʜh ᴊj ᴋk ʟl ᴍm ɴn ᴏo ᴘp ʀr ꜱs "
            "ᴛt ᴜu ᴠv ᴡw ᴢz æae œoe þth"),
}
for first in (0x1F150, 0x1F170, 0x1F1E6):  # white on black circles and squares; the letters of flags
    EXTRA |= {chr(first + i): chr(ord("a") + i) for i in range(26)}

CLASSES = {
    BLANK: [9, 10, 11, 12, 13, 0x20, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F,
            0x205F, 0x3000],
    CONTROL: [*range(0, 9), *range(14, 32), *range(127, 0x85), *range(0x86, 0xA0)],
    ZERO_WIDTH: [0x200B, *range(0x2060, 0x2066), 0xFEFF, 0x180E, 0x034F, *range(0x206A, 0x2070),
                 *range(0xFFF0, 0xFFFC), *range(0x1BCA0, 0x1BCA4), *range(0x1D173, 0x1D17B)],
    JOINER: [0x200C, 0x200D],
    SOFT_HYPHEN: [0xAD],
    VARIATION: [*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0), 0x180B, 0x180C, 0x180D, 0x180F],
    DIRECTION_MARK: [0x200E, 0x200F, 0x061C],
    BIDI_CONTROL: [*range(0x202A, 0x202F), *range(0x2066, 0x206A)],
    TAG: [*range(0xE0000, 0xE0080)],
    FILLER: [0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0],
    MARK: [*range(0x300, 0x34F), *range(0x350, 0x370), *range(0x483, 0x48A), *range(0x1AB0, 0x1AFF),
           *range(0x1DC0, 0x1E00), *range(0x20D0, 0x20F1), *range(0xFE20, 0xFE30)],
}
CLASS_OF = {code: kind for kind, codes in CLASSES.items() for code in codes}
SCRIPTS = [(0x370, 0x400), (0x400, 0x530), (0x531, 0x590), (0x13A0, 0x1400), (0x1C80, 0x1C90),
           (0x1F00, 0x2000), (0x2DE0, 0x2E00), (0xA640, 0xA6A0), (0xAB70, 0xABC0)]


def is_latin(char):
    return char.isascii() or unicodedata.name(char, "").startswith(("LATIN ", "MODIFIER LETTER SMALL"))


def once(text):
    """One step towards the folded form."""
    out = ""
    for char in unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold()):
        if CLASS_OF.get(ord(char)) == MARK and out and is_latin(out[-1]):
            continue
        if CLASS_OF.get(ord(char), MARK) != MARK:
            char = " " if CLASS_OF[ord(char)] == BLANK else ""
        elif unicodedata.category(char) == "Nd":
            char = str(unicodedata.digit(char))
        out += EXTRA.get(char, char)
    return unicodedata.normalize("NFKC", out)


def folded(char):
    text, before = char, None
    while text != before:
        before, text = text, once(text)
    return text


def is_rare(code):
    return 0xF900 <= code < 0xFB00 or 0x20000 <= code < 0xE0000 or 0xE01F0 <= code


def decompose(char):
    return unicodedata.normalize("NFKD", char)[0]


def class_of(text):
    """The class of a folded text; of more than one character, that of its letters."""
    if any(c.isascii() and c.isalpha() or (not c.isascii() and is_latin(c)) for c in text):
        return LATIN
    if len(text) == 1 and (text in ALIKE_OF or decompose(text) in ALIKE_OF):
        return ALIKE
    if len(text) == 1 and (text in LOOSE_OF or decompose(text) in LOOSE_OF):
        return LOOSE
    if any(low <= ord(c) < high and c.isalpha() for c in text for low, high in SCRIPTS):
        return DISTINCT
    return PLAIN if text.isascii() else OTHER


def entry(code):
    """(class, what it folds to or None, the Latin letter it looks like)."""
    char = chr(code)
    if code in CLASS_OF:
        return CLASS_OF[code], None, ""
    text = folded(char)
    size = len(char.encode())
    if not text or len(text.encode()) > BYTES_MAX * size or text[0] == " ":
        text = char  # a spacing accent, or a whole phrase in one character
    if is_rare(code) or (len(text) > 1 and class_of(text) in (OTHER, DISTINCT)):
        text = char  # nobody hides English there, and the table stays small
    kind = class_of(text)
    if kind == LATIN and len(text) > 1:
        text = "".join(LOOSE_OF.get(c) or ALIKE_OF.get(c) or c for c in text)  # a micro sign
    base = decompose(text[0]) if kind in (ALIKE, LOOSE) else ""
    latin = ALIKE_OF.get(text) or ALIKE_OF.get(base) or LOOSE_OF.get(text) or LOOSE_OF.get(base) or ""
    return kind, None if text == char else text, latin if kind in (ALIKE, LOOSE) else ""


def lines(values, form):
    row = ""
    for value in values:
        word = form(value) + ","
        if len(row) + len(word) > 100:
            yield row
            row = ""
        row += word
    yield row


def table():
    records, texts, blob = {(OTHER, None, ""): 0}, {}, b""
    pages, stages = {}, []
    for first in [*range(0, 0x20000, PAGE), *range(0xE0000, 0xE0200, PAGE)]:
        page = []
        for code in range(first, first + PAGE):
            surrogate = 0xD800 <= code < 0xE000
            made = (OTHER, None, "") if surrogate else entry(code)
            page.append(records.setdefault(made, len(records)))
        stages.append(pages.setdefault(tuple(page), len(pages)))
    rows = []
    for kind, text, latin in records:
        encoded = (text or "").encode()
        if encoded not in texts:
            texts[encoded] = blob.find(encoded) if encoded in blob else len(blob)
            blob += encoded if encoded not in blob else b""
        last = text[-1] if text else ""
        strips = kind in (LATIN, PLAIN) if not text else is_latin(last)
        rows.append((texts[encoded], len(encoded), kind, latin, strips))
    return stages, [record for page in pages for record in page], rows, blob


def in_braces(row):
    text, size, kind, latin, strips = row
    like = f"'{latin}'" if latin else "0"
    return "{%d,%d,FoldClass{%d},%s,%s}" % (text, size, kind, like, "true" if strips else "false")


def source():
    stages, pages, rows, blob = table()
    yield f"// Made by tools/fold_table.py from Unicode {unicodedata.unidata_version}; do not edit."
    yield f"const std::uint16_t kFoldStages[] = {{  // {PAGE} characters each: to U+1FFFF, then U+E0000"
    yield from lines(stages, str)
    yield "};"
    yield f"const std::uint16_t kFoldPages[] = {{  // {len(pages) // PAGE} pages"
    yield from lines(pages, str)
    yield "};"
    yield f"const FoldEntry kFoldEntries[] = {{  // {len(rows)}: text, bytes, class, looks like, strips"
    yield from lines(rows, in_braces)
    yield "};"
    yield "const char kFoldTexts[] ="
    at = 0
    while at < len(blob):
        yield '    "' + "".join(f"\\x{byte:02x}" for byte in blob[at:at + 22]) + '"'
        at += 22
    yield "    ;"


def main():
    PATH.write_text("\n".join(source()) + "\n", "utf-8")


if __name__ == "__main__":
    main()
