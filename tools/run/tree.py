#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
#
# `tree.py [OPTIONS] -o FILE` writes the board's tree, for `./thole doctor`.

import sys

import machine
from machine import UserError


def main():
    try:
        options = machine.parse("tree.py", sys.argv[1:], {**machine.OPTIONS, **machine.OUTPUT})
        if not options.output:
            raise UserError("tree.py needs -o FILE.")
        machine.make_board_tree(options, options.output)
    except UserError as error:
        print(f"thole: {error}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
