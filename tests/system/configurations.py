#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
#
# Kernels of which parts were left out (docs/configuration.md): each runs the same init and
# programs on the machine that it was made for, and on another says what it lacks. The
# conformance tests run on them, too (conformance.py).

import json
import os
import re
import subprocess
import tempfile

from system import (BOARD, ROOT, VIRT, Guest, expect, expect_equal, expect_not, memory, power_off, run, servers,
                    shown)
from elf import Elf     # audit adds its path

ONE_CORE, GICV3 = "one-core-gicv2", "gicv3-untraced"
# In the kernel with everything, by what is called so; and in which others.
PARTS = {"gicv2_": {ONE_CORE}, "gicv3_": {GICV3}, "trace_": set(), "traced_": set(), "vectors_traced": set(),
         "core_entry": {GICV3}, "core_main": {GICV3}, "others_wait": {GICV3}, "psci_core_on": {GICV3},
         "fast_call": {ONE_CORE, GICV3}, "panic_exception": {ONE_CORE, GICV3}}


def folder_of(kernel):
    return os.path.join(VIRT, "kernels", kernel) if kernel else VIRT


def names_in(kernel):
    said = subprocess.run(["aarch64-linux-gnu-nm", os.path.join(folder_of(kernel), "kernel.elf")],
                          capture_output=True, text=True, check=True).stdout
    return {line.split()[-1].partition(".")[0] for line in said.splitlines()}


def text_bytes(kernel):
    """All that is mapped executable when a program runs, as ./thole bench counts it."""
    address = Elf(os.path.join(folder_of(kernel), "kernel.elf")).address
    return address["text_end"] - address["image_start"]


def files_of(kernel):
    target = f"kernel-{kernel}" if kernel else "kernel"
    with open(os.path.join(VIRT, "compile_commands.json"), encoding="utf-8") as file:
        return len([entry for entry in json.load(file)
                    if re.search(rf" -o CMakeFiles/{target}(_boot)?\.dir/", entry["command"])])


def boots(kernel, **given):
    """A guest at its prompt, whose driver was killed and came again."""
    guest = Guest(direct=True, kernel=kernel, **given)
    guest.wait_for_prompt()
    guest.command("kill serial")
    found = servers(guest)
    expect_equal(found["serial"], ("running", 1), "the driver of the line, killed once")
    expect_equal({state for state, _ in found.values()} <= {"running", "disabled"}, True, f"states: {found}")
    return guest


def refused(kernel, **given):
    """What it says before it switches the machine off."""
    with Guest(direct=True, kernel=kernel, **given) as guest:
        expect_equal(guest.wait_for_exit(), 0, "QEMU's exit status")
        expect_not(guest.text, "^init: ", "kernel panic")
        return guest.text


def one_core_and_a_gicv2_need_no_more_than_the_smallest_kernel():
    with boots(ONE_CORE) as guest:
        expect(guest.text, "^kernel: cores 1, running 1$", "^kernel: interrupt controller GICv2$")
        expect_not(guest.text, "made for one core")
        expect(guest.command("echo it answers"), "^it answers$")
        expect_equal(memory(guest)["ram"], 256 << 20, "RAM")
        power_off(guest)


def uboot_starts_it_too():
    with Guest(kernel=ONE_CORE) as guest:
        guest.wait_for_prompt()
        expect(guest.text, "^U-Boot ", "^kernel: cores 1, running 1$")
        power_off(guest)


def thole(*words):
    done = subprocess.run([os.path.join(ROOT, "thole"), *words], capture_output=True, text=True, timeout=180, check=False)
    return done.returncode, done.stderr


def an_image_has_the_kernel_that_was_named():
    with tempfile.TemporaryDirectory() as folder:
        for kernel, others in ((ONE_CORE, (None, GICV3)), (None, (ONE_CORE, GICV3))):
            target = os.path.join(folder, "disk.img")
            expect_equal(thole("image", *(["--kernel", kernel] if kernel else []), "-o", target), (0, ""), "image")
            with open(target, "rb") as file:
                content = file.read()
            for each in (kernel, *others):
                with open(os.path.join(folder_of(each), "Image"), "rb") as file:
                    expect_equal(file.read() in content, each == kernel, f"the disk of {kernel} has {each}")


def a_name_that_is_none_is_refused_with_the_nearest():
    for command in ("run", "image", "bench", "debug", "trace"):
        status, said = thole(command, "--kernel", "one-core-gicv3")
        expect_equal(status, 1, f"exit status of {command}")
        expect(said, "There is no kernel 'one-core-gicv3': did you mean one-core-gicv2\\?")


def further_cores_are_left_stopped_and_that_is_said():
    with boots(ONE_CORE, cores=4) as guest:
        expect(guest.text, "^kernel: made for one core: 3 more stay stopped$", "^kernel: cores 4, running 1$")
        expect(guest.command("version"), "^1 of 4 cores run")
        power_off(guest)


def a_raspberry_pi_runs_on_one_of_its_four_cores():
    with boots(ONE_CORE) as guest:
        expect(guest.text, "^kernel: made for one core: 3 more stay stopped$", "^kernel: cores 4, running 1$")


def a_controller_that_was_left_out_is_named_before_anything_starts():
    expect(refused(ONE_CORE, gic=3), "^kernel: cannot start: the device tree has a GICv3, and this kernel was made "
                                     "for GICv2 alone$")
    expect(refused(GICV3, gic=2), "^kernel: cannot start: the device tree has a GICv2, and this kernel was made "
                                  "for GICv3 alone$")


def several_cores_and_a_gicv3_run_without_what_was_left_out():
    with boots(GICV3, cores=4, gic=3) as guest:
        expect(guest.text, "^kernel: cores 4, running 4$", "^kernel: interrupt controller GICv3$")
        power_off(guest)


def a_kernel_without_tracing_says_so_and_goes_on():
    for kernel, gic in ((ONE_CORE, 2), (GICV3, 3)):
        with Guest(direct=True, kernel=kernel, gic=gic) as guest:
            guest.wait_for_prompt()
            expect(guest.command("trace on"), "^The kernel refuses to be traced.$")
            expect(guest.command("echo it answers"), "^it answers$")
            expect_not(shown(guest), "panic")


def what_was_not_picked_is_not_in_it():
    everything, found = names_in(None), {kernel: names_in(kernel) for kernel in (ONE_CORE, GICV3)}
    for part, kernels in PARTS.items():
        has = {kernel for kernel, names in found.items() if any(name.startswith(part) for name in names)}
        expect_equal(has, kernels, f"kernels that have {part}")
        expect_equal(any(name.startswith(part) for name in everything), True, f"{part} in the kernel with everything")


def each_is_smaller_and_the_document_says_by_how_much():
    with open(os.path.join(ROOT, "docs", "configuration.md"), encoding="utf-8") as file:
        said = re.findall(r"^\| `([\w-]+)` \|.*\| (\d+) \| ([\d,]+) \|$", file.read(), re.MULTILINE)
    found = {kernel or "kernel": text_bytes(kernel) for kernel in (None, ONE_CORE, GICV3)}
    expect_equal(found, {name: int(size.replace(",", "")) for name, _, size in said}, "bytes of text")
    expect_equal({kernel or "kernel": files_of(kernel) for kernel in (None, ONE_CORE, GICV3)},
                 {name: int(count) for name, count, _ in said}, "files")
    expect_equal(found[ONE_CORE] < found[GICV3] < found["kernel"], True, f"each is smaller: {found}")


def a_mix_that_cannot_be_is_refused_when_it_is_configured():
    options = "thole_kernel_option(CORES one)\nthole_kernel_option(CORES several)\nthole_kernel_option(GIC v2)\n"
    for words, why in (("CORES one GIC v2", None), ("CORES two GIC v2", "CORES 'two' is none of: one;several"),
                       ("CORES one", "GIC '' is none of: v2"), ("CORES one GIC v2 SPEED fast", "nobody asks for 'SPEED;fast'")):
        text = f'cmake_minimum_required(VERSION 3.25)\ninclude("{ROOT}/cmake/kernel.cmake")\n{options}thole_kernel_configuration(mine {words})\n' \
               "kernel_collect(found mine SOURCES)\n"
        with tempfile.NamedTemporaryFile("w", suffix=".cmake") as file:
            file.write(text)
            file.flush()
            done = subprocess.run(["cmake", "-P", file.name], capture_output=True, text=True, timeout=60, check=False)
        expect_equal(done.returncode != 0, why is not None, f"{words} is refused\n{done.stderr}")
        if why:
            expect(" ".join(done.stderr.split()), re.escape(why))


if BOARD == "rpi4":
    run(a_raspberry_pi_runs_on_one_of_its_four_cores)
else:
    run(
        one_core_and_a_gicv2_need_no_more_than_the_smallest_kernel,
        uboot_starts_it_too,
        an_image_has_the_kernel_that_was_named,
        a_name_that_is_none_is_refused_with_the_nearest,
        further_cores_are_left_stopped_and_that_is_said,
        a_controller_that_was_left_out_is_named_before_anything_starts,
        several_cores_and_a_gicv3_run_without_what_was_left_out,
        a_kernel_without_tracing_says_so_and_goes_on,
        what_was_not_picked_is_not_in_it,
        each_is_smaller_and_the_document_says_by_how_much,
        a_mix_that_cannot_be_is_refused_when_it_is_configured)
