#!/usr/bin/env python3
"""Makes the pages of docs/ that come from tables in src/: errors, events, configuration, the features of
anomaly detection, and the table of the API.

Usage: docs.py            writes them
       docs.py --check    says which differ from their tables, and fails if one does
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
NOTE = "<!-- Made from {tables} by `./dev docs`; change it there. -->\n\n"

TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"|([A-Za-z0-9_:.+-]+)|([,()])|//[^\n]*|\s+')


def rows(text, *macros):
    """The arguments of every MACRO(…) of a table, strings without their quotes. With several macros
    the name of its own stands before each row."""
    found, row = [], None
    at = 0
    while at < len(text):
        token = TOKEN.match(text, at)
        if not token:
            line = text.count("\n", 0, at) + 1
            raise SystemExit(f"docs.py: cannot read line {line} of the table of {macros[0]}")
        at = token.end()
        if token[2] in macros and row is None:
            row = [token[2]] if len(macros) > 1 else []
        elif row is not None and token[3] == "(":
            row.append("")
        elif row is not None and token[3] == ",":
            row.append("")
        elif row is not None and token[3] == ")":
            found.append(row)
            row = None
        elif row:
            row[-1] += re.sub(r"\\(.)", r"\1", token[1]) if token[1] is not None else token[2] or ""
    return found


def table(head, body):
    lines = ["| " + " | ".join(cells) + " |" for cells in (head, ["---"] * len(head), *body)]
    return "\n".join(line.replace("|  |", "| |") for line in lines) + "\n"


def cell(text):
    return text.replace("|", "\\|").replace("<", "&lt;")


ERROR_GROUPS = {"VD1": "The machine and its files", "VD2": "Rules", "VD3": "Input",
                "VD4": "The store", "VD5": "Configuration and the command line",
                "VD6": "The queue and the API", "VD7": "The prompt firewall",
                "VD8": "Anomaly detection"}


def errors_page(src):
    text = "# Errors\n\n" + NOTE.format(tables="src/base/errors.def")
    text += ("Every error has an id that does not change. `vedette` prints it with the place, the "
             "value and the limit.\n")
    found = rows((src / "base/errors.def").read_text("utf-8"), "VD_ERROR")
    for prefix in sorted({row[1][:3] for row in found}):
        text += f"\n## {ERROR_GROUPS.get(prefix, prefix)}\n\n"
        text += table(["id", "what happened", "what to do"],
                      [[f"`{id}`", cell(what), cell(hint)]
                       for _, id, what, hint in found if id.startswith(prefix)])
    return text


SEARCHING = """
## Searching

Lines are kept as they stood and decoded again when they are searched. All that is asked for must hold:

- **Time**: what the line says of itself, or when it was received if it says nothing, or more than a day after that.
- **Entity**: `source.ip` (an IPv6 address stands for its /64), `source.address`, `user.name` or `host.name`.
- **Fields**: any of the above, equal to what `vedette decode` shows, in upper and lower case as it stands. Of
  several values of one field one is enough.
- **Text**: stands in the line just so, but for upper and lower case (ASCII), and neither its first nor its last word
  is part of a longer one: `fail` does not find `failed`, `password for root` finds itself.

A word is what stands together of letters, digits, `_` and anything beyond ASCII. Words tell which blocks of lines need
not be looked at, all but these: single characters, and numbers of up to six or of nine digits. They are found as
well, in more time. As entity or field, addresses are found by their value, however a line spells them.

Events come in the order in which they were received, newest or oldest first.
"""


def events_page(src):
    actions = rows((src / "model/actions.def").read_text("utf-8"), "VD_ACTION")
    fields = rows((src / "model/fields.def").read_text("utf-8"), "VD_FIELD")
    counters = rows((src / "model/counters.def").read_text("utf-8"), "VD_COUNTER")
    keys = {name: key for name, key, _ in counters}
    text = "# Events\n\n"
    text += NOTE.format(tables="src/model/actions.def, fields.def and counters.def")
    text += ("An event is one thing that happened, in the words of the Elastic Common Schema. "
             "`vedette decode FILE` prints the\nevents of a log.\n")
    text += "\n## Actions\n\nThe values of `event.action`, each with its usual outcome.\n\n"
    text += table(["action", "category", "outcome", "what happened", "counted as"],
                  [[f"`{action}`", snake(category), snake(outcome), cell(what),
                    f"`{keys[counter]}`" if counter in keys else ""]
                   for _, action, category, outcome, counter, what in actions])
    text += "\n## Fields\n\n"
    text += table(["field", "type"], [[f"`{field}`", snake(kind)] for _, field, kind in fields])
    text += SEARCHING
    text += "\n## Counters\n\nWhat a threat counts: `counts` in the output of `vedette scan`.\n\n"
    text += table(["counter", "counts"], [[f"`{key}`", cell(words)] for _, key, words in counters])
    return text


def configuration_page(src):
    text = "# Configuration\n\n" + NOTE.format(tables="src/config/options.def")
    text += ("`vedette run` needs no configuration. What you want otherwise is given in a YAML "
             "file (`vedette run -c FILE`), one\noption a line, or on the command line, which "
             "comes last: `entities_max: 100000` is `--entities-max 100000`.\n\n")
    body = []
    for kind, name, *row in rows((src / "config/options.def").read_text("utf-8"), *OPTIONS):
        initial = "" if kind == "VD_LIST" else row[0]
        initial = {"true": "yes", "false": "no"}.get(initial, initial)
        values = f"{row[1]} to {row[2]}" if kind == "VD_COUNT" else OPTIONS[kind]
        body.append([f"`{name}`", values, f"`{initial}`" if initial else "", cell(row[-1])])
    return text + table(["option", "value", "default", "meaning"], body)


UNITS = {"Count": "count", "Seconds": "seconds", "Bytes": "bytes", "Share": "share", "Bits": "bits",
         "Entropy": "bits per byte", "Ratio": "ratio"}
ABOUT_FEATURES = """Of each source, network, user, host and session a profile of constant size is kept. \
A vector of these numbers says
what it is like at one moment; models are trained on vectors, and say which numbers made one stand out.

Counts, seconds and bytes are in a vector as log2(1 + x), ratios and bits as log2 of how many times, shares from 0 to 1.
A feature that says nothing about a kind of entity is 0 there. The technique of MITRE ATT&CK is what a high value may
point to; where it is empty none can be defended.
"""


def features_page(src):
    text = "# Features of anomaly detection\n\n" + NOTE.format(tables="src/anomaly/features.def")
    text += ABOUT_FEATURES
    body = [[f"`{name}`", UNITS[unit], kinds.replace(" ", ", "), technique, cell(formula)]
            for _, name, unit, kinds, technique, formula, _
            in rows((src / "anomaly/features.def").read_text("utf-8"), "VD_FEATURE")]
    return text + "\n" + table(["feature", "unit", "of", "technique", "what it is"], body)


ROUTE = re.compile(r'\{"(GET|POST|PATCH|DELETE)",\s*"([^"]+)",\s*(?:Role::(\w+)|std::nullopt),\s*'
                   r'"(\w+)",\s*((?:"(?:[^"\\]|\\.)*"\s*)+),')


def api_page(src):
    """What people wrote, and the table of routes behind it."""
    note = NOTE.format(tables="src/api/routes.cpp")
    written = (ROOT / "docs/api.md").read_text("utf-8").split(note.strip())[0]
    text = written + note
    body = []
    for method, path, role, _, summary in ROUTE.findall((src / "api/routes.cpp").read_text("utf-8")):
        words = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', summary))
        body.append([f"`{method} {path}`", role.lower() or "anybody", cell(words)])
    return text + table(["route", "role", "what it does"], body)


OPTIONS = {"VD_TEXT": "text", "VD_LIST": "list", "VD_FLAG": "yes or no", "VD_COUNT": ""}


def snake(name):
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


PAGES = {"docs/errors.md": errors_page, "docs/events.md": events_page,
         "docs/configuration.md": configuration_page, "docs/api.md": api_page,
         "docs/anomaly-features.md": features_page}


def main():
    stale = []
    for name, make in PAGES.items():
        path, text = ROOT / name, make(ROOT / "src")
        if path.exists() and path.read_text("utf-8") == text:
            continue
        stale.append(name)
        if "--check" not in sys.argv[1:]:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
            print(f"docs: wrote {name}")
    if "--check" in sys.argv[1:]:
        for name in stale:
            print(f"{name}:1: differs from its table; run ./dev docs and commit the page")
        if not stale:
            print(f"docs: {len(PAGES)} pages are what their tables say")
        return 1 if stale else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
