#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
#
# The tables of docs/abi.md, made from the lists in include/: the same lists that
# make the numbers for the kernel and for programs.
#
#   abi.py            print all tables
#   abi.py --check    is the document what it would be? exit status 1 if not
#   abi.py --update   write them into the document
#
# In the document a table stands between <!-- abi NAME --> and <!-- end -->.

import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DOCUMENT = os.path.join(ROOT, "docs", "abi.md")

def without_prefix(index):
    return lambda arguments: f"`{arguments[index].lower()}`"


def prefixed(prefix, index):
    return lambda arguments: f"`{prefix}{arguments[index]}`"


def size_of(arguments):
    words = {"THOLE_SIZE_FREE": "as asked", "THOLE_SIZE_SLOTS": "32 a slot", "0": ""}
    return words[arguments[2]] if arguments[2] in words else str(1 << int(arguments[2]))


def operation(arguments):
    return f"`{arguments[0]}_{arguments[2]}`"


def right(arguments):
    return f"`{arguments[3]}`"


# Name in the document: header, list, columns. A column is its title and the index
# of the argument, or a function of all arguments.
TABLES = {
    "syscalls": ("thole/abi.h", "THOLE_SYSCALLS",
                 [("`svc`", 0), ("name", without_prefix(1)), ("what it does", 3)]),
    "statuses": ("thole/abi.h", "THOLE_STATUSES",
                 [("x0", 0), ("name", prefixed("STATUS_", 1)), ("meaning", 2)]),
    "kinds": ("thole/abi.h", "THOLE_KINDS",
              [("kind", 0), ("name", prefixed("KIND_", 1)), ("words", 2), ("what its reply does", 3)]),
    "faults": ("thole/abi.h", "THOLE_FAULTS",
               [("word 0", 0), ("name", prefixed("FAULT_", 1)), ("meaning", 2)]),
    "objects": ("thole/object.h", "THOLE_OBJECTS",
                [("type", 0), ("name", prefixed("OBJECT_", 1)), ("bytes", size_of), ("what it is", 3)]),
    "rights": ("thole/object.h", "THOLE_RIGHTS",
               [("bit", 0), ("name", prefixed("RIGHT_", 1)), ("what it permits", 2)]),
    "results": ("thole/object.h", "THOLE_RESULTS",
                [("label", 0), ("name", prefixed("RESULT_", 1)), ("meaning", 2)]),
    "operations": ("thole/object.h", "THOLE_OPERATIONS",
                   [("label", 1), ("operation", operation), ("right", right), ("words in", 4), ("words out", 5)]),
    "traces": ("thole/trace.h", "THOLE_TRACE_KINDS",
               [("kind", 0), ("name", prefixed("TRACE_", 1)), ("`code`", 2), ("`argument`", 3), ("`tag`", 4)]),
    "services": ("service/result.h", "SERVICE_RESULTS",
                 [("label", 0), ("name", prefixed("SERVICE_", 1)), ("meaning", 2)]),
}

# One argument of an entry: a string, or anything up to a comma.
ARGUMENT = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([^,"]*?))\s*(?:,|$)')


def read_list(text, name):
    """The entries of a list macro, each as its arguments."""
    match = re.search(rf"#define {name}\(X\)((?:.*\\\n)*.*)", text)
    if not match:
        raise SystemExit(f"abi.py: there is no list {name}")
    body = match[1].replace("\\\n", "\n")
    entries = []
    for entry in re.finditer(r'X\(((?:[^()"]|"(?:[^"\\]|\\.)*")*)\)', body):
        arguments = [string if string else word
                     for string, word in ARGUMENT.findall(entry[1])]
        entries.append(arguments)
    # The name of the macro's own argument is no entry.
    return [entry for entry in entries if len(entry) > 2]


def cell(text):
    return str(text).replace("|", "\\|")


def make_table(name):
    header, macro, columns = TABLES[name]
    with open(os.path.join(ROOT, "include", header), encoding="utf-8") as source:
        entries = read_list(source.read(), macro)
    lines = ["| " + " | ".join(title for title, _ in columns) + " |",
             "|" + "---|" * len(columns)]
    for entry in entries:
        cells = [column(entry) if callable(column) else entry[column] if column < len(entry) else ""
                 for _, column in columns]
        lines.append("| " + " | ".join(map(cell, cells)) + " |")
    return "\n".join(lines)


def fill(document):
    """The document with every table as it should be, and the names of those it has."""
    found = []

    def table(match):
        found.append(match[1])
        if match[1] not in TABLES:
            raise SystemExit(f"abi.py: docs/abi.md asks for a table '{match[1]}' that nothing makes")
        return f"<!-- abi {match[1]} -->\n{make_table(match[1])}\n<!-- end -->"

    return re.sub(r"<!-- abi (\w+) -->\n.*?<!-- end -->", table, document, flags=re.DOTALL), found


def main():
    mode = sys.argv[1:]
    if mode == []:
        for name in TABLES:
            print(f"{name}\n\n{make_table(name)}\n")
        return 0
    if mode not in (["--check"], ["--update"]):
        print("usage: abi.py [--check | --update]", file=sys.stderr)
        return 2
    with open(DOCUMENT, encoding="utf-8") as source:
        before = source.read()
    after, found = fill(before)
    missing = sorted(set(TABLES) - set(found))
    if missing:
        print(f"abi.py: docs/abi.md has no place for: {' '.join(missing)}", file=sys.stderr)
        return 1
    if before == after:
        return 0
    if mode == ["--check"]:
        for old, new in zip(before.splitlines(), after.splitlines()):
            if old != new:
                print(f"docs/abi.md says:        {old}\nthe headers in include/: {new}", file=sys.stderr)
                break
        print("docs/abi.md is not what include/ says: run `tools/abi/abi.py --update`", file=sys.stderr)
        return 1
    with open(DOCUMENT, "w", encoding="utf-8") as target:
        target.write(after)
    return 0


if __name__ == "__main__":
    sys.exit(main())
