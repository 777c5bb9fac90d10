# SPDX-License-Identifier: BSD-2-Clause
#
# Programs: an unmodified C program on newlib, one that ends by itself, one that
# takes all memory it can get, one that takes all time it can get.

import os
import re
import tempfile

from system import (ROOT, Guest, board_system, compile_tree, expect, expect_equal, memory, power_off, run, servers, shown,
                    wait_for_state)


def node(name, program, more=""):
    return f"""/ {{ thole {{ {name}: {name} {{ compatible = "thole,server"; program = "{program}";
               time-us = <5000 10000>; uses = <&console>; {more} }}; }}; }};"""


def with_nodes(text, test):
    with tempfile.TemporaryDirectory() as directory:
        with Guest(direct=True, system_file=compile_tree(directory, text), time_limit=100) as guest:
            test(guest)
            power_off(guest)


def an_unmodified_C_program_runs_on_newlib():
    with open(os.path.join(ROOT, "examples", "hello", "expected.txt"), encoding="utf-8") as file:
        expected = file.read().strip().split("\n")
    with tempfile.TemporaryDirectory() as directory:
        with Guest(direct=True, system_file=board_system(directory, "hello"), time_limit=60) as guest:
            guest.wait_for("hello: all right", 30)
            wait_for_state(guest, "hello", "stopped")
            printed = [line for line in shown(guest).split("\n") if line in expected]
            expect_equal(printed, expected, "what hello printed")
            power_off(guest)


def a_program_that_ends_is_treated_as_its_node_says():
    def check(guest):
        guest.wait_for_prompt()
        expect_equal(wait_for_state(guest, "once", "failed")[1], 0, "restarts of once")
        state, restarts = wait_for_state(guest, "again", "failed")
        expect_equal(restarts, 3, f"restarts of again, which is {state}")
        expect(guest.command("log init"), r"once: .*(code|exit\w*) 3", r"again: .*(code|exit\w*) 3")
    with_nodes(node("once", "exit3", 'priority = <10>; memory-kib = <128>; restart = "never";') +
               node("again", "exit3", 'priority = <10>; memory-kib = <128>; restart = "on-failure"; '
                    'restart-limit = <3 60>;'), check)


def a_program_that_takes_all_memory_gets_its_quota_and_no_more():
    def check(guest):
        guest.wait_for(re.compile(r"hog: (\d+) KiB, then no more"), 30)
        if not 100 <= int(guest.match[1]) < 512:
            raise AssertionError(f"hog got {guest.match[1]} KiB of its 512")
        wait_for_state(guest, "hog", "stopped")
        before = memory(guest)
        for _ in range(10):
            guest.command("start hog")
            wait_for_state(guest, "hog", "stopped")
        expect_equal(memory(guest), before, "mem")
    with_nodes(node("hog", "hog", 'priority = <10>; memory-kib = <512>; restart = "never";'), check)


def a_program_that_spins_leaves_the_more_urgent_their_time():
    def check(guest):
        guest.wait_for_prompt()
        for _ in range(3):
            expect(guest.command("echo here"), "here")
        expect_equal(servers(guest)["spin"][0], "running", "spin")
        guest.command("stop spin")
        expect_equal(servers(guest)["spin"][0], "stopped", "spin")
    with_nodes(node("spin", "spin", "priority = <5>; memory-kib = <128>;"), check)


run(an_unmodified_C_program_runs_on_newlib,
    a_program_that_ends_is_treated_as_its_node_says,
    a_program_that_takes_all_memory_gets_its_quota_and_no_more,
    a_program_that_spins_leaves_the_more_urgent_their_time)
