# SPDX-License-Identifier: BSD-2-Clause
#
# Paths in words: instruction by instruction, and what llvm-mca makes of them.

import collections
import functools
import re
import shutil
import subprocess

import machine

OBJDUMP = "aarch64-linux-gnu-objdump"
LLVM_MCA = "llvm-mca"
MCA_LIMIT = 60      # seconds
# For llvm-mca: where a branch goes does not matter, for what ran is in order; it has no model of
# calls, and none of what a Cortex-A72 takes for no operation.
FOR_MODEL = [(re.compile(r"(?<![#\w])(?:0x)?ffff[0-9a-f]{12}\b"), "somewhere"),
             (re.compile(r"^bl "), "b "), (re.compile(r"^blr "), "br "), (re.compile(r"^ret$"), "br x30"),
             (re.compile(r"^(?:hint|bti|pac\w+|aut\w+|csdb|sb)\b.*"), "nop")]


@functools.lru_cache(maxsize=None)
def disassembly(path):
    """Address -> the instruction's text, of an ELF file."""
    text = machine.run_tool([OBJDUMP, "-d", "--no-show-raw-insn", path])
    return {int(address, 16): words.partition("//")[0].partition("<")[0].replace("\t", " ").strip()
            for address, words in re.findall(r"^ *([0-9a-f]+):\t(.*)$", text, re.MULTILINE)}


def lines_of(result):
    """Each instruction of a result's path: number, place, text, and the data that it accesses."""
    text = disassembly(result.kernel.path)
    number = 0
    for entry in result.entries:
        accesses = collections.defaultdict(list)
        for index, kind, address, size in entry.accesses:
            accesses[index].append(f"{kind}{size} {result.kernel.data_name(address)}")
        last = None
        for index, address in enumerate(entry.path):
            name, offset, _ = result.kernel.name(address)
            number += 1
            where = f"+{offset:#x}" if name == last else f"{name}+{offset:#x}"
            last = name
            yield f"{number:6} {address:x} {where:32} {text.get(address, '?'):40} {'  '.join(accesses[index])}".rstrip()
        if entry.goes_on is not None:
            yield f"       then the program at {entry.goes_on:x}"


def summary(result):
    """How many instructions of the path are whose, the most first."""
    names = collections.Counter(result.kernel.name(address)[0] for entry in result.entries for address in entry.path)
    return ", ".join(f"{name} {count}" for name, count in names.most_common())


def estimate(result):
    """Cycles of the path, once, on a Cortex-A72 as llvm-mca models it, all data and code in the
    nearest cache and all branches guessed right; None without llvm-mca."""
    if not shutil.which(LLVM_MCA) or not result.entries:
        return None
    text = disassembly(result.kernel.path)
    source = [for_model(text[address]) for entry in result.entries for address in entry.path]
    done = subprocess.run([LLVM_MCA, "-mtriple=aarch64", "-mcpu=cortex-a72", "-iterations=1"],
                          input="\n".join(source) + "\n", capture_output=True, text=True, timeout=MCA_LIMIT,
                          check=False)
    cycles = re.search(r"^Total Cycles: +(\d+)$", done.stdout, re.MULTILINE)
    return int(cycles[1]) if cycles else None


def for_model(instruction):
    for pattern, other in FOR_MODEL:
        instruction = pattern.sub(other, instruction)
    return instruction
