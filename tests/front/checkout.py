# SPDX-License-Identifier: BSD-2-Clause
#
# A checkout that cannot be written, and one in which another call builds.

import fcntl
import os
import subprocess

from front import LIMIT, ROOT, THOLE, expect_equal, refused, run

BUILD = os.path.join(ROOT, "build")
NOBODY = 65534


def a_checkout_that_cannot_be_written_is_told_of():
    """As another user; there is none to become where this is not root."""
    if os.geteuid() != 0:
        return
    for words in (["run"], ["image"], ["doctor"], ["bench", "call"], ["clean"]):
        refused(words, f"{BUILD} cannot be written, and all that is built goes there", user=NOBODY, group=NOBODY,
                env={**os.environ, "HOME": "/nowhere"})


def a_build_that_goes_on_is_waited_for_and_told():
    with open(os.path.join(BUILD, ".lock"), "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with subprocess.Popen([THOLE, "doctor"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            expect_equal(process.stderr.readline(), "thole: waiting for another build in this checkout\n", "what is said")
            fcntl.flock(lock, fcntl.LOCK_UN)
            out = process.communicate(timeout=LIMIT)[0]
        expect_equal(process.returncode, 0, f"exit status\n{out}")


run(a_checkout_that_cannot_be_written_is_told_of,
    a_build_that_goes_on_is_waited_for_and_told)
