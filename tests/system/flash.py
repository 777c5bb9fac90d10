# SPDX-License-Identifier: BSD-2-Clause
#
# A flash memory on the SPI bus of a Raspberry Pi 4, in QEMU's raspi4b, read by
# examples/flash and compared with its image. QEMU's board has no chip select: its memory
# is selected all the time, so that reading once goes on for ever, and comes last.
# Run with --board=rpi4.

import os
import random
import tempfile
import zlib

from system import ROOT, Guest, compile_tree, expect, expect_equal, power_off, run, servers, shown, wait_for_state

WIRED = os.path.join(ROOT, "examples", "flash", "rpi4.dts")
CHIP = "w25q80bl"
TOLD = "flash: manufacturer ef, type 40, 1048576 bytes"
BYTES = 1 << 20
READ = 4092     # in one transfer


def flash(chip=(), system_file=None, **given):
    system = {"system_file": system_file} if system_file else {"system": "flash"}
    return Guest(direct=True, hardware=[WIRED], qemu=list(chip), time_limit=150, **system, **given)


def told_again(guest, text):
    wait_for_state(guest, "flash", "stopped")
    guest.send_line("start flash")
    guest.wait_for(text)


def the_memory_on_the_bus_says_what_it_is():
    with flash(["-device", f"{CHIP},bus=spi"]) as guest:
        guest.wait_for_prompt()
        wait_for_state(guest, "flash", "stopped")
        expect(shown(guest), f"^{TOLD}$")
        expect(guest.command("log init"), r"flash: started \(flash at /soc/spi@7e204000/flash@0\)")
        for _ in range(3):
            told_again(guest, TOLD)
            guest.command("kill spi")
        told_again(guest, TOLD)
        expect_equal(wait_for_state(guest, "spi", "running"), ("running", 3), "the bus")
        power_off(guest)


def its_content_is_that_of_the_image():
    content = random.Random(1).randbytes(BYTES)
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "image")
        with open(path, "wb") as file:
            file.write(content)
        tree = compile_tree(directory, f'#include "systems/flash.dts" /* with /dts-v1/ */\n&flash {{ config {{ sum = <{READ}>; }}; }};')
        with flash(["-drive", f"if=none,id=image,format=raw,file={path}", "-device", f"{CHIP},bus=spi,drive=image"],
                   system_file=tree) as guest:
            guest.wait_for_prompt()
            guest.wait_for(f"flash: crc32 of {READ} bytes {zlib.crc32(content[:READ]):08x}\n")
            power_off(guest)


def an_empty_bus_is_a_clear_line():
    with flash() as guest:
        guest.wait_for_prompt()
        wait_for_state(guest, "flash", "failed")
        expect(shown(guest), "^flash: there is no chip$", "^flash: it could not be read$")
        expect_equal(servers(guest)["spi"], ("running", 0), "the bus")
        power_off(guest)


def without_the_memory_in_the_tree_nobody_looks_for_it():
    with Guest(system="flash", direct=True, time_limit=100) as guest:
        expect(guest.wait_for_prompt(), r"^init: flash: not started: no hardware is jedec,spi-nor",
               r"^init: spi: not started: ")
        power_off(guest)


run(the_memory_on_the_bus_says_what_it_is,
    its_content_is_that_of_the_image,
    an_empty_bus_is_a_clear_line,
    without_the_memory_in_the_tree_nobody_looks_for_it)
