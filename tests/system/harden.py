# SPDX-License-Identifier: BSD-2-Clause
#
# What the kernel has against its own mistakes: each measure is met from outside, by
# damage done through QEMU's gdb stub while the machine stands still, and must end in a
# panic that names it. And the audit of the translation tables finds what is planted.
#
# With --board=rpi4, what a Cortex-A72 without firmware has: its core knows neither PAN nor
# landing pads nor signatures, and there is nobody to ask for measures against speculation.

import collections
import json
import os
import re
import struct
import subprocess
import tempfile

from system import (BOARD, HAS_FIRMWARE, ROOT, VIRT, WAITS, Guest, audit, cores_booted, expect, expect_equal, power_off,
                    run, servers)
from stub import Stub
import machine

KERNEL = os.path.join(VIRT, "kernel.elf")
# What the first core says of itself.
CPUS = {"cortex-a53": "PAN no, landing pads no, signed returns no$",
        "cortex-a57": "PAN no, landing pads no, signed returns no$",
        "cortex-a72": "PAN no, landing pads no, signed returns no$",
        "neoverse-n1": "PAN yes, landing pads no, signed returns no$",
        "max": "PAN yes, landing pads yes, signed returns yes$"}
if BOARD == "rpi4":
    CPUS = {"cortex-a72": CPUS["cortex-a72"]}
ANY_CPU = "max" in CPUS
PAN, EL_MASK = 1 << 22, 0xc
SCTLR_ENIB = 1 << 30
BLR_X16 = struct.pack("<I", 0xd63f0200)
SYNCHRONOUS = 0x400     # in the table of vectors
TREE_WINDOW = 0xffffffffc0001000
DATA_ABORT, PERMISSION = 0x25, 0x0c


def address(name):
    return audit.address_of(KERNEL, name)


def booted(cpu="max", **options):
    """A guest that powers off where it would reset."""
    model = ["-cpu", cpu] if ANY_CPU else []
    guest = Guest(direct=True, time_limit=100, qemu=[*model, "-no-reboot"], **options)
    guest.wait_for_prompt(60)
    return guest


def panic_after(damage, cpu="max", at="kernel_syscall", line="uptime", before=None, **options):
    """What the kernel says when damage(stub) was done in the first `at` that comes after the line."""
    with booted(cpu, **options) as guest:
        place = address(at)
        if before is not None:
            guest.command(before)
        with Stub(guest.stub_path) as stub:
            stub.break_at(place)
            guest.send_line(line)
            stub.go()
            expect_equal(stub.register("pc"), place, "pc")
            damage(stub)
            stub.clear_break(place)
        if HAS_FIRMWARE:
            guest.wait_for_exit(60)
        else:
            guest.wait_for(WAITS, 60)
        return guest.text


def panic_line(text):
    lines = re.findall(r"^kernel panic: .*$", text, re.MULTILINE)
    expect_equal(len(lines), 1, f"lines that say panic in\n{text[-2000:]}")
    return lines[0]


# --- The audit -----------------------------------------------------------------

def find(mappings, what):
    return next(mapping for mapping in mappings if what(mapping))


def plants(look):
    """(sentence that the audit must say, where to write, what)."""
    kernel = look.kernel
    at = {mapping.at: mapping for mapping in look.half}
    text, constants, data = at[kernel.image_start], at[kernel.text_end], at[kernel.boot_end]
    gone = constants.where + (kernel.boot_start - kernel.text_end) // audit.PAGE * 8
    device = find(look.half, lambda mapping: not mapping.attributes & audit.NORMAL)
    _, mappings = list(look.spaces.values())[-1]
    program = find(mappings, lambda mapping: not mapping.entry & audit.UXN)
    writable = find(mappings, lambda mapping: not mapping.entry & audit.READ_ONLY)
    page = ~audit.ADDRESS
    yield "is writable and executable", text.where, text.entry & ~audit.READ_ONLY
    yield "text or constants, writable", constants.where, constants.entry & ~audit.READ_ONLY
    yield "is not the kernel's text", constants.where, constants.entry & ~audit.PXN
    yield "only boots, and is still mapped", gone, constants.entry
    yield "is not the kernel's text", gone, text.entry & page | text.physical + kernel.boot_start - kernel.image_start
    yield "is writable and executable", data.where, data.entry & ~audit.PXN
    yield "can be executed by programs", data.where, data.entry & ~audit.UXN
    yield "is a program's too", data.where, data.entry | audit.USER
    yield "is a device that can be executed", device.where, device.entry & ~audit.PXN
    guard = at[kernel.core_stacks + audit.PAGE]     # the stack itself; its guard's entry is the one below
    yield "core 0: the guard page", guard.where - 8, guard.entry
    yield "core 0: the stack page", guard.where, 0
    other = at[kernel.core_stacks + kernel.stacks_bytes + audit.PAGE]
    yield "core 1: the guard page", other.where + 8, other.entry
    yield "is writable and executable", program.where, program.entry & ~audit.READ_ONLY
    yield "is writable and executable", writable.where, writable.entry & ~audit.UXN
    yield "can be executed by the kernel", program.where, program.entry & ~audit.PXN
    yield "belongs to every space", program.where, program.entry & ~audit.NOT_GLOBAL
    yield "in the kernel's image", program.where, program.entry & page | data.physical
    yield "is an object of the kernel", writable.where, writable.entry & page | max(look.tables)
    table = look.table_of_init()[0] - audit.DIRECT_MAP_BASE
    yield "is an object of the kernel", writable.where, writable.entry & page | table
    yield "has rights of its own", min(look.spaces), look.stub.read_word(min(look.spaces)) | 1 << 63


def each_planted_mistake_is_found_by_the_audit():
    with booted("cortex-a72", cores=2) as guest:
        with Stub(guest.stub_path) as stub:
            look = audit.Audit(stub, KERNEL)
            expect_equal(look.wrong, [], "before")
            for sentence, where, entry in plants(look):
                before = stub.read_word(where)
                stub.write_word(where, entry)
                found = audit.Audit(stub, KERNEL).wrong
                stub.write_word(where, before)
                if not any(sentence in line for line in found):
                    raise AssertionError(f"{entry:#x} at {where:#x}: expected {sentence!r}, found {found}")
            expect_equal(audit.Audit(stub, KERNEL).wrong, [], "after")
        power_off(guest)


def the_audit_sees_all_that_there_is():
    with booted("cortex-a72", cores=4) as guest:
        seen = guest.audit()
        expect_equal((seen["cores"], seen["stacks"]), (4, 8), "cores and stacks")
        running = [name for name, (state, _) in servers(guest).items() if state == "running"]
        expect_equal(seen["spaces"], 1 + len(running), "spaces: init's and one of each server")
        # Each space has a root and two tables at least, a server five objects besides.
        if seen["tables"] < 3 * seen["spaces"] or seen["objects"] < 8 * seen["spaces"]:
            raise AssertionError(f"too little was looked at: {seen}")
        power_off(guest)


def a_core_that_the_audit_would_pass_over_is_told():
    first = "Thole 0.1.0\nkernel: cores 4, running 2\nkernel: init after 9 us\nthole> reset\n"
    expect_equal([cores_booted(text) for text in (first, first + "\nU-Boot 2023.01\n", first + "Thole 0.1.0\n", "")],
                 [2, 0, 0, 0], "cores that the kernel runs")
    with booted("cortex-a72", cores=2) as guest:
        kernel = audit.kernel_of(guest.kernel_elf())
        vectors, kernel.vectors = kernel.vectors, 1     # a core that is off may have 0
        try:
            guest.audit()
        except AssertionError as error:
            expect(str(error), "cores with the kernel's vectors.*: expected 2, found 0")
        else:
            raise AssertionError("a machine of which nothing was audited passed")
        finally:
            kernel.vectors = vectors
        power_off(guest)


# --- PAN -------------------------------------------------------------------------

def cores_with_and_without_each_measure_boot():
    for cpu, says in CPUS.items():
        with booted(cpu, cores=2) as guest:
            expect(guest.text, f"^kernel: {says}")
            expect_equal(guest.audit()["cores"], 2, f"cores of {cpu} that were audited")
            power_off(guest)


def pan_is_on_in_the_kernel_and_a_programs_memory_cannot_be_touched():
    program = {}

    def damage(stub):
        expect_equal(stub.register("cpsr") & PAN, PAN, "PSTATE.PAN")
        # The program's own instructions: mapped, readable, and loaded on this core.
        program["at"] = stub.register("ELR_EL1")
        stub.set_register("x0", program["at"])
    text = panic_after(damage)
    expect(panic_line(text), "a data abort in the kernel")
    esr, far = (int(word, 16) for word in re.search(r"^esr ([0-9a-f]+) far ([0-9a-f]+)$", text, re.MULTILINE).groups())
    expect_equal((esr >> 26, esr & 0x3c), (DATA_ABORT, PERMISSION), "what the abort was")
    # The argument is a struct core.
    if not program["at"] <= far < program["at"] + audit.kernel_of(KERNEL).core_bytes:
        raise AssertionError(f"far is {far:#x}, and the program was at {program['at']:#x}")


# --- BTI -------------------------------------------------------------------------

def a_branch_to_what_is_no_landing_pad_panics():
    """The kernel has no branch that goes where a register says: one is planted."""
    def damage(stub):
        stub.write(address("kernel_syscall"), BLR_X16)
        stub.set_register("x16", address("kernel_fault") + 4)
    expect(panic_line(panic_after(damage)), "a branch to no landing pad in the kernel")


def what_only_boots_cannot_be_entered_any_more():
    """Whatever the tables say. That a core keeps no old translation is not shown: the emulator forgets by itself."""
    def damage(stub):
        stub.set_register("pc", address("core_setup"))
    for cpu in {"cortex-a72", "max"} & set(CPUS):
        text = panic_after(damage, cpu=cpu, cores=2)
        expect(panic_line(text), "an instruction abort in the kernel")
        expect(text, rf"^esr [0-9a-f]+ far {address('core_setup'):x}$")


# --- PAC -------------------------------------------------------------------------

def return_address(stub):
    """(where the caller of the function that was just entered keeps its return address, what it is)."""
    where = stub.register("x29") + 8
    return where, stub.read_word(where)


def is_signed(value):
    return value >> 48 != 0xffff


def a_changed_return_address_panics():
    def change(stub):
        where, value = return_address(stub)
        expect_equal(is_signed(value), True, f"{value:#x} is signed")
        stub.write_word(where, value ^ 16)

    def replace(stub):
        where, _ = return_address(stub)
        stub.write_word(where, address("kernel_interrupt"))

    def take_from_elsewhere(stub):
        # Signed by the kernel itself, for another place on the stack.
        where, value = return_address(stub)
        above = stub.read_word(stub.read_word(stub.register("x29")) + 8)
        expect_equal((is_signed(above), above == value), (True, False), "the caller's caller's")
        stub.write_word(where, above)
    for damage in (change, replace, take_from_elsewhere):
        expect(panic_line(panic_after(damage, at="core_choose")), "a return to a changed address in the kernel")


def a_program_cannot_use_the_kernels_key():
    with booted(cores=2) as guest:
        place, enter = address("core_choose"), address("vectors") + SYNCHRONOUS
        with Stub(guest.stub_path) as stub:
            guest.send_line("uptime")
            stub.break_at(place)
            stub.go()
            expect_equal(stub.register("SCTLR") & SCTLR_ENIB, SCTLR_ENIB, "EnIB in C")
            stub.clear_break(place)
            # The first instruction after an exception: what held in the program still does.
            stub.break_at(enter)
            for _ in range(20):
                stub.go()
                expect_equal(stub.register("SCTLR") & SCTLR_ENIB, 0, "EnIB while a program ran")
            stub.clear_break(enter)
        power_off(guest)


def keys_of(guest):
    """The key of each core, and the guard of the stacks."""
    guard = address("stack_guard")
    with Stub(guest.stub_path) as stub:
        look = audit.Audit(stub, KERNEL)
        found = [stub.read_word(look.physical_of(guard))]
        for core in stub.cores():
            stub.choose(core)
            found += [stub.register("APIBKEYLO_EL1"), stub.register("APIBKEYHI_EL1")]
        return found


def keys_and_guard_differ_with_each_core_and_boot():
    found = []
    for cpu in ("max", "max"):
        with booted(cpu, cores=2) as guest:
            found += keys_of(guest)
            power_off(guest)
    expect_equal(len(set(found)), 2 * (1 + 2 * 2), f"different words in {[hex(word) for word in found]}")
    if any(word >> 32 in (0, 0x5468006f) for word in found):
        raise AssertionError(f"a word is not random: {[hex(word) for word in found]}")


def seeds(path):
    """The bytes of both seeds in a tree."""
    return [bytes(int(byte, 16) for byte in machine.run_tool(["fdtget", "-t", "bx", path, "/chosen", name]).split())
            for name in ("rng-seed", "kaslr-seed")]


def tree_of(guest):
    """The firmware's tree as it lies in the guest's memory now; where in its page it begins, its magic says."""
    data = b""
    with Stub(guest.stub_path) as stub:
        look = audit.Audit(stub, KERNEL)
        while (here := look.physical_of(TREE_WINDOW + len(data))) is not None:
            data += stub.read(here, audit.PAGE)
    path = os.path.join(guest.directory, "tree.dtb")
    with open(path, "wb") as file:
        file.write(data[data.index(b"\xd0\x0d\xfe\xed"):])
    return path


def no_program_sees_the_seed_that_the_firmware_gave():
    edits = [["-tx", "/chosen", "rng-seed", *["1"] * 8], ["-tx", "/chosen", "kaslr-seed", "1", "1"]]
    edits = [] if BOARD == "virt" else edits    # QEMU's own tree has both
    with booted("cortex-a72", tree_edits=edits) as guest:
        given, left = seeds(os.path.join(guest.directory, "board.dtb")), seeds(tree_of(guest))
        expect_equal([len(seed) for seed in given], [32, 8], "bytes of seeds")
        expect_equal([any(seed) for seed in given], [True, True], "seeds were given")
        expect_equal(left, [bytes(32), bytes(8)], "seeds that are left")
        power_off(guest)


# --- The stack protector -----------------------------------------------------------

def an_overwritten_stack_panics():
    guard = address("stack_guard")

    def damage(stub):
        wanted, at = stub.read_word(guard), stub.register("sp")
        top = (at | audit.PAGE - 1) + 1
        places = [place for place in range(at, top, 8) if stub.read_word(place) == wanted]
        if not places:
            raise AssertionError("no function on the stack is guarded")
        for place in places:    # some may be left from functions that returned
            stub.write_word(place, wanted ^ 0xff)
    text = panic_after(damage, "cortex-a72", at="asid_assign", before="stop clock", line="start clock")
    expect(panic_line(text), "an overwritten stack in the kernel")
    expect(text, "^back-trace:( [0-9a-f]+)+$")


# --- Firmware that offers measures against speculation -----------------------------------

FIRMWARE = 0x40080000   # where QEMU loads a kernel without a header; counters in its second page
LOADED = 0x40200000
NEEDED, NOT_NEEDED, NOT_SUPPORTED = 0, 1, -1
PSCI_1_1, PSCI_0_2 = 0x10001, 0x2
Calls = collections.namedtuple("Calls", "predictor stores history asked stores_argument")


def build_firmware(directory, answer, version, conduit):
    """arch_calls.S as bytes, by the compiler that built the kernel."""
    with open(os.path.join(VIRT, "compile_commands.json"), encoding="utf-8") as commands:
        compiler = json.load(commands)[0]["command"].split()[0]
    path = os.path.join(directory, "firmware")
    subprocess.run([compiler, "-c", f"-DANSWER={answer}", f"-DVERSION={version}", f"-DCONDUIT={conduit}", "-o", path + ".o",
                    os.path.join(ROOT, "tests", "system", "arch_calls.S")], check=True)
    subprocess.run([compiler.removesuffix("gcc") + "objcopy", "-O", "binary", "-j", ".text", path + ".o", path],
                   check=True)
    return path


def calls_made(cpu, answer, version=PSCI_1_1, conduit="SMC", commands=1):
    """How often the firmware was called until the last of some commands was answered."""
    edits = [["-c", "/reserved-memory"], ["-tx", "/reserved-memory", "#address-cells", "2"],
             ["-tx", "/reserved-memory", "#size-cells", "2"], ["-c", "/reserved-memory/firmware"],
             ["-tx", "/reserved-memory/firmware", "reg", "0", f"{FIRMWARE:x}", "0", "2000"]]
    kernel = f"loader,file={os.path.join(VIRT, 'Image')},addr={LOADED:#x},force-raw=on"
    with tempfile.TemporaryDirectory() as directory:
        with Guest(direct=True, time_limit=100, tree_edits=edits,
                   image=build_firmware(directory, answer, version, conduit),
                   qemu=["-cpu", cpu, "-machine", "virtualization=on", "-device", kernel]) as guest:
            guest.wait_for_prompt(60)
            for _ in range(commands):
                guest.command("uptime")
            with Stub(guest.stub_path) as stub:
                stub.physical()
                found = Calls(*struct.unpack("<5Q", stub.read(FIRMWARE + 0x1000, 40)))
            power_off(guest)
    return found


def measures_that_the_firmware_offers_are_used():
    few, many = (calls_made("cortex-a72", NEEDED, commands=number) for number in (1, 60))
    expect_equal((few.stores, few.stores_argument, few.history, few.asked), (1, 1, 0, 2), "calls")
    # Two commands each: from console to shell and back, at least.
    if few.predictor == 0 or many.predictor < few.predictor + 59 * 4:
        raise AssertionError(f"the predictor was cleared {few.predictor} and {many.predictor} times")
    for conduit in ("SMC", "HVC"):
        found = calls_made("cortex-a53", NEEDED, conduit=conduit)
        if found.predictor == 0 or (found.stores, found.history, found.asked) != (1, 0, 2):
            raise AssertionError(f"by {conduit}: {found}")


def measures_that_are_not_needed_or_not_there_are_not_called():
    for cpu in ("cortex-a72", "cortex-a53"):
        for answer in (NOT_NEEDED, NOT_SUPPORTED):
            expect_equal(calls_made(cpu, answer), Calls(0, 0, 0, 2, 0), f"calls of {cpu} when the answer is {answer}")
    expect_equal(calls_made("cortex-a72", NEEDED, PSCI_0_2), Calls(0, 0, 0, 0, 0), "calls of PSCI 0.2")


# --- Panics --------------------------------------------------------------------------

def of_cores_that_panic_at_once_one_speaks():
    def damage(stub):
        what, line = address("kernel_panic"), 77
        names = {number: f"core {number} is the one that speaks here".encode() + b"\0" for number in range(4)}
        for number, core in enumerate(stub.cores()):
            stub.choose(core)
            # Their stacks have room for both strings above where they stand.
            text = stub.register("sp") - 512
            stub.write(text, names[number])
            stub.set_register("x0", text)
            stub.set_register("x1", text + 5)
            stub.set_register("x2", line)
            stub.set_register("pc", what)
    text = panic_after(damage, "cortex-a72", cores=4)
    line = panic_line(text)
    if not re.fullmatch(r"kernel panic: (core [0-3] is the one that speaks here) \([0-3] is the one that speaks here:77\)",
                        line):
        raise AssertionError(f"mixed: {line}")


run(each_planted_mistake_is_found_by_the_audit,
    the_audit_sees_all_that_there_is,
    a_core_that_the_audit_would_pass_over_is_told,
    cores_with_and_without_each_measure_boot,
    *[pan_is_on_in_the_kernel_and_a_programs_memory_cannot_be_touched,
      a_branch_to_what_is_no_landing_pad_panics] * ANY_CPU,
    what_only_boots_cannot_be_entered_any_more,
    *[a_changed_return_address_panics,
      a_program_cannot_use_the_kernels_key,
      keys_and_guard_differ_with_each_core_and_boot] * ANY_CPU,
    no_program_sees_the_seed_that_the_firmware_gave,
    an_overwritten_stack_panics,
    *[measures_that_the_firmware_offers_are_used,
      measures_that_are_not_needed_or_not_there_are_not_called] * HAS_FIRMWARE,
    of_cores_that_panic_at_once_one_speaks)
