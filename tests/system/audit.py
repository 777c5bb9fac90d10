# SPDX-License-Identifier: BSD-2-Clause
#
# Reads all translation tables of a machine that stands still, as its memory has them,
# and says what must not be: something that is writable and executable, a program that
# reaches the kernel or the kernel that reaches too much, a stack without its guards.
# Where things lie is taken from kernel.elf; which spaces there are from the kernel's
# table of ASIDs, and from what each core has loaded; which objects from init's table of
# capabilities and all that it leads to.

import bisect
import collections
import functools
import os
import re
import struct
import subprocess
import sys

from stub import StubError

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))),
                                "tools", "bench"))
from elf import Elf     # noqa: E402  (found through the path above)
from backtrace import read_symbols  # noqa: E402  (elf adds its path)

DIRECT_MAP_BASE = 0xffff800000000000
PAGE = 4096
ENTRIES = 512
ADDRESS = 0x0000fffffffff000
LOW_48 = (1 << 48) - 1
ROOT_PAGE = (1 << 40) - 1   # of struct asid_entry
SLOT_BYTES = 32
# Pages of struct core_stacks; the kernel's own says how many.
GUARD, STACK = "guard", "stack"

# One leaf, where its entry lies, and the attributes of memory that MAIR_EL1 gives it.
Mapping = collections.namedtuple("Mapping", "at physical size entry where attributes")
VALID, TABLE = 1, 3
USER, READ_ONLY, NOT_GLOBAL, PXN, UXN = 1 << 6, 1 << 7, 1 << 11, 1 << 53, 1 << 54
# APTable, PXNTable, UXNTable: the kernel sets none, so none need be followed.
OF_TABLES = 0x1f << 59
NORMAL = 0xf0   # of an attribute byte: 0 is a device
TTBR_ROOT = 0x0000fffffffffffe

SYMBOLS = ("image_start", "text_end", "rodata_end", "image_end", "init_image_start", "init_image_end", "vectors",
           "core_stacks", "asid_table", "cores", "core_count", "irq_line", "cpus", "empty_root",
           "boot_start", "boot_text_end", "boot_end", "boot_bss", "boot_tables", "kept_end", "spare_start")
# A kernel that was made without tracing, or for one core, has none.
PICKED = ("vectors_traced", "may_enter")
VALUES = {
    "core_bytes": "sizeof(struct core)", "cores_max": "sizeof(cores)/sizeof(cores[0])",
    "current": "&((struct core *)0)->current", "bound": "&((struct sender *)0)->endpoint",
    "thread_bound": "&((struct thread *)0)->sender.endpoint", "lines": "sizeof(irq_line)/8",
    "asid_bytes": "sizeof(struct asid_entry)", "asids": "sizeof(asid_table)/sizeof(asid_table[0])",
    "core_stack": "sizeof(((struct core_stacks *)0)->stack)",
    "stacks_bytes": "sizeof(struct core_stacks)", "emergency": "sizeof(((struct core_stacks *)0)->emergency)",
    "cpu_bytes": "sizeof(struct cpu)", "arrival": "&((struct cpu *)0)->arrival",
}
# include/thole/object.h: the types whose objects are memory that the kernel alone uses.
CAPTABLE, ENDPOINT, REPLY, PAGE_TABLE = 2, 5, 9, 11
IN_MEMORY = set(range(CAPTABLE, PAGE_TABLE + 1))
INIT_SLOT_CAPTABLE = 1
ARRIVED = 2


def evaluate(elf, *expressions):
    """The numbers that C expressions have by what kernel.elf says of its types."""
    words = ["gdb-multiarch", "-q", "-nx", "-batch", "-ex", f'file "{elf}"']
    for text in expressions:
        words += ["-ex", f"print (long)({text})"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    numbers = [int(number) & (1 << 64) - 1 for number in re.findall(r"^\$\d+ = (-?\d+)$", done.stdout, re.MULTILINE)]
    if len(numbers) != len(expressions):
        raise StubError(f"gdb does not know {elf}: {done.stdout}{done.stderr}")
    return numbers


class Kernel:
    """What kernel.elf says of where things are."""

    def __init__(self, elf):
        self.__dict__.update((name, address_of(elf, name)) for name in SYMBOLS)
        self.__dict__.update((name, symbols_of(elf).get(name)) for name in PICKED)
        self.__dict__.update(zip(VALUES, evaluate(elf, *VALUES.values())))

    def tables_of_vectors(self):
        return self.vectors, self.vectors_traced


@functools.lru_cache
def symbols_of(elf):
    read = Elf(elf)
    absolute = {name: address for address, _, name in read_symbols(elf, absolute=True)}
    return {**absolute, **read.address, **{name: address for address, _, name in read.objects}}


def address_of(elf, name):
    """Where the symbol is. What the kernel is compiled to as a whole may have more to a name than the source."""
    known = symbols_of(elf)
    if name not in known:
        raise StubError(f"{elf} has no symbol {name}")
    return known[name]


@functools.lru_cache
def kernel_of(elf):
    return Kernel(elf)


def overlap(one, other):
    return one[0] < other[1] and other[0] < one[1]


def canonical(low_48):
    return low_48 | (0xffff << 48 if low_48 >> 47 else 0)


class Audit:
    """One look at a machine that stands still. `wrong` has the sentences, `seen` counts what was looked at."""

    def __init__(self, stub, elf):
        self.stub, self.kernel = stub, kernel_of(elf)
        self.wrong, self.seen = [], collections.Counter()
        self.tables = set()     # physical addresses of all tables
        self.spaces = {}        # physical root -> (name, mappings)
        self.mair = 0
        stub.physical()
        self.roots = self.loaded_roots()
        if self.roots:
            self.look()

    def say(self, space, mapping, what):
        self.wrong.append(f"{space}: {mapping.at:#x} ({mapping.size:#x} bytes at {mapping.physical:#x}, "
                          f"entry {mapping.entry:#x}) {what}")

    # Which tables there are.

    def loaded_roots(self):
        """What each core of the kernel's has loaded, as (TTBR0, TTBR1); nothing if firmware runs."""
        found = []
        for core in self.stub.cores():
            self.stub.choose(core)
            if self.stub.register("VBAR") in self.kernel.tables_of_vectors():
                self.mair = self.stub.register("MAIR_EL1")
                found.append((self.stub.register("TTBR0_EL1") & TTBR_ROOT, self.stub.register("TTBR1_EL1") & TTBR_ROOT))
        self.seen["cores"] = len(found)
        return found

    def leaves(self, root, level, at):
        """All mappings below a table, in order."""
        self.tables.add(root)
        entries = struct.unpack(f"<{ENTRIES}Q", self.stub.read(root, PAGE))
        shift = 39 - 9 * level
        for index, entry in enumerate(entries):
            place = at + (index << shift)
            if not entry & VALID:
                continue
            if entry & TABLE == TABLE and level < 3:
                if entry & OF_TABLES:
                    self.wrong.append(f"the table for {place:#x} has rights of its own: {entry:#x}")
                yield from self.leaves(entry & ADDRESS, level + 1, place)
            else:
                attributes = self.mair >> 8 * (entry >> 2 & 7) & 0xff
                yield Mapping(place, entry & ADDRESS & ~((1 << shift) - 1), 1 << shift, entry, root + 8 * index, attributes)

    def physical_of(self, address):
        mapping = self.half[max(0, bisect.bisect_right(self.starts, address) - 1)]
        offset = address - mapping.at
        return mapping.physical + offset if 0 <= offset < mapping.size else None

    def look(self):
        high = {high for _, high in self.roots}
        if len(high) != 1:
            self.wrong.append(f"the cores have several kernels: {high}")
        self.half = list(self.leaves(high.pop(), 0, 0xffff << 48))
        self.starts = [mapping.at for mapping in self.half]
        self.look_at_kernel()
        table = self.stub.read(self.physical_of(self.kernel.asid_table), self.kernel.asids * self.kernel.asid_bytes)
        for number in range(self.kernel.asids):
            word, = struct.unpack_from("<Q", table, number * self.kernel.asid_bytes)
            if word & ROOT_PAGE:
                root = canonical((word & ROOT_PAGE) * PAGE & LOW_48)
                self.space(root - DIRECT_MAP_BASE, f"the space with ASID {number}")
        self.look_at_loaded()
        self.look_at_objects()
        self.seen["tables"], self.seen["spaces"] = len(self.tables), len(self.spaces)

    def space(self, root, name):
        self.spaces[root] = name, list(self.leaves(root, 1, 0))
        for mapping in self.spaces[root][1]:
            self.look_at_program(name, mapping)

    def look_at_loaded(self):
        empty = self.stub.read_word(self.physical_of(self.kernel.empty_root))
        for low, _ in self.roots:
            if low == empty:
                if any(self.leaves(empty, 0, 0)):
                    self.wrong.append("the root that maps nothing maps something")
            elif low not in self.spaces:
                self.wrong.append(f"a core has loaded a root that is no space's: {low:#x}")

    # The kernel's half.

    def look_at_kernel(self):
        text, boot_text = self.part("image_start", "text_end"), self.part("boot_start", "boot_text_end")
        fixed, boot = self.part("image_start", "rodata_end"), self.part("boot_start", "boot_end")
        self.init_image = self.part("init_image_start", "init_image_end")
        if self.is_booting():
            self.image = [self.part("image_start", "image_end")]
            executable, constant = [text, boot_text], [fixed, boot]
        else:
            self.image = [fixed, self.part("boot_end", "kept_end"), self.part("boot_tables", "spare_start")]
            executable, constant = [text], [fixed]
            self.look_at_what_only_boots()
        for mapping in self.half:
            self.seen["mappings"] += 1
            mine = mapping.physical, mapping.physical + mapping.size
            writes = not mapping.entry & READ_ONLY
            if mapping.entry & USER:
                self.say("the kernel", mapping, "is a program's too")
            if not mapping.entry & UXN:
                self.say("the kernel", mapping, "can be executed by programs")
            if not mapping.entry & PXN:
                if writes:
                    self.say("the kernel", mapping, "is writable and executable")
                if not mapping.attributes & NORMAL:
                    self.say("the kernel", mapping, "is a device that can be executed")
                if not any(start <= mine[0] and mine[1] <= end for start, end in executable):
                    self.say("the kernel", mapping, "can be executed, and is not the kernel's text")
            if writes and any(overlap(mine, part) for part in constant):
                self.say("the kernel", mapping, "is the kernel's text or constants, writable")
        self.look_at_stacks()

    def part(self, first, last):
        """Of the image, which lies in one piece: physical addresses of [first, last), by symbols or variables."""
        until = getattr(self.kernel, last)
        if last in ("kept_end", "spare_start"):
            until = self.stub.read_word(self.physical_of(until))
        offset = self.physical_of(self.kernel.image_start) - self.kernel.image_start
        return getattr(self.kernel, first) + offset, until + offset

    def is_booting(self):
        """
        Is what only boots still there? It is set when that has gone. One core alone tells nobody: whoever
        looks at such a kernel waits until a program has said something.
        """
        if self.kernel.may_enter is None:
            return False
        word = self.stub.read(self.physical_of(self.kernel.may_enter), 4)
        return not any(word)

    def look_at_what_only_boots(self):
        """It is not where it was, and nothing there can be executed: its memory is init's."""
        kept_end, spare_start = (self.stub.read_word(self.physical_of(getattr(self.kernel, name)))
                                 for name in ("kept_end", "spare_start"))
        for start, end in ((self.kernel.boot_start, self.kernel.boot_end),
                           (kept_end, self.kernel.boot_tables), (spare_start, self.kernel.image_end)):
            for page in range(start, end, PAGE):
                self.seen["gone"] += 1
                if self.physical_of(page) is not None:
                    self.wrong.append(f"the kernel: {page:#x} only boots, and is still mapped")

    def look_at_stacks(self):
        arrivals = self.physical_of(self.kernel.cpus) + self.kernel.arrival
        for number in range(self.kernel.cores_max):
            arrival, = struct.unpack("<I", self.stub.read(arrivals + number * self.kernel.cpu_bytes, 4))
            if arrival == ARRIVED or (number == 0 and not self.is_booting()):
                self.look_at_guards(f"core {number}", self.kernel.core_stacks + number * self.kernel.stacks_bytes,
                                    self.kernel.core_stack)

    def look_at_guards(self, name, at, stack):
        for kind, size in ((GUARD, PAGE), (STACK, stack), (GUARD, PAGE), (STACK, self.kernel.emergency), (GUARD, PAGE)):
            for page in range(at, at + size, PAGE):
                mapped = self.physical_of(page) is not None
                if mapped == (kind == GUARD):
                    self.wrong.append(f"{name}: the {kind} page {page:#x} is {'' if mapped else 'not '}mapped")
            at += size
        self.seen["stacks"] += 2

    # Programs.

    def look_at_program(self, name, mapping):
        self.seen["mappings"] += 1
        end = mapping.physical + mapping.size
        writes, executes = not mapping.entry & READ_ONLY, not mapping.entry & UXN
        if not mapping.entry & PXN:
            self.say(name, mapping, "can be executed by the kernel")
        if not mapping.entry & NOT_GLOBAL:
            self.say(name, mapping, "belongs to every space")
        if writes and executes:
            self.say(name, mapping, "is writable and executable")
        if executes and not mapping.attributes & NORMAL:
            self.say(name, mapping, "is a device that can be executed")
        if any(overlap((mapping.physical, end), part) for part in self.image):
            within = self.init_image[0] <= mapping.physical and end <= self.init_image[1] + PAGE - 1
            if writes or not within:
                self.say(name, mapping, "is in the kernel's image")

    # Objects: the kernel's own memory, in which no program may look.

    def some_slot(self):
        """Where, in the kernel's view, a slot is that an object holds; None: there is no object to start from."""
        cores, running = self.physical_of(self.kernel.cores), self.physical_of(self.kernel.core_count)
        for number in range(struct.unpack("<I", self.stub.read(running, 4))[0]):
            thread = self.stub.read_word(cores + number * self.kernel.core_bytes + self.kernel.current)
            if thread:
                yield thread + self.kernel.thread_bound
        for page in range(self.kernel.irq_line, self.kernel.irq_line + 8 * self.kernel.lines, PAGE):
            physical = self.physical_of(page)       # not yet, early in boot
            for word, in struct.iter_unpack("<Q", self.stub.read(physical, PAGE) if physical is not None else b""):
                if word:
                    yield word + self.kernel.bound

    def table_of_init(self):
        """Follows the tree of capabilities to its root, which lies in init's table; the table names itself."""
        for at in self.some_slot():
            for _ in range(100000):
                *_, after, before = self.slot(at)
                if after >> 48 & 0xff == 0 or not before & LOW_48:
                    break
                at = canonical(before & LOW_48)
            for index in range(INIT_SLOT_CAPTABLE, 1 << 13):
                place = at - (index - INIT_SLOT_CAPTABLE) * SLOT_BYTES
                if place < DIRECT_MAP_BASE:
                    break
                word = self.slot(place)[0]
                table = canonical(word & LOW_48 & ~63)
                if word >> 48 & 0xff == CAPTABLE and table + INIT_SLOT_CAPTABLE * SLOT_BYTES == place:
                    return table, 1 << (word & 63)
        return None

    def slot(self, at):
        return struct.unpack("<4Q", self.stub.read(at - DIRECT_MAP_BASE, SLOT_BYTES))

    def objects(self):
        """(physical address, bytes) of what capabilities name that is in memory."""
        first = self.table_of_init()
        waiting = [first] if first else []
        known = set(waiting)
        while waiting:
            table, count = waiting.pop()
            yield table - DIRECT_MAP_BASE, count * SLOT_BYTES
            for word, _, _, _ in struct.iter_unpack("<4Q", self.stub.read(table - DIRECT_MAP_BASE, count * SLOT_BYTES)):
                kind, at = word >> 48 & 0xff, canonical(word & LOW_48 & ~63)
                if kind == CAPTABLE and (at, 1 << (word & 63)) not in known:
                    known.add((at, 1 << (word & 63)))
                    waiting.append((at, 1 << (word & 63)))
                elif kind in IN_MEMORY and at >= DIRECT_MAP_BASE:
                    yield at - DIRECT_MAP_BASE, 1

    def look_at_objects(self):
        pages = set(self.tables)
        for at, size in self.objects():
            self.seen["objects"] += 1
            pages.update(range(at & ~(PAGE - 1), at + size, PAGE))
        for name, mappings in self.spaces.values():
            for mapping in mappings:
                if mapping.size == PAGE:
                    hit = mapping.physical in pages
                else:
                    hit = any(mapping.physical <= page < mapping.physical + mapping.size for page in pages)
                if hit:
                    self.say(name, mapping, "is an object of the kernel")


def audit(stub, elf):
    """The look, or an error that says all that is wrong."""
    done = Audit(stub, elf)
    if done.wrong:
        raise AssertionError("the translation tables are wrong:\n  " + "\n  ".join(done.wrong[:40]))
    return done.seen
