# SPDX-License-Identifier: BSD-2-Clause
#
# The boot disk of QEMU's virt board: one FAT partition with the FIT image, the system
# tree and the boot script; and the flash that holds U-Boot's environment.

import os
import shutil

import archive
import machine
import media
import notice
from machine import MIB, run_tool

BOOT = os.path.join(machine.ROOT, "boot")
SIZE = 64 * MIB
FLASH_SIZE = 64 * MIB
ENVIRONMENT_SIZE = 0x40000
CONTENTS = [("boot.scr", "U-Boot's script"), ("thole.itb", "kernel with init, archive of programs"),
            ("system.dtb", "the system tree"), *notice.CONTENTS]
LAYOUT = "one FAT partition with"


def make(options, directory, target=None):
    """The boot disk in directory (or at target); returns its path."""
    media.fix_time()
    system = media.make_roomy_system(options, directory)
    make_fit(options, system, directory)
    media.make_script(os.path.join(BOOT, "boot.cmd"), directory)
    notice.write(directory, notice.ours())
    disk = target or os.path.join(directory, "disk.img")
    media.make_empty_disk(disk, SIZE, SIZE)
    media.put_files(disk, [path for path in (os.path.join(directory, name) for name, _ in CONTENTS)
                           if os.path.exists(path)])
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


def make_flash(directory, stop):
    flash = media.make_environment(os.path.join(BOOT, "environment.txt"), directory, "flash.img", ENVIRONMENT_SIZE, stop)
    os.truncate(flash, FLASH_SIZE)
    return flash
