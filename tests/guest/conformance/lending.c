/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Time that is lent: through chains of calls, home again with each answer, and
 * where it goes when someone on the way ends.
 */
#include "conformance.h"

#define HOPS   6  /* five that pass on, and one that serves */
#define CALLS  10

struct hop {
    unsigned own, next; /* endpoints; next 0: the last */
    struct helper *helper;
    unsigned served;
    unsigned flags;     /* of its thread while it served last */
};

static uint64_t hop_run(void *argument, struct message *first)
{
    struct hop *hop = argument;
    struct message message = *first;

    for (;;) {
        uint64_t answer = message.word[0] + 1;

        hop->served++;
        hop->flags = thread_flags(hop->helper->thread);
        if (hop->next != 0)
            CHECK_EQUAL(call_word(hop->next, answer, &answer), STATUS_OK);
        message = (struct message){.tag = thole_tag(0, 1), .word = {answer}};
        CHECK_EQUAL(thole_reply_recv(hop->own, &message), STATUS_OK);
    }
}

static struct hop hops[HOPS];

static void ceiling_set(const struct helper *helper, unsigned ceiling, uint64_t grace)
{
    CHECK_EQUAL(INVOKE(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CEILING, helper->thread, ceiling,
                       grace), RESULT_DONE);
}

static void chain_make(unsigned count)
{
    unsigned first = slot_take_row(count);

    for (unsigned i = 0; i < count; i++)
        CHECK_EQUAL(retype(pool, OBJECT_ENDPOINT, 0, first + i), RESULT_DONE);
    for (unsigned i = 0; i < count; i++) {
        hops[i] = (struct hop){.own = first + i, .next = i + 1 < count ? first + i + 1 : 0};
        hops[i].helper = HELPER(hop_run, &hops[i], 0, .endpoint = first + i, .passive = true);
    }
}

struct client {
    unsigned slot;
    unsigned calls;
    unsigned done;
    enum thole_status status;
    uint64_t answer;
};

static uint64_t client_run(void *argument, struct message *first)
{
    struct client *client = argument;

    (void)first;
    for (; client->done < client->calls; client->done++) {
        client->status = call_word(client->slot, 100, &client->answer);
        if (client->status != STATUS_OK)
            return 1;
    }
    return 0;
}

static void check_home(const struct hop *hop)
{
    CHECK_EQUAL(thread_state(hop->helper->thread), THREAD_RECEIVING);
    CHECK_EQUAL(thread_flags(hop->helper->thread) &
                (THREAD_FLAG_HAS_TIME | THREAD_FLAG_LENT | THREAD_FLAG_OWES), 0);
}

/* A client calls through `count` who have no time; step: how their ceilings rise or fall. */
static void try_chain(unsigned count, int step)
{
    static struct client client;

    chain_make(count);
    for (unsigned i = 0; i < count && step != 0; i++)
        ceiling_set(hops[i].helper, (unsigned)(PRIORITY_HIGH + step * (int)(i + 1)), 0);
    client = (struct client){.slot = hops[0].own, .calls = CALLS};
    CHECK_EQUAL(helper_join(HELPER_GO(client_run, &client, PRIORITY_HIGH)), 0);
    CHECK_EQUAL(client.done, CALLS);
    CHECK_EQUAL(client.answer, 100 + count);
    for (unsigned i = 0; i < count; i++) {
        CHECK_EQUAL(hops[i].served, CALLS);
        CHECK_EQUAL(hops[i].flags & (THREAD_FLAG_LENT | THREAD_FLAG_HAS_TIME),
                    THREAD_FLAG_LENT | THREAD_FLAG_HAS_TIME);
        check_home(&hops[i]);
    }
}

static void time_goes_down_a_chain_of_equals_and_comes_back(void)
{
    try_chain(HOPS, 0);
}

static void time_goes_down_a_chain_of_more_and_more_urgent(void)
{
    try_chain(HOPS, 1);
}

static void time_goes_down_a_chain_of_less_and_less_urgent(void)
{
    try_chain(HOPS, -1);
}

static void time_goes_to_one_more_urgent_and_comes_back(void)
{
    try_chain(1, 1);
}

static void time_goes_to_one_as_urgent_and_comes_back(void)
{
    try_chain(1, 0);
}

static void an_answer_brings_the_clients_time_back(void)
{
    uint64_t answer;

    chain_make(1);
    CHECK_EQUAL(call_word(hops[0].own, 1, &answer), STATUS_OK);
    CHECK_EQUAL(answer, 2);
    check_home(&hops[0]);
    CHECK_EQUAL(thread_flags(INIT_SLOT_THREAD) & THREAD_FLAG_HAS_TIME, THREAD_FLAG_HAS_TIME);
    CHECK_EQUAL(hops[0].flags & THREAD_FLAG_LENT, THREAD_FLAG_LENT);
}

/* --- Without time ----------------------------------------------------------------- */

static void without_time_on_either_side_nobody_is_served(void)
{
    struct message message = {.word = {5}};
    unsigned notification;

    chain_make(1);
    notification = signal_make(hops[0].own, 0, 1);
    signal(notification);
    settle();
    CHECK_EQUAL(hops[0].served, 0);
    /* A caller brings time; the signal goes on waiting for somebody who has some. */
    CHECK_EQUAL(thole_try_call(hops[0].own, &message), STATUS_OK);
    CHECK_EQUAL(message.word[0], 6);
    CHECK_EQUAL(hops[0].served, 1);
    CHECK_EQUAL(INVOKE(hops[0].helper->thread, THREAD_BIND_TIME, time_make(PRIORITY_HIGH)),
                RESULT_DONE);
    CHECK_EQUAL(hops[0].served, 2);
}

static void a_tried_call_to_one_who_is_busy_leaves_nothing(void)
{
    unsigned endpoint = make(OBJECT_ENDPOINT, 0);
    static struct client client;
    struct message message = {0};

    client = (struct client){.slot = endpoint, .calls = 1};
    HELPER_GO(client_run, &client, PRIORITY_HIGH);
    CHECK_EQUAL(thole_recv(endpoint, &message), STATUS_OK);
    message = (struct message){0};
    CHECK_EQUAL(thole_try_call(endpoint, &message), STATUS_WOULD_WAIT);
    message = (struct message){0};
    CHECK_EQUAL(thole_try_recv(endpoint, &message), STATUS_WOULD_WAIT);
}

static void a_receiver_whose_time_is_deleted_waits_on_without(void)
{
    struct hop *hop = &hops[0];
    uint64_t answer;

    chain_make(1);
    hop->helper = HELPER(hop_run, hop, PRIORITY_HIGH, .endpoint = hop->own);
    CHECK_EQUAL(delete(hop->helper->time), RESULT_DONE);
    CHECK_EQUAL(thread_state(hop->helper->thread), THREAD_RECEIVING);
    CHECK_EQUAL(thread_flags(hop->helper->thread) & THREAD_FLAG_HAS_TIME, 0);
    signal(hop->helper->kick);
    settle();
    CHECK_EQUAL(hop->served, 0);
    CHECK_EQUAL(call_word(hop->own, 1, &answer), STATUS_OK);
    CHECK_EQUAL(hop->flags & THREAD_FLAG_LENT, THREAD_FLAG_LENT);
    CHECK_EQUAL(INVOKE(hop->helper->thread, THREAD_BIND_TIME, time_make(PRIORITY_HIGH)),
                RESULT_DONE);
    CHECK_EQUAL(hop->served, 2);
}

static void lending_works_whichever_side_comes_first(void)
{
    static struct client client;
    unsigned endpoint = make(OBJECT_ENDPOINT, 0);

    for (unsigned server_first = 0; server_first < 2; server_first++) {
        struct helper *helper;

        client = (struct client){.slot = endpoint, .calls = CALLS};
        if (server_first)
            HELPER(serve_plus_one, endpoint, 0, .endpoint = endpoint, .passive = true);
        helper = HELPER_GO(client_run, &client, PRIORITY_HIGH);
        CHECK_EQUAL(client.done, server_first ? CALLS : 0);
        if (!server_first)
            HELPER(serve_plus_one, endpoint, 0, .endpoint = endpoint, .passive = true);
        CHECK_EQUAL(client.done, CALLS);
        CHECK_EQUAL(client.answer, 101);
        CHECK_EQUAL(helper_join(helper), 0);
        helpers_delete();
        helpers_forget();
    }
}

/* --- Handlers of faults ----------------------------------------------------------- */

struct mender {
    unsigned endpoint, frame;
    uint64_t at;
    unsigned mended;
};

static uint64_t mend(void *argument, struct message *first)
{
    struct mender *mender = argument;
    struct message message = *first;

    while (message.word[0] == FAULT_READ) {
        CHECK_EQUAL(message.word[1], mender->at);
        CHECK_EQUAL(INVOKE(mender->frame, FRAME_MAP, INIT_SLOT_ADDRESS_SPACE, mender->at,
                           RIGHT_READ, MEMORY_NORMAL), RESULT_DONE);
        mender->mended++;
        message = (struct message){.tag = thole_tag(THOLE_FAULT_RESUME, 0)};
        CHECK_EQUAL(thole_reply_recv(mender->endpoint, &message), STATUS_OK);
    }
    return message.word[1];
}

static uint64_t read_twice(void *argument, struct message *first)
{
    volatile uint64_t *at = argument;

    (void)first;
    return at[0] + at[1] + 9;
}

/* The handler has no time but that of the thread whose fault it mends. */
static void a_handler_mends_a_fault_on_the_time_of_the_faulter(void)
{
    static struct mender mender;
    struct helper *handler;

    mender = (struct mender){.endpoint = make(OBJECT_ENDPOINT, 0), .at = window_next(),
                             .frame = make(OBJECT_FRAME, FRAME_BITS_4K)};
    handler = HELPER(mend, &mender, 0, .endpoint = mender.endpoint, .passive = true);
    HELPER_GO(read_twice, mender.at, PRIORITY_HIGH, .watch = mender.endpoint);
    CHECK_EQUAL(mender.mended, 1);
    CHECK_EQUAL(helper_join(handler), 9); /* the exit is a fault, too: it ended the handler */
}

/* --- Servers that make servers ---------------------------------------------------- */

#define CLIENTS 10

struct spawner {
    unsigned endpoint;
    unsigned own, signal;
    unsigned reply; /* the first of a row of slots, one a client */
    unsigned spawned;
};

static uint64_t work(void *argument, struct message *first)
{
    (void)first;
    CHECK_EQUAL(call_word((unsigned)(uintptr_t)argument, 42, NULL), STATUS_OK);
    return 0;
}

/* Sets each call aside and makes a thread that answers it. */
static uint64_t spawn_for_ever(void *argument, struct message *first)
{
    struct spawner *spawner = argument;
    struct message message;

    (void)first;
    for (;;) {
        unsigned reply = spawner->reply + spawner->spawned;

        message = (struct message){0};
        CHECK_EQUAL(thole_recv(spawner->endpoint, &message), STATUS_OK);
        signal(spawner->signal);
        message = (struct message){.badge = THOLE_SLOTS(reply, 0)};
        CHECK_EQUAL(thole_recv(spawner->own, &message), STATUS_OK);
        spawner->spawned++;
        HELPER_GO(work, reply, PRIORITY_HIGH);
    }
    return 0;
}

static void a_server_that_makes_a_server_for_each_call_serves_all(void)
{
    static struct spawner spawner;
    static struct client client[CLIENTS];
    struct helper *helper[CLIENTS];

    spawner = (struct spawner){.endpoint = make(OBJECT_ENDPOINT, 0),
                               .own = make(OBJECT_ENDPOINT, 0),
                               .reply = slot_take_row(CLIENTS)};
    spawner.signal = signal_make(spawner.own, 0, 1);
    HELPER_GO(spawn_for_ever, &spawner, PRIORITY_HIGHER);
    for (unsigned i = 0; i < CLIENTS; i++) {
        client[i] = (struct client){.slot = spawner.endpoint, .calls = 1};
        helper[i] = HELPER_GO(client_run, &client[i], PRIORITY_LOW);
    }
    for (unsigned i = 0; i < CLIENTS; i++) {
        CHECK_EQUAL(helper_join(helper[i]), 0);
        CHECK_EQUAL(client[i].answer, 42);
    }
    CHECK_EQUAL(spawner.spawned, CLIENTS);
}

/* --- Ends on the way -------------------------------------------------------------- */

/* A server that stops in the middle of a service until main lets it go on. */
struct gate {
    unsigned own, gate;
    struct helper *helper;
    unsigned served;
};

static uint64_t gate_run(void *argument, struct message *first)
{
    struct gate *gate = argument;
    struct message message = *first;

    for (;;) {
        gate->served++;
        CHECK_EQUAL(call_word(gate->gate, 0, NULL), STATUS_OK);
        message = (struct message){.tag = thole_tag(0, 1), .word = {55}};
        CHECK_EQUAL(thole_reply_recv(gate->own, &message), STATUS_OK);
    }
    return 0;
}

/* A client on time of its own that is being served, on that time, by one who calls the gate. */
struct serving {
    struct gate gate;
    struct client client;
    struct helper *helper;
    unsigned time;
};

static struct serving serving;

static void serving_make(void)
{
    serving = (struct serving){0};
    serving.gate.own = make(OBJECT_ENDPOINT, 0);
    serving.gate.gate = make(OBJECT_ENDPOINT, 0);
    serving.gate.helper = HELPER(gate_run, &serving.gate, 0, .endpoint = serving.gate.own,
                                 .passive = true);
    serving.client = (struct client){.slot = serving.gate.own, .calls = 1};
    serving.helper = HELPER_GO(client_run, &serving.client, PRIORITY_HIGH);
    serving.time = serving.helper->time;
    CHECK_EQUAL(serving.gate.served, 1);
    CHECK_EQUAL(thread_state(serving.helper->thread), THREAD_CALLING);
}

/* Main takes the server's call at the gate and answers it. */
static void gate_open(void)
{
    struct message message = {0};
    unsigned own = make(OBJECT_ENDPOINT, 0), notification = signal_make(own, 0, 1);

    CHECK_EQUAL(thole_recv(serving.gate.gate, &message), STATUS_OK);
    signal(notification);
    message = (struct message){0};
    CHECK_EQUAL(thole_reply_recv(own, &message), STATUS_OK);
}

static void a_client_whose_time_is_deleted_does_not_run_when_it_is_answered(void)
{
    serving_make();
    CHECK_EQUAL(delete(serving.time), RESULT_DONE);
    gate_open();
    settle();
    CHECK_EQUAL(serving.client.done, 0);
    CHECK_EQUAL(thread_state(serving.helper->thread), THREAD_STRANDED);
    CHECK_EQUAL(thread_state(serving.gate.helper->thread), THREAD_RECEIVING);
    CHECK_EQUAL(INVOKE(serving.helper->thread, THREAD_BIND_TIME, time_make(PRIORITY_HIGH)),
                RESULT_DONE);
    CHECK_EQUAL(serving.client.done, 1);
    CHECK_EQUAL(serving.client.answer, 55);
}

/* Main serves the client itself, and has set its call aside in the slot that this returns. */
static unsigned set_aside_of(struct client *client, struct helper **helper, unsigned priority)
{
    unsigned endpoint = make(OBJECT_ENDPOINT, 0), own = make(OBJECT_ENDPOINT, 0);
    unsigned reply = slot_take(), notification = signal_make(own, 0, 1);
    struct message message = {0};

    *client = (struct client){.slot = endpoint, .calls = 1};
    *helper = HELPER_GO(client_run, client, priority);
    CHECK_EQUAL(thole_recv(endpoint, &message), STATUS_OK);
    signal(notification);
    message = (struct message){.badge = THOLE_SLOTS(reply, 0)};
    CHECK_EQUAL(thole_recv(own, &message), STATUS_OK);
    CHECK_EQUAL(slot_type(reply), OBJECT_REPLY);
    return reply;
}

static unsigned set_aside(struct client *client, struct helper **helper)
{
    return set_aside_of(client, helper, PRIORITY_HIGH);
}

static void a_caller_is_told_when_the_reply_is_deleted(void)
{
    static struct client client;
    struct helper *helper;
    unsigned reply = set_aside(&client, &helper);

    CHECK_EQUAL(delete(reply), RESULT_DONE);
    CHECK_EQUAL(client.status, STATUS_PEER_DIED);
    CHECK_EQUAL(helper_join(helper), 1);
}

static void a_caller_without_time_is_not_run_when_the_reply_is_deleted(void)
{
    static struct client client;
    struct helper *helper;
    unsigned reply = set_aside(&client, &helper);

    client.status = STATUS_OK;
    CHECK_EQUAL(delete(helper->time), RESULT_DONE);
    CHECK_EQUAL(delete(reply), RESULT_DONE);
    settle();
    CHECK_EQUAL(client.status, STATUS_OK);
    CHECK_EQUAL(thread_state(helper->thread), THREAD_STRANDED);
    CHECK_EQUAL(INVOKE(helper->thread, THREAD_BIND_TIME, time_make(PRIORITY_HIGH)), RESULT_DONE);
    CHECK_EQUAL(client.status, STATUS_PEER_DIED);
}

/* It was told, and could run when main waits; but by then it has no time. */
static void a_caller_whose_time_is_deleted_after_the_reply_is_not_run(void)
{
    static struct client client;
    struct helper *helper;
    unsigned reply = set_aside_of(&client, &helper, PRIORITY_LOW);

    CHECK_EQUAL(delete(reply), RESULT_DONE);
    CHECK_EQUAL(thread_state(helper->thread), THREAD_READY);
    CHECK_EQUAL(delete(helper->time), RESULT_DONE);
    settle();
    CHECK_EQUAL(client.status, STATUS_OK);
    CHECK_EQUAL(thread_state(helper->thread), THREAD_STRANDED);
    CHECK_EQUAL(INVOKE(helper->thread, THREAD_BIND_TIME, time_make(PRIORITY_HIGH)), RESULT_DONE);
    CHECK_EQUAL(client.status, STATUS_PEER_DIED);
}

static void a_reply_whose_caller_is_gone_answers_nobody(void)
{
    static struct client client;
    struct helper *helper;
    unsigned reply = set_aside(&client, &helper);

    CHECK_EQUAL(delete(helper->thread), RESULT_DONE);
    CHECK_EQUAL(call_word(reply, 1, NULL), STATUS_OK);
    CHECK_EQUAL(slot_type(reply), OBJECT_NULL);
}

/* The server runs on the client's time, and waits at the gate, when it is deleted. */
static void a_client_gets_its_time_back_when_the_server_is_deleted(void)
{
    serving_make();
    CHECK_EQUAL(delete(serving.gate.helper->thread), RESULT_DONE);
    settle();
    CHECK_EQUAL(serving.client.status, STATUS_PEER_DIED);
    CHECK_EQUAL(helper_join(serving.helper), 1);
}

/* As before, but who serves the server has its time then: it comes with that answer. */
static void time_comes_back_past_a_server_that_was_deleted(void)
{
    static struct client client;
    struct helper *helper;

    chain_make(2);
    hops[1].next = make(OBJECT_ENDPOINT, 0); /* a gate, where main answers */
    client = (struct client){.slot = hops[0].own, .calls = 1};
    helper = HELPER_GO(client_run, &client, PRIORITY_HIGH);
    CHECK_EQUAL(hops[1].served, 1);
    CHECK_EQUAL(delete(hops[0].helper->thread), RESULT_DONE);
    CHECK_EQUAL(thread_state(helper->thread), THREAD_CALLING);
    serving.gate.gate = hops[1].next;
    gate_open();
    CHECK_EQUAL(client.status, STATUS_PEER_DIED);
    CHECK_EQUAL(helper_join(helper), 1);
    check_home(&hops[1]);
}

static void time_that_is_lent_cannot_be_unbound_until_it_is_back(void)
{
    serving_make();
    CHECK_EQUAL(INVOKE(serving.gate.helper->thread, THREAD_BIND_TIME, 0), RESULT_EMPTY);
    CHECK_EQUAL(INVOKE(serving.helper->thread, THREAD_BIND_TIME, 0), RESULT_BUSY);
    CHECK_EQUAL(INVOKE(INIT_SLOT_THREAD, THREAD_BIND_TIME, serving.time), RESULT_OCCUPIED);
    gate_open();
    CHECK_EQUAL(serving.client.done, 1);
    CHECK_EQUAL(helper_join(serving.helper), 0);
    CHECK_EQUAL(INVOKE(serving.helper->thread, THREAD_BIND_TIME, 0), RESULT_DONE);
}

/* The chain of calls goes on to its end; then who owned the time needs another. */
static void a_chain_ends_in_order_when_its_time_is_deleted(void)
{
    static struct client client;
    struct helper *helper;

    chain_make(3);
    hops[2].next = make(OBJECT_ENDPOINT, 0);
    client = (struct client){.slot = hops[0].own, .calls = 2};
    helper = HELPER_GO(client_run, &client, PRIORITY_HIGH);
    CHECK_EQUAL(hops[2].served, 1);
    CHECK_EQUAL(delete(helper->time), RESULT_DONE);
    serving.gate.gate = hops[2].next;
    gate_open();
    settle();
    for (unsigned i = 0; i < 3; i++)
        check_home(&hops[i]);
    CHECK_EQUAL(thread_state(helper->thread), THREAD_STRANDED);
    CHECK_EQUAL(client.done, 0);
    CHECK_EQUAL(INVOKE(helper->thread, THREAD_BIND_TIME, time_make(PRIORITY_HIGH)), RESULT_DONE);
    CHECK_EQUAL(client.done, 1);
    CHECK_EQUAL(hops[2].served, 2);
    gate_open();
    CHECK_EQUAL(client.done, 2);
    CHECK_EQUAL(helper_join(helper), 0);
}

/* Memory of time that is lent is not given away under it. */
static void memory_of_lent_time_is_busy_until_it_comes_home(void)
{
    unsigned untyped = make(OBJECT_UNTYPED, 12), time = slot_take(), slot = slot_take();
    uint64_t slice = SLICE;
    static struct client client;

    chain_make(1);
    hops[0].next = make(OBJECT_ENDPOINT, 0);
    CHECK_EQUAL(retype(untyped, OBJECT_SCHED_CONTEXT, 0, time), RESULT_DONE);
    CHECK_EQUAL(time_configure(time, 0, PRIORITY_HIGH, slice, slice), RESULT_DONE);
    client = (struct client){.slot = hops[0].own, .calls = 1};
    HELPER_GO(client_run, &client, PRIORITY_HIGH, .time = time);
    CHECK_EQUAL(revoke(untyped), RESULT_BUSY);
    CHECK_EQUAL(slot_type(time), OBJECT_NULL);
    serving.gate.gate = hops[0].next;
    gate_open();
    settle();
    CHECK_EQUAL(revoke(untyped), RESULT_DONE);
    CHECK_EQUAL(retype(untyped, OBJECT_FRAME, FRAME_BITS_4K, slot), RESULT_DONE);
}

/* --- Between cores ---------------------------------------------------------------- */

static void time_is_lent_on_whatever_core_it_is(void)
{
    static struct client client;

    chain_make(HOPS);
    for (unsigned core = 0; core < boot->cores_running; core++) {
        struct helper *helper;

        client = (struct client){.slot = hops[0].own, .calls = CALLS};
        helper = HELPER_GO(client_run, &client, PRIORITY_HIGH, .core = core);
        CHECK_EQUAL(helper_join(helper), 0);
        CHECK_EQUAL(client.answer, 100 + HOPS);
        settle_on(core);
        check_home(&hops[0]);
    }
}

static const struct test tests[] = {
    TEST(time_goes_down_a_chain_of_equals_and_comes_back, "IPC0011", 0),
    TEST(time_goes_down_a_chain_of_more_and_more_urgent, "IPC0012", 0),
    TEST(time_goes_down_a_chain_of_less_and_less_urgent, "IPC0013", 0),
    TEST(time_goes_to_one_more_urgent_and_comes_back, "IPC0014", 0),
    TEST(time_goes_to_one_as_urgent_and_comes_back, "IPC0015", 0),
    TEST(an_answer_brings_the_clients_time_back, "IPC0016", 0),
    TEST(without_time_on_either_side_nobody_is_served, "IPC0017", 0),
    TEST(a_tried_call_to_one_who_is_busy_leaves_nothing, "IPC0017", 0),
    TEST(a_receiver_whose_time_is_deleted_waits_on_without, "IPC0020", 0),
    TEST(a_handler_mends_a_fault_on_the_time_of_the_faulter, "IPC0021", 0),
    TEST(a_server_that_makes_a_server_for_each_call_serves_all, "IPC0022", 0),
    TEST(a_client_whose_time_is_deleted_does_not_run_when_it_is_answered,
         "IPC0023 SCHED_CONTEXT_0012", 0),
    TEST(a_caller_is_told_when_the_reply_is_deleted, "SCHED_CONTEXT_0009", 0),
    TEST(a_caller_without_time_is_not_run_when_the_reply_is_deleted, "IPC0024", 0),
    TEST(a_caller_whose_time_is_deleted_after_the_reply_is_not_run, "IPC0024", 0),
    TEST(a_reply_whose_caller_is_gone_answers_nobody, "IPC0024", 0),
    TEST(lending_works_whichever_side_comes_first, "IPC0027", 0),
    TEST(a_client_gets_its_time_back_when_the_server_is_deleted, "SCHED_CONTEXT_0008", 0),
    TEST(time_comes_back_past_a_server_that_was_deleted, "SCHED_CONTEXT_0008", 0),
    TEST(time_that_is_lent_cannot_be_unbound_until_it_is_back, "SCHED_CONTEXT_0010", 0),
    TEST(a_chain_ends_in_order_when_its_time_is_deleted, "SCHED_CONTEXT_0013", 0),
    TEST(memory_of_lent_time_is_busy_until_it_comes_home, "SCHED_CONTEXT_0013", 0),
    TEST(time_is_lent_on_whatever_core_it_is, "IPC0028", NEEDS_CORES),
};

const struct test_group lending_group = TEST_GROUP(tests);
