/* SPDX-License-Identifier: BSD-2-Clause */
/* Requests for a disk: checked, and kept in order. */
#include <lib/block.h>
#include <service/result.h>

#define FNV_START UINT64_C(0xcbf29ce484222325)
#define FNV_PRIME UINT64_C(0x100000001b3)

/* FNV-1a, of the bytes of each word from the lowest. */
uint64_t block_number(uint64_t before, uint64_t word)
{
    uint64_t number = before != 0 ? before : FNV_START;

    for (unsigned i = 0; i < 64; i += 8)
        number = (number ^ (word >> i & 0xff)) * FNV_PRIME;
    return number != 0 ? number : 1;
}

/* Nobody waits for that answer; giving it frees its slot. */
static void abandon(struct block_job *job)
{
    if (job->reply != 0)
        server_answer(job->reply, SERVICE_FAILED, 0, NULL);
    job->reply = 0;
    job->data = NULL;
    if (job->state == BLOCK_JOB_WAITS)
        job->state = BLOCK_JOB_NONE;
}

static void abandon_all_of(struct block_jobs *jobs, const struct startup_edge *client)
{
    for (unsigned i = 0; i < BLOCK_JOBS; i++) {
        if (jobs->job[i].state != BLOCK_JOB_NONE && jobs->job[i].client == client)
            abandon(&jobs->job[i]);
    }
}

static struct block_job *free_job(struct block_jobs *jobs)
{
    for (unsigned i = 0; i < BLOCK_JOBS; i++) {
        if (jobs->job[i].state == BLOCK_JOB_NONE)
            return &jobs->job[i];
    }
    return NULL;
}

static uint32_t wait_for_turn(struct block_jobs *jobs, const struct request *request)
{
    bool moves = request->operation == BLOCK_READ || request->operation == BLOCK_WRITE;
    struct block_job *job = free_job(jobs);
    unsigned reply = server_set_aside();

    if (job == NULL || reply == 0)
        return SERVICE_BUSY;
    *job = (struct block_job){
        .state = BLOCK_JOB_WAITS,
        .client = request->client,
        .reply = reply,
        .operation = request->operation,
        .sector = moves ? request->word[0] : 0,
        .sectors = moves ? request->word[1] : 0,
        .medium = request->word[2],
        .data = (uint8_t *)(uintptr_t)request->client->buffer,
        .number = jobs->numbers++,
    };
    return SERVER_LATER;
}

/* The answer's words are set, and their number. */
static uint32_t describe(const struct block_medium *medium, uint64_t word[4], unsigned *words)
{
    *words = 1;
    word[0] = BLOCK_NO_MEDIUM;
    if (medium->sector_bytes == 0)
        return SERVICE_FAILED;
    *words = 4;
    word[0] = medium->sector_bytes;
    word[1] = medium->sectors;
    word[2] = medium->flags;
    word[3] = medium->number;
    return SERVICE_OK;
}

uint32_t block_info(struct block_jobs *jobs, const struct block_medium *medium,
                    struct request *request)
{
    abandon_all_of(jobs, request->client);
    if (medium->unknown)
        return wait_for_turn(jobs, request);
    return describe(medium, request->word, &request->words);
}

static bool is_inside(const struct block_medium *medium, const struct startup_edge *client,
                      uint64_t first, uint64_t count)
{
    return count > 0 && first < medium->sectors && count <= medium->sectors - first &&
           client->buffer != 0 && count <= client->buffer_bytes / medium->sector_bytes;
}

/* What is asked of a medium by its number. */
struct order {
    uint32_t operation;
    uint64_t sector, sectors, medium;
};

/* FAILED: that medium is not there. */
static uint32_t check(const struct block_medium *medium, const struct startup_edge *client,
                      const struct order *order)
{
    if (medium->sector_bytes == 0 || order->medium != medium->number)
        return SERVICE_FAILED;
    if (order->operation == BLOCK_WRITE && medium->flags & BLOCK_READ_ONLY)
        return SERVICE_NOT_PERMITTED;
    if (order->operation != BLOCK_FLUSH &&
        !is_inside(medium, client, order->sector, order->sectors))
        return SERVICE_BAD_ARGUMENT;
    return SERVICE_OK;
}

uint32_t block_check(struct block_jobs *jobs, const struct block_medium *medium,
                     struct request *request)
{
    const struct order order = {request->operation, request->word[0], request->word[1],
                                request->word[2]};
    uint32_t result = SERVICE_OK;

    abandon_all_of(jobs, request->client);
    if (!medium->unknown)
        result = check(medium, request->client, &order);
    if (result == SERVICE_FAILED) {
        request->word[0] = BLOCK_NO_MEDIUM;
        request->words = 1;
    }
    return result;
}

uint32_t block_accept(struct block_jobs *jobs, const struct block_medium *medium,
                      struct request *request)
{
    uint32_t result = block_check(jobs, medium, request);

    return result == SERVICE_OK ? wait_for_turn(jobs, request) : result;
}

static void answer(struct block_job *job, uint32_t result, unsigned words, const uint64_t *word)
{
    if (job->reply != 0)
        server_answer(job->reply, result, words, word);
    *job = (struct block_job){.state = BLOCK_JOB_NONE};
}

void block_done(struct block_job *job)
{
    answer(job, SERVICE_OK, 0, NULL);
}

void block_give_up(struct block_job *job, enum block_error why)
{
    const uint64_t word = why;

    answer(job, SERVICE_FAILED, 1, &word);
}

static void settle(struct block_job *job, const struct block_medium *medium)
{
    const struct order order = {job->operation, job->sector, job->sectors, job->medium};
    uint64_t word[4] = {BLOCK_NO_MEDIUM};
    unsigned words = 0;
    uint32_t result;

    if (job->operation == BLOCK_INFO) {
        result = describe(medium, word, &words);
        answer(job, result, words, word);
        return;
    }
    result = check(medium, job->client, &order);
    if (result != SERVICE_OK)
        answer(job, result, result == SERVICE_FAILED, word);
}

void block_settle(struct block_jobs *jobs, const struct block_medium *medium)
{
    for (unsigned i = 0; i < BLOCK_JOBS; i++) {
        if (jobs->job[i].state == BLOCK_JOB_WAITS)
            settle(&jobs->job[i], medium);
    }
}

static bool has_running(const struct block_jobs *jobs, const struct startup_edge *client)
{
    for (unsigned i = 0; i < BLOCK_JOBS; i++) {
        if (jobs->job[i].state == BLOCK_JOB_RUNS && jobs->job[i].client == client)
            return true;
    }
    return false;
}

struct block_job *block_next(struct block_jobs *jobs)
{
    struct block_job *first = NULL;

    for (unsigned i = 0; i < BLOCK_JOBS; i++) {
        struct block_job *job = &jobs->job[i];

        if (job->state == BLOCK_JOB_WAITS && !has_running(jobs, job->client) &&
            (first == NULL || job->number < first->number))
            first = job;
    }
    if (first != NULL)
        first->state = BLOCK_JOB_RUNS;
    return first;
}

void block_moved(struct block_job *job, const struct block_medium *medium, uint32_t sectors)
{
    job->sector += sectors;
    job->sectors -= sectors;
    if (job->data != NULL)
        job->data += (size_t)sectors * medium->sector_bytes;
}

void block_give_up_all(struct block_jobs *jobs, enum block_error why)
{
    for (unsigned i = 0; i < BLOCK_JOBS; i++) {
        if (jobs->job[i].state != BLOCK_JOB_NONE)
            block_give_up(&jobs->job[i], why);
    }
}
