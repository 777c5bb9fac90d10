# SPDX-License-Identifier: BSD-2-Clause
#
# Runs a guest under the counter (counter.c): builds the plugin for the QEMU that is
# there, starts QEMU so that every run executes the same instructions, and reads the
# record. The kernel is the very file that `./thole run` starts; the program that is
# counted is written over init's bytes in a copy of it.

import hashlib
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tools", "run"))

import guest        # noqa: E402  (found through the path above)
import machine      # noqa: E402
from elf import ERET, WFI, Elf      # noqa: E402
from record import Record           # noqa: E402

BUILD_LIMIT = 60    # seconds
RUN_LIMIT = 300
KERNEL_START = 1 << 63
# The clock counts instructions, and nothing depends on the day or on the host.
RTC = ["-rtc", "base=2026-01-01T00:00:00,clock=vm"]
EXACT = ["-icount", "shift=0,sleep=off", *RTC]
# The interface's number by QEMU's version; what the counter uses is the same in all.
PLUGIN_VERSIONS = [((9, 1), 3), ((8, 2), 2), ((6, 0), 1)]


def plugin_version():
    said = machine.run_tool([machine.QEMU, "--version"])
    found = tuple(int(number) for number in re.search(r"version (\d+)\.(\d+)", said).groups())
    for least, number in PLUGIN_VERSIONS:
        if found >= least:
            return number
    raise machine.UserError(f"QEMU {found[0]}.{found[1]} has no plugins; 6.0 or later has.")


def build_plugin(folder):
    target = os.path.join(folder, "counter.so")
    machine.run_tool(["cc", "-std=c11", "-O2", "-Wall", "-Wextra", "-shared", "-fPIC", "-fvisibility=hidden",
                      f"-DPLUGIN_VERSION={plugin_version()}", "-o", target, os.path.join(HERE, "counter.c")])
    return target


def marks(program):
    """Mark's address -> name, of an ELF with marks.S in it."""
    return {address: name[len("mark_"):] for name, address in program.address.items() if name.startswith("mark_")}


def plugin_argument(plugin, record, kernel, program):
    words = [f"file={machine.comma(plugin)}", f"out={machine.comma(record)}", f"kernel={KERNEL_START:x}"]
    words += [f"vectors={kernel.address[name]:x}" for name in ("vectors", "vectors_traced")]
    words += [f"eret={address:x}" for address in kernel.places_of(ERET)]
    words += [f"wait={address:x}" for address in kernel.places_of(WFI)]
    if program:
        words += [f"{'end' if name == 'end' else 'mark'}={address:x}" for address, name in marks(program).items()]
    return ",".join(words)


def image_with(kernel, init, target):
    """The kernel's Image with another first program in the place of init's."""
    with open(machine.built("Image"), "rb") as file:
        image = bytearray(file.read())
    with open(init, "rb") as file:
        content = file.read()
    start, end = kernel.address["init_image_start"], kernel.address["init_image_end"]
    at = start - min(segment.address for segment in kernel.segments)
    if len(content) > end - start:
        raise machine.UserError(f"{init} has {len(content)} bytes; {end - start} fit in init's place.")
    if image[at:at + end - start] != kernel.bytes(start, end):
        raise machine.UserError("build/virt: Image and kernel.elf are not of one build.")
    image[at:at + len(content)] = content
    with open(target, "wb") as file:
        file.write(image)
    return target


def file_hash(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


class Counted:
    """One run of the program guests/NAME: .kernel and .program (Elf), .record."""

    def __init__(self, name, argument, cores=1):
        self.kernel = Elf(machine.built("kernel.elf"))
        self.program = Elf(machine.built("programs", name + ".elf"))
        with tempfile.TemporaryDirectory(prefix="thole-") as folder:
            image = image_with(self.kernel, machine.built("guests", name, "init.bin"), os.path.join(folder, "Image"))
            record = os.path.join(folder, "record")
            plugin = plugin_argument(build_plugin(folder), record, self.kernel, self.program)
            with guest.Guest(direct=True, image=image, archive=None, system_file=False, cores=cores,
                             tree_edits=[["-ts", "/chosen", "bootargs", argument]],
                             qemu=EXACT + ["-plugin", plugin], time_limit=RUN_LIMIT) as running:
                running.wait_for_exit(RUN_LIMIT)
                self.text = running.text
            if "bench: done" not in self.text or "bench: failed" in self.text:
                raise machine.UserError("the counted program did not come to its end:\n" + self.text)
            self.record = Record(record)
        self.marks = marks(self.program)

    def situations(self, name):
        return [each for each in self.record.situations if self.marks[each.mark] == name and each.ended]
