/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What all servers of include/service/block.h have in common: what is asked is checked,
 * and what cannot be done at once waits in the order in which it came.
 *
 * A client waits for its answer, so one that asks again is a new incarnation, and what
 * the last one asked for is over: nothing of it reaches the buffer any more. What the
 * device has of it already ends before the device gets something of the new one.
 */
#pragma once
#include <lib/server.h>
#include <service/block.h>

#define BLOCK_SECTOR_LEAST 512u
#define BLOCK_JOBS         (2 * STARTUP_EDGE_MAX) /* of each client one, and one that is over */

struct block_medium {
    uint64_t sectors;
    uint32_t sector_bytes; /* a power of two; 0: there is no medium */
    uint32_t flags;        /* enum block_flag */
    uint64_t number;       /* by which clients know it */
    bool unknown;          /* it is being looked at; all that is asked waits for block_settle */
};

/* A request that waits or is being done. */
struct block_job {
    enum block_job_state { BLOCK_JOB_NONE, BLOCK_JOB_WAITS, BLOCK_JOB_RUNS } state;
    const struct startup_edge *client;
    unsigned reply;     /* 0: nobody waits for it any more; then data is NULL */
    uint32_t operation; /* enum block_operation */
    uint64_t sector;    /* the next to move */
    uint64_t sectors;   /* left to move; once it runs, no more than the buffer holds */
    uint64_t medium;    /* the number of which */
    uint8_t *data;      /* where in the client's buffer */
    uint64_t number;    /* in the order in which they came */
};

struct block_jobs {
    struct block_job job[BLOCK_JOBS];
    uint64_t numbers;
};

/*
 * The number of a medium, of words that tell it from others, one after the other: the first
 * with `before` 0. Never 0.
 */
uint64_t block_number(uint64_t before, uint64_t word);

/*
 * BLOCK_INFO: ends what the client's last incarnation asked for, and answers; FAILED
 * with NO_MEDIUM if there is none.
 */
uint32_t block_info(struct block_jobs *jobs, const struct block_medium *medium,
                    struct request *request);
/*
 * The other operations: is this inside of the medium and of the client's buffer, and not
 * writing where nobody may, to a medium that the client knows? OK, or the result to answer.
 */
uint32_t block_check(struct block_jobs *jobs, const struct block_medium *medium,
                     struct request *request);
/* The same, and then it waits with its reply set aside: SERVER_LATER. */
uint32_t block_accept(struct block_jobs *jobs, const struct block_medium *medium,
                      struct request *request);
/*
 * The medium is known now, or there is none, or it is another, or of another size: what
 * waits and cannot be done is answered so.
 */
void block_settle(struct block_jobs *jobs, const struct block_medium *medium);

/*
 * The job that has waited longest, of a client that has none running: it runs now.
 * NULL: none.
 */
struct block_job *block_next(struct block_jobs *jobs);
/* Sectors were moved; the job goes on with those behind them. */
void block_moved(struct block_job *job, const struct block_medium *medium, uint32_t sectors);
/* Answers a job, and it is none any more; not within the operation that accepted it. */
void block_done(struct block_job *job);
void block_give_up(struct block_job *job, enum block_error why);
/* Gives up all that wait and all that run. */
void block_give_up_all(struct block_jobs *jobs, enum block_error why);
