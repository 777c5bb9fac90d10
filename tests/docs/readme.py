#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
#
# What README.md shows to be typed is typed: its piped command as it stands, and the
# lines after its prompts. Each must be answered, and none with "There is no". What it
# shows to be printed at the start is printed, but for the numbers.

import os
import re
import subprocess
import sys

ROOT = os.environ.get("THOLE_ROOT") or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
RUN = "/usr/bin/python3 tools/run/run.py --direct --timeout 100"


def run(command):
    done = subprocess.run(["sh", "-c", command.replace("./thole run", RUN)], cwd=ROOT, capture_output=True,
                          timeout=120, check=False)
    text = done.stdout.decode(errors="replace")
    assert done.returncode == 0, f"{command}: exit status {done.returncode}\n{text}{done.stderr.decode()}"
    complaint = re.search(r"There is no .*|It is used like this: .*|Nobody called .*", text)
    assert not complaint, f"{command}: {complaint[0]}\n{text}"
    return text


def without_numbers(line):
    return re.sub(r"\b[0-9a-f]*\d[0-9a-f]*\b", "N", line.strip())


def main():
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as source:
        readme = source.read()
    piped = re.findall(r"^printf .*\| \./thole run$", readme, re.MULTILINE)
    typed = re.findall(r"^thole> (.*)$", readme, re.MULTILINE)
    assert piped and typed and typed[-1] == "poweroff", "README.md has no commands, or does not end with poweroff"
    for command in piped:
        text = run(command)
        if "kill serial" in command:
            rows = re.findall(r"^serial +(\w+) +(\d+)", text, re.MULTILINE)
            assert rows[0] == ("running", "0") and rows[-1] == ("running", "1"), text
    lines = "\\n".join(typed)
    printed = {without_numbers(line) for line in run(f"printf '{lines}\\n' | ./thole run").split("\n")}
    sample = re.findall(r"^(?:Thole \d|kernel: |init: |This is ).*$", readme.split("```\nThole ")[1], re.MULTILINE)
    for line in sample:
        assert without_numbers(line) in printed, f"README.md shows a line that is not printed: {line}"
    assert sample, "README.md shows no start"
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except AssertionError as error:
        print(error)
        sys.exit(1)
