# SPDX-License-Identifier: BSD-2-Clause
#
# Budgets and graces, seen from the prompt: a server that spins on a client's time takes
# no more than that and its grace, is found and started again, and everybody goes on. All
# is judged by the time that the kernel has accounted to each, not by a clock beside it.

import re
import tempfile

from system import (Guest, compile_tree, expect, expect_equal, expect_not, power_off, run, servers,
                    wait_for_state)

GRACE_MS = 100
ROUNDS = 4      # of examples/faulty/thrifty.c


def node(name, program, priority, more):
    return f"""/ {{ thole {{ {name}: {name} {{ compatible = "thole,server"; program = "{program}";
               priority = <{priority}>; memory-kib = <128>; {more} }}; }}; }};"""


STORY = (node("stuck", "stuck", 12, f'grace-us = <{GRACE_MS * 1000}>; uses = <&log>; restart-limit = <32 60>;') +
         node("thrifty", "thrifty", 11, 'time-us = <1000 10000>; restart = "never"; uses = <&stuck &log>; '
              'use-names = "server", "log";') +
         node("above", "spin", 15, "time-us = <3000 10000>;") + node("below", "spin", 5, "time-us = <2000 10000>;"))


def used_since_the_start(guest):
    """Milliseconds that each has used, and how many there were."""
    answer = guest.command("top")
    over = re.search(r"^since the start, over (\d+)\.(\d{3}) s$", answer, re.MULTILINE)
    return ({name: int(ms) for name, ms in re.findall(r"^([\w-]+) +\d+ +[\d.]+% +(\d+)", answer, re.MULTILINE)},
            int(over[1] + over[2]))


def a_server_that_spins_takes_its_clients_time_and_no_more():
    with tempfile.TemporaryDirectory() as directory:
        with Guest(direct=True, system_file=compile_tree(directory, STORY), time_limit=150) as guest:
            guest.wait_for_prompt()
            expect_equal(wait_for_state(guest, "thrifty", "stopped", tries=600), ("stopped", 0), "the client")
            used, over = used_since_the_start(guest)
            # The client got an error each time, and went on.
            expect(guest.command("log thrifty"), rf"answered {ROUNDS + 1} times, {ROUNDS} calls ended by")
            # Init was told, and started the server again.
            state, restarts = wait_for_state(guest, "stuck", "running")
            if restarts < ROUNDS:
                raise AssertionError(f"stuck is {state} after {restarts} restarts")
            times = re.findall(rf"stuck: timeout: used (\d+) us more than lent, its grace is {GRACE_MS * 1000} us, "
                               r"at pc 0x4[0-9a-f]+ \(restart", guest.command("log init"))
            if len(times) < ROUNDS or any(int(us) < GRACE_MS * 1000 for us in times):
                raise AssertionError(f"timeouts after {times} us")
            # What was used beyond the budget was paid back before the client ran again.
            if not ROUNDS * GRACE_MS <= used["thrifty"] <= over // 10 + GRACE_MS:
                raise AssertionError(f"the client has used {used['thrifty']} of {over} ms")
            # The others kept their shares. A host that is busy takes periods away from all.
            for name, share in (("above", 3), ("below", 2)):
                if not over * share // 40 <= used[name] <= over * share // 10 + GRACE_MS:
                    raise AssertionError(f"{name} has used {used[name]} of {over} ms: {used}")
            for name in ("log", "serial", "console", "clock", "shell", "above", "below"):
                expect_equal(servers(guest)[name], ("running", 0), name)
            power_off(guest)


def a_server_that_is_given_time_enough_is_no_timeout():
    """The default grace, on time that is used up at once: nothing is reported."""
    text = node("hello", "hello", 10, 'time-us = <100 10000>; uses = <&console>; restart = "never";')
    with tempfile.TemporaryDirectory() as directory:
        tree = compile_tree(directory, text.replace("128", "512"))
        with Guest(direct=True, system_file=tree, time_limit=150) as guest:
            guest.wait_for_prompt()
            expect_equal(wait_for_state(guest, "hello", "stopped", tries=600), ("stopped", 0), "hello")
            expect_not(guest.command("log init"), "timeout")
            expect_equal(servers(guest)["console"], ("running", 0), "console")
            power_off(guest)


run(a_server_that_spins_takes_its_clients_time_and_no_more,
    a_server_that_is_given_time_enough_is_no_timeout)
