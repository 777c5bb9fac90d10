/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pages of device registers. The frame of a page is made once, at boot, and
 * incarnations get copies: a device outlives its drivers, and registers of
 * several devices may lie in one page.
 */
#include "server.h"

#define DEVICE_PAGES_MAX 512

static struct {
    uint64_t address;
    uint16_t slot;
} device_page[DEVICE_PAGES_MAX];
static unsigned device_pages;

static uint64_t page_of(uint64_t address)
{
    return address & ~(uint64_t)(MEMORY_PAGE_BYTES - 1);
}

/* The slot of a page's frame; 0: there is none yet. */
static unsigned frame_of(uint64_t page)
{
    for (unsigned i = 0; i < device_pages; i++) {
        if (device_page[i].address == page) {
            return device_page[i].slot;
        }
    }
    return 0;
}

static wrong_t page_make(uint64_t page)
{
    unsigned slot;
    int block;

    if (device_pages == DEVICE_PAGES_MAX) {
        return "all servers together have more than 512 pages of registers";
    }
    block = memory_take_device(page);
    if (block < 0) {
        return "the kernel does not give its registers to drivers";
    }
    slot = slots_take(1);
    if (!slot) {
        return "init has no slots left for its registers";
    }
    device_page[device_pages].address = page;
    device_page[device_pages++].slot = (uint16_t)slot;
    return wrong_of(kernel_retype(memory_untyped(block), OBJECT_FRAME, FRAME_BITS_4K, slot));
}

wrong_t device_make(const struct server *server)
{
    wrong_t wrong = NULL;

    for (unsigned i = 0; i < server->tree->region_count; i++) {
        const struct system_region *region = &server->tree->region[i];
        uint64_t last = page_of(region->address + region->bytes - 1);

        for (uint64_t page = page_of(region->address); page <= last && !wrong;
             page += MEMORY_PAGE_BYTES) {
            wrong = frame_of(page) ? NULL : page_make(page);
        }
    }
    return wrong;
}

static wrong_t page_give(struct server *server, uint64_t page, uint64_t at)
{
    enum thole_result result = kernel_copy(INIT_SLOT_CAPTABLE, init.work_frame, frame_of(page),
                                           RIGHT_READ | RIGHT_WRITE | RIGHT_CONTROL);

    if (result != RESULT_DONE) {
        return result_text(result);
    }
    return page_map(server, init.work_frame, at, RIGHT_READ | RIGHT_WRITE, MEMORY_DEVICE);
}

/* Regions lie in a row, with a page that is not mapped behind each. */
uint64_t device_place(const struct server *server, unsigned index)
{
    uint64_t at = PROGRAM_DEVICE_ADDRESS;

    for (unsigned i = 0; i < index; i++) {
        const struct system_region *region = &server->tree->region[i];
        uint64_t last = page_of(region->address + region->bytes - 1);

        at += last - page_of(region->address) + 2 * MEMORY_PAGE_BYTES;
    }
    return at + server->tree->region[index].address % MEMORY_PAGE_BYTES;
}

wrong_t device_give(struct server *server, struct startup *startup)
{
    wrong_t wrong = NULL;

    startup->region_count = server->tree->region_count;
    for (unsigned i = 0; i < server->tree->region_count; i++) {
        const struct system_region *region = &server->tree->region[i];
        uint64_t page = page_of(region->address), at;

        startup->region[i].address = device_place(server, i);
        startup->region[i].bytes = region->bytes;
        at = page_of(startup->region[i].address);
        for (; page < region->address + region->bytes && !wrong; page += MEMORY_PAGE_BYTES) {
            wrong = page_give(server, page, at);
            at += MEMORY_PAGE_BYTES;
        }
    }
    startup->interrupt_count = server->tree->interrupt_count;
    for (unsigned i = 0; i < server->tree->interrupt_count; i++) {
        startup->interrupt[i].line = server->tree->interrupt[i].line;
    }
    return wrong;
}
