#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
#
# Tracing costs nothing when it is off: what runs then knows nothing of it. Read from the
# objects that the image is linked from: whatever refers to a symbol of the tracing's own
# must be a door that is named below, by which no event comes that is not about tracing.
# And from the sources: no variable, field or constant else is called after it, for one
# that is asked each time would be no symbol of the tracing's.
#
#   tracing.py               read build/virt
#   tracing.py --self-test   is what would cost something noticed?

import os
import re
import subprocess
import sys

from kernel import ROOT, files

# All that these define is the tracing's, and what is called so elsewhere.
OWN = {"kernel/trace.c", "kernel/object/trace_ring.c", "arch/arm64/trace.c", "arch/arm64/event_traced.c",
       "arch/arm64/vectors_traced.S"}
OWN_HEADERS = {"kernel/trace.h", "kernel/object/trace_ring.h"}
OWN_NAME = re.compile(r"(?:enter_|entry_)?traced_\w+|vectors_traced")

# What of the tracing's -> who may name it, without any cost to who does not trace.
DOORS = {
    "trace_ring_check": {"op_MACHINE_TRACE"},
    "trace_ring_start": {"op_MACHINE_TRACE"},
    "trace_ring_stop": {"op_MACHINE_TRACE"},
    "trace_ring_removed": {"capability_removed"},   # in a switch, for the slot that tracing holds
    # Among what one core tells another by an interrupt (the compiler may put one into the other).
    "trace_follow": {"take_order", "arch_irq_acknowledge"},
}
# Names in the sources besides: the doors', and of constants that choose nothing while it is off.
NAMES = {"op_MACHINE_TRACE", "MACHINE_TRACE", "TRACE_NOBODY", "HOLDER_TRACE", "GIC_SGI_TRACE", "gic_trace_others",
         "OPTION_TRACE"}    # a constant of the build
OTHERS = re.compile(r"\w*back_?trace\w*", re.IGNORECASE)


def objects():
    """(source, object) of all that is compiled into the kernel."""
    for source, entry in files():
        yield source, os.path.join(entry["directory"], re.search(r" -o (\S+)", entry["command"])[1])


def readelf(*words):
    return subprocess.run(["aarch64-linux-gnu-readelf", "-W", *words], capture_output=True, text=True,
                          check=True).stdout


class Object:
    """Who is defined in an object, and who refers to whom."""

    def __init__(self, path):
        self.sections = dict(re.findall(r"^ +\[ *(\d+)\] (\S+)", readelf("-S", path), re.MULTILINE))
        self.labels = {}        # section -> [(offset, name)], in order
        for value, name, where in self.symbols(path):
            self.labels.setdefault(self.sections[where], []).append((value, name))
        for labels in self.labels.values():
            labels.sort()
        self.references = set(self.read_references(path))

    @staticmethod
    def symbols(path):
        line = r"^ +\d+: ([0-9a-f]{16}) +\d+ (?:NOTYPE|FUNC|OBJECT) +\w+ +\w+ +(\d+) ([A-Za-z_][\w.]*)$"
        for value, where, name in re.findall(line, readelf("-s", path), re.MULTILINE):
            yield int(value, 16), plain(name), where

    def defined(self):
        return {name for labels in self.labels.values() for _, name in labels}

    def holder(self, section, offset):
        """Whose bytes these are: of the last label before them."""
        return next((name for at, name in reversed(self.labels.get(section, [])) if at <= offset), section)

    def read_references(self, path):
        section = ""
        for line in readelf("-r", path).split("\n"):
            title = re.match(r"Relocation section '\.rela(\S+)'", line)
            entry = re.match(r"([0-9a-f]{16}) +[0-9a-f]{16} +R_\w+ +[0-9a-f]{16} +(\S+)", line)
            if title:
                section = title[1]
            elif entry and not section.startswith((".debug", ".eh_frame")):
                yield self.holder(section, int(entry[1], 16)), plain(entry[2])


def plain(name):
    """Without what the compiler appends to the name of a part of a function."""
    return name.partition(".")[0] or name


def own_names(found):
    """The symbols that are the tracing's."""
    return {name for source, one in found.items() for name in one.defined()
            if source in OWN or OWN_NAME.fullmatch(name)}


def check_objects(found):
    """found: source -> Object."""
    own, used = own_names(found), set()
    for source, one in found.items():
        for holder, name in sorted(one.references):
            if source in OWN or holder in own or name not in own:
                continue
            used.add(name)
            if holder not in DOORS.get(name, ()):
                yield f"{source}: {holder} refers to {name}, which is the tracing's"
    for name in sorted(set(DOORS) - used):
        yield f"{name}: there is no door to it any more"


def check_source(source, text, own):
    text = re.sub(r"/\*.*?\*/|//[^\n]*|#include[^\n]*|\"[^\"\n]*\"", " ", text, flags=re.S)
    for name in sorted(set(re.findall(r"[A-Za-z_]\w*", text))):
        if not re.search("trac(e|ing)", name, re.IGNORECASE) or OTHERS.fullmatch(name):
            continue
        if name not in own | NAMES:
            yield f"{source}: {name} is called after tracing, and not in its own files"


def sources():
    for top in ("kernel", "arch"):
        for folder, _, names in os.walk(os.path.join(ROOT, top)):
            for name in names:
                source = os.path.relpath(os.path.join(folder, name), ROOT)
                if name.endswith((".c", ".h", ".S")) and source not in OWN | OWN_HEADERS:
                    with open(os.path.join(ROOT, source), encoding="utf-8") as file:
                        yield source, file.read()


def complaints(found):
    yield from check_objects(found)
    own = own_names(found)
    for source, text in sources():
        yield from check_source(source, text, own)


def self_test(found):
    """Adds what would cost something, one thing at a time."""
    own = own_names(found)
    for source, reference in (("kernel/event.c", ("kernel_syscall", "trace_ring_stop")),
                              ("arch/arm64/event.c", ("event_sync", "trace_syscall")),
                              ("arch/arm64/event.c", (".rodata", "trace_syscall")),
                              ("arch/arm64/vectors.S", ("vectors", "traced_interrupt")),
                              ("kernel/object/capability.c", ("slot_delete", "trace_ring_removed"))):
        found[source].references.add(reference)
        wrong = list(check_objects(found))
        if len(wrong) != 1 or " ".join(reference[:1]) not in wrong[0]:
            raise AssertionError(f"{reference} was not told: {wrong}")
        found[source].references.remove(reference)
    door = next(pair for pair in found["kernel/object/object.c"].references if pair[1] == "trace_ring_removed")
    found["kernel/object/object.c"].references.remove(door)
    for wrong in (list(check_objects(found)), list(check_source("kernel/core.c", "if (core->traced) x();", own)),
                  list(check_source("kernel/core.h", "    bool tracing_is_on;", own))):
        if len(wrong) != 1:
            raise AssertionError(f"expected one complaint: {wrong}")
    if list(check_source("kernel/core.c", '/* trace_on */ "trace_on" print_back_trace(BACK_TRACE_MAX);', own)):
        raise AssertionError("what does not trace was told")
    print("what would cost something is noticed")
    return 0


def main():
    found = {source: Object(path) for source, path in objects()}
    if "--self-test" in sys.argv:
        return self_test(found)
    wrong = list(complaints(found))
    for line in wrong:
        print(line)
    references = sum(len(one.references) for one in found.values())
    print(f"{len(found)} objects, {references} references, {len(wrong)} complaints")
    return 1 if wrong or len(found) < 30 else 0


if __name__ == "__main__":
    sys.exit(main())
