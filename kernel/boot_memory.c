/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Free RAM while the machine boots: what the tree names, less what is in use.
 * Pages are taken from it for ever; what is left becomes untyped memory.
 */
#include "boot_memory.h"

#include "arch.h"
#include "print.h"

#define FREE_MAX (PLATFORM_RAM_MAX + PLATFORM_RESERVED_MAX + 8)

static struct region free_region[FREE_MAX];
static unsigned free_count;
static const struct region_list free_list = { free_region, &free_count, FREE_MAX };

/* What the tree says cannot be helped by starting again. */
static _Noreturn void refuse(const char *why)
{
    kernel_print("kernel: cannot start: %s\n", why);
    arch_power_off();
}

static void must_fit(bool fitted)
{
    if (!fitted)
        refuse("the tree's memory is in too many pieces");
}

/* Whole pages: nobody else may see what shares one. */
static void take_out(struct region used)
{
    if (region_valid(used))
        must_fit(region_list_remove(&free_list, region_grow(used)));
}

void boot_memory_init(const struct boot *boot)
{
    const struct platform *platform = boot->platform;

    for (unsigned index = 0; index < platform->ram_count; index++)
        must_fit(region_list_add(&free_list, platform->ram[index], REGION_JOIN_TOUCHING));
    for (unsigned index = 0; index < platform->reserved_count; index++)
        take_out(platform->reserved[index]);
    take_out(boot->kernel);
    take_out(boot->hardware_tree);
    take_out(platform->archive);
    take_out(platform->system_tree);
}

void *boot_memory_take(size_t bytes, size_t align)
{
    bytes = (bytes + REGION_PAGE_BYTES - 1) & ~(REGION_PAGE_BYTES - 1);
    align = align < REGION_PAGE_BYTES ? REGION_PAGE_BYTES : align;
    for (unsigned index = 0; index < free_count; index++) {
        struct region region = free_region[index];
        uint64_t start = (region.start.value + align - 1) & ~((uint64_t)align - 1);

        if (start + bytes > region_end(region))
            continue;
        must_fit(region_list_remove(&free_list, (struct region){ { start }, bytes }));
        void *memory = arch_kernel_address((paddr_t){ start });

        arch_memory_clear_for_all(memory, bytes);
        return memory;
    }
    refuse("there is not enough memory to start");
}

void boot_memory_give(struct region spare)
{
    if (region_valid(spare))
        must_fit(region_list_add(&free_list, spare, REGION_JOIN_TOUCHING));
}

bool boot_memory_next_block(struct region *block)
{
    while (free_count > 0) {
        struct region region = free_region[0];
        unsigned bits = boot_block_bits(region);

        *block = (struct region){ region.start, 1ULL << bits };
        must_fit(region_list_remove(&free_list, *block));
        return true;
    }
    return false;
}

unsigned boot_block_bits(struct region region)
{
    unsigned by_size = 63u - (unsigned)__builtin_clzll(region.bytes);
    unsigned by_start = region.start.value == 0 ? UNTYPED_MAX_BITS
                                                : (unsigned)__builtin_ctzll(region.start.value);
    unsigned bits = by_size < by_start ? by_size : by_start;

    return bits < UNTYPED_MAX_BITS ? bits : UNTYPED_MAX_BITS;
}
