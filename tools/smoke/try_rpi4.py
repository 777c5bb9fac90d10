#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
#
# Does Thole run on a Raspberry Pi 4? For whoever has a board, a card, and a serial cable
# on pins 6 (ground), 8 and 10, at 3.3 V: yes or no in ten minutes.
#
#     ./thole image --board rpi4 -o card.img
#     sudo tools/smoke/try_rpi4.py --flash card.img /dev/sdX     writes the card, and compares
#     tools/smoke/try_rpi4.py --serial /dev/ttyUSB0              then switch the board on
#
# The second line listens, types a few commands, resets the board, switches it off, and says
# of each thing that is expected whether it came. A card made with `--system board` has all
# drivers of the board, and they are tried, too. All that the board printed is in rpi4.log:
# send it with your answer, whichever it is. Needs Python and nothing else.

import argparse
import os
import re
import select
import sys
import termios
import time
import tty

CHUNK = 4 << 20
BOOT_SECONDS, ANSWER_SECONDS, SILENT_SECONDS = 120, 20, 5
PROMPT = r"(?:\A|\n)(?:\r|\x1b\[[0-9;?]*[A-Za-z])*thole> "

# What is expected of the start, and of commands.
START = [
    ("the kernel prints", r"(?:\A|\n)Thole \d+\.\d+\.\d+"),
    ("it knows the board", r"kernel: board Raspberry Pi 4"),
    ("it has the board's memory", r"kernel: memory (\d+) MiB"),
    ("all four cores run", r"kernel: cores 4, running 4"),
    ("the interrupt controller is there", r"interrupt controller GICv2"),
    ("the timer has a frequency", r"timer \d+ Hz"),
    ("init runs", r"init: log: started"),
    ("the serial line has its driver", r"init: serial: started \(bcm2835-aux"),
    ("there is a prompt", PROMPT),
]
COMMANDS = [
    ("what is typed is answered", "echo ten minutes", r"\nten minutes\r?\n"),
    ("the servers run", "ps", r"\nshell +running +0 "),
    ("the clock runs", "uptime", r"\nup +\d"),
    ("the driver of this line dies and comes back", "kill serial", r"serial: .*restart 1"),
    ("the line goes on", "echo still here", r"\nstill here\r?\n"),
    ("the memory adds up", "mem", r"\nfree +\d+"),
]
# Of a card that was made with --system board: what examples/board says, and a driver's log.
HAS_BOARD = r"\nboard +\w+ +\d"
DEVICES = [
    ("the firmware answers", r"board: revision [0-9a-f]+, serial number [0-9a-f]+"),
    ("the network has its address", r"board: network address [0-9a-f:]{17}"),
    ("the thermometer answers", r"board: temperature: -?\d+\.\d degrees"),
    ("the generator gives random bytes", r"board: random(?: [0-9a-f]{2})+"),
]
DEVICES_END = r"board: the last reset was .*\n"
CARD = ("the card is seen in its slot", "log sd", r"a card of \d+ sectors")
RESET = ("reset starts the board anew", "reset", r"\nThole \d+\.\d+\.\d+[\s\S]*?\n[^\n]*thole> ")
NOTHING = "(?!)"


def flash(image, device):
    """Writes the image to the card and reads it back; a card is a removable block device."""
    name = os.path.basename(os.path.realpath(device))
    try:
        with open(f"/sys/block/{name}/removable", encoding="ascii") as file:
            removable = file.read().strip() == "1"
    except OSError:
        sys.exit(f"{device} is no whole disk (a card in a reader is /dev/sdX or /dev/mmcblkN).")
    if not removable and not name.startswith("mmcblk"):
        sys.exit(f"{device} is not removable: that is no card.")
    print(f"Everything on {device} will be gone. Type {name} to go on: ", end="", flush=True)
    if sys.stdin.readline().strip() != name:
        sys.exit("Nothing was written.")
    copy(image, device)
    print(f"{device} is the same as {image}. Put it into the board.")


def copy(image, target):
    with open(image, "rb") as source, open(target, "r+b") as card:
        while block := source.read(CHUNK):
            card.write(block)
        card.flush()
        os.fsync(card.fileno())
        os.posix_fadvise(card.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        source.seek(0)
        card.seek(0)
        while block := source.read(CHUNK):
            if card.read(len(block)) != block:
                sys.exit(f"{target} does not have what was written to it: a bad card, or a bad reader.")


class Line:
    """The serial line, and everything that came from it."""

    def __init__(self, path, log):
        self.descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY)
        if not os.isatty(self.descriptor):
            sys.exit(f"{path} is no serial line: expected a terminal device such as /dev/ttyUSB0.")
        tty.setraw(self.descriptor)
        settings = termios.tcgetattr(self.descriptor)
        settings[4] = settings[5] = termios.B115200
        termios.tcsetattr(self.descriptor, termios.TCSANOW, settings)
        self.log = open(log, "wb")
        self.text = ""
        self.position = 0

    def wait_for(self, pattern, seconds):
        """The match, or None after so long."""
        deadline = time.monotonic() + seconds
        while True:
            match = re.search(pattern, self.text[self.position:])
            if match:
                self.position += match.end()
                return match
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.descriptor], [], [], left)[0]:
                return None
            try:
                data = os.read(self.descriptor, 4096)
            except OSError:
                return None
            self.log.write(data)
            self.log.flush()
            self.text += data.decode("utf-8", "replace")

    def type(self, text):
        os.write(self.descriptor, text.encode() + b"\r")


class Verdicts:
    """Prints a line for each expectation, and counts."""

    def __init__(self, line):
        self.line = line
        self.asked = self.missing = 0

    def tell(self, what, came):
        print(f"{'yes' if came else 'NO':>5}  {what}", flush=True)
        self.asked += 1
        self.missing += not came
        return came

    def ask(self, what, command, pattern, seconds=None):
        self.line.type(command)
        return self.tell(what, self.line.wait_for(pattern, seconds or ANSWER_SECONDS))


def judge(line):
    """The verdicts on what comes from this line."""
    verdicts = Verdicts(line)
    line.wait_for(PROMPT, BOOT_SECONDS)
    judge_start(verdicts)
    if re.search(PROMPT, line.text):
        for command in COMMANDS:
            verdicts.ask(*command)
        if re.search(HAS_BOARD, line.text):
            judge_devices(verdicts)
        judge_end(verdicts)
    return verdicts


def judge_start(verdicts):
    for what, pattern in START:
        match = verdicts.tell(what, re.search(pattern, verdicts.line.text))
        if match and match.groups():
            print(f"        {match[1]} MiB: a board of 1, 2, 4 or 8 GiB has up to 76 MiB less")
    if verdicts.missing == len(START):
        print("Nothing came at all: are the wires right (8 to the cable's RX, 10 to its TX), and is the rate 115200?")


def judge_devices(verdicts):
    line = verdicts.line
    start = len(line.text)
    line.type("start board")
    line.wait_for(DEVICES_END, ANSWER_SECONDS)
    for what, pattern in DEVICES:
        verdicts.tell(what, re.search(pattern, line.text[start:]))
    verdicts.ask(*CARD)


def judge_end(verdicts):
    if verdicts.ask(*RESET, BOOT_SECONDS):
        verdicts.line.type("poweroff")
        verdicts.line.wait_for(NOTHING, SILENT_SECONDS)
        verdicts.line.type("echo still on")
        verdicts.tell("poweroff ends it: nobody answers", not verdicts.line.wait_for(r"\nstill on", SILENT_SECONDS))


def main():
    parser = argparse.ArgumentParser(description="Does Thole run on this Raspberry Pi 4?")
    parser.add_argument("--flash", nargs=2, metavar=("IMAGE", "DEVICE"), help="write the image to the card")
    parser.add_argument("--serial", metavar="DEVICE", help="listen at this serial line, and judge")
    parser.add_argument("--log", default="rpi4.log", help="where all that came is written (rpi4.log)")
    arguments = parser.parse_args()
    if not arguments.flash and not arguments.serial:
        parser.error("say --flash IMAGE DEVICE, --serial DEVICE, or both")
    try:
        if arguments.flash:
            flash(*arguments.flash)
        if arguments.serial:
            line = Line(arguments.serial, arguments.log)
            print(f"Listening at {arguments.serial}: switch the board on.")
            found = judge(line)
            print(f"{found.asked - found.missing} of {found.asked}: {'NO' if found.missing else 'yes'}. "
                  f"What came is in {arguments.log}.")
            return 1 if found.missing else 0
    except OSError as error:
        sys.exit(f"{error.filename or ''}: {error.strerror}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
