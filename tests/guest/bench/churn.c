/* SPDX-License-Identifier: BSD-2-Clause */
#include "churn.h"

#include "bench.h"

#define COPIES      100
#define PAGES       200
#define CALLERS     24
#define TABLE_BITS  8
#define LARGE_BITS  20
#define DEPTH       240
#define TABLES      16
#define TIMERS      32
#define APART       15
#define APART_BITS  19
#define CROWD       16
#define CROWD_SLOTS 4
#define SLOTS       (DEPTH + TABLES + 8)
#define CHURN_AT    (WINDOW_ADDRESS + 300 * 0x1000ULL)  /* of the window's pages */
#define SPACE_AT    0x40000000ULL                       /* in the space that comes and goes */

helper_function fault_read; /* faulty.S */

static struct {
    unsigned first;             /* of a row of slots */
    unsigned root;              /* Untyped that all of it comes from */
    unsigned victim;            /* Endpoint that callers queue at */
    struct helper *caller[CALLERS];
    unsigned fault_endpoint;
    struct message fault;
    unsigned step, rounds;
} busy;

static unsigned slot_of(unsigned index)
{
    return busy.first + index;
}

static void make_in(unsigned index, enum thole_object type, unsigned bits)
{
    CHECK_EQUAL(retype(busy.root, type, bits, slot_of(index)), RESULT_DONE);
}

static void end_all(void)
{
    CHECK_EQUAL(revoke(busy.root), RESULT_DONE);
}

/* --- Steps -------------------------------------------------------------------------- */

static void make_small_objects(void)
{
    static const enum thole_object type[] = {
        OBJECT_ENDPOINT, OBJECT_THREAD, OBJECT_SCHED_CONTEXT, OBJECT_TIMER, OBJECT_NOTIFICATION,
        OBJECT_INTERRUPT, OBJECT_ADDRESS_SPACE, OBJECT_PAGE_TABLE};

    for (unsigned i = 0; i < sizeof(type) / sizeof(type[0]); i++)
        make_in(i, type[i], 0);
    for (unsigned i = 0; i < sizeof(type) / sizeof(type[0]); i++)
        CHECK_EQUAL(delete(slot_of(i)), RESULT_DONE);
    end_all();
}

static void make_large_objects(void)
{
    make_in(0, OBJECT_CAPTABLE, TABLE_BITS);
    make_in(1, OBJECT_FRAME, FRAME_BITS_2M);
    make_in(2, OBJECT_UNTYPED, LARGE_BITS);
    CHECK_EQUAL(delete(slot_of(0)), RESULT_DONE);
    end_all();
}

/* A chain and a fan of copies, that go with the first. */
static void derive_and_revoke(void)
{
    make_in(0, OBJECT_ENDPOINT, 0);
    for (unsigned i = 1; i < COPIES; i++)
        CHECK_EQUAL(INVOKE(INIT_SLOT_CAPTABLE, CAPTABLE_COPY, slot_of(i), INIT_SLOT_CAPTABLE,
                           slot_of(i % 2 ? 0 : i - 1), RIGHTS_ALL), RESULT_DONE);
    CHECK_EQUAL(revoke(slot_of(0)), RESULT_DONE);
    end_all();
}

/* A whole table of capabilities goes at once. */
static void fill_and_delete_table(void)
{
    make_in(0, OBJECT_CAPTABLE, TABLE_BITS);
    make_in(1, OBJECT_ENDPOINT, 0);
    for (unsigned i = 1; i < 1u << TABLE_BITS; i++)
        CHECK_EQUAL(INVOKE(slot_of(0), CAPTABLE_COPY, i, INIT_SLOT_CAPTABLE, slot_of(1),
                           RIGHTS_ALL), RESULT_DONE);
    CHECK_EQUAL(delete(slot_of(0)), RESULT_DONE);
    end_all();
}

static void map_and_unmap(void)
{
    make_in(0, OBJECT_FRAME, FRAME_BITS_4K);
    for (unsigned i = 0; i < 8; i++) {
        CHECK_EQUAL(INVOKE(slot_of(0), FRAME_MAP, INIT_SLOT_ADDRESS_SPACE, CHURN_AT,
                           RIGHT_READ | RIGHT_WRITE, MEMORY_NORMAL), RESULT_DONE);
        *(volatile uint64_t *)CHURN_AT = i;
        CHECK_EQUAL(ASK(slot_of(0), FRAME_UNMAP), RESULT_DONE);
    }
    end_all();
}

/* An address space with full tables is destroyed from its root. */
static void fill_and_destroy_space(void)
{
    make_in(0, OBJECT_ADDRESS_SPACE, 0);
    CHECK_EQUAL(INVOKE(INIT_SLOT_ASID_CONTROL, ASID_CONTROL_ASSIGN, slot_of(0)), RESULT_DONE);
    for (unsigned i = 1; i <= 2; i++) {
        make_in(i, OBJECT_PAGE_TABLE, 0);
        CHECK_EQUAL(INVOKE(slot_of(i), PAGE_TABLE_MAP, slot_of(0), SPACE_AT), RESULT_DONE);
    }
    for (unsigned i = 3; i < 3 + PAGES; i++) {
        make_in(i, OBJECT_FRAME, FRAME_BITS_4K);
        CHECK_EQUAL(INVOKE(slot_of(i), FRAME_MAP, slot_of(0), SPACE_AT + (i - 3) * 0x1000ULL,
                           RIGHT_READ, MEMORY_NORMAL), RESULT_DONE);
    }
    /* By turns the root goes first, or a table below it. */
    CHECK_EQUAL(delete(slot_of(busy.rounds % 2 ? 0 : 2)), RESULT_DONE);
    end_all();
}

/* Tables far down the derivation, which are looked for from its top each time. */
static void bury_and_revoke_tables(void)
{
    unsigned deepest = slot_of(DEPTH - 1), space = slot_of(DEPTH), upper = slot_of(DEPTH + 1);

    make_in(0, OBJECT_UNTYPED, LARGE_BITS);
    for (unsigned i = 1; i < DEPTH; i++)
        CHECK_EQUAL(retype(slot_of(i - 1), OBJECT_UNTYPED, LARGE_BITS, slot_of(i)), RESULT_DONE);
    make_in(DEPTH, OBJECT_ADDRESS_SPACE, 0);
    CHECK_EQUAL(INVOKE(INIT_SLOT_ASID_CONTROL, ASID_CONTROL_ASSIGN, space), RESULT_DONE);
    make_in(DEPTH + 1, OBJECT_PAGE_TABLE, 0);
    CHECK_EQUAL(INVOKE(upper, PAGE_TABLE_MAP, space, SPACE_AT), RESULT_DONE);
    for (unsigned i = 0; i < TABLES; i++) {
        unsigned table = slot_of(DEPTH + 2 + i);

        CHECK_EQUAL(retype(deepest, OBJECT_PAGE_TABLE, 0, table), RESULT_DONE);
        CHECK_EQUAL(INVOKE(table, PAGE_TABLE_MAP, space, SPACE_AT + i * (1ULL << FRAME_BITS_2M)),
                    RESULT_DONE);
    }
    CHECK_EQUAL(revoke(slot_of(0)), RESULT_DONE);
    end_all();
}

/* One of a crowd: a thread that waits, with time, and a timer that is armed. */
static void crowd_one(unsigned first)
{
    unsigned thread = slot_of(first), time = slot_of(first + 1), endpoint = slot_of(first + 2);
    unsigned timer = slot_of(first + 3);
    uint64_t slice = SLICE;

    make_in(first, OBJECT_THREAD, 0);
    make_in(first + 1, OBJECT_SCHED_CONTEXT, 0);
    make_in(first + 2, OBJECT_ENDPOINT, 0);
    make_in(first + 3, OBJECT_TIMER, 0);
    CHECK_EQUAL(time_configure(time, 0, PRIORITY_LOW, slice, slice), RESULT_DONE);
    CHECK_EQUAL(INVOKE(thread, THREAD_CONFIGURE, INIT_SLOT_CAPTABLE, INIT_SLOT_ADDRESS_SPACE,
                       endpoint, 0, time), RESULT_DONE);
    CHECK_EQUAL(INVOKE(thread, THREAD_START, 0, 0, 0), RESULT_DONE);
    CHECK_EQUAL(INVOKE(timer, TIMER_BIND, endpoint, 0), RESULT_DONE);
    CHECK_EQUAL(INVOKE(timer, TIMER_ARM, ticks_now() + ticks_of(1000000000)), RESULT_DONE);
}

static void make_and_revoke_crowd(void)
{
    for (unsigned i = 0; i < CROWD; i++)
        crowd_one(i * CROWD_SLOTS);
    end_all();
}

/* Many deadlines pass at once. */
static void arm_many_timers(void)
{
    uint64_t when;

    make_in(TIMERS, OBJECT_ENDPOINT, 0);
    for (unsigned i = 0; i < TIMERS; i++) {
        make_in(i, OBJECT_TIMER, 0);
        CHECK_EQUAL(INVOKE(slot_of(i), TIMER_BIND, slot_of(TIMERS), 0), RESULT_DONE);
    }
    when = ticks_now() + ticks_of(50000);
    for (unsigned i = 0; i < TIMERS; i++)
        CHECK_EQUAL(INVOKE(slot_of(i), TIMER_ARM, when), RESULT_DONE);
    while (ticks_now() < when)
        continue;
    end_all();
}

/* They lie so far apart that, where deadlines are kept, each hangs below the one before. */
static void arm_timers_apart(void)
{
    uint64_t when = ticks_now() + ticks_of(500000);

    make_in(2 * APART, OBJECT_ENDPOINT, 0);
    for (unsigned i = 0; i < APART; i++) {
        make_in(i, OBJECT_UNTYPED, APART_BITS);
        CHECK_EQUAL(retype(slot_of(i), OBJECT_TIMER, 0, slot_of(APART + i)), RESULT_DONE);
        CHECK_EQUAL(INVOKE(slot_of(APART + i), TIMER_BIND, slot_of(2 * APART), 0), RESULT_DONE);
    }
    for (unsigned i = 0; i < APART; i++)
        CHECK_EQUAL(INVOKE(slot_of(APART + i), TIMER_ARM, when), RESULT_DONE);
    while (ticks_now() < when)
        continue;
    end_all();
}

static void fault_and_resume(void)
{
    for (unsigned i = 0; i < 8; i++) {
        busy.fault = (struct message){.tag = thole_tag(THOLE_FAULT_RESUME, 0)};
        CHECK_EQUAL(thole_reply_recv(busy.fault_endpoint, &busy.fault), STATUS_OK);
        CHECK_EQUAL(busy.fault.word[0], FAULT_READ);
    }
}

/* --- Callers, whose server never comes ---------------------------------------------- */

struct caller {
    unsigned own, victim;
};
static struct caller callers[CALLERS];

static uint64_t call_in_vain(void *argument, struct message *first)
{
    const struct caller *caller = argument;
    struct message message = *first;

    for (;;) {
        call_word(caller->victim, 0, NULL);
        message = (struct message){0};
        CHECK_EQUAL(thole_recv(caller->own, &message), STATUS_OK);
    }
}

static void callers_make(void)
{
    busy.victim = make(OBJECT_ENDPOINT, 0);
    for (unsigned i = 0; i < CALLERS; i++) {
        callers[i] = (struct caller){make(OBJECT_ENDPOINT, 0), busy.victim};
        busy.caller[i] = HELPER(call_in_vain, &callers[i], PRIORITY_HIGH,
                                .endpoint = callers[i].own);
    }
}

static void queue_and_close(void)
{
    for (unsigned i = 0; i < CALLERS; i++)
        helper_go(busy.caller[i]);
    CHECK_EQUAL(INVOKE(INIT_SLOT_CAPTABLE, CAPTABLE_CLOSE, busy.victim), RESULT_DONE);
    CHECK_EQUAL(INVOKE(INIT_SLOT_CAPTABLE, CAPTABLE_OPEN, busy.victim), RESULT_DONE);
}

/* --- Timers that expire when a driver is to wake -------------------------------------- */

#define EXPIRING 64

static unsigned expiring;   /* the first of a row */

static void expiring_make(void)
{
    unsigned endpoint = make(OBJECT_ENDPOINT, 0);

    expiring = slot_take_row(EXPIRING);
    for (unsigned i = 0; i < EXPIRING; i++) {
        CHECK_EQUAL(retype(busy.root, OBJECT_TIMER, 0, expiring + i), RESULT_DONE);
        CHECK_EQUAL(INVOKE(expiring + i, TIMER_BIND, endpoint, 0), RESULT_DONE);
    }
}

void crowd_arm(uint64_t when, uint64_t apart)
{
    if (expiring == 0)
        expiring_make();
    for (unsigned i = 0; i < EXPIRING; i++) {
        CHECK_EQUAL(ASK(expiring + i, TIMER_DISARM), RESULT_DONE);
        CHECK_EQUAL(INVOKE(expiring + i, TIMER_ARM, when + i * apart), RESULT_DONE);
    }
}

/* --- All ---------------------------------------------------------------------------- */

_Static_assert(SLOTS >= PAGES + 3, "fill_and_destroy_space");

static void (*const step[])(void) = {
    make_small_objects, map_and_unmap, fault_and_resume, derive_and_revoke, make_large_objects,
    fill_and_delete_table, queue_and_close, fill_and_destroy_space, bury_and_revoke_tables,
    arm_many_timers, arm_timers_apart, make_and_revoke_crowd,
};
#define STEPS (sizeof(step) / sizeof(step[0]))

void churn_make(void)
{
    busy.root = make(OBJECT_UNTYPED, FRAME_BITS_2M + 2);
    busy.first = slot_take_row(SLOTS);
    callers_make();
    busy.fault_endpoint = make(OBJECT_ENDPOINT, 0);
    HELPER_GO(fault_read, PARTY_HOLE, PRIORITY_LOW, .watch = busy.fault_endpoint);
    CHECK_EQUAL(thole_recv(busy.fault_endpoint, &busy.fault), STATUS_OK);
}

void churn(void)
{
    step[busy.step]();
    busy.step = (busy.step + 1) % STEPS;
    busy.rounds += busy.step == 0;
}

unsigned churn_rounds(void)
{
    return busy.rounds;
}
