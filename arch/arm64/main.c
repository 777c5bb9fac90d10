/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Boot, as a list: from head.S, with translation on and nothing mapped but the
 * image, to the first program. Early output comes before anything that can
 * fail; what the firmware handed over and cannot be used ends in a sentence.
 */
#include "cpu.h"
#include "harden.h"
#include "kernel/core.h"
#include "kernel/event.h"
#include "kernel/print.h"
#include "kernel/region.h"
#include "kernel_map.h"
#include "machine.h"
#include "random.h"
#include <thole/version.h>

#define KIB_BITS 10
#define MIB_BITS 20
#define MICROSECONDS 1000000
#define TREE_HEADER_BYTES 40 /* Devicetree specification 5.2 */

_Noreturn void arch_main(paddr_t tree_address, uint64_t entry_ticks, paddr_t image);

static struct platform platform;

_Noreturn void machine_refuse(const char *why)
{
    kernel_print("kernel: cannot start: %s\n", why);
    arch_power_off();
}

/* The header says how large the tree is, so it is mapped first. */
static const void *tree_map(paddr_t address, size_t *bytes)
{
    const void *tree = kernel_map_tree(address, TREE_HEADER_BYTES);

    *bytes = devicetree_bytes(tree, SIZE_MAX);
    if (*bytes == 0)
        machine_refuse("no device tree was handed over");
    return kernel_map_tree(address, *bytes < TREE_MAX_BYTES ? *bytes : TREE_MAX_BYTES);
}

/* Nothing is printed before the tree was read: it says where to. */
static void tree_read(const void *tree, size_t bytes)
{
    size_t limit = bytes < TREE_MAX_BYTES ? bytes : TREE_MAX_BYTES;
    const char *error = devicetree_read(tree, limit, &platform);

    early_start(&platform);
    kernel_print("Thole %s\n", THOLE_VERSION);
    if (bytes > TREE_MAX_BYTES)
        error = "the device tree has more than 4 MiB";
    if (error != NULL)
        machine_refuse(error);
    devicetree_tell(&platform);
    psci_use(platform.psci);
}

static bool is_ram(struct region region)
{
    for (unsigned index = 0; index < platform.ram_count; index++)
        if (region_within(region, platform.ram[index]))
            return true;
    return false;
}

static void core_check(void)
{
    const char *missing = cpu_check();

    if (missing != NULL)
        machine_refuse(missing);
}

static void memory_check(const struct boot *boot)
{
    if (!is_ram(boot->kernel))
        machine_refuse("the kernel was loaded where the device tree names no memory");
    if (!is_ram(boot->hardware_tree))
        machine_refuse("the device tree lies where it names no memory");
}

static uint64_t ram_bytes(void)
{
    uint64_t bytes = 0;

    for (unsigned index = 0; index < platform.ram_count; index++)
        bytes += platform.ram[index].bytes;
    return bytes;
}

/* Returns ticks a second. */
static uint64_t timer_start(void)
{
    uint64_t frequency = read_cntfrq_el0();

    if (platform.timer_line == 0)
        machine_refuse("the device tree has no generic timer with a virtual interrupt");
    if (frequency == 0)
        machine_refuse("the firmware left CNTFRQ_EL0, the timer's frequency, at zero");
    timer_use(platform.timer_line);
    return frequency;
}

static void print_memory(const struct boot *boot)
{
    kernel_print("kernel: board %s\n", platform.model);
    kernel_print("kernel: memory %lu MiB from %lx, regions %u; kernel %lu KiB at %lx\n",
                 ram_bytes() >> MIB_BITS, platform.ram[0].start.value, platform.ram_count,
                 boot->kernel.bytes >> KIB_BITS, boot->kernel.start.value);
}

static void print_machine(const struct boot *boot)
{
    kernel_print("kernel: cores %u, running %u\n", platform.core_count, boot->cores_running);
    kernel_print("kernel: interrupt controller GICv%u\n", platform.gic_version);
    kernel_print("kernel: timer %lu Hz\n", boot->timer_frequency);
}

static void print_time(const struct boot *boot)
{
    uint64_t ticks = arch_time_now() - boot->entry_ticks;

    kernel_print("kernel: init after %lu us\n", ticks * MICROSECONDS / boot->timer_frequency);
}

/* Memory for as many lines as there are. */
static void start_lines(void)
{
    unsigned lines = gic_start(&platform);
    void *memory = boot_memory_take(lines * sizeof(void *), PAGE_BYTES);

    kernel_map_lines(lines, arch_physical_address(memory));
}

_Noreturn void arch_main(paddr_t tree_address, uint64_t entry_ticks, paddr_t image)
{
    size_t tree_bytes;
    const void *tree;
    struct thread *init;

    kernel_map_enter(image);
    cpu_init(&cpus[0]);

    tree = tree_map(tree_address, &tree_bytes);
    tree_read(tree, tree_bytes);

    struct boot boot = {
        .platform = &platform,
        .kernel = kernel_map_image(),
        .hardware_tree = {tree_address, tree_bytes},
        .init_image = (const struct init_image *)init_image_start,
        .init_image_bytes = (size_t)(init_image_end - init_image_start),
        .entry_ticks = entry_ticks,
    };

    print_memory(&boot);
    core_check();
    memory_check(&boot);
    kernel_map_ram(platform.ram, platform.ram_count);
    random_start(&boot.hardware_tree);
    harden_guard_start(random_word());
    harden_core_start(&cpus[0]);
    boot_memory_init(&boot);
    start_lines();
    boot.timer_frequency = timer_start();
    boot.cores_running = cores_start(&boot);
    print_machine(&boot);
    harden_print(&cpus[0]);
    kernel_map_spare(boot.spare, boot.cores_running);
    init = boot_init(cpu_here()->core, &boot);
    print_time(&boot);
    core_use_stacks(&cpus[0]);
    boot_leave(init, cpus[0].stack_top);
}
