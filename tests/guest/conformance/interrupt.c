/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupts: on whose time their servants run, and on which core.
 */
#include "line.h"

#define ROUNDS 10

struct servant {
    unsigned endpoint;
    unsigned line;
    volatile unsigned runs;
};

static uint64_t serve_line(void *argument, struct message *first)
{
    struct servant *servant = argument;
    struct message message = *first;

    for (;;) {
        if (thole_tag_kind(message.tag) == KIND_INTERRUPT) {
            CHECK_EQUAL(message.word[0], servant->line);
            CHECK_EQUAL(message.word[1], 1);
            line_lower();
            servant->runs++;
        }
        message = (struct message){0};
        CHECK_EQUAL(thole_reply_recv(servant->endpoint, &message), STATUS_OK);
    }
}

static unsigned interrupt_make(unsigned line, unsigned endpoint, unsigned time)
{
    unsigned interrupt = make(OBJECT_INTERRUPT, 0);

    CHECK_EQUAL(INVOKE(interrupt, INTERRUPT_BIND, endpoint, time), RESULT_DONE);
    CHECK_EQUAL(INVOKE(INIT_SLOT_IRQ_CONTROL, IRQ_CONTROL_ATTACH, interrupt, line, TRIGGER_LEVEL),
                RESULT_DONE);
    return interrupt;
}

/* A servant and its Interrupt; time 0: the Interrupt has none. */
static struct helper *servant_make(struct servant *servant, unsigned line, unsigned time,
                                   unsigned priority)
{
    *servant = (struct servant){.endpoint = make(OBJECT_ENDPOINT, 0), .line = line};
    struct helper *helper = HELPER(serve_line, servant, priority, .endpoint = servant->endpoint,
                                   .passive = priority == 0);

    interrupt_make(line, servant->endpoint, time);
    return helper;
}

static void a_servant_without_time_runs_on_the_interrupts(void)
{
    static struct servant servant;
    unsigned line = line_open();

    servant_make(&servant, line, time_make(PRIORITY_HIGH), 0);
    for (unsigned i = 1; i <= ROUNDS; i++) {
        line_raise();
        settle();
        CHECK_EQUAL(servant.runs, i);
    }
}

static void two_servants_share_a_line_one_on_its_own_time(void)
{
    static struct servant own, borrowing;
    unsigned line = line_open();

    servant_make(&own, line, 0, PRIORITY_HIGH);
    servant_make(&borrowing, line, time_make(PRIORITY_HIGH), 0);
    for (unsigned i = 1; i <= ROUNDS; i++) {
        line_raise();
        settle();
        CHECK_EQUAL(own.runs, i);
        CHECK_EQUAL(borrowing.runs, i);
    }
}

static void without_any_time_a_servant_never_runs(void)
{
    static struct servant servant;
    struct helper *helper = servant_make(&servant, line_open(), 0, 0);

    for (unsigned i = 0; i < ROUNDS; i++) {
        line_raise();
        settle();
        CHECK_EQUAL(servant.runs, 0);
        line_lower();
    }
    CHECK_EQUAL(INVOKE(helper->thread, THREAD_BIND_TIME, time_make(PRIORITY_HIGH)), RESULT_DONE);
    CHECK_EQUAL(servant.runs, 1);
}

static void an_interrupt_whose_time_was_deleted_runs_nobody(void)
{
    static struct servant servant;
    unsigned line = line_open(), time = time_make(PRIORITY_HIGH);

    servant_make(&servant, line, time, 0);
    for (unsigned i = 1; i <= ROUNDS; i++) {
        line_raise();
        settle();
        CHECK_EQUAL(servant.runs, i);
    }
    CHECK_EQUAL(delete(time), RESULT_DONE);
    line_raise();
    settle();
    CHECK_EQUAL(servant.runs, ROUNDS);
    line_lower();
}

static void a_line_is_silent_until_it_is_answered(void)
{
    unsigned line = line_open(), endpoint = make(OBJECT_ENDPOINT, 0);
    unsigned interrupt = interrupt_make(line, endpoint, 0);
    struct message message = {0};

    line_raise();
    CHECK_EQUAL(thole_recv(endpoint, &message), STATUS_OK);
    CHECK_EQUAL(thole_tag_kind(message.tag), KIND_INTERRUPT);
    message = (struct message){0};
    CHECK_EQUAL(thole_try_recv(endpoint, &message), STATUS_WOULD_WAIT);
    /* Still raised when the answer comes: it fires again. */
    message = (struct message){0};
    CHECK_EQUAL(thole_reply_recv(endpoint, &message), STATUS_OK);
    CHECK_EQUAL(message.word[0], line);
    line_lower();
    CHECK_EQUAL(delete(interrupt), RESULT_DONE);
}

static void a_line_is_attached_by_its_control_alone(void)
{
    unsigned line = line_open(), interrupt = make(OBJECT_INTERRUPT, 0);
    unsigned weak = copy(INIT_SLOT_IRQ_CONTROL, RIGHT_SEND);

    CHECK_EQUAL(INVOKE(weak, IRQ_CONTROL_ATTACH, interrupt, line, 0), RESULT_NO_RIGHT);
    CHECK_EQUAL(INVOKE(INIT_SLOT_IRQ_CONTROL, IRQ_CONTROL_ATTACH, interrupt, 5000, 0),
                RESULT_BAD_ARGUMENT);
    CHECK_EQUAL(INVOKE(INIT_SLOT_IRQ_CONTROL, IRQ_CONTROL_ATTACH, interrupt, 3, 0),
                RESULT_BAD_ARGUMENT);
    CHECK_EQUAL(INVOKE(INIT_SLOT_IRQ_CONTROL, IRQ_CONTROL_ATTACH, interrupt, line, 2),
                RESULT_BAD_ARGUMENT);
    CHECK_EQUAL(INVOKE(INIT_SLOT_IRQ_CONTROL, IRQ_CONTROL_ATTACH, interrupt, line, 0), RESULT_DONE);
    CHECK_EQUAL(INVOKE(INIT_SLOT_IRQ_CONTROL, IRQ_CONTROL_ATTACH, interrupt, line, 0),
                RESULT_OCCUPIED);
}

static const struct test tests[] = {
    TEST(a_servant_without_time_runs_on_the_interrupts, "INTERRUPT0002", 0),
    TEST(two_servants_share_a_line_one_on_its_own_time, "INTERRUPT0003", 0),
    TEST(without_any_time_a_servant_never_runs, "INTERRUPT0004", 0),
    TEST(an_interrupt_whose_time_was_deleted_runs_nobody, "INTERRUPT0006", 0),
    TEST(a_line_is_silent_until_it_is_answered, "", 0),
    TEST(a_line_is_attached_by_its_control_alone, "", 0),
};

const struct test_group interrupt_group = TEST_GROUP(tests);
