# SPDX-License-Identifier: BSD-2-Clause
#
# The system is the tree's: a server is left out by the tree alone, in each of
# the ways that the README names, and kernel and programs are the same files.

import os
import re
import tempfile
import zlib

from system import (BOARD, SERIAL_DRIVER, Guest, VIRT, board_system, compile_tree, expect, expect_equal, expect_not, file_hash,
                    power_off, read_archive, run, servers)
import archive
import machine
from guest import UBOOT_PROMPT, Options

CLOCK = "/thole/clock/status=disabled"


def digest(path):
    """As U-Boot prints it: it checks a FIT image's SHA256 on virt, and CRC32 on the Pi."""
    if BOARD == "virt":
        return file_hash(path)
    with open(path, "rb") as file:
        return f"{zlib.crc32(file.read()):08x}"


def packed(**options):
    """(hash, programs) of the archive that a system is given."""
    with tempfile.TemporaryDirectory() as directory:
        given = Options(**{"board": BOARD, **options})
        tree = machine.make_system(given, os.path.join(directory, "system.dtb"))
        path = archive.for_system(given, machine.built, tree, directory)
        return digest(path), read_archive(path)


def files():
    """Hashes of all that is booted but the system tree."""
    archive_hash, programs = packed()
    return {"Image": digest(os.path.join(VIRT, "Image")), "archive": archive_hash,
            **{name: hash(programs[name]) for name in programs}}


HASHES = files()


def check_clock_is_off(guest):
    text = guest.wait_for_prompt()
    expect(text, r"^init: clock: not started: .*disabled")
    expect_equal(servers(guest)["clock"][0], "disabled", "clock")
    for name in ("serial", "console", "shell", "log"):
        expect_equal(servers(guest)[name], ("running", 0), name)
    # What the tree left out can be started all the same: it is a program like any other.
    guest.command("start clock")
    expect_equal(servers(guest)["clock"], ("running", 0), "clock")
    power_off(guest)
    expect_equal(files(), HASHES, "hashes of what was booted")


def what_uboot_loaded(guest):
    """The hashes of kernel and archive that U-Boot verified and printed."""
    return re.findall(r"Hash value: +([0-9a-f]{64})|CRC32 for .* ==> ([0-9a-f]{8})", guest.text)


def check_what_was_loaded(guest):
    expect_equal(["".join(either) for either in what_uboot_loaded(guest)], [HASHES["Image"], HASHES["archive"]], "hashes of what U-Boot loaded")


def with_and_without_the_clock_uboot_loads_the_same_bytes():
    with Guest() as guest:
        guest.wait_for_prompt()
        expect_equal(servers(guest)["clock"], ("running", 0), "clock")
        check_what_was_loaded(guest)
        power_off(guest)


def a_setting_of_the_command_leaves_the_clock_out():
    with Guest(direct=True, settings=[CLOCK]) as guest:
        check_clock_is_off(guest)


def a_setting_of_the_command_works_through_uboot():
    with Guest(settings=[CLOCK]) as guest:
        check_clock_is_off(guest)
        check_what_was_loaded(guest)


def two_lines_at_the_prompt_of_uboot_leave_the_clock_out():
    with Guest(uboot=True) as guest:
        guest.wait_for(UBOOT_PROMPT, 30)
        for line in ("fdt addr ${thole_addr}", "fdt set /thole/clock status disabled"):
            guest.send_line(line)
            guest.wait_for(UBOOT_PROMPT)
        guest.send_line("boot")
        check_clock_is_off(guest)
        check_what_was_loaded(guest)


def a_system_that_overrides_another_leaves_the_clock_out():
    with tempfile.TemporaryDirectory() as directory:
        tree = compile_tree(directory, '&clock { status = "disabled"; };\n')
        with Guest(direct=True, system_file=tree) as guest:
            check_clock_is_off(guest)


def a_system_without_the_node_has_no_clock():
    with tempfile.TemporaryDirectory() as directory:
        with Guest(direct=True, system_file=board_system(directory, "minimal")) as guest:
            guest.wait_for_prompt()
            found = servers(guest)
            expect_equal(sorted(found), ["console", "serial", "shell"], "servers")
            expect_not(guest.command("tree /thole"), "clock")
            power_off(guest)


def programs_are_packed_for_the_systems_that_name_them():
    every = read_archive(os.path.join(VIRT, "archive.cpio"))
    default = packed()[1]
    with tempfile.TemporaryDirectory() as directory:
        hello, minimal = (packed(system_file=board_system(directory, name))[1] for name in ("hello", "minimal"))
    power = ["bcm2835-pm", "watchdog"] if BOARD == "rpi4" else []
    expect_equal(sorted(default), sorted(["clock", "console", "log", SERIAL_DRIVER, "shell", *power]),
                 "the default system's programs")
    expect_equal(sorted(set(hello) - set(default)), ["hello"], "what hello is given besides")
    expect_equal(sorted(minimal), sorted(["console", SERIAL_DRIVER, "shell"]), "programs of the least system")
    for name, content in hello.items():
        expect_equal(content, every[name], name)
    expect_equal(packed(settings=["/thole/clock/program=crash"])[1]["crash"], every["crash"], "crash")


def no_hardware_no_server():
    # Without a second UART, a driver for one has nothing to drive.
    with tempfile.TemporaryDirectory() as directory:
        tree = compile_tree(directory, """
            / { thole { other { compatible = "thole,server"; program = "pl011"; match = "acme,uart";
                        priority = <48>; memory-kib = <128>; }; }; };""")
        with Guest(direct=True, system_file=tree) as guest:
            text = guest.wait_for_prompt()
            expect(text, r"^init: other: not started: .*acme,uart")
            expect_equal(servers(guest)["other"][0], "disabled", "other")
            power_off(guest)


run(with_and_without_the_clock_uboot_loads_the_same_bytes,
    a_setting_of_the_command_leaves_the_clock_out,
    a_setting_of_the_command_works_through_uboot,
    two_lines_at_the_prompt_of_uboot_leave_the_clock_out,
    a_system_that_overrides_another_leaves_the_clock_out,
    a_system_without_the_node_has_no_clock,
    programs_are_packed_for_the_systems_that_name_them,
    no_hardware_no_server)
