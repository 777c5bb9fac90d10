/* SPDX-License-Identifier: BSD-2-Clause */
#include "disk.h"

#include <time.h>

#include <lib/program.h>
#include <service/block.h>
#include <service/init.h>
#include <service/result.h>

#define TRIES    50
#define PAUSE_NS 100000000 /* 0.1 s */

/*
 * A driver that died comes at once, one that dies often after a while, and one that was
 * stopped perhaps, when whoever did it starts it again. One that has failed does not.
 */
static bool may_come_back(const struct disk *disk, const struct answer *answer)
{
    static const struct timespec pause = {.tv_nsec = PAUSE_NS};
    bool away = answer->status == STATUS_PEER_STOPPED ||
                (answer->status == STATUS_OK && answer->result == SERVICE_FAILED &&
                 answer->word[0] == BLOCK_NO_DRIVER);

    if (away && program_peer(disk->edge) == SERVER_FAILED)
        return false;
    if (away)
        nanosleep(&pause, NULL);
    return away || answer->status == STATUS_PEER_DIED;
}

static struct answer ask(const struct disk *disk, uint32_t operation, uint64_t sector,
                         uint32_t sectors)
{
    const uint64_t word[] = {sector, sectors, disk->number};
    struct answer answer = program_request(disk->edge, operation, 3, word);

    for (int i = 0; i < TRIES && may_come_back(disk, &answer); i++)
        answer = program_request(disk->edge, operation, 3, word);
    return answer;
}

static const char *in_words(const struct disk *disk, const struct answer *answer)
{
    if (answer->status != STATUS_OK)
        return "there is no driver";
    switch (answer->result) {
    case SERVICE_OK:
        return NULL;
    case SERVICE_NOT_PERMITTED:
        return "it is read only";
    case SERVICE_BAD_ARGUMENT:
        return "there is no such sector";
    case SERVICE_FAILED:
        break;
    default:
        return "the driver is busy";
    }
    switch (answer->word[0]) {
    case BLOCK_NO_MEDIUM:
        return disk->number == 0 ? "there is no medium" : "its medium is not there any more";
    case BLOCK_TIMEOUT:
        return "it does not answer";
    case BLOCK_NO_DRIVER:
        return "there is no driver";
    default:
        return "it has an error";
    }
}

const char *disk_open(struct disk *disk)
{
    struct answer answer;
    const char *why;

    *disk = (struct disk){.edge = program_use("disk")};
    if (disk->edge == NULL || disk->edge->buffer == 0)
        return "there is no use named disk";
    answer = ask(disk, BLOCK_INFO, 0, 0);
    why = in_words(disk, &answer);
    if (why != NULL)
        return why;
    disk->sector_bytes = (uint32_t)answer.word[0];
    disk->sectors = answer.word[1];
    disk->flags = (uint32_t)answer.word[2];
    disk->number = answer.word[3];
    disk->most = (uint32_t)(disk->edge->buffer_bytes / disk->sector_bytes);
    disk->buffer = (uint8_t *)(uintptr_t)disk->edge->buffer;
    return NULL;
}

static const char *move(const struct disk *disk, uint32_t operation, uint64_t sector,
                        uint32_t sectors)
{
    struct answer answer = ask(disk, operation, sector, sectors);

    return in_words(disk, &answer);
}

const char *disk_read(const struct disk *disk, uint64_t sector, uint32_t sectors)
{
    return move(disk, BLOCK_READ, sector, sectors);
}

const char *disk_write(const struct disk *disk, uint64_t sector, uint32_t sectors)
{
    return move(disk, BLOCK_WRITE, sector, sectors);
}

const char *disk_flush(const struct disk *disk)
{
    return move(disk, BLOCK_FLUSH, 0, 0);
}
