/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A quota is a few blocks, the largest first, each used from its start. How
 * much of a block is used is counted here as the kernel counts it, so that
 * what does not fit is known before it is asked for.
 */
#include "memory.h"

bool quota_open(struct quota *quota, uint64_t bytes, enum memory_owner owner)
{
    unsigned bits = 63;

    quota->count = 0;
    while (bytes >= MEMORY_PAGE_BYTES) {
        int block = -1;

        /* The largest that fits, or what there is in its place. */
        while (bits > MEMORY_PAGE_BITS && (uint64_t)1 << bits > bytes) {
            bits--;
        }
        while ((block = memory_take(bits, owner)) < 0 && bits > MEMORY_PAGE_BITS) {
            bits--;
        }
        if (block < 0 || quota->count == QUOTA_BLOCKS_MAX) {
            if (block >= 0) {
                memory_give(block);
            }
            quota_close(quota);
            return false;
        }
        quota->block[quota->count] = (int16_t)block;
        quota->bits[quota->count] = (uint8_t)bits;
        quota->used[quota->count++] = 0;
        bytes -= (uint64_t)1 << bits;
    }
    return true;
}

static unsigned object_bits(enum thole_object type, unsigned bits)
{
    static const int8_t size[OBJECT_COUNT] = {
#define SIZE(number, NAME, binary, text) [number] = binary,
        THOLE_OBJECTS(SIZE)
#undef SIZE
    };

    switch (size[type]) {
    case THOLE_SIZE_FREE:
        return bits;
    case THOLE_SIZE_SLOTS:
        return bits + 5; /* slots of 32 bytes */
    default:
        return (unsigned)size[type];
    }
}

enum thole_result quota_make(struct quota *quota, enum thole_object type, unsigned bits,
                             unsigned slot)
{
    uint64_t bytes = (uint64_t)1 << object_bits(type, bits);

    for (unsigned i = 0; i < quota->count; i++) {
        uint64_t start = (quota->used[i] + bytes - 1) & ~(bytes - 1);
        enum thole_result result;

        if (start + bytes > (uint64_t)1 << quota->bits[i]) {
            continue;
        }
        result = kernel_retype(memory_untyped(quota->block[i]), type, bits, slot);
        if (result == RESULT_DONE) {
            quota->used[i] = start + bytes;
        }
        return result;
    }
    return RESULT_NO_MEMORY;
}

enum thole_result quota_revoke(struct quota *quota)
{
    for (unsigned i = 0; i < quota->count; i++) {
        enum thole_result result = kernel_revoke(memory_untyped(quota->block[i]));

        if (result != RESULT_DONE) {
            return result;
        }
        quota->used[i] = 0;
    }
    return RESULT_DONE;
}

void quota_close(struct quota *quota)
{
    while (quota->count) {
        memory_give(quota->block[--quota->count]);
    }
}

uint64_t quota_used(const struct quota *quota)
{
    uint64_t bytes = 0;

    for (unsigned i = 0; i < quota->count; i++) {
        bytes += quota->used[i];
    }
    return bytes;
}

uint64_t quota_pages_left(const struct quota *quota)
{
    uint64_t pages = 0;

    for (unsigned i = 0; i < quota->count; i++) {
        uint64_t start = (quota->used[i] + MEMORY_PAGE_BYTES - 1) >> MEMORY_PAGE_BITS;

        pages += ((uint64_t)1 << (quota->bits[i] - MEMORY_PAGE_BITS)) - start;
    }
    return pages;
}
