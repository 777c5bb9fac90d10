/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The SD card's protocol, include/service/block.h. One request after the other, moved
 * through the controller's data port to and from the client's buffer. A card is looked
 * for at the start, when the controller says that one was put in, and when a client asks
 * BLOCK_INFO while there is none.
 */
#include <lib/block.h>
#include <service/result.h>

#include "card.h"

#define NS_PER_US 1000u
#define TRIES     3u     /* of a request that fails for a reason that may pass */
#define MOVE_MAX  65535u /* blocks that a command counts */
#define BUS_WIDTH 4u     /* if the configuration does not say */

static struct {
    struct card card;
    struct block_medium medium;
    struct block_jobs jobs;
    struct block_job *job; /* the one under way; NULL: none */
    uint16_t sectors;      /* of it, in this command */
    unsigned tries;        /* left */
    unsigned waits;        /* for which the timer was set, */
    uint64_t deadline;     /* to this */
} sd;

static void watch(void)
{
    if (sd.waits == sd.card.waits)
        return;
    sd.waits = sd.card.waits;
    sd.deadline = program_ticks() + program_ticks_from_ns((uint64_t)sd.card.wait_us * NS_PER_US);
    program_timer_arm(sd.deadline);
}

static void move_job(void)
{
    struct block_job *job = sd.job;

    sd.sectors = (uint16_t)(job->sectors < MOVE_MAX ? job->sectors : MOVE_MAX);
    if (job->operation == BLOCK_FLUSH)
        card_flush(&sd.card);
    else
        card_move(&sd.card, job->operation == BLOCK_WRITE ? HOST_WRITES : HOST_READS, job->sector,
                  sd.sectors, &job->data);
}

static void look_for_card(void)
{
    sd.medium.unknown = true;
    card_start(&sd.card);
}

/* Who made it says so in its CID; a card of another size is another even then. */
static uint64_t card_number(void)
{
    uint64_t number = block_number(0, sd.card.sectors);

    for (unsigned i = 0; i < COUNT_OF(sd.card.id); i++)
        number = block_number(number, sd.card.id[i]);
    return number;
}

static void found(void)
{
    sd.medium = (struct block_medium){
        .sectors = sd.card.sectors,
        .sector_bytes = HOST_BLOCK_BYTES,
        .flags = BLOCK_REMOVABLE | (sd.card.read_only ? BLOCK_READ_ONLY : 0),
        .number = card_number(),
    };
    program_log("a card of %lu sectors, %s%s", (unsigned long)sd.medium.sectors,
                sd.card.blocks ? "high capacity" : "standard capacity",
                sd.card.read_only ? ", read only" : "");
    block_settle(&sd.jobs, &sd.medium);
}

static void lost(void)
{
    program_log("no card: %s", sd.card.why);
    sd.medium = (struct block_medium){0};
    if (sd.job != NULL)
        block_give_up(sd.job, BLOCK_NO_MEDIUM);
    sd.job = NULL;
    block_settle(&sd.jobs, &sd.medium);
}

static void end_job(void)
{
    block_moved(sd.job, &sd.medium, sd.job->operation == BLOCK_FLUSH ? 0 : sd.sectors);
    if (sd.job->sectors > 0 && sd.job->data != NULL) {
        sd.tries = TRIES;
        move_job();
        return;
    }
    block_done(sd.job);
    sd.job = NULL;
}

static void fail_job(void)
{
    if (sd.job->data != NULL)
        program_log("%s of %u sectors at %lu failed: %s",
                    sd.job->operation == BLOCK_READ ? "reading" : "writing", sd.sectors,
                    (unsigned long)sd.job->sector, sd.card.why);
    if (--sd.tries > 0 && sd.job->data != NULL) {
        move_job();
        return;
    }
    block_give_up(sd.job, sd.card.timed_out ? BLOCK_TIMEOUT : BLOCK_IO);
    sd.job = NULL;
}

static enum card_outcome take_outcome(void)
{
    enum card_outcome outcome = sd.card.outcome;

    sd.card.outcome = CARD_GOES_ON;
    return outcome;
}

/* What the last event led to. */
static void conclude(void)
{
    switch (take_outcome()) {
    case CARD_GOES_ON:
        break;
    case CARD_FOUND:
        found();
        break;
    case CARD_LOST:
        lost();
        break;
    case CARD_DONE:
        if (sd.job != NULL)
            end_job();
        break;
    case CARD_FAILED:
        if (sd.job != NULL)
            fail_job();
        break;
    }
}

/*
 * The next request, if the card is free. A controller that refuses the command makes an
 * outcome at once, which must wait: the request is not to be answered before its
 * operation returned. The timer brings it.
 */
static void move_next(void)
{
    if (sd.card.step == CARD_READY && sd.card.outcome == CARD_GOES_ON && sd.job == NULL) {
        sd.job = block_next(&sd.jobs);
        sd.tries = TRIES;
        if (sd.job != NULL)
            move_job();
    }
    watch();
    if (sd.card.outcome != CARD_GOES_ON) {
        sd.deadline = program_ticks();
        program_timer_arm(sd.deadline);
    }
}

static void on_interrupt(uint32_t line, uint64_t merged)
{
    bool was_off = sd.card.step == CARD_OFF;

    (void)line;
    (void)merged;
    card_interrupt(&sd.card);
    if (was_off && sd.card.step != CARD_OFF)
        sd.medium.unknown = true;
    conclude();
    move_next();
}

static void on_timer(uint64_t deadline, uint64_t now)
{
    (void)deadline;
    if (now < sd.deadline) { /* it was on its way when the next wait began */
        program_timer_arm(sd.deadline);
        return;
    }
    if (sd.card.outcome == CARD_GOES_ON)
        card_timer(&sd.card);
    conclude();
    move_next();
}

static uint32_t op_info(struct request *request)
{
    uint32_t result;

    if (sd.card.step == CARD_OFF && sd.card.outcome == CARD_GOES_ON)
        look_for_card();
    result = block_info(&sd.jobs, &sd.medium, request);
    move_next();
    return result;
}

static uint32_t op_move(struct request *request)
{
    uint32_t result = block_accept(&sd.jobs, &sd.medium, request);

    if (result == SERVER_LATER)
        move_next();
    return result;
}

static void on_start(void)
{
    look_for_card();
    conclude();
    move_next();
}

int main(void)
{
    static const server_operation operation[] = {[BLOCK_INFO] = op_info,
                                                 [BLOCK_READ] = op_move,
                                                 [BLOCK_WRITE] = op_move,
                                                 [BLOCK_FLUSH] = op_move};
    static const struct server server = {.operation = operation,
                                         .operations = COUNT_OF(operation),
                                         .interrupt = on_interrupt,
                                         .timer = on_timer,
                                         .start = on_start};
    size_t bytes = 0;

    sd.card.host.base = program_registers(0, &bytes);
    if (sd.card.host.base == NULL || bytes < HOST_REGISTER_BYTES) {
        program_log("no registers of an SD host controller: %lu bytes, not %u",
                    (unsigned long)bytes, HOST_REGISTER_BYTES);
        return PROGRAM_EXIT_FOR_GOOD;
    }
    sd.card.host.base_hz = program_config_cell("clock-frequency", 0);
    sd.card.wide = program_config_cell("bus-width", BUS_WIDTH) >= BUS_WIDTH;
    sd.card.card_switch = program_config("broken-cd", NULL) == NULL;
    sd.card.no_lock = program_config("disable-wp", NULL) != NULL;
    server_run(&server);
}
