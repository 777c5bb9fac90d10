# SPDX-License-Identifier: BSD-2-Clause
#
# The command ./thole itself: piped input and its exit status, debug, doctor, what
# is no part of this version, and mistakes.

import os
import socket as sockets
import subprocess
import tempfile
import time

from system import ROOT, expect, expect_equal, expect_not, run
from guest import is_listened_to    # system.py has found it

THOLE = os.path.join(ROOT, "thole")


def thole(*words, text="", limit=180):
    done = subprocess.run([THOLE, *words], input=text, capture_output=True, text=True, timeout=limit)
    return done.returncode, done.stdout.replace("\r", ""), done.stderr


def piped_lines_are_answered_through_uboot():
    lines = "ps\nkill serial\nps\nstop clock\nmem\nstart clock\npoweroff\n"
    status, out, err = thole("run", text=lines)
    expect_equal(status, 0, f"exit status\n{out}{err}")
    answers = out.split("thole> ")[1:]
    expect_equal(len(answers), 7, f"answers in\n{out}")
    expect(answers[0], r"^serial +running +0 ")
    expect(answers[2], r"^serial +running +1 ")
    expect(answers[4], r"^free \d+$")


def input_that_ends_without_power_off_is_status_1():
    status, out, _ = thole("run", "--direct", text="echo last words\n")
    expect(out, "^last words$")
    expect_equal(status, 1, "exit status")


def what_was_written_is_seen_before_the_machine_is_off():
    """However slow the line is: its driver has next to no time here."""
    slow = [word for kind in ("interrupt", "event") for word in ("--set", f"/thole/serial/{kind}-time-us=<100 10000>")]
    status, out, err = thole("run", "--direct", *slow, text="help\nversion\npoweroff\n")
    expect_equal(status, 0, f"exit status\n{err}")
    expect(out, r"^reset +start the machine anew$", r"^\d of \d cores run", r"^thole> poweroff\n\Z")


def a_line_out_of_qemu_is_opened_by_the_guest_alone():
    """QEMU also runs to tell its tree: it must not take the one who is waited for."""
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "line")
        with sockets.socket(sockets.AF_UNIX) as other:
            process = subprocess.Popen([THOLE, "run", "--direct", "--timeout", "100", "--", "-chardev",
                                        f"socket,id=line,path={path},server=on", "-device", "virtio-serial-device",
                                        "-device", "virtconsole,chardev=line"], stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            while not is_listened_to(path) and process.poll() is None:
                time.sleep(0.02)
            other.connect(path)
            out = process.communicate(b"echo here\npoweroff\n", timeout=120)[0].decode()
    expect_equal(process.returncode, 0, f"exit status\n{out}")
    expect(out, "^here\r?$")


def doctor_accepts_the_systems_of_this_repository():
    systems = os.path.join(ROOT, "dts", "systems")
    boards = {"spread.dts": ["--cores", "4"], "imx8mp.dts": ["--board", "imx8mp"],
              **{name: ["--board", "rpi4"] for name in ("rpi4.dts", "board.dts", "card.dts", "flash.dts",
                                                      "thermometer.dts")}}
    for name in sorted(name for name in os.listdir(systems) if name.endswith(".dts")):
        status, out, err = thole("doctor", *boards.get(name, []), os.path.join(systems, name))
        expect_equal(status, 0, f"doctor {name}\n{out}{err}")
        expect_not(out + err, "warning")


def doctor_says_file_line_node_expected_found_and_the_nearest_name():
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "bad.dts")
        with open(path, "w", encoding="utf-8") as file:
            file.write('#include "systems/virt.dts"\n\n&clock {\n\tpriorty = <3>;\n\tprogram = "klock";\n};\n')
        status, out, err = thole("doctor", path)
        expect_equal(status, 1, "exit status")
        expect(out + err, r"bad\.dts:4: .*/thole/clock.*priorty.*priority",
               r"bad\.dts:5: .*/thole/clock.*program.*klock.*clock")


def doctor_says_in_inits_words_what_follows_from_an_error():
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "bad.dts")
        with open(path, "w", encoding="utf-8") as file:
            file.write('#include "systems/virt.dts"\n\n&console {\n\tpriorty = <3>;\n};\n')
        status, out, err = thole("doctor", path)
        expect_equal(status, 1, "exit status")
        expect(out + err, r"note: /thole/shell: uses: not started: needs console, which is in error$")


def doctor_says_that_a_file_which_is_no_tree_was_not_checked():
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "bad.dts")
        with open(path, "w", encoding="utf-8") as file:
            file.write('#include "systems/virt.dts"\n\n&clock {\n\tpriority = <3>\n};\n')
        status, out, err = thole("doctor", path)
        expect_equal(status, 1, "exit status")
        expect(err, r"bad\.dts:5\S* syntax error$")
        expect(out, r"bad\.dts: not checked.*';'")


def doctor_holds_the_cores_of_servers_against_those_of_the_board():
    spread = os.path.join(ROOT, "dts", "systems", "spread.dts")
    status, out, err = thole("doctor", spread)
    expect_equal(status, 1, "exit status")
    expect(out + err, r"spread\.dts:\d+: /thole/serial: core: expected 0, the only core there is, found <1>$")
    status, out, err = thole("doctor", "--cores", "3", spread)
    expect_equal(status, 1, "exit status")
    expect(out + err, r"/thole/log: core: expected one of the 3 cores there are, 0 to 2, found <3>$", ", 2 errors$")
    for wrong in ("none", "0", "9"):
        status, out, err = thole("doctor", "--cores", wrong, spread)
        expect_equal(status, 1, f"exit status with {wrong} cores")
        expect(err, r"^thole: .*\b" + wrong)


def doctor_checks_against_the_tree_of_another_board():
    with tempfile.TemporaryDirectory() as directory:
        board = os.path.join(directory, "board.dtb")
        tree = '/dts-v1/; / { memory { device_type = "memory"; reg = <0x40000000 0x4000000>; }; };'
        subprocess.run(["dtc", "-q", "-O", "dtb", "-o", board], input=tree, text=True, check=True)
        _, out, err = thole("doctor", "--board", board)
        expect(out + err, "/thole/serial: match: .*no hardware is arm,pl011")
        status, out, err = thole("doctor", "--board", "rpi5")
        expect(out + err, "BOARD.dtb")
        expect_equal(status, 1, "exit status")


def debug_shows_the_kernel_and_the_running_program_by_name():
    status, out, err = thole("debug", "--direct", "--gdb", "-batch", "-ex", "break kernel_syscall", "-ex", "continue",
                             "-ex", "backtrace", "-ex", "program init", "-ex", "info symbol init_main", limit=120)
    expect(out + err, "kernel_syscall", r"#0 .*kernel_syscall")
    del status


def a_breakpoint_in_a_program_does_not_stop_another_at_its_address():
    status, out, err = thole("debug", "--direct", "--gdb", "-batch", "-ex", "program shell", "-ex", "break _start",
                             "-ex", "continue", "-ex", "python print('stopped in', running_program())", limit=120)
    expect(out + err, "Breakpoint 1, _start", "^stopped in shell$")
    expect_not(out + err, "Python Exception")
    del status


def what_is_no_part_of_this_version_says_so():
    for name in ("graph", "new"):
        status, out, err = thole(name)
        expect(out + err, "not part of this version")
        expect_equal(status, 2, name)


def a_mistake_gets_a_sentence_with_the_nearest_name():
    for words, sentence in ((["rum"], "run"), (["run", "--memroy", "1G"], "--memory"),
                            (["run", "--set", "/thole/clok/status=disabled"], "clock"),
                            (["run", "--set", "/thole/clock/memory-kib=128"], "'<128>'"),
                            (["run", "--system", "vrit"], "virt"), (["run", "--board", "rpi5"], "did you mean rpi4"),
                            (["image", "--board", "imx8mp"], "There is no image"),
                            (["run", "--gic", "4"], "2|3"), (["test", "untis"], "unit")):
        status, out, err = thole(*words)
        expect(out + err, sentence)
        expect_not(out + err, "Traceback|syntax error|not found: ")
        if status == 0:
            raise AssertionError(f"{words} succeeded")


def a_wrong_file_or_option_is_told_before_anything_is_done():
    nowhere = os.path.join(ROOT, "nowhere", "file")
    readme = os.path.join(ROOT, "README.md")
    for words, sentence in ((["image", "-o", nowhere], "there is no folder"), (["image", "-o", ROOT], "is a folder"),
                            (["trace", "-o", nowhere], "there is no folder"),
                            (["bench", "call", "--json", nowhere], "there is no folder"),
                            (["bench", "call", "--check", nowhere], "cannot be read: No such file"),
                            (["bench", "call", "--check", readme], "holds no figures"),
                            (["bench", "call", "--update"], "--check FILE"),
                            (["debug", "--resolve", nowhere], "cannot be read: No such file"),
                            (["trace", "--x"], "known: "), (["image", "--cores", "2"], "known: "),
                            (["doctor", "--core", "2"], "did you mean --cores"),
                            (["doctor", "-x"], "known: ")):
        status, out, err = thole(*words)
        expect(err, "^thole: .*" + sentence)
        expect_not(out + err, "Traceback|Errno|TIME|instructions")
        expect_equal(status, 1, " ".join(words))


def a_kernel_that_cannot_start_is_no_success():
    """It powers off as after a poweroff, and what should have been done was not."""
    status, out, err = thole("run", "--direct", "--kernel", "one-core-gicv2", "--gic", "3", text="poweroff\n")
    expect(out, "^kernel: cannot start: ")
    expect_equal(status, 2, f"exit status\n{out}{err}")


run(a_kernel_that_cannot_start_is_no_success,
    piped_lines_are_answered_through_uboot,
    input_that_ends_without_power_off_is_status_1,
    what_was_written_is_seen_before_the_machine_is_off,
    a_line_out_of_qemu_is_opened_by_the_guest_alone,
    doctor_accepts_the_systems_of_this_repository,
    doctor_says_file_line_node_expected_found_and_the_nearest_name,
    doctor_says_in_inits_words_what_follows_from_an_error,
    doctor_says_that_a_file_which_is_no_tree_was_not_checked,
    doctor_holds_the_cores_of_servers_against_those_of_the_board,
    doctor_checks_against_the_tree_of_another_board,
    debug_shows_the_kernel_and_the_running_program_by_name,
    a_breakpoint_in_a_program_does_not_stop_another_at_its_address,
    what_is_no_part_of_this_version_says_so,
    a_mistake_gets_a_sentence_with_the_nearest_name,
    a_wrong_file_or_option_is_told_before_anything_is_done)
