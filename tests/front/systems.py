# SPDX-License-Identifier: BSD-2-Clause
#
# A system that is sound and yet not what its user can have meant: doctor says so with
# file and line, run and image before anything starts or is written; and a guest that
# starts again and again is not waited for for ever.

import os
import sys
import tempfile

from front import ROOT, SYSTEMS, expect, expect_equal, expect_not, run, told, write

import machine                  # found through the path that system.py sets
import rpi4
from guest import Options

sys.path[:0] = [os.path.join(ROOT, "tools", name) for name in ("doctor", "run")]

import doctor                   # noqa: E402  (found through the path above)
import run as front_run         # noqa: E402

OTHER_LINE = r"warning: /thole/console: uses: expected the driver of {}, stdout-path's line, which else has no prompt, found serial, which {}$"


def a_board(directory, *nodes, name="board"):
    """A board with two lines, of which stdout-path names the one that is no PL011."""
    source = write(directory, name + ".dts", """/dts-v1/;
        / { #address-cells = <1>; #size-cells = <1>; chosen { stdout-path = "/mini@2000:115200"; };
            memory@40000000 { device_type = "memory"; reg = <0x40000000 0x4000000>; };
            pl011@1000 { compatible = "arm,pl011"; reg = <0x1000 0x1000>; };
            mini@2000 { compatible = "acme,mini"; reg = <0x2000 0x1000>; }; """ + " ".join(nodes) + " };\n")
    target = os.path.join(directory, name + ".dtb")
    machine.run_tool(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", target, source])
    return target


def doctor_warns_of_a_console_that_is_not_on_the_boards_line():
    with tempfile.TemporaryDirectory() as directory:
        board = a_board(directory)
        text = told(["doctor", "--board", board, os.path.join(SYSTEMS, "hello.dts")], 0,
                    r"prompt\.dtsi:\d+: " + OTHER_LINE.format(r"/mini@2000 \(acme,mini\)", r"drives /pl011@1000 \(arm,pl011\)"),
                    "hello.dts: 6 servers, 0 errors, 1 warning$")
        expect_equal(text.count("warning: "), 1, "warnings")
        told(["doctor", "--board", board, os.path.join(SYSTEMS, "rpi4.dts")], 0,
             OTHER_LINE.format(r"/mini@2000 \(acme,mini\)", "is not started: no hardware is brcm,bcm2835-aux-uart"))


def doctor_lists_what_programs_read_of_their_devices():
    with tempfile.TemporaryDirectory() as directory:
        board = a_board(directory, "slot@3000 { compatible = \"acme,slot\"; reg = <0x3000 0x100>; bus-width = <4>; broken-cd; };")
        system = write(directory, "x.dts", """/dts-v1/; / { thole { compatible = "thole,system";
            slot { compatible = "thole,server"; program = "sdhci"; match = "acme,slot"; config { disable-wp; bus-width = <1>; }; };
            bare { compatible = "thole,server"; program = "log"; }; }; };\n""")
        told(["doctor", "--config", "--board", board, system], 0,
             "^/thole/slot: program_config finds disable-wp bus-width compatible broken-cd$",
             "^/thole/bare: program_config finds nothing$")
        expect_not(told(["doctor", "--board", board, system], 0), "program_config")


def run_and_image_warn_before_they_begin():
    """Of a system whose console is on no line that the board has: that of another board."""
    sentence = OTHER_LINE.format(r"/pl011@9000000 \(arm,pl011\)", r"is not started: no hardware is brcm,bcm2835-aux-uart")
    with tempfile.TemporaryDirectory() as directory:
        image = os.path.join(directory, "x.img")
        text = told(["image", "--system", "card", "-o", image], 0, "^thole: " + sentence)
        expect_equal(text.count("thole: "), 1, f"sentences in\n{text}")
        expect_not(told(["image", "-o", image], 0), "warning|thole: ")
    nothing = ["--", "-no-such-option"]     # to QEMU: it does not start
    told(["run", "--system", "card", *nothing], 1, "^thole: " + sentence, "no-such-option: invalid option")
    told(["run", "--direct", "--set", "/thole/clock/priority=<70>", *nothing], 1,
         "^thole: error: /thole/clock: priority: expected one number from 0 to 61, found <70>$")


def a_system_that_is_for_boards_alone_is_told_of_in_the_emulator():
    with tempfile.TemporaryDirectory() as directory:
        for setting, lines in (([], 0), (["/thole/watchdog/status=okay"], 1)):
            system = machine.make_system(Options(board="rpi4", settings=setting), os.path.join(directory, "system.dtb"))
            found = rpi4.unfit(system)
            expect_equal(len(found), lines, f"lines with {setting}: {found}")
        expect(found[0], '^/thole/watchdog: status: expected "disabled" in QEMU')


class Talker:
    """What a guest printed, as run.py's Feeder looks at it."""

    def __init__(self, text, position=0):
        self.text, self.position = text, position


def a_guest_that_starts_again_and_again_is_given_up():
    boot = "U-Boot 2023.01\nThole 0.1.0\nkernel: board x\n"
    for text, position, vain in ((boot * 3, 0, False), (boot * 4, 0, True), (boot * 9, len(boot) * 6, False),
                                 ("a line about Thole 0.1.0\n" * 9, 0, False)):
        feeder = front_run.Feeder(Talker(text, position), None)
        expect_equal(feeder.starts_in_vain(), vain, f"in vain: {text.count('U-Boot')} times, read up to {position}")


def the_checker_that_is_not_built_is_not_asked():
    there, doctor.CHECKER = doctor.CHECKER, "/nowhere/doctor"
    try:
        expect_equal(doctor.complaints(Options(), True), [], "complaints")
    finally:
        doctor.CHECKER = there


def a_kernel_that_a_product_names_is_known_before_it_is_built():
    """Its line may be newer than the last build, which comes after the options were looked at."""
    root = machine.ROOT
    with tempfile.TemporaryDirectory() as directory:
        os.makedirs(os.path.join(directory, "products", "mine"))
        write(directory, "products/mine/CMakeLists.txt", "# thole_kernel_configuration(none CORES one)\n"
                                                         "thole_kernel_configuration(mine CORES one GIC v3 TRACE ring)\n")
        machine.ROOT = directory
        try:
            machine.check_kernel(Options(kernel="mine"))
            for name, meant in (("minne", "mine"), ("non", "")):
                try:
                    machine.check_kernel(Options(kernel=name))
                    raise AssertionError(f"{name} was taken for a kernel")
                except machine.UserError as error:
                    expect(str(error), f"^There is no kernel '{name}': .*{meant}")
        finally:
            machine.ROOT = root


run(a_kernel_that_a_product_names_is_known_before_it_is_built,
    doctor_lists_what_programs_read_of_their_devices,
    doctor_warns_of_a_console_that_is_not_on_the_boards_line,
    run_and_image_warn_before_they_begin,
    a_system_that_is_for_boards_alone_is_told_of_in_the_emulator,
    a_guest_that_starts_again_and_again_is_given_up,
    the_checker_that_is_not_built_is_not_asked)
