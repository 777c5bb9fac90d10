#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
#
# `./thole doctor`: checks systems against a board, with the checker that init runs at boot
# (main.c beside this). `doctor.py --check ARGUMENTS` only looks at the arguments. `run` and
# `image` ask for what is wrong with their system before it starts or is written.

import copy
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "run"))

import machine      # noqa: E402  (found through the path above)
from machine import UserError   # noqa: E402

CHECKER = os.path.join(os.environ.get("THOLE_HOST", os.path.join(machine.ROOT, "build", "host")), "bin", "doctor")
LIMIT = 60
MAGIC = b"\xd0\x0d\xfe\xed"     # of a tree that dtc compiled

TABLE = {**{name: machine.OPTIONS[name] for name in ("--system", "--cores", "--hardware")},
         "--config": ("", machine.store("config", bool)), "--board": ("NAME|BOARD.dtb", machine.store("board")), "": ("FILE.dts", machine.append("files"))}


def check_board(options):
    """--board as the name of one, or as the file of a board's tree, which then is what it is."""
    name = options.board
    if name in machine.BOARDS:
        return
    if not os.path.exists(name):
        raise UserError(f"There is no board '{name}', and no file BOARD.dtb of that name: "
                        f"{machine.nearest(name, machine.BOARDS)}")
    machine.check_can_read(name, "--board")
    if name.endswith((".dts", ".dtsi")):
        raise UserError(f"--board: {name} is a tree's source: expected BOARD.dtb, which dtc makes of it.")
    with open(name, "rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            raise UserError(f"--board: {name} is no board's tree: expected BOARD.dtb, as dtc compiles it.")
    if options.hardware or "cores" in options.said:
        raise UserError("--cores and --hardware change the tree of QEMU's boards: BOARD.dtb has its own.")
    options.board_tree, options.board = name, "virt"


def check_file(path):
    if not os.path.exists(path) and path in machine.known_systems():
        raise UserError(f"there is no file '{path}': did you mean --system {path}, which is dts/systems/{path}.dts?")
    machine.check_can_read(path)


def parse(arguments):
    options = machine.read_options("doctor", arguments, TABLE, machine.Options())
    check_board(options)
    machine.check(options)
    for path in options.files:
        check_file(path)
    if options.system or not options.files:
        name = options.system or machine.board(options).SYSTEM
        options.files.insert(0, os.path.join(machine.SYSTEMS, name + ".dts"))
    return options


def check_text(path):
    with open(path, "rb") as file:
        if file.read(len(MAGIC)) == MAGIC:
            return
    try:
        text = machine.preprocess(path)
    except UserError:
        return      # the checker will say so, in the preprocessor's words
    machine.refuse_foreign(text)


def run_checker(words, **how):
    try:
        return subprocess.run([CHECKER, *words], timeout=LIMIT, check=False, **how)
    except FileNotFoundError as error:
        raise UserError(f"{CHECKER} is missing: build it with `cmake --build --preset host --target doctor`.") from error


def examine(options):
    for path in options.files:
        check_text(path)
    with tempfile.TemporaryDirectory(prefix="thole-") as directory:
        board = options.board_tree or machine.make_board_tree(options, os.path.join(directory, "board.dtb"))
        return 1 if run_checker([*["--config"] * options.config, "--board", board, "--archive", machine.built("archive.cpio"), *options.files]).returncode else 0


def trees(options, directory):
    """The board's tree, the system's and the archive that will be started or written."""
    if options.card and not options.direct:
        return machine.board(options).trees_on_card(options.card, directory)
    return (machine.make_board_tree(options, os.path.join(directory, "board.dtb")),
            machine.make_system(options, os.path.join(directory, "system.dtb")), machine.built("archive.cpio"))


def complaints(options, emulated):
    """What is wrong with the system that is to start or to be written, a line each; none where no checker is built."""
    if not os.path.exists(CHECKER):
        return []
    options = copy.copy(options)
    options.qemu = []       # QEMU is asked for its tree alone: what is joined to it is not to be opened twice
    with tempfile.TemporaryDirectory(prefix="thole-") as directory:
        board, system, archive = trees(options, directory)
        done = run_checker(["--brief", "--board", board, "--archive", archive, system], capture_output=True, text=True,
                           errors="replace")
        unfit = machine.board(options).unfit(system) if emulated else []
    return (done.stdout + done.stderr).splitlines() + [f"warning: {line}" for line in unfit]


def warn(options, emulated):
    for line in complaints(options, emulated):
        print(f"thole: {line}", file=sys.stderr, flush=True)


def main():
    arguments = sys.argv[1:]
    only_check = arguments[:1] == ["--check"]
    try:
        options = parse(arguments[1:] if only_check else arguments)
        return 0 if only_check else examine(options)
    except UserError as error:
        print(f"thole: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
