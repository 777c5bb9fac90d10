# SPDX-License-Identifier: BSD-2-Clause
#
# What machine to emulate: the options that run, debug and the system tests share, the
# board's own device tree, with what the user says is wired to it, and the system tree
# with --set applied. What only one board has is in a file of the board's name.

import difflib
import glob
import importlib
import os
import re
import shutil
import subprocess

import archive

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("THOLE_VIRT", os.path.join(ROOT, "build", "virt"))
SYSTEMS = os.path.join(ROOT, "dts", "systems")
QEMU = "qemu-system-aarch64"

MIB = 1 << 20
BOARDS = ("virt", "rpi4", "imx8mp")
# QEMU's loader keeps a few instructions at the start of RAM and puts the Image at
# 2 MiB; in between nothing is written, however little RAM there is.
SYSTEM_OFFSET = MIB
SYSTEM_LIMIT = MIB

# Those that `./thole` installs anyway; any would do.
PREPROCESSORS = ("aarch64-linux-gnu-gcc", "gcc", "cc")

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
        self.kernel = None          # a configuration in docs/configuration.md; the one with everything
        self.system = None          # the board's own
        self.cores = 1
        self.memory = "256M"
        self.gic = 2
        self.direct = False
        self.uboot = False
        self.settings = []          # "/thole/NODE/PROP=VALUE"
        self.hardware = []          # files of device tree source: what is wired to the board
        self.card = None            # rpi4: a card made before; False: none
        self.qemu = []              # further arguments for QEMU
        self.timeout = None         # seconds
        self.output = None          # image: -o
        self.gdb = []               # debug: --gdb
        self.files = []             # doctor: systems
        self.config = False         # doctor: with what programs read

        self.image = built("Image")
        self.archive = built("archive.cpio")    # None: no ramdisk
        self.system_file = None     # instead of --system; False: no system tree
        self.board_tree = None      # a board tree instead of QEMU's, direct only
        self.tree_edits = []        # fdtput arguments for it, such as ["-r", "/pl011@9000000"]
        for name, value in given.items():
            if name not in self.__dict__:
                raise TypeError(f"there is no option {name}: {nearest(name, self.__dict__)}")
            setattr(self, name, value)
        if self.kernel and "image" not in given:
            pick_kernel(self, self.kernel)
        self.said = set(given)      # the options that the user gave


def built(*parts):
    return os.path.join(BUILD, *parts)


# Parsing. Each option: what it takes ("" is nothing, "..." all that is left) and
# how it is stored.

def store(name, convert=str):
    def put(options, value):
        setattr(options, name, convert(value))
        options.said.add(name)
    return put


def pick_kernel(options, name):
    """The image, and kernel.elf beside it."""
    options.kernel, options.image = name, built("kernels", name, "Image")


def append(name):
    def put(options, value):
        getattr(options, name).append(value)
    return put


def number(what):
    def convert(text):
        if not re.fullmatch("[0-9]{1,9}", text) or int(text) == 0:
            raise UserError(f"{what} takes a whole number above 0, of at most 9 digits, not '{text}'.")
        return int(text)
    return convert


def gic_version(text):
    if text not in ("2", "3"):
        raise UserError(f"--gic takes 2 or 3, not '{text}'.")
    return int(text)


OPTIONS = {
    "--board": ("NAME", store("board")),
    "--kernel": ("NAME", pick_kernel),
    "--system": ("NAME", store("system")),
    "--direct": ("", store("direct", bool)),
    "--uboot": ("", store("uboot", bool)),
    "--cores": ("N", store("cores", number("--cores"))),
    "--memory": ("SIZE", store("memory")),
    "--gic": ("2|3", store("gic", gic_version)),
    "--set": ("/thole/NODE/PROP=VALUE", append("settings")),
    "--hardware": ("FILE.dts", append("hardware")),
    "--card": ("FILE", store("card")),
    "--timeout": ("SECONDS", store("timeout", number("--timeout"))),
}
OUTPUT = {"-o": ("FILE", store("output"))}
GDB = {"--gdb": ("...", store("gdb", list))}
REST = {"--": ("...", store("qemu", list))}


def meant(word, table):
    """A clause about a word where an option should be: which option it would go with, or how that is written."""
    if "--set" in table and word.startswith("/thole/"):
        return f"did you mean --set {word}?"
    if "--hardware" in table and word.endswith(".dts") and os.path.exists(word):
        return f"did you mean --hardware {word}?"
    if "--card" in table and word.endswith(".img"):
        return f"did you mean --card {word}?"
    ways = {"--system": known_systems(), "--board": BOARDS}
    close = {name: f"{option} {name}" for option, names in ways.items() if option in table for name in names}
    close.update({name.lstrip("-"): name for name in table if name.lstrip("-")})
    likely = difflib.get_close_matches(word, close, n=1, cutoff=0.6)
    if likely:
        return f"did you mean {close[likely[0]]}?"
    if "-o" in table:
        return f"did you mean -o {word}?"
    return nearest(word, table)


def unknown(command, argument, table):
    word = argument.partition("=")[0]
    if word.startswith("-"):
        return UserError(f"{command} has no option '{word}': {nearest(word, [name for name in table if name])}")
    return UserError(f"{command} takes no '{argument}': {meant(argument, table)}")


def parse(command, arguments, table):
    """Options from a command line, checked; a UserError says what is wrong with it."""
    options = read_options(command, arguments, table, Options())
    check(options)
    return options


def read_options(command, arguments, table, options):
    """The same into options, not checked. Words that are no options go where the table has ""; it need not have that."""
    rest = list(arguments)
    while rest:
        argument = rest.pop(0)
        word, equals, value = argument.partition("=")
        if "" in table and not word.startswith("-"):
            word, equals, value = "", "=", argument
        if word not in table:
            raise unknown(command, argument, table)
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
            if not value:
                raise UserError(f"{word or command} takes a value, found an empty one: {word or command} {takes}")
            put(options, value)
    return options


def known_kernels():
    """Those that the next build makes: what one made before may not be asked for any more."""
    names = set()
    for folder in ("arch", "products"):
        for path in glob.glob(os.path.join(ROOT, folder, "*", "CMakeLists.txt")):
            with open(path, encoding="utf-8", errors="replace") as file:
                names.update(re.findall(r"^\s*thole_kernel_configuration\(\s*([^\s()]+)", file.read(), re.MULTILINE))
    return names - {"kernel"}


def check_kernel(options):
    """A way to a folder is no name, though an Image be in it."""
    if options.kernel and options.kernel not in known_kernels():
        raise UserError(f"There is no kernel '{options.kernel}': {nearest(os.path.basename(options.kernel), known_kernels())}")


def check_can_write(path):
    """Before long work whose result is to go there: a UserError if it could not."""
    folder = os.path.dirname(os.path.abspath(path))
    if os.path.isdir(path):
        raise UserError(f"{path} cannot be written: it is a folder.")
    if not os.path.isdir(folder):
        raise UserError(f"{path} cannot be written: there is no folder {folder}.")
    if not os.access(path if os.path.exists(path) else folder, os.W_OK):
        raise UserError(f"{path} cannot be written: you have no permission.")


def write_whole(path, text):
    """Writes a file, which then is there whole or, where that fails, as it was before."""
    target = os.path.realpath(path)
    regular = os.path.isfile(path) or not os.path.exists(path)
    part = target + ".part" if regular else path
    try:
        with open(part, "w", encoding="utf-8") as file:
            file.write(text)
        if regular:
            os.replace(part, target)
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}.") from error
    finally:
        if regular and os.path.exists(part):
            os.remove(part)


def check_can_read(path, option=""):
    """A UserError if that file cannot be read, which names the option that gave it."""
    before = f"{option}: " if option else ""
    if os.path.isdir(path):
        raise UserError(f"{before}{path} is a folder, expected a file.")
    if not os.path.isfile(path):
        raise UserError(f"{before}{path} is no file." if os.path.exists(path) else f"{before}there is no file '{path}'.")
    if not os.access(path, os.R_OK):
        raise UserError(f"{before}{path} cannot be read: you have no permission.")


def memory_size(text):
    """The bytes that a size such as 64M or 4G means."""
    match = re.fullmatch(r"([0-9]{1,12})([KMG]?)(i?B)?", text, re.IGNORECASE)
    if not match:
        raise UserError(f"--memory takes a size such as 64M or 4G, not '{text}'.")
    unit = {"K": 1 << 10, "": MIB, "M": MIB, "G": 1 << 30}[match[2].upper()]
    return int(match[1]) * unit


def board(options):
    """The board's file (virt.py, rpi4.py, imx8mp.py)."""
    return importlib.import_module(options.board)


def check(options):
    if options.board not in BOARDS:
        raise UserError(f"There is no board '{options.board}': {nearest(options.board, BOARDS)}")
    if options.system is not None and options.system not in known_systems():
        raise UserError(f"There is no system '{options.system}' in dts/systems: "
                        + nearest(os.path.basename(options.system).removesuffix(".dts"), known_systems()))
    board(options).check(options)
    check_kernel(options)
    if options.direct and options.uboot:
        raise UserError("--direct goes without U-Boot, --uboot stops at its prompt: choose one.")
    for setting in options.settings:
        split_setting(setting)
    for path in options.hardware:
        check_can_read(path, "--hardware")
    if options.output:
        check_can_write(options.output)


# Trees.

def run_tool(arguments, text=""):
    """A helper program's output, given the text to read; its complaint becomes a UserError."""
    try:
        done = subprocess.run(arguments, input=text.encode(), capture_output=True, timeout=60, check=False)
    except FileNotFoundError as error:
        raise UserError(f"{arguments[0]} is not installed; `./thole setup` installs it.") from error
    except subprocess.TimeoutExpired as error:
        raise UserError(f"{arguments[0]} did not end within 60 s.") from error
    if done.returncode != 0:
        said = (done.stderr or done.stdout).decode(errors="replace").strip().split("\n")
        name = os.path.basename(arguments[0]) + ": "
        raise UserError(name + "\n".join(said[:TOOL_LINES]).removeprefix(name))
    return done.stdout.decode(errors="replace")


def check_qemu(board, name, since):
    """A UserError if this QEMU does not emulate the machine `board`, called name, which it has since a version."""
    if not any(line.split()[:1] == [board] for line in run_tool([QEMU, "-machine", "help"]).split("\n")):
        version = run_tool([QEMU, "--version"]).split("\n")[0]
        raise UserError(f"This QEMU has no machine {board} ({version}); {since} or later has. On Debian 12 it is in "
                        f"bookworm-backports: `./thole setup --board {name}` installs it.")


def split_setting(setting):
    """/thole/NODE/PROP=VALUE as (node, prop, fdtput's arguments for the value)."""
    match = re.fullmatch(r"(/thole(?:/[^/=\s]+)+)/([A-Za-z0-9,._+?#-]+)=(.*)", setting, re.DOTALL)
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
    """Those that there are sources of, built or not."""
    return sorted(name[:-4] for name in os.listdir(SYSTEMS) if name.endswith(".dts"))


def make_system(options, target):
    """The system tree with the settings applied. Returns target, or None if there is to be none."""
    if options.system_file is False:
        return None
    name = options.system or board(options).SYSTEM
    source = options.system_file or built("dtb", name + ".dtb")
    if not os.path.exists(source):
        raise UserError(f"{source} is missing: build it with `cmake --build --preset virt`.")
    shutil.copyfile(source, target)
    for setting in options.settings:
        apply_setting(setting, target)
    return target


def make_board_tree(options, target):
    """The hardware's tree, with what is wired to it and the edits asked for."""
    if options.board_tree:
        shutil.copyfile(options.board_tree, target)
    else:
        board(options).write_tree(options, target)
    if options.hardware:
        wire(options.hardware, target)
    for edit in options.tree_edits:
        switches = [word for word in edit if word.startswith("-")]
        run_tool(["fdtput"] + switches + [target] + [word for word in edit if not word.startswith("-")])
    check_board_tree(options, target)
    return target


def labels(blob):
    """Source that gives the tree's nodes the labels they had, where the tree says which: compiled with -@."""
    if "__symbols__" not in run_tool(["fdtget", "-l", blob, "/"]).split():
        return ""
    names = run_tool(["fdtget", "-p", blob, "/__symbols__"]).split()
    paths = [run_tool(["fdtget", "-t", "s", blob, "/__symbols__", name]).strip() for name in names]
    return "".join(f"{name}: &{{{path}}} {{}};\n" for name, path in zip(names, paths))


def preprocess(path):
    """A source of a device tree after the C preprocessor, which is given what cmake/compile-tree gives it."""
    compiler = next((name for name in PREPROCESSORS if shutil.which(name)), PREPROCESSORS[0])
    folders = [os.path.join(ROOT, name) for name in ("dts", "include")]
    return run_tool([compiler, "-E", "-nostdinc", "-undef", "-x", "assembler-with-cpp",
                     *(word for folder in folders for word in ("-I", folder)), path])


# What only overlays have, and what is to be done about it.
OVERLAY = {"/plugin/": "leave the line out", "__overlay__": "write `&LABEL { };` or `&{/PATH} { };` in its fragment's place"}


def placed_lines(text):
    """(place, line) of each line that the preprocessor took from somewhere."""
    file, number = "", 0
    for line in text.split("\n"):
        marker = re.match(r'# ([0-9]+) "(.*)"', line)
        if marker:
            file, number = marker[2], int(marker[1])
            continue
        yield f"{file}:{number}", line
        number += 1


def refuse_overlay(text):
    """Put at the end of a tree an overlay would mean nothing, or not be understood."""
    for place, line in placed_lines(text):
        for word, remedy in OVERLAY.items():
            if word in line:
                raise UserError(f"--hardware: {place}: expected source for the end of the board's tree, found "
                                f"{word}, which overlays have: {remedy}.")


def refuse_foreign(text):
    """dtc takes a character that it does not know for the end of the file, and all behind it for nothing."""
    for place, line in placed_lines(text):
        found = re.search(r"[^\t-\r -~]", re.sub(r'"(\\.|[^"\\])*"', "", line))
        if found:
            raise UserError(f"{place}: expected ASCII outside of strings and comments, found {found[0]!a}.")


def wire(files, blob):
    """Adds device tree source to the compiled tree, as if it stood at the end of the tree's own."""
    source = run_tool(["dtc", "-q", "-I", "dtb", "-O", "dts", blob]) + labels(blob)
    for path in files:
        text = preprocess(path)
        refuse_overlay(text)
        refuse_foreign(text)
        source += text.replace("/dts-v1/;", "") + "\n"
    run_tool(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", blob + ".wired", "-"], source)
    os.replace(blob + ".wired", blob)


def check_board_tree(options, blob):
    """Another board's tree would make the kernel print to what is no serial line here; a test may do that."""
    if options.board_tree or not options.hardware:
        return
    model = board(options).MODEL
    if model not in run_tool(["fdtget", "-t", "s", blob, "/", "compatible"]).split():
        raise UserError(f"--hardware makes the board's tree another's: its compatible has no {model} any more.")


# QEMU's command line.

def comma(path):
    """A path inside a QEMU option: a comma is doubled."""
    return path.replace(",", ",,")


def direct_arguments(options, directory):
    """Boot with QEMU's own loader."""
    address = board(options).RAM_START + SYSTEM_OFFSET
    tree = make_board_tree(options, os.path.join(directory, "board.dtb"))
    if not options.board_tree:
        board(options).as_firmware(tree)
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
            arguments += ["-device", f"loader,file={comma(system)},addr={address:#x},force-raw=on"]
        run_tool(["fdtput", "-t", "x", tree, "/chosen", "thole,system",
                  "0", f"{address:x}", "0", f"{size:x}"])
    return arguments + ["-dtb", tree] + board(options).direct_arguments(options, directory)


def uboot_arguments(options, directory):
    if options.board_tree or options.tree_edits or not options.archive:
        raise UserError("A board tree of one's own, or no archive, goes with --direct only.")
    return board(options).uboot_arguments(options, directory)
