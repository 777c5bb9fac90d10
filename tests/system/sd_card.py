# SPDX-License-Identifier: BSD-2-Clause
#
# Starting from a card: the very image that `./thole image --board rpi4` writes, and
# cards that are damaged or for another board. Each gets a clear line.

import os
import subprocess
import tempfile

from system import ROOT, Guest, expect, expect_equal, expect_not, power_off, run, servers, skip_without_board
import media
import rpi4
from guest import UBOOT_PROMPT, UserError

skip_without_board("rpi4")
MEDIA_TOOLS = {**os.environ, "MTOOLS_SKIP_CHECK": "1"}
cards = tempfile.TemporaryDirectory()


def image(name, *words):
    path = os.path.join(cards.name, name)
    if not os.path.exists(path):
        done = subprocess.run([os.path.join(ROOT, "thole"), "image", "--board", "rpi4", "-o", path, *words],
                              capture_output=True, text=True, timeout=600)
        expect_equal(done.returncode, 0, f"exit status\n{done.stdout}{done.stderr}")
    return path


def copy_of(path, name="changed.img"):
    target = os.path.join(cards.name, name)
    subprocess.run(["cp", "--sparse=always", path, target], check=True)
    return target


def change_file(card, name, change):
    """The file of that name becomes change(its bytes); with None, it goes."""
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, name)
        subprocess.run(["mcopy", "-n", "-i", media.inside(card), "::/" + name, path], check=True, env=MEDIA_TOOLS)
        subprocess.run(["mdel", "-i", media.inside(card), "::/" + name], check=True, env=MEDIA_TOOLS)
        with open(path, "rb") as file:
            changed = change(file.read())
        if changed is not None:
            with open(path, "wb") as file:
                file.write(changed)
            subprocess.run(["mcopy", "-i", media.inside(card), path, "::/"], check=True, env=MEDIA_TOOLS)
    return card


def starts(card):
    with Guest(board="rpi4", card=card, time_limit=120) as guest:
        text = guest.wait_for_prompt(90)
        expect(text, "^MMC: ", "^Thole ", r"^kernel: cores 4, running 4$", "^kernel: memory 1984 MiB from 0, regions 2")
        expect_equal(servers(guest)["shell"], ("running", 0), "shell")
        power_off(guest)
        return text


def stops_in_uboot(card, *sentences):
    """U-Boot says it and waits at its prompt."""
    with Guest(board="rpi4", card=card, time_limit=120) as guest:
        guest.wait_for(UBOOT_PROMPT, 60)
        expect(guest.text, *sentences)
        expect_not(guest.text, "Starting kernel")


def is_refused(card, sentence, **options):
    """Before anything is started."""
    try:
        with Guest(board="rpi4", card=card, **options):
            pass
    except UserError as error:
        expect(str(error), sentence)
        return
    raise AssertionError(f"{card} was started, and should have been refused: {sentence}")


def the_image_that_was_written_starts_and_keeps_what_is_set_in_it():
    card = image("set.img", "--set", "/thole/clock/status=disabled")
    with Guest(board="rpi4", card=card) as guest:
        expect(guest.wait_for_prompt(60), r"^init: clock: not started: .*disabled")


def a_card_without_uboots_environment_starts_in_uboots_own_order():
    """As on a board whose slot has another number."""
    text = starts(change_file(copy_of(image("good.img")), "uboot.env", lambda _: None))
    expect(text, "Booting bootflow.*script")


def a_damaged_or_missing_kernel_or_archive_is_named():
    def damaged(data):
        return data[:-3] + bytes([data[-3] ^ 1]) + data[-2:]

    for name, changes in (("Image", (damaged, lambda data: data[:len(data) // 2], lambda _: None)),
                          ("archive.cpio", (damaged,))):
        for change in changes:
            stops_in_uboot(change_file(copy_of(image("good.img")), name, change),
                           f"^thole: {name} on this card is damaged or missing: write the card again")


def a_card_without_sums_starts_nothing():
    stops_in_uboot(change_file(copy_of(image("good.img")), "sums", lambda _: None),
                   "^thole: sums on this card is damaged or missing")


def a_damaged_system_tree_is_told_by_init():
    with Guest(board="rpi4", card=change_file(copy_of(image("good.img")), "system.dtb", lambda data: data[:200])) as guest:
        guest.wait_for("tree", 1, "the start")
        guest.wait_for("init: ", 60)
        guest.wait_for("system tree", 10)
        expect_not(guest.text, "kernel panic|init: panic")


def a_card_without_a_system_tree_says_so_twice():
    card = change_file(copy_of(image("good.img")), "system.dtb", lambda _: None)
    with Guest(board="rpi4", card=card) as guest:
        guest.wait_for("this card has no system.dtb: no server will be started", 60)
        guest.wait_for("init: ", 60)
        guest.wait_for("no system tree", 10)


def a_short_image_is_refused():
    for size in (100 << 20, 64 << 20, 4 << 20, 1 << 20, 12345):
        card = copy_of(image("good.img"))
        os.truncate(card, size)
        is_refused(card, r"is it cut short\?.*134217728")


def what_is_no_card_is_refused():
    is_refused(os.path.join(cards.name, "nowhere.img"), "there is no file")
    is_refused(ROOT, "is a folder, expected a file")
    blank = os.path.join(cards.name, "blank.img")
    with open(blank, "wb") as file:
        file.truncate(8 << 20)
    is_refused(blank, "should be FAT and have u-boot.bin")
    is_refused(change_file(copy_of(image("good.img")), "u-boot.bin", lambda _: None), "u-boot.bin")
    is_refused(image("good.img"), "give them to `./thole image`", settings=["/thole/clock/status=disabled"])
    is_refused(image("good.img"), "give them to `./thole image`", system="board")


def without_a_card_the_system_starts_directly():
    with Guest(board="rpi4", card=False, direct=True) as guest:
        guest.wait_for_prompt()
        power_off(guest)
    is_refused(False, "choose --direct")


def other_tree(data):
    """The same hardware under another name, by which U-Boot itself still knows its chip."""
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "tree")
        with open(path, "wb") as file:
            file.write(data)
        subprocess.run(["fdtput", "-t", "s", path, "/", "compatible", "acme,board", "acme,chip", "brcm,bcm2711"], check=True)
        with open(path, "rb") as file:
            return file.read()


def the_tree_of_another_board_is_told():
    card = change_file(copy_of(image("good.img")), "bcm2711-rpi-4-b.dtb", other_tree)
    is_refused(card, "the tree of another board: its compatible is acme,board, acme,chip, brcm,bcm2711")
    checked, rpi4.check_tree = rpi4.check_tree, lambda tree: None   # a board's firmware does not look
    try:
        stops_in_uboot(card, "^thole: this card is for a Raspberry Pi 4, and the board says that its chip is acme,chip")
    finally:
        rpi4.check_tree = checked


def the_system_of_another_board_is_told():
    with Guest(board="virt", direct=True, system="rpi4") as guest:
        guest.wait_for("init: serial: not started: ", 30)
        guest.wait_for("no hardware is brcm,bcm2835-aux-uart", 10)
        expect_not(guest.text, "panic")
    with Guest(board="rpi4", direct=True, system="virt") as guest:
        guest.wait_for("init: serial: started (pl011 at /soc/serial@7e201000)", 30)


run(the_image_that_was_written_starts_and_keeps_what_is_set_in_it,
    a_card_without_uboots_environment_starts_in_uboots_own_order,
    a_damaged_or_missing_kernel_or_archive_is_named,
    a_card_without_sums_starts_nothing,
    a_damaged_system_tree_is_told_by_init,
    a_card_without_a_system_tree_says_so_twice,
    a_short_image_is_refused,
    what_is_no_card_is_refused,
    without_a_card_the_system_starts_directly,
    the_tree_of_another_board_is_told,
    the_system_of_another_board_is_told)
