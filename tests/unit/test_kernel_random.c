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

#include "chance.h"

#define EVENTS_DEFAULT 60000
#define EVENTS_A_ROUND 1000
#define WORLD_BITS     19 /* 512 KiB */
#define THREADS        8
#define ENDPOINTS      4
#define TABLE_BITS     6
#define FIRST_SLOT     256 /* of init's table: from here on they are the round's */

static unsigned world, fault_slot;
static unsigned first_slot; /* the next that is free */
static uint64_t events;     /* by threads other than init, in all rounds */

/* --- A world -------------------------------------------------------------------------- */

/* Slots of init's table; what they held may have been deleted by anybody. */
static struct pool {
    unsigned table[THREADS], thread[THREADS], time[THREADS];
    unsigned endpoint[ENDPOINTS], bell[ENDPOINTS], space[2];
} pool;

/* False: there is no memory left. */
static bool retype(enum thole_object type, unsigned bits, unsigned table, unsigned slot)
{
    enum thole_result result;

    do {
        result = invoke(world, UNTYPED_RETYPE, type, bits, table, slot);
    } while (result == RESULT_MORE);
    return result == RESULT_DONE;
}

static unsigned made(enum thole_object type, unsigned bits)
{
    unsigned slot = first_slot++;

    return retype(type, bits, INIT_SLOT_CAPTABLE, slot) ? slot : 0;
}

static void place(unsigned table, unsigned at, unsigned source, unsigned badge)
{
    invoke(table, CAPTABLE_MINT, at, INIT_SLOT_CAPTABLE, source, RIGHTS_ALL, badge);
}

static bool lives(unsigned slot)
{
    return slot != 0 && slot_in_use(slot);
}

/* What a thread finds in its table: copies, and originals that are its own. */
static void fill_table(unsigned who)
{
    static const enum thole_object own[] = { OBJECT_NOTIFICATION, OBJECT_TIMER, OBJECT_INTERRUPT,
                                             OBJECT_ENDPOINT, OBJECT_SCHED_CONTEXT, OBJECT_THREAD,
                                             OBJECT_PAGE_TABLE, OBJECT_PAGE_TABLE };
    const unsigned other = (unsigned)chance_below(THREADS), table = pool.table[who];
    const unsigned copies[] = { table, pool.table[other], pool.thread[who], pool.thread[other],
                                pool.time[who], pool.time[other], pool.space[0], pool.space[1],
                                INIT_SLOT_IRQ_CONTROL, INIT_SLOT_SCHED_CONTROL,
                                INIT_SLOT_ASID_CONTROL };
    unsigned at = 1;

    for (unsigned index = 0; index < sizeof(copies) / sizeof(copies[0]); index++)
        place(table, at++, copies[index], 0);
    for (unsigned index = 0; index < ENDPOINTS; index++)
        place(table, at++, pool.endpoint[index], chance_percent(50) ? who + 1 : 0);
    for (unsigned index = 0; index < sizeof(own) / sizeof(own[0]); index++)
        retype(own[index], 0, table, at++);
    retype(OBJECT_UNTYPED, 13, table, at++);
    retype(OBJECT_FRAME, FRAME_BITS_4K, table, at++);
}

/* Each in memory of its own, so that this can be deleted while its time is lent. */
static void make_time_of(unsigned who)
{
    unsigned memory = made(OBJECT_UNTYPED, 8);

    pool.time[who] = first_slot++;
    if (!lives(memory))
        return;
    invoke(memory, UNTYPED_RETYPE, OBJECT_SCHED_CONTEXT, 0, INIT_SLOT_CAPTABLE, pool.time[who]);
    if (lives(pool.time[who]))
        invoke(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CONFIGURE, pool.time[who], 0,
               chance_below(60), 1 + chance_below(20), 20);
}

/* False: the thread cannot be; memory is short, or something that it needs has gone. */
static bool make_thread(unsigned who)
{
    pool.table[who] = made(OBJECT_CAPTABLE, TABLE_BITS);
    pool.thread[who] = made(OBJECT_THREAD, 0);
    make_time_of(who);
    if (!lives(pool.table[who]) || !lives(pool.thread[who]))
        return false;
    fill_table(who);
    return invoke(pool.thread[who], THREAD_CONFIGURE, pool.table[who], pool.space[who % 2],
                  pool.endpoint[chance_below(ENDPOINTS)],
                  chance_percent(50) ? fault_slot : pool.endpoint[chance_below(ENDPOINTS)],
                  chance_percent(75) && lives(pool.time[who]) ? pool.time[who] : 0) ==
               RESULT_DONE &&
           invoke(pool.thread[who], THREAD_START, 1, 2, 3) == RESULT_DONE;
}

/* Page tables lead to where chance.c maps frames. */
static void make_space_of(unsigned index)
{
    pool.space[index] = made(OBJECT_ADDRESS_SPACE, 0);
    must(INIT_SLOT_ASID_CONTROL, ASID_CONTROL_ASSIGN, pool.space[index]);
    for (unsigned level = 0; level < 2; level++)
        must(made(OBJECT_PAGE_TABLE, 0), PAGE_TABLE_MAP, pool.space[index], INIT_FREE_ADDRESS);
}

static void make_world(void)
{
    first_slot = FIRST_SLOT;
    for (unsigned index = 0; index < ENDPOINTS; index++) {
        pool.endpoint[index] = made(OBJECT_ENDPOINT, 0);
        pool.bell[index] = made(OBJECT_NOTIFICATION, 0);
        must(pool.bell[index], NOTIFICATION_BIND, pool.endpoint[index], 0);
    }
    for (unsigned index = 0; index < 2; index++)
        make_space_of(index);
    for (unsigned who = 0; who < THREADS; who++)
        make_thread(who);
}

/* --- Init in the world ---------------------------------------------------------------------- */

static unsigned any_made(void)
{
    return FIRST_SLOT + (unsigned)chance_below(first_slot - FIRST_SLOT);
}

/* On an Endpoint it would be a message, and init never waits for others. */
static void try_operation(unsigned slot, unsigned operation, uint64_t word)
{
    if (slot == 0 || slot_type(&known.init_table[slot]) == OBJECT_ENDPOINT)
        return;
    system_call(SYSCALL_CALL, (struct registers){ .target = slot, .label = operation,
                                                  WORDS(word) });
}

/* Destroys something under everybody's hands. */
static void meddle(void)
{
    static const unsigned operation[] = { CAPTABLE_DELETE, CAPTABLE_REVOKE, CAPTABLE_CLOSE,
                                          CAPTABLE_OPEN };

    try_operation(INIT_SLOT_CAPTABLE, operation[chance_below(4)], any_made());
}

/* Gives those who wait something to do; if that has not helped before, makes a new thread. */
static bool revive(unsigned idle_turns)
{
    for (unsigned index = 0; index < ENDPOINTS; index++)
        if (idle_turns > 0 || chance_percent(30))
            try_operation(pool.bell[index], NOTIFICATION_SIGNAL, 0);
    for (unsigned who = 0; idle_turns > 1 && who < THREADS; who++)
        try_operation(pool.thread[who], THREAD_CANCEL, 0);
    return idle_turns < 3 || make_thread((unsigned)chance_below(THREADS)) || idle_turns < 6;
}

/* Init answers whatever came, and waits again. False: nobody is left to run. */
static bool init_turn(void)
{
    static uint64_t events_then;
    static unsigned idle_turns;

    idle_turns = events == events_then ? idle_turns + 1 : 0;
    events_then = events;
    if (chance_percent(20))
        meddle();
    if (!revive(idle_turns)) {
        idle_turns = 0;
        return false;
    }
    system_call(SYSCALL_REPLY_RECV,
                (struct registers){ .target = INIT_SLOT_ENDPOINT,
                                    .label = chance_percent(80) ? THOLE_FAULT_RESUME
                                                                : THOLE_FAULT_STOP });
    return true;
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

/* --- A round ------------------------------------------------------------------------------ */

static void round_of(uint64_t seed)
{
    uint64_t end = events + EVENTS_A_ROUND;
    bool alive = true;

    snprintf(sim_story, sizeof(sim_story), "THOLE_SEED=%llu", (unsigned long long)seed);
    chance_seed(seed);
    make_world();
    while (alive && events < end) {
        if (init_runs()) {
            alive = init_turn();
            continue;
        }
        chance_event();
        snprintf(sim_story, sizeof(sim_story), "THOLE_SEED=%llu, event %llu of its round",
                 (unsigned long long)seed,
                 (unsigned long long)(++events + EVENTS_A_ROUND - end));
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
    uint64_t wanted = number_of("THOLE_EVENTS", EVENTS_DEFAULT);
    uint64_t seed = number_of("THOLE_SEED", 1), rounds = 0;

    (void)state;
    boot_machine(5 << 18);
    compare_every = 4;
    world = make_untyped(WORLD_BITS);
    fault_slot = mint(INIT_SLOT_ENDPOINT, RIGHT_SEND, 0xfa);
    printf("%llu events from THOLE_SEED=%llu\n", (unsigned long long)wanted,
           (unsigned long long)seed);
    for (; events < wanted; rounds++)
        round_of(seed++);
    printf("%llu rounds\n", (unsigned long long)rounds);
}

int main(void)
{
    const struct CMUnitTest random_tests[] = {
        cmocka_unit_test(the_kernel_keeps_its_invariants_whatever_programs_do),
    };

    return RUN_EACH(random_tests);
}
