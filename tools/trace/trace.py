#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
#
# `./thole trace [RUN OPTIONS] [-o FILE]`: start the guest, record what its kernel does
# while the lines of standard input run at the prompt, print the events, and power off.
# -o writes them as a trace that Perfetto or chrome://tracing opens: who ran when on
# which core, the kernel's own time, and the calls, faults and interrupts.
#
#   trace.py --check OPTIONS    are these options right?

import json
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "run"))

import guest        # noqa: E402  (found through the path above)
import machine      # noqa: E402

RECORDS = 4000      # the newest so many are shown
BOOT_LIMIT = 120    # seconds
LIMIT = 600         # of each line, and of the showing
EVENT = re.compile(r"^ *(\d+) +(\d+) +(\d+) (\S+) +(\S+) +(.*)$", re.MULTILINE)
NOBODY = "-"


def events_in(text):
    """What the shell printed, as (us, us in the kernel, core, who ran, who runs then, event)."""
    return [(int(at), int(took), int(core), ran, then, event.rstrip())
            for at, took, core, ran, then, event in EVENT.findall(text)]


def slice_of(name, core, start, end, **arguments):
    return {"name": name, "ph": "X", "ts": start, "dur": max(end - start, 0), "pid": 0, "tid": core,
            "args": arguments}


def perfetto(events):
    """The events as the Trace Event Format has them: a row for each core."""
    out, since = [], {}
    for core in sorted({event[2] for event in events}):
        out.append({"name": "thread_name", "ph": "M", "pid": 0, "tid": core, "args": {"name": f"core {core}"}})
    for at, took, core, ran, then, event in events:
        if core in since and ran != NOBODY:
            out.append(slice_of(ran, core, since[core], at))
        out.append(slice_of(event, core, at, at + took, ran=ran, then=then))
        since[core] = at + took
    return {"displayTimeUnit": "ns", "traceEvents": out}


def parse(arguments):
    table = {**machine.OPTIONS, **machine.OUTPUT, **machine.REST}
    del table["--uboot"]
    return machine.parse("trace", arguments, table)


def record(options, lines):
    """The events, and what else the guest said about them."""
    limit = options.timeout or LIMIT + BOOT_LIMIT
    with guest.Guest(options=options, time_limit=limit) as running:
        running.wait_for_prompt(BOOT_LIMIT)
        said = "".join(running.command(line, LIMIT) for line in ["trace on", *lines, "trace off"])
        shown = running.command(f"trace {RECORDS}", LIMIT)
        running.send_line("poweroff")
        running.wait_for_exit()
    return said, shown


def main():
    arguments = sys.argv[1:]
    only_check = arguments[:1] == ["--check"]
    try:
        options = parse(arguments[1:] if only_check else arguments)
        if only_check:
            return 0
        lines = [line.strip() for line in sys.stdin if line.strip()]
        said, shown = record(options, lines or ["sleep 1"])
        if said.strip():
            print(said.rstrip("\n"), file=sys.stderr)
        print(shown.rstrip("\n"))
        events = events_in(shown)
        if not events:
            raise guest.GuestError("The guest recorded nothing.")
        if getattr(options, "output", None):
            machine.write_whole(options.output, json.dumps(perfetto(events), indent=0))
    except (machine.UserError, guest.GuestError, OSError) as error:
        print(f"thole: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
