#!/usr/bin/env python3
"""Checks that every #include of src/ is one that src/layers.txt allows.

Usage: check_layers.py [SRC]     (default: src/ of this repository)

layers.txt has two kinds of lines. `decode: base model` lists the folders (or patterns such as
*/options.h) that a folder may include besides itself; it may name only folders that stand above it,
so the graph has no cycle. `only sqlite3.h store/sqlite*.cpp` lists the only files that may include
a system header; without files nobody may.
"""
import fnmatch
import pathlib
import re
import sys

INCLUDE = re.compile(r'\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')


class Layers:
    """What layers.txt says."""

    def __init__(self, text):
        self.allowed = {}  # folder -> patterns of headers that its files may include
        self.reserved = []  # (pattern of a system header, patterns of files that may include it)
        self.problems = []  # of layers.txt itself
        for number, line in enumerate(text.splitlines(), 1):
            words = line.split("#")[0].split()
            if not words:
                continue
            if words[0] == "only" and len(words) > 1:
                self.reserved.append((words[1], words[2:]))
            elif words[0].endswith(":"):
                self._add_folder(words[0][:-1], words[1:], number)
            else:
                self.problems.append(f"layers.txt:{number}: cannot understand {line.strip()!r}; "
                                     "write `folder: folder…` or `only header file…`")

    def _add_folder(self, folder, names, number):
        for name in names:
            if "*" not in name and name not in self.allowed:
                self.problems.append(f"layers.txt:{number}: {folder} names {name}, which does not "
                                     "stand above it")
        patterns = [name if "/" in name or name == "*" else name + "/*" for name in names]
        self.allowed[folder] = patterns + [folder + "/*"]

    def refusal(self, file, ours, system):
        """Why `file` (relative to src/) may not include `ours` or <system>; None if it may."""
        folder = file.split("/")[0]
        if ours:
            if matches(ours, self.allowed.get(folder, [])):
                return None
            return f"{folder}/ may not include {ours} (src/layers.txt)"
        for header, files in self.reserved:
            if fnmatch.fnmatch(system, header) and not matches(file, files):
                who = "only " + " ".join(files) if files else "nobody"
                return f"<{system}> is for {who} (src/layers.txt)"
        return None


def matches(name, patterns):
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def check(src):
    """Every problem below the folder `src`, as lines for people."""
    layers = Layers((src / "layers.txt").read_text(encoding="utf-8"))
    problems = list(layers.problems)
    for path in sorted(src.rglob("*")):
        if path.suffix not in (".h", ".cpp", ".def") or not path.is_file():
            continue
        file = path.relative_to(src).as_posix()
        if "/" in file and file.split("/")[0] not in layers.allowed:
            folder = file.split("/")[0]
            problems.append(f"src/{file}:1: layers.txt does not know the folder {folder}/")
            continue
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1):
            include = INCLUDE.match(line)
            refusal = include and layers.refusal(file, include[1], include[2])
            if refusal:
                problems.append(f"src/{file}:{number}: {refusal}")
    return problems


def main():
    default = pathlib.Path(__file__).resolve().parent.parent / "src"
    problems = check(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else default)
    print("\n".join(problems) if problems else "layers: every include goes the allowed way")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
