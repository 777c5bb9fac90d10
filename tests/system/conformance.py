#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
#
# Runs the conformance program (tests/guest/conformance) in init's place, on
# several machines: a test passes if it passed on one and failed on none. Then
# compares what ran with docs/conformance.md: nothing may be claimed there that
# did not run and pass, and nothing left out.
#
#   conformance.py                       each machine once
#   conformance.py --runs=N              each machine N times
#   conformance.py --report=FILE         also write what came out into FILE, after each run
#   conformance.py --machine=WORD        only machines whose name has the word
#   conformance.py --board=rpi4          on that board instead; what is skipped is not held against the document
#   conformance.py --self-test           are wrong documents and results refused?

import collections
import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from system import (BOARD, HAS_FIRMWARE, ROOT, VIRT, Guest, expect, expect_equal, option,  # noqa: E402
                    skip_without_board)

DOCUMENT = os.path.join(ROOT, "docs", "conformance.md")
DOES_NOT_APPLY_MOST = 30
LIMIT = 400     # seconds; a guest that hangs says so itself long before

# With -icount the guest's clock counts instructions, four nanoseconds each: lengths of time
# are exact, whatever the host does.
EXACT = ["-icount", "shift=2,sleep=off"]
MACHINES = {
    "1 core, GICv2, exact clock, 2 GiB": dict(cores=1, gic=2, memory="2G", exact=True),
    "1 core, GICv3, exact clock": dict(cores=1, gic=3, memory="256M", exact=True),
    "1 core, GICv3": dict(cores=1, gic=3, memory="256M", exact=False),
    "2 cores, GICv2": dict(cores=2, gic=2, memory="256M", exact=False),
    "4 cores, GICv3": dict(cores=4, gic=3, memory="256M", exact=False),
    "1 core, GICv3, exact clock, traced": dict(cores=1, gic=3, memory="256M", exact=True,
                                               traced=True),
    "4 cores, GICv2, traced": dict(cores=4, gic=2, memory="256M", exact=False, traced=True),
    "1 core, GICv2, exact clock, the kernel one-core-gicv2": dict(cores=1, gic=2, memory="256M", exact=True,
                                                                  kernel="one-core-gicv2"),
    "4 cores, GICv2, the kernel one-core-gicv2": dict(cores=4, gic=2, memory="256M", exact=False,
                                                      kernel="one-core-gicv2"),
    "4 cores, GICv3, the kernel gicv3-untraced": dict(cores=4, gic=3, memory="256M", exact=False,
                                                      kernel="gicv3-untraced"),
}
# Cores of a Raspberry Pi that are disabled go on polling, and count: its clock is not exact.
ON_A_BOARD = {
    "rpi4": {"Raspberry Pi 4, 4 cores": dict(cores=4, exact=False)},
}

Outcome = collections.namedtuple("Outcome", "verdict name rest")
LINE = re.compile(r"^(ok|not ok|skip) \d+ (\w+):? ?(.*)$", re.MULTILINE)
TENTH_OR_LAST = re.compile(r"^(?:(?:ok|not ok|skip) \d*0 |# \d+ tests: |# stopped).*\n", re.MULTILINE)
SUMMARY = re.compile(r"^# (\d+) tests: (\d+) passed, (\d+) failed, (\d+) skipped$", re.MULTILINE)


# --- Running -----------------------------------------------------------------

def in_turn(cores):
    """Does the host have too few cores for the guest's to run side by side? One that waits for
    another in a loop would take away the core that it waits for."""
    return cores > len(os.sched_getaffinity(0))


def image_of(kernel):
    folder = os.path.join("kernels", kernel) if kernel else ""
    return os.path.join(VIRT, folder, "guests", "conformance", "Image")


def start(cores, exact, traced=False, kernel=None, **size):
    accelerator = ["-accel", "tcg,thread=single"] if in_turn(cores) else []
    words = ["exact"] * exact + ["traced"] * traced
    edits = [["-ts", "/chosen", "bootargs", " ".join(words)]] if words else []
    return Guest(direct=True, image=image_of(kernel), archive=None, system_file=False, cores=cores, **size,
                 tree_edits=edits, qemu=EXACT if exact else accelerator, time_limit=LIMIT)


def outcomes(text):
    """What the program printed; a run that did not come to its end is one more failure."""
    found = [Outcome(*match) for match in LINE.findall(text)]
    summary = SUMMARY.search(text)
    if not summary:
        found.append(Outcome("not ok", "the_program_comes_to_its_end", text[-1000:]))
    elif int(summary[1]) != len(found):
        found.append(Outcome("not ok", "every_test_says_how_it_ended", summary[0]))
    return found


def look_on(guest):
    """Audits the translation tables after each tenth test, until the last, behind which the machine powers off."""
    while guest.wait_for(TENTH_OR_LAST, LIMIT) and not guest.match[0].startswith("#"):
        try:
            guest.audit()
        except OSError:
            if not guest.wait_for(TENTH_OR_LAST, LIMIT) or not guest.match[0].startswith("#"):
                raise
            return


def run_machine(options):
    with start(**options) as guest:
        try:
            look_on(guest)
            if HAS_FIRMWARE:
                guest.wait_for_exit(LIMIT)
            if options.get("traced"):
                expect(guest.text, rf"^# traced \d{{4,}} events on {options['cores']} cores$")
        except Exception as error:  # it is told as a failure, with what the guest printed
            return outcomes(guest.text) + [Outcome("not ok", "the_machine_powers_off", str(error))]
        return outcomes(guest.text)


class Results:
    """What all runs on all machines gave."""

    def __init__(self):
        self.passed = collections.Counter()
        self.skipped = collections.Counter()
        self.rows = {}
        self.failures = []  # (machine, run, outcome)

    def add(self, machine, run, found):
        for outcome in found:
            if outcome.verdict == "not ok":
                self.failures.append((machine, run, outcome))
                continue
            self.rows[outcome.name] = outcome.rest.split()
            (self.passed if outcome.verdict == "ok" else self.skipped)[outcome.name] += 1

    def never_run(self):
        return sorted(name for name in self.skipped if not self.passed[name])


# --- The document ------------------------------------------------------------

ROW = re.compile(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
NAME = re.compile(r"`([a-z0-9_]+)`")
NOT_APPLYING = "does not apply: "


def read_rows(text):
    """The rows of the tables: (id, names of its tests, or None if it does not apply)."""
    rows = []
    for row, _, last in ROW.findall(text):
        names = None if last.startswith(NOT_APPLYING) else NAME.findall(last)
        rows.append((row, names))
    return rows


def read_others(text):
    """Tests that the document names beside the rows, one a line."""
    return re.findall(r"^- `([a-z0-9_]+)`$", text, re.MULTILINE)


def complaints(text, results):
    """What the document and the results say differently."""
    rows, others = read_rows(text), read_others(text)
    yield from row_complaints(rows, results)
    named = set(others).union(*(names or [] for _, names in rows))
    for name in sorted(set(results.rows) - named):
        yield f"{name} is not named"
    for name in others:
        if not results.passed[name]:
            yield f"{name} did not run and pass"


def row_complaints(rows, results):
    claimed = collections.defaultdict(set)
    for row, names in rows:
        for name in names or []:
            claimed[row].add(name)
            if not results.passed[name]:
                yield f"{row}: {name} did not run and pass"
        if names == []:
            yield f"{row}: no test is named, and it is not said why"
    for name, wanted in results.rows.items():
        for row in wanted:
            if name not in claimed[row]:
                yield f"{row}: {name} is not named"
    for row, names in claimed.items():
        for name in names:
            if name in results.rows and row not in results.rows[name]:
                yield f"{row}: {name} does not say that it tests this"
    outside = [row for row, names in rows if names is None]
    if len(outside) > DOES_NOT_APPLY_MOST:
        yield f"{len(outside)} rows do not apply; at most {DOES_NOT_APPLY_MOST} may"
    if not rows:
        yield "the document has no rows"


# --- The report --------------------------------------------------------------

def version():
    """What was tested, as git calls it; it need not be installed."""
    if not shutil.which("git"):
        return "unknown"
    return subprocess.run(["git", "-C", ROOT, "describe", "--always", "--dirty", "--abbrev=12"],
                          capture_output=True, text=True, check=False).stdout.strip() or "unknown"


def report_lines(results, commit, runs, machines):
    yield "The tests of docs/conformance.md, each machine once a run. A test is skipped where it"
    yield "has not what it needs: several cores, an exact clock, a free gigabyte. The cores of a"
    yield "guest ran side by side, or in turn where it has more than the host."
    yield ""
    yield f"command: tests/system/conformance.py --runs={runs}"
    yield f"commit: {commit}"
    for machine in machines:
        failed = sum(1 for where, _, _ in results.failures if where == machine)
        turns = ", cores in turn" if in_turn(machines[machine]["cores"]) else ""
        yield f"{machine}{turns}: {failed} failures in {runs} runs"
    yield f"tests: {len(results.rows)}; passed {sum(results.passed.values())} times, " \
          f"skipped {sum(results.skipped.values())} times"
    yield f"failures: {len(results.failures)}"
    for machine, run, outcome in results.failures:
        yield f"  run {run}, {machine}: {outcome.name}: {outcome.rest.partition(chr(10))[0]}"


def write_report(path, lines):
    with open(path, "w", encoding="utf-8") as file:
        file.write("SPDX-License-Identifier: BSD-2-Clause\n\n")
        file.write("\n".join(lines) + "\n")


# --- Are mistakes noticed? ----------------------------------------------------

GOOD_OUTPUT = "ok 1 first_test ROW1 ROW2\nskip 2 second_test ROW2\n" \
              "# 2 tests: 1 passed, 0 failed, 1 skipped\n"
THIRD_OUTPUT = "ok 1 third_test \n# 1 tests: 1 passed, 0 failed, 0 skipped\n"
GOOD_DOCUMENT = "| `ROW1` | a fact | `first_test` |\n| `ROW2` | another | `first_test` |\n" \
                "| `ROW3` | a third | does not apply: there is none |\n"


def result_of(*outputs):
    results = Results()
    for text in outputs:
        results.add("a machine", 1, outcomes(text))
    return results


def self_test():
    other = GOOD_OUTPUT.replace("skip 2", "ok 2")
    both = GOOD_DOCUMENT.replace("another | `first_test`", "another | `first_test`, `second_test`")
    expect_equal(list(complaints(both, result_of(GOOD_OUTPUT, other))), [], "a right document")
    unnamed = result_of(GOOD_OUTPUT, other, THIRD_OUTPUT)
    expect_equal(list(complaints(both, unnamed)), ["third_test is not named"], "a test without row")
    expect_equal(result_of(GOOD_OUTPUT).never_run(), ["second_test"], "a test that was skipped")
    for wrong in (GOOD_DOCUMENT, both.replace("`first_test`,", ""),
                  both.replace("`second_test`", "`third_test`"),
                  both.replace("a fact | `first_test` |", "a fact | later |"), "",
                  both.replace("does not apply: there is none", "`first_test`"),
                  both + "- `third_test`\n"):
        if not list(complaints(wrong, result_of(GOOD_OUTPUT, other))):
            raise AssertionError(f"was not refused:\n{wrong}")
    for wrong in (GOOD_OUTPUT.replace("ok 1", "not ok 1"), GOOD_OUTPUT.split("#")[0],
                  GOOD_OUTPUT.replace("# 2", "# 3"), ""):
        if not result_of(wrong).failures:
            raise AssertionError(f"was not taken for a failure:\n{wrong}")
    os.environ["PATH"] = os.path.dirname(DOCUMENT)
    expect_equal(version(), "unknown", "the version where there is no git")
    print("wrong documents and results are refused")


def main():
    if "--self-test" in sys.argv:
        self_test()
        return 0
    skip_without_board(BOARD)
    runs, only, results = int(option("runs", "1")), option("machine", ""), Results()
    machines = {name: options for name, options in ON_A_BOARD.get(BOARD, MACHINES).items() if only in name}
    only = only or BOARD in ON_A_BOARD
    commit, lines = version(), []
    for run in range(1, runs + 1):
        for machine, options in machines.items():
            found = run_machine(options)
            results.add(machine, run, found)
            verdicts = collections.Counter(outcome.verdict for outcome in found)
            print(f"run {run}, {machine}: {verdicts['ok']} passed, {verdicts['not ok']} failed, "
                  f"{verdicts['skip']} skipped", flush=True)
            for outcome in found:
                if outcome.verdict == "not ok":
                    print(f"  {outcome.name}: {outcome.rest}", flush=True)
        lines = list(report_lines(results, commit, run, machines))
        if option("report", ""):
            write_report(option("report", ""), lines)
    print("\n".join(lines))
    with open(DOCUMENT, encoding="utf-8") as document:
        wrong = [] if only else list(complaints(document.read(), results))
    if not only:
        wrong += [f"{name}: skipped on every machine" for name in results.never_run()]
    for line in wrong:
        print(f"docs/conformance.md: {line}")
    return 1 if wrong or results.failures else 0


if __name__ == "__main__":
    sys.exit(main())
