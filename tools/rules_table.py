#!/usr/bin/env python3
"""Writes the table of all rules into docs/rules.md, between its two marks.

    tools/rules_table.py            writes it
    tools/rules_table.py --check    exits with 1 if it is not up to date, or if a rule is incomplete

Needs nothing but Python: it reads the few keys it wants line by line, as the rules in this repository
are written (one key a line at the left margin, documents separated by ---).
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "rules.md"
BEGIN, END = "<!-- rules: begin -->", "<!-- rules: end -->"
LEVELS = ["critical", "high", "medium", "low", "informational"]
NEEDED = ["title", "id", "status", "description", "author", "date", "tags", "falsepositives", "level", "advice"]
FOLDERS = {
    "ssh": "SSH", "accounts": "Accounts and other logins", "privilege": "Privileges", "logging": "Logs and jobs",
    "web": "Web servers", "mail": "Mail servers", "network": "Firewall and intrusion detection", "honeypot": "Honeypot",
}


def documents(path):
    """Each document of a file as a map of its top keys to their lines."""
    for text in re.split(r"^---\s*$", path.read_text(encoding="utf-8"), flags=re.M):
        rule, key = {}, None
        for line in text.splitlines():
            found = re.match(r"([a-z]+):\s*(.*)$", line)
            if found:
                key = found[1]
                rule[key] = [found[2]] if found[2] else []
            elif key and line.strip():
                rule[key].append(line.strip())
        if rule:
            yield rule


def unquoted(text):
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        return text[1:-1].replace("''", "'")
    return text


def condition_of(rule):
    """A correlation's condition in a few words, for example `5 in 10m`."""
    lines = dict(line.split(": ", 1) for line in rule["correlation"] if ": " in line and line[0] != "-")
    kind, span = lines.get("type", ""), lines.get("timespan", "")
    if kind in ("event_count", "value_count"):
        bound = next((f"{lines[k]}" for k in ("gte", "gt", "eq") if k in lines), "")
        what = f" different `{lines['field']}`" if kind == "value_count" else ""
        return f"{bound}{what} in {span}"
    return f"{'in order, ' if kind == 'temporal_ordered' else 'together, '}in {span}"


def main():
    problems, ids, names, rows = [], {}, {}, {}
    for path in sorted((ROOT / "rules").glob("*/*.yml")):
        if path.name.endswith(".test.yml"):
            continue
        shown = str(path.relative_to(ROOT))
        tests = path.with_name(path.stem + ".test.yml")
        tested = tests.read_text(encoding="utf-8") if tests.exists() else ""
        for rule in documents(path):
            title = unquoted(" ".join(rule.get("title", ["?"])))
            for key in NEEDED:
                if not rule.get(key):
                    problems.append(f"{shown}: '{title}' has no {key}")
            if "logsource" not in rule and "correlation" not in rule:
                problems.append(f"{shown}: '{title}' has neither logsource nor correlation")
            for table, key in ((ids, "id"), (names, "name")):
                value = " ".join(rule.get(key, []))
                if value and value in table:
                    problems.append(f"{shown}: '{title}' has the {key} of '{table[value]}'")
                table[value] = title
            level = " ".join(rule.get("level", []))
            if level not in LEVELS:
                problems.append(f"{shown}: '{title}' has no known level: '{level}'")
                continue
            if level != "informational" and not re.search(r"rule: [\"']?" + re.escape(title) + r"[\"']?$", tested, re.M):
                problems.append(f"{shown}: no test of '{title}'")
            technique = [t[2:] for t in rule.get("tags", []) if re.match(r"- attack\.t\d", t)]
            ids_of = ", ".join(t.removeprefix("attack.").upper() for t in technique)
            when = condition_of(rule) if "correlation" in rule else "one event"
            rows.setdefault(path.parent.name, []).append((LEVELS.index(level), title, level, when, ids_of))
    text = []
    for folder in sorted(rows, key=lambda f: list(FOLDERS).index(f) if f in FOLDERS else 99):
        reported = sorted(row for row in rows[folder] if row[2] != "informational")
        others = len(rows[folder]) - len(reported)
        text.append(f"### {FOLDERS.get(folder, folder)} (`rules/{folder}/`)\n")
        text.append("| rule | level | fires on | ATT&CK |\n|---|---|---|---|")
        text += [f"| {title} | {level} | {when} | {ids_of} |" for _, title, level, when, ids_of in reported]
        text.append(f"\nBesides, {others} informational rules, which feed these or are only noted.\n" if others else "")
    total = sum(len(r) for r in rows.values())
    shown = sum(1 for r in rows.values() for row in r if row[2] != "informational")
    table = f"{total} rules and correlations, {shown} of which report.\n\n" + "\n".join(text).rstrip() + "\n"

    page = PAGE.read_text(encoding="utf-8")
    head, rest = page.split(BEGIN)
    wanted = head + BEGIN + "\n" + table + END + rest.split(END)[1]
    if "--check" in sys.argv[1:]:
        if wanted != page:
            problems.append("docs/rules.md is not up to date; run tools/rules_table.py")
    else:
        PAGE.write_text(wanted, encoding="utf-8")
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
