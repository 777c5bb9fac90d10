#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
#
# The tutorial, as a reader would go through it: each part boots the system it names,
# types what it says to type, and looks for what it says will be seen.

import os
import re
import sys

ROOT = os.environ.get("THOLE_ROOT") or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tools", "run"))

import machine                                    # noqa: E402
from guest import Guest, GuestError, Options, UserError    # noqa: E402

GAUGE = re.compile(r"gauge: (\d+) samples from 4 to 42")
NOON = ["-rtc", "base=2026-03-01T12:00:00,clock=vm"]


# The command of the chapter on a sensor, as it stands there.
SENSOR = re.compile(r"^\./thole run (--board rpi4 .*) -- (.*)$", re.MULTILINE)


def start(**given):
    return Guest(**{"system": "tutorial", "direct": True, **given})


def start_sensor(qemu=True, hardware=True):
    """What the page says to type, with what it says to leave out left out."""
    with open(os.path.join(ROOT, "docs", "tutorial.md"), encoding="utf-8") as page:
        words, arguments = SENSOR.search(page.read()).groups()
    said = dict(zip(words.split()[::2], words.split()[1::2]))
    assert set(said) == {"--board", "--system", "--hardware"}, said
    return start(board=said["--board"], system=said["--system"],
                 hardware=[os.path.join(ROOT, said["--hardware"])] if hardware else [],
                 qemu=arguments.split() if qemu else [])


def command(guest, line):
    """What a line answers. Lines of others may come in between and draw the prompt
    again, so the answer's end is marked by the shell itself."""
    command.count += 1
    start_of_line = len(guest.text)
    guest.send_line(f"{line}; echo end-of-{command.count}")
    end = seen(guest, rf"\nend-of-{command.count}\n", start_of_line)
    return guest.text[start_of_line:end.start()]


command.count = 0


def row(guest, name):
    """Name, state and restarts of a server, as ps shows them."""
    for line in command(guest, "ps").split("\n"):
        words = line.split()
        if words[:1] == [name]:
            return words[:3]
    raise AssertionError(f"ps does not show {name}")


def seen(guest, pattern, since=0):
    """Waits until the pattern was printed, wherever a prompt stands; the match."""
    pattern = re.compile(pattern) if isinstance(pattern, str) else pattern
    match = pattern.search(guest.text, since)
    while not match:
        if not guest.read(20):
            raise AssertionError(f"the guest did not print {pattern.pattern}:{guest.tail()}")
        match = pattern.search(guest.text, since)
    return match


def ended(guest, name):
    seen(guest, rf"init: {name}: ended with exit code 0")


def the_server_counts_what_its_client_gives():
    with start() as guest:
        guest.wait_for_prompt()
        assert seen(guest, GAUGE)[1] == "4"
        ended(guest, "tutorial-client")
        before = len(guest.text)
        command(guest, "start tutorial-client")
        assert seen(guest, GAUGE, before)[1] == "8"


def a_killed_server_is_back_where_its_client_looks_for_it():
    with start() as guest:
        guest.wait_for_prompt()
        ended(guest, "tutorial-client")
        command(guest, "kill tutorial-server; sleep 1")
        assert row(guest, "tutorial-server") == ["tutorial-server", "running", "1"]
        before = len(guest.text)
        command(guest, "start tutorial-client")
        assert seen(guest, GAUGE, before)[1] == "4"


def the_driver_says_the_time_and_wakes_its_client_by_interrupt():
    for gic in (2, 3):
        with start(gic=gic, qemu=NOON) as guest:
            guest.wait_for_prompt()
            first = seen(guest, r"rtc: 2026-03-01 12:00:(\d\d)")
            second = seen(guest, r"rtc: 2026-03-01 12:00:(\d\d)", first.end())
            assert int(second[1]) >= int(first[1]) + 2, guest.tail()


def a_client_that_waits_asks_the_next_driver():
    with start(qemu=NOON) as guest:
        guest.wait_for_prompt()
        ended(guest, "tutorial-watch")
        before = len(guest.text)
        command(guest, "start tutorial-watch; sleep 1; kill tutorial-driver")
        first = seen(guest, r"rtc: 2026-03-01 12:00:(\d\d)", before)
        second = seen(guest, r"rtc: 2026-03-01 12:00:(\d\d)", first.end())
        assert int(second[1]) >= int(first[1]) + 2, guest.tail()
        assert row(guest, "tutorial-driver") == ["tutorial-driver", "running", "1"]


def without_the_device_neither_driver_nor_client_is_started():
    with start(settings=["/thole/tutorial-driver/match=arm,pl030"]) as guest:
        guest.wait_for_prompt()
        assert row(guest, "tutorial-driver")[1] == "disabled"
        assert row(guest, "tutorial-watch")[1] == "disabled"
        assert "rtc:" not in guest.text


def the_sensor_is_read_also_when_its_bus_was_killed():
    with start_sensor() as guest:
        guest.wait_for_prompt()
        seen(guest, r"thermometer: 0\.000 degrees")
        ended(guest, "thermometer")
        before = len(guest.text)
        command(guest, "kill i2c; start thermometer")
        seen(guest, r"thermometer: 0\.000 degrees", before)
        assert row(guest, "i2c") == ["i2c", "running", "1"]


def an_absent_sensor_does_not_answer():
    with start_sensor(qemu=False) as guest:
        guest.wait_for_prompt()
        seen(guest, r"thermometer: the sensor does not answer")
        assert "sensor at address 0x48: nobody acknowledges" in command(guest, "log i2c")


def without_the_sensor_in_the_tree_nothing_is_started():
    with start_sensor(hardware=False) as guest:
        guest.wait_for_prompt()
        assert row(guest, "sensor")[1] == "disabled"
        assert row(guest, "thermometer")[1] == "disabled"


TESTS = [
    the_server_counts_what_its_client_gives,
    a_killed_server_is_back_where_its_client_looks_for_it,
    the_driver_says_the_time_and_wakes_its_client_by_interrupt,
    a_client_that_waits_asks_the_next_driver,
    without_the_device_neither_driver_nor_client_is_started,
]
# Only where QEMU can be a Raspberry Pi 4.
SENSOR_TESTS = [
    the_sensor_is_read_also_when_its_bus_was_killed,
    an_absent_sensor_does_not_answer,
    without_the_sensor_in_the_tree_nothing_is_started,
]


def possible():
    try:
        machine.board(Options(board="rpi4")).check_qemu()
    except UserError as error:
        print(f"skipped: the sensor on a bus: {error}", flush=True)
        return TESTS
    return TESTS + SENSOR_TESTS


def main():
    failed = 0
    for test in possible():
        name = test.__name__.replace("_", " ")
        try:
            test()
            print(f"ok: {name}", flush=True)
        except (AssertionError, GuestError, UserError) as error:
            print(f"FAILED: {name}\n{error}", flush=True)
            failed += 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
