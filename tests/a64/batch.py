#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
#
# Compares the interpreter of A64 code with QEMU: the same instructions over the same
# registers and memory (batch.h), which lie in a file that is the guest's RAM. Before
# that, the words of forms.h with what the cross compiler makes of their texts.
#
#   batch.py [--batches N] [--seed S] [--cases C]

import argparse
import os
import subprocess
import sys
import tempfile

ROOT = os.environ.get("THOLE_ROOT") or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
VIRT = os.environ.get("THOLE_VIRT") or os.path.join(ROOT, "build", "virt")
HOST = os.environ.get("THOLE_HOST") or os.path.join(ROOT, "build", "host")
GUEST = os.path.join(VIRT, "guests", "a64", "guest.elf")
PROGRAM = os.path.join(HOST, "tests", "a64_batch")

RAM_MIB = 256
LIMIT = 120     # seconds


def ran(*command):
    """The exit status; what it says is said."""
    sys.stdout.flush()
    return subprocess.run(command, timeout=LIMIT, check=False).returncode == 0


def emulate(ram):
    return ran("qemu-system-aarch64", "-M", "virt,memory-backend=ram", "-cpu", "cortex-a72",
               "-m", f"{RAM_MIB}M",
               "-object", f"memory-backend-file,id=ram,size={RAM_MIB}M,mem-path={ram},share=on",
               "-display", "none", "-serial", "none", "-monitor", "none", "-nic", "none", "-kernel", GUEST)


def batch(seed, cases):
    with tempfile.TemporaryDirectory(prefix="thole-") as folder:
        ram = os.path.join(folder, "ram")
        with open(ram, "wb") as file:
            file.truncate(RAM_MIB << 20)
        words = [ram, str(seed), str(cases)]
        return ran(PROGRAM, "fill", *words) and emulate(ram) and ran(PROGRAM, "check", *words)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--batches", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cases", type=int, default=20000)
    options = parser.parse_args()
    if not ran(PROGRAM, "forms", GUEST):
        return 1
    for seed in range(options.seed, options.seed + options.batches):
        if not batch(seed, options.cases):
            print(f"seed {seed}")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
