#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
#
# Verifies models of the kernel's concurrency with Spin: each whole and without an
# error; and each once more for every way in which its protocol can be broken,
# which must give an error.
#
#   run.py [--reached] [MODEL...]     --reached: which statements no run reaches

import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))

# How the verifier is compiled and run: for assertions and deadlocks, or for the
# model's formula `live` under weak fairness.
SAFETY = (["-DSAFETY", "-DNOCLAIM"], [])
LIVENESS = (["-DNFAIR=4"], ["-a", "-f"])
DEPTH = 200_000
MEMORY_MB = 2048
SECONDS = 600

# Model: what is verified whole as (name, definitions, kind), and what breaks it
# as {macro: the name under which the error must be found}.
MODELS = {
    "lock": (
        [("safety", [], SAFETY), ("live", [], LIVENESS)],
        {"NARROW": "safety", "ATOMIC": "safety", "EARLY": "safety", "MONITOR": "safety", "FAIR": "live"},
    ),
    "gate": (
        [("safety", [], SAFETY), ("live", [], LIVENESS)],
        {"FAIR": "live", "WAIT": "safety", "GATES": "safety", "ATOMIC": "safety", "HOME": "safety", "EARLY": "safety", "CLOSED": "safety",
         "LEFT": "safety", "NAMED": "safety", "RELEASE": "safety"},
    ),
    "signal": (
        [("safety", [], SAFETY)],
        {"STATE": "safety", "FINISH": "safety", "ORDER": "safety", "GATE": "safety"},
    ),
    "leave": (
        [("safety", [], SAFETY), ("space", ["SPACE"], SAFETY), ("live", ["LIVE"], LIVENESS)],
        {"EARLY": "safety", "ORDER": "safety", "LOADED": "safety", "STEP": "safety", "DELETE": "safety",
         "UNDO": "safety", "TAKEN": "safety", "DISPLACED": "safety", "ROOT": "space", "KICK": "live", "REQUEUE": "live",
         "ACKNOWLEDGE": "live", "RUNNING": "live", "RESUMED": "live"},
    ),
    "migrate": (
        [("safety", [], SAFETY), ("live", [], LIVENESS)],
        {"FP_SAVE": "safety", "FP_LATE": "safety", "ABANDON": "safety", "TURN": "safety", "HOME": "safety",
         "KICK": "live"},
    ),
    "chain": (
        [("safety", ["CALLS=2"], SAFETY)],
        {"BRIDGE": "safety", "LINK": "safety", "DOOMED": "safety", "LENT": "safety", "DYING": "safety",
         "RETURNED": "safety", "HOME": "safety"},
    ),
    "dying": (
        [("safety", [], SAFETY), ("live", [], LIVENESS)],
        {"REUSE": "safety", "DONE": "safety", "LEAVES": "safety", "FINISH": "safety", "PROGRESS": "live"},
    ),
}


def fail(text):
    print(text)
    sys.exit(1)


def command(words, folder):
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False, timeout=SECONDS)
    return done.returncode, done.stdout + done.stderr


def verify(model, definitions, kind, optimisation):
    """What the verifier of one model says."""
    compiler, arguments = kind
    with tempfile.TemporaryDirectory() as folder:
        name = model + ".pml"
        shutil.copy(os.path.join(HERE, name), folder)
        status, said = command(["spin", "-a"] + ["-D" + word for word in definitions] + [name], folder)
        if status != 0 or "rror" in said or not os.path.exists(os.path.join(folder, "pan.c")):
            fail(f"{model}: spin does not accept it:\n{said}")
        status, said = command(["gcc", optimisation, "-w", f"-DMEMLIM={MEMORY_MB}", *compiler, "-o", "pan", "pan.c"],
                               folder)
        if status != 0:
            fail(f"{model}: gcc does not accept what spin made:\n{said}")
        status, said = command(["./pan", f"-m{DEPTH}", *arguments], folder)
        return said


ERROR = re.compile(r"^pan:1: (assertion violated .*|invalid end state|acceptance cycle) \(at depth \d+\)$",
                   re.MULTILINE)


def found_error(said):
    match = ERROR.search(said)
    return match[1] if match else None


def is_whole(said):
    return "errors: 0\n" in said and not re.search("not completed|truncated|too small|MEMLIM|out of memory", said)


def unreached(said):
    """Statements of the model that no state of this run has come to, as (line, text)."""
    found = set(re.findall(r"^\t[\w.]*:(\d+), state \d+, \"(.*)\"$", said, re.MULTILINE))
    return {(int(line), text) for line, text in found if text != "-end-"}


def states(said):
    return int(re.search(r"(\d+) states, stored", said)[1])


def verify_whole(model, runs):
    never = None
    for name, definitions, kind in runs:
        said = verify(model, definitions, kind, "-O1")
        if found_error(said) or not is_whole(said):
            fail(f"{model}: {name}: {found_error(said) or 'not verified'}:\n{said}")
        print(f"{model}: {name}: {states(said)} states, no error")
        never = unreached(said) if never is None else never & unreached(said)
    return never


def verify_broken(model, runs, breaks):
    known = {name: (definitions, kind) for name, definitions, kind in runs}
    for macro, name in breaks.items():
        definitions, kind = known[name]
        said = verify(model, [*definitions, "BREAK_" + macro], kind, "-O0")
        if not found_error(said):
            fail(f"{model}: BREAK_{macro}: no error was found:\n{said}")
        print(f"{model}: BREAK_{macro}: {name}: {found_error(said)}")


def check_macros(model, breaks):
    """Each way to break the model is tried, and each that is tried is there."""
    with open(os.path.join(HERE, model + ".pml"), encoding="utf-8") as file:
        written = set(re.findall(r"\bBREAK_(\w+)", file.read()))
    if written != set(breaks):
        fail(f"{model}: only in the model or only in run.py: {', '.join(sorted(written ^ set(breaks)))}")


def main():
    if not shutil.which("spin"):
        fail("spin is not there: ./thole setup installs it")
    names = sys.argv[1:]
    reached = "--reached" in names
    for model in [name for name in names if name != "--reached"] or MODELS:
        runs, breaks = MODELS[model]
        check_macros(model, breaks)
        never = verify_whole(model, runs)
        for line, text in sorted(never) if reached else ():
            print(f"{model}.pml:{line}: never reached: {text}")
        verify_broken(model, runs, breaks)


if __name__ == "__main__":
    main()
