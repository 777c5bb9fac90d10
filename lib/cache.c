/* SPDX-License-Identifier: BSD-2-Clause */
/* Data cache maintenance by address: Arm ARM, C5.3 (DC CVAC, DC CIVAC), D8.2.23 (CTR_EL0). */
#include <lib/cache.h>
#include <lib/program.h>
#include <stdint.h>

#define CTR_DMINLINE_SHIFT 16 /* [19:16]: binary logarithm of the words of a line */
#define CTR_DMINLINE_MASK  0xf
#define WORD_BYTES         4

size_t cache_line_bytes(void)
{
    uint64_t type;

    __asm__("mrs %0, ctr_el0" : "=r"(type));
    return (size_t)WORD_BYTES << (type >> CTR_DMINLINE_SHIFT & CTR_DMINLINE_MASK);
}

static uintptr_t first_line(const void *start, size_t line)
{
    return (uintptr_t)start & ~(uintptr_t)(line - 1);
}

/* For devices too: the barrier orders what comes after, registers included. */
static void finish(void)
{
    __asm__ volatile("dsb sy" ::: "memory");
}

void cache_clean(const void *start, size_t bytes)
{
    size_t line = cache_line_bytes();

    for (uintptr_t at = first_line(start, line); at < (uintptr_t)start + bytes; at += line)
        __asm__ volatile("dc cvac, %0" ::"r"(at) : "memory");
    finish();
}

void cache_flush(const void *start, size_t bytes)
{
    size_t line = cache_line_bytes();

    for (uintptr_t at = first_line(start, line); at < (uintptr_t)start + bytes; at += line)
        __asm__ volatile("dc civac, %0" ::"r"(at) : "memory");
    finish();
}

void program_dma_barrier(void)
{
    finish();
}
