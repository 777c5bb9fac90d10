/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which cores the tree names, and how each is started: by a call of the
 * firmware (PSCI), or by an address that it polls (spin-table). A core that is
 * disabled is none. What the tree says of one core never harms another.
 */
#include "devicetree.h"

#define RELEASE_BYTES 8u   /* a 64-bit address is written there in one store */

static bool is_known(const struct platform *out, uint64_t id)
{
    for (unsigned i = 0; i < out->core_count; i++)
        if (out->core_id[i] == id)
            return true;
    return false;
}

/* One number of one or two cells. */
static paddr_t release_address(struct devicetree *dt)
{
    struct fdt_value value = dt->property[PROPERTY_RELEASE_ADDRESS];
    uint32_t cells = value.length / FDT_CELL_BYTES;
    bool sound = value.length % FDT_CELL_BYTES == 0 && (cells == 1 || cells == 2);
    return (paddr_t){ sound ? fdt_cells(value, 0, cells) : 0 };
}

static enum core_start way_to_start(struct devicetree *dt, paddr_t release)
{
    struct fdt_value method = dt->property[PROPERTY_ENABLE_METHOD];
    if (fdt_lists(method, "psci"))
        return CORE_START_PSCI;
    if (!fdt_lists(method, "spin-table"))
        return CORE_START_NONE;
    if (release.value != 0 && release.value % RELEASE_BYTES == 0)
        return CORE_START_SPIN_TABLE;
    devicetree_odd(dt, "cpu-release-addr should be one address, of 64 aligned bits", release.value);
    return CORE_START_NONE;
}

void platform_core(struct devicetree *dt)
{
    struct platform *out = dt->out;
    struct fdt_value reg = dt->property[PROPERTY_REG];
    uint32_t cells = dt->level[dt->depth - 2].address_cells;
    if (!fdt_lists(dt->property[PROPERTY_DEVICE_TYPE], "cpu") || !devicetree_enabled(dt))
        return;
    if (cells < 1 || cells > 2 || reg.length < cells * FDT_CELL_BYTES) {
        devicetree_odd(dt, "a core without a readable reg is not used", reg.length);
        return;
    }
    uint64_t id = fdt_cells(reg, 0, cells);
    if (is_known(out, id)) {
        devicetree_odd(dt, "a core that is listed twice is used once", id);
        return;
    }
    if (out->core_count == PLATFORM_CORES_MAX) {
        devicetree_odd(dt, "a core more than the kernel can use", id);
        return;
    }
    unsigned index = out->core_count++;
    out->core_id[index] = id;
    out->core_release[index] = release_address(dt);
    out->core_start[index] = way_to_start(dt, out->core_release[index]);
}

void platform_psci(struct devicetree *dt)
{
    struct fdt_value method = dt->property[PROPERTY_METHOD];
    if (!devicetree_enabled(dt) || dt->out->psci != PSCI_NONE)
        return;
    if (fdt_lists(method, "hvc"))
        dt->out->psci = PSCI_HVC;
    else if (fdt_lists(method, "smc"))
        dt->out->psci = PSCI_SMC;
    else
        devicetree_odd(dt, "PSCI's method should be \"hvc\" or \"smc\"; its length is", method.length);
}

/* --- After the last node ------------------------------------------------------- */

/* The kernel writes there: never over what is, or may become, somebody else's memory. */
static bool may_release(struct devicetree *dt, struct region word)
{
    struct region_list ram = platform_ram(dt->out), reserved = platform_reserved(dt->out);
    struct region_list own = platform_own(dt);
    if (!region_valid(word) || region_list_overlaps(&own, word) ||
        region_overlap(dt->out->uart_registers, word))
        return false;
    return region_list_holds(&reserved, word) || !region_list_overlaps(&ram, word);
}

void platform_finish_cores(struct devicetree *dt)
{
    struct platform *out = dt->out;
    for (unsigned i = 0; i < out->core_count; i++) {
        struct region word = { out->core_release[i], RELEASE_BYTES };
        if (out->core_start[i] != CORE_START_SPIN_TABLE || may_release(dt, word))
            continue;
        out->core_start[i] = CORE_START_NONE;
        devicetree_odd(dt, "cpu-release-addr should be in reserved memory, or not in memory",
                       word.start.value);
    }
}
