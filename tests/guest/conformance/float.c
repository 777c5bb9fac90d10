/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Floating point and its registers. All computing is done by helpers: main
 * keeps to general registers like all else of this program.
 */
#include "conformance.h"

#define THREADS 6
#define STEPS   20000
#define PAUSE   500     /* steps between yields: others compute in between */

/* A chaotic sequence: one wrong bit, and the end is another. */
static double iterate(double x, unsigned steps)
{
    for (unsigned i = 0; i < steps; i++) {
        x = 3.99 * x * (1.0 - x);
        if (i % PAUSE == 0)
            thole_yield();
    }
    return x;
}

static uint64_t bits_of(double x)
{
    union {
        double number;
        uint64_t bits;
    } both = {.number = x};

    return both.bits;
}

static uint64_t add_parts(void *argument, struct message *first)
{
    volatile double third = 1.0 / 3.0, sum = 0;

    (void)argument;
    (void)first;
    for (unsigned i = 0; i < 3; i++)
        sum += third;
    return bits_of(sum);
}

#define BITS_OF_ONE 0x3ff0000000000000ULL

static void a_basic_result_is_right(void)
{
    CHECK_EQUAL(helper_join(HELPER_GO(add_parts, NULL, PRIORITY_HIGH)), BITS_OF_ONE);
}

static uint64_t compute(void *argument, struct message *first)
{
    (void)argument;
    (void)first;
    return bits_of(iterate(0.3, STEPS));
}

static void threads_that_compute_by_turns_get_the_same_result(void)
{
    struct helper *helper[THREADS];
    uint64_t alone = helper_join(HELPER_GO(compute, NULL, PRIORITY_LOW));

    for (unsigned i = 0; i < THREADS; i++)
        helper[i] = HELPER_GO(compute, NULL, PRIORITY_LOW, .core = i % boot->cores_running);
    for (unsigned i = 0; i < THREADS; i++)
        CHECK_EQUAL(helper_join(helper[i]), alone);
}

/*
 * Nobody yields here: turns are short, and who finds that another of its core
 * computed meanwhile was interrupted in the middle.
 */
#define TURN_MICROSECONDS 10000
#define INTERRUPTIONS     3
#define SHORT_STEPS       2000
#define CORES_MAX         8

static volatile unsigned computing[CORES_MAX]; /* who did the last step there */

struct interrupted {
    unsigned name, core;
    unsigned count; /* how often it was */
    uint64_t expected;
};

static double iterate_and_note(struct interrupted *me, double x, unsigned steps)
{
    for (unsigned i = 0; i < steps; i++) {
        x = 3.99 * x * (1.0 - x);
        if (computing[me->core] != me->name)
            me->count++;
        computing[me->core] = me->name;
    }
    relax();
    return x;
}

static uint64_t compute_short(void *argument, struct message *first)
{
    (void)argument;
    (void)first;
    return bits_of(iterate(0.3, SHORT_STEPS));
}

static uint64_t compute_until_interrupted(void *argument, struct message *first)
{
    struct interrupted *me = argument;

    (void)first;
    while (me->count < INTERRUPTIONS)
        CHECK_EQUAL(bits_of(iterate_and_note(me, 0.3, SHORT_STEPS)), me->expected);
    return 0;
}

/* Its rivals go on until all have been interrupted often enough. */
static uint64_t compute_for_ever(void *argument, struct message *first)
{
    struct interrupted *me = argument;

    (void)first;
    for (;;)
        CHECK_EQUAL(bits_of(iterate_and_note(me, 0.3, SHORT_STEPS)), me->expected);
    return 0;
}

static struct helper *computer_make(helper_function *run, struct interrupted *me)
{
    struct helper *helper = HELPER(run, me, PRIORITY_LOW, .core = me->core);
    uint64_t turn = ticks_of(TURN_MICROSECONDS);

    CHECK_EQUAL(time_configure(helper->time, me->core, PRIORITY_LOW, turn, turn), RESULT_DONE);
    helper_go(helper);
    return helper;
}

static void threads_that_are_interrupted_get_the_same_result(void)
{
    static struct interrupted each[3 * CORES_MAX];
    struct helper *helper[3 * CORES_MAX];
    uint64_t alone = helper_join(HELPER_GO(compute_short, NULL, PRIORITY_LOW));
    unsigned count = 3 * boot->cores_running;

    CHECK(boot->cores_running <= CORES_MAX);
    for (unsigned i = 0; i < count; i++) {
        each[i] = (struct interrupted){.name = i + 1, .core = i / 3, .expected = alone};
        helper[i] = computer_make(i % 3 == 0 ? compute_for_ever : compute_until_interrupted,
                                  &each[i]);
    }
    for (unsigned i = 0; i < count; i++)
        if (i % 3 != 0)
            CHECK_EQUAL(helper_join(helper[i]), 0);
}

/* --- All registers ---------------------------------------------------------------- */

uint64_t fp_fill_and_compare(uint64_t seed, uint64_t rounds); /* vector.S */

static uint64_t hold_registers(void *argument, struct message *first)
{
    (void)first;
    return fp_fill_and_compare((uintptr_t)argument, 50);
}

static void every_vector_register_is_a_threads_own(void)
{
    struct helper *helper[THREADS];

    for (unsigned i = 0; i < THREADS; i++)
        helper[i] = HELPER_GO(hold_registers, 0x1111 * (i + 1), PRIORITY_LOW,
                              .core = i % boot->cores_running);
    for (unsigned i = 0; i < THREADS; i++)
        CHECK_EQUAL(helper_join(helper[i]), 0);
}

static uint64_t read_registers(void *argument, struct message *first)
{
    uint64_t sum = 0, word;

    (void)argument;
    (void)first;
    __asm__ volatile("mov %0, v0.d[1]" : "=r"(word));
    sum |= word;
    __asm__ volatile("mov %0, v31.d[0]" : "=r"(word));
    sum |= word;
    __asm__ volatile("mov %0, v17.d[1]" : "=r"(word));
    return sum | word;
}

static void a_new_thread_sees_nothing_of_others_registers(void)
{
    CHECK_EQUAL(helper_join(HELPER_GO(hold_registers, ~0u, PRIORITY_HIGH)), 0);
    CHECK_EQUAL(helper_join(HELPER_GO(read_registers, NULL, PRIORITY_HIGH)), 0);
}

/* --- Between a client and its server ------------------------------------------------ */

#define MEETINGS       50
#define OF_THE_CLIENT  0x1234567
#define OF_THE_SERVER  0x7654321

static uint64_t held(void)
{
    uint64_t word;

    __asm__ volatile("mov %0, v31.d[1]" : "=r"(word));
    return word;
}

static void hold(uint64_t word)
{
    __asm__ volatile("mov v31.d[1], %0" : : "r"(word) : "v31");
}

/* Answers with how often it found in its register what it had not put there. */
static uint64_t hold_and_serve(void *argument, struct message *first)
{
    unsigned own = (unsigned)(uintptr_t)argument;
    uint64_t mine = 0, wrong = 0;
    struct message message = *first;

    for (;;) {
        wrong += held() != mine;
        mine = OF_THE_SERVER;
        hold(mine);
        message = (struct message){.tag = thole_tag(0, 1), .word = {wrong}};
        CHECK_EQUAL(thole_reply_recv(own, &message), STATUS_OK);
    }
    return 0;
}

/* Every second time it has not touched the register since it was answered. */
static uint64_t hold_and_call(void *argument, struct message *first)
{
    uint64_t wrong = 0, wrong_there = 0;

    (void)first;
    hold(OF_THE_CLIENT);
    for (unsigned i = 0; i < MEETINGS && wrong == 0; i++) {
        if (call_word((unsigned)(uintptr_t)argument, 0, &wrong_there) != STATUS_OK)
            return __LINE__;
        if (i % 2 == 1)
            wrong += held() != OF_THE_CLIENT;
        wrong += wrong_there;
    }
    return wrong;
}

static void a_client_and_its_server_see_nothing_of_each_others_registers(void)
{
    unsigned own = make(OBJECT_ENDPOINT, 0);

    (void)HELPER(hold_and_serve, own, 0, .endpoint = own, .passive = true);
    CHECK_EQUAL(helper_join(HELPER_GO(hold_and_call, own, PRIORITY_HIGH)), 0);
}

/* --- Who uses them seldom, and who changes cores --------------------------------------- */

#define CLIENTS    3
#define LONG       400
#define OWN(party) (0x5555000000000000ULL | (uintptr_t)(party))

struct seldom {
    unsigned endpoint, every; /* every so many messages it looks, and changes its register */
};

/* How often the register was not as it was left; it is another's that runs in between. */
static uint64_t look(const struct seldom *me, unsigned round, uint64_t *mine)
{
    uint64_t wrong;

    if (round % me->every != 0)
        return 0;
    wrong = held() != *mine;
    *mine = OWN(me) + round;
    hold(*mine);
    return wrong;
}

static uint64_t serve_seldom(void *argument, struct message *first)
{
    const struct seldom *me = argument;
    uint64_t mine = 0, wrong = 0;
    struct message message = *first;

    for (unsigned round = 0;; round++) {
        wrong += look(me, round, &mine);
        message = (struct message){.tag = thole_tag(0, 1), .word = {wrong}};
        CHECK_EQUAL(thole_reply_recv(me->endpoint, &message), STATUS_OK);
    }
    return 0;
}

static uint64_t call_seldom(void *argument, struct message *first)
{
    const struct seldom *me = argument;
    uint64_t mine = 0, wrong = 0, wrong_there = 0;

    (void)first;
    for (unsigned round = 0; round < LONG && wrong + wrong_there == 0; round++) {
        wrong += look(me, round, &mine);
        if (call_word(me->endpoint, 0, &wrong_there) != STATUS_OK)
            return __LINE__;
    }
    return wrong + wrong_there;
}

/* Clients on several cores, whose server so is on each of them in turn. */
static void meet_seldom(unsigned server_every, unsigned client_every)
{
    unsigned own = make(OBJECT_ENDPOINT, 0);
    struct seldom server = {own, server_every};
    struct seldom client[CLIENTS] = {{own, client_every}, {own, client_every + 1}, {own, 1}};
    struct helper *helper[CLIENTS];

    (void)HELPER(serve_seldom, &server, 0, .endpoint = own, .passive = true);
    for (unsigned i = 0; i < CLIENTS; i++)
        helper[i] = HELPER_GO(call_seldom, &client[i], PRIORITY_LOW,
                              .core = i % boot->cores_running);
    for (unsigned i = 0; i < CLIENTS; i++)
        CHECK_EQUAL(helper_join(helper[i]), 0);
}

static void registers_go_with_a_server_from_core_to_core(void)
{
    meet_seldom(1, 1);
}

/* Longer than the kernel loads them for who does not use them. */
static void registers_that_are_seldom_used_are_kept(void)
{
    meet_seldom(70, 90);
    meet_seldom(1, 150);
    meet_seldom(290, 1);
}

static const struct test tests[] = {
    TEST(a_basic_result_is_right, "FPU0000", 0),
    TEST(threads_that_compute_by_turns_get_the_same_result, "FPU0001", 0),
    TEST(threads_that_are_interrupted_get_the_same_result, "FPU0001", 0),
    TEST(every_vector_register_is_a_threads_own, "FPU0001", 0),
    TEST(a_new_thread_sees_nothing_of_others_registers, "FPU0001", 0),
    TEST(a_client_and_its_server_see_nothing_of_each_others_registers, "FPU0001", 0),
    TEST(registers_go_with_a_server_from_core_to_core, "FPU0001", 0),
    TEST(registers_that_are_seldom_used_are_kept, "FPU0001", 0),
};

const struct test_group float_group = TEST_GROUP(tests);
