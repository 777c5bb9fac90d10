# SPDX-License-Identifier: BSD-2-Clause
#
# What the tests of ./thole's words share: a call of it with no input, which must end
# with the status and the sentences that are wanted, and show nobody a trace of Python
# or of the shell.

import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "system"))

from system import expect, expect_equal, expect_not, run    # noqa: E402,F401  (found through the path above)

THOLE = os.path.join(ROOT, "thole")
SYSTEMS = os.path.join(ROOT, "dts", "systems")
INSIDES = r"Traceback|Errno|syntax error: |unbound|line \d+: "
LIMIT = 180


def call(words, **how):
    """Exit status, output, errors."""
    done = subprocess.run([THOLE, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
                          timeout=LIMIT, check=False, **how)
    return done.returncode, done.stdout.replace("\r", ""), done.stderr


def told(words, status, *patterns, **how):
    found, out, err = call(words, **how)
    expect_equal(found, status, f"exit status of {' '.join(words)}\n{out}{err}")
    expect(out + err, *patterns)
    expect_not(out + err, INSIDES)
    return out + err


def refused(words, *patterns, **how):
    """One sentence of ./thole's own, before anything was built or started."""
    text = told(words, 1, *(f"^thole: .*{pattern}" for pattern in patterns), **how)
    expect_equal(text.count("thole: "), 1, f"sentences in\n{text}")


def write(directory, name, text):
    path = os.path.join(directory, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path
