# SPDX-License-Identifier: BSD-2-Clause
#
# Programs that hold few rights do whatever they can (examples/faulty/fuzz.c), one on each
# core, while the servers work, are killed, and are asked by who expects right answers.
# Then everything still works, and the memory adds up to the byte.
#
#   fuzz.py                            some rounds on each machine, always the same seeds
#   fuzz.py --seconds=N [--seed=N]     so long on each machine, with new seeds, which it prints
#   fuzz.py --cores=N --gic=N          on this machine only
#   fuzz.py --threads=multi            each core is a thread of the host's: true races, but on a host with fewer
#                                      free cores who waits for the kernel's lock waits for the host, minutes of it

import random
import re
import tempfile
import time

from system import (GICS, Guest, compile_tree, expect, expect_equal, expect_not, memory, option, power_off, run,
                    servers, wait_for_state)

FUZZERS = ("fuzz0", "fuzz1", "fuzz2", "fuzz3")
HEALTHY = ("log", "serial", "console", "clock", "shell")
THREADS = option("threads", "single")
LIVES = 5           # of each fuzzer, at least
# Of 10000: on the host's own threads, less of it is more, for the kernel's lock is not always wanted.
BUDGET_US = 5000 if THREADS == "single" else 500
ROUNDS_MOST = 200
SECONDS = int(option("seconds", "0"))
SEED = int(option("seed", "0")) or (random.randrange(1, 1 << 31) if SECONDS else 1)
PLACES = {"log": 3, "serial": 1, "console": 0, "clock": 2, "shell": 0}


def node(name, program, core, more, config=""):
    return f"""{name}: {name} {{ compatible = "thole,server"; program = "{program}"; core = <{core}>;
               status = "disabled"; memory-kib = <192>; restart = "always"; restart-limit = <32 1>; {more} config {{ {config} }}; }};"""


def system_text(cores, seed):
    """fuzz0 has no time of its own, and a grace that a long loop uses up; who comes later uses who came before."""
    nodes = node("steady", "steady", 0, "priority = <12>; time-us = <2000 10000>; uses = <&log &clock>;")
    for number, name in enumerate(FUZZERS):
        time_of = f"priority = <10>; time-us = <{BUDGET_US} 10000>;"
        if number == 0:
            time_of = "priority = <11>; grace-us = <20000>;"
        uses = " ".join("&" + used for used in ("log", "clock", *FUZZERS[:number]))
        nodes += node(name, "fuzz", number % cores, f"{time_of} uses = <{uses}>;",
                      f"seed = <{seed + number}>; life = <4000>;")
    places = "".join(f"&{name} {{ core = <{core % cores}>; }};\n" for name, core in PLACES.items())
    return f"/ {{ thole {{ {nodes} }}; }};\n{places}"


def look_for_findings(guest):
    """Nobody found anything, nobody was answered wrong."""
    for name in FUZZERS:
        expect_not(guest.command(f"log {name}", 60), "FOUND")
    expect_not(guest.command("log steady", 60), r", [1-9]\d* wrong")
    expect_not(guest.text, "panic:")


def one_round(guest, chance, number):
    look_for_findings(guest)
    guest.command(f"kill {chance.choice(('serial', 'clock', 'console', 'log', *FUZZERS, *FUZZERS))}", 60)
    answers = re.findall(f"^round {number}$", guest.command(f"echo round {number}", 60), re.MULTILINE)
    expect_equal(len(answers), 1, f"answers to round {number}")
    if number % 4 == 0:
        guest.command("kill serial", 60)
    guest.command("sleep 0.2", 60)
    found = servers(guest)
    for name in (*FUZZERS, "steady"):
        if found[name][0] in ("failed", "stopped"):
            guest.command(f"start {name}", 60)


def lives(guest):
    found = servers(guest)
    return {name: found[name][1] for name in FUZZERS}


def everything_still_works(guest, before):
    look_for_findings(guest)
    expect(guest.command("log steady"), r"[1-9]\d* answers, \d+ ends of the clock, 0 wrong")
    for name in (*FUZZERS, "steady"):
        guest.command(f"stop {name}", 60)
        wait_for_state(guest, name, "stopped")
    for name in HEALTHY:
        wait_for_state(guest, name, "running")
    expect_equal(memory(guest), before, "mem")
    expect_not(guest.command("log init"), "panic")
    guest.command("kill serial", 60)
    expect(guest.command("sleep 0.05; echo still here", 60), "^still here$")


def fuzz(cores, gic):
    chance = random.Random(SEED)
    ends = time.monotonic() + SECONDS
    number = 0
    with tempfile.TemporaryDirectory() as directory:
        tree = compile_tree(directory, system_text(cores, SEED))
        with Guest(direct=True, system_file=tree, cores=cores, gic=gic, time_limit=600 + SECONDS,
                   qemu=["-accel", f"tcg,thread={THREADS}"]) as guest:
            guest.wait_for_prompt()
            before = memory(guest)
            for name in (*FUZZERS, "steady"):
                guest.command(f"start {name}")
            while time.monotonic() < ends or min(lives(guest).values()) < LIVES:
                number += 1
                if not SECONDS and number > ROUNDS_MOST:
                    raise AssertionError(f"after {number} rounds: {lives(guest)}")
                one_round(guest, chance, number)
            counts = lives(guest)
            everything_still_works(guest, before)
            power_off(guest)
    print(f"seed {SEED}, {cores} cores, GICv{gic}: {number} rounds, lives {counts}", flush=True)


def fuzzers_on_one_core_harm_nobody():
    fuzz(1, 2)


def fuzzers_on_four_cores_harm_nobody_with_a_gicv2():
    fuzz(4, 2)


def fuzzers_on_four_cores_harm_nobody_with_a_gicv3():
    fuzz(4, 3)


def fuzzers_harm_nobody_on_the_machine_asked_for():
    fuzz(int(option("cores", "4")), int(option("gic", "2")))


if option("cores", "") or option("gic", ""):
    run(fuzzers_harm_nobody_on_the_machine_asked_for)
else:
    run(fuzzers_on_one_core_harm_nobody,
        fuzzers_on_four_cores_harm_nobody_with_a_gicv2,
        *[fuzzers_on_four_cores_harm_nobody_with_a_gicv3] * (3 in GICS))
