# SPDX-License-Identifier: BSD-2-Clause
#
# What gdb runs first under `./thole debug`: it loads the kernel's symbols, connects
# to the halted guest and defines the commands `program` and `type`. All programs are
# linked at the same address, so only one program's symbols are loaded at a time; it
# is found by comparing the code at the program counter with the programs' files. A
# breakpoint in a program would stop all others that have code at its address: it gets
# the condition $_running("NAME").

import os
import struct

import gdb

VIRT = os.environ["THOLE_VIRT"]
PROGRAMS = os.path.join(VIRT, "programs")
PT_LOAD, PF_X = 1, 1
# How much code around the program counter has to be the same.
COMPARED = 256
USER_END = 1 << 39


def known_programs():
    try:
        return sorted(name[:-4] for name in os.listdir(PROGRAMS) if name.endswith(".elf"))
    except FileNotFoundError:
        return []


def code_segments(path):
    """(address, bytes) of each executable segment of an ELF64 file."""
    with open(path, "rb") as file:
        data = file.read()
    start, = struct.unpack_from("<Q", data, 32)
    size, count = struct.unpack_from("<HH", data, 54)
    for index in range(count):
        kind, flags, offset, address, _, length = struct.unpack_from("<IIQQQQ", data, start + index * size)
        if kind == PT_LOAD and flags & PF_X:
            yield address, data[offset:offset + length]


def is_running(name, pc):
    """Whether memory around pc holds this program's code."""
    for address, code in code_segments(os.path.join(PROGRAMS, name + ".elf")):
        if address <= pc < address + len(code):
            first = max(0, pc - address - COMPARED // 2)
            expected = code[first:first + COMPARED]
            try:
                found = gdb.selected_inferior().read_memory(address + first, len(expected))
            except gdb.MemoryError:
                return False
            return bytes(found) == expected
    return False


def running_program():
    """The name of the program at the program counter, or None."""
    pc = int(gdb.parse_and_eval("$pc")) & ((1 << 64) - 1)
    found = [name for name in known_programs() if is_running(name, pc)]
    return found[0] if len(found) == 1 else None


class Running(gdb.Function):
    """$_running(NAME): whether the program at the program counter is NAME."""

    def __init__(self):
        super().__init__("_running")

    def invoke(self, name):
        return is_running(name.string(), int(gdb.parse_and_eval("$pc")) & ((1 << 64) - 1))


class Program(gdb.Command):
    """program [NAME]: use the symbols of a program.
Without a name, of the program that is running. A stop in a program does this itself,
unless a name was given; `program auto` returns to that."""

    def __init__(self):
        super().__init__("program", gdb.COMMAND_FILES)
        self.loaded = None
        self.automatic = True

    def invoke(self, argument, from_tty):
        name = argument.strip()
        if name == "auto":
            self.automatic = True
            return
        self.automatic = not name
        if not name:
            name = running_program()
            if not name:
                raise gdb.GdbError("No program is running here; `program NAME` chooses: "
                                   + " ".join(known_programs()))
        self.load(name)

    def complete(self, text, word):
        return [name for name in known_programs() + ["auto"] if name.startswith(word)]

    def load(self, name):
        if name not in known_programs():
            raise gdb.GdbError(f"There is no program {name}; known: " + " ".join(known_programs()))
        if name == self.loaded:
            return
        if self.loaded:
            gdb.execute(f'remove-symbol-file "{self.path(self.loaded)}"', to_string=True)
            self.loaded = None
        gdb.execute(f'add-symbol-file "{self.path(name)}"', to_string=True)
        self.loaded = name
        gdb.write(f"[symbols of {name}]\n")

    def on_stop(self, _event):
        name = self.automatic and running_program()
        if name:
            self.load(name)

    def on_breakpoint(self, breakpoint):
        if not self.loaded or not breakpoint.location or breakpoint.condition:
            return
        try:
            places = gdb.decode_line(breakpoint.location)[1] or ()
        except gdb.error:
            return
        if places and all(place.pc < USER_END for place in places):
            breakpoint.condition = f'$_running("{self.loaded}")'

    @staticmethod
    def path(name):
        return os.path.join(PROGRAMS, name + ".elf")


class Type(gdb.Command):
    """type TEXT: type a line at the guest's serial line."""

    def __init__(self):
        super().__init__("type", gdb.COMMAND_RUNNING)

    def invoke(self, argument, from_tty):
        with open(os.environ["THOLE_SERIAL"], "wb", buffering=0) as line:
            line.write(argument.encode() + b"\r")


def end_guest():
    try:
        if gdb.selected_inferior().pid:
            gdb.execute("kill")
    except gdb.error:
        pass  # it ended first, or with the connection


def start():
    gdb.execute("set pagination off")
    gdb.execute("set confirm off")
    gdb.execute("set architecture aarch64", to_string=True)
    gdb.execute(f'file "{os.path.join(os.environ["THOLE_KERNEL"], "kernel.elf")}"', to_string=True)
    gdb.execute(f'target remote {os.environ["THOLE_GDB"]}', to_string=True)
    program = Program()
    gdb.events.stop.connect(program.on_stop)
    gdb.events.breakpoint_created.connect(program.on_breakpoint)
    Running()
    Type()
    # gdb leaves a guest that it only looked at running; here it ends with gdb.
    if hasattr(gdb.events, "gdb_exiting"):
        gdb.events.gdb_exiting.connect(lambda _: end_guest())
    gdb.write("The guest is halted: `break NAME`, then `continue`. `program [NAME]` uses a program's symbols,\n"
              "`type TEXT` types a line at the guest's serial line.\n")


start()
