# SPDX-License-Identifier: BSD-2-Clause
#
# A LED and a button behind a GPIO controller, seen from the world's side: the pin of the
# LED is read and the button is pressed by QEMU's monitor. QEMU's button is pressed for a
# tenth of a second; what it does next waits for that.

import os
import re
import tempfile

from qmp import Qmp
from system import ROOT, Guest, expect, expect_equal, power_off, run, servers

SOLDERED = os.path.join(ROOT, "examples", "blink", "virt.dts")
# The LED is line 0 of the PL061: its data register with the mask of that line.
LED = 0x9030000 + (1 << 0 << 2)
BUTTON = 1 << 3
DATA = 0x9030000 + (BUTTON << 2)


def blink(qmp, **given):
    return Guest(system="blink", direct=True, qemu=qmp.arguments, **given)


def press(guest, qmp):
    """Until the button is up again."""
    qmp.do("system_powerdown")
    while qmp.word(DATA):
        guest.read(0.05)


def wait_for_pin(guest, qmp, level):
    for _ in range(400):
        if qmp.word(LED) == level:
            return
        guest.read(0.05)
    raise AssertionError(f"the LED's pin never was {level}")


def presses_of_a_button_are_counted():
    with Qmp() as qmp, blink(qmp) as guest:
        guest.wait_for_prompt()
        guest.wait_for("button: press it")
        for count in range(1, 5):
            press(guest, qmp)
            guest.wait_for(f"button: pressed {count} times")
        power_off(guest)


def a_press_is_not_lost_when_the_controllers_server_dies():
    with Qmp() as qmp, blink(qmp) as guest:
        guest.wait_for_prompt()
        guest.wait_for("button: press it")
        for count in range(1, 5):
            guest.send_line("kill gpio")
            guest.wait_for("init: gpio: killed")
            press(guest, qmp)
            guest.wait_for(f"button: pressed {count} times")
        expect_equal(servers(guest)["gpio"], ("running", 4), "gpio")
        expect_equal(servers(guest)["button"], ("running", 0), "button")
        expect_equal(re.findall(r"button: pressed (\d+) times", guest.text), ["1", "2", "3", "4"], "presses")
        power_off(guest)


def a_led_goes_on_and_off_also_when_the_controllers_server_dies():
    with Qmp() as qmp, blink(qmp, hardware=[SOLDERED]) as guest:
        guest.wait_for_prompt()
        guest.wait_for("led: on and off every")
        for _ in range(2):
            wait_for_pin(guest, qmp, 1)
            wait_for_pin(guest, qmp, 0)
            guest.command("kill gpio")
        expect_equal(servers(guest)["led"], ("running", 0), "led")
        power_off(guest)


def without_a_led_the_button_works():
    with Qmp() as qmp, blink(qmp) as guest:
        text = guest.wait_for_prompt()
        expect(text, r"^init: led: not started: .*/leds/led-0")
        expect_equal(servers(guest)["button"][0], "running", "button")
        power_off(guest)


def a_line_that_another_has_is_refused():
    """Two devices on the button's line: the first in the tree has it."""
    with tempfile.TemporaryDirectory() as directory, open(SOLDERED, encoding="utf-8") as led:
        wrong = os.path.join(directory, "wrong.dts")
        with open(wrong, "w", encoding="utf-8") as file:
            file.write(led.read().replace("} 0 0>", "} 3 0>"))
        with Qmp() as qmp, blink(qmp, hardware=[wrong]) as guest:
            guest.wait_for_prompt()
            guest.wait_for(re.compile("(led|button): there is no line that I may"))
            expect(guest.command("log gpio"), r"line 3 is owned by (led: not for button|button: not for led)")
            power_off(guest)


run(presses_of_a_button_are_counted,
    a_press_is_not_lost_when_the_controllers_server_dies,
    a_led_goes_on_and_off_also_when_the_controllers_server_dies,
    without_a_led_the_button_works,
    a_line_that_another_has_is_refused)
