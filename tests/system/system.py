# SPDX-License-Identifier: BSD-2-Clause
#
# What the system tests share: a runner that calls functions named as sentences
# one after the other, checks that say what was expected and found, and builders
# of system trees and archives that are wrong in one way. Every guest that is alive
# when a test ends, or that is about to be switched off, has its translation tables
# audited (audit.py).

import hashlib
import importlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import traceback
import weakref

ROOT = os.environ.get("THOLE_ROOT", os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
VIRT = os.environ.get("THOLE_VIRT", os.path.join(ROOT, "build", "virt"))
sys.path.insert(0, os.path.join(ROOT, "tools", "run"))

import audit  # noqa: E402
import guest as plain  # noqa: E402
import machine  # noqa: E402
from guest import REDRAWN, GuestError  # noqa: E402,F401
from stub import Stub  # noqa: E402

# The kernel has made its tables, and what it prints next comes from a program.
BOOTED = re.compile(r"^kernel: init after", re.MULTILINE)
CORES = re.compile(r"^kernel: cores \d+, running (\d+)", re.MULTILINE)
# The machine starts anew: its firmware, or the kernel at once.
STARTED = re.compile(r"^(?:U-Boot \d|Thole \d)", re.MULTILINE)
SKIPPED = 77    # what ctest knows as such
CORES_FIXED = 4 # of each board that has not as many as one likes
audited = 0


def option(name, otherwise):
    """The value of --name=VALUE on the command line."""
    for word in sys.argv[1:]:
        if word.startswith(f"--{name}="):
            return word.partition("=")[2]
    return otherwise


BOARD = option("board", "virt")
# Of each board: the node of the serial line that has the prompt, its interrupt, and its driver.
SERIAL_NODE, SERIAL_INTERRUPT, SERIAL_DRIVER, SERIAL_MATCH = {
    "virt": ("/pl011@9000000", 33, "pl011", "arm,pl011"),
    "rpi4": ("/soc/serial@7e215040", 125, "bcm2835-aux", "brcm,bcm2835-aux-uart"),
    "imx8mp": ("/soc@0/bus@30800000/spba-bus@30800000/serial@30890000", 59, "imx-uart", "serial1"),
}[BOARD]
GICS = {"virt": (2, 3), "rpi4": (2,), "imx8mp": (3,)}[BOARD]
# What the system of the board has besides that of virt.
HAS_FIRMWARE = BOARD != "rpi4"  # that can switch it off
MORE_SERVERS = {"rpi4": {"power": "running", "watchdog": "disabled"}}.get(BOARD, {})


def cores_booted(text):
    """How many cores the kernel says it runs, by what a guest printed; 0 in firmware, or at the start."""
    since = text[max([match.start() for match in STARTED.finditer(text)], default=0):]
    return int(CORES.findall(since)[-1]) if BOOTED.search(since) else 0


def without_cores(left):
    """Edits of the tree of a board with four cores that leave so many."""
    return [["-ts", f"/cpus/cpu@{core}", "status", "disabled"] for core in range(left, CORES_FIXED)]


def asked_for(given):
    """
    What a test does not say may the command line: --board=NAME, --cores=N, --gic=N, --threads=single
    or multi. Where the board leaves no choice, what the test says of its size is left out; cores that
    are too many there are disabled in the board's tree.
    """
    given = {"board": BOARD, **given}
    for name in ("cores", "gic"):
        if option(name, ""):
            given = {name: int(option(name, "")), **given}
    fixed = getattr(importlib.import_module(given["board"]), "FIXED", {})
    if "cores" in fixed and given.get("direct"):
        given = {**given, "tree_edits": [*given.get("tree_edits", []), *without_cores(given.get("cores", CORES_FIXED))]}
    given = {name: value for name, value in given.items() if name not in fixed}
    if option("threads", ""):
        given = {**given, "qemu": ["-accel", f"tcg,thread={option('threads', '')}", *given.get("qemu", [])]}
    return given


class Guest(plain.Guest):
    """A guest whose translation tables are looked at before it ends, and after each test."""

    alive = weakref.WeakSet()

    def __init__(self, options=None, serial=("-serial", "stdio"), **given):
        self.stub_folder = tempfile.mkdtemp(prefix="thole-")
        self.stub_path = os.path.join(self.stub_folder, "stub")
        chardev = f"socket,id=stub,path={self.stub_path},server=on,wait=off"
        super().__init__(options, serial=[*serial, "-chardev", chardev, "-gdb", "chardev:stub"],
                         **(given if options else asked_for(given)))
        self.alive.add(self)

    def kernel_elf(self):
        """That of the image, where one lies beside it; an image that is no kernel brings ours to another place."""
        beside = os.path.join(os.path.dirname(self.options.image), "kernel.elf")
        return beside if os.path.exists(beside) else os.path.join(VIRT, "kernel.elf")

    def audit(self):
        """What was looked at; nothing if no kernel runs (any more). Every core that one runs must have been."""
        global audited
        cores = 0 if self.ended else cores_booted(self.text)
        if not cores:
            return {}
        with Stub(self.stub_path) as stub:
            seen = audit.audit(stub, self.kernel_elf())
        expect_equal(seen["cores"], cores, "cores with the kernel's vectors, whose translation tables were audited")
        audited += 1
        return seen

    def __exit__(self, kind, *rest):
        try:
            if kind is None:
                self.audit()
        finally:
            super().__exit__(kind, *rest)

    def end(self):
        self.alive.discard(self)
        super().end()
        shutil.rmtree(self.stub_folder, ignore_errors=True)


def audit_all():
    for guest in list(Guest.alive):
        guest.audit()


def skip_without_board(board):
    """Ends the test as skipped if this machine's QEMU cannot be that board, or its tree cannot be had."""
    if board == "virt":
        return
    try:
        machine.board(plain.Options(board=board)).check_here()
    except plain.UserError as error:
        print(f"skipped: {error}")
        sys.exit(SKIPPED)


def run(*tests):
    """Calls each test; the process ends with 1 if one failed. A word on the command line chooses."""
    skip_without_board(BOARD)
    wanted = [word for word in sys.argv[1:] if not word.startswith("-")]
    failed = 0
    passed = 0
    for test in tests:
        if wanted and not any(word in test.__name__ for word in wanted):
            continue
        try:
            test()
            audit_all()
            passed += 1
            print(f"passed: {test.__name__}", flush=True)
        except Exception:  # a test may fail in any way; the next ones still run
            failed += 1
            traceback.print_exc()
            print(f"FAILED: {test.__name__}", flush=True)
    print(f"{passed} passed, {failed} failed; translation tables audited {audited} times")
    sys.exit(1 if failed else 0)


def ending(text):
    """Enough of a long text to see what is wrong."""
    return text if len(text) < 4000 else "..." + text[-4000:]


def expect(text, *patterns):
    """Each pattern is found in text."""
    for pattern in patterns:
        if not re.search(pattern, text, re.MULTILINE):
            raise AssertionError(f"expected to find {pattern!r} in:\n{ending(text)}")


def expect_not(text, *patterns):
    for pattern in patterns:
        if re.search(pattern, text, re.MULTILINE):
            raise AssertionError(f"expected not to find {pattern!r} in:\n{ending(text)}")


def expect_equal(found, expected, what):
    if found != expected:
        raise AssertionError(f"{what}: expected {expected!r}, found {ending(repr(found))}")


def shown(guest):
    """All that the guest printed and left on the screen."""
    return REDRAWN.sub("", guest.text)


def wait_for_state(guest, name, state, tries=100):
    """Until ps says so; its line then."""
    for _ in range(tries):
        found = servers(guest)[name]
        if found[0] == state:
            return found
        guest.command("sleep 0.1")
    raise AssertionError(f"{name}: expected {state}, found {found[0]}")


def servers(guest):
    """ps as a dictionary: name -> (state, restarts)."""
    answer = guest.command("ps")
    expect(answer, r"NAME +STATE +RESTARTS")   # behind what another program may have left of a line
    lines = re.findall(r"^([\w-]+) +(running|waiting|stopped|disabled|failed) +(\d+) ", answer, re.MULTILINE)
    return {name: (state, int(restarts)) for name, state, restarts in lines}


def memory(guest):
    """mem as a dictionary of bytes."""
    amounts = {}
    for line in guest.command("mem").strip().split("\n"):
        match = re.match(r"(.*\S) +(\d+)$", line)
        if match:
            amounts[match[1]] = int(match[2])
    return amounts


# What a machine without a firmware call to end it says where it must not go on, and what
# one that does go on: then the test ends QEMU by its pid.
WAITS = "it waits for your hand\n"
NO_WAY_OFF = "The machine was not switched off: "


def power_off(guest):
    """By the firmware, or a driver; on a board without the one, of a system without the other, it is refused."""
    guest.audit()
    guest.send_line("poweroff")
    if guest.options.board == "rpi4" and not goes_off(guest):
        guest.wait_for_prompt()
        return
    expect_equal(guest.wait_for_exit(), 0, "QEMU's exit status")
    expect_not(guest.text, r"kernel panic:|init: panic:")


def goes_off(guest):
    try:
        guest.wait_for(NO_WAY_OFF)
        return False
    except GuestError:
        return guest.ended


def file_hash(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def compile_tree(directory, text, name="system"):
    """A system tree from DTS text, or from the text after including the board's own system."""
    if "/dts-v1/" not in text and f"systems/{BOARD}.dts" not in text:
        text = f'#include "systems/{BOARD}.dts"\n' + text
    preprocessed = subprocess.run(
        ["cpp", "-nostdinc", "-undef", "-x", "assembler-with-cpp", "-P",
         "-I", os.path.join(ROOT, "dts"), "-I", os.path.join(ROOT, "dts", "systems"), "-"],
        input=text, capture_output=True, text=True, check=True).stdout
    path = os.path.join(directory, name + ".dtb")
    subprocess.run(["dtc", "-q", "-@", "-I", "dts", "-O", "dtb", "-o", path, "-"],
                   input=preprocessed, text=True, check=True)
    return path


def board_system(directory, name):
    """The system NAME of dts/systems, which is written for virt, for the board."""
    with open(os.path.join(ROOT, "dts", "systems", name + ".dts"), encoding="utf-8") as file:
        text = file.read()
    for word, other in (("virt.dts", f"systems/{BOARD}.dts"), ('"pl011"', f'"{SERIAL_DRIVER}"'),
                        ("arm,pl011", SERIAL_MATCH)):
        text = text.replace(word, other)
    return compile_tree(directory, text, name)


# --- Archives (cpio, newc) -------------------------------------------------

def read_archive(path):
    """Name -> bytes, in order."""
    with open(path, "rb") as file:
        data = file.read()
    entries, at = {}, 0
    while True:
        fields = [int(data[at + 6 + 8 * i:at + 14 + 8 * i], 16) for i in range(13)]
        size, name_size = fields[6], fields[11]
        name = data[at + 110:at + 110 + name_size - 1].decode()
        start = (at + 110 + name_size + 3) & ~3
        if name == "TRAILER!!!":
            return entries
        entries[name] = data[start:start + size]
        at = (start + size + 3) & ~3


def write_archive(path, entries):
    with open(path, "wb") as file:
        for name, content in [*entries.items(), ("TRAILER!!!", b"")]:
            fields = [0, 0o100644, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name) + 1, 0]
            header = b"070701" + b"".join(b"%08x" % field for field in fields) + name.encode() + b"\0"
            file.write(header + bytes(-len(header) % 4) + content + bytes(-len(content) % 4))
    return path


def changed_archive(directory, **changes):
    """The real archive with some programs replaced: name=function(bytes) -> bytes, or None to leave it out."""
    entries = read_archive(os.path.join(VIRT, "archive.cpio"))
    for name, change in changes.items():
        content = change(entries.pop(name))
        if content is not None:
            entries[name] = content
    return write_archive(os.path.join(directory, "changed.cpio"), entries)
