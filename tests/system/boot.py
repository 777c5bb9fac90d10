# SPDX-License-Identifier: BSD-2-Clause
#
# One boot of one machine shape, and everything a user does at the prompt:
# --board=virt|rpi4|imx8mp --gic=2|3 --cores=N --memory=SIZE --path=uboot|direct --cpu=NAME.

import re

from system import (BOARD, SERIAL_NODE, Guest, expect, expect_equal, expect_not, memory, option, power_off,
                    run, servers)

SHAPE = {
    "gic": int(option("gic", "2")),
    "cores": int(option("cores", "1")),
    "memory": option("memory", "256M"),
    "direct": option("path", "direct") == "direct",
}
QEMU = ["-cpu", option("cpu", "cortex-a72")]
RAM = {"64M": 64 << 20, "256M": 256 << 20, "4G": 4 << 30, "8G": 8 << 30}
if BOARD == "imx8mp":
    # 32 MiB of what is above 1.3 GiB are the signal processor's.
    SHAPE = {**SHAPE, "gic": 3, "cores": 4}
    RAM = {"256M": 256 << 20, "6G": 6112 << 20}
    QEMU = []
if BOARD == "rpi4":
    # 64 MiB of the two GiB are the graphics processor's.
    SHAPE = {**SHAPE, "cores": 4, "memory": "1984M"}
    RAM = {"1984M": 1984 << 20}
    QEMU = []
DEFAULT_SERVERS = ("log", "serial", "console", "clock", "shell") + (("power",) if BOARD == "rpi4" else ())
STARTED = rf"^init: {len(DEFAULT_SERVERS)} servers started"

guest = None


def the_kernel_says_what_it_found_and_init_what_it_started():
    global guest
    guest = Guest(time_limit=300, qemu=QEMU, **SHAPE)
    text = guest.wait_for_prompt()
    mib = RAM[SHAPE["memory"]] >> 20
    expect(text, r"^Thole \d+\.\d+\.\d+", rf"memory {mib} MiB", rf"cores {SHAPE['cores']}\b",
           rf"GICv{SHAPE['gic']}", r"timer (at )?\d+ Hz", r"init after")
    for name in DEFAULT_SERVERS:
        expect(text, rf"^init: {name}: started")
    expect(text, STARTED)


def all_servers_run_and_none_was_restarted():
    found = servers(guest)
    for name in DEFAULT_SERVERS:
        expect_equal(found.get(name), ("running", 0), name)


def each_command_answers():
    expect(guest.command("help"), "ps", "tree", "poweroff")
    expect(guest.command("help kill"), "kill NAME")
    expect(guest.command("version"), r"\d+\.\d+\.\d+")
    expect(guest.command("uptime"), r"\d")
    expect(guest.command("log init"), "init: ")
    expect(guest.command("log"), r"\[ *\d+\.\d+\]")
    expect(guest.command("echo a word"), "^a word$")
    expect(guest.command("sleep 0.1"), "^$")


def the_tree_shows_hardware_servers_and_owners():
    tree = guest.command("tree")
    expect(tree, rf"^ *{SERIAL_NODE.split('/')[-1]} .* owner serial$", "thole", "clock", "cpus")
    part = guest.command("tree /thole/clock")
    expect(part, "clock")
    expect_not(part, "pl011@")
    expect(guest.command("tree /thole/clok"), "clok")


def a_wrong_command_or_name_gets_a_sentence_that_helps():
    expect(guest.command("pss"), "no command 'pss'", "ps")
    expect(guest.command("kill clok"), "clok", "clock")
    expect(guest.command("stop"), "NAME")
    expect(guest.command("start clock"), "already|runs")
    expect(guest.command("log nobody"), "nobody")
    expect_equal(servers(guest)["clock"], ("running", 0), "clock")


def the_driver_under_the_prompt_dies_and_no_line_is_lost():
    guest.command("kill serial", 30)
    for number in range(20):
        expect(guest.command(f"echo line {number}"), f"^line {number}$")
    expect_equal(servers(guest)["serial"], ("running", 1), "serial")
    expect_equal(servers(guest)["shell"], ("running", 0), "shell")
    expect(guest.command("log init"), "serial: ")


def a_server_leaves_and_comes_back_with_all_its_memory_returned():
    before = memory(guest)
    guest.command("stop clock")
    expect_equal(servers(guest)["clock"][0], "stopped", "clock")
    between = memory(guest)
    guest.command("start clock")
    expect_equal(memory(guest), before, "mem")
    if not between["free"] > before["free"]:
        raise AssertionError(f"stop returned no memory: {before} then {between}")


def memory_adds_up():
    found = memory(guest)
    expect_equal(found["ram"], RAM[SHAPE["memory"]], "ram")
    expect_equal(sum(found[part] for part in ("kernel", "free", "servers", "init")), found["ram"], "the sum")


def lines_are_edited_and_remembered():
    guest.send(b"ecko x\x7f\x7f\x7f\x7fho abc\r")
    expect(guest.wait_for_prompt().partition("\n")[2], "^abc$")
    guest.send(b"\x1b[A\r")
    expect(guest.wait_for_prompt().partition("\n")[2], "^abc$")


def the_machine_powers_off():
    power_off(guest)
    expect_equal(len(re.findall(STARTED, guest.text, re.MULTILINE)), 1, "boots")


run(the_kernel_says_what_it_found_and_init_what_it_started,
    all_servers_run_and_none_was_restarted,
    each_command_answers,
    the_tree_shows_hardware_servers_and_owners,
    a_wrong_command_or_name_gets_a_sentence_that_helps,
    the_driver_under_the_prompt_dies_and_no_line_is_lost,
    a_server_leaves_and_comes_back_with_all_its_memory_returned,
    memory_adds_up,
    lines_are_edited_and_remembered,
    the_machine_powers_off)
