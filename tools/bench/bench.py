#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
#
# `./thole bench [--json FILE] [--path] [--kernel NAME] [NAME...]`: counts the instructions that the kernel
# executes for each operation, and prints them beside those of other kernels.
#
#   --json FILE       write the figures there
#   --path            print the path of each figure, instruction by instruction
#   --kernel NAME     count one of which parts were left out (docs/configuration.md)
#   --check FILE      compare with the figures in FILE: a figure that is missing, or worse by more
#                     than 2 %, fails; with --update it becomes the one in FILE
#
#   bench.py --options ARGUMENTS...    are these right?

import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import counted      # noqa: E402  (found through the path above)
import listing      # noqa: E402
import record       # noqa: E402
from counted import Failed, guest, machine              # noqa: E402
from figures import ALL, ALSO, BYTES, FIGURES, way_of         # noqa: E402

WORSE = 1.02
PARTS = {"results": FIGURES, "also": ALSO, "bytes": BYTES}
COLUMNS = ("seL4 std", "seL4 MCS", "Linux", "reach", "aim")


# --- Options ---------------------------------------------------------------------------

class Options:
    def __init__(self):
        self.json = None
        self.kernel = None
        self.check = None
        self.update = False
        self.path = False
        self.names = []
        self.said = set()


def add_name(options, name):
    if name not in ALL:
        raise machine.UserError(f"bench has no figure '{name}': {machine.nearest(name, ALL)}")
    options.names.append(name)


def parse(arguments):
    table = {"--json": ("FILE", machine.store("json")), "--check": ("FILE", machine.store("check")),
             "--update": ("", machine.store("update", bool)), "--path": ("", machine.store("path", bool)),
             "--kernel": ("NAME", machine.store("kernel")), "": ("NAME", add_name)}
    options = machine.read_options("bench", arguments, table, Options())
    options.names = options.names or list(ALL)
    check_files(options)
    machine.check_kernel(options)
    counted.picked = ("kernels", options.kernel) if options.kernel else ()
    return options


def check_files(options):
    """A wrong file is told before anything is counted."""
    if options.update and not options.check:
        raise machine.UserError("--update goes with --check FILE: it makes the figures those of FILE.")
    if options.json:
        machine.check_can_write(options.json)
    if options.check:
        read_figures(options.check)
        if options.update:
            machine.check_can_write(options.check)


def read_figures(path):
    try:
        with open(path, encoding="utf-8") as file:
            figures = json.load(file)
    except OSError as error:
        raise machine.UserError(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise machine.UserError(f"{path} holds no figures: {error}.") from error
    if not isinstance(figures, dict) or not all(isinstance(figures.get(part, {}), dict) for part in PARTS):
        raise machine.UserError(f"{path} holds no figures: expected what `./thole bench --json FILE` writes.")
    return figures


# --- Taking ------------------------------------------------------------------------------

def take(names, tell):
    """Name -> result, and name -> why there is none."""
    runs, results, failures = counted.Runs(), {}, {}
    for name in names:
        tell(name)
        try:
            results[name] = ALL[name](runs)
        except (Failed, guest.GuestError, KeyError, ValueError) as error:
            failures[name] = f"{type(error).__name__}: {error}"
    return results, failures


def tell_progress(name):
    if sys.stderr.isatty():
        print(f"\r\x1b[Kthole: counting {name}", end="", file=sys.stderr, flush=True)


# --- Printing ----------------------------------------------------------------------------

def read_peers():
    """Name -> its five columns, of peers.tsv."""
    with open(os.path.join(HERE, "peers.tsv"), encoding="utf-8") as file:
        rows = [line.rstrip("\n").split("\t") for line in file if line.strip() and not line.startswith("#")]
    return {row[0]: ["" if cell == "-" else cell for cell in row[1:]] for row in rows}


def verdict(value, reach, aim):
    if aim and value <= int(aim):
        return "aim"
    if reach and value <= int(reach):
        return "reached"
    return f"{value / int(reach):.2f} times" if reach and int(reach) else ""


def print_rows(rows):
    """A table whose first column is text, and the next numbers."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = [cell.ljust(width) if column == 0 or column > 1 else cell.rjust(width)
                 for column, (cell, width) in enumerate(zip(row, widths))]
        print("  ".join(cells).rstrip())


def print_table(results):
    peers = read_peers()
    rows = [("", "Thole", "path", "to reach", *COLUMNS)]
    for name, result in results.items():
        columns = peers.get(name, [""] * len(COLUMNS))
        unit = " B" if name in BYTES else ""
        rows.append((name, f"{result.value}{unit}", way_of(result), verdict(result.value, *columns[3:]), *columns))
    print_rows(rows)


def print_touched(results):
    """What paths touch; those of the worst have no accesses, which would be too many."""
    rows = [("", "instructions", "code lines", "data lines", "loads", "stores", "mrs", "msr", "barriers",
             "A72 cycles (estimate)")]
    for name, result in results.items():
        if result.entries and result.entries[0].accesses:
            found = record.touched(result.kernel, result.entries)
            rows.append((name, str(result.value), *map(str, found), str(listing.estimate(result) or "")))
    if len(rows) > 1:
        print("\nWhat these touch, in lines of 64 bytes; cycles as llvm-mca models them, where it is installed:\n")
        print_rows(rows)


def print_notes(results):
    for name, result in results.items():
        if result.note:
            print(f"\n{name}: {result.note}")
        if result.entries and not result.entries[0].accesses:
            print(f"  {listing.summary(result)}")


def print_paths(results):
    for name, result in results.items():
        if result.entries:
            print(f"\n{name}: {result.value} instructions")
            for line in listing.lines_of(result):
                print(line)


# --- Comparing and writing ---------------------------------------------------------------

def as_json(results):
    values = {name: result.value for name, result in results.items()}
    parts = {part: {name: value for name, value in values.items() if name in known} for part, known in PARTS.items()}
    return {"unit": "instructions", **parts}


def write_json(path, content):
    machine.write_whole(path, json.dumps(content, indent=2) + "\n")


def compare(found, before, wanted):
    """(what fails, what is better), as lines. `before` may have more than what is wanted now."""
    worse, better = [], []
    old, new = ({name: value for part in PARTS for name, value in each.get(part, {}).items()}
                for each in (before, found))
    for name in wanted:
        if name not in new:
            worse.append(f"{name}: no figure")
        elif name not in old:
            worse.append(f"{name}: {new[name]}, which is not in the file to compare with")
        elif new[name] > old[name] * WORSE:
            worse.append(f"{name}: {new[name]}, worse than {old[name]} by more than {WORSE - 1:.0%}")
        elif new[name] < old[name]:
            better.append(f"{name}: {new[name]}, better than {old[name]}")
    return worse, better


def check(options, results):
    """0 unless something is worse."""
    found = as_json(results)
    before = read_figures(options.check)
    if options.update:
        for part in PARTS:
            before.setdefault(part, {}).update(found[part])
        write_json(options.check, before)
        return 0
    worse, better = compare(found, before, options.names)
    for line in better:
        print(f"better: {line}; --update makes it the one to compare with")
    for line in worse:
        print(f"worse: {line}")
    print(f"{len(worse)} worse or missing, {len(better)} better than {options.check}")
    return 1 if worse else 0


# --- All -----------------------------------------------------------------------------------

def print_all(options, results):
    kernel = counted.Elf(counted.built("kernel.elf"))
    print(f"kernel: {os.path.relpath(counted.built('Image'))}, sha256 {counted.file_hash(counted.built('Image'))}")
    print(f"text:   sha256 {kernel.text_hash()}; only init's bytes are replaced to count\n")
    print_table(results)
    print_touched(results)
    print_notes(results)
    if options.path:
        print_paths(results)


def run(options):
    results, failures = take(options.names, tell_progress)
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr)
    print_all(options, results)
    if options.json:
        write_json(options.json, as_json(results))
    for name, why in failures.items():
        print(f"{name}: {why}")
    status = check(options, results) if options.check else 0
    return 1 if failures else status


def main():
    arguments = sys.argv[1:]
    only_options = arguments[:1] == ["--options"]
    try:
        options = parse(arguments[1:] if only_options else arguments)
        return 0 if only_options else run(options)
    except machine.UserError as error:
        print(f"thole: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # Nobody reads any more; keep the interpreter from writing what is left.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 1


if __name__ == "__main__":
    sys.exit(main())
