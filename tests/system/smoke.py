# SPDX-License-Identifier: BSD-2-Clause
#
# The script with which an owner tries a Raspberry Pi 4 (tools/smoke/try_rpi4.py): at the
# emulated board, at a line that says nothing, at one with another board, and the writing
# of a card.

import contextlib
import io
import os
import pty
import subprocess
import sys
import tempfile
import tty

from system import ROOT, expect, expect_equal, expect_not, run, skip_without_board
from guest import Options, command_line, die_with_parent

sys.path.insert(0, os.path.join(ROOT, "tools", "smoke"))

import try_rpi4  # noqa: E402  (found through the path above)


def judged(directory, far_end, near_end):
    """The verdicts, and what was said; the line's far end is QEMU's."""
    del far_end
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        found = try_rpi4.judge(try_rpi4.Line(os.ttyname(near_end), os.path.join(directory, "log")))
    return found, said.getvalue()


def at_the_end_of_a_line(**options):
    """The script at the serial line of a guest."""
    with tempfile.TemporaryDirectory() as directory:
        far_end, near_end = pty.openpty()
        tty.setraw(near_end)
        command = command_line(Options(**options), directory, ["-serial", "stdio"])
        guest = subprocess.Popen(command, stdin=far_end, stdout=far_end, stderr=subprocess.DEVNULL, preexec_fn=die_with_parent)
        try:
            return judged(directory, far_end, near_end)
        finally:
            guest.kill()
            guest.wait()


def a_board_that_runs_gets_a_yes_to_everything():
    for direct in (False, True):
        found, said = at_the_end_of_a_line(board="rpi4", direct=direct)
        expect_equal((found.missing, said.count("  yes  ")), (0, found.asked), f"what did not come\n{said}")
        # And at the end, reset and off.
        expect_equal(found.asked, len(try_rpi4.START) + len(try_rpi4.COMMANDS) + 2, said)
        expect(said, "1984 MiB", "yes +reset starts", "yes +poweroff ends it")


def the_devices_of_the_board_are_tried_where_the_card_has_their_drivers():
    """QEMU's has neither thermometer nor generator, and its slot is empty."""
    found, said = at_the_end_of_a_line(board="rpi4", direct=True, system="board")
    expect(said, "yes +the firmware answers", "yes +the network has its address", "NO +the thermometer answers",
           "NO +the generator", "NO +the card is seen in its slot", "yes +reset starts")
    expect_equal((found.missing, said.count("   NO  ")), (3, 3), said)


def another_board_gets_a_no_where_it_differs():
    usual, try_rpi4.ANSWER_SECONDS = try_rpi4.ANSWER_SECONDS, 10
    found, said = at_the_end_of_a_line(board="virt", direct=True)
    try_rpi4.ANSWER_SECONDS = usual
    expect(said, "NO +it knows the board", "NO +all four cores run", "NO +the serial line has its driver",
           "yes +the line goes on", "yes +reset starts", "yes +poweroff ends it")
    expect_equal(found.missing, said.count("   NO  "), said)


def a_silent_line_gets_advice():
    usual = try_rpi4.BOOT_SECONDS, try_rpi4.ANSWER_SECONDS
    try_rpi4.BOOT_SECONDS = try_rpi4.ANSWER_SECONDS = 0.1
    with tempfile.TemporaryDirectory() as directory:
        found, said = judged(directory, *pty.openpty())
        try_rpi4.BOOT_SECONDS, try_rpi4.ANSWER_SECONDS = usual
        expect_equal(found.missing, len(try_rpi4.START), said)
        expect(said, "Nothing came at all: are the wires right")
        expect_not(said, "yes ")


def what_is_written_is_compared():
    with tempfile.TemporaryDirectory() as directory:
        image, card = os.path.join(directory, "image"), os.path.join(directory, "card")
        for path, content in ((image, os.urandom(100000)), (card, bytes(300000))):
            with open(path, "wb") as file:
                file.write(content)
        try_rpi4.copy(image, card)
        with open(image, "rb") as written, open(card, "rb") as found:
            expect_equal(found.read(100000), written.read(), "what is on the card")
        try:
            try_rpi4.copy(image, "/dev/full")
        except OSError:
            return
        raise AssertionError("a card without room was taken")


def a_disk_that_is_no_card_is_refused():
    for device in ("/dev/null", "/nowhere"):
        done = subprocess.run(["/usr/bin/python3", try_rpi4.__file__, "--flash", "/dev/null", device],
                              capture_output=True, text=True, timeout=60, input="\n")
        expect(done.stderr, "is no whole disk")
        expect_equal(done.returncode, 1, "exit status")


def what_is_no_serial_line_is_neither_read_nor_written():
    with tempfile.NamedTemporaryFile("w+") as file:
        file.write("not a line\n")
        file.flush()
        for path, sentence in ((file.name, "is no serial line"), ("/nowhere", "No such file")):
            done = subprocess.run(["/usr/bin/python3", try_rpi4.__file__, "--serial", path, "--log", os.devnull],
                                  capture_output=True, text=True, timeout=60, check=False)
            expect(done.stderr, f"^{path}.*{sentence}")
            expect_equal((done.returncode, done.stdout), (1, ""), "exit status, and what it said before")
        file.seek(0)
        expect_equal(file.read(), "not a line\n", "what was in the file")


skip_without_board("rpi4")
run(what_is_written_is_compared,
    a_disk_that_is_no_card_is_refused,
    what_is_no_serial_line_is_neither_read_nor_written,
    a_silent_line_gets_advice,
    another_board_gets_a_no_where_it_differs,
    a_board_that_runs_gets_a_yes_to_everything,
    the_devices_of_the_board_are_tried_where_the_card_has_their_drivers)
