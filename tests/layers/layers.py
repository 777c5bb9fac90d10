#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
#
# Who may include whom: "The floors" of docs/architecture.md, as a table. Every
# #include is resolved as the compiler would; one that points upwards, or to a
# neighbour, is refused.
#
#   layers.py               read the sources
#   layers.py --self-test   are wrong includes refused, and right ones not?

import os
import re
import sys
import tempfile

ROOT = os.environ.get("THOLE_ROOT") or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

FREESTANDING = {"stdint.h", "stddef.h", "stdbool.h", "stdarg.h"}
# Of C library headers and the like, any will do.
ANY = None


class Floor:
    """What a folder is: where its includes are looked for, what it may reach, what from outside."""

    def __init__(self, folder, paths, reach, outside=ANY):
        self.folder = folder    # a pattern; its first group, if any, is a program's own folder
        self.paths = paths      # include path, relative to the top
        self.reach = reach      # folders it may include from, beside its own
        self.outside = outside  # headers that are not of this repository


# What a configuration of the kernel picks: the same headers in each of these.
KERNEL_OPTIONS = ["kernel/options/cores_several", "kernel/options/trace_ring"]
ARCH_OPTIONS = ["arch/arm64/options/gic_v2_v3", "arch/arm64/options/cores_several"]

# The first that matches is a file's floor. Lower floors come first.
FLOORS = [
    Floor(r"include/thole/", ["include"], [], {"stdint.h"}),
    Floor(r"include/service/", ["include"], ["include/thole/"], FREESTANDING),
    Floor(r"kernel/", [".", "include", "kernel", "arch/arm64", *KERNEL_OPTIONS, *ARCH_OPTIONS], ["include/thole/"], FREESTANDING),
    Floor(r"arch/[^/]+/", [".", "include", "kernel", "arch/arm64", *KERNEL_OPTIONS, *ARCH_OPTIONS],
          ["include/thole/", "kernel/"], FREESTANDING),
    Floor(r"lib/", ["lib", "include", "lib/include"], ["include/"]),
    Floor(r"(?:servers|examples|products)/([^/]+)/", [".", "include", "lib/include"], ["include/", "lib/"]),
    Floor(r"drivers/([^/]+(?:/[^/]+)?)/", [".", "include", "lib/include"], ["include/", "lib/"]),
    # The doctor is init's checker on the host.
    Floor(r"tools/doctor/", [".", "include", "lib/include", "servers/init/checker"],
          ["include/", "lib/", "servers/init/checker/"]),
    Floor(r"tools/([^/]+)/", [".", "include", "lib/include"], ["include/", "lib/"]),
    # Tests are above everything.
    Floor(r"tests/", [".", "include", "lib/include", "lib", "kernel", "tests/unit"], [""]),
]

# kernel/arch.h: "The machine brings arch_types.h with struct frame".
MACHINE_BRINGS = {"arch_types.h"}

# Where a name that the floor's own include path does not explain is looked for.
EVERYWHERE = [".", "include", "lib/include", "lib", "kernel", "arch/arm64"]

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)', re.MULTILINE)
SOURCE = (".c", ".h", ".S")
FOLDERS = ["kernel", "arch", "lib", "servers", "drivers", "include", "examples", "products", "tools", "tests"]


def floor_of(path):
    for floor in FLOORS:
        match = re.match(floor.folder, path)
        if match:
            return floor, match.group(0)
    return None, None


def resolve(root, path, name, quoted):
    """The file of the repository that an include means, or None: it is from outside."""
    floor, _ = floor_of(path)
    places = [os.path.dirname(path)] if quoted else []
    for place in places + floor.paths + EVERYWHERE:
        file = os.path.normpath(os.path.join(place, name))
        if not file.startswith("..") and os.path.isfile(os.path.join(root, file)):
            return file
    return None


def complaint(root, path, name, quoted):
    """Why this include is wrong, or None."""
    floor, own = floor_of(path)
    file = resolve(root, path, name, quoted)
    if file is None:
        if floor.outside is ANY or name in floor.outside:
            return None
        return f"{name} is not of this repository; {own} uses only {' '.join(sorted(floor.outside))}"
    if name in MACHINE_BRINGS and own == "kernel/":
        return None
    if file.startswith(own) or any(file.startswith(folder) for folder in floor.reach):
        return None
    allowed = [own] + floor.reach
    return f"{file} is not below it; {own} may include from {' '.join(allowed)}"


def sources(root):
    for top in FOLDERS:
        for folder, _, names in os.walk(os.path.join(root, top)):
            for name in sorted(names):
                if name.endswith(SOURCE):
                    yield os.path.relpath(os.path.join(folder, name), root)


def check(root):
    """All complaints, as lines; and how many includes were read."""
    wrong, count = [], 0
    for path in sources(root):
        if floor_of(path)[0] is None:
            wrong.append(f"{path}: no floor has this folder; tests/layers/layers.py has the table")
            continue
        with open(os.path.join(root, path), encoding="utf-8") as source:
            text = source.read()
        for match in INCLUDE.finditer(text):
            count += 1
            why = complaint(root, path, match[1] or match[2], match[1] is not None)
            if why:
                line = text.count("\n", 0, match.start(0)) + 1
                wrong.append(f"{path}:{line}: {why}")
    return wrong, count


# Files of a small repository; a mark says whether the include is refused.
SELF_TEST = {
    "include/thole/abi.h": ["  <stdint.h>", "! <stdio.h>", "! <service/log.h>"],
    "include/service/log.h": ["  <thole/abi.h>", "! <lib/server.h>", "! <string.h>"],
    "kernel/arch.h": ['  "arch_types.h"', "  <thole/abi.h>", "! <service/log.h>", "! <string.h>"],
    "kernel/object/thread.h": ['  "../arch.h"', '! "machine.h"', '! "arch/arm64/machine.h"', '  "option_cores.h"',
                               '! "option_gic.h"'],
    "kernel/options/cores_several/option_cores.h": ["  <thole/abi.h>"],
    "arch/arm64/options/gic_v2_v3/option_gic.h": ['  "option_cores.h"'],
    "arch/arm64/arch_types.h": ["  <stdint.h>"],
    "arch/arm64/machine.h": ['  "kernel/arch.h"', '! "lib/event.h"'],
    "lib/event.h": ["  <lib/server.h>", "  <string.h>", '! "kernel/arch.h"', '! "../servers/log/log.h"'],
    "lib/include/lib/server.h": ["  <service/log.h>"],
    "servers/log/log.h": ["  <lib/server.h>", '  "lib/event.h"', '! "kernel/arch.h"', '! "../clock/clock.h"'],
    "servers/clock/clock.h": ['! "drivers/serial/pl011/pl011.h"', '! "servers/log/log.h"', '! <arch.h>'],
    "drivers/serial/pl011/pl011.h": ['! "../other/other.h"', '! "servers/log/log.h"'],
    "drivers/serial/other/other.h": ["  <thole/abi.h>"],
    "tools/doctor/main.c": ['  "check.h"', '! "servers/log/log.h"'],
    "servers/init/checker/check.h": ["  <service/log.h>"],
    "tests/unit/test.c": ['  "servers/log/log.h"', '  "kernel/arch.h"', "  <cmocka.h>"],
    "lib/upwards.c": ['! "tests/unit/test.c"'],
}


def self_test():
    expected = set()
    with tempfile.TemporaryDirectory() as root:
        for path, lines in SELF_TEST.items():
            os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
            with open(os.path.join(root, path), "w", encoding="utf-8") as source:
                for number, line in enumerate(lines, 1):
                    source.write(f"#include {line[2:]}\n")
                    if line.startswith("!"):
                        expected.add(f"{path}:{number}")
        wrong, _ = check(root)
    found = {line.rsplit(": ", 1)[0].split(": ")[0] for line in wrong}
    for place in sorted(expected ^ found):
        print(f"{place}: {'was not refused' if place in expected else 'was refused'}")
    return 1 if expected ^ found else 0


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    wrong, count = check(ROOT)
    for line in wrong:
        print(line)
    print(f"{count} includes, {len(wrong)} wrong")
    return 1 if wrong or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
