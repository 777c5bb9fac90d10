/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address spaces: a window in main's own, and new ones with a copy of this
 * program's code and constants at the same addresses. The kernel gave no
 * capabilities of main's own pages, so the copy is made once, at the start.
 */
#include "conformance.h"

#include <string.h>

#define PAGE_BYTES 4096u
#define CODE_PAGES_MAX 64u

extern const char image_start[], image_text_end[], image_rodata_end[];

static unsigned code_frames; /* the first of a row of slots */
static unsigned window_used;

static unsigned code_pages(void)
{
    return (unsigned)(image_rodata_end - image_start) / PAGE_BYTES;
}

static void table_map(unsigned untyped, unsigned space, uint64_t address)
{
    unsigned table = slot_take();

    CHECK_EQUAL(retype(untyped, OBJECT_PAGE_TABLE, 0, table), RESULT_DONE);
    CHECK_EQUAL(INVOKE(table, PAGE_TABLE_MAP, space, address), RESULT_DONE);
}

uint64_t window_next(void)
{
    return WINDOW_ADDRESS + (uint64_t)window_used * PAGE_BYTES;
}

void *window_map(unsigned frame, unsigned rights, enum thole_memory memory)
{
    uint64_t at = window_next();

    CHECK(window_used < WINDOW_PAGES);
    CHECK_EQUAL(INVOKE(frame, FRAME_MAP, INIT_SLOT_ADDRESS_SPACE, at, rights, memory), RESULT_DONE);
    window_used++;
    return (void *)(uintptr_t)at;
}

void window_forget(void)
{
    window_used = 0;
}

/* By the smallest line that there can be: 16 bytes. */
void code_written(const void *start, size_t bytes)
{
    const uint8_t *at = start;

    for (size_t byte = 0; byte < bytes; byte += 16)
        __asm__ volatile("dc cvau, %0" ::"r"(at + byte) : "memory");
    __asm__ volatile("dsb ish" ::: "memory");
    for (size_t byte = 0; byte < bytes; byte += 16)
        __asm__ volatile("ic ivau, %0" ::"r"(at + byte) : "memory");
    __asm__ volatile("dsb ish\n\tisb" ::: "memory");
}

/* Fills one frame with a page of this program. */
static void code_copy(unsigned page)
{
    unsigned frame = code_frames + page;
    uint64_t at = window_next();

    CHECK_EQUAL(retype(keep, OBJECT_FRAME, FRAME_BITS_4K, frame), RESULT_DONE);
    CHECK_EQUAL(INVOKE(frame, FRAME_MAP, INIT_SLOT_ADDRESS_SPACE, at, RIGHT_READ | RIGHT_WRITE,
                       MEMORY_NORMAL), RESULT_DONE);
    memcpy((void *)(uintptr_t)at, image_start + page * PAGE_BYTES, PAGE_BYTES);
    code_written((const void *)(uintptr_t)at, PAGE_BYTES);
    CHECK_EQUAL(ASK(frame, FRAME_UNMAP), RESULT_DONE);
}

void spaces_init(void)
{
    CHECK(code_pages() <= CODE_PAGES_MAX);
    table_map(keep, INIT_SLOT_ADDRESS_SPACE, WINDOW_ADDRESS);
    table_map(keep, INIT_SLOT_ADDRESS_SPACE, WINDOW_ADDRESS);
    code_frames = slot_take_row(code_pages());
    for (unsigned page = 0; page < code_pages(); page++)
        code_copy(page);
}

static void code_map(unsigned space)
{
    for (unsigned page = 0; page < code_pages(); page++) {
        const char *at = image_start + page * PAGE_BYTES;
        unsigned rights = at < image_text_end ? RIGHT_READ | RIGHT_EXECUTE : RIGHT_READ;
        unsigned frame = copy(code_frames + page, RIGHTS_ALL);

        CHECK_EQUAL(INVOKE(frame, FRAME_MAP, space, (uintptr_t)at, rights, MEMORY_NORMAL),
                    RESULT_DONE);
    }
}

/* A page of the space that main sees, too. */
static unsigned page_share(unsigned space, uint64_t at, void **seen)
{
    unsigned frame = make(OBJECT_FRAME, FRAME_BITS_4K);

    CHECK_EQUAL(INVOKE(frame, FRAME_MAP, space, at, RIGHT_READ | RIGHT_WRITE, MEMORY_NORMAL),
                RESULT_DONE);
    *seen = window_map(copy(frame, RIGHTS_ALL), RIGHT_READ | RIGHT_WRITE, MEMORY_NORMAL);
    return frame;
}

struct space space_make(void)
{
    struct space space = {.slot = make(OBJECT_ADDRESS_SPACE, 0)};

    CHECK_EQUAL(INVOKE(INIT_SLOT_ASID_CONTROL, ASID_CONTROL_ASSIGN, space.slot), RESULT_DONE);
    table_map(pool, space.slot, INIT_IMAGE_ADDRESS);
    table_map(pool, space.slot, INIT_IMAGE_ADDRESS);
    code_map(space.slot);
    space.stack = page_share(space.slot, SPACE_STACK_TOP - PAGE_BYTES, &space.stack_seen);
    space.shared = page_share(space.slot, SPACE_SHARED, &space.shared_seen);
    return space;
}
