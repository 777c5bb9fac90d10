# SPDX-License-Identifier: BSD-2-Clause
#
# Input that is wrong in one way each: one clear line, nobody else is harmed,
# and the kernel never stops.

import os
import re
import tempfile

from system import (BOARD, SERIAL_DRIVER, SERIAL_NODE, Guest, VIRT, changed_archive, compile_tree, expect, expect_equal, expect_not,
                    WAITS, power_off, run, servers, wait_for_state)

HEALTHY = ("log", "serial", "console", "clock", "shell")


def boots_and_says(nodes, *lines, archive=None, ill=()):
    """The default system with more nodes, or another archive: the lines are said, and all but the ill run."""
    with tempfile.TemporaryDirectory() as directory:
        options = {"system_file": compile_tree(directory, nodes)}
        if archive:
            options["archive"] = changed_archive(directory, **archive)
        with Guest(direct=True, time_limit=60, **options) as guest:
            text = guest.wait_for_prompt()
            expect(text, *lines)
            found = servers(guest)
            for name in HEALTHY:
                if name not in ill:
                    expect_equal(found[name], ("running", 0), name)
            expect(guest.command("echo still here"), "still here")
            power_off(guest)


def node(name, more="", program="clock"):
    return f"""/ {{ thole {{ {name}: {name} {{ compatible = "thole,server"; program = "{program}";
               priority = <10>; memory-kib = <128>; {more} }}; }}; }};"""


def a_program_that_is_not_in_the_archive():
    boots_and_says(node("x", program="klock"), r"^init: x: .*archive.*klock.*clock")


def a_use_of_a_server_that_does_not_exist():
    boots_and_says(node("x", "uses = <0x77>;"), r"^init: x: .*uses")


def more_memory_than_there_is():
    boots_and_says(node("x", "memory-kib = <4000000>;").replace("memory-kib = <128>;", ""),
                   r"^init: x: .*memory")


def less_memory_than_the_program_takes():
    text = node("x", "memory-kib = <40>;").replace("memory-kib = <128>;", "")
    boots_and_says(text, r"^init: x: not started: memory-kib is 40, and it takes \d+ at least")


def an_unknown_property():
    boots_and_says(node("x", "priorty = <3>;"), r"^init: x: .*priorty.*priority")


def a_ceiling_below_a_client_s():
    boots_and_says(node("x", "uses = <&low>;").replace("<10>", "<30>", 1) + node("low"),
                   r"^init: (x|low): .*priority")


def a_circle_of_uses():
    boots_and_says(node("x", "uses = <&y>;") + node("y", "uses = <&x>;"), r"^init: (x|y): .*circle")


def a_device_that_two_want():
    boots_and_says(node("x", f'match = "{SERIAL_NODE}";', SERIAL_DRIVER), rf"^init: x: .*{SERIAL_NODE}.*serial")


def a_console_that_is_on_another_line_than_the_boards():
    """The system of another board: no prompt can come, and init says why where the kernel prints."""
    other = "rpi4" if BOARD == "virt" else "virt"
    with Guest(direct=True, system=other, time_limit=60) as guest:
        guest.wait_for(re.compile(r"^init: /thole/console: uses: expected the driver of (\S+) .*, found serial, which", re.M), 50)
        expect_equal(guest.match[1], SERIAL_NODE, "the line's node")
        guest.wait_for(re.compile(r"^init: \d+ servers? started", re.M), 50)


def a_damaged_program():
    for damage, word in ((lambda elf: elf[:40], "x"), (lambda elf: b"\x7fELF" + bytes(len(elf) - 4), "x"),
                         (lambda elf: elf[:24] + b"\xff" * 8 + elf[32:], "entry"),
                         (lambda elf: elf[:54] + b"\xff\xff" + elf[56:], "header")):
        del word
        boots_and_says("", r"^init: clock: not started: .*clock.*", archive={"clock": damage}, ill=("clock",))


def a_program_that_faults_at_once_again_and_again():
    with tempfile.TemporaryDirectory() as directory:
        tree = compile_tree(directory, node("crash", 'restart = "always";', "crash"))
        with Guest(direct=True, system_file=tree, time_limit=90) as guest:
            guest.wait_for_prompt()
            restarts = wait_for_state(guest, "crash", "failed", 300)[1]
            expect(guest.command("log init"), r"init: crash: .*write.*0xdead000.*pc 0x[0-9a-f]+",
                   r"init: crash: .*failed: restarted \d+ times in \d+ s")
            if not 1 <= restarts <= 100:
                raise AssertionError(f"restarts: {restarts}")
            for name in HEALTHY:
                expect_equal(servers(guest)[name], ("running", 0), name)
            power_off(guest)


def a_stack_that_is_too_small():
    with tempfile.TemporaryDirectory() as directory:
        tree = compile_tree(directory, node("deep", 'restart = "never";', "deep"))
        with Guest(direct=True, system_file=tree, time_limit=60) as guest:
            guest.wait_for_prompt()
            wait_for_state(guest, "deep", "failed", 30)
            expect(guest.command("log init"), r"init: deep: fault: write to 0x1fff",
                   r"init: deep: its stack is used up: stack-kib is 16$")
            power_off(guest)


def garbage_on_the_serial_line_at_full_speed():
    with Guest(direct=True, time_limit=120) as guest:
        guest.wait_for_prompt()
        state = 12345
        for _ in range(64):
            block = bytearray()
            for _ in range(1024):
                state = (state * 1103515245 + 12345) & 0x7fffffff
                block.append(state >> 16 & 0xff)
            # What is typed must not happen to be the letters of "poweroff" and an Enter.
            guest.send(bytes(block).replace(b"\r", b"").replace(b"\n", b"").replace(b"\x01", b""))
        guest.send(b"\x03\x15\r")
        expect_equal(guest.command("echo clean", 60), "clean\n", "the answer after the garbage")
        for name in HEALTHY:
            expect_equal(servers(guest)[name], ("running", 0), name)
        power_off(guest)


def nothing_runs_but_init_says(text, **options):
    with Guest(direct=True, time_limit=30, **options) as guest:
        guest.wait_for(text, 20)
        expect_not(guest.text, "kernel panic|init: panic")


def no_archive():
    nothing_runs_but_init_says(re.compile("init: .*no archive"), archive=None)


def no_system_tree():
    nothing_runs_but_init_says(re.compile("init: .*no system tree"), system_file=False)


def a_system_tree_that_is_cut_off_or_lies():
    with open(os.path.join(VIRT, "dtb", f"{BOARD}.dtb"), "rb") as file:
        good = file.read()
    lies = {"half": good[:len(good) // 2],
            "size": good[:4] + b"\x7f\xff\xff\xff" + good[8:],
            "offset": good[:8] + b"\xff\xff\xff\x00" + good[12:],
            "zeros": good[:40] + bytes(len(good) - 40),
            "noise": bytes(range(256)) * 16}
    with tempfile.TemporaryDirectory() as directory:
        for name, content in lies.items():
            path = os.path.join(directory, name)
            with open(path, "wb") as file:
                file.write(content)
            nothing_runs_but_init_says(re.compile("init: .*(system )?tree"), system_file=path)


def a_board_tree_that_reserves_all_memory():
    name, address_cells, size_cells = "/reserved-memory", ["0", "0"], ["ffffffff", "ffffffff"]
    edits = [["-c", name], ["-tx", name, "#address-cells", "2"], ["-tx", name, "#size-cells", "2"]]
    if BOARD == "rpi4":     # has one: regions above 4 GiB have sizes of 32 bits
        edits, size_cells = [], ["ffffffff"]
    if BOARD == "imx8mp":   # has one, with sizes of 64
        edits = []
    edits += [["-c", name + "/all"], ["-tx", name + "/all", "reg", *address_cells, *size_cells]]
    with Guest(direct=True, time_limit=30, tree_edits=edits) as guest:
        if BOARD == "rpi4":
            guest.wait_for(WAITS)
        else:
            expect_equal(guest.wait_for_exit(), 0, "QEMU's exit status")
        expect(guest.text, "^kernel: cannot start: .*memory")
        expect_not(guest.text, "kernel panic")



run(a_program_that_is_not_in_the_archive,
    a_use_of_a_server_that_does_not_exist,
    more_memory_than_there_is,
    less_memory_than_the_program_takes,
    an_unknown_property,
    a_ceiling_below_a_client_s,
    a_circle_of_uses,
    a_device_that_two_want,
    a_console_that_is_on_another_line_than_the_boards,
    a_damaged_program,
    a_program_that_faults_at_once_again_and_again,
    a_stack_that_is_too_small,
    garbage_on_the_serial_line_at_full_speed,
    no_archive,
    no_system_tree,
    a_system_tree_that_is_cut_off_or_lies,
    a_board_tree_that_reserves_all_memory)
