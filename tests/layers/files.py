#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
#
# What must hold for every file of the repository: the licence line, no marks of
# unfinished work, no place or address that means something on one machine only.

import os
import re
import shutil
import subprocess
import sys

ROOT = os.environ.get("THOLE_ROOT") or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

LICENCE = "SPDX-License-Identifier: BSD-2-Clause"
LICENCE_LINE = re.compile(r'SPDX-License-Identifier"?: "?BSD-2-Clause')
LICENCE_LINES = 12
# Files whose every byte is data, or the licence itself.
WITHOUT_LICENCE = re.compile(r"(^LICENSE|\.md|/expected\.txt|/tests/.*\.bin)$")

# Written so that they are not found here.
FORBIDDEN = [
    (re.compile(r"\b(?:TO" r"DO|FIX" r"ME|X" r"XX|HA" r"CK)\b"), "a mark of unfinished work: docs/roadmap.md is the place"),
    (re.compile(r"(?<![\w.<$}-])/(?:ho" r"me|wo" r"rk|Us" r"ers|ro" r"ot)/"), "a path of one machine"),
    (re.compile(r"^(?:<{7} |>{7} |={7}$)", re.MULTILINE), "a merge that was not finished"),
    (re.compile(r"[ \t]+$", re.MULTILINE), "white space at the end of a line"),
    (re.compile(r"\r"), "a carriage return"),
]

# Hosts that a file may name: standards, forges, reserved names. A package archive is
# never among them: it is the user's own.
HOST = re.compile(r"\b(?:https?|git|ssh|ftp)://([A-Za-z0-9][A-Za-z0-9.-]*)")
HOSTS = {"devicetree.org", "semver.org", "keepachangelog.com", "www.w3.org", "github.com", "localhost", "127.0.0.1"}
MAIL = re.compile(r"\b[\w.+-]+@([\w-]+\.)+[a-z]{2,}\b")
MAIL_ALLOWED = re.compile(r"\.(?:invalid|example|example\.com|example\.org)$")


def files():
    """What the repository holds; without git, all that is not built."""
    if shutil.which("git"):
        listed = subprocess.run(["git", "-C", ROOT, "-c", "safe.directory=*", "ls-files", "-z"],
                                capture_output=True, check=False)
        if listed.returncode == 0 and listed.stdout:
            return [name for name in listed.stdout.decode().split("\0") if name]
    found = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in (".git", "build", "__pycache__", ".cache")]
        found += [os.path.relpath(os.path.join(folder, name), ROOT) for name in names]
    return found


def complaints(name, text):
    if not WITHOUT_LICENCE.search(name) and not LICENCE_LINE.search("\n".join(text.split("\n")[:LICENCE_LINES])):
        yield 1, f"no line '{LICENCE}'"
    for pattern, why in FORBIDDEN:
        for match in pattern.finditer(text):
            yield text.count("\n", 0, match.start()) + 1, why
    for match in HOST.finditer(text):
        if match[1] not in HOSTS:
            yield text.count("\n", 0, match.start()) + 1, f"the host {match[1]} is not on the list of tests/layers/files.py"
    for match in MAIL.finditer(text):
        if not MAIL_ALLOWED.search(match[0]):
            yield text.count("\n", 0, match.start()) + 1, "a mail address"
    if text and not text.endswith("\n"):
        yield text.count("\n") + 1, "no end of line at the end"


# Each of these, alone in a file, must be refused.
SELF_TEST = ["no licence\n", "TO" "DO later\n", "in /ho" "me/somebody/x\n", "trailing \n", "a\r\n",
             "see https:/" "/mirror.example.net/x\n", "me@" "company.com\n", "no end"]


def self_test():
    for number, text in enumerate(SELF_TEST):
        licensed = text if number == 0 else f"/* {LICENCE} */\n" + text
        if not list(complaints("kernel/x.c", licensed)):
            print(f"was not refused: {text!r}")
            return 1
    if list(complaints("kernel/x.c", f"/* {LICENCE} */\n")):
        print("a good file was refused")
        return 1
    return 0


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    wrong = 0
    for name in files():
        path = os.path.join(ROOT, name)
        if not os.path.isfile(path):
            continue
        with open(path, "rb") as source:
            data = source.read()
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            continue    # a picture, or an input of a fuzzer
        if "\0" in text:
            continue
        for line, why in complaints(name, text):
            print(f"{name}:{line}: {why}")
            wrong += 1
    print(f"{wrong} complaints")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
