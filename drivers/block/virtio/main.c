/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The virtio disk's protocol, include/service/block.h. A request is moved in pieces of
 * what fits into the DMA memory, each copied once; pieces of several clients are under
 * way together. Nothing is kept here that a client could miss: who waited when the
 * driver died asks again, and the new one begins with a reset of the device.
 */
#include <lib/block.h>
#include <lib/string.h>
#include <service/result.h>

#include "disk.h"

#define NS_PER_MS          1000000u
#define DEFAULT_TIMEOUT_MS 30000u

static struct {
    struct disk disk;
    struct block_jobs jobs;
    struct piece {
        struct block_job *job; /* NULL: the slot is free */
        uint32_t sectors;
        uint64_t deadline;
    } piece[DISK_SLOTS];
    uint64_t timeout; /* ticks */
    bool armed;
} block;

static size_t bytes_of(uint32_t sectors)
{
    return (size_t)sectors * block.disk.medium.sector_bytes;
}

/* The timer is not set anew for each piece: when it goes off, it looks who is late. */
static void watch(uint64_t deadline)
{
    if (!block.armed)
        program_timer_arm(deadline);
    block.armed = true;
}

/* The job's next piece; a flush has one, without sectors. */
static void offer(unsigned slot)
{
    static const enum disk_request type[] = {
        [BLOCK_READ] = DISK_READ, [BLOCK_WRITE] = DISK_WRITE, [BLOCK_FLUSH] = DISK_FLUSH};
    struct piece *piece = &block.piece[slot];
    const struct block_job *job = piece->job;

    piece->sectors = block.disk.piece_sectors;
    if (job->sectors < piece->sectors)
        piece->sectors = (uint32_t)job->sectors;
    piece->deadline = program_ticks() + block.timeout;
    if (job->operation == BLOCK_WRITE)
        memcpy(disk_data(&block.disk, slot), job->data, bytes_of(piece->sectors));
    disk_offer(&block.disk, slot, type[job->operation], job->sector, piece->sectors);
    watch(piece->deadline);
}

/* Fills the free slots with jobs that wait. */
static void offer_next(void)
{
    for (unsigned slot = 0; slot < block.disk.slots; slot++) {
        if (block.piece[slot].job == NULL)
            block.piece[slot].job = block_next(&block.jobs);
        else
            continue;
        if (block.piece[slot].job == NULL)
            return;
        offer(slot);
    }
}

static void end_piece(unsigned slot)
{
    struct piece *piece = &block.piece[slot];
    struct block_job *job = piece->job;

    if (job->operation == BLOCK_READ && job->data != NULL)
        memcpy(job->data, disk_data(&block.disk, slot), bytes_of(piece->sectors));
    block_moved(job, &block.disk.medium, piece->sectors);
    if (job->sectors > 0 && job->data != NULL) {
        offer(slot);
        return;
    }
    block_done(job);
    piece->job = NULL;
}

static void fail_piece(unsigned slot)
{
    struct block_job *job = block.piece[slot].job;

    program_log("%s of %u sectors at %lu failed",
                job->operation == BLOCK_READ ? "reading" : "writing", block.piece[slot].sectors,
                (unsigned long)job->sector);
    block_give_up(job, BLOCK_IO);
    block.piece[slot].job = NULL;
}

/* Nothing of the device is to be relied on: all requests are over, and it begins anew. */
static void start_anew(enum block_error why)
{
    enum virtio_state state;

    (void)virtio_reset(&block.disk.virtio);
    block_give_up_all(&block.jobs, why);
    for (unsigned slot = 0; slot < DISK_SLOTS; slot++)
        block.piece[slot].job = NULL;
    state = disk_start(&block.disk);
    if (state != VIRTIO_WORKS) {
        program_log("the disk cannot be started again: %s", virtio_describe(state));
        thole_exit(PROGRAM_EXIT_FOR_GOOD);
    }
}

static void take_all(void)
{
    for (unsigned i = 0; i < DISK_SLOTS + 1; i++) {
        unsigned slot = 0;

        switch (disk_take(&block.disk, &slot)) {
        case DISK_NOTHING:
            return;
        case DISK_DONE:
            end_piece(slot);
            break;
        case DISK_ERROR:
            fail_piece(slot);
            break;
        case DISK_BROKEN:
            program_log("the disk is started anew: %s",
                        virtio_describe(block.disk.virtio.state));
            start_anew(BLOCK_IO);
            return;
        }
    }
}

static void look_again(void)
{
    uint64_t before = block.disk.medium.sectors;

    disk_look(&block.disk);
    block_settle(&block.jobs, &block.disk.medium);
    if (block.disk.medium.sectors != before)
        program_log("%lu sectors now", (unsigned long)block.disk.medium.sectors);
}

static void on_interrupt(uint32_t line, uint64_t merged)
{
    (void)line;
    (void)merged;
    if (virtio_interrupt(&block.disk.virtio) & VIRTIO_INTERRUPT_CONFIG)
        look_again();
    take_all();
    offer_next();
}

static void on_timer(uint64_t deadline, uint64_t now)
{
    uint64_t first = UINT64_MAX;

    (void)deadline;
    block.armed = false;
    take_all(); /* perhaps an interrupt was lost, and not the answer */
    for (unsigned slot = 0; slot < DISK_SLOTS; slot++) {
        if (block.piece[slot].job != NULL && block.piece[slot].deadline < first)
            first = block.piece[slot].deadline;
    }
    if (first <= now) {
        program_log("the disk does not answer, and is started anew");
        start_anew(BLOCK_TIMEOUT);
    } else if (first != UINT64_MAX) {
        watch(first);
    }
    offer_next();
}

static uint32_t op_info(struct request *request)
{
    return block_info(&block.jobs, &block.disk.medium, request);
}

static uint32_t op_move(struct request *request)
{
    uint32_t result = block_accept(&block.jobs, &block.disk.medium, request);

    if (result == SERVER_LATER)
        offer_next();
    return result;
}

/* Without a cache what was written is safe, if it was written to this disk. */
static uint32_t op_flush(struct request *request)
{
    return block.disk.flushes ? op_move(request)
                              : block_check(&block.jobs, &block.disk.medium, request);
}

static void say_what_it_is(void)
{
    const struct block_medium *medium = &block.disk.medium;

    program_log("%lu sectors of %u bytes%s", (unsigned long)medium->sectors, medium->sector_bytes,
                medium->flags & BLOCK_READ_ONLY ? ", read only" : "");
}

int main(void)
{
    static const server_operation operation[] = {[BLOCK_INFO] = op_info,
                                                 [BLOCK_READ] = op_move,
                                                 [BLOCK_WRITE] = op_move,
                                                 [BLOCK_FLUSH] = op_flush};
    static const struct server server = {.operation = operation,
                                         .operations = COUNT_OF(operation),
                                         .interrupt = on_interrupt,
                                         .timer = on_timer};
    uint64_t ms = program_config_cell("timeout-ms", DEFAULT_TIMEOUT_MS);
    enum virtio_state state = virtio_find(&block.disk.virtio);

    block.timeout = program_ticks_from_ns(ms * NS_PER_MS);
    if (state == VIRTIO_WORKS)
        state = disk_start(&block.disk);
    if (state != VIRTIO_WORKS) {
        program_log("no disk: %s", virtio_describe(state));
        return PROGRAM_EXIT_FOR_GOOD;
    }
    say_what_it_is();
    server_run(&server);
}
