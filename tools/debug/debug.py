#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
#
# `./thole debug [RUN OPTIONS] [--gdb GDB ARGUMENTS...]`: start the guest halted and
# gdb on it, with the commands of gdb_commands.py. The guest's serial line is printed
# among gdb's own output; the gdb command `type` writes to it. The exit status is
# gdb's. Private files and sockets, so several can run at once.

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "run"))

import guest        # noqa: E402  (found through the path above)
import machine      # noqa: E402

GDBS = ["gdb-multiarch", "aarch64-linux-gnu-gdb", "aarch64-none-elf-gdb"]
START_LIMIT = 20    # seconds until QEMU listens


def parse(arguments):
    """The options; what follows --gdb goes to gdb, also after a -- part for QEMU."""
    gdb = []
    if "--gdb" in arguments:
        cut = arguments.index("--gdb")
        arguments, gdb = arguments[:cut], arguments[cut + 1:]
    options = machine.parse("debug", arguments, {**machine.OPTIONS, **machine.GDB, **machine.REST})
    options.gdb = gdb
    return options


def find_gdb():
    for name in GDBS:
        if shutil.which(name):
            return name
    raise machine.UserError("gdb-multiarch is not installed; `./thole setup` installs it.")


def print_serial(path):
    """Copies the guest's output to ours until this process ends."""
    def copy():
        with open(path, "rb", buffering=0) as source:
            while True:
                data = source.read(4096)
                if not data:
                    return
                sys.stdout.buffer.write(data)
                sys.stdout.buffer.flush()
    threading.Thread(target=copy, daemon=True).start()


def start_qemu(options, directory):
    serial, control = os.path.join(directory, "serial"), os.path.join(directory, "gdb")
    for end in (".in", ".out"):
        os.mkfifo(serial + end)
    command = guest.command_line(options, directory, [
        "-chardev", f"pipe,id=thole-serial,path={machine.comma(serial)}", "-serial", "chardev:thole-serial",
        "-chardev", f"socket,id=thole-gdb,path={machine.comma(control)},server=on,wait=off",
        "-gdb", "chardev:thole-gdb", "-S"])
    # In a session of its own: an interrupt typed at the terminal is for gdb. What it
    # says matters only if it does not start; later it is that gdb ended it.
    errors = os.path.join(directory, "errors")
    with open(errors, "wb") as said:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=said,
                                   start_new_session=True, preexec_fn=guest.die_with_parent)
    deadline = time.monotonic() + START_LIMIT
    while not guest.is_listened_to(control):
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            process.wait()
            with open(errors, encoding="utf-8", errors="replace") as said:
                raise machine.UserError("QEMU did not start: " + said.read().strip())
        time.sleep(0.02)
    print_serial(serial + ".out")
    return process, control, serial + ".in"


def run_gdb(options, control, serial):
    environment = dict(os.environ, THOLE_VIRT=machine.BUILD, THOLE_KERNEL=os.path.dirname(options.image), THOLE_GDB=control, THOLE_SERIAL=serial)
    command = [find_gdb(), "-q", "-x", os.path.join(HERE, "gdb_commands.py")] + options.gdb
    process = subprocess.Popen(command, env=environment)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return process.wait(options.timeout)
    except subprocess.TimeoutExpired:
        print("thole: the time limit has passed; gdb and the guest were ended.", file=sys.stderr)
        return 1
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    arguments = sys.argv[1:]
    only_check = arguments[:1] == ["--check"]
    directory = tempfile.mkdtemp(prefix="thole-")
    qemu = None
    try:
        options = parse(arguments[1:] if only_check else arguments)
        if only_check:
            return 0
        find_gdb()
        qemu, control, serial = start_qemu(options, directory)
        return run_gdb(options, control, serial)
    except machine.UserError as error:
        print(f"thole: {error}", file=sys.stderr)
        return 1
    finally:
        if qemu and qemu.poll() is None:
            qemu.kill()
            qemu.wait()
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
