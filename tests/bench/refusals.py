#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
#
# Does the bench refuse what it must? Figures that are worse or missing, and runs in which
# something else happened than the figure names. Runs and kernels are made up here.

import os
import sys
import tempfile
import traceback

ROOT = os.environ.get("THOLE_ROOT") or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tools", "bench"))

import bench        # noqa: E402  (found through the path above)
import figures      # noqa: E402
import record       # noqa: E402
from counted import Failed  # noqa: E402

VECTORS = 0x1000
SYNCHRONOUS, INTERRUPT = VECTORS + 0x400, VECTORS + 0x480
FAST, FUNCTION, SERVER, CLIENT = 0x2000, 0x3000, 0x10, 0x20


class Names:
    """In the place of an Elf: who is where, in steps of 4 KiB above, of 16 bytes below."""

    address = {"vectors": VECTORS}
    _names = {VECTORS: ("vectors", False), FAST: ("fast_call", True), FUNCTION: ("event_sync", True),
              SERVER: ("thole_reply_recv", True), CLIENT: ("thole_call", True)}

    def name(self, address):
        start = address & (~0xfff if address >= VECTORS else ~0xf)
        name, is_function = self._names[start]
        return name, address - start, is_function

    def instruction_class(self, _):
        return None


class Bench:
    """In the place of a run: each time's entries, as (path, where the program goes on)."""

    kernel = program = Names()

    def __init__(self, *times):
        self.times = times

    def situations(self, _):
        for each in self.times:
            situation = record.Situation(0, 0)
            for path, goes_on in each:
                entry = record.Entry(0, path)
                entry.goes_on = goes_on
                situation.entries.append(entry)
            yield situation


def refused(call, *arguments):
    try:
        call(*arguments)
    except Failed:
        return True
    return False


def check(what, *facts):
    if not all(facts):
        raise AssertionError(f"{what}: {facts}")


# --- Tests -----------------------------------------------------------------------------

CALL = ([SYNCHRONOUS, FAST, FAST + 4], SERVER)
ANSWER = ([SYNCHRONOUS, FAST], CLIENT)
ROUND = "thole_reply_recv thole_call"


def a_situation_that_happened_twice_is_taken():
    entries = figures.last_time(Bench([CALL, ANSWER], [CALL, ANSWER]), "round_trip", ROUND)
    check("entries", [len(entry) for entry in entries] == [3, 2])


def a_situation_that_did_not_come_about_is_refused():
    check("never, once", refused(figures.last_time, Bench(), "round_trip", ROUND),
          refused(figures.last_time, Bench([CALL, ANSWER]), "round_trip", ROUND))


def another_number_of_entries_is_refused():
    for times in ([CALL], [CALL, ANSWER, ANSWER], []):
        check(times, refused(figures.last_time, Bench(times, times), "round_trip", ROUND))


def another_program_afterwards_is_refused():
    check("the client", refused(figures.last_time, Bench([ANSWER, ANSWER], [ANSWER, ANSWER]), "round_trip", ROUND))


def another_path_than_before_is_refused():
    longer = ([SYNCHRONOUS, FAST, FUNCTION], CLIENT)
    check("the last", refused(figures.last_time, Bench([CALL, ANSWER], [CALL, longer]), "round_trip", ROUND))


def an_interrupt_in_between_is_refused():
    answer = ([INTERRUPT, FAST], CLIENT)
    check("the answer", refused(figures.last_time, Bench([CALL, answer], [CALL, answer]), "round_trip", ROUND))
    check("no interrupt", refused(figures.last_time, Bench([CALL, ANSWER], [CALL, ANSWER]), "interrupt", ROUND))


def a_path_says_how_it_went():
    def way(*path):
        return record.way(Names(), [record.Entry(0, path)])

    check("ways", way(SYNCHRONOUS, FAST) == "fast", way(SYNCHRONOUS, FUNCTION) == "C",
          way(SYNCHRONOUS, FAST, FUNCTION) == "fast+C", way(SYNCHRONOUS) == "assembly")


def what_a_path_touches_is_counted_once_a_line():
    entry = record.Entry(0, [VECTORS, VECTORS + 60, VECTORS + 64])
    entry.accesses = [(0, "w", 60, 8), (0, "w", 68, 8), (1, "r", 0, 8), (2, "r", 0, 8), (2, "w", 256, 8)]
    found = record.touched(Names(), [entry])
    check(found, found.code == 2, found.data == 3, found.loads == 2, found.stores == 2)


def a_record_without_its_end_is_noticed():
    with tempfile.NamedTemporaryFile("w") as file:
        file.write("mark 0 10\nin 0\ni 0 1400\nw 0 40 3\nout 0 20\nend 0\nlongest 1 1400\n")
        file.flush()
        check("not over", not record.Record(file.name).over)
        file.write("over\nmark 0 10\n")
        file.flush()
        found = record.Record(file.name)
        check("over", found.over, len(found.situations) == 1, found.situations[0].ended, found.longest == [0x1400],
              found.situations[0].entries[0].goes_on == 0x20)


BEFORE = {"results": {"call": 100, "shared_lines": 0}, "also": {"try_call": 100}, "bytes": {"kernel_text": 4096}}


def worse(**changed):
    found = {part: dict(values) for part, values in BEFORE.items()}
    for values in found.values():
        for name in values.keys() & changed.keys():
            values[name] = changed[name]
            if changed[name] is None:
                del values[name]
    return len(bench.compare(found, BEFORE, [name for part in BEFORE.values() for name in part])[0])


def figures_that_are_worse_or_missing_are_refused():
    check("the same", worse() == 0, worse(call=102) == 0, worse(call=1) == 0)
    check("worse", worse(call=103) == 1, worse(shared_lines=1) == 1, worse(kernel_text=8192) == 1,
          worse(try_call=200, call=200) == 2)
    check("missing", worse(call=None) == 1, worse(kernel_text=None) == 1, worse(try_call=None) == 1)
    check("unknown before", len(bench.compare({"results": {"yield": 1}}, BEFORE, ["yield"])[0]) == 1)


def every_figure_has_its_row_of_peers():
    check("rows", set(bench.read_peers()) == {*figures.FIGURES, *figures.BYTES},
          all(len(row) == len(bench.COLUMNS) for row in bench.read_peers().values()))
    check("verdicts", bench.verdict(80, "90", "70") == "reached", bench.verdict(70, "90", "70") == "aim",
          bench.verdict(180, "90", "70") == "2.00 times", bench.verdict(1, "0", "0") == "")


TESTS = [
    a_situation_that_happened_twice_is_taken, a_situation_that_did_not_come_about_is_refused,
    another_number_of_entries_is_refused, another_program_afterwards_is_refused,
    another_path_than_before_is_refused, an_interrupt_in_between_is_refused, a_path_says_how_it_went,
    what_a_path_touches_is_counted_once_a_line, a_record_without_its_end_is_noticed,
    figures_that_are_worse_or_missing_are_refused, every_figure_has_its_row_of_peers,
]


def main():
    failed = 0
    for test in TESTS:
        try:
            test()
            print(f"passed: {test.__name__}")
        except Exception:   # the next ones still run
            failed += 1
            traceback.print_exc()
            print(f"FAILED: {test.__name__}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
