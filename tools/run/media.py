# SPDX-License-Identifier: BSD-2-Clause
#
# What boot media of all boards are made of: a disk with partitions, files on its FAT
# partition, U-Boot's script and environment. The same inputs make the same bytes.
# Needs mkimage, mkenvimage, mkfs.vfat, mtools and dtc.

import os
import struct
import subprocess

import machine
from machine import MIB, UserError, run_tool

SECTOR = 512
BOOT_START = MIB            # where the FAT partition begins
FAT16, DATA = 0x0e, 0xda    # MBR types: FAT16 by LBA, "non-FS data"
# Room for what a user adds to the system tree at U-Boot's prompt.
SYSTEM_ROOM = 16 << 10
FETCH_SECONDS = 1800


def fetch_parts(parts, board):
    """The folder with what the list names for that board; fetching tells itself what it does."""
    done = subprocess.run(["sh", os.path.join(machine.ROOT, "tools", "fetch", "fetch-parts"), parts],
                          stdout=subprocess.PIPE, timeout=FETCH_SECONDS, check=False)
    if done.returncode != 0:
        raise UserError(f"What {board} boots with could not be had: see above.")
    return done.stdout.decode().strip()


def fix_time():
    """1980-01-01, for all tools: FAT knows no time before."""
    os.environ.update(SOURCE_DATE_EPOCH="315532800", TZ="UTC", MTOOLS_SKIP_CHECK="1")


def mbr_entry(active, kind, start, end):
    """A partition from byte to byte; its CHS fields say "use LBA"."""
    return struct.pack("<B3sB3sII", 0x80 if active else 0, b"\xfe\xff\xff", kind, b"\xfe\xff\xff",
                       start // SECTOR, (end - start) // SECTOR)


def make_empty_disk(path, size, boot_end):
    """A disk with a bootable FAT partition up to boot_end; what follows is another one, empty."""
    entries = mbr_entry(True, FAT16, BOOT_START, boot_end)
    if boot_end < size:
        entries += mbr_entry(False, DATA, boot_end, size)
    with open(path, "wb") as disk:
        disk.truncate(size)
        disk.seek(446)
        disk.write(entries)
        disk.seek(510)
        disk.write(b"\x55\xaa")
    run_tool(["mkfs.vfat", "--invariant", "-F", "16", "-n", "THOLE", "--offset", str(BOOT_START // SECTOR),
              path, str((boot_end - BOOT_START) // 1024)])


def partitions_end(path):
    """The byte behind the last partition that the disk's table names; 0 if it has none."""
    with open(path, "rb") as disk:
        sector = disk.read(SECTOR)
    if sector[510:] != b"\x55\xaa":
        return 0
    return max(start + sectors for start, sectors in struct.iter_unpack("<8xII", sector[446:510])) * SECTOR


def inside(disk):
    """The FAT partition, as mtools call it."""
    return f"{disk}@@{BOOT_START}"


def put_files(disk, paths):
    run_tool(["mcopy", "-i", inside(disk), *paths, "::/"])


def take_file(disk, name, target):
    """A file of the FAT partition, copied to target."""
    run_tool(["mcopy", "-n", "-i", inside(disk), f"::/{name}", target])
    return target


def make_script(source, directory):
    target = os.path.join(directory, "boot.scr")
    run_tool(["mkimage", "-A", "arm64", "-T", "script", "-n", "Thole", "-d", source, target])
    return target


def make_environment(source, directory, name, size, stop=False):
    """U-Boot's environment of that size; with stop, U-Boot waits at its prompt."""
    with open(source, encoding="ascii") as file:
        lines = [line for line in file if not line.startswith("#")]
    if stop:
        lines = ["bootdelay=-1\n" if line.startswith("bootdelay=") else line for line in lines]
    text, target = os.path.join(directory, "environment.txt"), os.path.join(directory, name)
    with open(text, "w", encoding="ascii") as file:
        file.writelines(lines)
    run_tool(["mkenvimage", "-s", str(size), "-o", target, text])
    return target


def make_roomy_system(options, directory):
    """system.dtb with room to grow; a file that is no tree stays as it is."""
    path = machine.make_system(options, os.path.join(directory, "system.dtb"))
    if path and options.system_file is None:
        run_tool(["dtc", "-q", "-I", "dtb", "-O", "dtb", "-p", str(SYSTEM_ROOM), "-o", path + ".roomy", path])
        os.replace(path + ".roomy", path)
    return path
