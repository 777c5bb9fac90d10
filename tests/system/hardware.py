# SPDX-License-Identifier: BSD-2-Clause
#
# --hardware: what is wired to a board is put at the end of the board's tree, through
# U-Boot and without it, and mistakes in it are told by file and line.

import os
import tempfile

from system import BOARD, Guest, expect, power_off, run
import machine
from guest import Options, UserError

GPIO, BUS = {"virt": ("/pl061@9030000", "/platform-bus@c000000"),
             "rpi4": ("/soc/gpio@7e200000", "/soc/i2c@7e804000")}[BOARD]
WIRED = f"""
&{{{BUS}}} {{ sensor@48 {{ compatible = "acme,sensor"; reg = <0x48>; }}; }};
/ {{ lamps {{ lamp {{ compatible = "acme,lamp"; gpios = <&{{{GPIO}}} 17 0>; }}; }}; }};
"""
LABELLED = '&i2c1 { gauge@49 { compatible = "acme,gauge"; reg = <0x49>; }; };\n'


def with_file(text, test, name="wired.dts"):
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return test(path)


def tree_of(*paths):
    """The source of the board's tree with those files."""
    with tempfile.TemporaryDirectory() as directory:
        target = os.path.join(directory, "board.dtb")
        machine.make_board_tree(Options(board=BOARD, hardware=list(paths)), target)
        return machine.run_tool(["dtc", "-q", "-I", "dtb", "-O", "dts", target])


def refused(text, *sentences):
    def check(path):
        try:
            with tempfile.TemporaryDirectory() as directory:
                machine.make_board_tree(Options(board=BOARD, hardware=[path]), os.path.join(directory, "board.dtb"))
        except UserError as error:
            expect(str(error), *sentences)
            return
        raise AssertionError(f"{text!r} was taken")
    with_file(text, check)


def what_is_wired_is_in_the_guests_tree():
    def check(path):
        for direct in (True, False):
            with Guest(direct=direct, hardware=[path], time_limit=100) as guest:
                guest.wait_for_prompt(60)
                tree = guest.command("tree")
                expect(tree, r"^ +sensor@48 +acme,sensor", r"^ +lamp +acme,lamp", r"owner serial$")
                power_off(guest)
    with_file("/dts-v1/;\n" + WIRED, check)


def two_files_are_put_one_after_the_other():
    def check(first):
        def and_then(second):
            tree = tree_of(first, second)
            expect(tree, "acme,lamp", "acme,second")
        with_file('/ { lamps { lamp { compatible = "acme,second", "acme,lamp"; }; }; };', and_then)
    with_file(WIRED, check)


def cores_that_wait_in_memory_which_nobody_may_map_are_started():
    def check(path):
        with Guest(direct=True, hardware=[path], time_limit=60) as guest:
            expect(guest.wait_for_prompt(), r"^kernel: memory 1983 MiB from 1000, ", r"^kernel: cores 4, running 4$")
            power_off(guest)
    with_file("&{/reserved-memory} { stub@0 { reg = <0 0 0x1000>; no-map; }; };", check)


def a_label_of_the_boards_own_source_is_known_where_its_tree_has_labels():
    if BOARD == "rpi4":
        expect(with_file(LABELLED, tree_of), "gauge@49")
    else:
        refused(LABELLED, "i2c1")


def mistakes_are_told_by_file_and_line():
    refused("&{/nothing/here} { x; };", r"wired\.dts:1.*/nothing/here not found")
    refused("/ {\n\tx = <1>\n};\n", r"wired\.dts:3.*syntax error")
    refused("/plugin/;\n", r"wired\.dts:1: .*found /plugin/, which overlays have")
    refused('/ { compatible = "acme,board"; };', "makes the board's tree another's")


def a_file_that_is_not_there_is_told_before_anything_is_done():
    try:
        machine.check(Options(board=BOARD, hardware=["/nowhere.dts"]))
    except UserError as error:
        expect(str(error), "--hardware: there is no file '/nowhere.dts'")
        return
    raise AssertionError("a file that is not there was taken")


run(what_is_wired_is_in_the_guests_tree,
    two_files_are_put_one_after_the_other,
    *([cores_that_wait_in_memory_which_nobody_may_map_are_started] if BOARD == "rpi4" else []),
    a_label_of_the_boards_own_source_is_known_where_its_tree_has_labels,
    mistakes_are_told_by_file_and_line,
    a_file_that_is_not_there_is_told_before_anything_is_done)
