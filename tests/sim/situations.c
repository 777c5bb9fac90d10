/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How a thread comes into each state, and out of it again.
 */
#include "situations.h"

#define ASIDE 30

struct party subject;
unsigned handler_end;

static struct party peer; /* whom the subject calls, or who calls it */

/* --- The subject ------------------------------------------------------------------ */

/* Receives; priority PASSIVE: without time. */
static void receiving(unsigned priority)
{
    handler_end = make(OBJECT_ENDPOINT);
    subject = make_party_on(priority, make(OBJECT_ENDPOINT),
                            mint(handler_end, RIGHT_SEND, SUBJECT_FAULTS));
}

static void receiving_active(void)
{
    receiving(SUBJECT_PRIORITY);
}

static void receiving_passive(void)
{
    receiving(PASSIVE);
}

/* Ready, and owes nothing. */
static void ready(void)
{
    receiving_active();
    must(subject.cap, THREAD_CANCEL);
}

static void suspended(void)
{
    ready();
    must(subject.cap, THREAD_SUSPEND);
}

static void new_without_time(void)
{
    unsigned thread = make(OBJECT_THREAD);

    subject = (struct party){ .cap = thread, .thread = object_of(thread),
                              .endpoint = make(OBJECT_ENDPOINT) };
    must(thread, THREAD_CONFIGURE, INIT_SLOT_CAPTABLE, INIT_SLOT_ADDRESS_SPACE, subject.endpoint,
         0, 0);
}

static void new_with_time(void)
{
    new_without_time();
    subject.time = make_time(SUBJECT_PRIORITY);
    must(subject.cap, THREAD_BIND_TIME, subject.time);
}

/* Somebody else runs on the time that is bound to it. */
static void new_with_time_of_another(void)
{
    struct party other = make_awake(SUBJECT_PRIORITY);

    new_without_time();
    must(subject.cap, THREAD_CONFIGURE, INIT_SLOT_CAPTABLE, INIT_SLOT_ADDRESS_SPACE,
         subject.endpoint, 0, other.time);
}

static void stranded(void)
{
    ready();
    must(subject.cap, THREAD_BIND_TIME, 0);
}

/* --- It waits for a message --------------------------------------------------------- */

static void a_signal_comes(void)
{
    wake(&subject);
}

static void a_call_comes(void)
{
    peer = make_awake(SUBJECT_PRIORITY);
    give(&peer, subject.endpoint);
    as(&peer);
    call(OWN_FREE, 0, 0);
    as_init();
}

static void serving_on_lent_time(void)
{
    receiving_passive();
    a_call_comes();
}

static void serving_on_its_own_time(void)
{
    receiving_active();
    a_call_comes();
}

static void serving_nobody(void)
{
    serving_on_lent_time();
    assert_result(delete_slot(peer.cap), DONE);
}

/* --- It calls ------------------------------------------------------------------------- */

/* At an endpoint that a receiver of this priority waits on; above PASSIVE: nobody. */
static void calls(unsigned priority)
{
    unsigned queue = make(OBJECT_ENDPOINT);
    unsigned end = give_minted(&subject, queue, RIGHT_SEND, SUBJECT_CALLS);

    if (priority <= PASSIVE)
        peer = make_party_on(priority, queue, 0);
    else
        peer.endpoint = queue;
    as(&subject);
    call(end, 0, 0);
    as_init();
}

#define NOBODY (PASSIVE + 1)
#define URGENT 40

static void calling_queued(void)
{
    ready();
    calls(NOBODY);
}

static void calling_lent(void)
{
    ready();
    calls(PASSIVE);
}

static void calling_active(void)
{
    ready();
    calls(URGENT);
}

static void calling_timeless(void)
{
    calling_active();
    assert_result(delete_slot(subject.time), DONE);
}

static void calling_doomed(void)
{
    calling_lent();
    must(subject.cap, THREAD_CANCEL);
}

static void calling_from_the_middle(void)
{
    serving_on_lent_time();
    calls(PASSIVE);
}

static void calling_aside(void)
{
    calling_lent();
    as(&peer);
    recv(OWN_ENDPOINT, ASIDE);
    as_init();
}

static void the_peer_answers(void)
{
    as(&peer);
    reply_recv(OWN_ENDPOINT, 0, 0);
    as_init();
}

static void a_server_comes(void)
{
    peer = make_party_on(PASSIVE, peer.endpoint, 0);
    the_peer_answers();
}

/* On the time of another, less urgent caller. */
static void answer_set_aside(uint32_t label)
{
    struct party other = make_awake(SUBJECT_PRIORITY - 1);

    give(&other, peer.endpoint);
    as(&other);
    call(OWN_FREE, 0, 0);
    call(ASIDE, label, 0);
    as_init();
}

static void the_reply_is_called(void)
{
    answer_set_aside(0);
}

/* --- It has faulted --------------------------------------------------------------------- */

static void faults(unsigned priority)
{
    ready();
    if (priority <= PASSIVE)
        peer = make_party_on(priority, handler_end, 0);
    as(&subject);
    fault(FAULT_READ, 0x10);
    as_init();
}

static void fault_queued(void)
{
    faults(NOBODY);
}

static void fault_timeless(void)
{
    fault_queued();
    assert_result(delete_slot(subject.time), DONE);
}

static void fault_with_active_handler(void)
{
    faults(URGENT);
}

static void fault_with_passive_handler(void)
{
    faults(PASSIVE);
}

static void fault_aside(void)
{
    fault_with_passive_handler();
    as(&peer);
    recv(OWN_ENDPOINT, ASIDE);
    as_init();
}

static void stopped_by_its_handler(void)
{
    fault_with_active_handler();
    as(&peer);
    reply_recv(OWN_ENDPOINT, THOLE_FAULT_STOP, 0);
    as_init();
}

static void an_active_handler_comes(void)
{
    peer = make_party_on(URGENT, handler_end, 0);
    the_peer_answers();
}

/* --- All of them -------------------------------------------------------------------------- */

#define TIME THREAD_FLAG_HAS_TIME
#define LENT THREAD_FLAG_LENT
#define OWES THREAD_FLAG_OWES
#define FAULTED THREAD_FLAG_FAULTED
#define HELD THREAD_FLAG_SUSPENDED
/* name, enter, finish, state, after, flags; what RESUME, RESUME 1, WRITE_REGISTERS, */
/* BIND_TIME 0, BIND_TIME, CANCEL and START answer */
#define SITUATION(name, end, state, after, flags, ...) \
    { #name, name, end, THREAD_##state, THREAD_##after, flags, __VA_ARGS__ }
#define DONE RESULT_DONE
#define BUSY RESULT_BUSY
#define EMPTY RESULT_EMPTY
#define NOT RESULT_NOT_READY
#define TAKEN RESULT_OCCUPIED

const struct situation situations[] = {
    SITUATION(new_without_time, NULL, STOPPED, STOPPED, 0,
              DONE, DONE, DONE, EMPTY, DONE, NOT, DONE),
    SITUATION(new_with_time, NULL, STOPPED, STOPPED, 0,
              DONE, DONE, DONE, DONE, TAKEN, NOT, DONE),
    SITUATION(new_with_time_of_another, NULL, STOPPED, STOPPED, 0,
              BUSY, BUSY, DONE, DONE, TAKEN, NOT, BUSY),
    SITUATION(stopped_by_its_handler, NULL, STOPPED, STOPPED, TIME,
              DONE, DONE, DONE, DONE, TAKEN, NOT, DONE),
    SITUATION(ready, NULL, READY, READY, TIME,
              DONE, NOT, NOT, DONE, TAKEN, NOT, TAKEN),
    SITUATION(suspended, NULL, READY, READY, TIME | HELD,
              DONE, DONE, DONE, DONE, TAKEN, NOT, TAKEN),
    SITUATION(serving_on_lent_time, NULL, READY, READY, TIME | LENT | OWES,
              DONE, NOT, NOT, EMPTY, NOT, NOT, TAKEN),
    SITUATION(serving_nobody, NULL, READY, READY, TIME | LENT,
              DONE, NOT, NOT, EMPTY, NOT, NOT, TAKEN),
    SITUATION(serving_on_its_own_time, NULL, READY, READY, TIME | OWES,
              DONE, NOT, NOT, DONE, TAKEN, NOT, TAKEN),
    SITUATION(receiving_active, a_signal_comes, RECEIVING, READY, TIME,
              DONE, NOT, NOT, DONE, TAKEN, DONE, TAKEN),
    SITUATION(receiving_passive, a_call_comes, RECEIVING, READY, 0,
              DONE, NOT, NOT, EMPTY, DONE, NOT, TAKEN),
    SITUATION(calling_queued, a_server_comes, CALLING, READY, TIME,
              DONE, NOT, NOT, DONE, TAKEN, DONE, TAKEN),
    SITUATION(calling_lent, the_peer_answers, CALLING, READY, 0,
              DONE, NOT, NOT, BUSY, TAKEN, DONE, TAKEN),
    SITUATION(calling_active, the_peer_answers, CALLING, READY, TIME,
              DONE, NOT, NOT, DONE, TAKEN, DONE, TAKEN),
    SITUATION(calling_timeless, the_peer_answers, CALLING, STRANDED, 0,
              DONE, NOT, NOT, EMPTY, NOT, DONE, TAKEN),
    SITUATION(calling_doomed, the_peer_answers, CALLING, READY, 0,
              DONE, NOT, NOT, BUSY, TAKEN, DONE, TAKEN),
    SITUATION(calling_from_the_middle, the_peer_answers, CALLING, READY, LENT | OWES,
              DONE, NOT, NOT, EMPTY, NOT, DONE, TAKEN),
    SITUATION(calling_aside, the_reply_is_called, CALLING, READY, TIME,
              DONE, NOT, NOT, DONE, TAKEN, DONE, TAKEN),
    SITUATION(fault_queued, an_active_handler_comes, CALLING, READY, TIME | FAULTED,
              DONE, NOT, DONE, DONE, TAKEN, NOT, TAKEN),
    SITUATION(fault_timeless, an_active_handler_comes, CALLING, STRANDED, FAULTED,
              DONE, NOT, DONE, EMPTY, NOT, NOT, TAKEN),
    SITUATION(fault_with_active_handler, the_peer_answers, CALLING, READY, TIME | FAULTED,
              DONE, NOT, DONE, DONE, TAKEN, NOT, TAKEN),
    SITUATION(fault_with_passive_handler, the_peer_answers, CALLING, READY, FAULTED,
              DONE, NOT, DONE, BUSY, TAKEN, NOT, TAKEN),
    SITUATION(fault_aside, the_reply_is_called, CALLING, READY, TIME | FAULTED,
              DONE, NOT, DONE, DONE, TAKEN, NOT, TAKEN),
    SITUATION(stranded, NULL, STRANDED, STRANDED, 0,
              DONE, NOT, NOT, EMPTY, DONE, NOT, TAKEN),
};
const unsigned situation_count = sizeof(situations) / sizeof(situations[0]);
