# SPDX-License-Identifier: BSD-2-Clause
#
# What a test does to a guest's devices from outside, by QEMU's machine protocol: a
# socket beside the guest, a line of JSON each way.

import json
import os
import socket
import tempfile
import time

SECONDS = 60


class Qmp:
    """
    with Qmp() as qmp, Guest(qemu=qmp.arguments, ...) as guest:
        qmp.do("system_powerdown")
    """

    def __init__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="thole-")
        self._path = os.path.join(self._folder.name, "qmp")
        self._socket = None
        self._file = None
        self.arguments = ["-qmp", f"unix:{self._path},server=on,wait=off"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._socket:
            self._file.close()
            self._socket.close()
        self._folder.cleanup()

    def _open(self):
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(SECONDS)
        end = time.monotonic() + SECONDS
        while True:
            try:
                self._socket.connect(self._path)
                break
            except (FileNotFoundError, ConnectionRefusedError):
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)
        self._file = self._socket.makefile("rw", encoding="utf-8")
        self._file.readline()   # the greeting
        self.do("qmp_capabilities")

    def do(self, command, **arguments):
        """What the command returned; events that come in between are let go."""
        if not self._socket:
            self._open()
        self._file.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self._file.flush()
        while True:
            answer = json.loads(self._file.readline())
            if "error" in answer:
                raise AssertionError(f"QEMU refused {command}: {answer['error']['desc']}")
            if "return" in answer:
                return answer["return"]

    def word(self, address):
        """32 bits at a physical address, as the machine reads them; also a device's register."""
        text = self.do("human-monitor-command", **{"command-line": f"xp /1wx {address:#x}"})
        return int(text.split()[-1], 16)
