# SPDX-License-Identifier: BSD-2-Clause
#
# The board "imx8mp": NXP's i.MX 8M Plus EVK, in QEMU its machine imx8mp-evk. Debian has
# no U-Boot for it, so it starts directly, with the board's tree (boot/imx8mp/parts.txt).

import os
import shutil

import machine
import media
from machine import MIB, QEMU, UserError

SYSTEM = "imx8mp"
MODEL = "fsl,imx8mp-evk"
RAM_START = 0x40000000
MACHINE = "imx8mp-evk"
CORES = 4
MEMORY_LEAST, MEMORY_MOST = 64 * MIB, 6144 * MIB
# The first serial line is the Bluetooth chip's; the second is on the debug connector.
SERIAL = ["-serial", "null"]
PARTS = os.path.join(machine.ROOT, "boot", "imx8mp", "parts.txt")
TREE = "imx8mp-evk.dtb"

FIXED = {"cores": "it has four cores, and all of them run", "gic": "its interrupt controller is a GICv3"}


def check(options):
    for name, why in FIXED.items():
        if name in options.said:
            raise UserError(f"--{name} says nothing to an i.MX 8M Plus EVK: {why}.")
    if not MEMORY_LEAST <= machine.memory_size(options.memory) <= MEMORY_MOST:
        raise UserError(f"--memory takes 64M to 6G here, not '{options.memory}'.")
    if options.card is not None:
        raise UserError("--card goes with --board rpi4.")


def check_image(_options):
    raise UserError("There is no image for an i.MX 8M Plus EVK: Debian has no U-Boot for it. docs/boards/imx8mp.md "
                    "says what a card of one's own needs.")


def check_qemu():
    machine.check_qemu(MACHINE, "imx8mp", "10.0")


def parts():
    return media.fetch_parts(PARTS, "an i.MX 8M Plus EVK")


def check_here():
    """A UserError if this board cannot be run here."""
    check_qemu()
    parts()


def machine_arguments(options):
    return [QEMU, "-machine", MACHINE, "-smp", str(CORES), "-m", f"{machine.memory_size(options.memory) // MIB}M",
            "-nic", "none", "-display", "none", "-monitor", "none"] + options.qemu


def write_tree(_options, target):
    shutil.copyfile(os.path.join(parts(), TREE), target)


def as_firmware(_tree):
    """QEMU says of the memory that it has; nothing else is different on a board."""


def unfit(_system):
    """What of a system does not work in QEMU, though it does on a board; a line each."""
    return []


def direct_arguments(_options, _directory):
    check_qemu()
    return []


def uboot_arguments(_options, _directory):
    raise UserError("Debian has no U-Boot for an i.MX 8M Plus EVK: choose --direct.")
