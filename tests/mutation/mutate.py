#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Changes the kernel in one place at a time, and sees whether a test notices.

  mutate.py run [--files PATTERN...] [--sample N] [--seed S] [--shard I/N] [--results FILE]
      tries mutations of kernel/, and adds a line of JSON for each to FILE; those that are
      there already, on the same line of the same source, are not tried again
  mutate.py run --quick ...
      leaves out the long tests, the sanitizers and what is explained: most of what survivors
      cost; to be followed by a run with --survivors
  mutate.py run --survivors [--quick] [--killers NAME...] ...
      tries those again that survived and are not explained, when there are new tests; with
      --killers only by these, also by long ones
  mutate.py list [--files PATTERN...]
      says how many mutations there are
  mutate.py summary [--results FILE] [--survivors]
      kill rates by file, how they were killed, and what survived; explained.txt says of
      some survivors why no test can kill them
"""

import argparse
import collections
import fnmatch
import glob
import json
import os
import random
import re
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import places
from bench import ROOT, Bench, Killer

# What may kill, in no order: those that killed quickly come first. Each is run as "plain", and
# for what survives as "sanitized" too. A program that ends with 0 on a sound kernel can be added
# with its sources, which are linked with tests/sim/ and the kernel. Where no test of the suite is
# there (yet) under its name, the row says nothing. The long ones run as "plain" only.
UNIT = "tests/unit/test_kernel_"
DEVICETREE = [f"tests/unit/{name}.c" for name in ("test_devicetree", "tree_builder", "platform_check", "kernel_host")]
# The model runs on the kernel's C alone: the short ways are not of kernel/.
MODEL = [f"tests/model/{name}.c" for name in ("m_*", "random", "reader", "compare", "world", "event", "story",
                                              "short_way")]
MODEL += [f"tests/a64/{name}.c" for name in ("a64", "data", "memory", "control", "image")] + ["lib/image/elf.c"]
SHORT_WAYS = ["build/virt/kernel.elf"]
KILLERS = [
    Killer("devicetree", DEVICETREE, "tree"),
    Killer("fdt", ["tests/unit/test_fdt.c", "tests/unit/tree_builder.c"], "tree", files="fdt"),
    Killer("region", ["tests/unit/test_region.c"], "tree", files="region"),
    Killer("string", [UNIT + "string.c"], "included"),
    Killer("states", [UNIT + "states.c"], is_long=True),
    Killer("random", [UNIT + "random.c"], environment={"THOLE_EVENTS": "20000"}, variants=("plain",), is_long=True),
    Killer("mapping", [UNIT + "mapping.c"], variants=("plain",), is_long=True,
           files=r"address_space|op_memory|object/object|capab"),
    Killer("model", MODEL, arguments=["--events", "20000", "--short-ways", "off"], variants=("plain",),
           is_counted=False),
    # Here they are, those of the kernel that the preset virt built: they read what C says of gates.
    Killer("short_ways", MODEL + SHORT_WAYS, arguments=["--events", "100000"], variants=("plain",), is_long=True,
           is_counted=False, environment={"THOLE_VIRT": os.path.join(ROOT, "build", "virt")}),
    Killer("drivers", MODEL + SHORT_WAYS, arguments=["--events", "100000", "--in", "drivers", "--world", "150"],
           variants=("plain",), is_long=True, is_counted=False,
           environment={"THOLE_VIRT": os.path.join(ROOT, "build", "virt")}),
    Killer("handlers", MODEL + SHORT_WAYS, arguments=["--events", "60000", "--in", "handlers", "--world", "150"],
           variants=("plain",), is_long=True, is_counted=False,
           environment={"THOLE_VIRT": os.path.join(ROOT, "build", "virt")}),
    Killer("crowd", MODEL, arguments=["--events", "200000", "--short-ways", "off", "--in", "crowd", "--seed", "7"],
           variants=("plain",), is_long=True, is_counted=False),
    Killer("three_cores", MODEL, arguments=["--events", "400000", "--short-ways", "off", "--cores", "3", "--seed",
                                            "1000"], variants=("plain",), is_long=True,
           is_counted=False),
]
KILLERS += [Killer(name, [f"{UNIT}{name}.c"]) for name in sorted(
    os.path.basename(path)[len("test_kernel_"):-2] for path in glob.glob(os.path.join(ROOT, UNIT + "*.c")))
            if name not in {killer.name for killer in KILLERS}]

WORK = os.path.join(ROOT, "build", "mutation")
CONTEXT_LINES = 2


def killers_there():
    """The table, with patterns resolved."""
    there = []
    for killer in KILLERS:
        sources = []
        for pattern in killer.sources:
            sources += sorted(os.path.relpath(path, ROOT) for path in glob.glob(os.path.join(ROOT, pattern)))
        if len(sources) >= len(killer.sources):
            killer.sources = [source for source in sources if source not in SHORT_WAYS]
            there.append(killer)
    return there


def kernel_files(patterns):
    found = sorted(os.path.relpath(path, ROOT) for name in ("*.c", "object/*.c", "*.h", "object/*.h")
                   for path in glob.glob(os.path.join(ROOT, "kernel", name)))
    chosen = [file for file in found if not patterns or any(fnmatch.fnmatch(file, pattern) for pattern in patterns)]
    if not chosen:
        sys.exit(f"no file of kernel/ is named {' or '.join(patterns)}")
    return chosen


def read(file):
    with open(os.path.join(ROOT, file), encoding="utf-8") as stream:
        return stream.read()


def all_mutations(patterns):
    """Of headers only the bodies of functions: tests are compiled with the header as it is."""
    return [(mutation, text) for file in kernel_files(patterns) for text in [read(file)]
            for mutation in places.mutations_of(file, text)]


def results_of(path):
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as stream:
        return [json.loads(line) for line in stream if line.strip()]


class Trial:
    """Mutants, one after the other."""

    def __init__(self, bench, quick, chosen, results):
        self.bench = bench
        self.variants = ("plain",) if quick else ("plain", "sanitized")
        self.possible = [killer for killer in bench.killers
                         if (killer.name in chosen if chosen else not (quick and killer.is_long))]
        bench.count(self.possible)
        self.kills = collections.defaultdict(collections.Counter)
        for result in results:
            if "killer" in result:
                self.kills[result["file"]][result["killer"]] += 1

    def order(self, mutation, variant):
        """First who killed most in this file for its cost."""
        def worth(killer):
            cost = self.bench.limits[variant, killer.name] + 0.05
            return -(self.kills[mutation.file][killer.name] + 0.5) / cost
        return sorted(self.killers(mutation, variant), key=worth)

    def killers(self, mutation, variant):
        return [killer for killer in self.possible if variant in killer.variants and killer.sees(mutation.file)
                and self.bench.reaches(killer, mutation.file, mutation.line)]

    def attempt(self, mutation, text):
        for variant in self.variants:
            self.bench.prepare(variant, self.killers(mutation, variant))
            self.bench.change(mutation.file, mutation.apply(text))
            try:
                result = self.judge(mutation, variant)
            finally:
                self.bench.restore()
            if result["status"] != "survived":
                break
        return result

    def judge(self, mutation, variant):
        built = self.bench.build(variant, "mutant", mutation.file)
        if built != "compiled":
            return {"status": "same code" if built == "same" and variant == "plain" else built.replace("same", "survived")}
        for killer in self.order(mutation, variant):
            outcome, how = self.bench.execute(variant, "mutant", killer, self.bench.limit(variant, killer))
            if outcome != "passed":
                self.kills[mutation.file][killer.name] += 1
                return {"status": "killed" if outcome == "failed" else "timeout", "killer": killer.name,
                        "variant": variant, "how": how}
        return {"status": "survived"}


def record(mutation, text, result, seconds):
    return {"key": mutation.key, "file": mutation.file, "line": mutation.line, "operator": mutation.operator,
            "was": mutation.line_text.strip(), "is": mutation.shown(text), **result, "seconds": round(seconds, 2)}


def cmd_run(options):
    os.nice(10)
    index, count = (int(word) for word in options.shard.split("/"))
    chosen = all_mutations(options.files)
    if options.sample:
        chosen = random.Random(options.seed).sample(chosen, min(options.sample, len(chosen)))
    chosen = chosen[index - 1::count]
    results = results_of(options.results)
    done = {result["key"]: result["status"] for result in results}
    known = explanations()
    if options.survivors:
        ahead = [(mutation, text) for mutation, text in chosen if done.get(mutation.key) == "survived" and
                 not known.explain(mutation.file, mutation.line, mutation.line_text.strip(), mutation.shown(text))]
    else:
        ahead = [(mutation, text) for mutation, text in chosen if mutation.key not in done]
    print(f"{len(chosen)} mutations, {len(ahead)} to be tried", flush=True)
    os.makedirs(os.path.dirname(os.path.abspath(options.results)), exist_ok=True)
    name = os.path.splitext(os.path.basename(options.results))[0]
    bench = Bench(os.path.join(WORK, f"bench-{name}-{index}-of-{count}"), killers_there(), options.quick)
    trial = Trial(bench, options.quick, options.killers, results)
    for number, (mutation, text) in enumerate(ahead, 1):
        began = time.monotonic()
        is_explained = options.quick and known.explain(mutation.file, mutation.line, mutation.line_text.strip(),
                                                       mutation.shown(text))
        outcome = {"status": "survived"} if is_explained else trial.attempt(mutation, text)
        result = record(mutation, text, outcome, time.monotonic() - began)
        with open(options.results, "a", encoding="utf-8") as stream:
            stream.write(json.dumps(result) + "\n")
        if result["status"] == "survived" or number % 50 == 0:
            print(f"{number} of {len(ahead)}: {mutation.file}:{mutation.line} {mutation.operator}: {result['status']}",
                  flush=True)
    return 0


def cmd_list(options):
    counts = collections.Counter((mutation.file, mutation.operator) for mutation, _ in all_mutations(options.files))
    operators = sorted({operator for _, operator in counts})
    print(f"{'':36}" + "".join(f"{operator:>11}" for operator in operators))
    for file in sorted({file for file, _ in counts}):
        print(f"{file:36}" + "".join(f"{counts[file, operator]:11}" for operator in operators))
    print(f"{sum(counts.values())} mutations")
    return 0


def rate_line(name, counts):
    dead = counts["killed"] + counts["timeout"]
    tried = dead + counts["survived"]
    rate = f"{100 * dead / tried:5.1f} %" if tried else "      -"
    return (f"{name:36}{rate}{counts['killed']:8}{counts['timeout']:9}{counts['survived']:10}"
            f"{counts['explained']:11}{counts['same code']:11}{counts['not compiled']:14}")


def function_of(file, line):
    """The function that a line is in: of the last line before it that begins one."""
    for text in reversed(read(file).splitlines()[:line]):
        found = re.match(r"(?![#/*{}\s])[^;=]*?\b(\w+)\(", text)
        if found:
            return found[1]
    return None


class Explanations(dict):
    """By file, line as it was, line as it is, and function, if it is said."""

    def explain(self, file, line, was, changed):
        return any((file, was, changed, where) in self for where in (None, function_of(file, line)))


def explanations():
    """A reason stands above what it explains."""
    found, reason = Explanations(), ""
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "explained.txt"), encoding="utf-8") as stream:
        for line in stream:
            if line.startswith("## "):
                reason = line[3:].strip()
            elif line.strip() and not line.startswith("#"):
                file, where, was, changed = re.fullmatch(r"(\S+?)(?: (\w+))?: (.*) ~~> (.*)\n?", line).groups()
                found[file, was, changed, where] = reason
    return found


def show_survivor(result):
    text = read(result["file"]).splitlines()
    print(f"\n{result['file']}:{result['line']}: {result['operator']}")
    if result["line"] > len(text) or text[result["line"] - 1].strip() != result["was"]:
        print(f"    (the file is another now)\n  - {result['was']}\n  + {result['is']}")
        return
    for number in range(max(1, result["line"] - CONTEXT_LINES), min(len(text), result["line"] + CONTEXT_LINES) + 1):
        is_it = number == result["line"]
        print(f"  {'-' if is_it else ' '} {text[number - 1]}")
        if is_it:
            indent = len(text[number - 1]) - len(text[number - 1].lstrip())
            print(f"  + {' ' * indent}{result['is']}")


def cmd_summary(options):
    results = list({result["key"]: result for result in results_of(options.results)}.values())
    explained = explanations()
    for result in results:
        if result["status"] == "survived" and explained.explain(result["file"], result["line"], result["was"],
                                                                result["is"]):
            result["status"] = "explained"
    if options.files:
        results = [result for result in results
                   if any(fnmatch.fnmatch(result["file"], pattern) for pattern in options.files)]
    by_file, killers = collections.defaultdict(collections.Counter), collections.Counter()
    for result in results:
        by_file[result["file"]][result["status"]] += 1
        if "killer" in result:
            killers[result["killer"], "an assert" if result["how"].startswith("assert") else result["variant"]] += 1
    print(f"{'':36}{'killed':>7}{'failed':>8}{'timeout':>9}{'survived':>10}{'explained':>11}{'same code':>11}{'not compiled':>14}")
    for file in sorted(by_file):
        print(rate_line(file, by_file[file]))
    print(rate_line("all", sum(by_file.values(), collections.Counter())))
    print("\nkilled by")
    for (killer, how), count in killers.most_common():
        print(f"{count:6} {killer} ({how})")
    if options.survivors:
        for result in sorted(results, key=lambda result: (result["file"], result["line"])):
            if result["status"] == "survived":
                show_survivor(result)
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=("run", "list", "summary"))
    parser.add_argument("--files", nargs="+", default=[], help="like kernel/deadline.c or 'kernel/object/*'")
    parser.add_argument("--sample", type=int, help="so many, by chance")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shard", default="1/1", metavar="I/N", help="this part of N")
    parser.add_argument("--killers", nargs="+", default=[], metavar="NAME", help="only these")
    parser.add_argument("--quick", action="store_true", help="without long tests and sanitizers")
    parser.add_argument("--results", default=os.path.join(WORK, "results.jsonl"), metavar="FILE")
    parser.add_argument("--survivors", action="store_true", help="show them, or try them again")
    options = parser.parse_args()
    return {"run": cmd_run, "list": cmd_list, "summary": cmd_summary}[options.command](options)


if __name__ == "__main__":
    sys.exit(main())
