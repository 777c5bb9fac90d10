# SPDX-License-Identifier: BSD-2-Clause
#
# The kernel's last words and what becomes of them: gdb damages a structure of the kernel
# or has it find a mistake, and the addresses that are then printed must be called what
# they are, by `./thole run` by itself and by `./thole debug --resolve`.

import os
import pty
import re
import socket as sockets
import subprocess
import tempfile

from system import (BOARD, HAS_FIRMWARE, ROOT, VIRT, WAITS, Guest, compile_tree, expect, expect_equal, expect_not, run,
                    wait_for_state)
from guest import is_listened_to    # system.py has found it

THOLE = os.path.join(ROOT, "thole")
KERNEL = os.path.join(VIRT, "kernel.elf")
# In the first system call that comes: its thread is gone.
DAMAGE = ["break kernel_syscall", "continue", "set var core->current = 16"]
# While the kernel makes its first objects: the slot to be filled is taken, which an ASSERT sees.
MISTAKE = ["break slot_fill_root", "continue", "set var slot->object = (long)1 << 48"]


def called(text):
    """The lines of a resolved back-trace as (label, address, text)."""
    return re.findall(r"^  (pc|x30|lr|#\d+) +([0-9a-f]{16})  (.*)$", text, re.MULTILINE)


def gdb(socket, commands):
    words = ["gdb-multiarch", "-q", "-batch", "-ex", f'file "{KERNEL}"', "-ex", f"target remote {socket}"]
    for command in commands + ["delete", "detach"]:
        words += ["-ex", command]
    return subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)


def one_core(directory):
    """Of several, another may come first to what was damaged."""
    if BOARD == "virt":
        return []
    path = os.path.join(directory, "one-core.dts")
    with open(path, "w", encoding="utf-8") as file:
        file.write("".join(f'&{{/cpus/cpu@{core}}} {{ status = "disabled"; }};\n' for core in (1, 2, 3)))
    return ["--hardware", path]


def run_and_damage(commands, directory, **streams):
    """./thole run on a halted guest to which gdb does that; the process, which goes on."""
    socket = os.path.join(directory, "gdb")
    process = subprocess.Popen([THOLE, "run", "--board", BOARD, "--direct", *one_core(directory), "--timeout", "100",
                                "--", "-S", "-chardev", f"socket,id=g,path={socket},server=on,wait=off",
                                "-gdb", "chardev:g"], **streams)
    try:
        while not is_listened_to(socket) and process.poll() is None:
            try:
                process.wait(0.05)
            except subprocess.TimeoutExpired:
                pass
        done = gdb(socket, commands)
        expect(done.stdout + done.stderr, r"^(?:Thread \d+ hit )?Breakpoint 1[.\d]*, .*(kernel_syscall|slot_fill_root)")
    except BaseException:
        process.kill()
        raise
    return process


def panic_of(commands):
    """What ./thole run prints of a panic, and says about it."""
    with tempfile.TemporaryDirectory() as directory:
        process = run_and_damage(commands, directory, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE)
        out, err = process.communicate(b"echo here\npoweroff\n", timeout=120)
        expect_equal(process.returncode, 2, f"exit status\n{out.decode()}{err.decode()}")
        return out.decode().replace("\r", ""), err.decode()


def a_panic_is_told_with_the_names_of_its_functions():
    out, err = panic_of(DAMAGE)
    expect(out, "^kernel panic: a data abort in the kernel", "^back-trace:( [0-9a-f]+)+$")
    expect(err, "^kernel panic: a data abort in the kernel")
    names = called(err)
    # What is read through the damaged pointer may be read by an inline function.
    expect_equal(names[0][0], "pc", "the first")
    expect(err, r"kernel_syscall at kernel/event\.c:\d+$")
    expect("\n".join(text for *_, text in names), r"^long_way at arch/arm64/vectors\.S:\d+$")
    # They are the addresses that were printed, all of them and in their order.
    expect_equal([address for label, address, _ in names if label[0] == "#"],
                 re.search("^back-trace: (.*)$", out, re.MULTILINE)[1].split(), "addresses")
    # Nothing of the output is swallowed, and nothing is put into it.
    expect(out, r"^Thole 0", r"^x28 .* x29 .* pc [0-9a-f]+ pstate [0-9a-f]+$")
    expect_not(out, "kernel/event.c:")


def a_failed_assertion_is_told_with_who_made_it():
    out, err = panic_of(MISTAKE)
    expect(out, r"^kernel panic: slot_is_empty\(slot\) \(.*kernel/object/capability\.c:\d+\)$")
    texts = [text for *_, text in called(err)]
    expect(texts[0], r"^kernel_panic at kernel/print\.c:\d+$")
    expect(texts[1], r"^slot_fill_root at kernel/object/capability\.c:\d+$")
    expect(texts[-1], r" at (kernel|arch/arm64)/")


def a_log_is_resolved_and_one_without_a_panic_says_so():
    out, err = panic_of(DAMAGE)
    log = "".join(f"[   1.0{number}] {line}\r\n" for number, line in enumerate(out.split("\n")))
    done = subprocess.run([THOLE, "debug", "--resolve"], input=log, capture_output=True, text=True, timeout=60,
                          check=False)
    expect_equal(done.returncode, 0, "exit status")
    expect_equal(called(done.stdout), called(err), "by --resolve and by run")
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "log")
        with open(path, "w", encoding="utf-8") as file:
            file.write("Thole 0.1.0\ninit: shell: started\n")
        done = subprocess.run([THOLE, "debug", "--resolve", path], capture_output=True, text=True, timeout=60,
                              check=False)
        expect_equal((done.returncode, done.stdout), (1, "There is no panic and no report of a fault in it.\n"),
                     "answer")
        done = subprocess.run([THOLE, "debug", "--resolve", path + "x"], capture_output=True, text=True, timeout=60,
                              check=False)
        expect_equal(done.returncode, 1, "exit status")
        expect_not(done.stderr, "Traceback")


def without_binutils_functions_are_named_from_the_symbol_table():
    out, _ = panic_of(DAMAGE)
    with tempfile.TemporaryDirectory() as directory:
        done = subprocess.run(["/usr/bin/python3", os.path.join(ROOT, "tools/debug/backtrace.py")], input=out,
                              env={"PATH": directory}, capture_output=True, text=True, timeout=60, check=False)
    expect("\n".join(text for *_, text in called(done.stdout)), r"^kernel_syscall\+0x[0-9a-f]+$",
           r"^long_way\+0x[0-9a-f]+$")


def a_panic_on_a_terminal_is_told_at_the_end():
    with tempfile.TemporaryDirectory() as directory:
        ours, theirs = pty.openpty()
        process = run_and_damage(DAMAGE, directory, stdin=theirs, stdout=theirs, stderr=subprocess.PIPE)
        os.close(theirs)
        text = b""
        # It starts anew, or waits for who ends it: ctrl-A x.
        last, answer = (b"thole> ", b"poweroff\r") if HAS_FIRMWARE else (WAITS.encode().strip(), b"\x01x")
        while last not in text.partition(b"back-trace:")[2]:
            text += os.read(ours, 65536)
        os.write(ours, answer)
        said = process.communicate(timeout=60)[1].decode()
        os.close(ours)
    expect_equal(process.returncode, 0, f"exit status\n{said}")
    expect("\n".join(line for *_, line in called(said)), r"^long_way at arch/arm64/vectors\.S:\d+$")


def a_fault_that_init_reports_is_resolved_in_its_program():
    crash = """/ { thole { bad: bad { compatible = "thole,server"; program = "crash"; time-us = <5000 10000>;
               priority = <10>; memory-kib = <128>; restart = "never"; }; }; };"""
    with tempfile.TemporaryDirectory() as directory:
        with Guest(direct=True, system_file=compile_tree(directory, crash), time_limit=100) as guest:
            guest.wait_for_prompt()
            wait_for_state(guest, "bad", "failed")
            text = guest.text + guest.command("log init")
    done = subprocess.run([THOLE, "debug", "--resolve"], input=text, capture_output=True, text=True, timeout=60,
                          check=False)
    expect(done.stdout, "^fault of bad$", r"^  pc .* at examples/faulty/crash\.c:\d+$")



def a_socket_is_waited_for_until_it_can_be_connected_to():
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "a socket")
        expect_equal(is_listened_to(path), False, "before it is there")
        with sockets.socket(sockets.AF_UNIX) as server:
            server.bind(path)
            expect_equal(is_listened_to(path), False, "where nobody listens yet")
            server.listen(1)
            expect_equal(is_listened_to(path), True, "where somebody listens")
            expect_equal(is_listened_to(path[:-1]), False, "another whose name is the beginning")
        expect_equal(is_listened_to(path), False, "when it was closed")


run(a_socket_is_waited_for_until_it_can_be_connected_to,
    a_panic_is_told_with_the_names_of_its_functions,
    a_failed_assertion_is_told_with_who_made_it,
    a_log_is_resolved_and_one_without_a_panic_says_so,
    without_binutils_functions_are_named_from_the_symbol_table,
    a_panic_on_a_terminal_is_told_at_the_end,
    a_fault_that_init_reports_is_resolved_in_its_program)
