#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
#
# What machine to emulate: the options that run, debug and the system tests share,
# QEMU's command line for them, the board's own device tree, and the system tree
# with --set applied. As a command, `machine.py [OPTIONS] --tree FILE` writes the
# board's tree.

import difflib
import os
import re
import shutil
import subprocess
import sys

import archive

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("THOLE_VIRT", os.path.join(ROOT, "build", "virt"))
QEMU = "qemu-system-aarch64"
UBOOT = "/usr/lib/u-boot/qemu_arm64/u-boot.bin"

MIB = 1 << 20
RAM_START = 0x40000000
# QEMU's loader keeps a few instructions at the start of RAM and puts the Image at
# 2 MiB; in between nothing is written, however little RAM there is.
SYSTEM_ADDRESS = RAM_START + MIB
SYSTEM_LIMIT = MIB

MEMORY_LEAST, MEMORY_MOST = 64 * MIB, 8192 * MIB
CORES_MOST = {2: 8, 3: 64}
# Of what a helper program says when it fails; mkimage adds all of its help.
TOOL_LINES = 4


class UserError(Exception):
    """Something the user can put right; the text is shown as it is."""


def nearest(word, known):
    """A clause that helps with a wrong word: the nearest known one, or all."""
    known = sorted(known)
    # What all options begin with would make any two of them alike.
    bare = {name.lstrip("-") or name: name for name in known}
    close = difflib.get_close_matches(word.lstrip("-"), bare, n=1, cutoff=0.5)
    if close:
        return f"did you mean {bare[close[0]]}?"
    return "known: " + " ".join(known) if known else "none is known"


class Options:
    """What to start. The system tests set the last group, users cannot."""

    def __init__(self, **given):
        self.board = "virt"
        self.system = "virt"
        self.cores = 1
        self.memory = "256M"
        self.gic = 2
        self.direct = False
        self.uboot = False
        self.settings = []          # "/thole/NODE/PROP=VALUE"
        self.qemu = []              # further arguments for QEMU
        self.timeout = None         # seconds
        self.output = None          # image: -o
        self.gdb = []               # debug: --gdb

        self.image = built("Image")
        self.archive = built("archive.cpio")    # None: no ramdisk
        self.system_file = None     # instead of --system; False: no system tree
        self.board_tree = None      # a board tree instead of QEMU's, direct only
        self.tree_edits = []        # fdtput arguments for it, such as ["-r", "/pl011@9000000"]
        for name, value in given.items():
            if name not in self.__dict__:
                raise TypeError(f"there is no option {name}: {nearest(name, self.__dict__)}")
            setattr(self, name, value)


def built(*parts):
    return os.path.join(BUILD, *parts)


# Parsing. Each option: what it takes ("" is nothing, "..." all that is left) and
# how it is stored.

def store(name, convert=str):
    def put(options, value):
        setattr(options, name, convert(value))
    return put


def append(name):
    def put(options, value):
        getattr(options, name).append(value)
    return put


def number(what):
    def convert(text):
        if not text.isdigit() or int(text) == 0:
            raise UserError(f"{what} takes a number above 0, not '{text}'.")
        return int(text)
    return convert


OPTIONS = {
    "--board": ("NAME", store("board")),
    "--system": ("NAME", store("system")),
    "--direct": ("", store("direct", bool)),
    "--uboot": ("", store("uboot", bool)),
    "--cores": ("N", store("cores", number("--cores"))),
    "--memory": ("SIZE", store("memory")),
    "--gic": ("2|3", store("gic", number("--gic"))),
    "--set": ("/thole/NODE/PROP=VALUE", append("settings")),
    "--timeout": ("SECONDS", store("timeout", number("--timeout"))),
}
OUTPUT = {"-o": ("FILE", store("output"))}
GDB = {"--gdb": ("...", store("gdb", list))}
REST = {"--": ("...", store("qemu", list))}


def parse(command, arguments, table):
    """Options from a command line; a UserError says what is wrong with it."""
    options = Options()
    rest = list(arguments)
    while rest:
        word, equals, value = rest.pop(0).partition("=")
        if word not in table:
            raise UserError(f"{command} has no option '{word}': {nearest(word, table)}")
        takes, put = table[word]
        if takes == "...":
            put(options, rest)
            rest = []
        elif takes == "":
            if equals:
                raise UserError(f"{word} takes no value.")
            put(options, True)
        else:
            if not equals:
                if not rest:
                    raise UserError(f"{word} takes a value: {word} {takes}")
                value = rest.pop(0)
            put(options, value)
    check(options)
    return options


def check_can_write(path):
    """Before long work whose result is to go there: a UserError if it could not."""
    folder = os.path.dirname(os.path.abspath(path))
    if os.path.isdir(path):
        raise UserError(f"{path} cannot be written: it is a folder.")
    if not os.path.isdir(folder):
        raise UserError(f"{path} cannot be written: there is no folder {folder}.")
    if not os.access(path if os.path.exists(path) else folder, os.W_OK):
        raise UserError(f"{path} cannot be written: you have no permission.")


def memory_size(text):
    """The bytes that a size such as 64M or 4G means."""
    match = re.fullmatch(r"(\d+)([KMG]?)(i?B)?", text, re.IGNORECASE)
    if not match:
        raise UserError(f"--memory takes a size such as 64M or 4G, not '{text}'.")
    unit = {"K": 1 << 10, "": MIB, "M": MIB, "G": 1 << 30}[match[2].upper()]
    return int(match[1]) * unit


def check(options):
    if options.board == "rpi4":
        raise UserError("--board rpi4 is not part of this version; --board virt is.")
    if options.board != "virt":
        raise UserError(f"There is no board '{options.board}': known: virt")
    if options.gic not in CORES_MOST:
        raise UserError(f"--gic takes 2 or 3, not '{options.gic}'.")
    if options.cores > CORES_MOST[options.gic]:
        raise UserError(f"With --gic {options.gic} there are at most {CORES_MOST[options.gic]} cores, "
                        f"not {options.cores}.")
    if not MEMORY_LEAST <= memory_size(options.memory) <= MEMORY_MOST:
        raise UserError(f"--memory takes 64M to 8G, not '{options.memory}'.")
    if options.direct and options.uboot:
        raise UserError("--direct goes without U-Boot, --uboot stops at its prompt: choose one.")
    for setting in options.settings:
        split_setting(setting)
    if options.output:
        check_can_write(options.output)


# Trees.

def run_tool(arguments):
    """A helper program's output; its complaint becomes a UserError."""
    try:
        done = subprocess.run(arguments, capture_output=True, timeout=60, check=False)
    except FileNotFoundError as error:
        raise UserError(f"{arguments[0]} is not installed; `./thole setup` installs it.") from error
    except subprocess.TimeoutExpired as error:
        raise UserError(f"{arguments[0]} did not end within 60 s.") from error
    if done.returncode != 0:
        said = (done.stderr or done.stdout).decode(errors="replace").strip().split("\n")
        raise UserError(f"{os.path.basename(arguments[0])}: " + "\n".join(said[:TOOL_LINES]))
    return done.stdout.decode(errors="replace")


def split_setting(setting):
    """/thole/NODE/PROP=VALUE as (node, prop, fdtput's arguments for the value)."""
    match = re.fullmatch(r"(/thole(?:/[^/=\s]+)*)/([A-Za-z0-9,._+?#-]+)=(.*)", setting, re.DOTALL)
    if not match:
        raise UserError(f"--set {setting}: expected /thole/NODE/PROP=VALUE, VALUE a string "
                        "or cells such as '<1 2>', or nothing for a flag.")
    node, name, value = match.groups()
    # As a string of three digits it would be a large number: four bytes are a cell.
    if re.fullmatch(r"[0-9]+|0x[0-9a-fA-F]+", value) and not node.endswith("/config"):
        raise UserError(f"--set {setting}: a number is written in '<{value}>'.")
    if not value.startswith("<"):
        return node, name, ["-t", "s", node, name] + ([value] if value else [])
    if not value.endswith(">"):
        raise UserError(f"--set {setting}: the cells end with '>'.")
    cells = []
    for word in value[1:-1].split():
        try:
            cell = int(word, 0)
        except ValueError:
            cell = -1
        if not 0 <= cell < 1 << 32:
            raise UserError(f"--set {setting}: '{word}' is not a number of 32 bits.")
        cells.append(f"{cell:x}")
    return node, name, ["-t", "x", node, name] + cells


def apply_setting(setting, blob):
    node, _, arguments = split_setting(setting)
    parent = ""
    for part in node.strip("/").split("/"):
        children = run_tool(["fdtget", "-l", blob, parent or "/"]).split()
        if part not in children:
            raise UserError(f"--set {setting}: there is no node {parent}/{part}: "
                            + nearest(f"{parent}/{part}", [f"{parent}/{child}" for child in children]))
        parent += "/" + part
    run_tool(["fdtput", blob] + arguments)


def known_systems():
    try:
        return [name[:-4] for name in os.listdir(built("dtb")) if name.endswith(".dtb")]
    except FileNotFoundError:
        return []


def make_system(options, target):
    """The system tree with the settings applied. Returns target, or None if there is to be none."""
    if options.system_file is False:
        return None
    source = options.system_file or built("dtb", options.system + ".dtb")
    if not os.path.exists(source):
        raise UserError(f"There is no system '{options.system}': {nearest(options.system, known_systems())}")
    shutil.copyfile(source, target)
    for setting in options.settings:
        apply_setting(setting, target)
    return target


def make_board_tree(options, target):
    """The hardware's tree as QEMU makes it for these options, with the edits asked for."""
    if options.board_tree:
        shutil.copyfile(options.board_tree, target)
    else:
        run_tool(machine_arguments(options) + ["-machine", "dumpdtb=" + comma(target)])
    for edit in options.tree_edits:
        switches = [word for word in edit if word.startswith("-")]
        run_tool(["fdtput"] + switches + [target] + [word for word in edit if not word.startswith("-")])
    return target


# QEMU's command line.

def comma(path):
    """A path inside a QEMU option: a comma is doubled."""
    return path.replace(",", ",,")


def machine_arguments(options):
    """The emulated machine alone; whoever starts it adds what to boot and the serial line."""
    return [QEMU, "-machine", f"virt,gic-version={options.gic}", "-cpu", "cortex-a72",
            "-smp", str(options.cores), "-m", f"{memory_size(options.memory) // MIB}M",
            "-global", "virtio-mmio.force-legacy=false",
            "-nic", "none", "-display", "none", "-monitor", "none"] + options.qemu


def direct_arguments(options, directory):
    """Boot with QEMU's own loader."""
    tree = make_board_tree(options, os.path.join(directory, "board.dtb"))
    system = make_system(options, os.path.join(directory, "system.dtb"))
    arguments = ["-kernel", options.image]
    if options.archive:
        arguments += ["-initrd", archive.for_system(options, built, system, directory)]
    if system:
        size = os.path.getsize(system)
        if size > SYSTEM_LIMIT:
            raise UserError(f"The system tree has {size} bytes; at most {SYSTEM_LIMIT} fit.")
        # An empty file cannot be loaded; its property still names a place.
        if size:
            arguments += ["-device", f"loader,file={comma(system)},addr={SYSTEM_ADDRESS:#x},force-raw=on"]
        run_tool(["fdtput", "-t", "x", tree, "/chosen", "thole,system",
                  "0", f"{SYSTEM_ADDRESS:x}", "0", f"{size:x}"])
    return arguments + ["-dtb", tree]


def main():
    table = dict(OPTIONS)
    table["--tree"] = ("FILE", store("output"))
    try:
        options = parse("machine.py", sys.argv[1:], table)
        if not options.output:
            raise UserError("machine.py needs --tree FILE.")
        make_board_tree(options, options.output)
    except UserError as error:
        print(f"thole: {error}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
