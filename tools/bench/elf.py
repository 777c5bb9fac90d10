# SPDX-License-Identifier: BSD-2-Clause
#
# What the counter needs to know of an ELF file: where symbols are and what is at an
# address, the instructions themselves, and the segments.

import bisect
import collections
import functools
import hashlib
import os
import struct
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "debug"))

from backtrace import STT_OBJECT, read_symbols  # noqa: E402  (found through the path above)

PT_LOAD, EXECUTABLE, WRITABLE = 1, 1, 2
Segment = collections.namedtuple("Segment", "flags offset address file_bytes memory_bytes")

# Arm ARM C6.2: what an instruction is, by some of its bits.
ERET, WFI = 0xd69f03e0, 0xd503207f
CLASSES = {
    "mrs": (0xfff00000, 0xd5300000), "msr": (0xfff00000, 0xd5100000), "msr_immediate": (0xfff8f01f, 0xd500401f),
    "dsb": (0xfffff0ff, 0xd503309f), "dmb": (0xfffff0ff, 0xd50330bf), "isb": (0xfffff0ff, 0xd50330df)}


class Elf:
    def __init__(self, path):
        with open(path, "rb") as file:
            self.data = file.read()
        self.path = path
        self.symbols = sorted(read_symbols(path))
        self.objects = sorted(read_symbols(path, (STT_OBJECT,)))
        self.address = {name: address for address, _, name in self.symbols}
        self.size = {name: size for _, size, name in self.objects}
        self.address_of_object = {name: address for address, _, name in self.objects}
        self._starts = [address for address, _, _ in self.symbols]
        start, = struct.unpack_from("<Q", self.data, 32)
        count, = struct.unpack_from("<H", self.data, 56)
        headers = [struct.unpack_from("<IIQQQQQQ", self.data, start + 56 * number) for number in range(count)]
        self.segments = [Segment(*header[1:4], *header[5:7]) for header in headers if header[0] == PT_LOAD]

    def segment(self, address):
        for segment in self.segments:
            if segment.address <= address < segment.address + segment.memory_bytes:
                return segment
        return None

    def memory(self, flag):
        """The bytes of memory of all segments with this flag, but for what only boots, and tables."""
        gone = [self.segment(self.address[name]) for name in ("arch_main", "boot_tables")]
        return sum(segment.memory_bytes for segment in self.segments if segment.flags & flag and segment not in gone)

    def bytes(self, start, end):
        """What the file has for these addresses, which lie in one segment."""
        segment = self.segment(start)
        at = segment.offset + start - segment.address
        return self.data[at:at + end - start]

    def text_hash(self):
        """Of all that can be executed."""
        text = b"".join(self.bytes(segment.address, segment.address + segment.file_bytes)
                        for segment in self.segments if segment.flags & EXECUTABLE)
        return hashlib.sha256(text).hexdigest()

    @functools.lru_cache(maxsize=None)
    def word(self, address):
        """The instruction at an address; 0: there is none."""
        segment = self.segment(address)
        if segment is None or address + 4 > segment.address + segment.file_bytes:
            return 0
        return struct.unpack("<I", self.bytes(address, address + 4))[0]

    @functools.lru_cache(maxsize=None)
    def instruction_class(self, address):
        """A name of CLASSES, or None."""
        word = self.word(address)
        return next((name for name, (mask, bits) in CLASSES.items() if word & mask == bits), None)

    def places_of(self, word):
        """The addresses of all instructions that are this one."""
        found = []
        for segment in self.segments:
            if segment.flags & EXECUTABLE:
                words = struct.unpack_from(f"<{segment.file_bytes // 4}I", self.data, segment.offset)
                found += [segment.address + 4 * index for index, each in enumerate(words) if each == word]
        return found

    @functools.lru_cache(maxsize=None)
    def name(self, address):
        """(name, offset, is it a function's) of code: the function that has it, or the last label."""
        for start, size, name in self.symbols[bisect.bisect_right(self._starts, address) - 1::-1]:
            if size == 0 or address < start + size:
                return name, address - start, size > 0
        return "?", address, False

    def data_name(self, address):
        """Of a variable, as NAME+OFFSET; else the address."""
        for start, size, name in self.objects:
            if start <= address < start + size:
                return f"{name}+{address - start:#x}"
        return f"{address:#x}"
