#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
#
# `./thole bench [--json FILE] [--path] [NAME...]`: counts the instructions that the
# kernel executes for each operation, and prints them beside those of other kernels.
#
#   --path          print the path of each NAME, instruction by instruction
#   --json FILE     write the figures there

import collections
import json
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import machine_run      # noqa: E402  (found through the path above)
import record           # noqa: E402
from machine_run import machine     # noqa: E402

# Figure -> (the situation that has it, which of its entries, how many it must have).
Figure = collections.namedtuple("Figure", "situation first last entries")
FIGURES = {
    "call": Figure("round_trip", 0, 1, 2),
    "reply_recv": Figure("round_trip", 1, 2, 2),
    "round_trip": Figure("round_trip", 0, 2, 2),
    "round_trip_fp": Figure("round_trip_fp", 0, None, None),
    "irq_deliver": Figure("interrupt", 0, 1, 2),
    "irq_reply_recv": Figure("interrupt", 1, 2, 2),
    "signal_wake": Figure("signal_wake", 0, 1, 2),
    "signal_idle": Figure("signal_idle", 0, 1, 1),
    "null_syscall": Figure("null_syscall", 0, 1, 1),
    "yield": Figure("yield", 0, 1, 2),
    "fault_round_trip": Figure("fault", 0, 2, 2),
    "call_cap": Figure("call_cap", 0, 1, None),
    "map": Figure("map", 0, 1, 1),
    "unmap": Figure("unmap", 0, 1, 1),
    "make_endpoint": Figure("make_endpoint", 0, None, None),
    "delete_endpoint": Figure("delete_endpoint", 0, None, None),
    "make_thread": Figure("make_thread", 0, None, None),
    "delete_thread": Figure("delete_thread", 0, None, None),
    "copy_cap": Figure("copy_cap", 0, 1, 1),
    "delete_cap": Figure("delete_cap", 0, 1, 1),
}


def entries_of(counted, name):
    """Those of the last, warm time; the one before must have been the same."""
    figure = FIGURES[name]
    times = [situation.entries for situation in counted.situations(figure.situation)]
    if len(times) < 2:
        return None
    for entries in times:
        if figure.entries is not None and len(entries) != figure.entries:
            raise machine.UserError(f"{name}: {len(entries)} entries into the kernel instead of {figure.entries}")
    before, last = (entries[figure.first:figure.last] for entries in times[-2:])
    if [entry.path for entry in before] != [entry.path for entry in last]:
        raise machine.UserError(f"{name}: the last two times took different paths")
    return last


def print_path(counted, name, entries):
    listing = subprocess.run(["aarch64-linux-gnu-objdump", "-d", "--no-show-raw-insn", counted.kernel.path],
                             capture_output=True, text=True, check=True).stdout
    text = dict(re.findall(r"^(ffff[0-9a-f]{12}):\t(.*)$", listing, re.MULTILINE))
    number = 0
    for entry in entries:
        accesses = collections.defaultdict(list)
        for index, kind, address, size in entry.accesses:
            accesses[index].append(f"{kind}{size} {address:x}")
        print(f"{name}: {len(entry)} instructions, then the program at {entry.goes_on:x}")
        last = None
        for index, address in enumerate(entry.path):
            function, offset, _ = counted.kernel.name(address)
            number += 1
            label = f"{function}+{offset:#x}" if function != last else f"+{offset:#x}"
            last = function
            words = text.get(f"{address:x}", "?").partition("//")[0].partition("<")[0].replace("\t", " ").strip()
            print(f"{number:5} {label:32} {words:44} {' '.join(accesses[index])}".rstrip())


def print_table(counted, results):
    print(f"{'':18}{'':>8} path     code data loads stores mrs msr barriers")
    for name, entries in results.items():
        found = record.figures(counted.kernel, entries)
        print(f"{name:18}{found.instructions:8} {record.way(counted.kernel, entries):8}"
              f"{found.code_lines:5}{found.data_lines:5}{found.loads:6}{found.stores:7}{found.mrs:4}{found.msr:4}"
              f"{found.barriers:9}")


def main():
    arguments = sys.argv[1:]
    show_path = "--path" in arguments
    output = None
    if "--json" in arguments:
        at = arguments.index("--json")
        output = arguments[at + 1]
        del arguments[at:at + 2]
    wanted = [word for word in arguments if not word.startswith("-")] or list(FIGURES)
    try:
        counted = machine_run.Counted("bench", "single")
        results = {name: entries_of(counted, name) for name in wanted}
        results = {name: entries for name, entries in results.items() if entries}
    except (machine.UserError, machine_run.guest.GuestError) as error:
        print(f"thole: {error}", file=sys.stderr)
        return 1
    print(f"kernel: sha256 {machine_run.file_hash(machine.built('Image'))}")
    print_table(counted, results)
    if show_path:
        for name, entries in results.items():
            print_path(counted, name, entries)
    if output:
        with open(output, "w", encoding="utf-8") as file:
            json.dump({"unit": "instructions", "results": {name: sum(map(len, entries))
                                                           for name, entries in results.items()}}, file, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
