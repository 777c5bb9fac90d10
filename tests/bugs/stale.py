#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
#
# A bug whose place has changed must not be skipped: it says that it is stale. What only
# moved, or was broken into other lines, is still found.

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from bugs import HERE, ROOT, Bug, Stale


def is_stale(bug, text):
    try:
        return bug.apply(text) == text
    except Stale:
        return True


def words(text):
    return text.split()


def complaints_of(bug):
    with open(os.path.join(ROOT, bug.file), encoding="utf-8") as stream:
        text = stream.read()
    if is_stale(bug, text):
        yield "is stale"
        return
    if is_stale(bug, "/* a line more */\n" + text.replace("    ", "\t")):
        yield "does not stand being moved"
    first = words(bug.was)[-1]
    if not is_stale(bug, text.replace(first, "other" + first)):
        yield "does not notice that its text has changed"
    if not bug.inside and not is_stale(bug, text + "\n" + bug.was):
        yield "does not notice that its text is there twice"


def main():
    names = sorted(name[:-4] for name in os.listdir(HERE) if name.endswith(".bug"))
    complaints = [f"{name}: {complaint}" for name in names for complaint in complaints_of(Bug(name))]
    print("\n".join(complaints))
    print(f"{len(names)} bugs, {len(complaints)} complaints")
    return 1 if complaints or not names else 0


if __name__ == "__main__":
    sys.exit(main())
