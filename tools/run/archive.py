# SPDX-License-Identifier: BSD-2-Clause
#
# What of the archive a system is given: the build packs all programs into one, and a
# server, driver or example goes along only where the system tree names it. All that is
# loaded stays in memory for as long as the system runs.

import os
import subprocess

HEADER, FIELDS, NAME_FIELD, SIZE_FIELD = 110, 13, 11, 6
TRAILER = "TRAILER!!!"


def entries(data):
    """Name and bytes (header, name, content and padding) of each entry of an archive (cpio, newc), the last included."""
    at, name = 0, ""
    while name != TRAILER:
        fields = [int(data[at + 6 + 8 * field:at + 14 + 8 * field], 16) for field in range(FIELDS)]
        name = data[at + HEADER:at + HEADER + fields[NAME_FIELD] - 1].decode()
        start = (at + HEADER + fields[NAME_FIELD] + 3) & ~3
        end = (start + fields[SIZE_FIELD] + 3) & ~3
        yield name, data[at:end]
        at = end


def ask(*words):
    """The lines that fdtget answers; none if the tree is not sound: init says what is wrong with it."""
    done = subprocess.run(["fdtget", *words], capture_output=True, timeout=60, check=False)
    return done.stdout.decode(errors="replace").split("\n")[:-1] if done.returncode == 0 else []


def named_by(tree):
    """The programs that the servers of a system tree run."""
    return {program for node in ask("-l", tree, "/thole") for program in ask("-t", "s", tree, f"/thole/{node}", "program")}


def running(tree, program):
    """The names of the servers that are to run that program at boot."""
    return [node for node in ask("-l", tree, "/thole") if ask("-t", "s", tree, f"/thole/{node}", "program") == [program]
            and ask("-t", "s", tree, f"/thole/{node}", "status") in ([], ["okay"], ["ok"])]


def pack(source, optional, tree, target):
    """Writes target: the archive `source` without those of the `optional` (a file, a name a line) that are not named."""
    with open(source, "rb") as file:
        data = file.read()
    with open(optional, encoding="ascii") as file:
        left_out = set(file.read().split()) - named_by(tree)
    with open(target, "wb") as file:
        file.write(b"".join(content for name, content in entries(data) if name not in left_out))
    return target


def for_system(options, built, tree, directory):
    """The archive to load; what a test gives is loaded as it is, and so is all where the tree is the board's own."""
    optional = built("archive.optional")
    if options.archive != built("archive.cpio") or not tree or not os.path.exists(optional):
        return options.archive
    return pack(options.archive, optional, tree, os.path.join(directory, "archive.cpio"))
