#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
#
# A workbench for changed kernels: a copy of the sources, the portable core
# compiled into shared libraries, and the tests linked with them once. A change
# costs the compilation of what it touches and one link; which killers see it
# is a matter of LD_LIBRARY_PATH.

import concurrent.futures
import filecmp
import glob
import json
import math
import os
import re
import resource
import select
import shutil
import signal
import subprocess
import time

ROOT = os.environ.get("THOLE_ROOT", os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))

COPIED = ("kernel", "include", "lib", "arch/arm64", "tests/sim", "tests/unit", "tests/model", "tests/a64")
INCLUDES = ("-Itests/sim", "-I.", "-Iinclude", "-Ilib/include", "-Itests/unit", "-Itests/model",
            "-Ikernel/options/cores_several", "-Ikernel/options/trace_ring")
BASE = ("gcc", "-std=gnu11", "-w", "-fPIC", *INCLUDES)
VARIANTS = {
    "plain": ("-O2",),
    "sanitized": ("-O1", "-fsanitize=address,undefined,bounds-strict", "-fno-sanitize-recover=all"),
    "counted": ("-O0", "--coverage"),
}
TREE_READER = ["kernel/" + name for name in ("fdt.c", "region.c", "devicetree.c", "platform.c", "platform_cores.c", "platform_own.c",
                                             "platform_finish.c")]
# What cannot be in a library, since the host's own functions have its names: tests include it.
INCLUDED = "kernel/string.c"
# The kernel's variables beside one another, as tests/model/kernel_state.ld has them in a program.
STATE = """SECTIONS
{
    .kernel_state : ALIGN(64)
    {
        kernel_state_start = .;
        *(.data .data.* .bss .bss.*)
        . = ALIGN(64);
        kernel_state_end = .;
    }
}
INSERT AFTER .data;
"""
# Most of a test's time goes into comparing all memory after each call that was refused, and then
# into making tables of what is known larger than most of them need.
HURRY = """#include "tests/sim/fixture.h"

static void __attribute__((constructor)) hurry(void)
{
    compare_every = 8;
}
"""
FAILED = re.compile(r"\[  FAILED  \] (\w+)|^(\w+): ended by signal|ERROR: (\w+Sanitizer)|runtime error: (.*)", re.M)


class Killer:
    """
    A program that ends with 0 on a sound kernel. `library`: what of the kernel it runs on; `files`: those it is
    worth its time for, all if not said. `is_counted`: the lines that it executes can be counted.
    """

    def __init__(self, name, sources, library="kernel", arguments=(), environment=None,
                 variants=("plain", "sanitized"), files="", is_long=False, is_counted=True):
        self.name, self.sources, self.library = name, sources, library
        self.arguments, self.environment, self.variants = list(arguments), environment or {}, variants
        self.files, self.is_long, self.is_counted = re.compile(files), is_long, is_counted

    def sees(self, file):
        """False if it cannot fail, whatever is changed there."""
        if not self.files.search(file):
            return False
        if file.endswith(".h"):
            return self.library != "included"
        if self.library == "tree":
            return file in TREE_READER
        if self.library == "included":
            return file == INCLUDED
        # On the simulated machine the kernel boots without a tree.
        return file not in {INCLUDED, *TREE_READER} or file == "kernel/region.c"


class Bench:
    def __init__(self, folder, killers, quick=False):
        self.folder, self.killers = folder, killers
        self.tree = os.path.join(folder, "tree")
        shutil.rmtree(folder, ignore_errors=True)
        for name in COPIED:
            if os.path.isdir(os.path.join(ROOT, name)):
                shutil.copytree(os.path.join(ROOT, name), os.path.join(self.tree, name))
        if quick:
            with open(os.path.join(self.tree, "tests/sim/hurry.c"), "w", encoding="utf-8") as stream:
                stream.write(HURRY)
            self.replace("tests/sim/invariants.h", "KNOWN_SLOTS   16384", "KNOWN_SLOTS   4096")
        self.script = os.path.join(folder, "state.ld")
        with open(self.script, "w", encoding="utf-8") as stream:
            stream.write(STATE)
        core = sorted(self.glob("kernel/*.c") + self.glob("kernel/object/*.c"))
        core.remove(INCLUDED)
        self.libraries = {"kernel": core, "tree": TREE_READER}
        self.includes = {file: self.headers(file) for file in core}
        self.limits, self.prepared = {}, set()
        self.executed, self.countable = {}, set()

    def replace(self, file, old, new):
        path = os.path.join(self.tree, file)
        with open(path, encoding="utf-8") as stream:
            text = stream.read()
        if old not in text:
            raise RuntimeError(f"{file} has no {old}")
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(text.replace(old, new))

    def glob(self, pattern):
        return [os.path.relpath(name, self.tree) for name in glob.glob(os.path.join(self.tree, pattern))]

    def run(self, *command):
        return subprocess.run(command, cwd=self.tree, capture_output=True, text=True, check=False)

    def headers(self, file):
        said = self.run(*BASE, "-MM", file).stdout.replace("\\\n", " ")
        return {os.path.normpath(name) for name in said.split()[1:]}

    def path(self, variant, stage, file):
        return os.path.join(self.folder, variant, stage, re.sub(r"[./]", "_", file) + ".o")

    def compile(self, variant, stage, file):
        output = self.path(variant, stage, file)
        os.makedirs(os.path.dirname(output), exist_ok=True)
        done = self.run(*BASE, *VARIANTS[variant], "-c", file, "-o", output)
        return output if done.returncode == 0 else None

    def link_library(self, variant, stage, library, changed=()):
        objects = [self.path(variant, stage if file in changed else "base", file) for file in self.libraries[library]]
        output = os.path.join(self.folder, variant, stage, f"lib{library}.so")
        script = [f"-Wl,-T,{self.script}"] if variant == "plain" else []
        done = self.run("gcc", *VARIANTS[variant], "-shared", *script, "-o", output, *objects)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)

    def program(self, variant, stage, killer):
        return os.path.join(self.folder, variant, stage, killer.name)

    def link_killer(self, variant, stage, killer):
        sources = list(killer.sources)
        if killer.library == "kernel":
            sources += sorted(self.glob("tests/sim/*.c"))
        objects = []
        for file in sources:
            # The machine and the tests are compiled once, without checks of their own.
            own = variant if killer.library == "included" else "plain"
            output = self.path(own, stage, file)
            if not os.path.exists(output):
                output = self.compile(own, stage, file)
            if output is None:
                return False
            objects.append(output)
        libraries = [] if killer.library == "included" else [f"-L{os.path.join(self.folder, variant, 'base')}",
                                                             f"-l{killer.library}"]
        done = self.run("gcc", *VARIANTS[variant], "-rdynamic", *objects, *libraries, "-lcmocka", "-Wl,-z,lazy",
                        "-Wl,--allow-shlib-undefined", "-o", self.program(variant, stage, killer))
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        return True

    def prepare_libraries(self, variant):
        if variant in self.prepared:
            return
        os.makedirs(os.path.join(self.folder, variant, "base"), exist_ok=True)
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda file: self.compile(variant, "base", file), self.libraries["kernel"]))
        for library in self.libraries:
            self.link_library(variant, "base", library)
        self.prepared.add(variant)

    def count(self, killers):
        """Which lines each executes: what it does not get to, it cannot see changed."""
        self.prepare_libraries("counted")
        folder = os.path.join(self.folder, "counted", "base")
        for killer in killers:
            if not killer.is_counted or killer.library == "included" or killer.name in self.executed:
                continue
            for name in glob.glob(os.path.join(folder, "*.gcda")):
                os.remove(name)
            self.link_killer("counted", "base", killer)
            outcome, how = self.execute("counted", "base", killer, 3600)
            if outcome != "passed":
                raise RuntimeError(f"{killer.name} fails while its lines are counted: {how}")
            self.executed[killer.name] = self.counted_lines(glob.glob(os.path.join(folder, "*.gcda")))

    def counted_lines(self, counts):
        found = set()
        for text in self.run("gcov", "--json-format", "--stdout", *counts).stdout.splitlines():
            for file in json.loads(text)["files"]:
                name = os.path.normpath(file["file"])
                self.countable.update((name, line["line_number"]) for line in file["lines"])
                found.update((name, line["line_number"]) for line in file["lines"] if line["count"])
        return found

    def reaches(self, killer, file, line):
        """True, too, if nobody knows: of what is a line of its own in no table."""
        return (killer.name not in self.executed or (file, line) in self.executed[killer.name]
                or (file, line) not in self.countable)

    def prepare(self, variant, killers):
        """Compiles everything unchanged, and runs it: what fails then kills nobody."""
        killers = [killer for killer in killers if (variant, killer.name) not in self.limits]
        self.prepare_libraries(variant)
        for killer in killers:
            self.link_killer(variant, "base", killer)
            before = time.process_time(), resource.getrusage(resource.RUSAGE_CHILDREN)
            outcome, how = self.execute(variant, "base", killer, 600)
            if outcome != "passed":
                raise RuntimeError(f"{killer.name} fails on the kernel as it is: {how}")
            used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before[1].ru_utime
            self.limits[variant, killer.name] = used

    def limit(self, variant, killer):
        """Seconds of the processor that a test may take: never of the clock, which others turn, too."""
        return max(2, math.ceil(5 * self.limits[variant, killer.name]))

    def execute(self, variant, stage, killer, limit):
        environment = dict(os.environ, ASAN_OPTIONS="detect_leaks=0", **killer.environment)
        environment["LD_LIBRARY_PATH"] = os.pathsep.join(os.path.join(self.folder, variant, where)
                                                         for where in dict.fromkeys((stage, "base")))
        program = self.program(variant, "base" if killer.library != "included" else stage, killer)
        with subprocess.Popen([program, *killer.arguments], cwd=self.tree, env=environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, process_group=0,
                              preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))) as process:
            said, ended = self.listen(process, 20 * limit + 60)
            if not ended:
                os.killpg(process.pid, signal.SIGKILL)
            code = process.wait()
        if ended and code == 0:
            return "passed", ""
        found = FAILED.search(said)
        if "ended by signal 24" in said or "ended by signal 9" in said or code == -signal.SIGXCPU or not found \
                and not ended:
            return "timeout", next((word for word in found.groups() if word), "") if found else ""
        return "failed", self.reason(said, found)

    def listen(self, process, seconds):
        """Until the end, the first failure, or the limit. Long output keeps its tail."""
        said, ends = "", time.monotonic() + seconds
        while time.monotonic() < ends:
            if select.select([process.stdout], [], [], max(0, ends - time.monotonic()))[0]:
                part = os.read(process.stdout.fileno(), 65536).decode(errors="replace")
                if not part:
                    return said, True
                said = (said + part)[-200000:]
                if FAILED.search(said):
                    return said, False
        return said, False

    def reason(self, said, found):
        test = next((word for word in found.groups() if word), "") if found else ""
        panic = re.search(r"kernel panic: (.*)", said)
        machine = re.search(r"simulated machine: (.*)", said)
        if panic and not panic[1].startswith("assert_"):
            return f"assert in {test}: {panic[1]}"
        return f"{test}: {machine[1]}" if machine else test

    def touched(self, file):
        return [source for source in self.libraries["kernel"] if file in self.includes[source]]

    def change(self, file, text):
        """Puts the text in the place of the file's, until restore()."""
        path = os.path.join(self.tree, file)
        with open(path, encoding="utf-8") as stream:
            self.changed = (path, stream.read())
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(text)

    def restore(self):
        path, text = self.changed
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(text)

    def build(self, variant, stage, file):
        """'compiled', 'same' code as before, or 'not compiled'."""
        shutil.rmtree(os.path.join(self.folder, variant, stage), ignore_errors=True)
        if file == INCLUDED:
            killer = next(killer for killer in self.killers if killer.sees(file))
            os.makedirs(os.path.join(self.folder, variant, stage))
            if not self.link_killer(variant, stage, killer):
                return "not compiled"
            parts = [self.path(variant, where, killer.sources[0]) for where in (stage, "base")]
            return "same" if filecmp.cmp(*parts, shallow=False) else "compiled"
        sources = self.touched(file)
        for source in sources:
            if not self.compile(variant, stage, source):
                return "not compiled"
        changed = [source for source in sources
                   if not filecmp.cmp(self.path(variant, stage, source), self.path(variant, "base", source), False)]
        if not changed:
            return "same"
        for library, members in self.libraries.items():
            if set(members) & set(changed):
                self.link_library(variant, stage, library, changed)
        return "compiled"
