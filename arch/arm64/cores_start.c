/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starting the other cores, one after the other. Each reports itself or is given
 * up: one that comes too late finds that in cores.c. Only the first core prints.
 */
#include "cores.h"
#include "harden.h"
#include "kernel/core.h"
#include "kernel/print.h"
#include "kernel/region.h"
#include "kernel_map.h"
#include "machine.h"
#include "mmio.h"

#define ARRIVAL_SECONDS 5
#define AFFINITY_NONE UINT64_MAX

extern char core_entry[];

/* --- On the core that starts ------------------------------------------------- */

/* It is awaited: refused or not, it leaves this file again. */
const char *core_setup(struct cpu *cpu)
{
    const char *refusal;

    kernel_map_join();
    refusal = cpu_check();
    if (refusal == NULL)
        refusal = kernel_map_check();
    if (refusal != NULL)
        return refusal;
    cpu_init(cpu);
    refusal = gic_core_start();
    if (refusal == NULL) {
        timer_core_start();
        harden_core_start(cpu);
    }
    return refusal;
}

/* --- On the first core --------------------------------------------------------- */

static const char *release(const struct boot *boot, paddr_t address, paddr_t entry)
{
    struct region word = {address, sizeof(uint64_t)};
    const struct platform *platform = boot->platform;
    volatile void *at;

    if (region_overlap(word, boot->kernel) || region_overlap(word, boot->hardware_tree) ||
        region_overlap(word, platform->archive) || region_overlap(word, platform->system_tree))
        return "its release address lies in what was loaded";
    at = arch_kernel_address(address);
    for (unsigned index = 0; index < platform->ram_count; index++)
        if (region_within(word, platform->ram[index])) {
            mmio_write64(at, 0, entry.value);
            memory_clean((const void *)at, sizeof entry.value);
            return NULL;
        }
    /* A device's, it seems. If nothing answers there, this is the last line before a panic. */
    kernel_print("kernel: a core is released at %lx, which is no memory\n", address.value);
    mmio_write64(kernel_map_device(&word, word.bytes), 0, entry.value);
    return NULL;
}

static const char *wait_for(struct cpu *cpu)
{
    uint64_t begun = arch_time_now(), patience = read_cntfrq_el0() * ARRIVAL_SECONDS;
    unsigned awaited = ARRIVAL_AWAITED;

    while (__atomic_load_n(&cpu->arrival, __ATOMIC_RELAXED) == ARRIVAL_AWAITED)
        if (arch_time_now() - begun > patience &&
            __atomic_compare_exchange_n(&cpu->arrival, &awaited, ARRIVAL_GIVEN_UP, false,
                                        __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
            return "it did not come";
    /* What it does now has an end; before that, what it executes must not go. */
    while (__atomic_load_n(&cpu->arrival, __ATOMIC_ACQUIRE) == ARRIVAL_COMING)
        ;
    return cpu->refusal;
}

static const char *start(struct cpu *cpu, const struct boot *boot, unsigned listed)
{
    const struct platform *platform = boot->platform;
    paddr_t entry = arch_physical_address(core_entry);
    const char *failure;

    if (platform->core_start[listed] == CORE_START_NONE)
        return "the device tree names no way to start it";
    core_make_stacks(cpu);
    core_use_stacks(cpu);
    cpu->may_start = 1;
    memory_clean(cpu, sizeof *cpu);
    if (platform->core_start[listed] == CORE_START_PSCI)
        failure = psci_core_on(cpu->affinity, entry);
    else
        failure = release(boot, platform->core_release[listed], entry);
    send_event();
    return failure != NULL ? failure : wait_for(cpu);
}

/* All that head.S looks at is there before the first of them is started. */
static void prepare(const struct platform *platform)
{
    unsigned index = 1;

    for (unsigned listed = 0; listed < platform->core_count; listed++)
        if (platform->core_id[listed] != cpus[0].affinity && index < CORES_MAX)
            cpus[index++].affinity = platform->core_id[listed];
    while (index < CORES_MAX)
        cpus[index++].affinity = AFFINITY_NONE;
    for (index = 1; index < CORES_MAX; index++)
        cpus[index].index = index;
    memory_clean(cpus, sizeof cpus);
    memory_clean(&boot_translation, sizeof boot_translation);
}

unsigned cores_start(const struct boot *boot)
{
    const struct platform *platform = boot->platform;
    struct cpu *cpu = &cpus[1];
    unsigned running = 0;

    cores_numbered[running++] = &cpus[0];
    cpus[0].core = &cores[0];
    core_make_stacks(&cpus[0]);
    prepare(platform);
    for (unsigned listed = 0; listed < platform->core_count && cpu < cpus + CORES_MAX;
         listed++) {
        const char *failure;

        if (platform->core_id[listed] == cpus[0].affinity)
            continue;
        cpu->core = &cores[running];
        failure = start(cpu, boot, listed);
        if (failure == NULL)
            cores_numbered[running++] = cpu;
        else
            kernel_print("kernel: core %lx did not start: %s\n", cpu->affinity, failure);
        cpu++;
    }
    for (unsigned number = 0; number < running; number++)
        cores[number].long_ways = cores_numbered[number]->leave_by_firmware;
    return running;
}
