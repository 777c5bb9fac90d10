/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * After the last node: what needs the whole tree. Regions that overlap are
 * taken apart, and what the kernel will read as memory has to lie in RAM.
 */
#include "devicetree.h"

/* A region that the kernel will read as memory: wholly in RAM, or there is none. */
static struct region in_ram(struct devicetree *dt, const char *what, uint64_t start, uint64_t bytes)
{
    struct region_list ram = platform_ram(dt->out);
    struct region region = { { start }, bytes };
    if (region_valid(region) && region_list_holds(&ram, region))
        return region;
    devicetree_odd(dt, what, start);
    return (struct region){ { 0 }, 0 };
}

/* A number of 32 or 64 bits. */
static bool number_read(struct fdt_value value, uint64_t *number)
{
    *number = 0;
    if (value.length != FDT_CELL_BYTES && value.length != 2 * FDT_CELL_BYTES)
        return false;
    *number = fdt_cells(value, 0, value.length / FDT_CELL_BYTES);
    return true;
}

static void finish_chosen(struct devicetree *dt)
{
    struct fdt_value system = dt->system_tree;
    if (dt->archive_start.bytes != NULL || dt->archive_end.bytes != NULL) {
        uint64_t start, end;
        bool sound = number_read(dt->archive_start, &start);
        sound = number_read(dt->archive_end, &end) && sound;
        dt->out->archive = in_ram(dt, "chosen: linux,initrd-start and -end should enclose RAM",
                                  start, sound ? end - start : 0);
    }
    if (system.bytes != NULL) {
        bool sound = system.length == 4 * FDT_CELL_BYTES;
        dt->out->system_tree = in_ram(dt, "chosen: thole,system should be an address and a size in RAM",
                                      fdt_cells(system, 0, 2), sound ? fdt_cells(system, 2, 2) : 0);
    }
}

/* Memory that nobody may map is no RAM to the kernel, which maps all that is. */
static void finish_unmapped(struct devicetree *dt)
{
    struct region_list ram = platform_ram(dt->out);
    for (unsigned i = 0; i < dt->unmapped_count; i++)
        if (!region_list_remove(&ram, dt->unmapped[i]))
            dt->refusal = "the device tree's no-map regions cut RAM into more pieces than the kernel has room for";
}

/* What overlaps is RAM first, then the kernel's own, then a driver's. */
static void finish_devices(struct devicetree *dt)
{
    struct region_list devices = platform_devices(dt->out);
    struct region_list own = platform_own(dt), ram = platform_ram(dt->out);
    bool room = true;
    for (unsigned i = 0; i < *ram.count; i++) {
        if (region_list_overlaps(&devices, ram.region[i]))
            devicetree_odd(dt, "a device lies in RAM: that part is RAM", ram.region[i].start.value);
        room = region_list_remove(&devices, ram.region[i]) && room;
    }
    for (unsigned i = 0; i < *own.count; i++)
        room = region_list_remove(&devices, own.region[i]) && room;
    if (!room) {
        dt->out->dropped++;
        devicetree_odd(dt, "no room for all device regions", *devices.count);
    }
}

const char *platform_finish(struct devicetree *dt)
{
    finish_unmapped(dt);
    finish_devices(dt);
    platform_finish_own(dt);
    platform_finish_timer(dt);
    platform_finish_cores(dt);
    finish_chosen(dt);
    if (dt->refusal != NULL)
        return dt->refusal;
    return dt->out->ram_count == 0 ? "the device tree names no RAM that can be used" : NULL;
}
