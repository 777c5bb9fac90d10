# SPDX-License-Identifier: BSD-2-Clause
#
# QEMU's gdb stub, spoken to directly: registers of each core, physical memory, and
# breakpoints. The machine stands still while somebody is connected.

import re
import socket
import time


class StubError(Exception):
    """The stub refused something, or answered what was not expected."""


def connected(path, timeout):
    """QEMU makes the socket, and listens, in its own time."""
    end = time.monotonic() + timeout
    while True:
        one = socket.socket(socket.AF_UNIX)
        one.settimeout(timeout)
        try:
            one.connect(path)
            return one
        except (FileNotFoundError, ConnectionRefusedError):
            one.close()
            if time.monotonic() > end:
                raise
            time.sleep(0.02)


class Stub:
    """A connection; as a context, it lets the machine run on at its end."""

    # What one packet may carry: QEMU's own limit is twice that and more.
    BYTES = 1024

    def __init__(self, path, timeout=30):
        self.socket = connected(path, timeout)
        self.input = b""
        self.numbers = None
        self.ask("qSupported:multiprocess-")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.ask("D")
        except (OSError, StubError):
            pass    # the machine is gone
        self.socket.close()

    # Packets.

    def until(self, mark, more=0):
        """What comes before mark; mark, and as many bytes behind it, are taken too."""
        while (end := self.input.find(mark)) < 0 or len(self.input) < end + 1 + more:
            data = self.socket.recv(65536)
            if not data:
                raise StubError("the stub closed the connection")
            self.input += data
        found, self.input = self.input[:end], self.input[end + 1 + more:]
        return found

    def send(self, text):
        data = text.encode()
        self.socket.sendall(b"$" + data + b"#%02x" % (sum(data) & 0xff))

    def receive(self):
        self.until(b"$")
        data = self.until(b"#", 2)
        self.socket.sendall(b"+")
        return re.sub(rb"(.)\*(.)", lambda run: run[1] * (run[2][0] - 28), data, flags=re.DOTALL).decode("latin-1")

    def ask(self, text):
        self.send(text)
        answer = self.receive()
        # Being connected to stops the machine, which the stub says unasked.
        while re.match("T0[0-9a-f]thread:", answer) and text != "c":
            answer = self.receive()
        return answer

    def do(self, text):
        answer = self.ask(text)
        if answer != "OK":
            raise StubError(f"{text[:60]}: {answer}")

    # Registers.

    def cores(self):
        """The stub's names of the cores, the first core first."""
        found, answer = [], self.ask("qfThreadInfo")
        while answer.startswith("m"):
            found += answer[1:].split(",")
            answer = self.ask("qsThreadInfo")
        return sorted(found, key=lambda name: int(name.rpartition(".")[2], 16))

    def choose(self, core):
        self.do(f"Hg{core}")

    def description(self, name):
        text = ""
        while True:
            answer = self.ask(f"qXfer:features:read:{name}:{len(text):x},{self.BYTES:x}")
            text += re.sub(r"\}(.)", lambda escaped: chr(ord(escaped[1]) ^ 0x20), answer[1:], flags=re.DOTALL)
            if answer[:1] != "m":
                return text

    def register_numbers(self):
        """Name -> number, as the stub's own description has them."""
        found, number = {}, 0
        for name in re.findall(r'<xi:include href="([^"]+)"', self.description("target.xml")):
            for register in re.findall(r"<reg [^>]*>", self.description(name)):
                words = dict(re.findall(r'(\w+)="([^"]*)"', register))
                number = int(words.get("regnum", number))
                found[words["name"].lower()] = number
                number += 1
        return found

    def number(self, name):
        if self.numbers is None:
            self.numbers = self.register_numbers()
        return self.numbers[name.lower()]

    def register(self, name):
        answer = self.ask(f"p{self.number(name):x}")
        if not re.fullmatch("([0-9a-f]{2})+", answer):
            raise StubError(f"{name}: {answer}")
        return int.from_bytes(bytes.fromhex(answer), "little")

    def set_register(self, name, value, size=8):
        self.do(f"P{self.number(name):x}={value.to_bytes(size, 'little').hex()}")

    # Memory.

    def physical(self, on=True):
        """Addresses are physical from now on."""
        self.do(f"Qqemu.PhyMemMode:{int(on)}")

    def read(self, address, size):
        data = b""
        while len(data) < size:
            part = min(self.BYTES, size - len(data))
            answer = self.ask(f"m{address + len(data):x},{part:x}")
            if len(answer) != 2 * part:
                raise StubError(f"reading {address:#x}: {answer[:20]}")
            data += bytes.fromhex(answer)
        return data

    def write(self, address, data):
        self.do(f"M{address:x},{len(data):x}:{data.hex()}")

    def read_word(self, address):
        return int.from_bytes(self.read(address, 8), "little")

    def write_word(self, address, value):
        self.write(address, value.to_bytes(8, "little"))

    # Running.

    def break_at(self, address):
        self.do(f"Z1,{address:x},4")

    def clear_break(self, address):
        self.do(f"z1,{address:x},4")

    def go(self):
        """Until a breakpoint; the core that met it is chosen, and its name returned."""
        answer = self.ask("c")
        match = re.match(r"T05thread:([^;]+);", answer)
        if not match:
            raise StubError(f"stopped by {answer}")
        self.choose(match[1])
        return match[1]
