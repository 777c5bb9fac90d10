# SPDX-License-Identifier: BSD-2-Clause
#
# Programs that mean harm (examples/faulty/): whatever they do, they are told so or
# ended, the others keep working, and when they are stopped all memory is back.

import os
import random
import re
import struct
import tempfile

from system import (VIRT, Guest, compile_tree, expect, expect_equal, memory, power_off, read_archive,
                    run, servers, wait_for_state, write_archive)

HEALTHY = ("log", "serial", "console", "clock", "shell")
ACTIVE = "time-us = <5000 10000>;"

# What init says of each deed of examples/faulty/faults.c, in its order.
UNDEFINED = "undefined instruction"
DEEDS = (
    "read of 0xdead000", "write to 0xdead000", "jump to 0xdead000", "read of 0x0 ", "write to 0x40", "write to 0x40",
    "write to 0x30000000", "jump to 0x40", "jump to 0x30000000", "jump to 0x1ffff", "read of 0xffff000000000000",
    "write to 0xffffff8000000000", "jump to 0xffffff8000000000", "read of 0x800000000000", "misaligned access to 0x40",
    "read of 0x1fffbfff", "write to 0x1fffb", "write to 0x1b", "write to 0x40", "misaligned access to 0x40",
    *[UNDEFINED] * 22, "breakpoint 0x4d", "unknown system call 0x0 ", "unknown system call 0x8 ",
    "unknown system call 0x101 ", "unknown system call 0xffff ", None)


def node(name, program, more="", config="", time=ACTIVE, priority=10, memory_kib=128):
    return f"""/ {{ thole {{ {name}: {name} {{ compatible = "thole,server"; program = "{program}"; {time}
               priority = <{priority}>; memory-kib = <{memory_kib}>; {more} config {{ {config} }}; }}; }}; }};"""


def with_nodes(text, test, **options):
    with tempfile.TemporaryDirectory() as directory:
        with Guest(direct=True, system_file=compile_tree(directory, text), time_limit=100, **options) as guest:
            guest.wait_for_prompt()
            test(guest)
            for name in HEALTHY:
                expect_equal(servers(guest)[name], ("running", 0), name)
            expect(guest.command("echo still here"), "^still here$")
            power_off(guest)


def each_fault_is_told_as_what_it_is():
    def check(guest):
        before = None
        for number, deed in enumerate(DEEDS):
            # At boot it did its first deed.
            if number > 0:
                guest.command("start faults")
            wait_for_state(guest, "faults", "failed" if deed else "stopped")
            before = before or memory(guest)
            last = [line for line in guest.command("ps").split("\n") if line.startswith("faults ")][0]
            expect(last, f"fault: {deed}" if deed else "exit code 0")
            expect_equal(memory(guest), before, f"mem after deed {number}")
    with_nodes(node("faults", "faults", 'restart = "never";'), check)


def random_system_calls_harm_nobody_and_leave_nothing_in_registers():
    def check(guest):
        for name in ("wild1", "wild2"):
            wait_for_state(guest, name, "stopped", 300)
            expect(guest.command(f"log {name}"), r"wild: \d+ calls")
        before = memory(guest)
        for _ in range(20):
            guest.command("start wild1; start wild2")
            guest.command("stop wild1; stop wild2")
        expect_equal(memory(guest), before, "mem")
    with_nodes(node("wild1", "wild", 'restart = "never"; uses = <&log>;', "seed = <1>; rounds = <300000>;") +
               node("wild2", "wild", 'restart = "never"; uses = <&log &wild1>;', "seed = <2>; rounds = <300000>;"),
               check)


def floating_point_values_stay_with_their_program():
    def check(guest):
        for name in ("one", "two", "three", "four"):
            wait_for_state(guest, name, "stopped", 200)
            expect(guest.command(f"log {name}"), r"float: \d+ rounds$")
    with_nodes("".join(node(name, "float", 'restart = "never"; uses = <&log>;', config, priority=priority)
                       for name, config, priority in (("one", "seed = <3>;", 5), ("two", "seed = <6>; waits = <1>;", 6),
                                                      ("three", "seed = <9>; waits = <1>;", 7),
                                                      ("four", "seed = <12>;", 5))), check)


def noise_in_shared_buffers_harms_nobody():
    def check(guest):
        for number in range(8):
            expect(guest.command(f"echo round {number}"), f"^round {number}$")
            for name in ("client", "other", "line", "reader"):
                guest.command(f"log {name}")
                if servers(guest)[name][0] != "running":
                    guest.command(f"start {name}")
        expect_equal(servers(guest)["console2"], ("running", 0), "console2")
    with_nodes(node("client", "scribble", 'restart = "never"; uses = <&log &console>;') +
               node("other", "scribble", 'restart = "never"; uses = <&clock &log>;') +
               node("line", "scribble", 'restart = "never"; uses = <&log>;', "rounds = <20000>;", priority=12) +
               node("console2", "console", 'uses = <&line &log>; use-names = "serial", "log";', time="", priority=11,
                    memory_kib=192) +
               node("reader", "hello", 'restart = "never"; uses = <&console2 &log>; use-names = "console", "log";',
                    memory_kib=256), check)


def a_server_that_treats_its_clients_badly_takes_nobody_with_it():
    def check(guest):
        guest.command("stop client; stop other; stop rogue")
        before = memory(guest)
        for _ in range(15):
            guest.command("start rogue; restart client; restart other; sleep 0.05; kill rogue")
        guest.command("stop client; stop other; stop rogue")
        expect_equal(memory(guest), before, "mem")
        if "not refused" in guest.command("log client") + guest.command("log other"):
            raise AssertionError("init or the kernel did what it must refuse")
    for time in ("", ACTIVE):
        with_nodes(node("rogue", "rogue", 'restart = "always"; restart-limit = <32 1>; uses = <&log>;', time=time,
                        priority=12) +
                   "".join(node(name, "pester", 'restart = "never"; uses = <&log &rogue>; use-names = "log", "server";',
                                "storm = <300>;") for name in ("client", "other")), check)


def a_life_sees_nothing_of_the_one_before():
    def check(guest):
        for name in ("stain", "heap", "asks"):
            expect_equal(wait_for_state(guest, name, "failed", 60)[1], 8, f"restarts of {name}")
            lives = re.findall(r"life (\d+): (.*)$", guest.command(f"log {name}"), re.MULTILINE)
            clean = "0 of data, 0 of zeroes, 0 of stack, 0 of heap, 0 slots are stained"
            expect_equal(lives, [(str(life), clean) for life in range(9)], f"what {name} found")
        before = memory(guest)
        guest.command("start stain; start heap")
        for name in ("stain", "heap"):
            wait_for_state(guest, name, "failed", 60)
        expect_equal(memory(guest), before, "mem")
    often = 'restart-limit = <8 60>; uses = <&log>;'
    with_nodes(node("stain", "stain", often) + node("heap", "stain", often, "heap = <1>;") +
               node("asks", "stain", often + 'event-time-us = <1000 10000>;', time=""), check)


def program_header(elf, number, **fields):
    """The ELF file with fields of one program header changed."""
    offsets = {"flags": (4, "<I"), "offset": (8, "<Q"), "address": (16, "<Q"), "file": (32, "<Q"),
               "memory": (40, "<Q"), "align": (48, "<Q")}
    changed = bytearray(elf)
    start = struct.unpack_from("<Q", elf, 32)[0] + 56 * number
    for name, value in fields.items():
        struct.pack_into(offsets[name][1], changed, start + offsets[name][0], value)
    return bytes(changed)


def programs_that_claim_what_is_not_theirs_are_refused():
    lies = (dict(address=0x30000000), dict(address=0x1ffff000), dict(address=0xfffffffffffff000), dict(address=0),
            dict(memory=1 << 63), dict(memory=0xffffffffffffffff), dict(memory=0xfc00000), dict(file=1 << 40),
            dict(offset=0xfffffffffffff000), dict(flags=7), dict(flags=2), dict(flags=0), dict(align=3),
            dict(address=0x401000, offset=0x1000), dict(address=0x40000000), dict(address=0xffffff8000000000))
    good = read_archive(os.path.join(VIRT, "archive.cpio"))
    with tempfile.TemporaryDirectory() as directory:
        text = ""
        for number, lie in enumerate(lies):
            good[f"liar{number}"] = program_header(good["exit3"], 0, **lie)
            text += node(f"x{number}", f"liar{number}", 'restart = "never";')

        def check(guest):
            for number, lie in enumerate(lies):
                expect_equal(servers(guest)[f"x{number}"][0], "failed", f"x{number}, {lie}")
                expect(guest.text, rf"^init: x{number}: not started: \S")
        with_nodes(text, check, archive=write_archive(directory + "/archive.cpio", good))


def lines_are_answered_once_while_servers_are_killed_at_random():
    chance = random.Random(7)

    def check(guest):
        before = memory(guest)
        for number in range(60):
            name = chance.choice(HEALTHY[:4])
            if name == "clock":
                guest.command(chance.choice(("stop clock; start clock", "restart clock", "kill clock")))
            else:
                guest.command(f"{chance.choice(('kill', 'restart'))} {name}", 30)
            expect_equal(len(re.findall(f"^line {number}$", guest.command(f"echo line {number}", 30), re.MULTILINE)), 1,
                         f"answers to line {number}, after {name}")
            guest.command(f"sleep {chance.choice(('0.1', '0.3'))}", 30)
        guest.command("sleep 3", 30)
        expect_equal(memory(guest), before, "mem")
        expect_equal([name for name in HEALTHY if servers(guest)[name][0] != "running"], [], "not running")
        power_off(guest)
    with Guest(direct=True, time_limit=200) as guest:
        guest.wait_for_prompt()
        check(guest)


run(each_fault_is_told_as_what_it_is,
    random_system_calls_harm_nobody_and_leave_nothing_in_registers,
    floating_point_values_stay_with_their_program,
    noise_in_shared_buffers_harms_nobody,
    a_server_that_treats_its_clients_badly_takes_nobody_with_it,
    a_life_sees_nothing_of_the_one_before,
    programs_that_claim_what_is_not_theirs_are_refused,
    lines_are_answered_once_while_servers_are_killed_at_random)
