# SPDX-License-Identifier: BSD-2-Clause
#
# A temperature sensor on the I2C bus of a Raspberry Pi 4, in QEMU's raspi4b, whose
# temperature is set from outside. Run with --board=rpi4.

import os
import tempfile

from qmp import Qmp
from system import ROOT, Guest, compile_tree, expect, expect_equal, run, servers, wait_for_state

WIRED = os.path.join(ROOT, "examples", "thermometer", "rpi4.dts")
SENSOR = ["-device", "tmp105,id=sensor,bus=i2c-bus.1,address=0x48"]
TEMPERATURES = {25000: "25.000", -12500: "-12.500", 85063: "85.063", -55000: "-55.000", 0: "0.000", 127938: "127.938"}


def thermometer(qmp, sensor=tuple(SENSOR), **given):
    given = {"system": "thermometer", "hardware": [WIRED], **given}
    return Guest(direct=True, qemu=[*qmp.arguments, *sensor], **given)


def set_temperature(qmp, milli):
    qmp.do("qom-set", path="/machine/peripheral/sensor", property="temperature", value=milli)


def read(guest, says):
    wait_for_state(guest, "thermometer", "stopped")
    guest.send_line("start thermometer")
    guest.wait_for(rf"thermometer: {says} degrees")


def the_temperature_set_from_outside_is_read_at_the_prompt():
    with Qmp() as qmp, thermometer(qmp) as guest:
        guest.wait_for_prompt()
        for milli, says in TEMPERATURES.items():
            set_temperature(qmp, milli)
            read(guest, says)


def the_next_incarnations_of_bus_and_sensor_read_it_as_well():
    with Qmp() as qmp, thermometer(qmp) as guest:
        guest.wait_for_prompt()
        set_temperature(qmp, 85063)
        for name in ("i2c", "sensor", "i2c", "sensor"):
            guest.command(f"kill {name}")
            read(guest, "85.063")
        expect_equal([servers(guest)[name] for name in ("i2c", "sensor")], [("running", 2)] * 2, "bus and sensor")


def a_bus_that_is_stopped_is_an_error_and_started_again_is_none():
    with Qmp() as qmp, thermometer(qmp) as guest:
        guest.wait_for_prompt()
        set_temperature(qmp, 25000)
        read(guest, "25.000")
        guest.command("stop i2c")
        wait_for_state(guest, "thermometer", "stopped")
        guest.send_line("start thermometer")
        guest.wait_for("thermometer: ended with exit code 1")
        guest.command("start i2c; start thermometer")
        guest.wait_for("thermometer: 25.000 degrees")


def the_bus_is_as_fast_as_its_node_says_unless_the_servers_says_otherwise():
    slow = "&{/soc/i2c@7e804000} { clock-frequency = <1>; };\n"
    own = '#include "systems/thermometer.dts" /* which begins with /dts-v1/ */\n&i2c { config { clock-frequency = <100000>; }; };\n'
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "slow.dts")
        with open(path, "w", encoding="ascii") as file:
            file.write(slow)
        with Qmp() as qmp, thermometer(qmp, hardware=[WIRED, path]) as guest:
            guest.wait_for_prompt()
            expect(guest.command("log i2c"), "a bus of 1 Hz cannot be made of a clock of 500000000 Hz")
        with Qmp() as qmp, thermometer(qmp, hardware=[WIRED, path], system_file=compile_tree(directory, own)) as guest:
            guest.wait_for_prompt()
            set_temperature(qmp, 25000)
            read(guest, "25.000")


def an_absent_sensor_is_a_clear_error():
    with Qmp() as qmp, thermometer(qmp, sensor=()) as guest:
        guest.wait_for_prompt()
        guest.wait_for("thermometer: the sensor does not answer")
        expect(guest.command("log i2c"), r"sensor at address 0x48: nobody acknowledges")
        expect(guest.command("log sensor"), r"the sensor does not answer")
        expect_equal(servers(guest)["sensor"], ("running", 0), "sensor")


def without_the_sensor_in_the_tree_nobody_looks_for_it():
    with Guest(system="thermometer", direct=True) as guest:
        text = guest.wait_for_prompt()
        expect(text, r"^init: sensor: not started: no hardware is ti,tmp105",
               r"^init: thermometer: not started: needs sensor")


run(the_temperature_set_from_outside_is_read_at_the_prompt,
    the_next_incarnations_of_bus_and_sensor_read_it_as_well,
    a_bus_that_is_stopped_is_an_error_and_started_again_is_none,
    the_bus_is_as_fast_as_its_node_says_unless_the_servers_says_otherwise,
    an_absent_sensor_is_a_clear_error,
    without_the_sensor_in_the_tree_nobody_looks_for_it)
