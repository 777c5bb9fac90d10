/* SPDX-License-Identifier: BSD-2-Clause */
/* Requests for a disk: checked, and kept in order. */
#include <lib/block.h>
#include <service/result.h>

uint32_t block_failed(struct request *request, enum block_error why)
{
    request->word[0] = why;
    request->words = 1;
    return SERVICE_FAILED;
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

uint32_t block_info(struct block_jobs *jobs, const struct block_medium *medium,
                    struct request *request)
{
    abandon_all_of(jobs, request->client);
    if (medium->sector_bytes == 0)
        return block_failed(request, BLOCK_NO_MEDIUM);
    request->word[0] = medium->sector_bytes;
    request->word[1] = medium->sectors;
    request->word[2] = medium->flags;
    request->words = 3;
    return SERVICE_OK;
}

static bool is_inside(const struct block_medium *medium, const struct request *request)
{
    uint64_t first = request->word[0], count = request->word[1];

    return count > 0 && first < medium->sectors && count <= medium->sectors - first &&
           request->client->buffer != 0 && count <= UINT32_MAX &&
           count <= request->client->buffer_bytes / medium->sector_bytes;
}

static uint32_t check(const struct block_medium *medium, struct request *request)
{
    if (medium->sector_bytes == 0)
        return block_failed(request, BLOCK_NO_MEDIUM);
    if (request->operation == BLOCK_WRITE && medium->flags & BLOCK_READ_ONLY)
        return SERVICE_NOT_PERMITTED;
    if (request->operation != BLOCK_FLUSH && !is_inside(medium, request))
        return SERVICE_BAD_ARGUMENT;
    return SERVICE_OK;
}

static struct block_job *free_job(struct block_jobs *jobs)
{
    for (unsigned i = 0; i < BLOCK_JOBS; i++) {
        if (jobs->job[i].state == BLOCK_JOB_NONE)
            return &jobs->job[i];
    }
    return NULL;
}

uint32_t block_accept(struct block_jobs *jobs, const struct block_medium *medium,
                      struct request *request)
{
    bool moves = request->operation != BLOCK_FLUSH;
    uint32_t result = check(medium, request);
    struct block_job *job;
    unsigned reply;

    abandon_all_of(jobs, request->client);
    if (result != SERVICE_OK)
        return result;
    job = free_job(jobs);
    reply = server_set_aside();
    if (job == NULL || reply == 0)
        return SERVICE_BUSY;
    *job = (struct block_job){
        .state = BLOCK_JOB_WAITS,
        .client = request->client,
        .reply = reply,
        .operation = request->operation,
        .sector = moves ? request->word[0] : 0,
        .sectors = moves ? (uint32_t)request->word[1] : 0,
        .data = (uint8_t *)(uintptr_t)request->client->buffer,
        .number = jobs->numbers++,
    };
    return SERVER_LATER;
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

static void answer(struct block_job *job, uint32_t result, uint64_t why)
{
    if (job->reply != 0)
        server_answer(job->reply, result, result == SERVICE_OK ? 0 : 1, &why);
    *job = (struct block_job){.state = BLOCK_JOB_NONE};
}

void block_done(struct block_job *job)
{
    answer(job, SERVICE_OK, 0);
}

void block_give_up(struct block_job *job, enum block_error why)
{
    answer(job, SERVICE_FAILED, why);
}

void block_give_up_waiting(struct block_jobs *jobs, enum block_error why)
{
    for (unsigned i = 0; i < BLOCK_JOBS; i++) {
        if (jobs->job[i].state == BLOCK_JOB_WAITS)
            block_give_up(&jobs->job[i], why);
    }
}
