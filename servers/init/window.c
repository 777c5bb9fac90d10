/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Addresses are given out from the bottom and never taken back: init maps its
 * log, the trees and the buffers of who controls it, all at boot.
 */
#include "window.h"

#define SHOW_ADDRESS INIT_FREE_ADDRESS

static uint64_t next_address = SHOW_ADDRESS + 2 * MEMORY_PAGE_BYTES;

/* Adds the page table that is missing on the way to an address. */
static bool table_add(uint64_t at)
{
    int block = memory_take(MEMORY_PAGE_BITS, MEMORY_INIT);
    unsigned slot = block < 0 ? 0 : slots_take(1);

    return slot != 0 &&
           kernel_retype(memory_untyped(block), OBJECT_PAGE_TABLE, 0, slot) == RESULT_DONE &&
           INVOKE(slot, PAGE_TABLE_MAP, INIT_SLOT_ADDRESS_SPACE, at) == RESULT_DONE;
}

static bool map_at(unsigned frame, uint64_t at, unsigned rights)
{
    enum thole_result result;

    for (;;) {
        result = kernel_map(frame, INIT_SLOT_ADDRESS_SPACE, at, rights, MEMORY_NORMAL);
        if (result != RESULT_NO_TABLE) {
            return result == RESULT_DONE;
        }
        if (!table_add(at & ~(((uint64_t)1 << FRAME_BITS_2M) - 1))) {
            return false;
        }
    }
}

char *window_reserve(unsigned count)
{
    uint64_t start = next_address;

    next_address += (count + 1) * (uint64_t)MEMORY_PAGE_BYTES; /* and one that is not mapped */
    return (char *)start;
}

bool window_put(unsigned slot, char *at)
{
    return map_at(slot, (uint64_t)at, RIGHT_READ | RIGHT_WRITE);
}

void *window_map(unsigned frame, unsigned count)
{
    char *start = window_reserve(count);

    for (unsigned i = 0; i < count; i++) {
        if (!window_put(frame + i, start + (size_t)i * MEMORY_PAGE_BYTES)) {
            return NULL;
        }
    }
    return start;
}

const void *window_map_large(unsigned frame)
{
    uint64_t large = (uint64_t)1 << FRAME_BITS_2M, at = (next_address + large - 1) & ~(large - 1);

    if (!map_at(frame, at, RIGHT_READ)) {
        return NULL;
    }
    next_address = at + large + MEMORY_PAGE_BYTES;
    return (const void *)at;
}

void *window_new(size_t bytes)
{
    unsigned count = (unsigned)((bytes + MEMORY_PAGE_BYTES - 1) / MEMORY_PAGE_BYTES);
    unsigned frames = slots_take(count);

    for (unsigned i = 0; frames != 0 && i < count; i++) {
        int block = memory_take(MEMORY_PAGE_BITS, MEMORY_INIT);

        if (block < 0 || kernel_retype(memory_untyped(block), OBJECT_FRAME, FRAME_BITS_4K,
                                       frames + i) != RESULT_DONE) {
            return NULL;
        }
    }
    return frames == 0 ? NULL : window_map(frames, count);
}

void *window_show(unsigned slot, unsigned rights)
{
    return map_at(slot, SHOW_ADDRESS, rights) ? (void *)SHOW_ADDRESS : NULL;
}

void window_hide(unsigned slot)
{
    thole_invoke(slot, FRAME_UNMAP, 0, NULL);
}
