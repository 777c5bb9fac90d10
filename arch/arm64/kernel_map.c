/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Builds the kernel's translation tables. The first ones are made with
 * translation off, when pointers are physical; `table_offset` is the difference
 * between a table's pointer and its physical address in either state. Entries
 * only go from invalid to valid, so no TLB holds anything that must go: that is
 * for kernel_space.c.
 */
#include "kernel_map.h"
#include "cpu.h"
#include "kernel/core.h"
#include "kernel/object/event_object.h"
#include "kernel_space.h"
#include "machine.h"

/* First in .boot_bss, by kernel.ld, which calls it boot_stacks. */
static struct boot_stacks first_stacks __attribute__((section(".bss.stacks"), used));
struct core_stacks core_stacks[CORES_MAX];

static unsigned tables_used;

/* Both halves' upper levels, and level 3 for an image of the largest size. */
STATIC_ASSERT(TABLES_EARLY >= 4 + 3 + KERNEL_MAX_BYTES / BLOCK_BYTES);

static unsigned physical_range; /* the first core's ID_AA64MMFR0_EL1.PARange */
static uint64_t device_next = DEVICE_WINDOW;

struct span {
    uint64_t at;
    uint64_t physical;
    uint64_t bytes;
};

#define KERNEL_DEVICE (PTE_ATTR(MEMORY_DEVICE) | PTE_ACCESSED | PTE_UXN | PTE_PXN)

static uint64_t *table_new(void)
{
    uint64_t *table = boot_tables[tables_used];

    if ((char *)table == image_end)
        machine_refuse("the memory that the device tree names is in too many pieces");
    __builtin_memset(table, 0, PAGE_BYTES);
    tables_used++;
    return table;
}

static uint64_t *table_below(uint64_t *entry)
{
    if (!(*entry & PTE_VALID))
        *entry = ((uint64_t)table_new() - table_offset) | PTE_TABLE;
    return (uint64_t *)((*entry & PTE_ADDRESS) + table_offset);
}

/* The first level whose entries are not too large for the span's start. */
static unsigned level_that_fits(const struct span *span)
{
    unsigned level = LEVEL_FIRST_BLOCK;

    while (level < LEVEL_LAST) {
        uint64_t size = 1ULL << level_shift(level);

        if (((span->at | span->physical) & (size - 1)) == 0 && span->bytes >= size)
            break;
        level++;
    }
    return level;
}

static void map_one(uint64_t *table, const struct span *span, unsigned level, uint64_t attributes)
{
    for (unsigned above = 0; above < level; above++)
        table = table_below(&table[level_index(above, span->at)]);
    table[level_index(level, span->at)] =
        span->physical | attributes | (level == LEVEL_LAST ? PTE_PAGE : PTE_BLOCK);
}

static void map(uint64_t *root, struct span span, uint64_t attributes)
{
    while (span.bytes > 0) {
        unsigned level = level_that_fits(&span);
        uint64_t size = 1ULL << level_shift(level);

        map_one(root, &span, level, attributes);
        span.at += size;
        span.physical += size;
        span.bytes -= size;
    }
}

/* --- With translation off ------------------------------------------------ */

static void map_image_part(const void *start, const void *end, uint64_t attributes)
{
    uint64_t offset = (uint64_t)start - (uint64_t)image_start;
    struct span span = {
        .at = KERNEL_BASE + offset,
        .physical = (uint64_t)start,
        .bytes = (uint64_t)end - (uint64_t)start,
    };

    map(kernel_root, span, attributes);
}

/* What is writable lies between the guard pages of the stacks, and around them. */
static void map_writable_parts(void)
{
    map_image_part(boot_end, boot_stacks.guard_below, KERNEL_DATA);
    map_image_part(boot_stacks.stack, boot_stacks.guard_between, KERNEL_DATA);
    map_image_part(boot_stacks.emergency, boot_stacks.guard_above, KERNEL_DATA);
    map_image_part(boot_stacks.guard_above + PAGE_BYTES, image_end, KERNEL_DATA);
}

static uint64_t tcr_value(unsigned program_bits)
{
    unsigned parange = id_field(read_id_aa64mmfr0_el1(), MMFR0_PARANGE_BIT);
    uint64_t tcr = TCR_T0SZ(program_bits) | TCR_WALKS0 | TCR_TG0_4K | TCR_T1SZ(48) | TCR_WALKS1 |
                   TCR_TG1_4K | TCR_AS_16;

    if (id_field(read_id_aa64mmfr2_el1(), MMFR2_E0PD_BIT) != 0)
        tcr |= TCR_E0PD1;
    return tcr | TCR_IPS(parange < PARANGE_48_BITS ? parange : PARANGE_48_BITS);
}

static uint64_t sctlr_value(void)
{
    uint64_t sctlr = SCTLR_RES1 | SCTLR_M | SCTLR_C | SCTLR_I | SCTLR_SA | SCTLR_SA0 | SCTLR_DZE |
                     SCTLR_UCT | SCTLR_NTWI | SCTLR_NTWE | SCTLR_WXN | SCTLR_UCI;

    if (id_field(read_id_aa64mmfr1_el1(), MMFR1_PAN_BIT) != 0)
        sctlr &= ~(uint64_t)SCTLR_SPAN;
    return sctlr;
}

void boot_map(void)
{
    uint64_t *identity_root = table_new();
    struct span identity = {
        .at = (uint64_t)image_start,
        .physical = (uint64_t)image_start,
        .bytes = PAGE_BYTES,
    };

    kernel_root = table_new();
    map(identity_root, identity, KERNEL_TEXT);
    map_image_part(image_start, text_end, KERNEL_TEXT);
    map_image_part(text_end, rodata_end, KERNEL_RODATA);
    map_image_part(boot_start, boot_text_end, KERNEL_TEXT);
    map_image_part(boot_text_end, boot_end, KERNEL_RODATA);
    map_writable_parts();

    boot_translation = (struct translation){
        .ttbr0 = (uint64_t)identity_root,
        .ttbr1 = (uint64_t)kernel_root,
        .mair = MAIR_NORMAL_WRITE_BACK << (8 * MEMORY_NORMAL) |
                MAIR_DEVICE_NGNRE << (8 * MEMORY_DEVICE) |
                MAIR_NORMAL_UNCACHED << (8 * MEMORY_UNCACHED),
        .tcr = tcr_value(48),
        .sctlr = sctlr_value(),
    };
}

/* --- With translation on ------------------------------------------------- */

static unsigned own_physical_range(void)
{
    return id_field(read_id_aa64mmfr0_el1(), MMFR0_PARANGE_BIT);
}

/* The first core's values are right until here; what the core has of its own comes now. */
void kernel_map_join(void)
{
    write_sctlr_el1(sctlr_value());
    write_ttbr0_el1(kernel_map_empty_root().value);
    barrier_isb();
    write_tcr_el1(tcr_value(USER_ADDRESS_BITS));
    barrier_isb();
    __asm__ volatile("tlbi vmalle1" : : : "memory");
    barrier_tlbi();
    if (id_field(read_id_aa64mmfr1_el1(), MMFR1_PAN_BIT) != 0)
        __asm__ volatile(".arch_extension pan\n\tmsr pan, #1" : : : "memory");
}

void kernel_map_enter(paddr_t image)
{
    table_offset = KERNEL_BASE - image.value;
    kernel_root = (uint64_t *)(read_ttbr1_el1() + table_offset);
    physical_range = own_physical_range();
    empty_root = arch_physical_address(table_new());
    kernel_map_join();
}

const char *kernel_map_check(void)
{
    return own_physical_range() < physical_range ? "it can address less memory than the first"
                                                 : NULL;
}

static struct region image_part(const void *start, const void *end)
{
    return (struct region){
        .start = arch_physical_address(start),
        .bytes = (uint64_t)end - (uint64_t)start,
    };
}

struct region kernel_map_image(void)
{
    return image_part(image_start, image_end);
}

static uint64_t page_offset(uint64_t address)
{
    return address % PAGE_BYTES;
}

static uint64_t pages_for(uint64_t bytes)
{
    return (bytes + PAGE_BYTES - 1) & ~(uint64_t)(PAGE_BYTES - 1);
}

void kernel_map_spare(struct region spare[BOOT_SPARE_MAX], unsigned cores_running)
{
    kept_end = pages_for((uint64_t)&cores[cores_running]);
    spare_start = (uint64_t)boot_tables[tables_used];
    spare[0] = image_part(boot_start, boot_end);
    spare[1] = image_part((const void *)kept_end, boot_tables);
    spare[2] = image_part(boot_tables[tables_used], image_end);
}

const void *kernel_map_tree(paddr_t address, uint64_t bytes)
{
    uint64_t offset = page_offset(address.value);
    struct span span = {
        .at = TREE_WINDOW,
        .physical = address.value - offset,
        .bytes = pages_for(offset + bytes),
    };

    if (bytes > TREE_MAX_BYTES)
        return NULL;
    map(kernel_root, span, KERNEL_RODATA);
    barrier_tables();
    return (const void *)(TREE_WINDOW + offset);
}

/* Each device begins at its own place in a 2 MiB block, so that large ones get blocks. */
volatile void *kernel_map_device(const struct region *registers, uint64_t bytes)
{
    uint64_t start = registers->start.value;
    uint64_t offset = page_offset(start);
    struct span span = {
        .at = device_next + (start - offset) % BLOCK_BYTES,
        .physical = start - offset,
        .bytes = pages_for(offset + bytes),
    };

    if (span.bytes > DEVICE_WINDOW_END - span.at)
        machine_refuse("the interrupt controller's registers are too large");
    map(kernel_root, span, KERNEL_DEVICE);
    barrier_tables();
    device_next = (span.at + span.bytes + BLOCK_BYTES - 1) & ~(uint64_t)(BLOCK_BYTES - 1);
    return (volatile void *)(span.at + offset);
}

static paddr_t map_stack(const uint8_t *at, paddr_t memory, uint64_t bytes)
{
    struct span span = {.at = (uint64_t)at, .physical = memory.value, .bytes = bytes};

    map(kernel_root, span, KERNEL_DATA);
    return (paddr_t){memory.value + bytes};
}

void kernel_map_stacks(struct core_stacks *at, paddr_t memory)
{
    memory = map_stack(at->stack, memory, STACK_BYTES);
    map_stack(at->emergency, memory, EMERGENCY_STACK_BYTES);
    barrier_tables();
}

void kernel_map_lines(unsigned count, paddr_t memory)
{
    uint64_t at = (uint64_t)irq_line, end = at + sizeof irq_line;
    uint64_t bytes = pages_for(count * sizeof(void *));
    struct span span = {.at = at, .physical = memory.value, .bytes = bytes};

    map(kernel_root, span, KERNEL_DATA);
    for (at += bytes; at < end; at += PAGE_BYTES) {
        span = (struct span){.at = at, .physical = empty_root.value, .bytes = PAGE_BYTES};
        map(kernel_root, span, KERNEL_RODATA);
    }
    barrier_tables();
}

static void map_direct(uint64_t start, uint64_t end, uint64_t attributes)
{
    struct span span = {.at = DIRECT_MAP_BASE + start, .physical = start, .bytes = end - start};

    map(kernel_root, span, attributes);
}

/*
 * Text and read-only data have no writable alias: they are a hole in the writable part.
 * What only boots gets one when it goes, and has pages of its own for that.
 */
static void map_ram_region(uint64_t start, uint64_t end)
{
    uint64_t fixed_start = arch_physical_address(image_start).value;
    uint64_t fixed_end = arch_physical_address(rodata_end).value;
    uint64_t boot_part_end = arch_physical_address(boot_end).value;

    if (end <= fixed_start || start >= boot_part_end) {
        map_direct(start, end, KERNEL_DATA);
        return;
    }
    map_direct(start, fixed_start, KERNEL_DATA);
    map_direct(fixed_start, fixed_end, KERNEL_RODATA);
    map_direct(fixed_end, boot_part_end, KERNEL_RODATA);
    map_direct(boot_part_end, end, KERNEL_DATA);
}

static uint64_t physical_end(void)
{
    static const unsigned char parange_bits[] = {32, 36, 40, 42, 44, 48};
    unsigned parange = own_physical_range();
    uint64_t end = 1ULL << parange_bits[parange < PARANGE_48_BITS ? parange : PARANGE_48_BITS];

    return end < DIRECT_MAP_BYTES ? end : DIRECT_MAP_BYTES;
}

void kernel_map_ram(const struct region *ram, unsigned count)
{
    for (unsigned index = 0; index < count; index++) {
        uint64_t start = ram[index].start.value;

        if (start >= physical_end() || ram[index].bytes > physical_end() - start)
            machine_refuse("the device tree names memory beyond what this core can address");
        map_ram_region(start, start + ram[index].bytes);
    }
    barrier_tables();
}
