"""Texts from a grammar: a file of rules, one choice a line, as tools/prompt_grammar/ has them.

    @greeting        a rule
    hello {name}     a choice; {name} stands for a choice of the rule of that name
    # ...            a comment; \\n stands for a new line
"""
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent / "prompt_grammar"
SLOT = re.compile(r"\{([a-z_]+)\}")
DEPTH_MAX = 12


def read(path):
    """The rules of a file, by name."""
    rules, choices = {}, None
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("@"):
            choices = rules.setdefault(line[1:].strip(), [])
        elif choices is not None and line and not line.startswith(("# ", "#\t")):
            choices.append(line.replace("\\n", "\n"))
    return rules


def expand(rules, name, random, depth=0):
    """One text; what is no rule stays as it is, since braces are common in code."""
    if depth > DEPTH_MAX:
        return ""
    text = random.choice(rules[name])
    return SLOT.sub(lambda slot: expand(rules, slot[1], random, depth + 1) if slot[1] in rules else slot[0], text)
