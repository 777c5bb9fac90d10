/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel under a random driver. Each round makes a small world of threads
 * and objects out of one Untyped, lets all of them do anything, and takes the
 * Untyped back: everything must be gone then, whatever state it was in.
 *
 * THOLE_EVENTS: how many events in all. THOLE_SEED: of the first round; the
 * story of a failure names the round's own.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "chance.h"

#define EVENTS_DEFAULT 200000
#define EVENTS_A_ROUND 500
#define WORLD_BITS     18 /* 256 KiB */
#define THREADS        6
#define TABLE_BITS     6
#define FILLED         24 /* slots that a thread finds filled */

static unsigned world, ring_slot;
static unsigned first_slot; /* of init's table, that a round may use */

/* --- A world -------------------------------------------------------------------------- */

static unsigned made(enum thole_object type, unsigned bits)
{
    unsigned slot = first_slot++;

    must(world, UNTYPED_RETYPE, type, bits, INIT_SLOT_CAPTABLE, slot);
    return slot;
}

static void place(unsigned table, unsigned at, unsigned source, unsigned badge)
{
    must(table, CAPTABLE_MINT, at, INIT_SLOT_CAPTABLE, source, RIGHTS_ALL, badge);
}

struct pool {
    unsigned table[THREADS], thread[THREADS], time[THREADS], endpoint[4], space[2];
};

static void make_pool(struct pool *pool)
{
    for (unsigned index = 0; index < 4; index++)
        pool->endpoint[index] = made(OBJECT_ENDPOINT, 0);
    for (unsigned index = 0; index < 2; index++) {
        pool->space[index] = made(OBJECT_ADDRESS_SPACE, 0);
        must(INIT_SLOT_ASID_CONTROL, ASID_CONTROL_ASSIGN, pool->space[index]);
    }
    for (unsigned index = 0; index < THREADS; index++) {
        pool->table[index] = made(OBJECT_CAPTABLE, TABLE_BITS);
        pool->thread[index] = made(OBJECT_THREAD, 0);
        pool->time[index] = made(OBJECT_SCHED_CONTEXT, 0);
        must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CONFIGURE, pool->time[index], 0,
             chance_below(60), 10, 10);
    }
}

/* What a thread finds in its table: copies, and originals that are its own. */
static void fill_table(const struct pool *pool, unsigned who)
{
    static const enum thole_object own[] = { OBJECT_NOTIFICATION, OBJECT_TIMER, OBJECT_INTERRUPT,
                                             OBJECT_ENDPOINT, OBJECT_SCHED_CONTEXT, OBJECT_THREAD,
                                             OBJECT_PAGE_TABLE, OBJECT_PAGE_TABLE };
    unsigned table = pool->table[who], other = (unsigned)chance_below(THREADS), at = 1;

    place(table, at++, table, 0);
    place(table, at++, pool->table[other], 0);
    place(table, at++, pool->thread[who], 0);
    place(table, at++, pool->thread[other], 0);
    place(table, at++, pool->time[other], 0);
    for (unsigned index = 0; index < 4; index++)
        place(table, at++, pool->endpoint[index], chance_percent(50) ? who + 1 : 0);
    place(table, at++, pool->space[0], 0);
    place(table, at++, pool->space[1], 0);
    place(table, at++, INIT_SLOT_IRQ_CONTROL, 0);
    place(table, at++, INIT_SLOT_SCHED_CONTROL, 0);
    place(table, at++, INIT_SLOT_ASID_CONTROL, 0);
    for (unsigned index = 0; index < sizeof(own) / sizeof(own[0]); index++)
        must(world, UNTYPED_RETYPE, own[index], 0, table, at++);
    must(world, UNTYPED_RETYPE, OBJECT_UNTYPED, 14, table, at++);
    must(world, UNTYPED_RETYPE, OBJECT_FRAME, FRAME_BITS_4K, table, at++);
}

static void start_thread(const struct pool *pool, unsigned who)
{
    bool active = who < 2 || chance_percent(50);

    must(pool->thread[who], THREAD_CONFIGURE, pool->table[who], pool->space[who % 2],
         pool->endpoint[chance_below(4)], chance_percent(50) ? ring_slot : 0,
         active ? pool->time[who] : 0);
    must(pool->thread[who], THREAD_START, 1, 2, 3);
}

/* Signals enter the active threads: init's own Notifications, one an endpoint. */
static void ring(const struct pool *pool)
{
    for (unsigned index = 0; index < 4; index++) {
        unsigned bell = made(OBJECT_NOTIFICATION, 0);

        must(bell, NOTIFICATION_BIND, pool->endpoint[index], 0);
        must(bell, NOTIFICATION_SIGNAL);
    }
}

static void make_world(void)
{
    static struct pool pool;

    first_slot = 256;
    make_pool(&pool);
    for (unsigned who = 0; who < THREADS; who++)
        fill_table(&pool, who);
    for (unsigned who = 0; who < THREADS; who++)
        start_thread(&pool, who);
    ring(&pool);
}

/* --- A round ------------------------------------------------------------------------------ */

static unsigned any_made(void)
{
    return 256 + (unsigned)chance_below(first_slot - 256);
}

/* On an Endpoint it would be a message, and init never waits for others. */
static void try_operation(unsigned slot, unsigned operation, uint64_t word)
{
    if (slot_type(&known.init_table[slot]) == OBJECT_ENDPOINT)
        return;
    system_call(SYSCALL_CALL, (struct registers){ .target = slot, .label = operation,
                                                  WORDS(word) });
}

/* Init destroys something under everybody's hands, or gives threads something to do. */
static void init_meddles(void)
{
    switch (chance_below(12)) {
    case 0:
        try_operation(INIT_SLOT_CAPTABLE, CAPTABLE_DELETE, any_made());
        break;
    case 1:
        try_operation(INIT_SLOT_CAPTABLE, CAPTABLE_REVOKE, any_made());
        break;
    case 2:
        try_operation(any_made(), THREAD_CANCEL, 0);
        break;
    case 3:
        try_operation(INIT_SLOT_CAPTABLE, CAPTABLE_CLOSE, any_made());
        break;
    default:
        for (unsigned tries = 0; tries < 4; tries++)
            try_operation(any_made(), NOTIFICATION_SIGNAL, 0);
        break;
    }
}

/* Init answers whatever came, and waits again. */
static void init_turn(void)
{
    init_meddles();
    system_call(SYSCALL_REPLY_RECV,
                (struct registers){ .target = INIT_SLOT_ENDPOINT,
                                    .label = chance_percent(80) ? THOLE_FAULT_RESUME
                                                                : THOLE_FAULT_STOP });
}

static void end_world(void)
{
    enum thole_result result;

    as_init();
    result = revoke_slot(world);
    if (result != RESULT_DONE)
        sim_fail("taking the world back answers %d", (int)result);
    must(world, UNTYPED_INFO);
    if (answer[2] != 0 || slot_has_children(&known.init_table[world]))
        sim_fail("the world is not empty");
}

static void round_of(uint64_t seed, unsigned events)
{
    snprintf(sim_story, sizeof(sim_story), "THOLE_SEED=%llu", (unsigned long long)seed);
    chance_seed(seed);
    make_world();
    for (unsigned event = 0; event < events; event++) {
        snprintf(sim_story, sizeof(sim_story), "THOLE_SEED=%llu, event %u",
                 (unsigned long long)seed, event);
        if (init_runs())
            init_turn();
        else
            chance_event();
    }
    end_world();
}

static uint64_t number_of(const char *variable, uint64_t otherwise)
{
    const char *text = getenv(variable);

    return text != NULL ? strtoull(text, NULL, 0) : otherwise;
}

static void the_kernel_keeps_its_invariants_whatever_programs_do(void **state)
{
    uint64_t events = number_of("THOLE_EVENTS", EVENTS_DEFAULT);
    uint64_t seed = number_of("THOLE_SEED", 1);

    (void)state;
    boot_machine(1 << 20);
    compare_every = 4;
    world = make_untyped(WORLD_BITS);
    ring_slot = mint(INIT_SLOT_ENDPOINT, RIGHT_SEND, 0xfa);
    printf("%llu events from THOLE_SEED=%llu\n", (unsigned long long)events,
           (unsigned long long)seed);
    for (uint64_t done = 0; done < events; done += EVENTS_A_ROUND)
        round_of(seed++, EVENTS_A_ROUND);
}

int main(void)
{
    const struct CMUnitTest random_tests[] = {
        cmocka_unit_test(the_kernel_keeps_its_invariants_whatever_programs_do),
    };

    return RUN_EACH(random_tests);
}
