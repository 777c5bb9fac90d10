# SPDX-License-Identifier: BSD-2-Clause
#
# What counter.c wrote, as situations: each a list of the kernel's entries, each from
# the first instruction of an exception vector to the exception return, both included.

import collections

LINE_BITS = 6       # a cache line has 64 bytes
FAST = "fast_"      # how the names of paths in assembly begin


class Entry:
    """One stay in the kernel."""

    def __init__(self, core, path=()):
        self.core = core
        self.path = list(path)  # addresses of instructions, in order
        self.accesses = []      # (index in the path, "r" or "w", address, bytes)
        self.goes_on = None     # where the program that runs afterwards does

    def __len__(self):
        return len(self.path)

    def lines_written(self):
        """Line -> what was written in it, as (address, the instruction's address)."""
        found = collections.defaultdict(set)
        for index, kind, address, _ in self.accesses:
            if kind == "w":
                found[address >> LINE_BITS].add((address, self.path[index]))
        return found


class Situation:
    """What a core did between a mark and the end."""

    def __init__(self, mark, core):
        self.mark = mark
        self.core = core
        self.entries = []
        self.ended = False


class Record:
    """A whole run: situations in order, and what the counter says at the end."""

    def __init__(self, path):
        self.situations = []
        self.longest = []
        self.program = None     # instructions before the first one of a program
        self.tx = []            # and before each character
        self.places = []        # and before each time at the place
        self.over = False
        self._now = {}          # core -> its situation
        self._open = {}         # core -> its entry
        with open(path, encoding="ascii") as file:
            for line in file:
                kind, *words = line.split()
                getattr(self, "_take_" + kind)(*words)
                if self.over:
                    break

    def _take_mark(self, core, mark):
        self._now[core] = Situation(int(mark, 16), int(core))
        self.situations.append(self._now[core])
        self._open.pop(core, None)

    def _take_end(self, core):
        self._now.pop(core).ended = True

    def _take_in(self, core):
        self._open[core] = Entry(int(core))
        self._now[core].entries.append(self._open[core])

    def _take_i(self, core, address):
        # An entry that began before the mark is not part of the situation.
        if core in self._open:
            self._open[core].path.append(int(address, 16))

    def _take_r(self, core, address, shift):
        self._access("r", core, address, shift)

    def _take_w(self, core, address, shift):
        self._access("w", core, address, shift)

    def _access(self, kind, core, address, shift):
        if core in self._open:
            entry = self._open[core]
            entry.accesses.append((len(entry.path) - 1, kind, int(address, 16), 1 << int(shift)))

    def _take_out(self, core, address):
        if core in self._open:
            self._open.pop(core).goes_on = int(address, 16)

    def _take_program(self, count):
        self.program = int(count)

    def _take_tx(self, count):
        self.tx.append(int(count))

    def _take_place(self, count, _):
        self.places.append(int(count))

    def _take_longest(self, count, *addresses):
        self.longest = [int(address, 16) for address in addresses]
        if len(self.longest) != int(count):
            raise ValueError("a record without its end")

    def _take_over(self):
        self.over = True


# --- What entries come to --------------------------------------------------------------

Touched = collections.namedtuple("Touched", "code data loads stores mrs msr barriers")


def touched(elf, entries):
    """What some entries touch together: lines, of which each counts once, and instructions that
    load, store, read and write system registers, and wait."""
    path = [address for entry in entries for address in entry.path]
    classes = collections.Counter(elf.instruction_class(address) for address in path)
    data, loads, stores = set(), set(), set()
    for number, entry in enumerate(entries):
        for index, kind, address, size in entry.accesses:
            data |= {address >> LINE_BITS, (address + size - 1) >> LINE_BITS}
            (loads if kind == "r" else stores).add((number, index))
    return Touched(len({address >> LINE_BITS for address in path}), len(data), len(loads), len(stores),
                   classes["mrs"], classes["msr"] + classes["msr_immediate"],
                   classes["dsb"] + classes["dmb"] + classes["isb"])


def way(elf, entries):
    """How entries went: "fast" through labels fast_... alone, "C" through functions, or "fast+C"."""
    names = {elf.name(address) for entry in entries for address in entry.path}
    fast = any(name.startswith(FAST) for name, _, _ in names)
    in_c = any(is_function and not name.startswith(FAST) for name, _, is_function in names)
    return "+".join(["fast"] * fast + ["C"] * in_c) or "assembly"
