/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Clearing memory; for programs to the point of coherency, so that the next owner may also
 * map it uncached or let a device read it. What the kernel keeps in it before that need not
 * be: the lines are cleaned when a program gets them.
 */
#include "cpu.h"

#define CLEAR_ALIGN 64
#define UNROLLED    8

/* DCZID_EL0 */
#define DCZID_BLOCK_MASK 0xf
#define DCZID_PROHIBITED (1 << 4)
/* CTR_EL0: log2 of the words in the smallest data cache line */
#define CTR_DMINLINE_BIT  16
#define CTR_DMINLINE_MASK 0xf
#define WORD_BYTES        4

static bool can_zero_by_block(void)
{
    uint64_t dczid = read_dczid_el0();

    return !(dczid & DCZID_PROHIBITED) && WORD_BYTES << (dczid & DCZID_BLOCK_MASK) == CLEAR_ALIGN;
}

static void zero_block(uintptr_t at)
{
    __asm__ volatile("dc zva, %0" : : "r"(at) : "memory");
}

INLINED uintptr_t zero_blocks(uintptr_t at, unsigned count)
{
#pragma GCC unroll 8
    for (unsigned block = 0; block < count; block++)
        zero_block(at + block * CLEAR_ALIGN);
    return at + count * CLEAR_ALIGN;
}

static void zero_by_block(uintptr_t at, size_t bytes)
{
    size_t count = bytes / CLEAR_ALIGN;

    for (; count >= UNROLLED; count -= UNROLLED)
        at = zero_blocks(at, UNROLLED);
    if (count & 4)
        at = zero_blocks(at, 4);
    if (count & 2)
        at = zero_blocks(at, 2);
    if (count & 1)
        (void)zero_blocks(at, 1);
}

static void zero_by_store(uintptr_t at, uintptr_t end)
{
    for (; at < end; at += 2 * sizeof(uint64_t))
        __asm__ volatile("stp xzr, xzr, [%0]" : : "r"(at) : "memory");
}

static void clean_and_drop(uintptr_t at, uintptr_t end)
{
    uintptr_t line = (uintptr_t)WORD_BYTES
                     << (read_ctr_el0() >> CTR_DMINLINE_BIT & CTR_DMINLINE_MASK);

    for (at &= ~(line - 1); at + line < end; at += 2 * line)
        __asm__ volatile("dc civac, %0\n\tdc civac, %1" : : "r"(at), "r"(at + line) : "memory");
    if (at < end)
        __asm__ volatile("dc civac, %0" : : "r"(at) : "memory");
    barrier_all();
}

void memory_clean(const void *start, size_t bytes)
{
    clean_and_drop((uintptr_t)start, (uintptr_t)start + bytes);
}

void arch_memory_clear(void *start, size_t bytes)
{
    uintptr_t at = (uintptr_t)start;

    if (can_zero_by_block())
        zero_by_block(at, bytes);
    else
        zero_by_store(at, at + bytes);
}

void arch_memory_clear_for_all(void *start, size_t bytes)
{
    arch_memory_clear(start, bytes);
    clean_and_drop((uintptr_t)start, (uintptr_t)start + bytes);
}
