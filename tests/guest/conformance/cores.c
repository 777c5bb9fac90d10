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
    for (;;)
        __atomic_fetch_add(&counter, 1, __ATOMIC_RELAXED);
    return 0;
}

static uint64_t spin_for_ever(void *argument, struct message *first)
{
    (void)first;
    __atomic_store_n((volatile bool *)argument, true, __ATOMIC_RELAXED);
    for (;;)
        continue;
    return 0;
}

static void move_to(const struct helper *helper, unsigned core, unsigned priority)
{
    uint64_t slice = ticks_of(10000);

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
            continue;
    }
}

/* Until it has moved: the watch ends what never comes. `core` 0: main makes room. */
static void wait_for_counter(unsigned core)
{
    uint64_t before = counter;

    while (counter == before)
        if (core == 0)
            sleep_for(100);
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

static void a_suspended_thread_that_is_moved_runs_there_when_it_is_resumed(void)
{
    struct helper *helper = HELPER_GO(count_for_ever, NULL, PRIORITY_LOW);

    for (unsigned core = 1; core < boot->cores_running; core++) {
        uint64_t before;

        CHECK_EQUAL(ASK(helper->thread, THREAD_SUSPEND), RESULT_DONE);
        move_to(helper, core, PRIORITY_LOW);
        settle();
        settle_on(core);
        before = counter;
        settle_on(core);
        CHECK_EQUAL(counter, before);
        CHECK_EQUAL(INVOKE(helper->thread, THREAD_RESUME, 0), RESULT_DONE);
        wait_for_counter(core);
        CHECK_EQUAL(ASK(helper->thread, THREAD_SUSPEND), RESULT_DONE);
        settle_on(core);
        before = counter;
        settle_on(core);
        CHECK_EQUAL(counter, before);
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

/* Its registers are those it had when it was stopped, wherever it ran. */
static void registers_of_a_thread_on_another_core_are_read_whole(void)
{
    struct helper *helper = HELPER_GO(count_for_ever, NULL, PRIORITY_LOW, .core = 1);

    for (unsigned i = 0; i < ROUNDS; i++) {
        uint64_t pc;
        struct message message = {.tag = thole_tag(THREAD_READ_REGISTERS, 1), .word = {32}};

        wait_for_counter(1);
        do {
            message = (struct message){.tag = thole_tag(THREAD_READ_REGISTERS, 1), .word = {32}};
            CHECK_EQUAL(thole_call(helper->thread, &message), STATUS_OK);
        } while (thole_tag_label(message.tag) == RESULT_MORE);
        CHECK_EQUAL(thole_tag_label(message.tag), RESULT_DONE);
        pc = message.word[0];
        CHECK(pc >= (uintptr_t)count_for_ever && pc < (uintptr_t)count_for_ever + 64);
    }
}

static uint64_t move_itself(void *argument, struct message *first)
{
    unsigned time = *(volatile unsigned *)argument;
    uint64_t slice = ticks_of(10000);

    (void)first;
    for (unsigned i = 0; i < ROUNDS; i++)
        for (unsigned core = boot->cores_running; core-- > 0;)
            CHECK_EQUAL(time_configure(time, core, PRIORITY_LOW, slice, slice), RESULT_DONE);
    return 3;
}

static void a_thread_moves_itself_from_core_to_core(void)
{
    static volatile unsigned time;
    struct helper *helper = HELPER(move_itself, &time, PRIORITY_LOW);

    time = helper->time;
    helper_go(helper);
    CHECK_EQUAL(helper_join(helper), 3);
}

/* --- Interrupts ------------------------------------------------------------------------------------------- */

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
        while (servant.runs < i)
            if (core == 0)
                sleep_for(100);
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

/* --- Races ------------------------------------------------------------------------------------------------- */

#define RACES 200

/* Its budget ends all the time, on the other core, while main deletes it. */
static void time_that_is_deleted_while_it_ends_elsewhere_does_no_harm(void)
{
    for (unsigned i = 0; i < RACES; i++) {
        struct helper *helper = HELPER(count_for_ever, NULL, PRIORITY_LOW, .core = 1);

        CHECK_EQUAL(time_configure(helper->time, 1, PRIORITY_LOW, ticks_of(5), ticks_of(10)),
                    RESULT_DONE);
        helper_go(helper);
        wait_for_counter(1);
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
    TEST(registers_of_a_thread_on_another_core_are_read_whole, "", NEEDS_CORES),
    TEST(a_thread_moves_itself_from_core_to_core, "SCHED0022", NEEDS_CORES),
    TEST(a_line_is_served_on_the_core_of_its_time, "SMPIRQ0001", NEEDS_CORES),
    TEST(time_that_is_deleted_while_it_ends_elsewhere_does_no_harm, "SCHED_CONTEXT_0014",
         NEEDS_CORES),
};

const struct test_group cores_group = TEST_GROUP(tests);
