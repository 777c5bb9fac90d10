#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
#
# The SD card of QEMU's Raspberry Pi 4, which is behind the older of its two controllers:
# read and written as disks.py does it with virtio; pulled and put in while it is read;
# cut short; none at all. Both controllers share an interrupt line. Then the same with the
# card where a real board has it, at the newer one. (What the image's file fails to give,
# QEMU's card makes up, and an image that cannot be written to it does not take. But one of
# less than 512 sectors says that it has 2097152, and refuses what it lacks.)

import re
import tempfile
import zlib

from disks import Image, config, image_of, look, pattern, qmp, sum_of, wait_for_end, wait_for_log
from system import Guest, compile_tree, expect, expect_equal, expect_not, run, servers, shown, skip_without_board

skip_without_board("rpi4")
SECTOR = 512
SECTORS = 4096  # QEMU wants a power of two
TIME = 300

SYSTEM = '#include "systems/card.dts" /* which begins with /dts-v1/ */\n' + config("look", "sum;")
# QEMU calls the first of them in its list by this name: the one that is EMMC2.
NEWER = "/generic-sdhci/sd-bus"
AT_THE_NEWER = """
&disk { match = "brcm,bcm2711-emmc2"; };
/delete-node/ &slot;
"""
NAMES = {"older": "sd0", "newer": "inserted"}   # of the card, as QEMU has it
slot = "older"


def card_words(path):
    """Where the card is: Guest's words for it, and QEMU's."""
    if slot == "older":
        return path, []
    return False, ["-drive", f"if=none,id={NAMES[slot]},format=raw,file={path}", "-device", f"sd-card,drive={NAMES[slot]},bus={NEWER}"]


def with_card(content, test, nodes="", card=True):
    with tempfile.TemporaryDirectory() as directory:
        image = Image(directory, content)
        tree = compile_tree(directory, SYSTEM + nodes + AT_THE_NEWER * (slot == "newer"))
        path, words = card_words(image.path) if card else (False, [])
        with Guest(board="rpi4", direct=True, system_file=tree, card=path, time_limit=TIME,
                   qemu=[*words, "-qmp", f"unix:{image.path}.qmp,server=on,wait=off"]) as guest:
            guest.wait_for_prompt()
            test(guest, image)
            expect(guest.command("echo still here"), "^still here$")
        return image.content()


def the_guest_reads_what_the_card_has():
    content = image_of(SECTORS, (0x83, 64, 2048))

    def check(guest, _):
        wait_for_end(guest, "look-at-disk")
        expect(shown(guest), f"^disk: {SECTORS} sectors of 512 bytes, removable$")
        expect_equal(sum_of(shown(guest)), zlib.crc32(content), "checksum of the card")
        expect(guest.command("log part1"), "partition 1: 2048 sectors from 64")
        if slot == "older":
            expect(guest.command("log slot"), "no card: there is no card")
        else:
            expect(guest.command("ps"), "^disk +running +0 ")
            expect(guest.command("log init"), r"disk: started \(sdhci at /emmc2bus/mmc@7e340000\)")
    with_card(content, check)


def the_host_finds_what_the_guest_wrote():
    content = image_of(SECTORS)

    def check(guest, _):
        wait_for_end(guest, "look-at-disk")
        expect(shown(guest), "^disk: wrote 1000 sectors from 777$")
        content[777 * SECTOR:1777 * SECTOR] = pattern(777, 1000, 42)
        expect_equal(sum_of(shown(guest)), zlib.crc32(content), "checksum of the card")
    after = with_card(content, check, config("look", "pattern = <777 1000 42>; sum;"))
    expect_equal(zlib.crc32(after), zlib.crc32(content), "checksum of the image")


def a_card_that_is_pulled_is_missed_and_found_again():
    content = image_of(SECTORS)

    def check(guest, image):
        wait_for_end(guest, "look-at-disk")
        guest.command("start look-at-disk")
        qmp(image, "eject", {"device": NAMES[slot], "force": True})
        wait_for_end(guest, "look-at-disk")
        expect(shown(guest), "^disk: (reading: its medium is not there any more|no disk: there is no medium)$")
        expect(guest.command("log disk"), "no card: the card ")
        expect(look(guest), "^disk: no disk: there is no medium$")
        qmp(image, "blockdev-change-medium", {"device": NAMES[slot], "filename": image.path, "format": "raw"})
        expect_equal(sum_of(look(guest)), zlib.crc32(content), "checksum of the card")
    with_card(content, check)


def stop_the_driver_while_it_is_asked(guest):
    """A client knows the card and goes on asking when this returns, however late the host is."""
    for _ in range(10):
        wait_for_end(guest, "look-at-disk")
        before = shown(guest).count(" sectors of 512 bytes")
        guest.command("start look-at-disk")
        for _ in range(100):
            if shown(guest).count(" sectors of 512 bytes") > before:
                break
            guest.command("sleep 0.02")
        guest.command("stop disk")
        if servers(guest)["look-at-disk"][0] == "running":
            return
        guest.command("start disk")
    raise AssertionError(f"look-at-disk is always faster:\n{shown(guest)}")


def a_card_that_was_changed_while_no_driver_ran_is_another():
    """The client goes on with what it knows of the first card; the new driver saw neither's removal."""
    second = image_of(2 * SECTORS)

    def check(guest, image):
        stop_the_driver_while_it_is_asked(guest)
        with open(image.path + ".2", "wb") as file:
            file.write(second)
        qmp(image, "blockdev-change-medium", {"device": "sd0", "filename": image.path + ".2", "format": "raw"})
        guest.command("start disk")
        wait_for_end(guest, "look-at-disk")
        expect(shown(guest), "^disk: reading: its medium is not there any more$")
        expect_not(guest.command("log disk"), "no card: the card was taken out")
        look(guest)
        expect(shown(guest), f"^disk: {2 * SECTORS} sectors of 512 bytes, removable$")
    with_card(image_of(SECTORS), check, config("look", "sum;"))


def a_driver_that_is_killed_meanwhile_is_not_missed():
    content = image_of(SECTORS)

    def check(guest, _):
        for _ in range(4):
            wait_for_end(guest, "look-at-disk")
            guest.command("start look-at-disk; sleep 0.1; kill disk")
        wait_for_end(guest, "look-at-disk")
        expect_equal(servers(guest)["disk"][1], 4, "restarts of the driver")
        sums = re.findall(r"^disk: crc32 ([0-9a-f]{8})$", shown(guest), re.MULTILINE)
        expect_equal(sums, [f"{zlib.crc32(content):08x}"] * 5, "checksums of the card")
    with_card(content, check)


def change_card(guest, image, content):
    with open(image.path + ".2", "wb") as file:
        file.write(content)
    qmp(image, "blockdev-change-medium", {"device": "sd0", "filename": image.path + ".2", "format": "raw"})
    return look(guest)


def a_card_that_is_cut_short_errs_in_words():
    content = image_of(SECTORS, (0x83, 64, 2048))

    def check(guest, image):
        text = change_card(guest, image, content[:1024 * SECTOR])
        expect_equal(sum_of(text), zlib.crc32(content[:1024 * SECTOR]), "checksum of the short card")
        guest.command("stop part1; start part1")
        wait_for_log(guest, "part1", "partition 1 is not served: it ends behind the end of the disk")
        expect(change_card(guest, image, content[:256 * SECTOR]), "^disk: reading: it has an error$")
        expect(guest.command("log disk"), r"reading of 128 sectors at 256 failed: the card reports an error$")
        expect_equal(sum_of(change_card(guest, image, content)), zlib.crc32(content), "checksum of a good card")
        expect_equal(servers(guest)["disk"], ("running", 0), "the driver")
    with_card(content, check)


def without_a_card_the_rest_works():
    def check(guest, _):
        wait_for_end(guest, "look-at-disk")
        expect(shown(guest), "^disk: no disk: there is no medium$")
        expect(guest.command("log disk"), "no card: there is no card")
    with_card(b"", check, card=False)


def at_the_newer(test):
    """The same test, with another name."""
    def tried():
        global slot
        slot = "newer"
        test()

    tried.__name__ = test.__name__ + "_at_the_newer_controller"
    return tried


if __name__ == "__main__":
    run(the_guest_reads_what_the_card_has,
        the_host_finds_what_the_guest_wrote,
        a_card_that_is_pulled_is_missed_and_found_again,
        a_card_that_was_changed_while_no_driver_ran_is_another,
        a_driver_that_is_killed_meanwhile_is_not_missed,
        a_card_that_is_cut_short_errs_in_words,
        without_a_card_the_rest_works,
        at_the_newer(the_guest_reads_what_the_card_has),
        at_the_newer(the_host_finds_what_the_guest_wrote),
        at_the_newer(a_card_that_is_pulled_is_missed_and_found_again))
