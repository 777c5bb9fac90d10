# SPDX-License-Identifier: BSD-2-Clause
#
# Looking at a running system from its prompt: caps, threads and top. What they say is
# compared with what the tree gives and with each other, never with a clock.

import re
import tempfile

from system import (SERIAL_NODE, Guest, compile_tree, expect, expect_equal, expect_not, memory, power_off, run, servers,
                    wait_for_state)

TABLE = r"^ *(\d+|-) ([\w-]+) +([A-Za-z-]{7}) (\S+) +(\d+|-)  (.*)$"
SPIN = """/ { thole { spin: spin { compatible = "thole,server"; program = "spin"; time-us = <5000 10000>;
          priority = <5>; memory-kib = <128>; }; }; };"""


def capabilities(guest, name):
    """caps as a list of (slot, object, rights, badge, what)."""
    rows = re.findall(TABLE, guest.command(f"caps {name}"), re.MULTILINE)
    return [(slot, kind, rights, badge, what) for slot, kind, rights, badge, _, what in rows]


def shares(guest, command="top"):
    """top as ({(name, core): ms}, ms that it is about, the names in order)."""
    answer = guest.command(command, 60)
    over = re.search(r"over (\d+)\.(\d{3}) s$", answer, re.MULTILINE)
    rows = re.findall(r"^([\w-]+) +(\d+) +([\d.]+)% +(\d+)( .*)?$", answer, re.MULTILINE)
    return ({(name, int(core)): int(ms) for name, core, _, ms, _ in rows}, int(over[1] + over[2]),
            [(name, int(ms), note.strip()) for name, _, _, ms, note in rows])


def with_guest(test, text="", **options):
    with tempfile.TemporaryDirectory() as directory:
        with Guest(direct=True, system_file=compile_tree(directory, text), time_limit=120, **options) as guest:
            guest.wait_for_prompt()
            test(guest)
            power_off(guest)


def caps_names_what_each_capability_leads_to():
    def check(guest):
        console = capabilities(guest, "console")
        whats = [what for *_, what in console]
        for expected in ("its own", "calls init", "calls serial", "signals serial", "calls log", "signals shell"):
            if expected not in whats:
                raise AssertionError(f"console: no {expected!r} in {whats}")
        expect("\n".join(whats), r"^buffer shared with serial at 0x[0-9a-f]+, 4096 bytes$",
               r"^its own memory, \d+ bytes$")
        expect_equal([cap[:3] for cap in console if cap[4] == "calls serial"], [("4", "endpoint", "S------")], "call")
        expect_equal([cap[2] for cap in console if cap[4].startswith("buffer shared with init")], ["----r--"],
                     "rights to init's log")
        expect("\n".join(what for *_, what in capabilities(guest, "serial")),
               rf"^registers of {SERIAL_NODE.split('/')[-1]} at 0x[0-9a-f]+, (4096|64) bytes$")
        expect_equal([cap[4] for cap in capabilities(guest, "shell") if "control" in cap[4]],
                     ["controls the system through init"], "control of the shell")
        expect_equal([cap for cap in capabilities(guest, "clock") if "control" in cap[4] or "serial" in cap[4]], [],
                     "what the clock was not given")
    with_guest(check)


def caps_are_those_of_the_incarnation_that_runs():
    def check(guest):
        before = capabilities(guest, "console")
        used = memory(guest)
        for _ in range(5):
            guest.command("kill serial; kill console")
            wait_for_state(guest, "console", "running")
            wait_for_state(guest, "serial", "running")
        expect_equal(capabilities(guest, "console"), before, "caps after restarts")
        expect_equal(memory(guest), used, "mem")
        # A use that is optional is not given to an incarnation that begins without it.
        guest.command("stop log; restart clock")
        expect_not("\n".join(what for *_, what in capabilities(guest, "clock")), "log")
        guest.command("start log; restart clock")
        expect("\n".join(what for *_, what in capabilities(guest, "clock")), "^calls log$", "^signals log$")
        guest.command("stop clock")
        expect(guest.command("caps clock"), "^clock does not run: it holds nothing.$")
    with_guest(check)


def threads_says_what_each_waits_for():
    def check(guest):
        expect(guest.command("threads console"), r"^ +0 +40 +\d+  waits for a message$", r"^events +40 +0 +\d+ +\d+ ")
        expect(guest.command("threads shell"), "waits for an answer of init", r"^own +20 +0 +312500 +625000 +\d+ +\d+$")
        expect(guest.command("threads serial"), r"^events +48 ", r"^interrupts +48 ")
        expect(guest.command("threads spin"), r"^ +0 +5 +\d+  (ready, or runs|out of time until its next period)")
        guest.command("stop clock")
        expect(guest.command("threads clock"), "^clock has no thread now.$", "^events +30 ")
    with_guest(check, SPIN)


def top_accounts_for_all_time():
    def check(guest):
        shares(guest)
        first = int(re.findall(r"^own .* (\d+)$", guest.command("threads spin"), re.MULTILINE)[0])
        rows, over, order = shares(guest, "top 0.5")
        second = int(re.findall(r"^own .* (\d+)$", guest.command("threads spin"), re.MULTILINE)[0])
        # Each line is cut to whole milliseconds.
        for core in {core for _, core in rows}:
            used = [ms for (_, place), ms in rows.items() if place == core]
            if not over - len(used) <= sum(used) <= over:
                raise AssertionError(f"the rows of core {core} are {sum(used)} ms of {over}: {rows}")
        expect_equal([ms for _, ms, _ in order], sorted((ms for _, ms, _ in order), reverse=True), "order")
        if not 0 < rows["spin", 0] * 62500 <= second - first:
            raise AssertionError(f"spin: {rows['spin', 0]} ms, and by its thread {second - first} ticks")
        guest.command("stop spin; top")
        rows, *_ = shares(guest, "top 0.5")
        if ("spin", 0) in rows:
            raise AssertionError(f"spin used time when it was stopped: {rows}")
        guest.command("kill clock")
        expect_equal([note for name, _, note in shares(guest)[2] if name == "clock"], ["restarted meanwhile"], "note")
        expect_equal([note for name, _, note in shares(guest)[2] if note], [], "notes")
    with_guest(check, SPIN)


def names_that_nobody_has_get_a_sentence():
    def check(guest):
        for command in ("caps", "threads"):
            expect(guest.command(f"{command} konsole"), "^There is no server 'konsole'. Did you mean 'console'\\?$")
            expect(guest.command(f"{command} {'x' * 60}"), "^There is no server 'x+'. Type 'ps' for those there are.$")
            expect(guest.command(command), f"^It is used like this: {command} NAME$")
        expect_equal(servers(guest)["shell"], ("running", 0), "shell")
    with_guest(check)


run(caps_names_what_each_capability_leads_to,
    caps_are_those_of_the_incarnation_that_runs,
    threads_says_what_each_waits_for,
    top_accounts_for_all_time,
    names_that_nobody_has_get_a_sentence)
