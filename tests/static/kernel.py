#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
#
# What can be proved of the kernel. Its files: the compiler's analyzer finds nothing;
# they are compiled with the very flags of the image, from build/virt/compile_commands.json.
# The image itself, as it is disassembled: no branch goes where a register says but in
# boot code (docs/decisions/0009), so that all ways are known; no function calls itself
# over any of them, and the deepest from where assembly enters C fits into half of a
# core's stack. The same of the images of other configurations (docs/configuration.md).

import concurrent.futures
import json
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.environ.get("THOLE_ROOT", os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
VIRT = os.environ.get("THOLE_VIRT", os.path.join(ROOT, "build", "virt"))

# Where assembly enters C by another stack than that of all events; in figures of layout.h.
STACKS = {"boot_map": "BOOT_STACK_BYTES", "arch_main": "BOOT_STACK_BYTES",
          "panic_exception": "EMERGENCY_STACK_BYTES"}
EVENTS = {"event_sync", "event_interrupt", "event_error", "traced_sync", "traced_interrupt", "traced_error",
          "kernel_syscall", "kernel_operation", "kernel_operation_end", "event_end",
          "core_claim", "core_setup", "core_main", "kernel_space_leave_boot"}

# Branches by a register: in which function, which. Return addresses are signed, and in x30.
INDIRECT = {("translate", "br x10")}    # head.S: from where the image lies to where it is mapped
INDIRECT_WORDS = re.compile(r"^(?:bl?r(?:a[ab]z?)?|ret\w* x(?!30$)\d+)(?: |$)")
# No way leads on to the next instruction; and what may stand behind such a one.
END_WORDS = re.compile(r"^(?:b|br|ret|eret|brk)(?: |$)")
PADDING_WORDS = re.compile(r"^(?:nop|dsb|isb|udf|\.word|\.inst)(?: |$)")


class Image:
    """Functions, their own stack, and whom they call or jump to."""

    def __init__(self, text):
        self.stack, self.calls, self.complaints, self.known = {}, {None: set()}, [], {}
        self.indirect, self.instructions = set(), 0
        name, goes_on = None, False
        for line in text.splitlines():
            label = re.match(r"^[0-9a-f]+ <(.+)>:$", line)
            if label:
                if goes_on and name not in self.compiled:
                    self.calls[name].add(label[1])
                name = label[1]
                self.stack.setdefault(name, 0)
                self.calls.setdefault(name, set())
            fields = line.split("\t")
            if name and len(fields) >= 3:
                words = " ".join(" ".join(fields[2:]).split("//")[0].split("<")[0].split())
                goes_on = not END_WORDS.match(words) and (goes_on or not PADDING_WORDS.match(words))
                self.read(name, words, line)

    def read(self, name, words, line):
        self.instructions += 1
        if INDIRECT_WORDS.match(words):
            self.indirect.add((name, words))
        target = re.search(r"^(?:b|bl|b\.\w+|cbn?z|tbn?z) .*<([^+>]+)(?:\+0x[0-9a-f]+)?>", " ".join(line.split("\t")[2:]))
        if target and target[1] != name:
            self.calls[name].add(target[1])
        self.stack[name] += self.grows(name, words)

    def grows(self, name, words):
        """By how much the instruction moves the stack down; all of a function's are added."""
        push = re.search(r"\[sp, #-(\d+)\]!$", words)
        down = re.match(r"sub sp, sp, #(0x[0-9a-f]+|\d+)(, lsl #12)?$", words)
        if push:
            return int(push[1])
        if down:
            return int(down[1], 0) << (12 if down[2] else 0)
        if re.match(r"sub sp,|mov sp, (?!x29)|add sp, (?!sp, #|x29)", words) and name in self.compiled:
            self.complaints.append(f"{name}: its stack is not fixed: {words}")
        return 0

    compiled = frozenset()

    def deepest(self, name, above=()):
        """Bytes, and the way."""
        if name in above:
            self.complaints.append("recursion: " + " > ".join((*above[above.index(name):], name)))
            return 0, ()
        if name not in self.known:
            best = max((self.deepest(callee, (*above, name)) for callee in sorted(self.calls.get(name, ()))),
                       default=(0, ()))
            self.known[name] = (self.stack.get(name, 0) + best[0], (name, *best[1]))
        return self.known[name]

    def entries(self):
        """The functions of C that assembly calls."""
        return sorted({callee for name, callees in self.calls.items() if name not in self.compiled
                       for callee in callees if callee in self.compiled})


def files():
    """(source, entry of compile_commands.json): as `kernel` has it, or, if it does not, another configuration."""
    with open(os.path.join(VIRT, "compile_commands.json"), encoding="utf-8") as file:
        entries = [(os.path.relpath(entry["file"], ROOT), entry) for entry in json.load(file)]
    entries.sort(key=lambda pair: re.search(r" -o CMakeFiles/kernel(_boot)?\.dir/", pair[1]["command"]) is None)
    known = set()
    for name, entry in entries:
        if name.startswith(("kernel/", "arch/")) and name not in known:
            known.add(name)
            yield name, entry


def commands():
    return ((name, entry["command"], entry["directory"]) for name, entry in files() if name.endswith(".c"))


def images():
    """kernel.elf of each configuration, `kernel` first."""
    with open(os.path.join(VIRT, "compile_commands.json"), encoding="utf-8") as file:
        targets = [re.search(r" -o CMakeFiles/kernel-(\S+)\.dir/kernel/core\.c", entry["command"]) for entry in json.load(file)]
    return [VIRT] + [os.path.join(VIRT, "kernels", target[1]) for target in targets if target]


def compile_one(job):
    """What the compiler says."""
    (name, command, directory), folder = job
    output = os.path.join(folder, name.replace("/", "_") + ".o")
    command = re.sub(r" -o \S+", "", command) + f" -fno-lto -fanalyzer -o '{output}'"
    done = subprocess.run(command, shell=True, cwd=directory, capture_output=True, text=True, check=False)
    return name, done.stderr or ("" if os.path.exists(output) else "nothing was compiled")


def tool(command, name, folder, *arguments):
    """What a program of the image's compiler says of the image."""
    program = command.split()[0].removesuffix("gcc") + name
    return subprocess.run([program, *arguments, os.path.join(folder, "kernel.elf")], capture_output=True, text=True,
                          check=True).stdout


def functions_of_c(symbols):
    """What the compiler made, and not assembly: FUNC, in readelf's words, and with a size."""
    return frozenset(fields[7] for fields in map(str.split, symbols.splitlines())
                     if len(fields) > 7 and fields[3] == "FUNC" and fields[2] != "0")


def stack_bytes(name):
    with open(os.path.join(ROOT, "arch", "arm64", "layout.h"), encoding="utf-8") as file:
        return int(re.search(rf"#define {name}\s+(\d+)", file.read())[1])


def check_image(command, folder):
    Image.compiled = functions_of_c(tool(command, "readelf", folder, "-sW"))
    image = Image(tool(command, "objdump", folder, "-d"))
    for name, words in sorted(image.indirect ^ INDIRECT):
        image.complaints.append(f"{name}: {words}: " + ("is not there any more" if (name, words) in INDIRECT
                                                        else "goes where a register says"))
    entries = image.entries()
    for name in entries:
        if name not in EVENTS and name not in STACKS:
            image.complaints.append(f"{name}: assembly calls it, but it is no entry here")
        size, way = image.deepest(name)
        limit = stack_bytes(STACKS.get(name, "STACK_BYTES"))
        print(f"{name}: {size} of {limit} bytes, by {' > '.join(way)}")
        if size > limit // 2:
            image.complaints.append(f"{name}: more than half of its stack")
    for name in sorted((EVENTS | set(STACKS)) - set(entries)) if folder == VIRT else []:
        image.complaints.append(f"{name}: assembly does not call it")
    for name in sorted(image.stack):
        image.deepest(name)
    return image


def main():
    complaints = []
    jobs = list(commands())
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(2) as pool:
        for name, said in pool.map(compile_one, [(job, folder) for job in jobs]):
            if said.strip():
                complaints.append(f"{name}: {said.strip()}")
    few = len(jobs) < 30
    for folder in images():
        image = check_image(jobs[0][1], folder)
        complaints += image.complaints
        few = few or len(image.compiled) < 100
        print(f"{os.path.relpath(folder, VIRT)}: {len(image.compiled)} functions of C, {image.instructions} instructions")
    for complaint in dict.fromkeys(complaints):
        print(complaint)
    print(f"{len(jobs)} files, {len(set(complaints))} complaints")
    return 1 if complaints or few else 0


if __name__ == "__main__":
    sys.exit(main())
