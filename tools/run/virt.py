# SPDX-License-Identifier: BSD-2-Clause
#
# The board "virt": QEMU's machine of that name, and how it is started.

import os

import disk
import machine
from machine import MIB, QEMU, UserError

SYSTEM = "virt"             # the system if --system does not say
MODEL = "linux,dummy-virt"  # first of its tree's compatibles
UBOOT = "/usr/lib/u-boot/qemu_arm64/u-boot.bin"
RAM_START = 0x40000000
SERIAL = []                 # what goes before the serial line that the user has
MEMORY_LEAST, MEMORY_MOST = 64 * MIB, 8192 * MIB
CORES_MOST = {2: 8, 3: 64}

MEDIUM = disk


def check(options):
    if options.cores > CORES_MOST[options.gic]:
        raise UserError(f"With --gic {options.gic} there are at most {CORES_MOST[options.gic]} cores, "
                        f"not {options.cores}.")
    if not MEMORY_LEAST <= machine.memory_size(options.memory) <= MEMORY_MOST:
        raise UserError(f"--memory takes 64M to 8G, not '{options.memory}'.")
    if options.card is not None:
        raise UserError("--card goes with --board rpi4: virt has no card's slot.")


def check_image(options):
    if options.hardware:
        raise UserError("On virt the board's tree is QEMU's and not in the image: give --hardware to `./thole run`.")


def machine_arguments(options):
    """
    The emulated machine alone; whoever starts it adds what to boot and the serial line. With
    firmware and ACPI, QEMU has other devices in the place of the GPIO controller.
    """
    return [QEMU, "-machine", f"virt,acpi=off,gic-version={options.gic}", "-cpu", "cortex-a72",
            "-smp", str(options.cores), "-m", f"{machine.memory_size(options.memory) // MIB}M",
            "-global", "virtio-mmio.force-legacy=false",
            "-nic", "none", "-display", "none", "-monitor", "none"] + options.qemu


def alone(words):
    """QEMU's options with nobody at the other ends: what only writes a tree opens no socket and waits for no one."""
    words, kept = iter(words), []
    for word in words:
        name = word.lstrip("-")
        if name in ("S", "s"):
            continue
        if name in ("gdb", "qmp", "qmp-pretty", "monitor", "mon"):
            next(words, None)
        elif name == "chardev":
            value = next(words, "").split(",")
            kept += [word, ",".join(["null"] + [part for part in value if part.startswith(("id=", "mux="))])]
        elif name == "serial":
            value = next(words, "")
            kept += [word, value if value == "none" or value.startswith("chardev:") else "null"]
        else:
            kept.append(word)
    return kept


def write_tree(options, target):
    """QEMU's own tree of such a machine."""
    machine.run_tool(alone(machine_arguments(options)) + ["-machine", "dumpdtb=" + machine.comma(target)])


def as_firmware(_tree):
    """QEMU's tree is whole."""


def unfit(_system):
    """What of a system does not work in QEMU, though it does on a board; a line each."""
    return []


def direct_arguments(_options, _directory):
    """What a direct boot needs besides kernel, archive and trees."""
    return []


def uboot_arguments(options, directory):
    if not os.path.exists(UBOOT):
        raise UserError(f"{UBOOT} is missing: Debian's package u-boot-qemu has it, `./thole setup` "
                        "installs it, and `./thole run --direct` does without.")
    boot_disk = machine.comma(disk.make(options, directory))
    flash = machine.comma(disk.make_flash(directory, options.uboot))
    tree = []
    if options.hardware:
        tree = ["-dtb", machine.make_board_tree(options, os.path.join(directory, "board.dtb"))]
    return ["-bios", UBOOT,
            "-drive", f"if=pflash,unit=1,format=raw,file={flash}",
            "-drive", f"if=none,id=thole-boot,format=raw,file={boot_disk}",
            "-device", "virtio-blk-device,drive=thole-boot"] + tree
