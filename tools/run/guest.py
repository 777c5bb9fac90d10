# SPDX-License-Identifier: BSD-2-Clause
#
# A running guest: start it, read and write its serial line, wait for a text or for
# its end. `./thole run` with piped input and the system tests use it. Every wait
# has a time limit, and QEMU ends with the object or, at the latest, with this
# process. Relies on machine.py and the board's file for the command line.

import codecs
import ctypes
import os
import re
import select
import shutil
import signal
import subprocess
import tempfile
import time

import machine
from machine import Options, UserError

__all__ = ["Guest", "GuestError", "Options", "UserError", "PROMPT", "PANIC", "UBOOT_PROMPT"]

# A line editor may send escape sequences before the prompt; "\r" alone, without a
# new line, is it redrawing the line that is being typed.
PROMPT = re.compile(r"(?:\A|\n)(?:\r|\x1b\[[0-9;?]*[A-Za-z])*thole> ")
REDRAWN = re.compile(r"[^\n]*\r\x1b\[K|\x1b\[[0-9;?]*[A-Za-z]")
UBOOT_PROMPT = re.compile(r"(?:\A|\n)(?:=|U-Boot)> ")
# A kernel that cannot start powers off, or waits, and did not do what it was started for either.
PANIC = re.compile(r"(?:\A|\n)\r*(?:kernel panic:|init: panic:|kernel: cannot start:)")

PR_SET_PDEATHSIG = 1
ACCEPTS = 1 << 16       # of a socket's flags in /proc/net/unix
ENTER = b"\r"


class GuestError(Exception):
    """A wait that failed; the text ends with the guest's last lines."""


def is_listened_to(path):
    """Is that socket there, and can it be connected to? A moment after it is there it cannot yet."""
    with open("/proc/net/unix", encoding="utf-8", errors="replace") as sockets:
        lines = [line.split(maxsplit=7) for line in sockets]
    return any(words[7:] == [path + "\n"] and int(words[3], 16) & ACCEPTS for words in lines[1:])


def die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def command_line(options, directory, serial):
    """QEMU's whole command line; the files it names are made in directory."""
    for path in (options.image, options.archive):
        if path and not os.path.exists(path):
            raise UserError(f"{path} is missing: build it with `cmake --build --preset virt`.")
    board = machine.board(options)
    boot = machine.direct_arguments if options.direct else machine.uboot_arguments
    return board.machine_arguments(options) + boot(options, directory) + board.SERIAL + serial


class Guest:
    """One emulated machine.

        with Guest(direct=True, cores=4, memory="64M", gic=3) as guest:
            guest.wait_for_prompt()
            answer = guest.command("ps")
            guest.send_line("poweroff")
            assert guest.wait_for_exit() == 0

    The keyword arguments are those of machine.Options, or pass options=Options(...).
    time_limit (seconds) bounds the guest's whole life. on_output, if given, is
    called with the bytes as they arrive. Attributes: text (everything the guest
    printed, "\\r\\n" made "\\n"), position (how far waits have read in it), pid.
    """

    def __init__(self, options=None, time_limit=120, on_output=None, serial=("-serial", "stdio"), **given):
        self.options = options or Options(**given)
        machine.check(self.options)
        self.deadline = time.monotonic() + time_limit
        self.text = ""
        self.position = 0
        self.match = None
        self.exit_status = None
        self._commands = 0
        self._on_output = on_output
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._held = ""
        self._closed = False
        self.directory = tempfile.mkdtemp(prefix="thole-")
        self._errors = None
        self._process = None
        try:
            self._errors = open(os.path.join(self.directory, "errors"), "w+b")
            self._process = subprocess.Popen(
                command_line(self.options, self.directory, list(serial)), stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=self._errors, preexec_fn=die_with_parent, bufsize=0)
        except FileNotFoundError as error:
            self.end()
            raise UserError(f"{machine.QEMU} is not installed; `./thole setup` installs it.") from error
        except BaseException:
            self.end()
            raise
        self.pid = self._process.pid
        self._output = self._process.stdout.fileno()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

    # Reading.

    def read(self, timeout):
        """Take in what arrives within timeout seconds; False once the guest has ended or nothing came."""
        if self._closed or not select.select([self._output], [], [], max(0, timeout))[0]:
            return False
        data = os.read(self._output, 65536)
        if not data:
            self._closed = True
            return False
        if self._on_output:
            self._on_output(data)
        text = self._held + self._decoder.decode(data)
        self._held = "\r" if text.endswith("\r") else ""
        self.text += text[:len(text) - len(self._held)].replace("\r\n", "\n")
        return True

    def fileno(self):
        """For select: readable when read() has something."""
        return self._output

    @property
    def ended(self):
        """QEMU has closed its output: the guest powered off, or QEMU failed."""
        return self._closed

    def wait_for(self, wanted, timeout=20, name=None):
        """Wait until wanted (a string, or a compiled pattern) is printed after what was
        waited for before; returns the text up to and with it. The match is in .match;
        name is what an error calls it."""
        pattern = wanted if hasattr(wanted, "search") else re.compile(re.escape(wanted))
        name = name or repr(getattr(wanted, "pattern", wanted))
        deadline = min(time.monotonic() + timeout, self.deadline)
        while True:
            self.match = pattern.search(self.text, self.position)
            if self.match:
                start, self.position = self.position, self.match.end()
                return self.text[start:self.position]
            left = deadline - time.monotonic()
            if not self.read(left):
                if self._closed:
                    raise GuestError(f"The guest ended before it printed {name}.{self.tail()}")
                if left <= 0:
                    raise GuestError(f"The guest did not print {name} within {timeout} s.{self.tail()}")

    def wait_for_prompt(self, timeout=60):
        """Wait for the shell's prompt; returns what came before it. A panic is an error."""
        either = re.compile(f"(?P<prompt>{PROMPT.pattern})|(?P<panic>{PANIC.pattern})")
        text = self.wait_for(either, timeout, "the shell's prompt")
        if self.match["panic"]:
            raise GuestError(f"The guest panicked, or could not start.{self.tail()}")
        return text[:len(text) - len(self.match[0])]

    def wait_for_exit(self, timeout=20):
        """Wait until the guest powers off; returns QEMU's exit status (0). Later text is read."""
        deadline = min(time.monotonic() + timeout, self.deadline)
        while not self._closed:
            left = deadline - time.monotonic()
            if not self.read(left) and not self._closed and left <= 0:
                raise GuestError(f"The guest did not power off within {timeout} s.{self.tail()}")
        self.exit_status = self._process.wait(10)
        return self.exit_status

    def stays_silent(self, wanted, seconds):
        """True if wanted is not printed during the next seconds."""
        try:
            self.wait_for(wanted, seconds)
        except GuestError:
            return not self._closed
        return False

    # Writing.

    def send(self, data):
        """Bytes (or text) to the serial line, as they are."""
        view = memoryview(data.encode() if isinstance(data, str) else data)
        while view and not self._closed:
            # Keep reading: a guest that cannot print may not read either.
            readable, writable, _ = select.select([self._output], [self._process.stdin], [], 10)
            if readable:
                self.read(0)
            if writable:
                try:
                    view = view[os.write(self._process.stdin.fileno(), view[:4096]):]
                except BrokenPipeError:
                    return
            elif not readable:
                raise GuestError(f"The guest took no input for 10 s.{self.tail()}")

    def send_line(self, line):
        """A line as a terminal sends it, with Enter."""
        self.send((line.encode() if isinstance(line, str) else line) + ENTER)

    def command(self, line, timeout=20):
        """Send a line at the prompt and wait until it is done; returns the answer without the
        echo of the line, and without prompts that were drawn anew below a notice."""
        self._commands += 1
        mark = f"end-of-{self._commands}"
        self.send_line(line)
        self.send_line(f"echo {mark}")
        text = self.wait_for(f"\n{mark}\n", timeout, f"the end of {line!r}")
        # What stands before a carriage return that clears the row was taken off the screen.
        text = REDRAWN.sub("", text)
        echo = text.find(line)
        answer = text[echo:].partition("\n")[2] if echo >= 0 else text
        return re.sub(rf"(thole> )?echo {mark}\n{mark}\n\Z|{re.escape(mark)}\n\Z", "", answer)

    # Ending.

    def qemu_errors(self):
        """What QEMU itself complained about."""
        self._errors.seek(0)
        return self._errors.read().decode(errors="replace").strip()

    def tail(self, lines=30):
        """The guest's last lines, for a message."""
        text = "\n".join(self.text.rstrip("\n").split("\n")[-lines:])
        said = self.qemu_errors()
        return "\n--- last lines of the guest ---\n" + text + (f"\n--- QEMU ---\n{said}" if said else "")

    def end(self):
        """End QEMU if it still runs, and remove the private files."""
        if self._process:
            if self._process.poll() is None:
                self._process.kill()
            self.exit_status = self._process.wait()
            self._process.stdin.close()
            self._process.stdout.close()
            self._process = None
        if self._errors:
            self._errors.close()
            self._errors = None
        shutil.rmtree(self.directory, ignore_errors=True)
