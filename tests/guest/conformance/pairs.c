/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two threads and every way in which a message goes from one to the other: in
 * one address space and between two, on all pairs of cores, the sender less, as
 * and more urgent than the receiver, either of them first, with every number of
 * words. The two sides keep to their stacks and the message, since in a space of
 * their own they have no data; what they find wrong is their exit code.
 */
#include "conformance.h"

#define WORDS_MAX THOLE_MESSAGE_WORDS

enum style {
    STYLE_SEND,         /* the answer is empty */
    STYLE_CALL,         /* answered by reply_recv */
    STYLE_SEPARATE,     /* set aside, answered by the Reply, then recv */
    STYLE_TRY,          /* try_call to one who waits */
};

/* All that a side needs to know, in one word: it has no data to look it up. */
struct side {
    uint64_t style : 4, endpoint : 16, own : 16, signal : 16;
};

union side_word {
    struct side side;
    uint64_t word;
};

static uint64_t word_of(unsigned words, unsigned index, unsigned salt)
{
    return 0x9e3779b97f4a7c15ULL * (1 + words * 8 + index) + salt;
}

static struct message message_of(unsigned words, unsigned salt)
{
    struct message message = {.tag = thole_tag(100 * salt + words, words)};

    for (unsigned i = 0; i < WORDS_MAX; i++)
        message.word[i] = word_of(words, i, salt);
    return message;
}

/* All six words travel whatever the tag says; 0 if the message is the one that was sent. */
static uint64_t difference(const struct message *message, unsigned words, unsigned salt,
                           enum thole_kind kind)
{
    if (thole_tag_words(message->tag) != words || thole_tag_kind(message->tag) != kind)
        return __LINE__;
    if (thole_tag_label(message->tag) != 100 * salt + words)
        return __LINE__;
    for (unsigned i = 0; i < WORDS_MAX; i++)
        if (message->word[i] != word_of(words, i, salt))
            return __LINE__;
    return 0;
}

static uint64_t answer_difference(const struct message *answer, unsigned words, enum style style)
{
    struct message empty = {0};

    if (style != STYLE_SEND)
        return difference(answer, words, 2, KIND_ANSWER);
    return answer->tag != empty.tag || answer->word[0] != 0 ? __LINE__ : 0;
}

static uint64_t sender_run(void *argument, struct message *first)
{
    union side_word plan = {.word = (uintptr_t)argument};

    (void)first;
    for (unsigned words = 0; words <= WORDS_MAX; words++) {
        struct message message = message_of(words, 1);
        enum thole_status status;
        uint64_t wrong;

        status = plan.side.style == STYLE_TRY ? thole_try_call(plan.side.endpoint, &message)
                                              : thole_call(plan.side.endpoint, &message);
        if (status != STATUS_OK)
            return __LINE__;
        wrong = answer_difference(&message, words, plan.side.style);
        if (wrong != 0)
            return wrong;
    }
    return 0;
}

/* The call that is owed is set aside: a signal to oneself is what is received instead. */
static uint64_t answer_separately(struct side side, struct message *answer)
{
    enum { SLOT_REPLY = 1 };
    struct message signal = {.tag = thole_tag(NOTIFICATION_SIGNAL, 0)};

    if (thole_call(side.signal, &signal) != STATUS_OK)
        return __LINE__;
    signal.badge = THOLE_SLOTS(SLOT_REPLY, 0);
    if (thole_recv(side.own, &signal) != STATUS_OK || thole_tag_kind(signal.tag) != KIND_SIGNAL)
        return __LINE__;
    if (thole_call(SLOT_REPLY, answer) != STATUS_OK)
        return __LINE__;
    *answer = (struct message){0};
    return 0;
}

/* The last answer is given while the next message is one's own signal. */
static uint64_t answer_last(struct side side, struct message *answer)
{
    struct message signal = {.tag = thole_tag(NOTIFICATION_SIGNAL, 0)};

    if (side.style == STYLE_SEPARATE)
        return 0;
    if (thole_call(side.signal, &signal) != STATUS_OK)
        return __LINE__;
    if (thole_reply_recv(side.own, answer) != STATUS_OK)
        return __LINE__;
    return thole_tag_kind(answer->tag) == KIND_SIGNAL ? 0 : __LINE__;
}

static uint64_t receive_next(struct side side, struct message *message)
{
    if (side.style == STYLE_SEPARATE)
        return thole_recv(side.endpoint, message) == STATUS_OK ? 0 : __LINE__;
    return thole_reply_recv(side.endpoint, message) == STATUS_OK ? 0 : __LINE__;
}

static uint64_t receiver_run(void *argument, struct message *first)
{
    union side_word plan = {.word = (uintptr_t)argument};
    struct message message = {0};
    uint64_t wrong = 0;

    (void)first;
    if (thole_recv(plan.side.endpoint, &message) != STATUS_OK)
        return __LINE__;
    for (unsigned words = 0; wrong == 0 && words <= WORDS_MAX; words++) {
        wrong = difference(&message, words, 1, KIND_CALL);
        message = plan.side.style == STYLE_SEND ? (struct message){0} : message_of(words, 2);
        if (wrong == 0 && plan.side.style == STYLE_SEPARATE)
            wrong = answer_separately(plan.side, &message);
        if (wrong == 0)
            wrong = words < WORDS_MAX ? receive_next(plan.side, &message)
                                      : answer_last(plan.side, &message);
    }
    return wrong;
}

/* --- One meeting ------------------------------------------------------------------ */

struct meeting {
    enum style style;
    const struct space *sender_space, *receiver_space;
    unsigned sender_core, receiver_core;
    unsigned sender_priority, receiver_priority;
    bool receiver_first;
    unsigned endpoint;
};

enum { SLOT_ENDPOINT_PAIR = 2, SLOT_OWN, SLOT_SIGNAL };

static void put(unsigned table, unsigned slot, unsigned source)
{
    CHECK_EQUAL(INVOKE(table, CAPTABLE_COPY, slot, INIT_SLOT_CAPTABLE, source, RIGHTS_ALL),
                RESULT_DONE);
}

/* A table with what one side uses, at the same numbers for both. */
static unsigned table_make(unsigned endpoint)
{
    unsigned table = make(OBJECT_CAPTABLE, 3), own = make(OBJECT_ENDPOINT, 0);
    unsigned signal = make(OBJECT_NOTIFICATION, 0);

    CHECK_EQUAL(INVOKE(signal, NOTIFICATION_BIND, own, 0), RESULT_DONE);
    put(table, SLOT_ENDPOINT_PAIR, endpoint);
    put(table, SLOT_OWN, own);
    put(table, SLOT_SIGNAL, signal);
    return table;
}

static struct helper *side_make(const struct meeting *meeting, bool receives)
{
    union side_word plan = {.side = {meeting->style, SLOT_ENDPOINT_PAIR, SLOT_OWN, SLOT_SIGNAL}};
    unsigned priority = receives ? meeting->receiver_priority : meeting->sender_priority;

    return HELPER(receives ? receiver_run : sender_run, plan.word, priority,
                  .core = receives ? meeting->receiver_core : meeting->sender_core,
                  .table = table_make(meeting->endpoint),
                  .space = receives ? meeting->receiver_space : meeting->sender_space);
}

static void meet(struct meeting meeting)
{
    struct helper *sender, *receiver;

    meeting.endpoint = make(OBJECT_ENDPOINT, 0);
    sender = side_make(&meeting, false);
    receiver = side_make(&meeting, true);
    helper_go(meeting.receiver_first ? receiver : sender);
    settle_on(meeting.receiver_first ? meeting.receiver_core : meeting.sender_core);
    helper_go(meeting.receiver_first ? sender : receiver);
    CHECK_EQUAL(helper_join(sender), 0);
    CHECK_EQUAL(helper_join(receiver), 0);
    helpers_delete();
    helpers_forget();
}

/* Every order of urgency, and of coming. */
static void meet_in_all_orders(struct meeting meeting)
{
    for (unsigned order = 0; order < 3; order++)
        for (unsigned first = 0; first < 2; first++) {
            meeting.sender_priority = PRIORITY_HIGH + order;
            meeting.receiver_priority = PRIORITY_HIGH + 1;
            meeting.receiver_first = first != 0;
            if (meeting.style == STYLE_TRY && !meeting.receiver_first)
                continue; /* it would find nobody */
            meet(meeting);
        }
}

static void meet_on_all_cores(struct meeting meeting)
{
    for (unsigned a = 0; a < boot->cores_running; a++)
        for (unsigned b = 0; b < boot->cores_running; b++) {
            meeting.sender_core = a;
            meeting.receiver_core = b;
            meet_in_all_orders(meeting);
        }
}

static void meet_in_one_space(enum style style)
{
    meet_on_all_cores((struct meeting){.style = style});
}

static void meet_between_spaces(enum style style)
{
    struct space one = space_make(), two = space_make();

    meet_on_all_cores((struct meeting){.style = style, .sender_space = &one,
                                       .receiver_space = &two});
}

static void messages_arrive_whole_in_every_order(void)
{
    meet_in_one_space(STYLE_SEND);
}

static void calls_and_answers_arrive_whole_in_every_order(void)
{
    meet_in_one_space(STYLE_CALL);
}

static void answers_through_replies_arrive_whole_in_every_order(void)
{
    meet_in_one_space(STYLE_SEPARATE);
}

static void tried_calls_arrive_whole_where_someone_waits(void)
{
    meet_in_one_space(STYLE_TRY);
}

static void messages_between_spaces_arrive_whole(void)
{
    meet_between_spaces(STYLE_SEND);
}

static void calls_between_spaces_arrive_whole(void)
{
    meet_between_spaces(STYLE_CALL);
}

static void answers_through_replies_between_spaces_arrive_whole(void)
{
    meet_between_spaces(STYLE_SEPARATE);
}

static void tried_calls_between_spaces_arrive_whole(void)
{
    meet_between_spaces(STYLE_TRY);
}

/* --- Two who answer each other ---------------------------------------------------- */

#define ROUNDS 10

/* In one call each: the answer to what came, and the wait for the next. */
static void ping_pong(const struct space *one, const struct space *two)
{
    for (unsigned round = 0; round < ROUNDS; round++)
        meet_in_all_orders((struct meeting){.style = STYLE_CALL, .sender_space = one,
                                            .receiver_space = two});
}

static void answering_and_waiting_in_one_call_goes_on_for_ever(void)
{
    ping_pong(NULL, NULL);
}

static void answering_and_waiting_between_spaces_goes_on_for_ever(void)
{
    struct space one = space_make(), two = space_make();

    ping_pong(&one, &two);
}

/* --- try_call without anybody --------------------------------------------------------- */

static uint64_t try_in_vain(void *argument, struct message *first)
{
    (void)first;
    for (unsigned words = 0; words <= WORDS_MAX; words++) {
        struct message message = message_of(words, 1);

        if (thole_try_call((unsigned)(uintptr_t)argument, &message) != STATUS_WOULD_WAIT)
            return __LINE__;
    }
    return 0;
}

/* From every core, less, as and more urgent than main, which finds nothing afterwards. */
static void try_on_all_cores(const struct space *space)
{
    unsigned endpoint = make(OBJECT_ENDPOINT, 0), table = table_make(endpoint);

    for (unsigned core = 0; core < boot->cores_running; core++)
        for (unsigned order = 0; order < 3; order++) {
            struct helper *helper = HELPER_GO(try_in_vain, SLOT_ENDPOINT_PAIR,
                                              PRIORITY_MAIN - 1 + order, .core = core,
                                              .table = table, .space = space);
            struct message message = {0};

            CHECK_EQUAL(helper_join(helper), 0);
            CHECK_EQUAL(thole_try_recv(endpoint, &message), STATUS_WOULD_WAIT);
            helpers_delete();
            helpers_forget();
        }
}

static void a_tried_call_that_nobody_waits_for_leaves_nothing(void)
{
    try_on_all_cores(NULL);
}

static void a_tried_call_between_spaces_that_nobody_waits_for_leaves_nothing(void)
{
    struct space space = space_make();

    try_on_all_cores(&space);
}

static const struct test tests[] = {
    TEST(messages_arrive_whole_in_every_order, "IPC0001", 0),
    TEST(calls_and_answers_arrive_whole_in_every_order, "IPC0002", 0),
    TEST(answers_through_replies_arrive_whole_in_every_order, "IPC0003", 0),
    TEST(tried_calls_arrive_whole_where_someone_waits, "IPC0004", 0),
    TEST(a_tried_call_that_nobody_waits_for_leaves_nothing, "IPC0004", 0),
    TEST(messages_between_spaces_arrive_whole, "IPC1001", 0),
    TEST(calls_between_spaces_arrive_whole, "IPC1002", 0),
    TEST(answers_through_replies_between_spaces_arrive_whole, "IPC1003", 0),
    TEST(tried_calls_between_spaces_arrive_whole, "IPC1004", 0),
    TEST(a_tried_call_between_spaces_that_nobody_waits_for_leaves_nothing, "IPC1004", 0),
    TEST(answering_and_waiting_in_one_call_goes_on_for_ever, "IPC0025", 0),
    TEST(answering_and_waiting_between_spaces_goes_on_for_ever, "IPC0026", 0),
};

const struct test_group pairs_group = TEST_GROUP(tests);
