#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
#
# What the compiler can prove of kernel/ and arch/arm64/: its analyzer finds
# nothing, no function calls itself over any way, and the deepest way from an
# entry fits into a core's stack with room to spare. The files are compiled with
# the very flags of the image, from build/virt/compile_commands.json.
#
# The bound holds for every way: each C function that assembly names is an entry
# below, each function whose address is taken is called by somebody in INDIRECT,
# each function without a figure is assembly that leaves the stack alone, and no
# static function is beyond the reach of all entries.

import concurrent.futures
import json
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.environ.get("THOLE_ROOT", os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
VIRT = os.environ.get("THOLE_VIRT", os.path.join(ROOT, "build", "virt"))

# Where assembly enters C, and how much stack each may take of layout.h's figure.
EVENTS = ("event_sync", "event_interrupt", "event_error", "traced_sync", "traced_interrupt", "traced_error",
          "core_claim", "core_setup", "core_main")
BOOT = ("boot_map", "arch_main")
PANIC = ("panic_exception",)

# Calls through pointers: from whom, to whom. Anything else indirect is refused.
GIC_STARTER = re.compile(r"^(map_(interface|redistributors?)|distributor_o\w+|core_find|core_on)$")
GIC = re.compile(r"^(route|own_lines|acknowledge|deactivate|settle)$")
INDIRECT = {
    "gic_start": GIC_STARTER,
    "map_registers": GIC_STARTER,
    "gic_core_start": GIC_STARTER,
    "start_shared_lines": GIC,
    "gic_registers_of": GIC,
    "gic_write_bit": GIC,
    "send_others": re.compile(r"^send$"),
    "arch_core_kick": re.compile(r"^send$"),
    "tell": re.compile(r"^send$"),
    "arch_irq_route": re.compile(r"^route$"),
    "arch_irq_acknowledge": GIC,
    "arch_irq_done": GIC,
    "arch_irq_enable": GIC,
    "arch_irq_disable": GIC,
    "dispatch": re.compile(r"^op_[A-Z]"),
    "operation_invoke": re.compile(r"^op_[A-Z]"),
    "repeat": re.compile(r"^(delete|revoke)_step$"),
    "slot_delete": re.compile(r"^delete_step$"),
    "slot_revoke": re.compile(r"^revoke_step$"),
}


class Graph:
    """Functions, their own stack, and whom they call."""

    def __init__(self):
        self.stack = {}
        self.calls = {}
        self.complaints = []

    def read(self, text):
        titles = {}
        for title, label in re.findall(r'node: \{ title: "([^"]*)" label: "([^"]*)"', text):
            size = re.search(r"(\d+) bytes \((\w+(?:,\w+)?)\)", label)
            titles[title] = title.rpartition(":")[2]
            if not size:
                continue
            name = titles[title]
            self.stack[name] = max(self.stack.get(name, 0), int(size[1]))
            if size[2] != "static":
                self.complaints.append(f"{name}: its stack is {size[2]}, not fixed")
        for source, target in re.findall(r'edge: \{ sourcename: "([^"]*)" targetname: "([^"]*)"', text):
            caller = source.rpartition(":")[2]
            self.calls.setdefault(caller, set()).add(target.rpartition(":")[2])

    def callees(self, name):
        found = set()
        for callee in self.calls.get(name, ()):
            if callee != "__indirect_call":
                found.add(callee)
            elif name in INDIRECT:
                found |= {other for other in self.stack if INDIRECT[name].match(other)}
            else:
                self.complaints.append(f"{name}: calls through a pointer; say in INDIRECT to whom")
        return found

    def deepest(self, name, above=()):
        """Bytes, and the way."""
        if name in above:
            self.complaints.append("recursion: " + " > ".join((*above, name)))
            return 0, ()
        if name not in self.known:
            best = max((self.deepest(callee, (*above, name)) for callee in sorted(self.callees(name))),
                       default=(0, ()))
            self.known[name] = (self.stack.get(name, 0) + best[0], (name, *best[1]))
        return self.known[name]

    def measure(self):
        self.known = {}

    def reach(self, names):
        found, ahead = set(), list(names)
        while ahead:
            name = ahead.pop()
            if name not in found:
                found.add(name)
                ahead += self.callees(name)
        return found

    def check_complete(self, entries, sources):
        """That no way was missed."""
        outside = {callee for callees in self.calls.values() for callee in callees} - set(self.stack)
        for name in sorted(outside - {"__indirect_call"} - sources.quiet_assembly):
            self.complaints.append(f"{name}: is called, and nothing says how much stack it takes")
        for name in sorted(sources.assembly_names & set(self.stack) - set(entries)):
            self.complaints.append(f"{name}: assembly names it, but it is no entry here")
        targets = {name for name in self.stack if any(pattern.match(name) for pattern in INDIRECT.values())}
        for name in sorted(sources.taken & set(self.stack) - targets - set(entries)):
            self.complaints.append(f"{name}: its address is taken; say in INDIRECT who calls it")
        reached = self.reach(entries)
        for name in sorted(sources.statics & set(self.stack) - reached):
            self.complaints.append(f"{name}: no entry reaches it")


class Sources:
    """What the call graph does not say: whom assembly calls, and whose address C takes."""

    def __init__(self, names):
        self.taken, self.statics, self.assembly_names, self.quiet_assembly = set(), set(), set(), set()
        for name in names:
            self.read_c(without_comments(name))
        folder = os.path.join("arch", "arm64")
        for name in sorted(os.listdir(os.path.join(ROOT, folder))):
            if name.endswith(".S"):
                self.read_assembly(without_comments(os.path.join(folder, name)))

    def read_c(self, text):
        defined = set(re.findall(r"^(?:static )?[\w *]*?\b(\w+)\([^;{}]*\)\n\{", text, re.M))
        self.statics |= set(re.findall(r"^static (?!inline)[\w *]*?\b(\w+)\([^;{}]*\)\n\{", text, re.M))
        self.taken |= {name for name in defined if re.search(rf"[=(,{{&?:]\s*{name}\s*[,;)}}]", text)}

    def read_assembly(self, text):
        self.assembly_names |= set(re.findall(r"[A-Za-z_]\w+", text))
        for label, body in re.findall(r"\.globl\s+(\w+)\n(?=\1:)(.*?)(?=\.globl|\Z)", text, re.S):
            if "[sp, #-" not in body and not re.search(r"\bsub\s+sp|\bbl\b", body):
                self.quiet_assembly.add(label)


def without_comments(name):
    with open(os.path.join(ROOT, name), encoding="utf-8") as file:
        return re.sub(r"/\*.*?\*/", " ", file.read(), flags=re.S)


def commands():
    with open(os.path.join(VIRT, "compile_commands.json"), encoding="utf-8") as file:
        for entry in json.load(file):
            name = os.path.relpath(entry["file"], ROOT)
            if name.endswith(".c") and name.startswith(("kernel/", "arch/")):
                yield name, entry["command"], entry["directory"]


def compile_one(job):
    """What the compiler says, and its call graph."""
    (name, command, directory), folder = job
    output = os.path.join(folder, name.replace("/", "_") + ".o")
    command = re.sub(r" -o \S+", "", command) + f" -fanalyzer -fcallgraph-info=su -o '{output}'"
    done = subprocess.run(command, shell=True, cwd=directory, capture_output=True, text=True, check=False)
    graph = output[:-2] + ".ci"
    if not os.path.exists(graph):
        return name, done.stderr or "no call graph", ""
    with open(graph, encoding="utf-8") as file:
        return name, done.stderr, file.read()


def stack_bytes(name):
    with open(os.path.join(ROOT, "arch", "arm64", "layout.h"), encoding="utf-8") as file:
        return int(re.search(rf"#define {name}\s+(\d+)", file.read())[1])


def main():
    graph = Graph()
    jobs = list(commands())
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(2) as pool:
        for name, said, text in pool.map(compile_one, [(job, folder) for job in jobs]):
            graph.read(text)
            if said.strip():
                graph.complaints.append(f"{name}: {said.strip()}")
    graph.measure()
    limits = [(EVENTS, stack_bytes("STACK_BYTES")), (BOOT, stack_bytes("BOOT_STACK_BYTES")),
              (PANIC, stack_bytes("EMERGENCY_STACK_BYTES"))]
    for names, limit in limits:
        for name in names:
            if name not in graph.stack:
                graph.complaints.append(f"{name}: there is no such function")
                continue
            size, way = graph.deepest(name)
            print(f"{name}: {size} of {limit} bytes, by {' > '.join(way)}")
            if size > limit // 2:
                graph.complaints.append(f"{name}: more than half of its stack")
    for name in sorted(graph.stack):
        graph.deepest(name)
    entries = [name for names, _ in limits for name in names]
    graph.check_complete(entries, Sources([name for name, _, _ in jobs]))
    for complaint in dict.fromkeys(graph.complaints):
        print(complaint)
    print(f"{len(jobs)} files, {len(graph.stack)} functions, {len(set(graph.complaints))} complaints")
    return 1 if graph.complaints or len(jobs) < 30 else 0


if __name__ == "__main__":
    sys.exit(main())
