# SPDX-License-Identifier: BSD-2-Clause
#
# How many cores start, by PSCI and by a spin-table, and what is said of one that
# does not. The trees that are not QEMU's own differ from it in one thing each. With
# --board=rpi4 the spin-table is that of QEMU's raspi4b, else of spin_table.S.

import json
import os
import re
import subprocess
import tempfile

import audit
from stub import Stub
from system import BOARD, ROOT, VIRT, Guest, expect, expect_equal, expect_not, power_off, run, servers
from guest import UBOOT_PROMPT

FIRMWARE = 0x40080000   # where spin_table.S lies, and where QEMU loads a kernel without a header
TABLE = FIRMWARE + 0x1000
KERNEL = 0x40200000
CORE_STOP_BYTES = 20


def cores_run(listed, running, *lines, **options):
    """Boots, and expects the kernel to say how many cores there are, and the lines."""
    with Guest(**{"direct": True, "time_limit": 120, "cores": listed, **options}) as guest:
        text = guest.wait_for_prompt()
        expect(text, rf"^kernel: cores \d+, running {running}$", *lines)
        expect_equal(len(re.findall("did not start", text)), len(lines), "lines about cores that did not start")
        expect_equal(servers(guest)["shell"], ("running", 0), "shell")
        power_off(guest)
        return text


def all_cores_start(gic):
    for cores in (1, 2, 4, 8):
        expect(cores_run(cores, cores, gic=gic), rf"^kernel: cores {cores}, running {cores}$")


def all_cores_start_with_a_gicv2():
    all_cores_start(2)


def all_cores_start_with_a_gicv3():
    all_cores_start(3)


def all_cores_start_behind_uboot():
    cores_run(4, 4, direct=False)


def all_cores_start_at_el2():
    for gic in (2, 3):
        cores_run(4, 4, gic=gic, qemu=["-machine", "virtualization=on"])


def all_cores_of_another_kind_start():
    cores_run(8, 8, gic=3, qemu=["-cpu", "max"])


def cores_beyond_the_eighth_stay_off():
    text = cores_run(12, 8, gic=3)
    expect(text, r"^kernel: cores 8, running 8$", "a core more than the kernel can use")


def the_core_that_boots_need_not_be_the_first_in_the_tree():
    cores_run(3, 3, tree_edits=[["-tx", "/cpus/cpu@0", "reg", "2"], ["-tx", "/cpus/cpu@2", "reg", "0"],
                                ["-ts", "/cpus/cpu@0", "enable-method", "psci"]])


def a_disabled_core_is_not_counted():
    text = cores_run(4, 3, tree_edits=[["-ts", "/cpus/cpu@2", "status", "disabled"]])
    expect(text, r"^kernel: cores 3, running 3$")


def a_core_that_the_firmware_refuses_is_left_out():
    cores_run(4, 3, r"^kernel: core 77 did not start: the firmware answers INVALID_PARAMETERS$",
              tree_edits=[["-tx", "/cpus/cpu@2", "reg", "77"]])


def a_core_without_a_way_to_start_is_left_out():
    cores_run(4, 2, r"^kernel: core 1 did not start: the device tree names no way to start it$",
              r"^kernel: core 3 did not start: the device tree names no way to start it$",
              tree_edits=[["-d", "/cpus/cpu@1", "enable-method"],
                          ["-ts", "/cpus/cpu@3", "enable-method", "acme,smp"]])


def a_machine_without_psci_has_one_core():
    # The emulator puts the node into every tree; U-Boot takes it out.
    with Guest(uboot=True, cores=2, time_limit=90) as guest:
        guest.wait_for(UBOOT_PROMPT, 30)
        guest.send_line('setenv thole_copy "${thole_copy}; fdt rm /psci"')
        guest.wait_for(UBOOT_PROMPT)
        guest.send_line("boot")
        expect(guest.wait_for_prompt(), r"^kernel: cores 2, running 1$",
               r"^kernel: core 1 did not start: the device tree has no PSCI to start it by$")


# --- Spin-tables -------------------------------------------------------------

def build_firmware(directory):
    """spin_table.S as bytes, by the compiler that built the kernel."""
    with open(os.path.join(VIRT, "compile_commands.json"), encoding="utf-8") as commands:
        compiler = json.load(commands)[0]["command"].split()[0]
    path = os.path.join(directory, "firmware")
    subprocess.run([compiler, "-c", "-o", path + ".o", os.path.join(ROOT, "tests", "system", "spin_table.S")], check=True)
    subprocess.run([compiler.removesuffix("gcc") + "objcopy", "-O", "binary", "-j", ".text", path + ".o", path],
                   check=True)
    return path


def spin_table_edits(words, reserve=True):
    """A tree in which each core but the first polls one of the firmware's words."""
    edits = []
    if reserve:
        edits += [["-c", "/reserved-memory"], ["-tx", "/reserved-memory", "#address-cells", "2"],
                  ["-tx", "/reserved-memory", "#size-cells", "2"], ["-c", "/reserved-memory/firmware"],
                  ["-tx", "/reserved-memory/firmware", "reg", "0", f"{FIRMWARE:x}", "0", "2000"]]
    for core, word in enumerate(words, 1):
        edits += [["-ts", f"/cpus/cpu@{core}", "enable-method", "spin-table"],
                  ["-tx", f"/cpus/cpu@{core}", "cpu-release-addr", "0", f"{TABLE + 8 * word:x}"]]
    return edits


def released(words, running, *lines, qemu=(), reserve=True, **options):
    image = os.path.join(VIRT, "Image")
    with tempfile.TemporaryDirectory() as directory:
        return cores_run(len(words) + 1, running, *lines, image=build_firmware(directory),
                         tree_edits=spin_table_edits(words, reserve),
                         qemu=["-device", f"loader,file={image},addr={KERNEL:#x},force-raw=on", *qemu], **options)


def cores_that_poll_are_released():
    for gic in (2, 3):
        released([1, 2, 3], 4, gic=gic)


def cores_that_share_a_word_come_one_after_the_other():
    for gic in (2, 3):
        released([1, 2, 3, 4, 4, 4, 4], 8, gic=gic)


def cores_that_poll_at_el2_are_released():
    released([1, 2, 3, 4, 4, 4, 4], 8, gic=3, qemu=["-machine", "virtualization=on"])


def a_core_that_does_not_come_is_left_out_and_the_next_one_starts():
    released([1, 7, 3], 3, r"^kernel: core 2 did not start: it did not come$")


def where_cores_are(guest):
    with Stub(guest.stub_path) as stub:
        found = []
        for core in stub.cores():
            stub.choose(core)
            found.append(stub.register("pc"))
        return found


def core_2_comes_late(table, **options):
    """The code that would set it up is gone then, and its memory may be a program's. table: the word of core 0."""
    stop, = audit.evaluate(os.path.join(VIRT, "kernel.elf"), "&core_stop")
    with Guest(direct=True, time_limit=120, **options) as guest:
        expect(guest.wait_for_prompt(), r"^kernel: core 2 did not start: it did not come$")
        guest.audit()
        with Stub(guest.stub_path) as stub:
            stub.physical()
            stub.write_word(table + 8 * 2, stub.read_word(table + 8 * 1))
        for _ in range(50):
            expect_equal(servers(guest)["shell"], ("running", 0), "shell")
            if stop <= where_cores_are(guest)[2] < stop + CORE_STOP_BYTES:
                break
        else:
            raise AssertionError(f"the core is not where it should stop: {where_cores_are(guest)[2]:#x}")
        guest.audit = dict  # it has tables loaded that belong to no space
        power_off(guest)


def a_core_that_comes_when_boot_is_over_does_nothing():
    image = os.path.join(VIRT, "Image")
    with tempfile.TemporaryDirectory() as directory:
        core_2_comes_late(TABLE, cores=3, image=build_firmware(directory), tree_edits=spin_table_edits([1, 7]),
                          qemu=["-device", f"loader,file={image},addr={KERNEL:#x},force-raw=on"])


def nothing_is_written_to_memory_that_is_not_reserved():
    text = released([1], 1, r"^kernel: core 1 did not start: the device tree names no way to start it$", reserve=False)
    expect(text, "cpu-release-addr should be in reserved memory")
    expect_not(text, "kernel panic")


# --- A Raspberry Pi, whose cores poll words of page 0 -------------------------------

NOT_POLLED, NOT_RESERVED = "f8", "5000"
PI_TABLE = 0xd8
LATE = [["-tx", "/cpus/cpu@2", "cpu-release-addr", "0", NOT_POLLED]]


def as_many_cores_start_as_its_tree_has():
    for cores in (1, 2, 3):
        expect(cores_run(cores, cores), rf"^kernel: cores {cores}, running {cores}$")


def a_core_of_it_that_does_not_come_is_left_out_and_the_next_one_starts():
    cores_run(4, 3, r"^kernel: core 2 did not start: it did not come$",
              tree_edits=LATE)


def a_core_of_it_that_comes_when_boot_is_over_does_nothing():
    core_2_comes_late(PI_TABLE, tree_edits=LATE)


def nothing_is_written_to_memory_of_it_that_is_not_reserved():
    text = cores_run(4, 3, r"^kernel: core 1 did not start: the device tree names no way to start it$",
                     tree_edits=[["-tx", "/cpus/cpu@1", "cpu-release-addr", "0", NOT_RESERVED]])
    expect(text, "cpu-release-addr should be in reserved memory")


ON_A_PI = (as_many_cores_start_as_its_tree_has,
           all_cores_start_behind_uboot,
           a_disabled_core_is_not_counted,
           a_core_without_a_way_to_start_is_left_out,
           a_core_of_it_that_does_not_come_is_left_out_and_the_next_one_starts,
           a_core_of_it_that_comes_when_boot_is_over_does_nothing,
           nothing_is_written_to_memory_of_it_that_is_not_reserved)
ON_VIRT = (all_cores_start_with_a_gicv2,
           all_cores_start_with_a_gicv3,
           all_cores_start_behind_uboot,
           all_cores_start_at_el2,
           all_cores_of_another_kind_start,
           cores_beyond_the_eighth_stay_off,
           the_core_that_boots_need_not_be_the_first_in_the_tree,
           a_disabled_core_is_not_counted,
           a_core_that_the_firmware_refuses_is_left_out,
           a_core_without_a_way_to_start_is_left_out,
           a_machine_without_psci_has_one_core,
           cores_that_poll_are_released,
           cores_that_share_a_word_come_one_after_the_other,
           cores_that_poll_at_el2_are_released,
           a_core_that_does_not_come_is_left_out_and_the_next_one_starts,
           a_core_that_comes_when_boot_is_over_does_nothing,
           nothing_is_written_to_memory_that_is_not_reserved)
run(*(ON_A_PI if BOARD == "rpi4" else ON_VIRT))
