# SPDX-License-Identifier: BSD-2-Clause
#
# Servers that die and come back: each in turn, the shell itself, many times;
# and a thousand clean stops, after which the memory is what it was, to the byte.

import re

from system import Guest, expect, expect_equal, memory, power_off, run, servers

# Whole ones only; the console may be too slow for some, and says so.
NOTICE = r"\[ *\d+\.\d+\] init: clock: (started|stopped: by request)" \
         r"|console: \d+ bytes of init's notices are lost"
guest = None


def the_system_starts():
    global guest
    guest = Guest(direct=True, time_limit=400)
    guest.wait_for_prompt()


def a_thousand_stops_and_starts_leave_the_memory_equal_to_the_byte():
    before = memory(guest)
    answer = guest.command("repeat 1000 stop clock; start clock", 200)
    said = [line for line in answer.strip().split("\n")
            if not re.fullmatch(NOTICE, line)]
    expect_equal(said, [], "lines that are no notices of init's")
    expect_equal(memory(guest), before, "mem")
    expect_equal(servers(guest)["clock"], ("running", 0), "clock")


def each_server_is_killed_and_the_prompt_is_back():
    for name in ("clock", "log", "serial", "console"):
        before = memory(guest)
        guest.command(f"kill {name}", 30)
        expect(guest.command(f"echo after {name}", 30), f"after {name}")
        expect_equal(servers(guest)[name], ("running", 1), name)
        expect_equal(memory(guest), before, f"mem after kill {name}")


def the_shell_is_killed_and_there_is_a_new_prompt():
    guest.command("kill shell", 30)
    expect_equal(servers(guest)["shell"], ("running", 1), "shell")


def the_serial_driver_dies_often_while_lines_are_typed():
    before = servers(guest)["serial"][1]
    for number in range(5):
        guest.command("kill serial", 30)
        expect(guest.command(f"echo round {number}", 30), f"round {number}")
        guest.command("sleep 1", 30)
    expect_equal(servers(guest)["serial"], ("running", before + 5), "serial")


def what_was_typed_ahead_survives_the_driver():
    guest.send(b"kill serial\recho one\recho two\r")
    guest.wait_for("one\n")
    guest.wait_for("two\n")
    guest.wait_for_prompt()


def the_log_keeps_what_a_dead_server_said():
    expect(guest.command("log init"), "clock: ", "killed")


def a_restart_by_request_counts_as_no_failure():
    before, memory_before = servers(guest)["clock"], memory(guest)
    guest.command("restart clock")
    expect_equal(servers(guest)["clock"], before, "clock")
    expect_equal(memory(guest), memory_before, "mem")


def a_reset_starts_the_machine_anew():
    guest.send_line("reset")
    guest.wait_for("servers started in", 30)
    guest.wait_for_prompt(30)
    expect_equal(servers(guest)["serial"], ("running", 0), "serial")


def the_machine_powers_off():
    power_off(guest)


run(the_system_starts,
    a_thousand_stops_and_starts_leave_the_memory_equal_to_the_byte,
    each_server_is_killed_and_the_prompt_is_back,
    the_shell_is_killed_and_there_is_a_new_prompt,
    the_serial_driver_dies_often_while_lines_are_typed,
    what_was_typed_ahead_survives_the_driver,
    the_log_keeps_what_a_dead_server_said,
    a_restart_by_request_counts_as_no_failure,
    a_reset_starts_the_machine_anew,
    the_machine_powers_off)
