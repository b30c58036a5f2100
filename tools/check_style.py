#!/usr/bin/env python3
"""Checks the parts of STYLE.md that a program can see and clang-format does not.

Usage: check_style.py [ROOT]     (default: this repository)

Lengths of lines, functions and files; words that have a better replacement here; headers that begin
with a comment and have `#pragma once`; a test beside every .cpp, or its reason in
tools/untested.txt.
"""
import ast
import fnmatch
import pathlib
import re
import sys

COLUMNS_MAX = 100
COLUMNS_MAX_OF = {".py": 124}
FUNCTION_LINES_MAX = 70
FILE_LINES_MAX = {".h": 200, ".cpp": 500, ".py": 500, "": 500}
FOLDERS = ("src", "fuzz", "bench", "tools", "tests", "cmake")
SOURCES = (".h", ".cpp")

TESTING = ("*.test.cpp", "*.bench.cpp", "*.fuzz.cpp", "*/testing.h", "*/testing.cpp")
# (what, files that may have it, what to use instead); looked for outside of comments and strings
WORDS = [
    (r"\bthrow\b", (), "return a Result (base/result.h)"),
    (r"\b(sto(i|l|ul|ll|ull|f|d|ld)|ato(i|l|ll|f)|strto\w+)\s*\(", (),
     "use parse_int (base/text.h)"),
    (r"\bsystem_clock::now\b", ("src/base/clock.cpp",), "take the Clock that was handed in"),
    (r"\b([fv]?printf|puts|fputs|putchar)\s*\(|\bfmt::print\b|\bstd::(cout|cerr)\b",
     ("src/cli/*", "src/base/assert.cpp", "fuzz/replay.cpp", "cmake/*", *TESTING),
     "only cli/ prints; return it, or log it (base/log.h)"),
    (r"\bstd::regex\b", (), "use RE2 or Vectorscan, which are linear in hostile input"),
]
HEADER_WORDS = [(r"\busing\s+namespace\b", (), "spell the namespace out in headers")]
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME)\b")

STRIP = re.compile(
    r'(?P<raw>R"(?P<mark>[^()\s\\]{0,16})\(.*?\)(?P=mark)")'
    r'|(?P<string>"(?:[^"\\\n]|\\.)*")'
    r"|(?P<char>(?<![0-9A-Fa-f])'(?:[^'\\\n]|\\.)+')"
    r"|(?P<line>//(?:[^\n\\]|\\.)*)"
    r"|(?P<block>/\*.*?\*/)", re.DOTALL)
SCOPE = re.compile(r"\b(namespace|class|struct|union|enum|extern)\b")


def blank(text):
    """The text with comments and the insides of strings as spaces; lines and columns stay."""
    def spaces(match):
        kept = re.sub(r"[^\n]", " ", match[0])
        if match.lastgroup == "string" or match["raw"]:
            return '"' + kept[1:-1] + '"'
        return kept
    return STRIP.sub(spaces, text)


def functions(code):
    """Yields (first line, lines) of every function body; `code` comes from blank()."""
    code = re.sub(r"^[ \t]*#(?:[^\n\\]|\\.|\\\n)*", lambda m: re.sub(r"[^\n]", " ", m[0]), code,
                  flags=re.MULTILINE)
    scopes = []  # for each open brace: is it a scope whose braces may be functions?
    head = 0  # where the declaration before the next brace begins
    for match in re.finditer(r"[{};]", code):
        at, mark = match.start(), match[0]
        outside = all(scopes)
        if mark == "{":
            text = code[head:at]
            is_scope = outside and (text.lstrip().startswith("TEST_SUITE(") or bool(
                SCOPE.search(text)) and ")" not in text.split("\n")[-1])
            if outside and not is_scope and "(" in text:
                end = closing_brace(code, at)
                first = code.count("\n", 0, at - len(text.lstrip())) + 1
                yield first, code.count("\n", 0, end) + 2 - first
            scopes.append(is_scope)
        elif mark == "}" and scopes:
            scopes.pop()
        if all(scopes):
            head = at + 1


def closing_brace(code, at):
    depth = 0
    for match in re.compile(r"[{}]").finditer(code, at):
        depth += 1 if match[0] == "{" else -1
        if depth == 0:
            return match.start()
    return len(code)


def python_functions(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.lineno, node.end_lineno + 1 - node.lineno


def check_lengths(name, text, code):
    lines = text.splitlines()
    suffix = pathlib.PurePath(name).suffix
    most = FILE_LINES_MAX.get(suffix)
    if most and len(lines) > most:
        yield 1, f"{len(lines)} lines; at most {most}: split the file by what its parts do"
    for number, line in enumerate(lines, 1):
        columns_max = COLUMNS_MAX_OF.get(suffix, COLUMNS_MAX)
        if len(line) > columns_max and suffix != ".def":
            yield number, f"{len(line)} columns; at most {columns_max}"
        if line != line.rstrip() or "\t" in line:
            yield number, "a tab, or blanks at the end of the line"
    if text and not text.endswith("\n"):
        yield len(lines), "no newline at the end of the file"
    found = functions(code) if suffix in SOURCES else ()
    found = python_functions(text) if suffix == ".py" else found
    for first, count in found:
        if count > FUNCTION_LINES_MAX:
            yield first, f"a function of {count} lines; at most {FUNCTION_LINES_MAX}"


def check_words(name, text, code):
    words = WORDS + (HEADER_WORDS if name.endswith(".h") else [])
    for pattern, files, instead in words if name.endswith(SOURCES) else ():
        if any(fnmatch.fnmatchcase(name, file) for file in files):
            continue
        for match in re.finditer(pattern, code):
            yield code.count("\n", 0, match.start()) + 1, f"`{match[0].strip(' (')}`: {instead}"
    for match in UNFINISHED.finditer(text):
        yield text.count("\n", 0, match.start()) + 1, f"{match[0]}: finish it, or open an issue"


def check_header(name, text):
    if name.endswith(".h"):
        if not text.startswith("//"):
            yield 1, "a header begins with a comment: what it is and its place"
        if "#pragma once" not in text:
            yield 1, "no #pragma once"


def check_tests(root):
    """A test beside every source file of src/."""
    listed = {}
    table = root / "tools" / "untested.txt"
    lines = table.read_text("utf-8").splitlines() if table.exists() else ()
    for number, line in enumerate(lines, 1):
        file, _, reason = line.partition("#")
        if file.strip() and not reason.strip():
            yield f"tools/untested.txt:{number}: say why {file.strip()} needs no test of its own"
        if file.strip():
            listed[file.strip()] = number
    for path in sorted((root / "src").rglob("*.cpp")):
        if re.search(r"\.(test|bench|fuzz)\.cpp$", path.name):
            continue
        name = path.relative_to(root).as_posix()
        tested = path.with_suffix(".test.cpp").exists()
        number = listed.pop(name, None)
        if not tested and number is None:
            yield f"{name}:1: no {path.stem}.test.cpp; write it, or say why in tools/untested.txt"
        if tested and number is not None:
            yield f"tools/untested.txt:{number}: {name} has a test now; take the line out"
    for name, number in listed.items():
        yield f"tools/untested.txt:{number}: there is no {name}"


def check(root):
    """Every problem below `root`, as lines for people."""
    problems = []
    files = [path for folder in FOLDERS for path in (root / folder).rglob("*")]
    for path in sorted(files + [root / "dev"]):
        name = path.relative_to(root).as_posix()
        if not path.is_file() or path.suffix not in (".h", ".cpp", ".def", ".py", ".sh", ""):
            continue
        if path.suffix == "" and name != "dev" or name.startswith("tests/cases/"):
            continue
        text = path.read_text("utf-8", "replace")
        code = blank(text) if path.suffix in SOURCES else ""
        for number, problem in (*check_lengths(name, text, code), *check_words(name, text, code),
                                *check_header(name, text)):
            problems.append(f"{name}:{number}: {problem}")
    return problems + list(check_tests(root))


def main():
    default = pathlib.Path(__file__).resolve().parent.parent
    problems = check(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else default)
    print("\n".join(problems) if problems else "style: nothing to say")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
