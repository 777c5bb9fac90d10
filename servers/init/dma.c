/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory that a device reads and writes by itself. Nobody but its driver can tell
 * when the device has stopped doing so, and a driver that died cannot: so the memory
 * is taken once, at boot, and never goes to anybody else, whatever becomes of the
 * driver. It is not cleared for the next one either, since the device may still be
 * at work on it: that one stops the device first and then clears what it wants.
 *
 * What a device that does not see the caches works on is mapped without them, and by
 * nobody otherwise: the kernel cleared it, to the point of coherency, when the frames
 * were made, so no line of it is left that could fall on what the device wrote.
 */
#include "server.h"

#define LOW_BUS_END (1ull << 32) /* many a device has addresses of 32 bits */

unsigned dma_pages(const struct server *server)
{
    return server->tree->dma_kib / (MEMORY_PAGE_BYTES / 1024);
}

/* A block in what the device reaches by addresses below `bus_end`. */
static int block_take(const struct system_server *tree, uint64_t bus_end, unsigned bits)
{
    struct memory_range range[SYSTEM_WINDOWS_MAX];
    unsigned count = 0;

    for (unsigned i = 0; i < tree->window_count; i++) {
        const struct system_window *window = &tree->window[i];
        uint64_t room = window->bus < bus_end ? bus_end - window->bus : 0;

        range[count++] =
            (struct memory_range){window->address, window->bytes < room ? window->bytes : room};
    }
    return memory_take_in(range, count, bits, MEMORY_SERVERS);
}

/* The lowest that the device has for all of the block. */
static uint64_t bus_address(const struct system_server *tree, uint64_t address, uint64_t bytes)
{
    uint64_t bus = UINT64_MAX;

    for (unsigned i = 0; i < tree->window_count; i++) {
        const struct system_window *window = &tree->window[i];
        uint64_t offset = address - window->address;

        if (address >= window->address && bytes <= window->bytes &&
            offset <= window->bytes - bytes && window->bus + offset < bus) {
            bus = window->bus + offset;
        }
    }
    return bus;
}

static wrong_t frames_make(struct server *server, unsigned untyped)
{
    enum thole_result result = RESULT_DONE;
    unsigned pages = dma_pages(server), frames = slots_take(pages);

    if (!frames) {
        return "init has no slots left for its device's memory";
    }
    for (unsigned i = 0; i < pages && result == RESULT_DONE; i++) {
        result = kernel_retype(untyped, OBJECT_FRAME, FRAME_BITS_4K, frames + i);
    }
    server->dma_frames = (uint16_t)frames;
    return wrong_of(result);
}

wrong_t dma_make(struct server *server)
{
    unsigned bits = MEMORY_PAGE_BITS;
    int block;

    if (dma_pages(server) == 0) {
        return NULL;
    }
    while ((uint64_t)1 << bits < system_dma_bytes(server->tree)) {
        bits++;
    }
    block = block_take(server->tree, LOW_BUS_END, bits);
    block = block < 0 ? block_take(server->tree, UINT64_MAX, bits) : block;
    if (block < 0) {
        return "there is no memory left where its device reaches it";
    }
    server->dma_bus = bus_address(server->tree, memory_address(block),
                                  (uint64_t)1 << bits);
    return frames_make(server, memory_untyped(block));
}

wrong_t dma_give(struct server *server, struct startup *startup)
{
    enum thole_memory memory = server->tree->dma_coherent ? MEMORY_NORMAL : MEMORY_UNCACHED;
    unsigned rights = RIGHT_READ | RIGHT_WRITE, pages = dma_pages(server);
    uint64_t at = PROGRAM_DMA_ADDRESS;
    wrong_t wrong = NULL;

    for (unsigned i = 0; i < pages && !wrong; i++, at += MEMORY_PAGE_BYTES) {
        wrong = wrong_of(kernel_copy(INIT_SLOT_CAPTABLE, init.work_frame, server->dma_frames + i,
                                     rights | RIGHT_CONTROL));
        wrong = wrong ? wrong : page_map(server, init.work_frame, at, rights, memory);
    }
    if (pages) {
        startup->dma = (struct startup_dma){
            .address = PROGRAM_DMA_ADDRESS,
            .bytes = (uint64_t)pages * MEMORY_PAGE_BYTES,
            .bus = server->dma_bus,
        };
    }
    return wrong;
}
