#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
#
# Disks and the other devices of dts/systems/disk.dts: what the guest reads is what the
# image has, and what it writes is in the image afterwards; images that are short, damaged,
# read only, resized or full of errors; no disk at all; drivers that are killed meanwhile.

import json
import os
import random
import re
import socket
import struct
import tempfile
import zlib

from system import Guest, compile_tree, expect, expect_equal, power_off, run, servers, shown, wait_for_state

SECTOR = 512
SYSTEM = '#include "systems/disk.dts" /* which begins with /dts-v1/ */\n'
MODERN = ["-global", "virtio-mmio.force-legacy=false"]
TIME = 200


def pattern(first, count, seed):
    """What examples/disk writes."""
    out = bytearray()
    for sector in range(first, first + count):
        value = (sector * 2654435761 + seed) & 0xffffffff
        for _ in range(SECTOR):
            value = (value * 1664525 + 1013904223) & 0xffffffff
            out.append(value >> 24)
    return bytes(out)


def mbr(*entries):
    """Sector 0 with entries (type, first, count)."""
    table = b"".join(struct.pack("<BBBBBBBBII", 0, 0, 0, 0, kind, 0, 0, 0, *place)
                     for kind, *place in entries)
    return bytes(446) + table.ljust(64, b"\0") + b"\x55\xaa"


def image_of(sectors, *entries):
    content = bytearray(random.Random(sectors).randbytes(sectors * SECTOR))
    if entries:
        content[:SECTOR] = mbr(*entries)
    return content


class Image:
    """A file with a disk's content, and QEMU's arguments for it."""

    def __init__(self, directory, content):
        self.path = os.path.join(directory, "disk.img")
        with open(self.path, "wb") as file:
            file.write(content)

    def content(self):
        with open(self.path, "rb") as file:
            return file.read()

    def arguments(self, drive="", device=""):
        return MODERN + ["-drive", f"file={self.path},if=none,id=d,format=raw{drive}",
                         "-device", f"virtio-blk-device,drive=d{device}"]

    def with_errors(self, event, sector):
        """Each `event` of that sector fails."""
        node = {"driver": "raw", "node-name": "d", "file": {
            "driver": "blkdebug", "image": {"driver": "file", "filename": self.path},
            "inject-error": [{"event": event, "sector": sector, "errno": 5, "once": False}]}}
        return MODERN + ["-blockdev", json.dumps(node), "-device", "virtio-blk-device,drive=d,werror=report"]


def with_image(content, test, nodes="", arguments=lambda image: image.arguments()):
    with tempfile.TemporaryDirectory() as directory:
        image = Image(directory, content)
        tree = compile_tree(directory, SYSTEM + nodes)
        with Guest(direct=True, system_file=tree, time_limit=TIME, qemu=arguments(image)) as guest:
            guest.wait_for_prompt()
            test(guest, image)
            expect(guest.command("echo still here"), "^still here$")
            power_off(guest)
        return image.content()


def look(guest, name="look-at-disk"):
    """Starts the example again when it has ended; what it prints."""
    wait_for_end(guest, name)
    before = len(shown(guest))
    guest.command(f"start {name}")
    wait_for_end(guest, name)
    return shown(guest)[before:]


def wait_for_end(guest, name):
    for _ in range(600):
        if servers(guest)[name][0] in ("stopped", "failed"):
            return
        guest.command("sleep 0.1")
    raise AssertionError(f"{name} does not end:\n{guest.command('log')}")


def wait_for_log(guest, name, text):
    """What a server says may come after the prompt: it waits for its disk."""
    for _ in range(100):
        said = guest.command(f"log {name}")
        if re.search(text, said):
            return
        guest.command("sleep 0.1")
    raise AssertionError(f"{name} does not say {text!r}:\n{said}")


def sum_of(text):
    return int(re.findall(r"^disk: crc32 ([0-9a-f]{8})$", text, re.MULTILINE)[-1], 16)


def config(node, text):
    return f"&{node} {{ config {{ {text} }}; }};"


def the_guest_reads_what_the_image_has():
    content = image_of(4096, (0x83, 64, 2048))

    def check(guest, _):
        wait_for_end(guest, "look-at-disk")
        expect(shown(guest), r"^disk: 4096 sectors of 512 bytes$", r"^01f0  .* 55 aa  ")
        expect_equal(sum_of(shown(guest)), zlib.crc32(content), "checksum of the disk")
        expect(guest.command("log disk"), "4096 sectors of 512 bytes")
        expect(guest.command("log part1"), "partition 1: 2048 sectors from 64")
    expect_equal(with_image(content, check), bytes(content), "the image")


def the_host_finds_what_the_guest_wrote():
    content = image_of(4096)

    def check(guest, _):
        wait_for_end(guest, "look-at-disk")
        expect(shown(guest), "^disk: wrote 1000 sectors from 777$")
        content[777 * SECTOR:1777 * SECTOR] = pattern(777, 1000, 42)
        expect_equal(sum_of(shown(guest)), zlib.crc32(content), "checksum of the disk")
    after = with_image(content, check, config("look", "pattern = <777 1000 42>;"))
    expect_equal(zlib.crc32(after), zlib.crc32(content), "checksum of the image")


def a_partition_is_written_to_and_nothing_beside_it():
    content = image_of(8192, (0x83, 100, 1000), (0x83, 1100, 3000), (0x05, 5000, 3000))
    nodes = "&look { uses = <&part1 &console>; };" + config("look", "pattern = <0 1000 7>;")

    def check(guest, _):
        wait_for_end(guest, "look-at-disk")
        content[100 * SECTOR:1100 * SECTOR] = pattern(0, 1000, 7)
        expect(shown(guest), "^disk: 1000 sectors of 512 bytes$")
        expect_equal(sum_of(shown(guest)), zlib.crc32(content[100 * SECTOR:1100 * SECTOR]), "checksum of the partition")
    expect_equal(with_image(content, check, nodes) == content, True, "the image is as it should be")


def a_damaged_partition_table_is_refused_in_words():
    cases = {
        "the disk has no partition table": bytes(SECTOR),
        "it overlaps another": mbr((0x83, 100, 1000), (0x83, 1000, 100)),
        "it ends behind the end of the disk": mbr((0x83, 100, 4000)),
    }
    for why, table in cases.items():
        content = image_of(4000)
        content[:SECTOR] = table

        def check(guest, _, why=why, content=content):
            wait_for_log(guest, "part1", f"partition 1 is not served: {why}")
            wait_for_end(guest, "look-at-disk")
            expect_equal(sum_of(shown(guest)), zlib.crc32(content), "checksum of the disk")
        with_image(content, check)


def a_driver_that_is_killed_meanwhile_is_not_missed():
    content = image_of(65536, (0x83, 2048, 60000))

    def check(guest, _):
        for _ in range(5):
            wait_for_end(guest, "look-at-disk")
            guest.command("start look-at-disk; sleep 0.02; kill disk; sleep 0.02; kill disk")
        wait_for_end(guest, "look-at-disk")
        if servers(guest)["disk"][1] < 5:
            raise AssertionError(f"the driver was not killed: {servers(guest)['disk']}")
        sums = re.findall(r"^disk: crc32 ([0-9a-f]{8})$", shown(guest), re.MULTILINE)
        expect_equal(set(sums), {f"{zlib.crc32(content):08x}"}, "checksums of the disk")
        expect_equal(len(sums), 6, f"checksums in {shown(guest)}")
    with_image(content, check, "&disk { restart-limit = <32 10>; };")


def without_a_disk_the_rest_works():
    with tempfile.TemporaryDirectory() as directory:
        tree = compile_tree(directory, SYSTEM)
        with Guest(direct=True, system_file=tree, time_limit=TIME, qemu=MODERN) as guest:
            guest.wait_for_prompt()
            expect(shown(guest), r"disk: .*not started|disk: .*no ")
            state = servers(guest)
            expect_equal([state[name][0] for name in ("date", "shell", "clock")], ["running"] * 3, "the others")
            expect_equal(state["disk"][0] == "running", False, "the disk runs")
            power_off(guest)


def slot(node, address):
    return f"""/ {{ {node} {{ compatible = "virtio,mmio"; reg = <0 {address:#x} 0 0x200>;
                              interrupts = <0 40 1>; }}; }};"""


def a_slot_that_is_none_is_told_and_the_others_are_looked_at():
    """Where nothing answers a read is a fault, and the slots behind it are looked at."""
    slots = {"nothing@b000000": 0xb000000, "nothing@b000e00": 0xb000e00, "ram@48000000": 0x48000000,
             "uart@9000000": 0x9000000, "rom@0": 0, "across@b001ffc": 0xb001ffc, "gic@8000000": 0x8000000}
    content = image_of(64)
    with tempfile.TemporaryDirectory() as directory:
        wired = os.path.join(directory, "wired.dts")
        with open(wired, "w", encoding="utf-8") as file:
            file.write("".join(slot(node, address) for node, address in slots.items()))
        image = Image(directory, content)
        with Guest(direct=True, system_file=compile_tree(directory, SYSTEM), hardware=[wired], time_limit=TIME,
                   qemu=image.arguments()) as guest:
            text = guest.wait_for_prompt()
            for node, found in {"nothing@b000000": "nothing that answers at 0xb000000",
                                "nothing@b000e00": "nothing that answers at 0xb000e00",
                                "ram@48000000": "RAM at 0x48000000", "uart@9000000": "serial at 0x9000000",
                                "rom@0": "something else at 0x0",
                                "across@b001ffc": "registers across pages, or askew, at 0xb001ffc",
                                "gic@8000000": "what the kernel does not give to drivers at 0x8000000"}.items():
                line = f"^init: /{node}: reg: expected registers of a virtio device, found {found}$"
                expect_equal(len(re.findall(line, text, re.MULTILINE)), 1, f"lines of {node} in {text}")
            expect(text, "^init: random: not started: no free virtio,mmio has device 4$")
            wait_for_end(guest, "look-at-disk")
            expect_equal(sum_of(shown(guest)), zlib.crc32(content), "checksum of the disk")
            expect_equal(servers(guest)["disk"], ("running", 0), "the disk's driver")
            power_off(guest)


def a_disk_from_before_version_1_is_refused_in_words():
    def check(guest, _):
        wait_for_log(guest, "disk", "no disk: its interface is that from before virtio 1.0")
        expect_equal(wait_for_state(guest, "disk", "failed"), ("failed", 0), "the disk's driver")
    with_image(image_of(64), check,
               arguments=lambda image: ["-global", "virtio-mmio.force-legacy=true"] + image.arguments()[2:])


def a_driver_whose_device_is_something_else_ends_for_good():
    """The tree says that the generator is a disk."""
    nodes = """/ { thole { wrong { compatible = "thole,server"; program = "virtio-block"; match = "virtio,mmio";
               virtio-device-id = <4>; dma-kib = <64>; priority = <30>; memory-kib = <128>; uses = <&log>; }; }; };
               &random { status = "disabled"; };"""

    def check(guest, _):
        expect_equal(wait_for_state(guest, "wrong", "failed"), ("failed", 0), "the driver of what is no disk")
        expect(guest.command("log wrong"), "no disk: there is no such virtio device")
        expect(guest.command("log init"), r"init: wrong: cannot work, its log says why \(failed\)$")
        expect_equal(servers(guest)["disk"], ("running", 0), "the disk's driver")
    with_image(image_of(64), check, nodes, lambda image: image.arguments() + ["-device", "virtio-rng-device"])


def a_read_only_disk_is_not_written_to():
    content = image_of(2048)

    def check(guest, _):
        wait_for_end(guest, "look-at-disk")
        expect(shown(guest), "^disk: 2048 sectors of 512 bytes, read only$", "^disk: writing: it is read only$")
    after = with_image(content, check, config("look", "pattern = <0 1 1>;"),
                       lambda image: image.arguments(drive=",readonly=on"))
    expect_equal(after == content, True, "the image is unchanged")


def errors_of_the_disk_are_told():
    def check_read(guest, _):
        wait_for_end(guest, "look-at-disk")
        expect(shown(guest), "^disk: reading: it has an error$")
        expect(guest.command("log disk"), r"reading of \d+ sectors at \d+ failed")
    with_image(image_of(2048), check_read, arguments=lambda image: image.with_errors("read_aio", 1000))

    def check_write(guest, _):
        wait_for_end(guest, "look-at-disk")
        expect(shown(guest), "^disk: writing: it has an error$")
    with_image(image_of(2048), check_write, config("look", "pattern = <900 200 1>;"),
               lambda image: image.with_errors("write_aio", 1000))


def errors_below_a_partition_reach_its_client_and_nobody_else():
    content = image_of(4096, (0x83, 100, 1000), (0x83, 1100, 1000))
    nodes = """&look { uses = <&part1 &console>; };
        / { thole { part2 { compatible = "thole,server"; program = "partition"; priority = <28>; memory-kib = <96>;
                            uses = <&disk &log>; use-names = "disk", "log"; buffer-kib = <16 4>;
                            config { partition = <2>; }; };
                    look2 { compatible = "thole,server"; program = "disk"; priority = <10>; time-us = <5000 10000>;
                            memory-kib = <256>; uses = <&{/thole/part2} &console>; use-names = "disk", "console";
                            restart = "never"; config { sum; }; }; }; };"""

    def check(guest, _):
        wait_for_end(guest, "look-at-disk")
        expect(shown(guest), "^disk: reading: it has an error$")
        expect(guest.command("log disk"), r"reading of \d+ sectors at \d+ failed")
        wait_for_end(guest, "look2")
        expect_equal(sum_of(shown(guest)), zlib.crc32(content[1100 * SECTOR:2100 * SECTOR]), "checksum of partition 2")
        for name in ("disk", "part1", "part2"):
            expect_equal(servers(guest)[name], ("running", 0), name)
    with_image(content, check, nodes, lambda image: image.with_errors("read_aio", 600))


def a_disk_with_sectors_of_4096_bytes_is_served():
    content = image_of(4096)

    def check(guest, _):
        wait_for_end(guest, "look-at-disk")
        expect(shown(guest), "^disk: 512 sectors of 4096 bytes$")
        expect_equal(sum_of(shown(guest)), zlib.crc32(content), "checksum of the disk")
    with_image(content, check,
               arguments=lambda image: image.arguments(device=",logical_block_size=4096,physical_block_size=4096"))


def a_disk_that_becomes_shorter_is_as_short_at_once():
    content = image_of(4096, (0x83, 100, 3000))

    def check(guest, image):
        wait_for_end(guest, "look-at-disk")
        qmp(image, "block_resize", {"device": "d", "size": 2048 * SECTOR})
        wait_for_log(guest, "disk", "2048 sectors now")
        expect(look(guest), "^disk: 2048 sectors of 512 bytes$")
        expect_equal(sum_of(shown(guest)), zlib.crc32(content[:2048 * SECTOR]), "checksum of the disk")
    with_image(content, check, arguments=lambda image: image.arguments() +
               ["-qmp", f"unix:{image.path}.qmp,server=on,wait=off"])


def qmp(image, command, arguments):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(60)
        connection.connect(image.path + ".qmp")
        lines = connection.makefile("rw", encoding="utf-8")
        lines.readline()
        for request in ({"execute": "qmp_capabilities"}, {"execute": command, "arguments": arguments}):
            lines.write(json.dumps(request) + "\n")
            lines.flush()
            answer = {}
            while not {"return", "error"} & set(answer):
                answer = json.loads(lines.readline())
            if "error" in answer:
                raise AssertionError(f"{command}: {answer['error']}")


def random_bytes_and_the_date_are_told():
    nodes = """/ { thole {
        board { compatible = "thole,server"; program = "board"; priority = <10>; time-us = <5000 10000>;
                memory-kib = <256>; uses = <&random &console>; restart = "never"; };
        say-date { compatible = "thole,server"; program = "date"; priority = <10>; time-us = <5000 10000>;
                   memory-kib = <256>; uses = <&date &console>; restart = "never"; config { set = <951782399>; }; };
    }; };"""

    def check(guest, _):
        wait_for_end(guest, "board")
        wait_for_end(guest, "say-date")
        first = re.search("^board: random((?: [0-9a-f]{2}){16})$", shown(guest), re.MULTILINE)
        second = re.search("^board: random((?: [0-9a-f]{2}){16})$", look(guest, "board"), re.MULTILINE)
        if not first or not second or first[1] == second[1]:
            raise AssertionError(f"random bytes: {first}, {second} in {shown(guest)}")
        dates = re.findall(r"^date: (.*)$", shown(guest), re.MULTILINE)
        # Set to a second before; the clock is the host's, and a loaded host is slow between two looks.
        before, after = dates
        if not "2000-02-28 23:59:59" <= before < after or not after.startswith("2000-02-29 00:"):
            raise AssertionError(f"the date as it was set, and a second after: {dates}")
    with_image(image_of(64), check, nodes, lambda image: image.arguments() + ["-device", "virtio-rng-device"])


if __name__ == "__main__":
    run(the_guest_reads_what_the_image_has,
        the_host_finds_what_the_guest_wrote,
        a_partition_is_written_to_and_nothing_beside_it,
        a_damaged_partition_table_is_refused_in_words,
        a_driver_that_is_killed_meanwhile_is_not_missed,
        without_a_disk_the_rest_works,
        a_slot_that_is_none_is_told_and_the_others_are_looked_at,
        a_disk_from_before_version_1_is_refused_in_words,
        a_driver_whose_device_is_something_else_ends_for_good,
        a_read_only_disk_is_not_written_to,
        errors_of_the_disk_are_told,
        errors_below_a_partition_reach_its_client_and_nobody_else,
        a_disk_with_sectors_of_4096_bytes_is_served,
        a_disk_that_becomes_shorter_is_as_short_at_once,
        random_bytes_and_the_date_are_told)
