#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Breaks the kernel on purpose, one way at a time, and requires that the named test notices.

  bugs.py [NAME...]

Each file NAME.bug says, a line each:

  what: what is broken, a sentence
  file: the file of kernel/ it is in
  in: the function, where that makes the place clear (may be left out)
  by: the killer (tests/mutation/mutate.py has the table), and which test of it (may be left out)

and then, behind lines "--- was" and "--- is", the text that has to be there and what takes its
place. Spaces and line breaks between words do not matter; the text must be there exactly once,
or the bug is stale, which fails, as it does if it cannot be compiled or nobody finds it. Every
.c file of kernel/ must have a bug."""

import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "mutation"))
import mutate
from bench import ROOT, Bench, Killer

WORK = os.path.join(ROOT, "build", "bugs")
SECONDS_OF_ONE_TEST = 20


class Stale(Exception):
    pass


class Bug:
    def __init__(self, name):
        self.name = name
        with open(os.path.join(HERE, name + ".bug"), encoding="utf-8") as stream:
            head, was, changed = re.fullmatch(r"(.*?)^--- was\n(.*?)^--- is\n(.*)", stream.read(), re.S | re.M).groups()
        said = dict(re.findall(r"^(what|file|in|by): (.+)$", head, re.M))
        self.what, self.file, self.inside = said["what"], said["file"], said.get("in")
        self.killer, _, self.test = said["by"].partition(" ")
        self.was, self.changed = was, changed.rstrip("\n")

    def apply(self, text):
        first, last = self.function(text) if self.inside else (0, len(text))
        pattern = r"\s*".join(rf"\b{word}\b" if word.isidentifier() or word.isalnum() else re.escape(word)
                              for word in re.findall(r"\w+|[^\w\s]", self.was))
        places = list(re.finditer(pattern, text[first:last]))
        if len(places) != 1:
            raise Stale(f"its text is there {len(places)} times")
        start, end = places[0].span()
        return text[:first + start] + self.changed + text[first + end:]

    def function(self, text):
        found = re.search(rf"^[A-Za-z_][^;{{}}()]*\b{self.inside}\([^;{{}}]*\)\n\{{\n.*?^\}}\n", text, re.S | re.M)
        if not found:
            raise Stale(f"there is no function {self.inside}")
        return found.span()


def try_bug(bench, killers, bug):
    """None, or why the bug was not found as it should be."""
    if bug.killer not in killers:
        return f"there is no killer {bug.killer}"
    killer = killers[bug.killer]
    if not killer.sees(bug.file):
        return f"{bug.killer} does not look at {bug.file}"
    with open(os.path.join(bench.tree, bug.file), encoding="utf-8") as stream:
        text = stream.read()
    try:
        bench.change(bug.file, bug.apply(text))
    except Stale as stale:
        return f"stale: {stale}"
    try:
        built = bench.build("plain", "bug", bug.file)
    finally:
        bench.restore()
    if built != "compiled":
        return built + (" code as before" if built == "same" else "")
    chosen = Killer(killer.name, killer.sources, killer.library, killer.arguments,
                    {**killer.environment, "THOLE_TEST": bug.test} if bug.test else killer.environment)
    outcome, how = bench.execute("plain", "bug", chosen, bench.limit("plain", killer) + SECONDS_OF_ONE_TEST)
    if outcome == "passed":
        return f"{bug.killer} {bug.test} did not find it"
    if bug.test and bug.test not in how:
        return f"{bug.killer} found it, but by another test: {how or outcome}"
    return None


def has_functions(file):
    with open(os.path.join(ROOT, file), encoding="utf-8") as stream:
        return "\n{\n" in stream.read()


def main():
    names = sorted(name[:-4] for name in os.listdir(HERE) if name.endswith(".bug"))
    bugs = [Bug(name) for name in names if not sys.argv[1:] or name in sys.argv[1:]]
    bench = Bench(WORK, mutate.killers_there())
    killers = {killer.name: killer for killer in bench.killers}
    bench.prepare("plain", [killers[name] for name in sorted({bug.killer for bug in bugs} & set(killers))])
    failed = 0
    for bug in bugs:
        complaint = try_bug(bench, killers, bug)
        failed += complaint is not None
        print(f"{bug.name}: {'found' if complaint is None else complaint}", flush=True)
    if not sys.argv[1:]:
        for file in sorted(set(mutate.kernel_files([])) - {bug.file for bug in bugs}):
            if file.endswith(".c") and has_functions(file):
                print(f"{file}: nobody tried to break it")
                failed += 1
    print(f"{len(bugs)} bugs, {failed} complaints")
    return 1 if failed or not bugs else 0


if __name__ == "__main__":
    sys.exit(main())
