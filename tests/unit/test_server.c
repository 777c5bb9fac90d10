/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The server loop and sleeping, against a kernel that plays a script: each
 * receive delivers the script's next message, and what the program did is
 * written down as text, which the tests compare.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include <lib/server.h>
#include <service/result.h>

#include "backlog.h"
#include "event.h"

#define SCRIPT_MAX 16
#define FREE_SLOT  40
#define BADGE      7
#define EDGE_BIT   9

static struct startup *startup;
static struct message script[SCRIPT_MAX];
static unsigned script_next, script_count;
static char did[1024];
static uint64_t ticks;
static jmp_buf script_over;

static void note(const char *format, ...)
{
    size_t used = strlen(did);
    va_list list;

    va_start(list, format);
    vsnprintf(did + used, sizeof(did) - used, format, list);
    va_end(list);
}

/* The simulated kernel. */

static enum thole_status deliver(struct message *message)
{
    if (script_next == script_count)
        longjmp(script_over, 1);
    *message = script[script_next++];
    if (thole_tag_kind(message->tag) == KIND_TIMER)
        ticks = message->word[1];
    return STATUS_OK;
}

enum thole_status thole_reply_recv(unsigned slot, struct message *message)
{
    assert_int_equal(slot, SLOT_ENDPOINT);
    assert_int_equal(message->badge, 0);
    note("reply %u", thole_tag_label(message->tag));
    for (unsigned i = 0; i < thole_tag_words(message->tag); i++)
        note(" %lu", (unsigned long)message->word[i]);
    for (unsigned i = thole_tag_words(message->tag); i < THOLE_MESSAGE_WORDS; i++)
        assert_int_equal(message->word[i], 0);
    note("; ");
    return deliver(message);
}

enum thole_status thole_recv(unsigned slot, struct message *message)
{
    assert_int_equal(slot, SLOT_ENDPOINT);
    if (message->badge != 0)
        note("aside %lu; ", (unsigned long)message->badge);
    else
        note("recv; ");
    return deliver(message);
}

enum thole_status thole_call(unsigned slot, struct message *message)
{
    note("call %u %u", slot, thole_tag_label(message->tag));
    for (unsigned i = 0; i < thole_tag_words(message->tag); i++)
        note(" %lu", (unsigned long)message->word[i]);
    note("; ");
    message->tag = 0;
    return STATUS_OK;
}

_Noreturn void thole_exit(uint64_t code)
{
    fail_msg("thole_exit(%lu)", (unsigned long)code);
    for (;;)
        ;
}

uint64_t program_ticks(void)
{
    return ticks;
}

/* Messages of a script. */

static uint64_t tag_of(enum thole_kind kind, uint32_t label, unsigned words)
{
    return thole_tag(label, words) | (uint64_t)kind << THOLE_TAG_KIND_SHIFT;
}

static void arrives(struct message message)
{
    script[script_count++] = message;
}

static struct message call(uint32_t operation, uint64_t argument)
{
    return (struct message){
        .tag = tag_of(KIND_CALL, operation, 1), .word = {argument, 55}, .badge = BADGE};
}

static struct message event(enum thole_kind kind, uint64_t word0, uint64_t word1)
{
    return (struct message){.tag = tag_of(kind, 0, 2), .word = {word0, word1}};
}

/* The server under test. */

enum {
    OP_DOUBLE = 1,
    OP_LATER,
    OP_SLEEP,
    OP_WASTE
};

static uint32_t op_double(struct request *request)
{
    assert_string_equal(request->client->name, "client");
    assert_int_equal(request->word[1], 0); /* not said to be a word, so not shown */
    request->word[0] *= 2;
    request->words = 1;
    return SERVICE_OK;
}

static uint32_t op_later(struct request *request)
{
    unsigned slot = server_set_aside();

    (void)request;
    note("slot %u; ", slot);
    return slot != 0 ? SERVER_LATER : SERVICE_BUSY;
}

static uint32_t op_sleep(struct request *request)
{
    event_sleep_until(request->word[0]);
    note("woke; ");
    return SERVICE_OK;
}

static uint32_t op_waste(struct request *request)
{
    (void)request;
    server_set_aside();
    return SERVICE_FAILED;
}

static void on_interrupt(uint32_t line, uint64_t merged)
{
    note("interrupt %u %lu; ", line, (unsigned long)merged);
}

static void on_timer(uint64_t deadline, uint64_t now)
{
    note("timer %lu %lu; ", (unsigned long)deadline, (unsigned long)now);
    if (deadline < 100)
        event_timer_arm(deadline + 100);
}

static void on_signal(const struct startup_edge *edge)
{
    note("signal %s; ", edge->name);
}

static void on_power(bool reset)
{
    note("power %d; ", reset);
}

static const server_operation operation[] = {
    [OP_DOUBLE] = op_double, [OP_LATER] = op_later, [OP_SLEEP] = op_sleep, [OP_WASTE] = op_waste};
static const struct server server = {
    .operation = operation,
    .operations = COUNT_OF(operation),
    .interrupt = on_interrupt,
    .timer = on_timer,
    .signal = on_signal,
    .power = on_power,
};

static int page_make(void **state)
{
    void *at = (void *)(uintptr_t)PROGRAM_STARTUP;

    (void)state;
    startup = mmap(at, sizeof(*startup), PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    return startup == at ? 0 : -1;
}

/* Each test begins with init's start signal in hand, as a program does. */
static int script_begin(void **state)
{
    (void)state;
    memset(startup, 0, sizeof(*startup));
    startup->free_slot = FREE_SLOT;
    startup->free_slots = 2;
    startup->edge_count = 1;
    startup->edge[0] = (struct startup_edge){
        .name = "client", .kind = EDGE_PROVIDE, .bit = EDGE_BIT, .badge = BADGE};
    slot_give(FREE_SLOT);
    slot_give(FREE_SLOT + 1);
    script_next = script_count = 0;
    did[0] = '\0';
    ticks = 0;
    event_hand = (struct hand){.message = event(KIND_SIGNAL, STARTUP_SIGNAL_START, 0)};
    event_enter(STATUS_OK);
    return 0;
}

static void run(void)
{
    if (setjmp(script_over) == 0)
        server_run(&server);
}

static void a_request_is_answered_with_the_words_the_operation_set(void **state)
{
    (void)state;
    arrives(call(OP_DOUBLE, 21));
    run();
    assert_string_equal(did, "reply 0; reply 0 42; ");
}

static void an_operation_that_is_not_there_is_a_bad_request(void **state)
{
    struct message stranger = call(OP_DOUBLE, 1);

    (void)state;
    stranger.badge = BADGE + 1;
    arrives(call(0, 0));
    arrives(call(1000, 0));
    arrives(stranger);
    run();
    assert_string_equal(did, "reply 0; reply 1; reply 1; reply 1; ");
}

static void the_first_message_may_be_a_request(void **state)
{
    (void)state;
    event_hand.message = call(OP_DOUBLE, 4);
    run();
    assert_string_equal(did, "reply 0 8; ");
}

static void a_request_put_aside_is_answered_from_its_slot(void **state)
{
    (void)state;
    arrives(call(OP_LATER, 0));
    arrives(call(OP_LATER, 0));
    arrives(call(OP_LATER, 0));
    run();
    assert_string_equal(did, "reply 0; slot 40; aside 40; slot 41; aside 41; slot 0; reply 8; ");
    did[0] = '\0';
    server_answer(FREE_SLOT, SERVICE_OK, 1, &(uint64_t){3});
    assert_string_equal(did, "call 40 0 3; ");
    assert_int_equal(slot_take(), FREE_SLOT);
}

static void a_slot_reserved_and_not_used_is_free_again(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 3; i++)
        arrives(call(OP_WASTE, 0));
    run();
    assert_string_equal(did, "reply 0; reply 7; reply 7; reply 7; ");
    assert_int_equal(slot_take(), FREE_SLOT);
}

static void interrupts_and_signals_reach_their_handlers(void **state)
{
    (void)state;
    arrives(event(KIND_INTERRUPT, 33, 2));
    arrives(event(KIND_SIGNAL, (uint64_t)1 << EDGE_BIT | (uint64_t)1 << 63 | 1, 0));
    arrives(event(KIND_FAULT, FAULT_READ, 0));
    run();
    assert_string_equal(did, "reply 0; interrupt 33 2; reply 0; signal client; reply 0; reply 1; ");
}

static void the_end_of_the_machine_reaches_who_makes_it(void **state)
{
    (void)state;
    arrives(event(KIND_SIGNAL, STARTUP_SIGNAL_POWER_OFF, 0));
    arrives(event(KIND_SIGNAL, STARTUP_SIGNAL_RESET | (uint64_t)1 << EDGE_BIT, 0));
    arrives(event(KIND_SIGNAL, STARTUP_SIGNAL_POWER_OFF | STARTUP_SIGNAL_RESET, 0));
    arrives(event(KIND_SIGNAL, STARTUP_SIGNAL_START, 0));
    run();
    assert_string_equal(did, "reply 0; power 0; reply 0; power 1; signal client; reply 0;"
                             " power 1; reply 0; reply 0; ");
}

static void a_timer_is_armed_again_by_the_answer_to_it(void **state)
{
    (void)state;
    event_timer_arm(50);
    assert_string_equal(did, "call 3 2 50; ");
    arrives(event(KIND_TIMER, 50, 60));
    arrives(event(KIND_TIMER, 150, 160));
    run();
    assert_string_equal(did,
                        "call 3 2 50; reply 0; timer 50 60; reply 0 150; timer 150 160; reply 0; ");
}

static void a_timer_event_that_came_too_late_does_not_end_the_new_deadline(void **state)
{
    (void)state;
    event_timer_arm(300);
    arrives(event(KIND_TIMER, 250, 255));
    arrives(event(KIND_TIMER, 300, 300));
    run();
    assert_string_equal(did, "call 3 2 300; reply 0; timer 250 255; reply 0 300; "
                             "timer 300 300; reply 0; ");
}

static void what_arrives_during_a_sleep_is_handled_after_it(void **state)
{
    (void)state;
    arrives(event(KIND_SIGNAL, (uint64_t)1 << EDGE_BIT, 0));
    arrives(call(OP_DOUBLE, 5));
    arrives(event(KIND_TIMER, 500, 510));
    event_sleep_until(500);
    assert_string_equal(did, "call 3 2 500; recv; recv; aside 40; ");
    did[0] = '\0';
    run();
    assert_string_equal(did, "signal client; call 40 0 10; recv; ");
    assert_int_equal(slot_take(), FREE_SLOT);
}

static void a_request_in_hand_survives_a_sleep(void **state)
{
    (void)state;
    arrives(call(OP_SLEEP, 500));
    arrives(event(KIND_TIMER, 500, 510));
    arrives(call(OP_DOUBLE, 5));
    run();
    assert_string_equal(did,
                        "reply 0; call 3 2 500; aside 40; woke; call 40 0; recv; reply 0 10; ");
}

static void the_programs_own_deadline_is_not_lost_in_a_sleep(void **state)
{
    (void)state;
    event_timer_arm(100);
    arrives(event(KIND_TIMER, 100, 105));
    arrives(event(KIND_TIMER, 500, 510));
    event_sleep_until(500);
    run();
    assert_string_equal(did, "call 3 2 100; call 3 2 100; recv; call 3 2 500; recv; "
                             "timer 100 105; recv; ");
}

static void a_deadline_after_the_sleep_is_armed_again(void **state)
{
    (void)state;
    event_timer_arm(900);
    arrives(event(KIND_TIMER, 500, 510));
    event_sleep_until(500);
    assert_string_equal(did, "call 3 2 900; call 3 2 500; recv; call 3 2 900; ");
    event_timer_disarm();
}

static void a_sleep_with_no_slot_left_refuses_requests(void **state)
{
    (void)state;
    startup->free_slots = 0;
    arrives(call(OP_DOUBLE, 5));
    arrives(event(KIND_TIMER, 500, 510));
    event_sleep_until(500);
    assert_string_equal(did, "call 3 2 500; recv; reply 8; ");
}

#define TEST(name) cmocka_unit_test_setup(name, script_begin)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_request_is_answered_with_the_words_the_operation_set),
        TEST(an_operation_that_is_not_there_is_a_bad_request),
        TEST(the_first_message_may_be_a_request),
        TEST(a_request_put_aside_is_answered_from_its_slot),
        TEST(a_slot_reserved_and_not_used_is_free_again),
        TEST(interrupts_and_signals_reach_their_handlers),
        TEST(the_end_of_the_machine_reaches_who_makes_it),
        TEST(a_timer_is_armed_again_by_the_answer_to_it),
        TEST(a_timer_event_that_came_too_late_does_not_end_the_new_deadline),
        TEST(what_arrives_during_a_sleep_is_handled_after_it),
        TEST(a_request_in_hand_survives_a_sleep),
        TEST(the_programs_own_deadline_is_not_lost_in_a_sleep),
        TEST(a_deadline_after_the_sleep_is_armed_again),
        TEST(a_sleep_with_no_slot_left_refuses_requests),
    };

    return cmocka_run_group_tests(tests, page_make, NULL);
}
