#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Changes one instruction of a short way at a time, and sees whether the model notices.

  short_ways.py [--functions NAME...] [--results FILE] [--long]

Each instruction of arch/arm64/fast_*.S, as it is in build/virt/kernel.elf, becomes a nop; each
conditional branch is inverted, too. model_random (build/host), which interprets that kernel, is
to fail. FILE (build/mutation/short_ways.tsv if not said) gets a line for each; what is there
as found is not tried again. Survivors are told, with how many short ways fewer were taken than
without the change, for each run. --long makes the runs of a survivor long ones."""

import argparse
import os
import re
import struct
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
KERNEL = os.path.join(ROOT, "build", "virt", "kernel.elf")
MODEL = os.path.join(ROOT, "build", "host", "tests", "model_random")
WORK = os.path.join(ROOT, "build", "mutation", "virt")
RESULTS = os.path.join(ROOT, "build", "mutation", "short_ways.tsv")
NOP = 0xd503201f
BARRIERS = ("dsb", "isb", "csdb", "nop", "udf", ".word")  # an interpreter needs none
HANDLERS = "--in handlers --world 150"
SHORT = (f"--events 9000 --seed 1 --cores 1 {HANDLERS}", "--events 6000 --seed 1 --cores 1")
LONG = (f"--events 60000 --seed 500 --cores 1 {HANDLERS}", "--events 60000 --seed 100 --cores 1",
        f"--events 40000 --seed 900 --cores 2 {HANDLERS}", "--events 40000 --seed 2 --cores 2",
        "--events 60000 --seed 2000 --cores 1 --in drivers --world 150")


def output_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def instructions(names):
    """Of these functions, or all: address, word, text and function."""
    function = None
    for line in output_of("aarch64-linux-gnu-objdump", "-d", KERNEL).split("\n"):
        if label := re.match(r"[0-9a-f]{16} <(\w+)>:", line):
            function = label[1]
        found = re.match(r"\s*([0-9a-f]+):\s+([0-9a-f]{8})\s+(.*)", line)
        wanted = function and (function in names if names else re.match("fast_(?!end)", function))
        if found and wanted and not found[3].startswith(BARRIERS):
            yield int(found[1], 16), int(found[2], 16), found[3].replace("\t", " "), function


def changes(word):
    yield "nop", NOP
    if word & 0xff000010 == 0x54000000:  # b.cond
        yield "inverted", word ^ 1
    elif word & 0x7c000000 == 0x34000000:  # cbz, cbnz, tbz, tbnz
        yield "inverted", word ^ 1 << 24


class Kernel:
    def __init__(self):
        with open(KERNEL, "rb") as stream:
            self.bytes = stream.read()
        first, = struct.unpack_from("<Q", self.bytes, 32)
        size, count = struct.unpack_from("<HH", self.bytes, 54)
        self.segments = [struct.unpack_from("<IIQQQQ", self.bytes, first + size * each) for each in range(count)]

    def write(self, address=None, word=0):
        """Into WORK, with this word at that address."""
        changed = bytearray(self.bytes)
        for kind, _, offset, start, _, length in self.segments:
            if address is not None and kind == 1 and start <= address < start + length:
                struct.pack_into("<I", changed, offset + address - start, word)
        os.makedirs(WORK, exist_ok=True)
        with open(os.path.join(WORK, "kernel.elf"), "wb") as stream:
            stream.write(changed)


def run(arguments):
    """Short ways taken; or why it failed, as text."""
    try:
        ran = subprocess.run([MODEL] + arguments.split(), capture_output=True, text=True, errors="replace",
                             timeout=300, env=dict(os.environ, THOLE_VIRT=WORK), cwd=ROOT)
    except subprocess.TimeoutExpired:
        return "no end"
    if ran.returncode == 0:
        return int(re.search(r"(\d+) short", ran.stdout)[1])
    lines = [line for line in (ran.stderr + ran.stdout).split("\n") if "model:" in line or "the model has" in line]
    return lines[0].strip() if lines else "it fails"


def attempt(runs, usual):
    taken = []
    for arguments in runs:
        result = run(arguments)
        if isinstance(result, str):
            return "found", result
        taken.append(result - usual[arguments])
    return "survived", " ".join(f"{count:+d}" for count in taken)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--functions", nargs="*", default=[])
    parser.add_argument("--results", default=RESULTS)
    parser.add_argument("--long", action="store_true")
    options = parser.parse_args()
    kernel, runs = Kernel(), LONG if options.long else SHORT
    kernel.write()
    usual = {arguments: run(arguments) for arguments in runs}
    known = {}
    if os.path.exists(options.results):
        with open(options.results, encoding="utf-8") as stream:
            known = {tuple(line.split("\t")[:2]): line.split("\t")[2] for line in stream}
    survivors = tried = 0
    os.makedirs(os.path.dirname(options.results), exist_ok=True)
    with open(options.results, "a", encoding="utf-8") as stream:
        for address, word, text, function in instructions(options.functions):
            for change, new in changes(word):
                tried += 1
                if known.get((hex(address), change)) == "found":
                    continue
                kernel.write(address, new)
                outcome, how = attempt(runs, usual)
                print(hex(address), change, outcome, function, text, how, sep="\t", file=stream, flush=True)
                survivors += outcome == "survived"
                if outcome == "survived":
                    print(f"survived: {function} {address:x} {change}: {text} ({how})", flush=True)
    print(f"{tried} mutations, {survivors} survived")
    return 0


if __name__ == "__main__":
    sys.exit(main())
