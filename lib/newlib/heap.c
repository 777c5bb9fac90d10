/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The heap: one range that init extends out of the program's quota. What was
 * given is never handed back, only used again.
 */
#include "glue.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#include <lib/program.h>
#include <lib/syscall.h>
#include <service/init.h>
#include <service/result.h>

#define PAGE_BYTES 4096u
#define GROW_BYTES (8 * PAGE_BYTES) /* asked for at once, if the quota allows */

static uint64_t heap_break = PROGRAM_HEAP_ADDRESS; /* what malloc has */
static uint64_t heap_end = PROGRAM_HEAP_ADDRESS;   /* what is mapped */

static bool grow_by(uint64_t bytes)
{
    struct message message = {.tag = thole_tag(INIT_GROW, 1), .word = {bytes}};

    if (thole_call(SLOT_INIT, &message) != STATUS_OK || thole_tag_label(message.tag) != SERVICE_OK)
        return false;
    heap_end = message.word[0];
    return true;
}

/* Extends the heap to `end` at least, below the limit. */
static bool grow_to(uint64_t end)
{
    uint64_t limit = program_startup()->heap_limit;
    uint64_t missing = end - heap_end;
    uint64_t pages = (missing + PAGE_BYTES - 1) & ~(uint64_t)(PAGE_BYTES - 1);

    if (pages < GROW_BYTES && GROW_BYTES <= limit - heap_end && grow_by(GROW_BYTES))
        return true;
    return pages <= limit - heap_end && grow_by(pages) && heap_end >= end;
}

void *_sbrk(ptrdiff_t bytes)
{
    uint64_t before = heap_break, limit = program_startup()->heap_limit;
    uint64_t end = before + (uint64_t)bytes;

    if (bytes < 0 && (uint64_t)-bytes > before - PROGRAM_HEAP_ADDRESS) {
        errno = EINVAL;
        return (void *)-1;
    }
    if (bytes > 0 && (uint64_t)bytes > limit - before) {
        errno = ENOMEM;
        return (void *)-1;
    }
    if (end > heap_end && !grow_to(end)) {
        errno = ENOMEM;
        return (void *)-1;
    }
    heap_break = end;
    return (void *)(uintptr_t)before;
}
