# SPDX-License-Identifier: BSD-2-Clause
#
# The virt machine in shapes that differ from the usual one in the processor, the memory's
# size and map, the interrupt controller's parts, and the level that the kernel starts at.
# The same files boot in each, and the driver below the prompt is restarted.

from system import Guest, expect, expect_equal, power_off, run, servers

GIB = 1 << 10
SHAPES = {
    "a small processor": (dict(cores=2, gic=2), ["-cpu", "cortex-a53"]),
    "a small processor with a GICv3": (dict(cores=4, gic=3), ["-cpu", "cortex-a53"]),
    "a server's processor": (dict(cores=4, gic=3), ["-cpu", "neoverse-n1"]),
    "a server's processor at EL2": (dict(cores=4, gic=3), ["-cpu", "neoverse-n1", "-machine", "virtualization=on"]),
    "all that QEMU knows": (dict(cores=4, gic=3), ["-cpu", "max"]),
    "all that QEMU knows, at EL2, with a GICv4": (dict(cores=4, gic=3),
                                                  ["-cpu", "max", "-machine", "virtualization=on,gic-version=4"]),
    "a tag store that nobody uses": (dict(cores=2, gic=3), ["-cpu", "max", "-machine", "mte=on"]),
    "no ITS": (dict(cores=4, gic=3), ["-machine", "its=off"]),
    "nothing above 4 GiB": (dict(cores=4, gic=3, memory="3000M"), ["-machine", "highmem=off"]),
    "a secure world without firmware": (dict(cores=2, gic=3), ["-machine", "secure=on"]),
    "an IOMMU": (dict(cores=2, gic=3), ["-machine", "iommu=smmuv3"]),
    "3 GiB": (dict(cores=2, gic=2, memory="3G"), ["-cpu", "cortex-a53"]),
    "8 GiB": (dict(cores=8, gic=3, memory="8G"), ["-cpu", "neoverse-n1"]),
}


def boots(given, qemu):
    mib = {"3000M": 3000, "3G": 3 * GIB, "8G": 8 * GIB}
    with Guest(direct=True, time_limit=100, qemu=qemu, **given) as guest:
        printed = guest.wait_for_prompt()
        expect(printed, rf"^kernel: cores {given['cores']}, running {given['cores']}$",
               rf"^kernel: memory {mib.get(given.get('memory'), 256)} MiB from 40000000, regions 1;")
        guest.command("kill serial", 30)
        expect(guest.command("echo alive"), "^alive$")
        expect_equal(servers(guest)["serial"], ("running", 1), "serial")
        power_off(guest)


def named(name, shape):
    def test():
        boots(*shape)
    test.__name__ = "with_" + name.replace(" ", "_")
    return test


run(*[named(name, shape) for name, shape in SHAPES.items()])
