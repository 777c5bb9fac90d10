# SPDX-License-Identifier: BSD-2-Clause
#
# The kernel's trace: a sequence that is known is recorded in its order, on one core
# and on several, and what runs behaves the same as without. Nothing here is timed but
# by the trace itself, whose times must not run backwards.

import json
import os
import re
import subprocess
import sys
import tempfile

from system import BOARD, MORE_SERVERS, ROOT, SERIAL_INTERRUPT, Guest, expect, expect_equal, memory, power_off, run, servers

sys.path.insert(0, os.path.join(ROOT, "tools", "trace"))

from trace import events_in  # noqa: E402


def traced(guest, line, records=2000):
    """The events while a line ran at the prompt."""
    guest.command("trace on")
    guest.command(line, 240)
    guest.command("trace off")
    return events_in(guest.command(f"trace {records}", 120))


def with_guest(test, **options):
    with Guest(direct=True, time_limit=240, **options) as guest:
        guest.wait_for_prompt()
        test(guest)
        power_off(guest)


def check_order(events):
    """Each core's events are one after the other, and who is left running is who comes next."""
    last = {}
    for at, took, core, ran, then, what in events:
        if core in last:
            end, expected = last[core]
            if at + 1 < end:
                raise AssertionError(f"core {core}: {what} at {at} us, before {end} us")
            expect_equal(ran, expected, f"who ran on core {core} at {at} us")
        last[core] = (at + took, then)


def calls_and_answers_are_recorded_in_pairs(cores):
    def check(guest):
        events = traced(guest, "; ".join(["log clock"] * 5))
        check_order(events)
        # The log is passive: what it answers goes straight back to who called, and there is no other. An
        # interrupt may come at any time, and lets it go on or not.
        between = [event for event in events if "log" in event[3:5] and not event[5].startswith("interrupt")]
        calls = [event for event in between if event[3] == "shell"]
        answers = [event for event in between if event[3] == "log"]
        if len(calls) < 5:
            raise AssertionError(f"the log was called {len(calls)} times:\n{events}")
        expect_equal(between, [event for pair in zip(calls, answers) for event in pair], "calls and answers")
        for *_, then, what in calls:
            expect_equal(then, "log", what)
            expect(what, r"^call label \d+ slot \d+$")
        for *_, then, what in answers:
            expect_equal((then, what), ("shell", "reply_recv label 0"), "an answer")
        expect("\n".join(event[5] for event in events), rf"^interrupt {SERIAL_INTERRUPT}$", r"^call NOTIFICATION_SIGNAL")
    with_guest(check, cores=cores, gic=3 if cores > 1 else 2)


def calls_and_answers_are_recorded_in_pairs_on_one_core():
    calls_and_answers_are_recorded_in_pairs(1)


def calls_and_answers_are_recorded_in_pairs_with_four_cores():
    calls_and_answers_are_recorded_in_pairs(4)


def what_runs_on_another_core_is_recorded_there():
    def check(guest):
        events = traced(guest, "log clock; log clock")
        check_order(events)
        expect_equal({event[2] for event in events if event[5] == f"interrupt {SERIAL_INTERRUPT}"}, {1}, "cores of the serial line")
        expect("\n".join(event[5] for event in events), r"^interrupt .*kick")
        expect_equal({event[2] for event in events if event[3] == "shell"}, {0}, "cores of the shell")
    with_guest(check, cores=4, settings=["/thole/serial/core=<1>"])


def a_restart_is_recorded_step_by_step():
    def check(guest):
        events = traced(guest, "kill clock; sleep 0.01")
        check_order(events)
        names = {event[3] for event in events}
        for name in ("init", "shell", "console"): # when the clock itself runs is up to its budget
            if name not in names:
                raise AssertionError(f"{name} is not among {names}")
        expect("\n".join(event[5] for event in events), r"^call CAPTABLE_REVOKE", r"^call THREAD_START",
               r"^call MACHINE_NAME")
    with_guest(check)


def the_system_goes_on_the_same_while_it_is_traced():
    def check(guest):
        plain = [guest.command(line) for line in ("caps clock", "threads console", "tree /thole/clock")]
        guest.command("trace on")
        seen = [guest.command(line) for line in ("caps clock", "threads console", "tree /thole/clock")]
        # Of ticks used, left and the like only that there are some.
        expect_equal([re.sub(r" +\d+", " N", text) for text in seen],
                     [re.sub(r" +\d+", " N", text) for text in plain], "answers while traced")
        guest.command("kill serial; restart clock; kill console")
        expect_equal({name: state for name, (state, _) in servers(guest).items()},
                     {**dict.fromkeys(("log", "serial", "console", "clock", "shell"), "running"), **MORE_SERVERS}, "servers")
        guest.command("trace off")
    with_guest(check, cores=4)


def a_trace_takes_its_memory_once():
    def check(guest):
        before = memory(guest)
        guest.command("trace on; trace off")
        taken = memory(guest)
        expect_equal(taken["init"] >= before["init"] + (2 << 20), True, "2 MiB for the ring")
        guest.command("trace on; trace off; trace on; trace off")
        expect_equal(memory(guest), taken, "mem")
        expect(guest.command("trace on; trace on; trace off; trace off"), "on already", "off already")
    with_guest(check, memory="64M")


def the_newest_events_are_shown():
    def check(guest):
        events = traced(guest, "repeat 300 caps clock", 300)
        expect_equal(len(events), 300, "events shown")
        check_order(events)
        expect_equal(events[-1][3:5], ("shell", "init"), "the last: trace off")
    with_guest(check)


def the_command_writes_a_trace_for_perfetto():
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "trace.json")
        size = ["--cores", "2"] if BOARD == "virt" else []
        done = subprocess.run([os.path.join(ROOT, "thole"), "trace", "--board", BOARD, "--direct", *size, "-o", path],
                              input="version\nsleep 0.01\n", capture_output=True, text=True, timeout=300, check=False)
        expect_equal(done.returncode, 0, f"exit status; {done.stderr}")
        events = events_in(done.stdout)
        expect(done.stderr, r"^Thole \d")
        with open(path, encoding="utf-8") as file:
            slices = [event for event in json.load(file)["traceEvents"] if event["ph"] == "X"]
        expect_equal([one["name"] for one in slices if "ran" in one["args"]], [event[5] for event in events], "events")
        names = {one["name"] for one in slices if "ran" not in one["args"]}
        expect_equal({"shell", "console", "serial"} <= names, True, f"who ran: {names}")


run(calls_and_answers_are_recorded_in_pairs_on_one_core,
    calls_and_answers_are_recorded_in_pairs_with_four_cores,
    what_runs_on_another_core_is_recorded_there,
    a_restart_is_recorded_step_by_step,
    the_system_goes_on_the_same_while_it_is_traced,
    a_trace_takes_its_memory_once,
    the_newest_events_are_shown,
    the_command_writes_a_trace_for_perfetto)
