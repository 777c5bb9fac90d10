#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
#
# bindings.py DOCTOR: validates all systems in dts/systems with dt-validate, shows
# that both it and the checker refuse bad ones, and that schema, checker and
# docs/bindings.md know the same properties, also of devices those that no program is
# handed. dt-validate always exits 0: what it prints is a failure.

import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

if not shutil.which("dt-validate"):
    print("dt-validate is not installed: skipped")
    sys.exit(77)

from ruamel.yaml import YAML  # noqa: E402, dt-validate brings it

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BINDINGS = os.path.join(ROOT, "dts", "bindings")
DOCTOR = sys.argv[1]

SERVER = 'compatible = "thole,server"; program = "x";'

# A mistake in a node `x` that the schema and the checker must both refuse.
BAD = {
    "unknown property": SERVER + ' prioryti = <1>;',
    "priority too high": SERVER + ' priority = <64>;',
    "priority twice": SERVER + ' priority = <1 2>;',
    "core that no board has": SERVER + ' core = <8>;',
    "two cores": SERVER + ' core = <0 1>;',
    "wrong status": SERVER + ' status = "off";',
    "no program": 'compatible = "thole,server";',
    "wrong compatible": 'compatible = "thole,srever"; program = "x";',
    "time of one number": SERVER + ' time-us = <5>;',
    "grace of two numbers": SERVER + ' grace-us = <5 6>;',
    "too little memory": SERVER + ' memory-kib = <4>;',
    "endless stack": SERVER + ' stack-kib = <4096>;',
    "endless DMA": SERVER + ' match = "x"; dma-kib = <2048>;',
    "DMA of two numbers": SERVER + ' match = "x"; dma-kib = <4 4>;',
    "virtio device of no kind": SERVER + ' match = "virtio,mmio"; virtio-device-id = <0>;',
    "odd buffer": SERVER + ' uses = <&other>; buffer-kib = <5>;',
    "wrong restart": SERVER + ' restart = "often";',
    "restart limit without seconds": SERVER + ' restart-limit = <5>;',
    "flag with a value": SERVER + ' init-log = "yes";',
    "power with a value": SERVER + ' system-power = <1>;',
    "node in a server": SERVER + ' sub { };',
    "node in config": SERVER + ' config { sub { }; };',
}

BOARD = '/dts-v1/; / { #address-cells = <2>; #size-cells = <2>; };'

failures = 0


def fail(text):
    global failures
    failures += 1
    print(f"FAIL: {text}")


def run(*words):
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return done.returncode, done.stdout


def compile_text(folder, name, text):
    source = os.path.join(folder, name + ".dts")
    with open(source, "w", encoding="ascii") as file:
        file.write(text)
    return compile_tree(folder, source)


def compile_tree(folder, source):
    blob = os.path.join(folder, os.path.basename(source) + ".dtb")
    status, said = run("sh", os.path.join(ROOT, "cmake", "compile-tree"), "gcc", "dtc", source, blob,
                       os.path.join(ROOT, "dts"), os.path.join(ROOT, "include"))
    if status != 0 or said:
        fail(f"{source} does not compile: {said}")
    return blob


def validate(*blobs):
    """What dt-validate says; -m: it tells of compatibles that no schema matched."""
    return run("dt-validate", "-m", "-s", BINDINGS, "-l", "thole", *blobs)[1]


def systems_are_valid(folder):
    for source in sorted(glob.glob(os.path.join(ROOT, "dts", "systems", "*.dts"))):
        said = validate(compile_tree(folder, source))
        if said:
            fail(f"{source}: {said}")


def bad_ones_are_refused(folder):
    board = compile_text(folder, "board", BOARD)
    for name, text in BAD.items():
        tree = ('/dts-v1/; / { thole { compatible = "thole,system"; '
                f'other: other {{ {SERVER} }}; x {{ {text} }}; }}; }};')
        blob = compile_text(folder, name.replace(" ", "-"), tree)
        if not validate(blob):
            fail(f"{name}: dt-validate does not refuse it")
        status, said = run(DOCTOR, "--board", board, blob[:-len(".dtb")])
        if status != 1 or ":1: /thole/x: " not in said:
            fail(f"{name}: doctor does not refuse it with file and line: {said}")


def properties_agree():
    with open(os.path.join(BINDINGS, "thole,server.yaml"), encoding="utf-8") as file:
        schema = set(YAML(typ="safe").load(file)["properties"]) - {"config"}
    with open(os.path.join(ROOT, "docs", "bindings.md"), encoding="utf-8") as file:
        section = file.read().split("## A server")[1].split("\n## ")[0]
    documented = set(re.findall(r"^\| `([a-z-]+)` \|", section, re.MULTILINE))
    checked = set(run(DOCTOR, "--properties")[1].split())
    for known, where in ((documented, "docs/bindings.md"), (checked, "the checker")):
        for name in sorted(schema ^ known):
            fail(f"{name}: only {'the schema' if name in schema else where} knows it, "
                 f"not {where if name in schema else 'the schema'}")
    if "`config`" not in section:
        fail("config: docs/bindings.md does not tell of it")


def what_is_not_given_agrees():
    """The properties of devices that no program is handed, in the checker and in the documentation."""
    with open(os.path.join(ROOT, "servers", "init", "checker", "config.c"), encoding="utf-8") as file:
        checked = set(re.findall(r'"([^"]+)"', file.read().split("of_the_tree[] = {")[1].split("};")[0]))
    with open(os.path.join(ROOT, "docs", "bindings.md"), encoding="utf-8") as file:
        said = file.read().split("names of other nodes, which are ")[1].split(". ")[0]
    for name in sorted(checked ^ set(re.findall(r"`([^`]+)`", said))):
        fail(f"{name}: only one of config.c and docs/bindings.md says that it is not given")


def main():
    with tempfile.TemporaryDirectory() as folder:
        systems_are_valid(folder)
        bad_ones_are_refused(folder)
    properties_agree()
    what_is_not_given_agrees()
    print(f"{failures} failures")
    sys.exit(1 if failures else 0)


main()
