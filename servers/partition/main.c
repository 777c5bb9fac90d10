/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One partition of a disk, as a disk: include/service/block.h on both sides. Which one
 * is said by the configuration, `partition = <N>`. Requests are passed on one at a time,
 * each copied once between the client's buffer and the disk's.
 */
#include <lib/block.h>
#include <lib/string.h>
#include <service/result.h>

#include "table.h"

#define TRIES 5u /* of a request to a disk whose driver dies meanwhile */

_Static_assert(TABLE_SECTOR_MAX <= 4096, "a sector fits into the smallest buffer there is");

static struct {
    const struct startup_edge *disk;
    struct block_medium whole, part;
    struct table_partition place;
    bool no_driver;            /* when the disk was asked last */
    struct block_jobs clients; /* nothing waits here */
    uint8_t sector[TABLE_SECTOR_MAX];
} state;

/* Asking again does no harm; the disk's new incarnation may take its time. */
static struct answer ask_disk(uint32_t operation, uint64_t first, uint64_t count)
{
    const uint64_t word[] = {first, count, state.whole.number};
    struct answer answer = {.status = STATUS_PEER_DIED};

    for (unsigned i = 0; i < TRIES && answer.status == STATUS_PEER_DIED; i++)
        answer = program_request(state.disk, operation, COUNT_OF(word), word);
    state.no_driver = answer.status != STATUS_OK;
    return answer;
}

static uint8_t *disk_buffer(void)
{
    return (uint8_t *)(uintptr_t)state.disk->buffer;
}

/* The disk's buffer is shared with its driver: what is looked at is a copy. */
static const uint8_t *read_sector(uint64_t sector)
{
    struct answer answer = ask_disk(BLOCK_READ, sector, 1);

    if (answer.status != STATUS_OK || answer.result != SERVICE_OK)
        return NULL;
    memcpy(state.sector, disk_buffer(), state.whole.sector_bytes);
    return state.sector;
}

/* What the disk says of itself is as little to be trusted as what is on it. */
static const char *look_at_disk(void)
{
    struct answer answer = ask_disk(BLOCK_INFO, 0, 0);
    uint64_t bytes = answer.word[0];

    if (answer.status != STATUS_OK || answer.result != SERVICE_OK)
        return "there is no disk";
    if (bytes < BLOCK_SECTOR_LEAST || bytes > TABLE_SECTOR_MAX || (bytes & (bytes - 1)) != 0)
        return "its disk has sectors of an unknown size";
    state.whole = (struct block_medium){.sectors = answer.word[1],
                                        .sector_bytes = (uint32_t)bytes,
                                        .flags = (uint32_t)answer.word[2],
                                        .number = answer.word[3]};
    return NULL;
}

/* Cards that were written from one image have the same table, and are two. */
static uint64_t part_number(void)
{
    uint64_t number = block_number(0, state.whole.number);

    return block_number(block_number(number, state.place.first), state.place.sectors);
}

static void look(void)
{
    unsigned number = program_config_cell("partition", 1);
    const char *why = look_at_disk();
    struct table_disk disk = {state.whole.sectors, state.whole.sector_bytes, read_sector};

    if (why == NULL)
        why = table_find(&disk, number, &state.place);
    if (why != NULL) {
        state.part = (struct block_medium){0};
        program_log("partition %u is not served: %s", number, why);
        return;
    }
    state.part = state.whole;
    state.part.sectors = state.place.sectors;
    state.part.number = part_number();
    program_log("partition %u: %lu sectors from %lu", number, (unsigned long)state.place.sectors,
                (unsigned long)state.place.first);
}

static uint32_t failed(struct request *request, enum block_error why)
{
    request->words = 1;
    request->word[0] = why;
    return SERVICE_FAILED;
}

/* The table is read anew: it may be another disk, or be partitioned anew. */
static uint32_t op_info(struct request *request)
{
    look();
    return state.no_driver ? failed(request, BLOCK_NO_DRIVER)
                           : block_info(&state.clients, &state.part, request);
}

/* What the disk's answer means to the client. */
static uint32_t result_of(struct request *request, const struct answer *answer)
{
    if (answer->status == STATUS_PEER_DIED)
        return failed(request, BLOCK_IO); /* each time that it was asked */
    if (answer->status != STATUS_OK)
        return failed(request, BLOCK_NO_DRIVER);
    if (answer->result == SERVICE_BAD_ARGUMENT)
        return failed(request, BLOCK_IO); /* the disk became smaller than its table says */
    if (answer->result != SERVICE_FAILED)
        return answer->result;
    if (answer->word[0] == BLOCK_NO_MEDIUM)
        state.part = (struct block_medium){0};
    return failed(request, (enum block_error)answer->word[0]);
}

static uint32_t move(struct request *request, uint64_t sector, uint32_t sectors, uint8_t *data)
{
    size_t bytes = (size_t)sectors * state.part.sector_bytes;
    struct answer answer;

    if (request->operation == BLOCK_WRITE)
        memcpy(disk_buffer(), data, bytes);
    answer = ask_disk(request->operation, state.place.first + sector, sectors);
    if (answer.status != STATUS_OK || answer.result != SERVICE_OK)
        return result_of(request, &answer);
    if (request->operation == BLOCK_READ)
        memcpy(data, disk_buffer(), bytes);
    return SERVICE_OK;
}

/* A driver that was away when the disk was looked at said nothing of the medium: it may be there. */
static uint32_t check(struct request *request)
{
    if (state.part.sector_bytes == 0 && state.no_driver)
        look();
    return state.part.sector_bytes == 0 && state.no_driver
               ? failed(request, BLOCK_NO_DRIVER)
               : block_check(&state.clients, &state.part, request);
}

/* In pieces of the disk's buffer, if the client's is larger. */
static uint32_t op_move(struct request *request)
{
    uint8_t *data = (uint8_t *)(uintptr_t)request->client->buffer;
    uint64_t sector = request->word[0], left = request->word[1];
    uint32_t result = check(request);

    while (result == SERVICE_OK && left > 0) {
        uint32_t most = (uint32_t)(state.disk->buffer_bytes / state.part.sector_bytes);
        uint32_t piece = left < most ? (uint32_t)left : most;

        result = move(request, sector, piece, data);
        sector += piece;
        left -= piece;
        data += (size_t)piece * state.whole.sector_bytes;
    }
    return result;
}

static uint32_t op_flush(struct request *request)
{
    uint32_t result = check(request);
    struct answer answer;

    if (result != SERVICE_OK)
        return result;
    answer = ask_disk(BLOCK_FLUSH, 0, 0);
    return result_of(request, &answer);
}

int main(void)
{
    static const server_operation operation[] = {[BLOCK_INFO] = op_info,
                                                 [BLOCK_READ] = op_move,
                                                 [BLOCK_WRITE] = op_move,
                                                 [BLOCK_FLUSH] = op_flush};
    static const struct server server = {
        .operation = operation, .operations = COUNT_OF(operation), .start = look};

    state.disk = program_use("disk");
    if (state.disk == NULL || state.disk->buffer == 0) {
        program_log("no use named disk, or no buffer with it");
        return PROGRAM_EXIT_FOR_GOOD;
    }
    server_run(&server);
}
