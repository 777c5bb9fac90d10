#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
#
# lint.py clang-tidy|cppcheck
#
# What that program finds in kernel/ and arch/arm64/: nothing. What it is not asked
# stands in .clang-tidy and cppcheck.txt, each with its reason. Known to be clean
# with clang-tidy 14 and 19, and cppcheck 2.10; others may ask for more. Before that
# each must find the mistakes of a file that has some, so that silence means something.

import concurrent.futures
import json
import os
import re
import subprocess
import sys
import tempfile

from kernel import ROOT, commands
from kernel import files as every_file

# The headers of the configuration `kernel`.
OPTIONS = ("kernel/options/cores_several", "kernel/options/trace_ring", "arch/arm64/options/gic_v2_v3")
SUPPRESSIONS = os.path.join(ROOT, "tests", "static", "cppcheck.txt")
# Of a long function the analyzer follows this many states, not the 225000 that it would, for two
# thirds of its time: what comes later is mostly the same again, and gcc's (kernel.py) goes on.
ANALYZER_STATES = 50000
MISTAKES = """
static const int table[4] = {1, 2, 3, 4};
int pick(int index);
int pick(int index)
{
    int found;
    if (index == 4)
        found = table[index];
    return found;
}
"""


def run(*command):
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def commands_for_clang(folder):
    """The flags of the image but for those of gcc's link-time optimisation."""
    entries = [entry for _, entry in every_file()]
    for entry in entries:
        entry["command"] = re.sub(r" -f(?:no-|fat-)?lto\S*", "", entry["command"])
    with open(os.path.join(folder, "compile_commands.json"), "w", encoding="utf-8") as file:
        json.dump(entries, file)


def clang_tidy(*files):
    """Warnings as well as the compiler's own, for AArch64, with the flags of the image."""
    option = [f"--extra-arg={word}" for word in ("-Xclang", "-analyzer-config", "-Xclang",
                                                 f"max-nodes={ANALYZER_STATES}")]
    with tempfile.TemporaryDirectory() as folder:
        commands_for_clang(folder)
        return run("clang-tidy", "-p", folder, "--quiet", *option, *files)


def clang_tidy_one(file):
    return run("clang-tidy", "--quiet", f"--config-file={ROOT}/.clang-tidy", file, "--")


def cppcheck(*files):
    return run("cppcheck", "--quiet", "--error-exitcode=1", "--inconclusive", "--std=c11", "--platform=unix64",
               "--enable=warning,style,performance,portability", "--inline-suppr",
               f"--suppressions-list={SUPPRESSIONS}", "-I", ".", "-I", "include", "-I", "kernel",
               "-I", "arch/arm64", *[word for folder in OPTIONS for word in ("-I", folder)], *files)


def finds_mistakes(check):
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "mistakes.c")
        with open(file, "w", encoding="utf-8") as stream:
            stream.write(MISTAKES)
        code, said = check(file)
        return code != 0 and "mistakes.c" in said


def main():
    program = sys.argv[1]
    check, probe = {"clang-tidy": (clang_tidy, clang_tidy_one), "cppcheck": (cppcheck, cppcheck)}[program]
    if not finds_mistakes(probe):
        print(f"{program} finds nothing in a file that has mistakes")
        return 1
    files = sorted(name for name, _, _ in commands())
    # clang-tidy 19 takes the first file's settings for all: each has a process of its own.
    parts = [[file] for file in files] if program == "clang-tidy" else [files]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda part: check(*part), parts))
    bad = [said for code, said in results if code]
    print("\n".join(bad))
    version = " ".join(line.strip() for line in run(program, "--version")[1].splitlines() if "ersion" in line
                       or program in line.lower())
    print(f"{version}: {len(files)} files, {'not ' if bad else ''}clean")
    return 1 if bad or len(files) < 30 else 0


if __name__ == "__main__":
    sys.exit(main())
