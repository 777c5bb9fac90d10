/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the rights of an Endpoint capability permit, over all of them.
 */
#include "conformance.h"

static uint64_t calls_served; /* by a helper that counts */

static uint64_t count_calls(void *argument, struct message *first)
{
    struct message message = *first;

    for (;;) {
        calls_served++;
        message = (struct message){.tag = thole_tag(0, 0)};
        CHECK_EQUAL(thole_reply_recv((unsigned)(uintptr_t)argument, &message), STATUS_OK);
    }
}

static void without_the_right_to_send_nothing_is_delivered(void)
{
    unsigned endpoint = make(OBJECT_ENDPOINT, 0), sent = 0;

    HELPER(count_calls, endpoint, PRIORITY_HIGH, .endpoint = endpoint);
    calls_served = 0;
    for (unsigned rights = 0; rights <= RIGHTS_ALL; rights++) {
        unsigned slot = copy(endpoint, rights);
        bool may = (rights & RIGHT_SEND) != 0;
        struct message message = {0}, tried = {0};

        CHECK_EQUAL(thole_call(slot, &message), may ? STATUS_OK : STATUS_NO_RIGHT);
        CHECK_EQUAL(thole_try_call(slot, &tried), may ? STATUS_OK : STATUS_NO_RIGHT);
        sent += may ? 2 : 0;
        CHECK_EQUAL(calls_served, sent);
    }
    CHECK_EQUAL(sent, 128);
}

static void without_the_right_to_receive_nothing_is_received(void)
{
    unsigned endpoint = make(OBJECT_ENDPOINT, 0), notification = make(OBJECT_NOTIFICATION, 0);

    CHECK_EQUAL(INVOKE(notification, NOTIFICATION_BIND, endpoint, 0), RESULT_DONE);
    for (unsigned rights = 0; rights <= RIGHTS_ALL; rights++) {
        unsigned slot = copy(endpoint, rights);
        bool may = (rights & RIGHT_RECV) != 0;
        struct message message = {0};

        CHECK_EQUAL(ASK(notification, NOTIFICATION_SIGNAL), RESULT_DONE);
        CHECK_EQUAL(thole_recv(slot, &message), may ? STATUS_OK : STATUS_NO_RIGHT);
        message = (struct message){0};
        CHECK_EQUAL(thole_try_recv(slot, &message), may ? STATUS_WOULD_WAIT : STATUS_NO_RIGHT);
        message = (struct message){0};
        if (!may)
            CHECK_EQUAL(thole_reply_recv(slot, &message), STATUS_NO_RIGHT);
    }
}

/* --- Capabilities in messages ----------------------------------------------------- */

enum answer_style { ANSWER_BY_REPLY_RECV, ANSWER_ASIDE, ANSWER_STYLES };

/* A server in main's table: takes what arrives into `arrival`, and offers `offer` in answers. */
struct granting {
    unsigned endpoint, own, signal;
    unsigned arrival, reply, offer;
    enum answer_style style;
    uint64_t arrived; /* tags with THOLE_TAG_CAP */
};

static struct message answer_with(const struct granting *server)
{
    struct message answer = {.tag = thole_tag(9, 6)};

    if (server->offer != 0) {
        answer.tag |= THOLE_TAG_CAP;
        answer.word[5] = server->offer;
    }
    return answer;
}

static uint64_t serve_granting(void *argument, struct message *first)
{
    struct granting *server = argument;
    struct message message;

    (void)first;
    message = (struct message){.badge = THOLE_SLOTS(0, server->arrival)};
    CHECK_EQUAL(thole_recv(server->endpoint, &message), STATUS_OK);
    for (;;) {
        server->arrived += (message.tag & THOLE_TAG_CAP) != 0;
        CHECK_EQUAL(message.word[5], 0);
        if (server->style == ANSWER_ASIDE) {
            CHECK_EQUAL(ASK(server->signal, NOTIFICATION_SIGNAL), RESULT_DONE);
            message = (struct message){.badge = THOLE_SLOTS(server->reply, 0)};
            CHECK_EQUAL(thole_recv(server->own, &message), STATUS_OK);
            message = answer_with(server);
            CHECK_EQUAL(thole_call(server->reply, &message), STATUS_OK);
            message = (struct message){.badge = THOLE_SLOTS(0, server->arrival)};
            CHECK_EQUAL(thole_recv(server->endpoint, &message), STATUS_OK);
        } else {
            message = answer_with(server);
            message.badge = THOLE_SLOTS(0, server->arrival);
            CHECK_EQUAL(thole_reply_recv(server->endpoint, &message), STATUS_OK);
        }
    }
}

static void granting_make(struct granting *server, enum answer_style style)
{
    *server = (struct granting){
        .endpoint = make(OBJECT_ENDPOINT, 0), .own = make(OBJECT_ENDPOINT, 0),
        .signal = make(OBJECT_NOTIFICATION, 0), .arrival = slot_take(), .reply = slot_take(),
        .style = style};
    CHECK_EQUAL(INVOKE(server->signal, NOTIFICATION_BIND, server->own, 0), RESULT_DONE);
    HELPER_GO(serve_granting, server, PRIORITY_HIGH);
}

static void try_grant(struct granting *server, unsigned rights, unsigned gift)
{
    unsigned slot = copy(server->endpoint, rights);
    struct message message = {.tag = thole_tag(0, 6) | THOLE_TAG_CAP};
    bool sends = (rights & RIGHT_SEND) != 0, grants = sends && (rights & RIGHT_GRANT) != 0;

    message.word[5] = gift;
    server->arrived = 0;
    CHECK_EQUAL(thole_call(slot, &message), sends ? STATUS_OK : STATUS_NO_RIGHT);
    CHECK_EQUAL(server->arrived, grants);
    CHECK_EQUAL(slot_type(server->arrival), grants ? OBJECT_TIMER : OBJECT_NULL);
    CHECK_EQUAL(delete(server->arrival), RESULT_DONE);
}

static void a_call_brings_a_capability_only_with_the_right_to_grant(void)
{
    static struct granting server;

    for (unsigned style = 0; style < ANSWER_STYLES; style++) {
        unsigned gift = make(OBJECT_TIMER, 0);

        granting_make(&server, style);
        for (unsigned rights = 0; rights <= RIGHTS_ALL; rights++)
            try_grant(&server, rights, gift);
        helpers_delete();
        helpers_forget();
    }
}

static void try_answer(struct granting *server, unsigned rights)
{
    unsigned slot = copy(server->endpoint, rights), arrival = slot_take();
    struct message message = {.badge = THOLE_SLOTS(0, arrival)};

    CHECK_EQUAL(thole_call(slot, &message), STATUS_OK);
    CHECK_EQUAL(message.tag & THOLE_TAG_CAP, server->offer != 0 ? THOLE_TAG_CAP : 0);
    CHECK_EQUAL(slot_type(arrival), server->offer != 0 ? OBJECT_TIMER : OBJECT_NULL);
    CHECK_EQUAL(message.word[5], 0);
}

/* The caller asked for it by naming a slot: no right of its own capability matters. */
static void an_answer_brings_a_capability_whatever_the_rights(void)
{
    static struct granting server;

    for (unsigned style = 0; style < ANSWER_STYLES; style++) {
        granting_make(&server, style);
        for (unsigned rights = 0; rights <= RIGHTS_ALL; rights++) {
            if ((rights & RIGHT_SEND) == 0)
                continue;
            server.offer = rights % 2 == 0 ? 0 : make(OBJECT_TIMER, 0);
            try_answer(&server, rights);
        }
        helpers_delete();
        helpers_forget();
    }
}

static void a_capability_arrives_in_an_empty_slot_that_was_named_or_not_at_all(void)
{
    static struct granting server;
    unsigned full = make(OBJECT_NOTIFICATION, 0), arrival = slot_take();
    const unsigned named[] = {0, full, ~0u};

    granting_make(&server, ANSWER_BY_REPLY_RECV);
    server.offer = make(OBJECT_TIMER, 0);
    for (unsigned i = 0; i < 3; i++) {
        struct message message = {.badge = THOLE_SLOTS(0, named[i])};

        CHECK_EQUAL(thole_call(server.endpoint, &message), STATUS_OK);
        CHECK_EQUAL(message.tag & THOLE_TAG_CAP, 0);
        CHECK_EQUAL(message.word[5], 0);
    }
    CHECK_EQUAL(slot_type(full), OBJECT_NOTIFICATION);
    try_answer(&server, RIGHT_SEND);
    server.offer = make(OBJECT_UNTYPED, 12); /* cannot be copied */
    struct message message = {.badge = THOLE_SLOTS(0, arrival)};

    CHECK_EQUAL(thole_call(server.endpoint, &message), STATUS_OK);
    CHECK_EQUAL(message.tag & THOLE_TAG_CAP, 0);
    CHECK_EQUAL(slot_type(arrival), OBJECT_NULL);
}

static void a_capability_that_came_goes_when_its_source_is_revoked(void)
{
    static struct granting server;
    unsigned arrival = slot_take(), gift = make(OBJECT_TIMER, 0);
    struct message message = {.badge = THOLE_SLOTS(0, arrival)};

    granting_make(&server, ANSWER_BY_REPLY_RECV);
    server.offer = gift;
    CHECK_EQUAL(thole_call(server.endpoint, &message), STATUS_OK);
    CHECK_EQUAL(slot_type(arrival), OBJECT_TIMER);
    CHECK_EQUAL(revoke(gift), RESULT_DONE);
    CHECK_EQUAL(slot_type(arrival), OBJECT_NULL);
}

static const struct test tests[] = {
    TEST(without_the_right_to_send_nothing_is_delivered, "IPCRIGHTS0001", 0),
    TEST(without_the_right_to_receive_nothing_is_received, "IPCRIGHTS0002", 0),
    TEST(a_call_brings_a_capability_only_with_the_right_to_grant, "IPCRIGHTS0004", 0),
    TEST(an_answer_brings_a_capability_whatever_the_rights, "IPCRIGHTS0005", 0),
    TEST(a_capability_arrives_in_an_empty_slot_that_was_named_or_not_at_all, "IPCRIGHTS0005", 0),
    TEST(a_capability_that_came_goes_when_its_source_is_revoked, "", 0),
};

const struct test_group rights_group = TEST_GROUP(tests);
