# SPDX-License-Identifier: BSD-2-Clause
#
# The board "rpi4": a Raspberry Pi 4 Model B, in QEMU its machine raspi4b. QEMU has no
# firmware for it, and does what that would do: it takes U-Boot and the board's tree
# from the card, and starts the one with the other.

import os
import shutil

import archive
import card
import machine
import media
from machine import MIB, QEMU, UserError

SYSTEM = "rpi4"
MODEL = "raspberrypi,4-model-b"
RAM_START = 0
UPPER_MEMORY = 1024 * MIB   # the second GiB of QEMU's two
MACHINE = "raspi4b"
# The first serial line is the PL011, which the Bluetooth chip has; the second is the
# mini-UART, on the header's pins.
SERIAL = ["-serial", "null"]

MEDIUM = card

FIXED = {"cores": "it has four cores, and all of them run", "memory": "QEMU's has 2 GiB, always",
         "gic": "its interrupt controller is a GICv2"}


def check(options):
    for name, why in FIXED.items():
        if name in options.said:
            raise UserError(f"--{name} says nothing to a Raspberry Pi 4: {why}.")
    if options.card and not options.direct and (options.kernel or options.system or options.settings or options.hardware):
        raise UserError("--kernel, --system, --set and --hardware change a card when it is made: give them to `./thole image`, or leave --card out.")
    if options.card:
        check_card(options.card)


def check_card(path):
    machine.check_can_read(path, "--card")
    if not os.access(path, os.W_OK):
        raise UserError(f"--card: {path} cannot be written: you have no permission, and the guest writes to its card.")
    size = os.path.getsize(path)
    if size < MIB or size & (size - 1) or size < media.partitions_end(path):
        raise UserError(f"--card {path}: it has {size} bytes, and a card has a power of two that holds its partitions; is it cut short? "
                        f"`./thole image --board rpi4` makes one of {card.SIZE}.")


def check_image(options):
    del options


def check_qemu():
    machine.check_qemu(MACHINE, "rpi4", "9.0")


check_here = check_qemu


def machine_arguments(options):
    return [QEMU, "-machine", MACHINE, "-display", "none", "-monitor", "none"] + options.qemu


def write_tree(_options, target):
    """The tree on the card. What the firmware adds on a board (memory, addresses), QEMU adds as far as it knows it."""
    shutil.copyfile(os.path.join(card.parts(), card.TREE), target)


def as_firmware(tree):
    """
    What the firmware of a board does to its tree, and QEMU does not: say of all memory. Nodes
    called memory QEMU puts in the place of its own, which ends where the first GiB does.
    """
    node = f"/upper-memory@{UPPER_MEMORY:x}"
    machine.run_tool(["fdtput", "-c", tree, node])
    machine.run_tool(["fdtput", "-t", "s", tree, node, "device_type", "memory"])
    machine.run_tool(["fdtput", "-t", "x", tree, node, "reg", "0", f"{UPPER_MEMORY:x}", f"{UPPER_MEMORY:x}"])


def check_tree(tree):
    """With another board's tree neither U-Boot nor kernel would find a line to print to."""
    try:
        said = machine.run_tool(["fdtget", "-t", "s", tree, "/", "compatible"]).split()
    except UserError as error:
        raise UserError(f"{card.TREE} on the card is damaged: write the card again.") from error
    if MODEL not in said:
        raise UserError(f"{card.TREE} on the card is the tree of another board: its compatible is {', '.join(said)}.")


def unfit(system):
    """What of a system does not work in QEMU, though it does on a board; a line each."""
    return [f"/thole/{name}: status: expected \"disabled\" in QEMU, whose watchdog does not count and resets the machine at "
            "once; it is for a board" for name in archive.running(system, "watchdog")]


def trees_on_card(path, directory):
    """The board's tree, the system's and the archive."""
    names = (card.TREE, "system.dtb", "archive.cpio")
    return [take(path, name, directory) for name in names]


def take(path, name, directory):
    try:
        return media.take_file(path, name, os.path.join(directory, name))
    except UserError as error:
        raise UserError(f"{path} is not a card that a Raspberry Pi 4 starts from: its first partition should be FAT "
                        f"and have {name}.\n{error}") from error


def card_arguments(path):
    return ["-drive", f"if=sd,format=raw,file={machine.comma(path)}"]


def the_card(options, directory):
    return options.card or card.make(options, directory)


def direct_arguments(options, directory):
    check_qemu()
    # A machine that is started without what the card is made of has none.
    if options.card is False or not options.archive or options.board_tree:
        return []
    made = os.path.join(directory, "card")
    os.mkdir(made)
    return card_arguments(the_card(options, made))


def uboot_arguments(options, directory):
    """What the firmware of a board does, QEMU's command line does: U-Boot and tree come from the card."""
    check_qemu()
    if options.card is False:
        raise UserError("Without a card there is no U-Boot: choose --direct.")
    path = the_card(options, directory)
    media.fix_time()
    found = os.path.join(directory, "found")
    os.mkdir(found)
    uboot, tree = (take(path, name, found) for name in ("u-boot.bin", card.TREE))
    check_tree(tree)
    as_firmware(tree)
    return ["-kernel", uboot, "-dtb", tree] + card_arguments(path)
