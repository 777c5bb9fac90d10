#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
#
# `./thole image`: writes the boot medium of a board, and lists what is in it.
# `image.py --check OPTIONS` only checks the options, before anything is built.

import os
import sys
import tempfile

import machine
from machine import MIB, UserError

sys.path.insert(0, os.path.join(machine.ROOT, "tools", "doctor"))

import doctor       # noqa: E402  (found through the path above)

TABLE = {**{name: machine.OPTIONS[name] for name in ("--board", "--kernel", "--system", "--set", "--hardware")}, **machine.OUTPUT}


def write(options):
    board = machine.board(options)
    target = os.path.realpath(options.output or machine.built(f"thole-{options.board}.img"))
    if os.path.exists(target) and not os.path.isfile(target):
        raise UserError(f"{target} cannot be written: it is no file. Write the image to one, and that to the card.")
    with tempfile.TemporaryDirectory(prefix="thole-") as directory:
        # A part of an image looks like a whole one: no such thing has the name that was asked for.
        part = target + ".part"
        try:
            board.MEDIUM.make(options, directory, part)
            os.replace(part, target)
        except UserError as error:
            raise UserError(f"{target} was not written: {error}") from error
        except OSError as error:
            raise UserError(f"{target} was not written: {error.strerror}.") from error
        finally:
            if os.path.exists(part):
                os.remove(part)
        print(f"{target}: {board.MEDIUM.SIZE // MIB} MiB, {board.MEDIUM.LAYOUT}")
        for name, what in board.MEDIUM.CONTENTS:
            path = os.path.join(directory, name)
            if os.path.exists(path):
                print(f"  {name:<20} {os.path.getsize(path):>9} bytes  {what}")


def main():
    arguments = sys.argv[1:]
    only_check = arguments[:1] == ["--check"]
    try:
        options = machine.parse("image", arguments[1:] if only_check else arguments, TABLE)
        machine.board(options).check_image(options)
        if not only_check:
            doctor.warn(options, emulated=False)
            write(options)
    except UserError as error:
        print(f"thole: {error}", file=sys.stderr)
        sys.exit(1)
    except BrokenPipeError:
        # Nobody reads the list any more. The image is written; the interpreter is not to write what is left.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    except OSError as error:
        print(f"thole: {error.filename + ': ' if error.filename else ''}{error.strerror}.", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
