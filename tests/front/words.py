# SPDX-License-Identifier: BSD-2-Clause
#
# Commands, options and values that are none: one sentence each, with what was found
# and what could be meant.

from front import refused, run, told


def a_word_that_is_no_option_is_told_with_what_it_goes_with():
    refused(["run", "virt"], "run takes no 'virt': did you mean --board virt\\?$")
    refused(["run", "rpi5"], "did you mean --board rpi4\\?$")
    refused(["run", "blink"], "did you mean --system blink\\?$")
    refused(["run", "blnik"], "did you mean --system blink\\?$")
    refused(["run", "direct"], "did you mean --direct\\?$")
    refused(["run", "/thole/clock/status=disabled"], "did you mean --set /thole/clock/status=disabled\\?$")
    refused(["run", "--board", "rpi4", "my.img"], "did you mean --card my.img\\?$")
    refused(["image", "extra"], "image takes no 'extra': did you mean -o extra\\?$")
    refused(["image", "rpi4"], "did you mean --board rpi4\\?$")
    refused(["doctor", "virt"], "there is no file 'virt': did you mean --system virt, which is dts/systems/virt.dts\\?$")


def a_command_that_is_none_is_told_with_what_is_near():
    refused(["rum"], "did you mean run\\?$")
    refused(["nothing-like-it"], "known: run test bench")
    refused(["blink"], "did you mean run --system blink\\?$")


def help_is_given_where_it_is_asked_for():
    for words in (["help"], ["-h"], ["run", "-h"], ["run", "help"], ["image", "--help"]):
        told(words, 0, "^Usage: ./thole COMMAND")


def a_wrong_option_is_told_with_those_there_are():
    refused(["run", "--memroy", "1G"], "run has no option '--memroy': did you mean --memory\\?$")
    refused(["doctor", "--"], "doctor has no option '--': known: --board --config --cores --hardware --system$")
    refused(["image", "--cores", "2"], "image has no option '--cores': known: ")
    refused(["bench", "-x"], "bench has no option '-x': known: ")
    refused(["bench", "cal"], "no figure 'cal': did you mean call\\?")


def an_option_without_a_value_says_which_it_takes():
    refused(["run", "--cores"], "--cores takes a value: --cores N$")
    refused(["bench", "--json"], "--json takes a value: --json FILE$")
    for option in ("--board", "--system", "--hardware", "--cores"):
        refused(["doctor", option, ""], f"{option} takes a value, found an empty one")
    for words in (["run", "--board="], ["run", "--card", ""], ["run", "--set="], ["image", "-o", ""],
                  ["bench", "--json", ""], ["bench", "--check="], ["doctor", ""]):
        refused(words, "found an empty one")


def numbers_that_are_none_are_not_taken():
    for value in ("0", "-1", "4.5", "none", "\u00b2", "9" * 11):
        refused(["run", "--cores", value], f"--cores takes a whole number above 0, .*'{value}'")
        refused(["doctor", "--cores", value], f"--cores takes a whole number above 0, .*'{value}'")
    refused(["run", "--cores", "9"], "at most 8 cores, not 9")
    refused(["run", "--timeout", "1h"], "--timeout takes a whole number above 0, .*'1h'")
    for value in ("x", "4", "2.0"):
        refused(["run", "--gic", value], f"--gic takes 2 or 3, not '{value}'")
    for value in ("1T", "64.5M", "0x40M", "M", "9" * 20 + "G"):
        refused(["run", "--memory", value], f"--memory takes a size such as 64M or 4G, not '{value}'")
    for value in ("0", "63M", "9G"):
        refused(["run", "--memory", value], f"--memory takes 64M to 8G, not '{value}'")


def settings_that_name_nothing_are_not_taken():
    for value in ("x", "/thole/clock/status", "/thole/clock=1", "/thole/log=", "/soc/uart/status=okay"):
        refused(["run", "--set", value], f"--set {value}: expected /thole/NODE/PROP=VALUE")
    refused(["run", "--set", "/thole/clock/priority=<1"], "the cells end with '>'")
    refused(["run", "--set", "/thole/clock/priority=<-1>"], "'-1' is not a number of 32 bits")
    refused(["run", "--set", "/thole/clok/status=okay"], "no node /thole/clok: did you mean /thole/clock\\?")


def a_system_that_is_none_is_told_before_anything_is_built():
    refused(["run", "--system", "blonk"], "There is no system 'blonk' in dts/systems: did you mean blink\\?$")
    refused(["image", "--system", "dts/systems/blink.dts"], "did you mean blink\\?$")
    refused(["doctor", "--system", "nope"], "There is no system 'nope' in dts/systems: known: blink board")


def a_kernel_is_known_by_its_name_and_not_by_a_way_to_it():
    for name in ("..", ".", "/etc", "../kernels/one-core-gicv2", "one-core-gicv2/"):
        for command in ("run", "image", "bench"):
            refused([command, "--kernel", name], f"There is no kernel '{name}': ")


def a_board_is_told_what_it_cannot_do():
    refused(["run", "--board", "pi4"], "There is no board 'pi4': did you mean rpi4\\?$")
    refused(["run", "--board", "rpi4", "--cores", "2"], "--cores says nothing to a Raspberry Pi 4")
    refused(["run", "--direct", "--uboot"], "choose one")
    refused(["run", "--card", "x"], "--card goes with --board rpi4")
    refused(["image", "--board", "imx8mp"], "There is no image for an i.MX 8M Plus EVK")


run(a_word_that_is_no_option_is_told_with_what_it_goes_with,
    a_command_that_is_none_is_told_with_what_is_near,
    help_is_given_where_it_is_asked_for,
    a_wrong_option_is_told_with_those_there_are,
    an_option_without_a_value_says_which_it_takes,
    numbers_that_are_none_are_not_taken,
    settings_that_name_nothing_are_not_taken,
    a_system_that_is_none_is_told_before_anything_is_built,
    a_kernel_is_known_by_its_name_and_not_by_a_way_to_it,
    a_board_is_told_what_it_cannot_do)
