# SPDX-License-Identifier: BSD-2-Clause
#
# The Raspberry Pi's own devices in QEMU's raspi4b: what the firmware answers, what is not
# there and so not started, and the machine's end, which is a driver's.

import re

from system import Guest, expect, expect_equal, expect_not, power_off, run, servers, skip_without_board, wait_for_state

skip_without_board("rpi4")

# As QEMU's firmware has it.
TOLD = [r"^board: revision b03115, serial number 0000000000000000$", r"^board: firmware [0-9a-f]+$",
        r"^board: memory 960 MiB from 0$", r"^board: clock 700 MHz, 700 to 700$",
        r"^board: network address 52:54:00:12:34:[0-9a-f]{2}$", r"^board: temperature: not known$",
        r"^board: the firmware's temperature: 25\.0 degrees$", r"^board: the highest allowed: 99\.0 degrees$",
        r"^board: random bytes: not known$", r"^board: watchdog does not run$",
        r"^board: the last reset was not a watchdog's$"]


def with_guest(system, test):
    with Guest(board="rpi4", direct=True, system=system, time_limit=150) as guest:
        guest.wait_for_prompt()
        test(guest)
        power_off(guest)
        expect_equal(guest.ended, True, "QEMU has ended")


def told(guest):
    """What the program says in this life of its."""
    guest.send_line("start board")
    guest.wait_for(re.compile(r"the last reset was .*\n"), 30)
    return guest.text[guest.text.rindex("start board"):].replace("\r", "\n").replace("\x1b[K", "\n")


def the_board_is_told_as_far_as_it_is_there():
    def check(guest):
        wait_for_state(guest, "board", "stopped")
        expect(told(guest), *TOLD)
        found = servers(guest)
        for name in ("firmware", "gpio", "sd", "power"):
            expect_equal(found[name], ("running", 0), name)
        for name in ("random", "thermal"):
            expect_equal(found[name], ("disabled", 0), name)
        expect(guest.command("log init"), "random: not started: no hardware is", "thermal: not started: no hardware is")
    with_guest("board", check)


def a_driver_that_dies_answers_again():
    def check(guest):
        for round_number in range(1, 4):
            wait_for_state(guest, "board", "stopped")
            guest.command("kill firmware")
            expect_equal(wait_for_state(guest, "firmware", "running"), ("running", round_number), "firmware")
            expect(told(guest), *TOLD)
        expect_not(guest.command("log firmware"), "no answer")
    with_guest("board", check)


def a_reset_is_a_new_start_and_the_end_is_the_end_also_after_the_driver_died():
    def check(guest):
        guest.command("kill power")
        guest.send_line("reset")
        guest.wait_for("servers started in", 60)
        guest.wait_for_prompt()
        expect_equal(servers(guest)["power"], ("running", 0), "power")
        guest.command("kill power")
    with_guest("rpi4", check)


def without_its_driver_the_machine_does_not_end_and_says_so():
    def check(guest):
        guest.command("stop power")
        expect(guest.command("poweroff"), "power off: power, which would do it, does not run", "was not switched off")
        expect(guest.command("reset"), "which would do it, does not run")
        expect_equal(servers(guest)["shell"], ("running", 0), "shell")
        guest.command("start power")
    with_guest("rpi4", check)


def a_machine_that_nothing_can_end_says_so_and_goes_on():
    """Nor does it stand still when init asks the kernel: there is no firmware, and no device now."""
    edits = [["-ts", "/soc/watchdog@7e100000", "status", "disabled"]]
    with Guest(board="rpi4", direct=True, tree_edits=edits, time_limit=100) as guest:
        expect(guest.wait_for_prompt(), "^init: power: not started: no enabled hardware is brcm,bcm2835-pm-wdt$")
        for _ in range(2):
            expect(guest.command("poweroff"), "^The machine was not switched off: ")
            expect(guest.command("reset"), "^The machine was not reset: ")
        expect(guest.command("log init"), "power off: neither the firmware nor a server can do it",
               "reset: neither the firmware nor a server can do it")
        expect_equal(servers(guest)["shell"], ("running", 0), "shell")
        expect(guest.command("kill serial; echo still here"), "^still here$")


run(the_board_is_told_as_far_as_it_is_there,
    a_driver_that_dies_answers_again,
    a_reset_is_a_new_start_and_the_end_is_the_end_also_after_the_driver_died,
    without_its_driver_the_machine_does_not_end_and_says_so,
    a_machine_that_nothing_can_end_says_so_and_goes_on)
