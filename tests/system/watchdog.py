# SPDX-License-Identifier: BSD-2-Clause
#
# The machine that is reset when it hangs, dts/systems/watched.dts with less patience: it
# goes on while everybody above the watchdog's server leaves time over, whoever dies, and
# is reset when one does not.

import os
import tempfile

from system import ROOT, Guest, compile_tree, expect_equal, expect_not, power_off, run, servers

SECONDS = 3
GREEDY = "time-us = <10000 10000>"  # all the time there is


def spin(name, priority):
    return f"""/ {{ thole {{ {name}: {name} {{ compatible = "thole,server"; program = "spin"; status = "disabled";
               priority = <{priority}>; {GREEDY}; memory-kib = <128>; }}; }}; }};"""


def watched():
    """The text of the system without what it begins with, which compile_tree supplies."""
    with open(os.path.join(ROOT, "dts", "systems", "watched.dts"), encoding="utf-8") as file:
        return file.read().split('#include "virt.dts"')[1]


STORY = watched() + f"&watchdog {{ config {{ seconds = <{SECONDS}>; }}; }};" + spin("below", 15) + spin("above", 17)


def wait_until_it_watches(guest):
    """The prompt may be there before: the shell is above the watchdog's server."""
    for _ in range(100):
        if "the machine is reset after" in guest.command("log watchdog"):
            return
        guest.command("sleep 1")
    raise AssertionError("the watchdog was not started")


def with_guest(test):
    with tempfile.TemporaryDirectory() as directory:
        with Guest(direct=True, system_file=compile_tree(directory, STORY), time_limit=200) as guest:
            guest.wait_for_prompt()
            wait_until_it_watches(guest)
            test(guest)
            power_off(guest)


def longer_than_the_watchdog_waits(guest):
    """Still the same boot?"""
    guest.command(f"sleep {2 * SECONDS}", 60)
    expect_equal(guest.text.count("kernel: init after"), 1, "boots")


def a_machine_that_does_not_hang_goes_on_whoever_dies():
    def check(guest):
        longer_than_the_watchdog_waits(guest)
        for name in ("watchdog", "soft-watchdog"):
            guest.command(f"kill {name}")
            longer_than_the_watchdog_waits(guest)
            expect_equal(servers(guest)[name], ("running", 1), name)
        expect_not(guest.command("log soft-watchdog"), "nobody fed")
        expect_not(guest.command("log watchdog"), "not fed")
    with_guest(check)


def who_is_below_may_use_all_the_time_there_is():
    def check(guest):
        guest.command("start below")
        longer_than_the_watchdog_waits(guest)
        expect_equal(servers(guest)["below"], ("running", 0), "below")
    with_guest(check)


def who_is_above_and_never_lets_go_resets_the_machine():
    def check(guest):
        guest.send_line("start above")
        guest.wait_for("kernel: init after", 60)
        guest.wait_for_prompt()
        expect_equal(servers(guest)["above"][0], "disabled", "above")
    with_guest(check)


def a_watchdog_whose_server_is_stopped_resets_the_machine():
    def check(guest):
        guest.send_line("stop watchdog")
        guest.wait_for("kernel: init after", 60)
        guest.wait_for_prompt()
        expect_equal(servers(guest)["watchdog"], ("running", 0), "watchdog")
    with_guest(check)


if __name__ == "__main__":
    run(a_machine_that_does_not_hang_goes_on_whoever_dies,
        who_is_below_may_use_all_the_time_there_is,
        who_is_above_and_never_lets_go_resets_the_machine,
        a_watchdog_whose_server_is_stopped_resets_the_machine)
