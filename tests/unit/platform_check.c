/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The promises of struct platform, checked without the kernel's own region
 * functions, so that a mistake there shows here.
 */
#include "platform_check.h"
#include <string.h>

#define PAGE        4096u
#define ADDRESS_END (1ull << 48)

static uint64_t end_of(struct region region)
{
    return region.start.value + region.bytes;
}

static bool in_bounds(struct region region)
{
    return region.bytes != 0 && region.bytes <= ADDRESS_END && region.start.value <= ADDRESS_END - region.bytes;
}

static bool list_sound(const struct region *list, unsigned count, unsigned max)
{
    if (count > max)
        return false;
    for (unsigned i = 0; i < count; i++) {
        if (!in_bounds(list[i]) || list[i].start.value % PAGE != 0 || list[i].bytes % PAGE != 0)
            return false;
        if (i > 0 && list[i].start.value < end_of(list[i - 1]))
            return false;
    }
    return true;
}

static bool apart(const struct region *list, unsigned count, struct region from)
{
    for (unsigned i = 0; i < count; i++)
        if (from.bytes != 0 && list[i].start.value < end_of(from) && from.start.value < end_of(list[i]))
            return false;
    return true;
}

static bool inside_one(const struct region *list, unsigned count, struct region inner)
{
    for (unsigned i = 0; i < count; i++)
        if (inner.start.value >= list[i].start.value && end_of(inner) <= end_of(list[i]))
            return true;
    return false;
}

static const char *broken_controller(const struct platform *p)
{
    struct region gic[6] = { p->gic_distributor, p->gic_cpu };
    if (p->gic_version != 0 && p->gic_version != 2 && p->gic_version != 3)
        return "gic_version is 0, 2 or 3";
    if (p->gic_redistributor_count > 4)
        return "at most four redistributor regions";
    for (unsigned i = 0; i < p->gic_redistributor_count; i++)
        gic[2 + i] = p->gic_redistributor[i];
    for (unsigned i = 0; i < 6; i++) {
        if (gic[i].bytes != 0 && (!in_bounds(gic[i]) || p->gic_version == 0))
            return "the interrupt controller's regions are valid, and none without it";
        if (!apart(p->device, p->device_count, gic[i]) || !apart(p->ram, p->ram_count, gic[i]))
            return "the interrupt controller is no driver's and no RAM";
    }
    if (p->gic_version == 2 && (p->gic_distributor.bytes < 0x1000 || p->gic_cpu.bytes < 0x2000))
        return "a GICv2 has its registers";
    if (p->gic_version == 3 && (p->gic_distributor.bytes < 0x10000 || p->gic_redistributor_count == 0))
        return "a GICv3 has its registers";
    return NULL;
}

/* Where the kernel writes to start a core. */
static const char *broken_release(const struct platform *p)
{
    for (unsigned i = 0; i < p->core_count; i++) {
        struct region word = { p->core_release[i], 8 };
        if (p->core_start[i] != CORE_START_SPIN_TABLE)
            continue;
        if (!in_bounds(word) || word.start.value == 0 || word.start.value % 8 != 0)
            return "a release address is aligned and physical";
        if (!inside_one(p->reserved, p->reserved_count, word) && !apart(p->ram, p->ram_count, word))
            return "a release address is reserved, or not in RAM";
        if (!apart(&p->gic_distributor, p->gic_distributor.bytes != 0, word) ||
            !apart(&p->uart_registers, p->uart != UART_NONE, word))
            return "a release address is none of the kernel's own devices";
    }
    return NULL;
}

static const char *broken_details(const struct platform *p)
{
    if (p->timer_line != 0 && (p->timer_line < 16 || p->timer_line > 31))
        return "the timer's line is a PPI";
    if (memchr(p->model, 0, sizeof p->model) == NULL)
        return "the model is terminated";
    if (p->core_count > PLATFORM_CORES_MAX)
        return "no more cores than there is room for";
    for (unsigned i = 0; i < p->core_count; i++)
        for (unsigned j = 0; j < i; j++)
            if (p->core_id[i] == p->core_id[j])
                return "no core twice";
    if ((p->uart == UART_NONE) != (p->uart_registers.bytes == 0))
        return "a UART has registers, and none without it";
    if (p->uart != UART_NONE && (!in_bounds(p->uart_registers) || !apart(p->ram, p->ram_count, p->uart_registers)))
        return "the UART is not in RAM";
    if (p->archive.bytes != 0 && !inside_one(p->ram, p->ram_count, p->archive))
        return "the archive is in RAM";
    if (p->system_tree.bytes != 0 && !inside_one(p->ram, p->ram_count, p->system_tree))
        return "the system tree is in RAM";
    return broken_release(p);
}

const char *platform_broken_promise(const struct platform *p)
{
    if (!list_sound(p->ram, p->ram_count, PLATFORM_RAM_MAX) || p->ram_count == 0)
        return "RAM is there, sorted, page aligned and disjoint";
    if (!list_sound(p->reserved, p->reserved_count, PLATFORM_RESERVED_MAX))
        return "reserved memory is sorted, page aligned and disjoint";
    if (!list_sound(p->device, p->device_count, PLATFORM_DEVICE_MAX))
        return "devices are sorted, page aligned and disjoint";
    for (unsigned i = 0; i < p->device_count; i++)
        if (!apart(p->ram, p->ram_count, p->device[i]))
            return "no device overlaps RAM";
    const char *broken = broken_controller(p);
    return broken != NULL ? broken : broken_details(p);
}
