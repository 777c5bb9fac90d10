/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Several cores. A program cannot ask which core it runs on; but a core on which
 * somebody more urgent spins runs nobody else.
 */
#include "line.h"

#define ROUNDS 10

static volatile uint64_t counter;

static uint64_t count_for_ever(void *argument, struct message *first)
{
    (void)argument;
    (void)first;
    for (;;) {
        __atomic_fetch_add(&counter, 1, __ATOMIC_RELAXED);
        relax();
    }
    return 0;
}

static uint64_t spin_for_ever(void *argument, struct message *first)
{
    (void)first;
    __atomic_store_n((volatile bool *)argument, true, __ATOMIC_RELAXED);
    for (;;)
        relax();
    return 0;
}

static void move_to(const struct helper *helper, unsigned core, unsigned priority)
{
    uint64_t slice = SLICE;

    CHECK_EQUAL(time_configure(helper->time, core, priority, slice, slice), RESULT_DONE);
}

/* Every core but `core` and main's own is taken; main takes its own by not waiting. */
static void occupy_all_but(unsigned core)
{
    static volatile bool spins;

    for (unsigned other = 1; other < boot->cores_running; other++) {
        if (other == core)
            continue;
        spins = false;
        HELPER_GO(spin_for_ever, &spins, PRIORITY_HIGHER, .core = other);
        while (!spins)
            relax();
    }
}

/* Until it has moved: the watch ends what never comes. `core` 0: main makes room. */
static void wait_for_counter(unsigned core)
{
    uint64_t before = counter;

    while (counter == before) {
        if (core == 0)
            sleep_for(100);
        relax();
    }
}

static void a_thread_runs_on_every_core_it_is_moved_to(void)
{
    for (unsigned core = 0; core < boot->cores_running; core++) {
        struct helper *helper = HELPER_GO(count_for_ever, NULL, PRIORITY_LOW);

        move_to(helper, core, PRIORITY_LOW);
        occupy_all_but(core);
        wait_for_counter(core);
        helpers_delete();
        helpers_forget();
    }
}

static void a_running_thread_goes_over_to_other_cores(void)
{
    struct helper *helper = HELPER_GO(count_for_ever, NULL, PRIORITY_LOW, .core = 1);

    for (unsigned i = 0; i < 4 * boot->cores_running; i++) {
        unsigned core = i % boot->cores_running;

        move_to(helper, core, PRIORITY_LOW);
        if (core != 0)
            settle(); /* it is not on main's core: the least urgent runs there */
        wait_for_counter(core);
    }
}

/* The least urgent of main's core, and of the other, ran: nobody else could. */
static void check_counter_stays(unsigned core)
{
    uint64_t before = counter;

    settle();
    settle_on(core);
    CHECK_EQUAL(counter, before);
}

static void a_suspended_thread_that_is_moved_runs_there_when_it_is_resumed(void)
{
    for (unsigned core = 1; core < boot->cores_running; core++) {
        struct helper *helper = HELPER_GO(count_for_ever, NULL, PRIORITY_LOW);

        CHECK_EQUAL(ASK(helper->thread, THREAD_SUSPEND), RESULT_DONE);
        move_to(helper, core, PRIORITY_LOW);
        occupy_all_but(core);
        check_counter_stays(core);
        CHECK_EQUAL(INVOKE(helper->thread, THREAD_RESUME, 0), RESULT_DONE);
        wait_for_counter(core);
        CHECK_EQUAL(ASK(helper->thread, THREAD_SUSPEND), RESULT_DONE);
        check_counter_stays(core);
        helpers_delete();
        helpers_forget();
    }
}

static void a_thread_that_is_deleted_while_another_core_runs_it_stops(void)
{
    for (unsigned i = 0; i < ROUNDS; i++)
        for (unsigned core = 1; core < boot->cores_running; core++) {
            struct helper *helper = HELPER_GO(count_for_ever, NULL, PRIORITY_LOW, .core = core);
            uint64_t before;

            wait_for_counter(core);
            CHECK_EQUAL(delete(helper->thread), RESULT_DONE);
            before = counter;
            settle_on(core);
            CHECK_EQUAL(counter, before);
            helpers_forget();
        }
}

/* One call, not repeated; the first word of the answer, which is in the message. */
static enum thole_result ask_once(unsigned slot, unsigned label, uint64_t word,
                                  struct message *message)
{
    *message = (struct message){.tag = thole_tag(label, 1), .word = {word}};
    CHECK_EQUAL(thole_call(slot, message), STATUS_OK);
    return (enum thole_result)thole_tag_label(message->tag);
}

/* Nobody is told that it stands still before its core has left it. */
static void who_stops_a_thread_on_another_core_is_told_to_ask_again(void)
{
    struct helper *helper = HELPER_GO(count_for_ever, NULL, PRIORITY_LOW, .core = 1);
    struct message message;

    for (unsigned i = 0; i < ROUNDS; i++) {
        wait_for_counter(1);
        CHECK_EQUAL(ask_once(helper->thread, THREAD_SUSPEND, 0, &message), RESULT_MORE);
        CHECK_EQUAL(ASK(helper->thread, THREAD_SUSPEND), RESULT_DONE);
        check_counter_stays(1);
        CHECK_EQUAL(INVOKE(helper->thread, THREAD_RESUME, 0), RESULT_DONE);
    }
    wait_for_counter(1);
    CHECK_EQUAL(ask_once(INIT_SLOT_CAPTABLE, CAPTABLE_DELETE, helper->thread, &message),
                RESULT_MORE);
    CHECK_EQUAL(delete(helper->thread), RESULT_DONE);
    check_counter_stays(1);
}

/* While it runs there, they are that core's; when it is suspended, they are whole. */
static void registers_of_a_thread_on_another_core_are_read_when_it_stands(void)
{
    struct helper *helper = HELPER_GO(count_for_ever, NULL, PRIORITY_LOW, .core = 1);
    uint64_t start = (uintptr_t)count_for_ever;

    for (unsigned i = 0; i < ROUNDS; i++) {
        struct message message;

        wait_for_counter(1);
        CHECK_EQUAL(ask_once(helper->thread, THREAD_READ_REGISTERS, 32, &message),
                    RESULT_NOT_READY);
        CHECK_EQUAL(ASK(helper->thread, THREAD_SUSPEND), RESULT_DONE);
        CHECK_EQUAL(ask_once(helper->thread, THREAD_READ_REGISTERS, 32, &message), RESULT_DONE);
        CHECK(message.word[0] >= start && message.word[0] < start + 64);
        CHECK_EQUAL(INVOKE(helper->thread, THREAD_RESUME, 0), RESULT_DONE);
    }
}

struct mover {
    unsigned time;
    volatile unsigned arrived; /* cores it went to */
    volatile unsigned returns; /* how often it may come back to main's core */
};

static void move_once(struct mover *mover, unsigned core)
{
    uint64_t slice = SLICE;

    CHECK_EQUAL(time_configure(mover->time, core, PRIORITY_LOW, slice, slice), RESULT_DONE);
    mover->arrived++;
}

static uint64_t move_itself(void *argument, struct message *first)
{
    struct mover *mover = argument;

    (void)first;
    for (unsigned i = 0; i < ROUNDS; i++) {
        for (unsigned core = boot->cores_running - 1; core > 0; core--)
            move_once(mover, core);
        while (mover->returns <= i)
            relax();
        move_once(mover, 0);
    }
    return 3;
}

/* Main keeps its own core: who is less urgent gets on while it is elsewhere, and only then. */
static void a_thread_moves_itself_from_core_to_core(void)
{
    static struct mover mover;
    struct helper *helper = HELPER(move_itself, &mover, PRIORITY_LOW);

    mover = (struct mover){.time = helper->time};
    helper_go(helper);
    for (unsigned i = 0; i < ROUNDS; i++) {
        unsigned elsewhere = (i + 1) * boot->cores_running - 1;

        while (mover.arrived < elsewhere)
            sleep_for(100); /* it begins on main's core */
        mover.returns++;
        while (answer_of(helper->time, SCHED_CONTEXT_CONSUMED, 4) != 0)
            relax();
        for (unsigned wait = 0; wait < 1000; wait++)
            CHECK_EQUAL(mover.arrived, elsewhere);
    }
    CHECK_EQUAL(helper_join(helper), 3);
    CHECK_EQUAL(mover.arrived, ROUNDS * boot->cores_running);
}

/* Up and down, more and less urgent, while it really runs. */
static void time_is_filled_anew_while_another_core_runs_on_it(void)
{
    struct helper *helper = HELPER_GO(count_for_ever, NULL, PRIORITY_LOW, .core = 1);
    static const unsigned parts[] = {10, 2, 7, 1, 10};
    uint64_t period = ticks_of(1000);

    for (unsigned i = 0; i < ROUNDS; i++) {
        wait_for_counter(1);
        CHECK_EQUAL(time_configure(helper->time, 1, i % 2 == 0 ? PRIORITY_LOW : PRIORITY_HIGH,
                                   parts[i % 5] * period / 10, period), RESULT_DONE);
        CHECK_EQUAL(answer_of(helper->time, SCHED_CONTEXT_CONSUMED, 2), parts[i % 5] * period / 10);
    }
    wait_for_counter(1);
}

/* --- Interrupts ------------------------------------------------------------------- */

struct servant {
    unsigned endpoint;
    volatile unsigned runs;
};

static uint64_t serve_line(void *argument, struct message *first)
{
    struct servant *servant = argument;
    struct message message = *first;

    for (;;) {
        CHECK_EQUAL(thole_tag_kind(message.tag), KIND_INTERRUPT);
        line_lower();
        servant->runs++;
        message = (struct message){0};
        CHECK_EQUAL(thole_reply_recv(servant->endpoint, &message), STATUS_OK);
    }
    return 0;
}

static void line_try(unsigned line, unsigned core)
{
    static struct servant servant;
    unsigned interrupt = make(OBJECT_INTERRUPT, 0), time = time_make_on(core, PRIORITY_HIGH);

    servant = (struct servant){.endpoint = make(OBJECT_ENDPOINT, 0)};
    HELPER(serve_line, &servant, 0, .endpoint = servant.endpoint, .passive = true);
    CHECK_EQUAL(INVOKE(interrupt, INTERRUPT_BIND, servant.endpoint, time), RESULT_DONE);
    CHECK_EQUAL(INVOKE(INIT_SLOT_IRQ_CONTROL, IRQ_CONTROL_ATTACH, interrupt, line, TRIGGER_LEVEL),
                RESULT_DONE);
    occupy_all_but(core);
    for (unsigned i = 1; i <= ROUNDS; i++) {
        line_raise();
        while (servant.runs < i) {
            if (core == 0)
                sleep_for(100);
            relax();
        }
        CHECK_EQUAL(servant.runs, i);
        settle_on(core);
    }
    CHECK_EQUAL(servant.runs, ROUNDS);
    CHECK_EQUAL(delete(interrupt), RESULT_DONE);
}

static void a_line_is_served_on_the_core_of_its_time(void)
{
    unsigned line = line_open();

    for (unsigned core = 0; core < boot->cores_running; core++) {
        line_try(line, core);
        helpers_delete();
        helpers_forget();
    }
}

/* --- Races ------------------------------------------------------------------------ */

#define RACES 100

/* Its budget ends all the time, on the other core, while main deletes it. */
static void time_that_is_deleted_while_it_ends_elsewhere_does_no_harm(void)
{
    for (unsigned i = 0; i < RACES; i++) {
        struct helper *helper = HELPER(count_for_ever, NULL, PRIORITY_LOW, .core = 1);

        helper_go(helper);
        wait_for_counter(1);
        /* From here on it may be that it gets nowhere, on a machine that is slow. */
        CHECK_EQUAL(time_configure(helper->time, 1, PRIORITY_LOW, ticks_of(5), ticks_of(10)),
                    RESULT_DONE);
        for (volatile unsigned wait = 0; wait < i * 13 % 97; wait++)
            continue;
        CHECK_EQUAL(delete(helper->time), RESULT_DONE);
        CHECK_EQUAL(thread_state(helper->thread), THREAD_STRANDED);
        settle_on(1);
        CHECK_EQUAL(delete(helper->thread), RESULT_DONE);
        helpers_forget();
    }
}

static const struct test tests[] = {
    TEST(a_thread_runs_on_every_core_it_is_moved_to, "MULTICORE0002", NEEDS_CORES),
    TEST(a_running_thread_goes_over_to_other_cores, "MULTICORE0002", NEEDS_CORES),
    TEST(a_suspended_thread_that_is_moved_runs_there_when_it_is_resumed, "MULTICORE0001",
         NEEDS_CORES),
    TEST(a_thread_that_is_deleted_while_another_core_runs_it_stops, "MULTICORE0005", NEEDS_CORES),
    TEST(who_stops_a_thread_on_another_core_is_told_to_ask_again, "MULTICORE0005", NEEDS_CORES),
    TEST(registers_of_a_thread_on_another_core_are_read_when_it_stands, "", NEEDS_CORES),
    TEST(time_is_filled_anew_while_another_core_runs_on_it, "SCHED_CONTEXT_0002", NEEDS_CORES),
    TEST(a_thread_moves_itself_from_core_to_core, "SCHED0022", NEEDS_CORES),
    TEST(a_line_is_served_on_the_core_of_its_time, "SMPIRQ0001", NEEDS_CORES),
    TEST(time_that_is_deleted_while_it_ends_elsewhere_does_no_harm, "SCHED_CONTEXT_0014",
         NEEDS_CORES),
};

const struct test_group cores_group = TEST_GROUP(tests);
