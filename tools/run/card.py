# SPDX-License-Identifier: BSD-2-Clause
#
# The SD card of a Raspberry Pi 4: one FAT partition with the board's firmware, U-Boot,
# the board's tree, kernel, archive and system tree; and one for data, empty. What is not
# Thole's is fetched (boot/rpi4/parts.txt).

import os
import shutil
import struct
import zlib

import archive
import machine
import media
import notice
from machine import MIB

BOOT = os.path.join(machine.ROOT, "boot", "rpi4")
PARTS = os.path.join(BOOT, "parts.txt")
SIZE = 128 * MIB            # QEMU's card takes powers of two
BOOT_END = 64 * MIB
ENVIRONMENT_SIZE = 0x4000
TREE = "bcm2711-rpi-4-b.dtb"
LAYOUT = f"a FAT partition of {BOOT_END // MIB - 1} MiB, a data partition of {(SIZE - BOOT_END) // MIB} MiB, empty; in the first"
CONTENTS = [("config.txt", "what the firmware reads first"),
            ("start4.elf", "the board's firmware"), ("fixup4.dat", "its other half"),
            ("firmware-licence.txt", "their licence: for Raspberry Pi devices only"),
            ("u-boot.bin", "U-Boot"), ("uboot.env", "its environment"), ("boot.scr", "its script"),
            (TREE, "the board's tree"), ("Image", "kernel with init"),
            ("archive.cpio", "archive of programs"), ("sums", "the CRC32 of both"),
            ("system.dtb", "the system tree"), *notice.CONTENTS]
FETCHED = ("start4.elf", "fixup4.dat", "firmware-licence.txt", "u-boot.bin")


def parts():
    return media.fetch_parts(PARTS, "a Raspberry Pi 4")


def origins(folder):
    """Of each fetched file: (file, package, version, sha256)."""
    with open(os.path.join(folder, "origin"), encoding="ascii") as file:
        return [tuple(line.split()) for line in file]


def make(options, directory, target=None):
    """The card in directory (or at target); returns its path."""
    media.fix_time()
    fetched = parts()
    for name in FETCHED:
        shutil.copyfile(os.path.join(fetched, name), os.path.join(directory, name))
    shutil.copyfile(os.path.join(BOOT, "config.txt"), os.path.join(directory, "config.txt"))
    machine.make_board_tree(options, os.path.join(directory, TREE))
    system = media.make_roomy_system(options, directory)
    put_programs(options, system, directory)
    media.make_script(os.path.join(BOOT, "boot.cmd"), directory)
    media.make_environment(os.path.join(BOOT, "environment.txt"), directory, "uboot.env", ENVIRONMENT_SIZE, options.uboot)
    notice.write(directory, notice.ours() + notice.fetched(origins(fetched), fetched))
    card = target or os.path.join(directory, "card.img")
    media.make_empty_disk(card, SIZE, BOOT_END)
    media.put_files(card, [path for path in (os.path.join(directory, name) for name, _ in CONTENTS)
                           if os.path.exists(path)])
    return card


def put_programs(options, system, directory):
    """Kernel and archive, and their sums in the order and form in which the script compares them."""
    sums = b""
    packed = archive.for_system(options, machine.built, system, directory)
    for source, name in ((options.image, "Image"), (packed, "archive.cpio")):
        target = os.path.join(directory, name)
        if source != target:
            shutil.copyfile(source, target)
        with open(target, "rb") as file:
            sums += struct.pack("<I", zlib.crc32(file.read()))
    with open(os.path.join(directory, "sums"), "wb") as file:
        file.write(sums)
