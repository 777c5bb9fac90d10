# SPDX-License-Identifier: BSD-2-Clause
#
# Runs guests under the counter (counter.c): builds the plugin for the QEMU that is
# there, starts QEMU so that every run executes the same instructions, and reads the
# record. The kernel is the very file that `./thole run` starts; the program that is
# counted is written over init's bytes in a copy of it.

import functools
import hashlib
import os
import re
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tools", "run"))

import guest        # noqa: E402  (found through the path above)
import machine      # noqa: E402
import virt         # noqa: E402
from elf import ERET, WFI, Elf      # noqa: E402
from record import Record           # noqa: E402

RUN_LIMIT = 300     # seconds; never reached by a guest that comes to its end
KERNEL_START = 1 << 63
LOADED_AT = virt.RAM_START + 2 * machine.MIB     # where QEMU's loader puts an Image
UART = 0x9000000    # of the board; docs/boards/virt.md
PLACE_WORDS = 4
# The clock counts instructions, and nothing depends on the day or on the host.
RTC = ["-rtc", "base=2026-01-01T00:00:00,clock=vm"]
EXACT = ["-icount", "shift=0,sleep=off", *RTC]
# Each instruction takes 2^SLOW_SHIFT ns, so that a second of the board's clock is not many.
SLOW_SHIFT = 10
SLOW = ["-icount", f"shift={SLOW_SHIFT},sleep=off", *RTC]
# The interface's number by QEMU's version.
PLUGIN_VERSIONS = [((9, 1), 3), ((8, 2), 2), ((6, 0), 1)]
OVER = b"over\n"


class Failed(Exception):
    """A run that was not what it was to be; the text says how."""


def file_hash(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


# --- The plugin ------------------------------------------------------------------------

def plugin_version():
    said = machine.run_tool([machine.QEMU, "--version"])
    found = tuple(int(number) for number in re.search(r"version (\d+)\.(\d+)", said).groups())
    for least, number in PLUGIN_VERSIONS:
        if found >= least:
            return number
    raise machine.UserError(f"QEMU {found[0]}.{found[1]} has no plugins; 6.0 or later has.")


@functools.lru_cache(maxsize=None)
def build_plugin():
    """(the folder it is in, for as long as it is needed; its path)"""
    folder = tempfile.TemporaryDirectory(prefix="thole-")
    target = os.path.join(folder.name, "counter.so")
    machine.run_tool(["cc", "-std=c11", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-fvisibility=hidden",
                      f"-DPLUGIN_VERSION={plugin_version()}", "-o", target, os.path.join(HERE, "counter.c")])
    return folder, target


def place(program, symbol):
    """The plugin's argument for the start of a function of one program."""
    start = program.address[symbol]
    words = "".join(f":{program.word(start + 4 * index):08x}" for index in range(PLACE_WORDS))
    return f"place={start:x}{words}"


def plugin_arguments(kernel):
    words = [f"kernel={KERNEL_START:x}"]
    words += [f"vectors={kernel.address[name]:x}" for name in ("vectors", "vectors_traced")
              if name in kernel.address]    # a kernel without tracing has one table
    words += [f"eret={address:x}" for address in kernel.places_of(ERET)]
    words += [f"wait={address:x}" for address in kernel.places_of(WFI)]
    return words


# --- Runs ------------------------------------------------------------------------------

class Run:
    """One guest under the counter: its .kernel (Elf), .record, .text, and all .bytes that it printed."""

    def __init__(self, kernel, words, play, qemu, **given):
        self.kernel = kernel
        self.bytes = b""
        with tempfile.TemporaryDirectory(prefix="thole-") as folder:
            self._record_path = os.path.join(folder, "record")
            arguments = [f"file={machine.comma(build_plugin()[1])}", f"out={machine.comma(self._record_path)}",
                         *plugin_arguments(kernel), *words]
            # Not among `qemu`: QEMU also runs to make the board's tree.
            serial = ["-serial", "stdio", "-plugin", ",".join(arguments)]
            with guest.Guest(direct=True, qemu=qemu, serial=serial, time_limit=RUN_LIMIT, on_output=self._hear,
                             **given) as running:
                self.answers = play(running, self)
                self.text = running.text
                if not os.path.exists(self._record_path):
                    raise Failed(f"QEMU did not start the counter: {running.tail()}")
            self.record = Record(self._record_path)
        if not self.record.over:
            raise Failed("the record ends before its end")

    def _hear(self, data):
        self.bytes += data

    def is_over(self):
        """Has the counter come to its limit?"""
        if not os.path.exists(self._record_path):
            return False
        with open(self._record_path, "rb") as file:
            file.seek(max(0, os.path.getsize(self._record_path) - len(OVER)))
            return file.read() == OVER


def until_off(running, _):
    """Plays to the end that the guest itself makes."""
    running.wait_for_exit(RUN_LIMIT)


def until_over(running, run):
    """Plays until the counter has seen enough."""
    while not run.is_over():
        running.read(0.1)
        if running.ended or time.monotonic() > running.deadline:
            raise Failed(f"the guest ended too early: {running.tail()}")


picked = ()     # the folder of a kernel of which parts were left out


def built(*parts):
    """What was made of the kernel that is counted."""
    return machine.built(*picked, *parts)


class Bench(Run):
    """The program tests/guest/bench, told by `argument` what to bring about."""

    def __init__(self, argument, cores=1, qemu=None):
        kernel = Elf(built("kernel.elf"))
        self.program = Elf(machine.built("programs", "bench.elf"))
        self.marks = {address: name.removeprefix("mark_") for name, address in self.program.address.items()
                      if name.startswith("mark_")}
        words = [f"{'end' if name == 'end' else 'mark'}={address:x}" for address, name in self.marks.items()]
        words += ["cores=1"] if cores > 1 else []
        with tempfile.TemporaryDirectory(prefix="thole-") as folder:
            image = image_with(kernel, machine.built("guests", "bench", "init.bin"), os.path.join(folder, "Image"))
            super().__init__(kernel, words, until_off, qemu or EXACT, image=image, archive=None, system_file=False,
                             cores=cores, tree_edits=[["-ts", "/chosen", "bootargs", argument]])
        if "bench: done" not in self.text or "bench: failed" in self.text:
            raise Failed("the counted program did not come to its end:\n" + self.text[-1000:])

    def situations(self, name):
        return [each for each in self.record.situations if self.marks[each.mark] == name and each.ended]


def image_with(kernel, init, target):
    """The kernel's Image with another first program in the place of init's."""
    with open(built("Image"), "rb") as file:
        image = bytearray(file.read())
    with open(init, "rb") as file:
        content = file.read()
    start, end = kernel.address["init_image_start"], kernel.address["init_image_end"]
    at = start - min(segment.address for segment in kernel.segments)
    if len(content) > end - start:
        raise Failed(f"{init} has {len(content)} bytes; {end - start} fit in init's place.")
    if image[at:at + end - start] != kernel.bytes(start, end):
        raise Failed("Image and kernel.elf are not of one build.")
    image[at:at + len(content)] = content
    with open(target, "wb") as file:
        file.write(image)
    return target


def conformance():
    """The conformance tests: the kernel's objects, linked with another first program."""
    folder = built("guests", "conformance")
    run = Run(Elf(os.path.join(folder, "kernel.elf")), [], until_off, EXACT, image=os.path.join(folder, "Image"),
              archive=None, system_file=False, memory="2G", tree_edits=[["-ts", "/chosen", "bootargs", "exact"]])
    if not re.search(r"^# \d+ tests: \d+ passed, 0 failed", run.text, re.MULTILINE):
        raise Failed("the conformance tests failed:\n" + run.text[-1000:])
    return run


FUZZ_INSTRUCTIONS = 100_000_000     # of the kernel


def fuzz():
    """The system with programs that do whatever they can."""
    with tempfile.TemporaryDirectory(prefix="thole-") as folder:
        tree = os.path.join(folder, "fuzz.dtb")
        machine.run_tool(["sh", os.path.join(ROOT, "cmake", "compile-tree"), "cc", "dtc",
                          os.path.join(HERE, "fuzz.dts"), tree, os.path.join(ROOT, "dts")])
        return Run(Elf(built("kernel.elf")), [f"limit={FUZZ_INSTRUCTIONS}"], until_over, EXACT,
                   image=built("Image"), system_file=tree)


def system():
    """The system as `./thole run --direct` starts it, with the serial driver killed at the prompt."""
    init = Elf(machine.built("programs", "init.elf"))
    words = [f"entry={LOADED_AT:x}", f"uart={UART:x}", place(init, "op_kill")]

    def play(running, _):
        running.wait_for_prompt()
        memory = running.command("mem")
        running.wait_for("thole> ")
        # Nothing is typed meanwhile: the new driver would take it in before it sends.
        running.send_line("kill serial")
        running.wait_for("serial: killed")
        running.send_line("poweroff")
        until_off(running, _)
        return memory

    return Run(Elf(built("kernel.elf")), words, play, EXACT, image=built("Image"))


def once(method):
    """A method of Runs whose answer, or failure, is kept."""
    @functools.wraps(method)
    def kept(runs, *arguments):
        key = (method.__name__, *arguments)
        if key not in runs.done:
            try:
                runs.done[key] = method(runs, *arguments)
            except (Failed, guest.GuestError) as error:
                runs.done[key] = error
        if isinstance(runs.done[key], Exception):
            raise runs.done[key]
        return runs.done[key]
    return kept


class Runs:
    """Each of them once, when it is asked for."""

    def __init__(self):
        self.done = {}

    @property
    @once
    def single(self):
        return Bench("single")

    @once
    def cores(self, count):
        return Bench("cores", cores=count)

    @property
    @once
    def wakeup(self):
        return Bench("wakeup", qemu=SLOW)

    @property
    @once
    def conformance(self):
        return conformance()

    @property
    @once
    def fuzz(self):
        return fuzz()

    @property
    @once
    def system(self):
        return system()
