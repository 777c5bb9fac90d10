/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System calls and their registers: what comes back, what is kept, what is
 * cleared. Each is done ten times with known values in all registers.
 */
#include "conformance.h"

#define REPEATS 10
#define KEPT(i) (0x1122334455660000ULL + (i))

struct registers {
    uint64_t x[31];
    uint64_t flags;
};

typedef void system_call(struct registers *registers);
system_call call_call, call_try_call, call_reply_recv, call_recv, call_try_recv, call_yield;

static uint64_t tpidr_read(void)
{
    uint64_t value;

    __asm__ volatile("mrs %0, tpidr_el0" : "=r"(value));
    return value;
}

static void tpidr_write(uint64_t value)
{
    __asm__ volatile("msr tpidr_el0, %0" ::"r"(value));
}

/* What every system call must leave as it was, and what it must clear. */
static void check_registers(const struct registers *after)
{
    for (unsigned i = 9; i <= 18; i++)
        CHECK_EQUAL(after->x[i], 0);
    for (unsigned i = 19; i <= 30; i++)
        CHECK_EQUAL(after->x[i], KEPT(i));
    CHECK_EQUAL(after->flags, 0);
    CHECK_EQUAL(tpidr_read(), KEPT(99));
}

static struct registers registers_make(unsigned slot, uint64_t tag, uint64_t slots)
{
    struct registers registers = {0};

    for (unsigned i = 0; i < 31; i++)
        registers.x[i] = KEPT(i);
    registers.x[0] = slot;
    registers.x[1] = tag;
    registers.x[8] = slots;
    return registers;
}

static void try_call_with(system_call *function, struct registers *registers)
{
    uint64_t tls = tpidr_read();

    tpidr_write(KEPT(99));
    function(registers);
    check_registers(registers);
    tpidr_write(tls);
}

/* x2 to x7 go in as words; x1 and x8 are the caller's. What came back is in the result. */
static struct registers try_call_of(system_call *function, unsigned slot, uint64_t tag,
                                    uint64_t slots)
{
    struct registers registers = registers_make(slot, tag, slots);

    try_call_with(function, &registers);
    return registers;
}

static void check_answer(const struct registers *after, enum thole_status status, uint64_t tag,
                         const uint64_t word[6], uint64_t badge)
{
    CHECK_EQUAL(after->x[0], status);
    CHECK_EQUAL(after->x[1], tag);
    for (unsigned i = 0; i < 6; i++)
        CHECK_EQUAL(after->x[2 + i], word[i]);
    CHECK_EQUAL(after->x[8], badge);
}

static const uint64_t no_words[6];

static void yield_keeps_what_is_kept_and_clears_the_rest(void)
{
    for (unsigned i = 0; i < REPEATS; i++) {
        struct registers after = try_call_of(call_yield, 7, 7, 7);

        check_answer(&after, STATUS_OK, 0, no_words, 0);
    }
}

/* Answers each call with its words in the opposite order, and the label 3. */
static uint64_t serve_reversed(void *argument, struct message *first)
{
    struct message message = *first;

    for (;;) {
        struct message answer = {.tag = thole_tag(3, thole_tag_words(message.tag))};

        for (unsigned i = 0; i < 6; i++)
            answer.word[i] = message.word[5 - i];
        message = answer;
        CHECK_EQUAL(thole_reply_recv((unsigned)(uintptr_t)argument, &message), STATUS_OK);
    }
}

/* priority: below main it is served while main waits, above it at once. */
static void try_served(system_call *function, unsigned words, bool passive, unsigned priority)
{
    unsigned endpoint = make(OBJECT_ENDPOINT, 0);

    HELPER(serve_reversed, endpoint, priority, .endpoint = endpoint, .passive = passive);
    for (unsigned i = 0; i < REPEATS; i++) {
        struct registers after = try_call_of(function, endpoint, thole_tag(i, words), 0);

        CHECK_EQUAL(after.x[0], STATUS_OK);
        CHECK_EQUAL(after.x[1], thole_tag(3, words));
        for (unsigned word = 0; word < 6; word++)
            CHECK_EQUAL(after.x[2 + word], KEPT(7 - word));
        CHECK_EQUAL(after.x[8], 0);
    }
}

static void try_all_served(system_call *function, unsigned words)
{
    try_served(function, words, false, PRIORITY_HIGH);
    try_served(function, words, false, PRIORITY_LOW);
    try_served(function, words, true, 0);
}

static void call_keeps_what_is_kept_and_clears_the_rest(void)
{
    try_all_served(call_call, 0);
}

static void call_with_words_keeps_what_is_kept_and_clears_the_rest(void)
{
    for (unsigned words = 1; words <= 6; words++)
        try_all_served(call_call, words);
}

static void try_call_keeps_what_is_kept_and_clears_the_rest(void)
{
    unsigned nobody = make(OBJECT_ENDPOINT, 0);

    try_all_served(call_try_call, 0);
    for (unsigned i = 0; i < REPEATS; i++) {
        struct registers after = try_call_of(call_try_call, nobody, thole_tag(1, 2), 0);

        check_answer(&after, STATUS_WOULD_WAIT, 0, no_words, 0);
    }
}

static void try_call_with_words_keeps_what_is_kept_and_clears_the_rest(void)
{
    for (unsigned words = 1; words <= 6; words++)
        try_all_served(call_try_call, words);
}

static void a_refused_call_clears_what_it_does_not_keep(void)
{
    unsigned no_right = copy(make(OBJECT_ENDPOINT, 0), RIGHT_RECV), empty = slot_take();

    for (unsigned i = 0; i < REPEATS; i++) {
        struct registers after = try_call_of(call_call, no_right, 6, 0);

        check_answer(&after, STATUS_NO_RIGHT, 0, no_words, 0);
        after = try_call_of(call_call, empty, 6, 0);
        check_answer(&after, STATUS_BAD_CAPABILITY, 0, no_words, 0);
        after = try_call_of(call_recv, empty, 6, 0);
        check_answer(&after, STATUS_BAD_CAPABILITY, 0, no_words, 0);
    }
}

/* --- Kernel objects --------------------------------------------------------------- */

static void signal_keeps_what_is_kept_and_clears_the_rest(void)
{
    unsigned endpoint = make(OBJECT_ENDPOINT, 0), notification = signal_make(endpoint, 0, 8);

    for (unsigned i = 0; i < REPEATS; i++) {
        struct registers after = try_call_of(call_call, notification,
                                             thole_tag(NOTIFICATION_SIGNAL, 0), 0);

        check_answer(&after, STATUS_OK, thole_tag(RESULT_DONE, 0), no_words, 0);
    }
}

static void printing_keeps_what_is_kept_and_clears_the_rest(void)
{
    const uint64_t taken[6] = {2};

    for (unsigned i = 0; i < REPEATS; i++) {
        /* x2, the number of bytes, is out of range: the answer has no words. */
        struct registers after = try_call_of(call_call, INIT_SLOT_MACHINE,
                                             thole_tag(MACHINE_PRINT, 6), 0);

        check_answer(&after, STATUS_OK, thole_tag(RESULT_BAD_ARGUMENT, 0), no_words, 0);
        after = registers_make(INIT_SLOT_MACHINE, thole_tag(MACHINE_PRINT, 6), 0);
        after.x[2] = 2;
        after.x[3] = '#' | '\n' << 8;
        try_call_with(call_call, &after);
        check_answer(&after, STATUS_OK, thole_tag(RESULT_DONE, 1), taken, 0);
    }
}

/* --- Receiving -------------------------------------------------------------------- */

static void check_signal(const struct registers *after)
{
    const uint64_t words[6] = {8};

    check_answer(after, STATUS_OK, thole_tag(0, 1) | KIND_SIGNAL << THOLE_TAG_KIND_SHIFT, words, 0);
}

static void receiving_what_is_there_keeps_what_is_kept(void)
{
    unsigned endpoint = make(OBJECT_ENDPOINT, 0), notification = signal_make(endpoint, 0, 8);

    for (unsigned i = 0; i < REPEATS; i++) {
        CHECK_EQUAL(ASK(notification, NOTIFICATION_SIGNAL), RESULT_DONE);
        struct registers after = try_call_of(call_recv, endpoint, 3, 0);

        check_signal(&after);
    }
}

static uint64_t signal_for_ever(void *argument, struct message *first)
{
    (void)first;
    for (;;)
        CHECK_EQUAL(ASK((unsigned)(uintptr_t)argument, NOTIFICATION_SIGNAL), RESULT_DONE);
}

/* A helper of a lower priority signals whenever main waits. */
static void waiting_keeps_what_is_kept_and_clears_the_rest(void)
{
    unsigned endpoint = make(OBJECT_ENDPOINT, 0), notification = signal_make(endpoint, 0, 8);

    HELPER_GO(signal_for_ever, notification, PRIORITY_LOW);
    for (unsigned i = 0; i < REPEATS; i++) {
        struct registers after = try_call_of(call_recv, endpoint, 3, 0);

        check_signal(&after);
    }
}

static void trying_to_receive_keeps_what_is_kept_and_clears_the_rest(void)
{
    for (unsigned i = 0; i < REPEATS; i++) {
        unsigned endpoint = make(OBJECT_ENDPOINT, 0), notification = signal_make(endpoint, 0, 8);
        struct registers after = try_call_of(call_try_recv, endpoint, 3, 0);

        check_answer(&after, STATUS_WOULD_WAIT, 0, no_words, 0);
        CHECK_EQUAL(ASK(notification, NOTIFICATION_SIGNAL), RESULT_DONE);
        after = try_call_of(call_try_recv, endpoint, 3, 0);
        check_signal(&after);
    }
}

/* Calls main's endpoint for ever; what main answers must be what main had in x2 to x7. */
static uint64_t call_for_ever(void *argument, struct message *first)
{
    (void)first;
    for (;;) {
        struct message message = {.tag = thole_tag(12, 1), .word = {34}};
        enum thole_status status = thole_call((unsigned)(uintptr_t)argument, &message);

        if (status == STATUS_ABANDONED)
            return 0; /* main has turned to the next */
        CHECK_EQUAL(status, STATUS_OK);
        CHECK_EQUAL(message.tag, thole_tag(5, 6));
        for (unsigned i = 0; i < 6; i++)
            CHECK_EQUAL(message.word[i], KEPT(2 + i));
    }
}

static void try_answering(unsigned priority)
{
    unsigned endpoint = make(OBJECT_ENDPOINT, 0), badged = mint(endpoint, RIGHT_SEND, 6);
    struct message message = {0};
    const uint64_t words[6] = {34};

    HELPER_GO(call_for_ever, badged, priority);
    CHECK_EQUAL(thole_recv(endpoint, &message), STATUS_OK);
    for (unsigned i = 0; i < REPEATS; i++) {
        struct registers after = try_call_of(call_reply_recv, endpoint, thole_tag(5, 6), 0);

        check_answer(&after, STATUS_OK, thole_tag(12, 1) | KIND_CALL << THOLE_TAG_KIND_SHIFT, words,
                     6);
    }
}

static void answering_and_waiting_keeps_what_is_kept_and_clears_the_rest(void)
{
    try_answering(PRIORITY_HIGH);
    try_answering(PRIORITY_LOW);
}

static uint64_t call_and_check(void *argument, struct message *first)
{
    struct message message = {.tag = thole_tag(12, 1), .word = {34}};

    (void)first;
    CHECK_EQUAL(thole_call((unsigned)(uintptr_t)argument, &message), STATUS_OK);
    CHECK_EQUAL(thole_tag_label(message.tag), 5);
    for (unsigned i = 0; i < 6; i++)
        CHECK_EQUAL(message.word[i], KEPT(2 + i));
    return 0;
}

/* A Reply is called like any object, and answers at once. */
static void try_reply(unsigned words)
{
    unsigned endpoint = make(OBJECT_ENDPOINT, 0), reply = slot_take();
    unsigned own = make(OBJECT_ENDPOINT, 0), notification = signal_make(own, 0, 8);

    for (unsigned i = 0; i < REPEATS; i++) {
        struct helper *caller = HELPER_GO(call_and_check, endpoint, PRIORITY_HIGH);
        struct message message = {0};
        struct registers after;

        CHECK_EQUAL(thole_recv(endpoint, &message), STATUS_OK);
        CHECK_EQUAL(ASK(notification, NOTIFICATION_SIGNAL), RESULT_DONE);
        message.badge = THOLE_SLOTS(reply, 0);
        CHECK_EQUAL(thole_recv(own, &message), STATUS_OK);
        after = try_call_of(call_call, reply, thole_tag(5, words), 0);
        check_answer(&after, STATUS_OK, 0, no_words, 0);
        CHECK_EQUAL(helper_join(caller), 0);
    }
}

static void answering_through_a_reply_keeps_what_is_kept(void)
{
    try_reply(0);
}

static void answering_with_words_through_a_reply_keeps_what_is_kept(void)
{
    try_reply(6);
}

/* --- Without waiting -------------------------------------------------------------- */

static void what_is_there_is_received_once_and_nothing_after_it(void)
{
    unsigned endpoint = make(OBJECT_ENDPOINT, 0), notification = signal_make(endpoint, 0, 8);
    unsigned badged = mint(endpoint, RIGHT_SEND, 6);
    struct message message = {0};

    CHECK_EQUAL(thole_try_recv(endpoint, &message), STATUS_WOULD_WAIT);
    CHECK_EQUAL(message.badge, 0);
    CHECK_EQUAL(ASK(notification, NOTIFICATION_SIGNAL), RESULT_DONE);
    CHECK_EQUAL(ASK(notification, NOTIFICATION_SIGNAL), RESULT_DONE);
    message = (struct message){0};
    CHECK_EQUAL(thole_try_recv(endpoint, &message), STATUS_OK);
    CHECK_EQUAL(message.word[0], 8);
    message = (struct message){0};
    CHECK_EQUAL(thole_try_recv(endpoint, &message), STATUS_WOULD_WAIT);
    HELPER_GO(call_for_ever, badged, PRIORITY_HIGH);
    message = (struct message){0};
    CHECK_EQUAL(thole_try_recv(endpoint, &message), STATUS_OK);
    CHECK_EQUAL(message.badge, 6);
    CHECK_EQUAL(message.word[0], 34);
    message = (struct message){0};
    CHECK_EQUAL(thole_try_recv(endpoint, &message), STATUS_WOULD_WAIT);
}

static const struct test tests[] = {
    TEST(yield_keeps_what_is_kept_and_clears_the_rest, "SYSCALL0000", 0),
    TEST(call_keeps_what_is_kept_and_clears_the_rest, "SYSCALL0001 SYSCALL0005", 0),
    TEST(try_call_keeps_what_is_kept_and_clears_the_rest, "SYSCALL0002", 0),
    TEST(answering_through_a_reply_keeps_what_is_kept, "SYSCALL0003", 0),
    TEST(signal_keeps_what_is_kept_and_clears_the_rest, "SYSCALL0004", 0),
    TEST(printing_keeps_what_is_kept_and_clears_the_rest, "SYSCALL0006", 0),
    TEST(receiving_what_is_there_keeps_what_is_kept, "SYSCALL0010", 0),
    TEST(answering_and_waiting_keeps_what_is_kept_and_clears_the_rest,
         "SYSCALL0011 SYSCALL0018", 0),
    TEST(trying_to_receive_keeps_what_is_kept_and_clears_the_rest, "SYSCALL0012", 0),
    TEST(waiting_keeps_what_is_kept_and_clears_the_rest, "SYSCALL0013", 0),
    TEST(call_with_words_keeps_what_is_kept_and_clears_the_rest, "SYSCALL0014 SYSCALL0017", 0),
    TEST(try_call_with_words_keeps_what_is_kept_and_clears_the_rest, "SYSCALL0015", 0),
    TEST(answering_with_words_through_a_reply_keeps_what_is_kept, "SYSCALL0016", 0),
    TEST(a_refused_call_clears_what_it_does_not_keep, "", 0),
    TEST(what_is_there_is_received_once_and_nothing_after_it, "NBWAIT0001", 0),
};

const struct test_group message_group = TEST_GROUP(tests);
