#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
#
# `./thole debug --resolve [--kernel NAME] [FILE]`: what a log or standard input holds of addresses in a
# kernel's last words and in init's reports of faults, as functions with file and line.
# They are looked up in what is built now, which must be what ran. Lines come from
# addr2line; where that is not installed, functions from the symbol table.

import os
import re
import shutil
import struct
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "run"))

import machine      # noqa: E402  (found through the path above)

ADDR2LINES = ["aarch64-linux-gnu-addr2line", "aarch64-none-elf-addr2line"]
TOOL_LIMIT = 60
# A return address is behind its call, perhaps in the next function or line.
INSTRUCTION = 4

PANIC = re.compile(r"kernel panic: .*")
REGISTERS = re.compile(r"\b(x30|pc) ([0-9a-f]{16})\b")
BACK_TRACE = re.compile(r"back-trace:((?: [0-9a-f]+)*)")
STARTED = re.compile(r"init: ([\w,.+-]+): started(?: \(([\w,.+-]+))?")
FAULT = re.compile(r"init: ([\w,.+-]+): pc 0x([0-9a-f]+) lr 0x([0-9a-f]+), called from((?: 0x[0-9a-f]+)*)")

# See -ffile-prefix-map in cmake/flags.cmake: addr2line puts the one before the other.
BUILT_IN = "build/out/"

SYMTAB, STT_FUNC, STT_OBJECT, STT_NOTYPE = 2, 2, 1, 0
SECTION_SIZE, SYMBOL_SIZE = 64, 24


class Symbols:
    """The functions of an ELF64 file."""

    def __init__(self, path):
        self.path = path
        self.tool = next((tool for tool in ADDR2LINES if shutil.which(tool)), None)
        self.table = sorted(read_symbols(path))

    def function(self, address):
        """NAME+OFFSET by the symbol table; None: the address is in no section's symbols."""
        below = [entry for entry in self.table if entry[0] <= address]
        if not below:
            return None
        start, size, name = max(below)
        if size and address >= start + size:
            return None
        return f"{name}+{address - start:#x}"

    def describe(self, address, of_return=False):
        """Lines, the innermost inlined function first."""
        looked_up = address - INSTRUCTION if of_return else address
        function = self.function(looked_up)
        if function is None:
            return ["(not in " + os.path.basename(self.path) + ")"]
        return self.lines(looked_up) or [function]

    def lines(self, address):
        if not self.tool:
            return []
        done = subprocess.run([self.tool, "-f", "-i", "-e", self.path, f"{address:#x}"], capture_output=True,
                              text=True, timeout=TOOL_LIMIT, check=False)
        words = done.stdout.split("\n")
        pairs = list(zip(words[0::2], words[1::2]))
        if done.returncode != 0 or not pairs or pairs[0][0] == "??":
            return []
        return [f"{name} at {shown_place(place)}" for name, place in pairs]


def shown_place(place):
    """file:line, from the repository's root; the build calls its own folder BUILT_IN."""
    path, _, line = place.partition(" ")[0].rpartition(":")
    return f"{os.path.normpath(path).removeprefix(BUILT_IN)}:{line}"


SHN_LORESERVE, SHN_ABS = 0xff00, 0xfff1


def read_symbols(path, kinds=(STT_FUNC, STT_NOTYPE), absolute=False):
    """(address, size, name) of each function, and of each label in code; or of other kinds, or of no section."""
    with open(path, "rb") as file:
        data = file.read()
    if data[:5] != b"\x7fELF\x02":
        raise machine.UserError(f"{path} is no ELF64 file.")
    start, = struct.unpack_from("<Q", data, 40)
    count, = struct.unpack_from("<H", data, 60)
    sections = [struct.unpack_from("<IIQQQQII", data, start + SECTION_SIZE * number) for number in range(count)]
    for _, kind, _, _, offset, size, link, _ in sections:
        if kind != SYMTAB:
            continue
        names = sections[link][4]
        for at in range(offset, offset + size, SYMBOL_SIZE):
            name, info, _, section, address, length = struct.unpack_from("<IBBHQQ", data, at)
            text = data[names + name:data.index(b"\0", names + name)].decode(errors="replace")
            is_there = section == SHN_ABS if absolute else 0 < section < SHN_LORESERVE
            if info & 15 in kinds and is_there and text and text[0] != "$":
                yield address, length, text


class Resolver:
    """Takes a log's lines one by one; each answer is a list of lines to print."""

    def __init__(self, kernel=None):
        self.kernel = ("kernels", kernel) if kernel else ()
        self.symbols = {}
        self.programs = {}      # server -> program
        self.registers = {}     # of the panic that is being read
        self.in_panic = False

    def elf(self, *parts):
        path = machine.built(*parts)
        if path not in self.symbols:
            self.symbols[path] = Symbols(path) if os.path.exists(path) else None
        return self.symbols[path]

    def entries(self, symbols, addresses):
        """addresses: (label, address, whether it is a return address)."""
        answer = []
        for label, address, of_return in addresses:
            described = symbols.describe(address, of_return) if symbols else ["(its program is not built)"]
            answer.append(f"  {label:3} {address:016x}  {described[0]}")
            answer += [f"{'':22}  inlined into {outer}" for outer in described[1:]]
        return answer

    def line(self, text):
        if PANIC.search(text):
            self.in_panic, self.registers = True, {}
            return [PANIC.search(text)[0].strip()]
        if self.in_panic:
            return self.panic_line(text)
        started, fault = STARTED.search(text), FAULT.search(text)
        if started:
            self.programs[started[1]] = started[2] or started[1]
        return self.fault(fault) if fault else []

    def panic_line(self, text):
        self.registers.update({name: int(value, 16) for name, value in REGISTERS.findall(text)})
        trace = BACK_TRACE.search(text)
        if not trace:
            return []
        self.in_panic = False
        callers = [int(word, 16) for word in trace[1].split()]
        addresses = [("pc", self.registers["pc"], False)] if "pc" in self.registers else []
        # The caller of a function that keeps no frame is in x30 alone; in others it is stale.
        if self.registers.get("x30") not in (None, *callers):
            addresses.append(("x30", self.registers["x30"], True))
        addresses += [(f"#{number}", caller, True) for number, caller in enumerate(callers, 1)]
        return self.entries(self.elf(*self.kernel, "kernel.elf"), addresses)

    def fault(self, match):
        program = self.programs.get(match[1], match[1])
        addresses = [("pc", int(match[2], 16), False)]
        callers = [int(word, 16) for word in match[4].split()]
        if int(match[3], 16) not in callers:
            addresses.append(("lr", int(match[3], 16), True))
        addresses += [(f"#{number}", caller, True) for number, caller in enumerate(callers, 1)]
        return [f"fault of {match[1]}"] + self.entries(self.elf("programs", program + ".elf"), addresses)


def resolve(text, kernel=None):
    """All that text has of it, as lines; none if it has none. `kernel`: which configuration ran."""
    resolver = Resolver(kernel)
    answer = []
    for line in text.replace("\r", "").split("\n"):
        answer += resolver.line(line)
    return answer


def panic_only(text, kernel=None):
    """The same for a guest that has just panicked; never an error."""
    try:
        return resolve(text[text.rfind("kernel panic:"):], kernel) if "kernel panic:" in text else []
    except (OSError, ValueError, struct.error, subprocess.SubprocessError, machine.UserError) as error:
        return [f"the addresses cannot be resolved: {error}"]


def read_log(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as source:
            return source.read()
    except OSError as error:
        raise machine.UserError(f"the log {path} cannot be read: {error.strerror}.") from error


def main():
    names, options = sys.argv[1:], machine.Options()
    if names[:1] == ["--kernel"] and len(names) > 1:
        machine.pick_kernel(options, names[1])
        names = names[2:]
    if len(names) > 1 or names[:1] and names[0].startswith("-"):
        print("thole: debug --resolve takes one file, or standard input.", file=sys.stderr)
        return 1
    try:
        machine.check_kernel(options)
        if not os.path.exists(machine.built("kernel.elf")):
            raise machine.UserError("nothing is built here: the addresses' names come from the build.")
        if names:
            text = read_log(names[0])
        else:
            text = sys.stdin.buffer.read().decode(errors="replace")
        found = resolve(text, options.kernel)
    except (OSError, machine.UserError) as error:
        print(f"thole: {error}", file=sys.stderr)
        return 1
    print("\n".join(found) if found else "There is no panic and no report of a fault in it.")
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(main())
