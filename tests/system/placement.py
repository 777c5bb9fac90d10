# SPDX-License-Identifier: BSD-2-Clause
#
# Servers on the cores that the system tree names: each server's time is there, they work
# across cores and come back when they end, and a core that does not run is a clear error
# of the server that names it.

import re
import tempfile

from system import (GICS, MORE_SERVERS, Guest, board_system, compile_tree, expect, expect_equal, expect_not, memory,
                    power_off, run, servers, wait_for_state)

HEALTHY = ("log", "serial", "console", "clock", "shell")
SPREAD = {"log": 3, "serial": 1, "console": 1, "clock": 3, "shell": 2}
ON_ONE_OF_TWO = {"log": 1, "serial": 1, "console": 0, "clock": 1, "shell": 0}


def placed(places):
    return "".join(f"&{name} {{ core = <{core}>; }};\n" for name, core in places.items())


def times_of(guest, name):
    """The cores of all the time that `threads` knows the server by."""
    answer = guest.command(f"threads {name}")
    return {int(core) for core in re.findall(r"^(?:own|events|interrupts) +\d+ +(\d+) ", answer, re.MULTILINE)}


def servers_work(guest, places):
    for name in HEALTHY:
        expect_equal(times_of(guest, name), {places[name]}, f"the cores of {name}")
    before = memory(guest)
    for name in ("serial", "console", "log", "clock"):
        restarts = servers(guest)[name][1]
        guest.command(f"kill {name}", 30)
        expect(guest.command(f"echo after {name}", 30), f"^after {name}$")
        expect_equal(wait_for_state(guest, name, "running"), ("running", restarts + 1), name)
        guest.command(f"restart {name}", 30)
        expect(guest.command("sleep 0.02; echo slept", 30), "^slept$")
        expect_equal(times_of(guest, name), {places[name]}, f"the cores of {name} after its restart")
    expect_equal(memory(guest), before, "mem")
    top = guest.command("top")
    for core in set(places.values()):
        expect(top, rf"^\S.* {core} +[\d.]+%")
    guest.command("kill shell", 30)
    expect_equal(servers(guest)["shell"], ("running", 1), "shell")
    expect_equal(times_of(guest, "shell"), {places["shell"]}, "the core of shell after its restart")


def spread_over_four_cores(gic):
    with tempfile.TemporaryDirectory() as directory:
        with Guest(direct=True, system_file=board_system(directory, "spread"), cores=4, gic=gic, time_limit=150) as guest:
            guest.wait_for_prompt()
            servers_work(guest, SPREAD)
            power_off(guest)


def servers_work_over_four_cores_with_a_gicv2():
    spread_over_four_cores(2)


def servers_work_over_four_cores_with_a_gicv3():
    spread_over_four_cores(3)


def servers_work_over_two_cores():
    with tempfile.TemporaryDirectory() as directory:
        tree = compile_tree(directory, placed(ON_ONE_OF_TWO))
        for gic in GICS:
            with Guest(direct=True, system_file=tree, cores=2, gic=gic, time_limit=150) as guest:
                guest.wait_for_prompt()
                servers_work(guest, ON_ONE_OF_TWO)
                power_off(guest)


def a_core_that_does_not_run_costs_its_server_alone():
    text = placed({"serial": 1, "clock": 2}) + """/ { thole { x: x { compatible = "thole,server"; program = "hello";
               core = <1>; priority = <5>; time-us = <5000 10000>; memory-kib = <512>; uses = <&clock>; }; }; };"""
    # Of three cores one does not come: the tree names three, the kernel says that two run.
    edits = [["-d", "/cpus/cpu@1", "enable-method"]]
    with tempfile.TemporaryDirectory() as directory:
        with Guest(direct=True, system_file=compile_tree(directory, text), cores=3, tree_edits=edits,
                   time_limit=120) as guest:
            expect(guest.wait_for_prompt(), r"^kernel: cores 3, running 2$",
                   r"^init: clock: not started: core: expected one of the 2 cores there are, 0 to 1, found <2>$",
                   r"^init: x: not started: needs clock, which is in error$")
            expect_equal({name: state for name, (state, _) in servers(guest).items()},
                         {"log": "running", "serial": "running", "console": "running", "clock": "failed",
                          "shell": "running", "x": "disabled", **MORE_SERVERS}, "ps")
            expect(guest.command("start clock"), "core: expected one of the 2 cores")
            power_off(guest)


def a_system_for_four_cores_says_on_one_what_it_lacks():
    with tempfile.TemporaryDirectory() as directory:
        with Guest(direct=True, system_file=board_system(directory, "spread"), cores=1, time_limit=60) as guest:
            guest.wait_for(re.compile("nothing runs|servers? started in"), 60)
            for name, core in SPREAD.items():
                expect(guest.text, rf"^init: {name}: not started: core: expected 0, the only core there is, "
                                   rf"found <{core}>$")
            expect_not(guest.text, "panic")


def init_has_the_line_alone_until_it_has_booted():
    """No other core's servers write between its letters, or what it has said once more."""
    with tempfile.TemporaryDirectory() as directory:
        tree = board_system(directory, "spread")
        for _ in range(3):
            with Guest(direct=True, cores=4, system_file=tree, time_limit=60) as guest:
                text = guest.wait_for_prompt(50)
                lines = [line for line in re.findall(r"^.*init: .*$", text, re.MULTILINE)
                         if not re.match(r"init: \w+: goes without ", line)]
                for line, name in zip(lines, HEALTHY, strict=False):
                    expect(line, f"^init: {name}: started")
                others = [line for line in lines[len(HEALTHY):-1] if not re.match(r"init: \w+: \w", line)]
                expect_equal((others, len(set(lines))), ([], len(lines)), f"lines that are not init's alone, in\n{text}")
                expect(lines[-1], r"^init: \d servers started in \d+ ms")
                expect(text, "^This is Thole[.] Type help for what can be done here[.]$")
                power_off(guest)


run(servers_work_over_four_cores_with_a_gicv2,
    *[servers_work_over_four_cores_with_a_gicv3] * (3 in GICS),
    servers_work_over_two_cores,
    a_core_that_does_not_run_costs_its_server_alone,
    a_system_for_four_cores_says_on_one_what_it_lacks,
    init_has_the_line_alone_until_it_has_booted)
