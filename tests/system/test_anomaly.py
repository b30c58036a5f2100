#!/usr/bin/env python3
"""`vedette anomaly`: what outside programs rely on."""

import collections
import html.parser
import json
import math
import random
import re

from harness import main, vedette


def write_table(path, rows=400, header=True, label=False, odd=(7, 123)):
    """A cloud in three columns; the rows of `odd` lie far away in the second one."""
    dice = random.Random(1)
    lines = ["a,b,c" + (",label" if label else "")] if header else []
    for row in range(rows):
        cells = [dice.gauss(0, 1) for _ in range(3)]
        if row in odd:
            cells[1] = 9
        lines.append(",".join(map(repr, cells)) + (f",{int(row in odd)}" if label else ""))
    path.write_text("\n".join(lines) + "\n")
    return path


def scores(*arguments, **more):
    lines = vedette("anomaly", "score", *arguments, **more).stdout.splitlines()
    assert lines[0] == "row,score", lines[0]
    rows = [line.split(",") for line in lines[1:]]
    assert [int(row) for row, _ in rows] == list(range(len(rows)))
    return [float(score) for _, score in rows]


def highest(values, count):
    return set(sorted(range(len(values)), key=lambda row: -values[row])[:count])


def test_score_ranks_rows(folder):
    """`score` prints a line for each row, and what is unlike the rest scores highest"""
    table = write_table(folder / "a.csv")
    for model in ("forest", "ensemble"):
        found = scores("--model", model, table)
        assert len(found) == 400 and highest(found, 2) == {7, 123}
        assert all(0 <= score <= 1 for score in found)
        assert found == scores("--model", model, "--seed", 0, table)
        assert found != scores("--model", model, "--seed", 1, table)
    few = scores("--model", "forest", "--trees", 10, "--samples", 64, table)
    assert len(few) == 400 and few != found


def test_header_and_label_change_no_score(folder):
    """a header and a column of labels are none of the rows and columns"""
    plain = scores(write_table(folder / "plain.csv", header=False))
    assert plain == scores(write_table(folder / "header.csv"))
    assert plain == scores(write_table(folder / "label.csv", label=True))


def test_a_model_from_another_table(folder):
    """`--train` and a model file judge by another table, the same way"""
    past = write_table(folder / "past.csv", odd=())
    now = write_table(folder / "now.csv", rows=50, odd=range(5, 50))  # most is odd, against the past
    assert highest(scores("--train", past, now), 45) == set(range(5, 50))
    vedette("anomaly", "train", "--out", folder / "m", past)
    assert scores("--model", folder / "m", now) == scores("--train", past, now)
    first = (folder / "m").read_bytes()
    vedette("anomaly", "train", "--out", folder / "m", past)
    assert first == (folder / "m").read_bytes()


def test_standard_input_and_json_lines(folder):
    """`-` is standard input, and JSON lines are a table, too"""
    table = write_table(folder / "a.csv")
    expected = scores(table)
    assert expected == scores("-", input=table.read_text())
    rows = [line.split(",") for line in table.read_text().splitlines()[1:]]
    lines = [json.dumps(dict(zip("abc", map(float, row)))) for row in rows]
    assert expected == scores("-", input="\n".join(lines))


def test_eval(folder):
    """`eval` measures by the label, for each seed and in the mean"""
    table = write_table(folder / "a.csv", label=True)
    report = json.loads(vedette("anomaly", "eval", "--seeds", 3, "--format", "json", table).stdout)
    assert [one["seed"] for one in report["seeds"]] == [0, 1, 2]
    assert report["rows"] == 400 and report["columns"] == 3 and report["anomalies"] == 2
    assert report["mean"]["auroc"] > 0.99 and report["mean"]["average_precision"] > 0.9
    mean = sum(one["auroc"] for one in report["seeds"]) / 3
    assert math.isclose(mean, report["mean"]["auroc"], abs_tol=1e-5)
    assert "mean" in vedette("anomaly", "eval", "--label", "label", table).stdout
    unlabelled = write_table(folder / "b.csv")
    assert "--label" in vedette("anomaly", "eval", unlabelled, expect=3).stderr


def test_explain_and_card(folder):
    """`explain` names the column that stands out, `card` what a model holds usual"""
    now = write_table(folder / "now.csv")
    vedette("anomaly", "train", "--out", folder / "m", now)
    report = json.loads(vedette("anomaly", "explain", folder / "m", now, "--format", "json").stdout)
    assert {row["row"] for row in report["rows"][:2]} == {7, 123}
    for row in report["rows"][:2]:
        assert row["columns"][0]["name"] == "b" and row["columns"][0]["value"] == 9
        assert row["rarity"] <= 2 / 400
    one = vedette("anomaly", "explain", folder / "m", now, "--row", 7).stdout
    assert one.startswith("row 7 ") and "b" in one.splitlines()[1]
    vedette("anomaly", "explain", folder / "m", now, "--row", 400, expect=2)
    card = json.loads(vedette("anomaly", "card", folder / "m", "--format", "json").stdout)
    assert card["rows"] == 400 and [column["name"] for column in card["columns"]] == ["a", "b", "c"]
    assert len(card["forests"]) == 4
    assert "median" in vedette("anomaly", "card", folder / "m").stdout


class Page(html.parser.HTMLParser):
    """What a browser would make of a report: its elements and texts, and whatever could fetch or run."""

    VOID = {"meta", "link", "img", "br", "hr", "input"}

    def __init__(self, text):
        super().__init__()
        self.tags, self.texts, self.outside, self.open = collections.Counter(), [], [], []
        self.feed(text)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag, attributes):
        self.tags[tag] += 1
        if tag not in self.VOID:
            self.open.append(tag)
        self.outside += [(name, value) for name, value in attributes
                         if name in ("src", "href", "action", "xlink:href") or name.startswith("on")]

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag

    def handle_data(self, data):
        if not self.open or self.open[-1] != "style":
            self.texts.append(data)


def report(folder, *arguments):
    path = folder / "report.html"
    vedette("anomaly", *arguments, "--report", path)
    text = path.read_text(encoding="utf-8")
    page = Page(text)
    assert not page.outside and not page.tags["script"] and not page.tags["link"], page.outside
    assert not re.search(r"url\(|@import|https?:", text) and "nan" not in " ".join(page.texts)
    return page, " ".join(page.texts)


def test_a_report_is_one_page_that_needs_nothing_else(folder):
    """`--report` shows scores, columns, rows and card, and where there is a label what finding them costs"""
    page, text = report(folder, "score", write_table(folder / "plain.csv"))
    assert page.tags["svg"] == 1 and page.tags["rect"] > 10 and "AUROC" not in text
    assert "400" in text and "b = 9" in re.sub(r"\s+", " ", text) and "usual" in text
    page, text = report(folder, "eval", "--seeds", 2, write_table(folder / "known.csv", label=True))
    assert page.tags["svg"] == 4 and "AUROC" in text and "average precision" in text
    vedette("anomaly", "train", "--out", folder / "m", folder / "plain.csv")
    report(folder, "score", "--model", folder / "m", folder / "known.csv")
    vedette("anomaly", "score", "--report", folder / "none/report.html", folder / "plain.csv", expect=3)


def test_a_report_of_odd_tables(folder):
    """one row, constant columns, no numbers, thousands of columns: a report of each is whole"""
    one, same, wide = folder / "one.csv", folder / "same.csv", folder / "wide.csv"
    one.write_text("a,b\n1,2\n")
    same.write_text("a,b,label\n" + "1,,0\n" * 50 + "1,,1\n" * 2)
    wide.write_text("\n".join(",".join(str(row * column % 7) for column in range(3000)) for row in range(30)))
    for table in (one, same, wide):
        report(folder, "score", table)
    big = folder / "big.csv"
    big.write_text("a,b\n" + "1e308,-1e308\n" + "0,inf\n" * 300)
    report(folder, "score", "--model", "forest", big)


def test_a_report_escapes_names(folder):
    """names of columns and files are text, whatever is in them"""
    table = folder / "<img src=x onerror=alert(1)>&.csv"
    evil = ['<script>alert(1)</script>', '"><svg onload=alert(2)>', "</style></title>'&amp;\x1b]0;x\x07"]
    rows = write_table(folder / "a.csv").read_text().splitlines()[1:]
    head = ",".join('"' + name.replace('"', '""') + '"' for name in evil)
    table.write_text(head + "\n" + "\n".join(rows) + "\n")
    page, text = report(folder, "score", table)
    assert not page.tags["script"] and not page.tags["img"] and page.tags["svg"] == 1
    assert evil[0] in text and evil[1] in text and "\\x1b" in text and "\x1b" not in text
    assert "<img src=x onerror=alert(1)>&.csv" in text


def test_bad_input_is_named(folder):
    """what cannot be read is named with its place and an exit code of its own"""
    table = write_table(folder / "a.csv")
    bad = folder / "bad.csv"
    bad.write_text("a,b\n1,2\n1,x\n")
    done = vedette("anomaly", "score", bad, expect=3)
    assert "VD8004" in done.stderr and "bad.csv:3" in done.stderr and not done.stdout
    assert "VD1001" in vedette("anomaly", "score", folder / "none.csv", expect=3).stderr
    assert "VD8003" in vedette("anomaly", "score", "--trees", 0, table, expect=2).stderr
    assert "VD8003" in vedette("anomaly", "score", "--samples", 10**6, table, expect=2).stderr
    vedette("anomaly", "train", "--out", folder / "m", table)
    bad.write_text("a,b\n1,2\n")
    assert "VD8005" in vedette("anomaly", "score", "--model", folder / "m", bad, expect=3).stderr
    bad.write_text("a,b,d\n1,2,3\n")
    assert "VD8005" in vedette("anomaly", "score", "--model", folder / "m", bad, expect=3).stderr
    damaged = bytearray((folder / "m").read_bytes())
    damaged[200] ^= 1
    (folder / "m").write_bytes(damaged)
    assert "VD8001" in vedette("anomaly", "score", "--model", folder / "m", table, expect=3).stderr
    assert "VD8001" in vedette("anomaly", "card", table, expect=3).stderr


if __name__ == "__main__":
    main(globals())
