#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
#
# Where a file of C can be mutated, found by its tokens: the bodies of functions
# and the numbers of #define. What an ASSERT says is left alone: a wrong one
# would only kill itself. Each mutation keeps the lines of the file.

import bisect
import hashlib
import re

TOKEN = re.compile(r"""
    (?P<space>\s+|\\\n|//[^\n]*|/\*.*?\*/)
  | (?P<line>^[ \t]*\#(?:[^\n\\]|\\\n|\\.)*)
  | (?P<text>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')
  | (?P<number>0[xX][0-9a-fA-F]+[uUlL]*|[0-9]+[uUlL]*)
  | (?P<name>[A-Za-z_]\w*)
  | (?P<mark><<=|>>=|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|.)
""", re.X | re.S | re.M)

SWAPS = {
    "<": (("boundary", "<="), ("negate", ">=")),
    "<=": (("boundary", "<"), ("negate", ">")),
    ">": (("boundary", ">="), ("negate", "<=")),
    ">=": (("boundary", ">"), ("negate", "<")),
    "==": (("negate", "!="),),
    "!=": (("negate", "=="),),
    "&&": (("logic", "||"),),
    "||": (("logic", "&&"),),
    "++": (("arithmetic", "--"),),
    "--": (("arithmetic", "++"),),
    "+=": (("arithmetic", "-="),),
    "-=": (("arithmetic", "+="),),
    "|=": (("bits", "&="),),
    "&=": (("bits", "|="),),
    "<<": (("bits", ">>"),),
    ">>": (("bits", "<<"),),
    "~": (("bits", ""),),
    "!": (("negate", ""),),
}
BINARY = {"+": ("arithmetic", "-"), "-": ("arithmetic", "+"), "&": ("bits", "|"), "|": ("bits", "&"),
          "%": ("arithmetic", "/")}
COMPARISONS = {"<", "<=", ">", ">=", "==", "!="}
TYPES = re.compile(r"^(struct|enum|union|const|static|volatile|unsigned|signed|int|char|bool|void|long|short|typedef"
                   r"|extern|register|\w+_t|va_list|step_function|operation_function)$")
STOPS = {"return", "break", "continue", "goto"}


class Mutation:
    def __init__(self, source, start, end, operator, after):
        self.file, self.start, self.end, self.operator, self.after = source.file, start, end, operator, after
        self.before = source.text[start:end]
        self.line = bisect.bisect_right(source.line_starts, start)
        line_start = source.line_starts[self.line - 1]
        self.line_text = source.text[line_start:].partition("\n")[0]
        self.column = start - line_start + 1
        stamp = hashlib.sha256(self.line_text.strip().encode()).hexdigest()[:12]
        self.key = f"{self.file}:{self.line}:{operator}@{self.column}>{after.strip()[:24]}:{stamp}"

    def apply(self, text):
        return text[:self.start] + self.after + text[self.end:]

    def shown(self, text):
        """The first line that is another, as it is then."""
        return self.apply(text).splitlines()[self.line - 1].strip()


class Source:
    def __init__(self, file, text):
        self.file, self.text, self.found = file, text, []
        self.line_starts = [0] + [match.end() for match in re.finditer("\n", text)]
        self.tokens = [(match.lastgroup, match.group(), match.start()) for match in TOKEN.finditer(text)
                       if match.lastgroup != "space"]
        self.match = self.pairs()

    def pairs(self):
        partner, open_at = {}, []
        for at, (_, text, _) in enumerate(self.tokens):
            if text in "([{" and len(text) == 1:
                open_at.append(at)
            elif text in ")]}" and len(text) == 1 and open_at:
                partner[open_at.pop()] = at
        return partner

    def mutations(self):
        at = 0
        while at < len(self.tokens):
            kind, text, _ = self.tokens[at]
            if kind == "line" and self.file.endswith(".c"):
                self.define(at)
            elif text == "{":
                end = self.match.get(at, len(self.tokens))
                if at and self.tokens[at - 1][1] == ")":
                    self.statements(at + 1, end)
                    self.expressions(at + 1, end)
                at = end
            at += 1
        return sorted(self.found, key=lambda mutation: (mutation.start, mutation.operator, mutation.after))

    def add(self, start, end, operator, after):
        self.found.append(Mutation(self, start, end, operator, after))

    def span(self, first, last):
        return self.tokens[first][2], self.tokens[last][2] + len(self.tokens[last][1])

    def define(self, at):
        _, text, start = self.tokens[at]
        found = re.match(r"\s*#\s*define\s+\w+\s+\(?(0[xX][0-9a-fA-F]+|\d+)([uUlL]*)\)?\s*(/\*.*)?$", text, re.S)
        if found:
            self.number(found[1], found[2], start + found.start(1))

    def number(self, digits, suffix, start):
        value = int(digits, 0) if not re.match(r"0\d", digits) else int(digits, 8)
        end = start + len(digits) + len(suffix)
        self.add(start, end, "constant", f"{value + 1}{suffix}")
        if value > 0:
            self.add(start, end, "constant", f"{value - 1}{suffix}")

    def statements(self, at, end):
        while at < end:
            _, text, _ = self.tokens[at]
            following = self.tokens[at + 1][1] if at + 1 < end else ""
            if text in ("if", "while", "for", "switch") and following == "(":
                if text == "if":
                    self.invert(at + 1, self.match[at + 1])
                at = self.match[at + 1] + 1
            elif text == "case":
                while self.tokens[at][1] != ":":
                    at += 1
                at += 1
            elif text in ("{", "}", ";", "else", "do", ":"):
                at += 1
            elif following == ":":
                at += 2
            else:
                last = self.end_of_statement(at, end)
                self.drop(at, last)
                at = last + 1

    def end_of_statement(self, at, end):
        while at < end and self.tokens[at][1] != ";":
            at = self.match[at] + 1 if at in self.match else at + 1
        return at

    def invert(self, opening, closing):
        """`if (a < b)` has its negation already."""
        inside = [self.tokens[at][1] for at in range(opening + 1, closing)]
        if sum(text in COMPARISONS for text in inside) == 1 and not {"&&", "||"} & set(inside):
            return
        if inside[0] == "!" and not {"&&", "||"} & set(inside):
            return
        start, end = self.span(opening, closing)
        self.add(start, end, "invert", f"(!{self.text[start:end]})")

    def drop(self, first, last):
        kinds, texts = zip(*[self.tokens[at][:2] for at in range(first, last)]) if last > first else ((), ())
        if not texts or texts[0] in ("ASSERT", "STATIC_ASSERT", "__asm__", "va_start", "va_end"):
            return
        if texts[0] in STOPS and (texts[0] != "return" or len(texts) == 1):
            self.blank(first, last)
        elif texts[0] != "return" and not self.declares(kinds, texts):
            self.blank(first, last)
        if texts[0] == "return":
            self.result(first, last)

    def declares(self, kinds, texts):
        if TYPES.match(texts[0]):
            return True
        return len(texts) > 1 and kinds[0] == kinds[1] == "name"

    def blank(self, first, last):
        start, end = self.span(first, last)
        self.add(start, end, "drop", ";" + "\n" * self.text.count("\n", start, end))

    def result(self, first, last):
        for at in range(first + 1, last):
            _, text, start = self.tokens[at]
            other = {"true": "false", "false": "true"}.get(text)
            if re.match(r"RESULT_\w+$", text):
                other = "RESULT_BAD_ARGUMENT" if text == "RESULT_DONE" else "RESULT_DONE"
            elif re.match(r"STATUS_\w+$", text):
                other = "STATUS_PEER_DIED" if text in ("STATUS_OK", "STATUS_DONE") else "STATUS_OK"
            if other:
                self.add(start, start + len(text), "result", other)

    def expressions(self, at, end):
        while at < end:
            kind, text, start = self.tokens[at]
            before_kind, before, _ = self.tokens[at - 1]
            if text in ("ASSERT", "STATIC_ASSERT", "__asm__", "sizeof") and at + 1 in self.match:
                at = self.match[at + 1]
            elif kind == "number":
                found = re.match(r"(0[xX][0-9a-fA-F]+|\d+)(\w*)", text)
                self.number(found[1], found[2], start)
            elif text in SWAPS:
                for operator, after in SWAPS[text]:
                    self.add(start, start + len(text), operator, after)
            elif text in BINARY and (before_kind in ("name", "number") or before in (")", "]")) \
                    and before != "return":
                operator, after = BINARY[text]
                self.add(start, start + len(text), operator, after)
            at += 1


def mutations_of(file, text):
    return Source(file, text).mutations()
