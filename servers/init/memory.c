/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Blocks form trees: a block that was split has two halves, which stand beside
 * each other in the array. Blocks of devices are split in the same way, and are
 * not counted.
 */
#include "memory.h"

#define BLOCKS_MAX 2048
#define NO_BLOCK   (-1)

enum block_state { BLOCK_UNUSED, BLOCK_FREE, BLOCK_TAKEN, BLOCK_SPLIT };

struct block {
    uint64_t address;
    uint16_t slot;
    int16_t parent;   /* NO_BLOCK: the kernel gave it */
    int16_t half;     /* BLOCK_SPLIT: the first of its two halves */
    uint8_t bits;
    uint8_t state : 2;
    uint8_t device : 1;
    uint8_t owner : 1;
};

static struct {
    struct block block[BLOCKS_MAX];
    int end;          /* from here on none has ever been used */
    uint64_t total, free, servers;
} memory;

static uint64_t bytes_of(const struct block *block)
{
    return (uint64_t)1 << block->bits;
}

void memory_init(const struct boot_info *info)
{
    for (unsigned i = 0; i < info->untyped_count && i < BOOT_UNTYPED_MAX; i++) {
        const struct boot_untyped *given = &info->untyped[i];

        memory.block[i] = (struct block){
            .address = given->address,
            .slot = (uint16_t)(INIT_SLOT_FIRST_UNTYPED + i),
            .parent = NO_BLOCK,
            .bits = given->size_bits,
            .state = BLOCK_FREE,
            .device = given->device,
        };
        if (!given->device) {
            memory.total += bytes_of(&memory.block[i]);
        }
    }
    memory.end = BOOT_UNTYPED_MAX;
    memory.free = memory.total;
}

/* Two entries in a row that are not in use. */
static int entries_find(void)
{
    for (int i = BOOT_UNTYPED_MAX; i + 1 < BLOCKS_MAX; i += 2) {
        if (memory.block[i].state == BLOCK_UNUSED) {
            memory.end = memory.end > i + 2 ? memory.end : i + 2;
            return i;
        }
    }
    return NO_BLOCK;
}

static void entry_fill(int entry, int parent, unsigned slot, uint64_t address)
{
    const struct block *whole = &memory.block[parent];

    memory.block[entry] = (struct block){
        .address = address,
        .slot = (uint16_t)slot,
        .parent = (int16_t)parent,
        .bits = (uint8_t)(whole->bits - 1),
        .state = BLOCK_FREE,
        .device = whole->device,
    };
}

static bool block_split(int index)
{
    struct block *block = &memory.block[index];
    int half = entries_find();
    unsigned bits = block->bits - 1u, slots = half < 0 ? 0 : slots_take(2);

    if (slots == 0) {
        return false;
    }
    if (kernel_retype(block->slot, OBJECT_UNTYPED, bits, slots) != RESULT_DONE) {
        slots_give(slots, 2);
        return false;
    }
    if (kernel_retype(block->slot, OBJECT_UNTYPED, bits, slots + 1) != RESULT_DONE) {
        kernel_delete(slots);
        slots_give(slots, 2);
        return false;
    }
    entry_fill(half, index, slots, block->address);
    entry_fill(half + 1, index, slots + 1, block->address + ((uint64_t)1 << bits));
    block->state = BLOCK_SPLIT;
    block->half = (int16_t)half;
    return true;
}

/* Joins the two halves of `parent` if both are free. */
static bool halves_join(int parent)
{
    struct block *half = &memory.block[memory.block[parent].half];

    if (half[0].state != BLOCK_FREE || half[1].state != BLOCK_FREE ||
        kernel_revoke(memory.block[parent].slot) != RESULT_DONE) {
        return false;
    }
    slots_give(half[0].slot, 2);
    half[0].state = half[1].state = BLOCK_UNUSED;
    memory.block[parent].state = BLOCK_FREE;
    return true;
}

/* Upwards from a block that has become free, as far as neighbours are. */
static void join(int index)
{
    int parent = memory.block[index].parent;

    while (parent >= 0 && halves_join(parent)) {
        parent = memory.block[parent].parent;
    }
}

/* Where 2^bits bytes begin that lie in both block and range; false: they do not fit. */
static bool place_find(const struct block *block, const struct memory_range *range, unsigned bits,
                       uint64_t *place)
{
    uint64_t size = (uint64_t)1 << bits, block_last = block->address + bytes_of(block) - 1;
    uint64_t first = block->address > range->address ? block->address : range->address;
    uint64_t last = range->address + range->bytes - 1;

    last = last < block_last ? last : block_last;
    first = (first + size - 1) & ~(size - 1);
    if (range->bytes == 0 || first < block->address || first > last || last - first < size - 1) {
        return false;
    }
    *place = first;
    return true;
}

/* The smallest free block, below 2^`limit` bytes, that has room in the range; the lowest entry. */
static int range_search(const struct memory_range *range, unsigned bits, unsigned limit,
                        uint64_t *place)
{
    int best = NO_BLOCK, end = memory.end;

    for (int i = 0; i < end; i++) {
        const struct block *block = &memory.block[i];

        if (block->state == BLOCK_FREE && !block->device && block->bits >= bits &&
            block->bits < limit && place_find(block, range, bits, place)) {
            best = i;
            limit = block->bits;
        }
    }
    return best;
}

int memory_take_in(const struct memory_range *range, unsigned count, unsigned bits,
                   enum memory_owner owner)
{
    unsigned limit = 64;
    uint64_t place = 0;
    int index = NO_BLOCK;

    for (unsigned i = 0; i < count; i++) {
        int found = range_search(&range[i], bits, limit, &place);

        if (found >= 0) {
            index = found;
            limit = memory.block[found].bits;
        }
    }
    while (index >= 0 && memory.block[index].bits > bits) {
        if (!block_split(index)) {
            join(index);
            return NO_BLOCK;
        }
        index = memory.block[index].half;
        index += place >= memory.block[index + 1].address;
    }
    if (index < 0) {
        return NO_BLOCK;
    }
    memory.block[index].state = BLOCK_TAKEN;
    memory.block[index].owner = owner;
    memory.free -= (uint64_t)1 << bits;
    memory.servers += owner == MEMORY_SERVERS ? (uint64_t)1 << bits : 0;
    return index;
}

int memory_take(unsigned bits, enum memory_owner owner)
{
    return memory_take_in(&(struct memory_range){0, UINT64_MAX}, 1, bits, owner);
}

static int device_find(uint64_t address)
{
    for (int i = 0; i < memory.end; i++) {
        const struct block *block = &memory.block[i];

        if (block->state != BLOCK_UNUSED && block->state != BLOCK_SPLIT && block->device &&
            address >= block->address && address - block->address < bytes_of(block)) {
            return i;
        }
    }
    return NO_BLOCK;
}

int memory_take_device(uint64_t address)
{
    int index = device_find(address);

    while (index >= 0 && memory.block[index].bits > MEMORY_PAGE_BITS) {
        if (!block_split(index)) {
            return NO_BLOCK;
        }
        index = device_find(address);
    }
    if (index < 0 || memory.block[index].bits < MEMORY_PAGE_BITS ||
        memory.block[index].state == BLOCK_TAKEN) {
        return NO_BLOCK;
    }
    memory.block[index].state = BLOCK_TAKEN;
    return index;
}

void memory_give(int index)
{
    struct block *block = &memory.block[index];

    block->state = BLOCK_FREE;
    if (!block->device) {
        memory.free += bytes_of(block);
        memory.servers -= block->owner == MEMORY_SERVERS ? bytes_of(block) : 0;
    }
    join(index);
}

unsigned memory_untyped(int block)
{
    return memory.block[block].slot;
}

uint64_t memory_address(int block)
{
    return memory.block[block].address;
}

uint64_t memory_free(void)
{
    return memory.free;
}

uint64_t memory_total(void)
{
    return memory.total;
}

uint64_t memory_of_servers(void)
{
    return memory.servers;
}
