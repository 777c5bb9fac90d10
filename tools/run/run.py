#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
#
# `./thole run`: start the guest. A terminal becomes its serial line; piped input is
# held back until the shell's prompt and fed line by line. Exit status: 0 the guest
# powered off, 1 the input ended without that (or a mistake), 2 the guest panicked, or could not start.
# `run.py --check OPTIONS` only checks the options, before anything is built.

import os
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import termios
import time

import guest
import machine
from machine import UserError

sys.path[:0] = (os.path.join(machine.ROOT, "tools", name) for name in ("debug", "doctor"))

import backtrace    # noqa: E402  (found through the path above)
import doctor       # noqa: E402

TABLE = {**machine.OPTIONS, **machine.REST}

BOOT_SILENCE = 60       # seconds without output while a prompt is awaited
ANSWER_SILENCE = 5      # the same once the input has ended
VAIN_BOOTS = 3          # so many without a prompt, and the guest is ended
LAST_WORDS = 1          # for what follows the last prompt, or a panic
FOREVER = 1 << 30
BOOT = re.compile(r"^Thole [0-9.]+$", re.MULTILINE)     # the kernel's first line


def say(text):
    print(f"thole: {text}", file=sys.stderr, flush=True)


class Input:
    """Standard input as lines, as they come."""

    def __init__(self, descriptor):
        self.descriptor = descriptor
        self.lines = []
        self.ended = False
        self._part = b""

    def read(self):
        try:
            data = os.read(self.descriptor, 65536)
        except OSError:
            data = b""
        *whole, self._part = (self._part + data).split(b"\n")
        self.lines += [line.rstrip(b"\r") for line in whole]
        if not data:
            self.ended = True
            if self._part:
                self.lines.append(self._part)
                self._part = b""


class Feeder:
    """Sends each line of the input at a prompt and decides when it is over."""

    def __init__(self, machine_guest, source):
        self.guest = machine_guest
        self.source = source
        self.at_prompt = False
        self.echo = None        # what the guest shows of the line that was sent last
        self.scanned = 0        # up to the start of this line there was no panic
        self.last_output = time.monotonic()

    def step(self):
        """One round of reading and sending; an exit status once it is over, else None."""
        if self.guest.ended:
            return self.finish()
        silence = self.silence_allowed()
        watched = [self.guest] + ([] if self.source.ended else [self.source.descriptor])
        left = min(self.last_output + silence, self.guest.deadline) - time.monotonic()
        ready = select.select(watched, [], [], max(0, min(left, 60)))[0]
        if self.source.descriptor in ready:
            self.source.read()
        if self.guest in ready:
            self.listen()
        elif left <= 0:
            return self.give_up()
        if self.starts_in_vain():
            say(f"the guest was reset {VAIN_BOOTS} times and showed no prompt in between; it was ended.")
            return 1
        if self.at_prompt and self.source.lines:
            self.at_prompt = False
            self.last_output = time.monotonic()
            line = self.source.lines.pop(0)
            # What the line editor shows in another way is not waited for.
            plain = re.fullmatch(rb"[ -~]{1,60}", line)
            self.echo = re.compile(re.escape(line.decode()) + r"\r*\n") if plain else None
            self.guest.send_line(line)
        return None

    def silence_allowed(self):
        if not self.source.ended and not self.source.lines and self.at_prompt:
            return FOREVER      # the writer of the pipe takes its time
        if self.source.ended and not self.source.lines:
            if self.at_prompt:
                return LAST_WORDS
            return ANSWER_SILENCE if self.guest.position else BOOT_SILENCE
        return BOOT_SILENCE

    def starts_in_vain(self):
        """Does the guest begin again and again?"""
        return len(BOOT.findall(self.guest.text, self.guest.position)) > VAIN_BOOTS

    def listen(self):
        self.guest.read(0)
        self.last_output = time.monotonic()
        if guest.PANIC.search(self.guest.text, self.scanned):
            raise Panic()
        self.scanned = max(self.scanned, self.guest.text.rfind("\n"))
        shown = guest.REDRAWN.sub("", self.guest.text[self.guest.position:])
        # A prompt before the echo of what was sent is the old one, drawn again below a message.
        echo = self.echo.search(shown) if self.echo else None
        if self.echo and not echo:
            return
        prompts = [guest.PROMPT] + ([guest.UBOOT_PROMPT] if self.guest.options.uboot else [])
        if any(prompt.search(shown, echo.end() - 1 if echo else 0) for prompt in prompts):
            self.guest.position = len(self.guest.text)
            self.at_prompt = True

    def finish(self):
        status = self.guest.wait_for_exit()
        if status != 0:
            say(f"QEMU failed ({status}): {self.guest.qemu_errors()}")
        return 0 if status == 0 else 1

    def give_up(self):
        if time.monotonic() >= self.guest.deadline:
            say("the time limit has passed; the guest was ended.")
        elif self.source.lines or not self.guest.position:
            say(f"the guest showed no prompt for {BOOT_SILENCE} s; it was ended.")
        else:
            say("the input ended and the guest still ran; it was ended. `poweroff` as the last line ends it.")
        return 1


class Panic(Exception):
    """The guest printed a panic line, or that it cannot start."""


def say_names(text, kernel):
    """Where a panic was, if the text has one."""
    lines = backtrace.panic_only(text, kernel)
    if lines:
        say("the addresses of the panic:\n" + "\n".join(lines))


def say_names_of(log, kernel):
    if os.path.exists(log):
        with open(log, encoding="utf-8", errors="replace") as printed:
            say_names(printed.read(), kernel)


def run_piped(options):
    def show(data):
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()

    with guest.Guest(options=options, time_limit=options.timeout or FOREVER, on_output=show) as machine_guest:
        feeder = Feeder(machine_guest, Input(0))
        try:
            status = None
            while status is None:
                status = feeder.step()
        except Panic:
            deadline = time.monotonic() + LAST_WORDS
            while time.monotonic() < deadline and not machine_guest.ended:
                machine_guest.read(deadline - time.monotonic())
            status = 2
        if machine_guest.text and not machine_guest.text.endswith("\n"):
            show(b"\n")
        say_names(machine_guest.text, options.kernel)
        return status


def run_terminal(options):
    """QEMU has the terminal itself; Ctrl-A x leaves, as does the guest's poweroff. What
    is printed goes to a log as well, to be looked through for a panic afterwards."""
    before = termios.tcgetattr(0)
    directory = tempfile.mkdtemp(prefix="thole-")
    process = None
    try:
        log = os.path.join(directory, "serial")
        command = guest.command_line(options, directory, [
            "-chardev", f"stdio,id=thole-serial,mux=on,signal=off,logfile={machine.comma(log)}",
            "-serial", "chardev:thole-serial", "-mon", "chardev=thole-serial,mode=readline"])
        say("leave with `poweroff` at the prompt, or with Ctrl-A x.")
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        process = subprocess.Popen(command, preexec_fn=guest.die_with_parent)
        return 0 if process.wait(options.timeout) == 0 else 1
    except subprocess.TimeoutExpired:
        say("the time limit has passed; the guest was ended.")
        return 1
    finally:
        if process and process.poll() is None:
            process.kill()
            process.wait()
        termios.tcsetattr(0, termios.TCSADRAIN, before)
        say_names_of(os.path.join(directory, "serial"), options.kernel)
        shutil.rmtree(directory, ignore_errors=True)


def main():
    arguments = sys.argv[1:]
    only_check = arguments[:1] == ["--check"]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        options = machine.parse("run", arguments[1:] if only_check else arguments, TABLE)
        if only_check:
            return 0
        doctor.warn(options, emulated=True)
        return run_terminal(options) if os.isatty(0) else run_piped(options)
    except (UserError, guest.GuestError) as error:
        say(error)
        return 1
    except (BrokenPipeError, KeyboardInterrupt):
        # Nobody reads any more; keep the interpreter from writing what is left.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 1


if __name__ == "__main__":
    sys.exit(main())
