# SPDX-License-Identifier: BSD-2-Clause
#
# What the hardware's tree joins, in a guest: the board's tree is given a bus, and
# examples/edges drives the bus and what is on it. A slot for a virtio device, its
# memory, and who ends a machine without firmware, too.

import re
import tempfile

from system import Guest, compile_tree, expect, expect_equal, power_off, run, servers, wait_for_state
from guest import UBOOT_PROMPT

# The clock's registers stand for those of a bus; GPIO is QEMU's own PL061.
BUS = "/pl031@9010000"
EDITS = [["-tx", BUS, "#address-cells", "1"], ["-tx", BUS, "#size-cells", "0"],
         # What is put into a node last comes first in it.
         ["-c", BUS + "/sensor@49"], ["-ts", BUS + "/sensor@49", "compatible", "test,sensor"],
         ["-tx", BUS + "/sensor@49", "reg", "49"],
         ["-c", BUS + "/sensor@48"], ["-ts", BUS + "/sensor@48", "compatible", "test,sensor"],
         ["-tx", BUS + "/sensor@48", "reg", "48"]]


def node(name, match, more=""):
    return f"""/ {{ thole {{ {name}: {name} {{ compatible = "thole,server"; program = "edges"; match = "{match}";
               priority = <30>; memory-kib = <128>; event-time-us = <5000 10000>; uses = <&log>; restart-limit = <32 10>;
               {more} }}; }}; }};"""


SYSTEM = (node("keeper", "arm,pl031") + node("first", "test,sensor") + node("second", "test,sensor") +
          node("lines", "arm,pl061") + node("key", "/gpio-keys/poweroff"))


def right_since(guest, name, edge, rest, before=0, tries=100):
    """Until the server's log has more right answers than before, all of them right; how many."""
    pattern = re.compile(rf"{edge}: (\d+) answers, (\d+) wrong; {rest}$", re.MULTILINE)
    for _ in range(tries):
        found = pattern.findall(guest.command(f"log {name}"))
        if found and int(found[-1][0]) > before:
            expect_equal(found[-1][1], "0", f"wrong answers to {name}")
            return int(found[-1][0])
        guest.command("sleep 0.1")
    raise AssertionError(f"{name}: no answer to {edge} with {rest}")


def joined(test, more="", edits=(), **options):
    with tempfile.TemporaryDirectory() as directory:
        tree = compile_tree(directory, SYSTEM + more)
        with Guest(direct=True, system_file=tree, tree_edits=[*EDITS, *edits], time_limit=120, **options) as guest:
            test(guest, guest.wait_for_prompt())


def each_side_sees_the_same_address():
    def test(guest, text):
        expect(text, r"^init: first: started \(edges at /pl031@9010000/sensor@48\)",
               r"^init: second: started \(edges at /pl031@9010000/sensor@49\)")
        right_since(guest, "first", "bus", "origin 1, cells 1: 72 0")
        right_since(guest, "second", "bus", "origin 1, cells 1: 73 0")
        right_since(guest, "key", "gpio", "origin 2, cells 2: 3 0")
        expect(guest.command("caps first"), r"calls keeper", r"buffer shared with keeper")
        power_off(guest)
    joined(test)


def an_edge_outlives_either_side():
    def test(guest, _):
        seen = right_since(guest, "first", "bus", "origin 1, cells 1: 72 0")
        for _ in range(3):
            guest.command("kill keeper")
            wait_for_state(guest, "keeper", "running")
            seen = right_since(guest, "first", "bus", "origin 1, cells 1: 72 0", seen)
        expect_equal(servers(guest)["first"], ("running", 0), "first")
        guest.command("kill second")
        wait_for_state(guest, "second", "running")
        right_since(guest, "second", "bus", "origin 1, cells 1: 73 0")
        guest.command("restart keeper")
        right_since(guest, "second", "bus", "origin 1, cells 1: 73 0", 3)
        power_off(guest)
    joined(test)


def a_device_whose_bus_nobody_drives_is_not_started():
    def test(guest, text):
        expect(text, r"^init: first: not started: needs keeper, which is disabled",
               r"^init: third: not started: needs its bus /fw-cfg@9020000, which no server drives")
        guest.command("start third")
        expect_equal(servers(guest)["third"][0], "disabled", "third")
        guest.command("start keeper")
        guest.command("start first")
        right_since(guest, "first", "bus", "origin 1, cells 1: 72 0")
        power_off(guest)
    third = "/fw-cfg@9020000/third@1"
    joined(test, '&keeper { status = "disabled"; };' + node("third", "test,third"),
           [["-c", third], ["-tx", third, "reg", "1"], ["-ts", third, "compatible", "test,third"]])


def what_nobody_drives_is_said_in_one_line():
    def test(guest, text):
        expect(text, r"^init: key: goes without what its device has as gpios: it leads to no server$")
        expect_equal(servers(guest)["key"], ("running", 0), "key")
        power_off(guest)
    joined(test, "/delete-node/ &lines;")


def a_virtio_device_is_found_in_its_slot_and_has_memory():
    """Two devices in the last two of 32 slots, in the same page; one more server finds none."""
    def found(guest, name):
        return re.findall(r"memory for the device: (\d+) bytes, bus (0x[0-9a-f]+), found (\d+)$",
                          guest.command(f"log {name}"), re.MULTILINE)[-1]

    def test(guest, text):
        expect(text, r"^init: disk: started \(edges at /virtio_mmio@", r"^init: random: started \(edges at /virtio_mmio@",
               r"^init: none: not started: no free virtio,mmio has device 2")
        expect(guest.command("log disk"), r"registers: 512 bytes, the third word is 2$")
        expect(guest.command("log random"), r"registers: 512 bytes, the third word is 4$")
        first = found(guest, "disk")
        expect_equal((first[0], first[2]), ("20480", "0"), "memory for the disk, and what it found there")
        if int(first[1], 16) % 32768:
            raise AssertionError(f"the block does not begin at its size: {first[1]}")
        for count in (1, 2):
            guest.command("kill disk")
            wait_for_state(guest, "disk", "running")
            expect_equal(found(guest, "disk"), (first[0], first[1], str(count)), "memory after a restart")
        guest.command("stop disk")
        guest.command("start disk")
        expect_equal(found(guest, "disk"), (first[0], first[1], "3"), "memory after a stop")
        expect(guest.command("caps disk"), r"memory shared with virtio_mmio@\w+ at 0x48000000, 20480 bytes")
        power_off(guest)

    joined(test, node("disk", "virtio,mmio", "virtio-device-id = <2>; dma-kib = <20>;") +
           node("random", "virtio,mmio", "virtio-device-id = <4>;") +
           node("none", "virtio,mmio", "virtio-device-id = <2>;"),
           qemu=["-device", "virtio-rng-device", "-drive", "if=none,id=disk,driver=null-co,size=1M",
                 "-device", "virtio-blk-device,drive=disk"])


def without_firmware_a_server_is_told_to_end_the_machine():
    """QEMU's own loader puts the firmware's node in whatever the tree says; U-Boot takes it out."""
    with tempfile.TemporaryDirectory() as directory:
        tree = compile_tree(directory, node("keeper", "arm,pl031", "system-power;"))
        with Guest(uboot=True, system_file=tree, time_limit=120) as guest:
            guest.wait_for(UBOOT_PROMPT, 60)
            guest.send_line('setenv thole_copy "${thole_copy}; fdt rm /psci"')
            guest.wait_for(UBOOT_PROMPT)
            guest.send_line("boot")
            guest.wait_for_prompt()
            for command, told in (("poweroff", "switch off"), ("reset", "reset")):
                expect(guest.command(command), r"^The machine will be (switched off|reset) by a driver\.$")
                for _ in range(50):
                    if f"told to {told}" in guest.command("log keeper"):
                        break
                    guest.command("sleep 0.1")
                expect(guest.command("log keeper"), rf"told to {told}$")
            guest.command("stop keeper")
            expect(guest.command("poweroff"), r"^The machine was not switched off")
            expect(guest.command("log init"), r"power off: keeper, which would do it, does not run$")


run(each_side_sees_the_same_address,
    an_edge_outlives_either_side,
    a_device_whose_bus_nobody_drives_is_not_started,
    what_nobody_drives_is_said_in_one_line,
    a_virtio_device_is_found_in_its_slot_and_has_memory,
    without_firmware_a_server_is_told_to_end_the_machine)
