#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
#
# Boot media for U-Boot: the FIT image, the disk (one FAT partition with the FIT,
# the system tree and the boot script) and the flash that holds U-Boot's
# environment. As a command it is `./thole image`. The same inputs make the same
# bytes. Needs mkimage, mkenvimage, mkfs.vfat, mtools and dtc.

import os
import shutil
import struct
import sys
import tempfile

import archive
import machine
from machine import MIB, UserError, run_tool

BOOT = os.path.join(machine.ROOT, "boot")
DISK_SIZE = 64 * MIB
PARTITION_START = MIB
SECTOR = 512
FLASH_SIZE = 64 * MIB
ENVIRONMENT_SIZE = 0x40000
# Room for what a user adds to the system tree at U-Boot's prompt.
SYSTEM_ROOM = 16 << 10
CONTENTS = [("boot.scr", "U-Boot's script"), ("thole.itb", "kernel with init, archive of programs"),
            ("system.dtb", "the system tree")]


def make_disk(options, directory, target=None):
    """The boot disk in directory (or at target); returns its path."""
    # 1980-01-01: FAT knows no time before.
    os.environ.update(SOURCE_DATE_EPOCH="315532800", TZ="UTC")
    system = make_roomy_system(options, directory)
    make_fit(options, system, directory)
    run_tool(["mkimage", "-A", "arm64", "-T", "script", "-n", "Thole",
              "-d", os.path.join(BOOT, "boot.cmd"), os.path.join(directory, "boot.scr")])
    files = ["boot.scr", "thole.itb"]
    if system:
        files.append("system.dtb")
    disk = target or os.path.join(directory, "disk.img")
    make_empty_disk(disk)
    os.environ["MTOOLS_SKIP_CHECK"] = "1"
    run_tool(["mcopy", "-i", f"{disk}@@{PARTITION_START}"]
             + [os.path.join(directory, name) for name in files] + ["::/"])
    return disk


def make_fit(options, system, directory):
    """thole.itb; the template names its parts as files beside it."""
    shutil.copyfile(os.path.join(BOOT, "thole.its"), os.path.join(directory, "thole.its"))
    shutil.copyfile(options.image, os.path.join(directory, "Image"))
    packed, target = archive.for_system(options, machine.built, system, directory), os.path.join(directory, "archive.cpio")
    if packed != target:
        shutil.copyfile(packed, target)
    here = os.getcwd()
    os.chdir(directory)     # mkimage does not quote paths for the dtc it starts
    try:
        run_tool(["mkimage", "-f", "thole.its", "thole.itb"])
    finally:
        os.chdir(here)


def make_roomy_system(options, directory):
    """system.dtb with room to grow; a file that is no tree stays as it is."""
    path = machine.make_system(options, os.path.join(directory, "system.dtb"))
    if path and options.system_file is None:
        run_tool(["dtc", "-q", "-I", "dtb", "-O", "dtb", "-p", str(SYSTEM_ROOM), "-o", path + ".roomy", path])
        os.replace(path + ".roomy", path)
    return path


def make_empty_disk(path):
    """A disk with one bootable FAT partition."""
    sectors = (DISK_SIZE - PARTITION_START) // SECTOR
    # MBR entry: active, FAT16 by LBA (0x0e), start, length; the CHS fields say "use LBA".
    entry = struct.pack("<B3sB3sII", 0x80, b"\xfe\xff\xff", 0x0e, b"\xfe\xff\xff",
                        PARTITION_START // SECTOR, sectors)
    with open(path, "wb") as disk:
        disk.truncate(DISK_SIZE)
        disk.seek(446)
        disk.write(entry)
        disk.seek(510)
        disk.write(b"\x55\xaa")
    run_tool(["mkfs.vfat", "--invariant", "-F", "16", "-n", "THOLE", "--offset", str(PARTITION_START // SECTOR),
              path, str((DISK_SIZE - PARTITION_START) // 1024)])


def make_environment(directory, stop):
    """The flash with U-Boot's environment; with stop, U-Boot waits at its prompt."""
    with open(os.path.join(BOOT, "environment.txt"), encoding="ascii") as source:
        lines = [line for line in source if not line.startswith("#")]
    if stop:
        lines = ["bootdelay=-1\n" if line.startswith("bootdelay=") else line for line in lines]
    text, flash = os.path.join(directory, "environment.txt"), os.path.join(directory, "flash.img")
    with open(text, "w", encoding="ascii") as target:
        target.writelines(lines)
    run_tool(["mkenvimage", "-s", str(ENVIRONMENT_SIZE), "-o", flash, text])
    os.truncate(flash, FLASH_SIZE)
    return flash


def uboot_arguments(options, directory):
    """QEMU's arguments to boot through U-Boot."""
    if options.board_tree or options.tree_edits or not options.archive:
        raise UserError("A board tree of one's own, or no archive, goes with --direct only.")
    if not os.path.exists(machine.UBOOT):
        raise UserError(f"{machine.UBOOT} is missing: Debian's package u-boot-qemu has it, `./thole setup` "
                        "installs it, and `./thole run --direct` does without.")
    disk = machine.comma(make_disk(options, directory))
    flash = machine.comma(make_environment(directory, options.uboot))
    return ["-bios", machine.UBOOT,
            "-drive", f"if=pflash,unit=1,format=raw,file={flash}",
            "-drive", f"if=none,id=thole-boot,format=raw,file={disk}",
            "-device", "virtio-blk-device,drive=thole-boot"]


def main():
    arguments = sys.argv[1:]
    only_check = arguments[:1] == ["--check"]
    try:
        options = machine.parse("image", arguments[1:] if only_check else arguments, {**{name: machine.OPTIONS[name] for name in
                                ("--board", "--system", "--set")}, **machine.OUTPUT})
        if only_check:
            return
        target = os.path.abspath(options.output or machine.built("thole.img"))
        with tempfile.TemporaryDirectory(prefix="thole-") as directory:
            make_disk(options, directory, target)
            print(f"{target}: {DISK_SIZE // MIB} MiB, one FAT partition with")
            for name, what in CONTENTS:
                print(f"  {name:<11} {os.path.getsize(os.path.join(directory, name)):>9} bytes  {what}")
    except (UserError, OSError) as error:
        print(f"thole: {error}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
