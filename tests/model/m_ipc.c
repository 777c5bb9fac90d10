/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages: who meets whom at an endpoint, what travels, where time goes and how
 * a service ends.
 */
#include <string.h>

#include "model.h"

#define STEPS_A_CALL 8

/* --- What a thread sees ------------------------------------------------------------- */

void set_answer(object_t thread, enum thole_status status, uint64_t tag)
{
    uint64_t *reg = thread_at(thread)->reg;

    reg[0] = status;
    reg[1] = tag;
    for (unsigned index = 9; index <= 18; index++)
        reg[index] = 0;
    reg[MODEL_PSTATE] &= ~MODEL_FLAGS;
}

void set_status(object_t thread, enum thole_status status)
{
    for (unsigned index = 2; index <= 8; index++)
        thread_at(thread)->reg[index] = 0;
    set_answer(thread, status, 0);
}

/* --- Meeting -------------------------------------------------------------------------- */

static bool brings_time(object_t what)
{
    return is_thread(what) ? thread_at(what)->time != 0 : event_at(what)->part[PART_TIME] != 0;
}

/* The receiver that a sender would meet; 0: none. */
static object_t receiver_for(object_t endpoint, bool with_time)
{
    const struct m_endpoint *at = endpoint_at(endpoint);

    if (with_time && at->receivers.count > 0)
        return at->receivers.who[0];
    return at->active.count > 0 ? at->active.who[0] : 0;
}

static object_t sender_for(object_t endpoint, bool has_time)
{
    const struct m_endpoint *at = endpoint_at(endpoint);

    if (at->events.count > 0)
        return at->events.who[0];
    if (has_time && at->timeless.count > 0)
        return at->timeless.who[0];
    return at->calls.count > 0 ? at->calls.who[0] : 0;
}

static void receiver_leaves(object_t thread)
{
    struct m_endpoint *at = endpoint_at(thread_at(thread)->receiving_on);

    if (!queue_take(&at->receivers, thread))
        queue_take(&at->active, thread);
    thread_at(thread)->receiving_on = 0;
}

static void sender_leaves(object_t what)
{
    struct m_sender *sender = sender_at(what);
    struct m_endpoint *at = endpoint_at(sender->at);

    for (unsigned index = 0; index < at->calls.count && index < at->marker; index++)
        if (at->calls.who[index] == what) {
            at->marker--;
            break;
        }
    if (!queue_take(&at->events, what) && !queue_take(&at->timeless, what))
        queue_take(&at->calls, what);
    sender->at = 0;
    sender->grant = 0;
}

static uint64_t carry(object_t from, bool may_grant, object_t to)
{
    const cap_t *source = thread_slot_of(from, thread_at(from)->reg[7]);
    uint32_t arrival = thread_at(to)->arrival;
    cap_t *target = arrival != 0 ? thread_slot_of(to, arrival) : NULL;

    if (!may_grant || source == NULL || *source == 0 || target == NULL || *target != 0 ||
        cap_check_copy(*source, 0) != RESULT_DONE)
        return 0;
    cap_copy((place_t)(part_of(to, PART_CAPTABLE) * MODEL_SLOTS + arrival), *source, RIGHTS_ALL, 0);
    return THOLE_TAG_CAP;
}

static void pass_words(object_t from, bool may_grant, object_t to, enum thole_kind kind)
{
    uint64_t tag = thread_at(from)->reg[1];
    uint64_t seen = (tag & ~0xffffffffULL) | (tag & THOLE_TAG_WORDS_MASK) |
                    (uint64_t)kind << THOLE_TAG_KIND_SHIFT;

    if ((tag & THOLE_TAG_CAP) != 0)
        seen |= carry(from, may_grant, to);
    for (unsigned index = 2; index < 8; index++)
        thread_at(to)->reg[index] = thread_at(from)->reg[index];
    if ((tag & THOLE_TAG_CAP) != 0)
        thread_at(to)->reg[7] = 0;
    set_answer(to, STATUS_OK, seen);
}

static unsigned say(object_t what, uint64_t *word)
{
    if (is_thread(what)) {
        const struct m_thread *thread = thread_at(what);

        memcpy(word, thread->fault, sizeof(thread->fault));
        word[3] = thread->reg[MODEL_PC];
        word[4] = thread->reg[MODEL_SP];
        return 5;
    }
    struct m_event *event = event_at(what);

    if (event->sender.kind == KIND_INTERRUPT) {
        word[0] = event->line;
        word[1] = event->bits;
        event->bits = 0;
        return 2;
    }
    word[0] = event->bits;
    if (event->sender.kind == KIND_TIMER) {
        word[1] = model.now;
        return 2;
    }
    event->bits = 0;
    return 1;
}

static void tell(object_t what, object_t to)
{
    uint64_t word[THOLE_MESSAGE_WORDS] = { 0 };
    unsigned words = say(what, word);

    memcpy(&thread_at(to)->reg[2], word, sizeof(word));
    set_answer(to, STATUS_OK,
               words | (uint64_t)sender_at(what)->kind << THOLE_TAG_KIND_SHIFT);
}

/* Time is lent at delivery to a receiver that has none. */
static void lend(object_t what, object_t to)
{
    object_t time;

    if (is_thread(what)) {
        time = thread_at(what)->time;
        thread_at(what)->time = 0;
    } else {
        time = part_of(what, PART_TIME);
    }
    if (time == 0)
        model_broken("a meeting without time");
    time_at(time)->thread = to;
    thread_at(to)->time = time;
    thread_at(to)->lent = 1;
}

static void meet(unsigned core, object_t what, object_t to)
{
    struct m_sender *sender = sender_at(what);
    struct m_thread *thread = thread_at(to);
    bool lends = thread->time == 0, may_grant = sender->grant != 0;

    sender->place = WITH_SERVANT;
    sender->again = 0;
    sender->grant = 0;
    sender->servant = to;
    thread->owes = what;
    thread->bereft = 0;
    if (lends)
        lend(what, to);
    if (sender->kind == KIND_CALL)
        pass_words(what, may_grant, to, KIND_CALL);
    else
        tell(what, to);
    thread->reg[8] = sender->badge;
    thread->arrival = 0;
    thread_ready(core, to, lends ? BEFORE : BEHIND);
}

void sender_comes(unsigned core, object_t endpoint, object_t what)
{
    bool with_time = brings_time(what);
    object_t receiver = receiver_for(endpoint, with_time);
    struct m_endpoint *at = endpoint_at(endpoint);
    struct m_sender *sender = sender_at(what);
    struct queue *queue = sender->kind == KIND_CALL ? &at->calls
                          : with_time               ? &at->events
                                                    : &at->timeless;

    if (receiver != 0) {
        receiver_leaves(receiver);
        meet(core, what, receiver);
        return;
    }
    sender->place = IN_QUEUE;
    sender->at = endpoint;
    queue_add(queue, what, queue->count);
}

void receiver_comes(unsigned core, object_t endpoint, object_t thread)
{
    struct m_thread *receiver = thread_at(thread);
    object_t sender = sender_for(endpoint, receiver->time != 0);

    if (sender != 0) {
        bool may_grant = sender_at(sender)->grant != 0;

        sender_leaves(sender);
        sender_at(sender)->grant = may_grant;
        meet(core, sender, thread);
        return;
    }
    receiver->state = THREAD_RECEIVING;
    receiver->receiving_on = endpoint;
    queue_add(receiver->time != 0 ? &endpoint_at(endpoint)->active
                                  : &endpoint_at(endpoint)->receivers, thread, 0);
}

/* --- Events that fire -------------------------------------------------------------------- */

static bool time_is_free(object_t time)
{
    return time_at(time)->thread == 0 && time_at(time)->event == 0;
}

void event_fires(unsigned core, object_t what)
{
    struct m_event *event = event_at(what);
    object_t endpoint = part_of(what, PART_ENDPOINT), time = part_of(what, PART_TIME);

    if (event->sender.place != AT_HOME || endpoint == 0) {
        event->sender.again = 1;
        return;
    }
    if (time != 0 && (!time_is_free(time) || waits_for_period(core, time))) {
        event->sender.place = FOR_TIME;
        queue_add(&time_at(time)->waiting, what, time_at(time)->waiting.count);
        return;
    }
    if (time != 0)
        time_at(time)->event = what;
    sender_comes(core, endpoint, what);
}

void event_refires(unsigned core, object_t what)
{
    struct m_sender *sender = sender_at(what);

    if (sender->again == 0 || sender->place != AT_HOME)
        return;
    sender->again = 0;
    event_fires(core, what);
}

/* --- The end of a service ------------------------------------------------------------------ */

/* The servant owes nothing any more; lent time goes home one link. Answers whom it owed. */
static object_t let_go(unsigned core, object_t servant)
{
    struct m_thread *thread = thread_at(servant);
    object_t what = thread->owes, time = thread->time;

    thread->owes = 0;
    thread->bereft = 0;
    if (what != 0)
        sender_at(what)->servant = 0;
    if (!thread->lent)
        return what;
    thread_unready(core, servant);
    thread->lent = 0;
    thread->time = 0;
    time_at(time)->thread = 0;
    if (what != 0 && is_thread(what)) {
        time_at(time)->thread = what;
        thread_at(what)->time = time;
    } else if (time_at(time)->event == 0) {
        time_released(core, time);
    }
    time_came_back(core, time);
    return what;
}

static void event_done(unsigned core, object_t what, object_t servant)
{
    struct m_event *event = event_at(what);
    object_t time = part_of(what, PART_TIME);

    if (event->sender.kind == KIND_INTERRUPT)
        interrupt_done(what);
    else if (event->sender.kind == KIND_TIMER && servant != 0 &&
             thole_tag_words(thread_at(servant)->reg[1]) != 0)
        timer_armed(core, what, thread_at(servant)->reg[2]);
    if (time != 0 && time_at(time)->event == what) {
        time_at(time)->event = 0;
        if (time_at(time)->thread == 0)
            time_released(core, time);
    }
    event_refires(core, what);
}

static void fault_done(unsigned core, object_t what, object_t servant)
{
    struct m_thread *thread = thread_at(what);
    uint32_t label = servant != 0 ? thole_tag_label(thread_at(servant)->reg[1])
                                  : THOLE_FAULT_STOP;

    thread->sender.kind = KIND_CALL;
    thread->sender.badge = 0;
    if (label != THOLE_FAULT_RESUME && label != THOLE_FAULT_STEP) {
        thread_stops(what);
        return;
    }
    if (label == THOLE_FAULT_STEP)
        thread->reg[MODEL_PSTATE] |= MODEL_STEP;
    if (thread->fault[0] == FAULT_TIMEOUT)
        thread_ready_later(core, what);
    else
        thread_ready(core, what, BEFORE);
}

/* Nobody owes it an answer and it waits nowhere. `servant` has the answer; 0: it is `status`. */
static void service_ends(unsigned core, object_t what, object_t servant, enum thole_status status)
{
    struct m_sender *sender = sender_at(what);

    if (sender->doomed != 0) {
        servant = 0;
        status = sender->doomed;
    }
    sender->place = AT_HOME;
    sender->doomed = 0;
    if (!is_thread(what)) {
        event_done(core, what, servant);
        return;
    }
    if (sender->kind == KIND_FAULT) {
        fault_done(core, what, servant);
        return;
    }
    sender->badge = 0;
    if (servant != 0) {
        pass_words(servant, true, what, KIND_ANSWER);
        thread_at(what)->reg[8] = 0;
    } else {
        set_status(what, status);
    }
    thread_at(what)->arrival = 0;
    thread_ready(core, what, servant != 0 ? BEFORE : BEHIND);
}

static void service_answered(unsigned core, object_t servant)
{
    object_t what = let_go(core, servant);

    if (what != 0)
        service_ends(core, what, servant, STATUS_OK);
}

void service_dropped(unsigned core, object_t servant, enum thole_status status)
{
    object_t what = let_go(core, servant);

    if (what != 0)
        service_ends(core, what, 0, status);
}

void sender_refused(unsigned core, object_t what, enum thole_status status)
{
    service_ends(core, what, 0, status);
}

/* --- Set aside ------------------------------------------------------------------------------- */

static void put_aside(unsigned core, object_t servant, uint32_t slot)
{
    bool bereft = thread_at(servant)->bereft != 0;
    place_t place = (place_t)(part_of(servant, PART_CAPTABLE) * MODEL_SLOTS + slot);
    object_t what = let_go(core, servant);
    cap_t reply;

    if (what == 0 && !bereft)
        return;
    if (what != 0 && sender_at(what)->doomed != 0) {
        service_ends(core, what, 0, STATUS_PEER_DIED);
        what = 0;
    }
    reply = cap_root(place, OBJECT_REPLY, RIGHT_CONTROL);
    model.cap[reply].sender = what;
    if (what != 0) {
        sender_at(what)->place = SET_ASIDE;
        sender_at(what)->reply = place;
    }
}

void answer_reply(unsigned core, cap_t reply, object_t servant)
{
    object_t what = model.cap[reply].sender;

    cap_free(reply);
    if (what == 0)
        return;
    sender_at(what)->reply = 0;
    service_ends(core, what, servant, STATUS_OK);
}

void reply_gone(unsigned core, cap_t reply)
{
    object_t what = model.cap[reply].sender;

    if (what == 0)
        return;
    model.cap[reply].sender = 0;
    sender_at(what)->reply = 0;
    service_ends(core, what, 0, STATUS_PEER_DIED);
}

/* --- Going away ------------------------------------------------------------------------------- */

static void leave_queues(object_t what)
{
    struct m_sender *sender = sender_at(what);

    if (sender->place == IN_QUEUE)
        sender_leaves(what);
    else if (sender->place == FOR_TIME)
        queue_take(&time_at(part_of(what, PART_TIME))->waiting, what);
    else
        return;
    sender->place = AT_HOME;
}

void sender_withdrawn(object_t what)
{
    struct m_sender *sender = sender_at(what);

    leave_queues(what);
    if (sender->servant != 0) {
        thread_at(sender->servant)->owes = 0;
        thread_at(sender->servant)->bereft = 1;
    }
    if (sender->reply != 0)
        model.cap[*cap_slot(sender->reply / MODEL_SLOTS, sender->reply % MODEL_SLOTS)].sender = 0;
    sender->servant = 0;
    sender->reply = 0;
    sender->place = AT_HOME;
    sender->doomed = 0;
    if (is_thread(what)) {
        sender->badge = 0;
        sender->kind = KIND_CALL;
    }
}

static void event_gives_time_back(unsigned core, object_t what, bool for_good)
{
    object_t time = part_of(what, PART_TIME);

    if (time == 0)
        return;
    if (for_good)
        part_drop(what, PART_TIME);
    if (time_at(time)->event != what)
        return;
    time_at(time)->event = 0;
    if (time_at(time)->thread == 0)
        time_released(core, time);
}

static void waits_no_more(object_t what)
{
    uint8_t place = sender_at(what)->place;

    leave_queues(what);
    if (place == IN_QUEUE || place == FOR_TIME)
        sender_at(what)->again = 1;
}

/* Disarmed: what it said and nobody has received is taken back. */
void sender_recalled(unsigned core, object_t what)
{
    waits_no_more(what);
    sender_at(what)->again = 0;
    if (sender_at(what)->place == AT_HOME)
        event_gives_time_back(core, what, false);
}

void sender_loses_time(unsigned core, object_t what)
{
    if (is_thread(what)) {
        if (thread_at(what)->time == part_of(what, PART_TIME) && !thread_at(what)->lent)
            thread_stranded(core, what);
        return;
    }
    waits_no_more(what);
    event_gives_time_back(core, what, true);
    event_refires(core, what);
}

void sender_loses_endpoint(unsigned core, object_t what)
{
    if (is_thread(what))
        return;
    waits_no_more(what);
    event_gives_time_back(core, what, true);
    event_at(what)->sender.badge = 0;
}

void sender_ends(unsigned core, object_t what)
{
    sender_withdrawn(what);
    if (is_thread(what))
        part_drop(what, PART_TIME);
    else
        event_gives_time_back(core, what, true);
    part_drop(what, PART_ENDPOINT);
}

/* --- System calls -------------------------------------------------------------------------- */

void call_endpoint(unsigned core, cap_t cap, bool may_wait)
{
    object_t caller = model.core[core].current, endpoint = model.cap[cap].object;
    struct m_thread *thread = thread_at(caller);
    unsigned rights = model.cap[cap].rights;

    if ((rights & RIGHT_SEND) == 0) {
        set_status(caller, STATUS_NO_RIGHT);
    } else if (endpoint_at(endpoint)->closed) {
        set_status(caller, STATUS_PEER_STOPPED);
    } else if (!may_wait && receiver_for(endpoint, true) == 0) {
        set_status(caller, STATUS_WOULD_WAIT);
    } else {
        thread_unready(core, caller);
        thread->arrival = (uint32_t)(thread->reg[8] >> 32);
        thread->state = THREAD_CALLING;
        thread->sender.kind = KIND_CALL;
        thread->sender.badge = model.cap[cap].badge;
        thread->sender.grant = (rights & RIGHT_GRANT) != 0;
        sender_comes(core, endpoint, caller);
    }
}

static object_t check_receive(object_t thread, cap_t cap)
{
    if (cap == 0 || model.cap[cap].type != OBJECT_ENDPOINT) {
        set_status(thread, STATUS_BAD_CAPABILITY);
        return 0;
    }
    if ((model.cap[cap].rights & RIGHT_RECV) == 0) {
        set_status(thread, STATUS_NO_RIGHT);
        return 0;
    }
    return model.cap[cap].object;
}

static void wait_on(unsigned core, object_t endpoint, object_t thread, uint64_t slots)
{
    thread_unready(core, thread);
    thread_at(thread)->arrival = (uint32_t)(slots >> 32);
    receiver_comes(core, endpoint, thread);
}

void reply_and_receive(unsigned core, cap_t cap)
{
    object_t thread = model.core[core].current, endpoint = check_receive(thread, cap);
    uint64_t slots = thread_at(thread)->reg[8];

    if (endpoint == 0)
        return;
    service_answered(core, thread);
    wait_on(core, endpoint, thread, slots);
}

void receive_on(unsigned core, cap_t cap, bool may_wait)
{
    object_t thread = model.core[core].current, endpoint = check_receive(thread, cap);
    uint64_t slots = thread_at(thread)->reg[8];
    bool own_time = thread_at(thread)->time != 0 && !thread_at(thread)->lent;

    if (endpoint == 0)
        return;
    if ((uint32_t)slots != 0) {
        const cap_t *aside = thread_slot_of(thread, (uint32_t)slots);

        if (aside == NULL || *aside != 0) {
            set_status(thread, STATUS_BAD_CAPABILITY);
            return;
        }
    }
    if (!may_wait && own_time && (uint32_t)slots == 0 && thread_at(thread)->owes != 0 &&
        !is_thread(thread_at(thread)->owes))
        service_dropped(core, thread, STATUS_ABANDONED); /* it may be queued again by this */
    if (!may_wait && sender_for(endpoint, own_time) == 0) {
        set_status(thread, STATUS_WOULD_WAIT);
        return;
    }
    if ((uint32_t)slots != 0)
        put_aside(core, thread, (uint32_t)slots);
    else
        service_dropped(core, thread, STATUS_ABANDONED);
    wait_on(core, endpoint, thread, slots);
}

/* --- Endpoints that close or end ------------------------------------------------------------ */

static bool refuse_first(unsigned core, struct queue *queue, enum thole_status status)
{
    if (queue->count == 0)
        return false;
    object_t what = queue->who[0];

    leave_queues(what);
    sender_refused(core, what, status);
    return true;
}

enum thole_result endpoint_closes(unsigned core, object_t what)
{
    endpoint_at(what)->closed = 1;
    for (unsigned step = 0; step < STEPS_A_CALL; step++)
        if (!refuse_first(core, &endpoint_at(what)->calls, STATUS_PEER_STOPPED))
            return RESULT_DONE;
    return RESULT_MORE;
}

/* `marker` is how many, from the head on, are yet to be looked at. */
enum thole_result endpoint_cancels(unsigned core, object_t what, uint64_t badge)
{
    struct m_endpoint *at = endpoint_at(what);

    if (!at->cancels) {
        at->cancels = 1;
        at->cancelling = badge;
        at->marker = at->calls.count;
    }
    for (unsigned step = 0; step < STEPS_A_CALL; step++) {
        bool same = at->cancelling == badge;

        if (at->marker == 0) {
            at->cancels = 0;
            at->cancelling = 0;
            return same ? RESULT_DONE : RESULT_MORE;
        }
        object_t caller = at->calls.who[at->marker - 1];

        at->marker--;
        if (sender_at(caller)->badge == at->cancelling) {
            leave_queues(caller);
            sender_refused(core, caller, STATUS_CANCELLED);
        }
    }
    return RESULT_MORE;
}

static bool dismiss_receiver(unsigned core, object_t endpoint)
{
    object_t receiver = receiver_for(endpoint, true);

    if (receiver == 0)
        return false;
    receiver_leaves(receiver);
    thread_at(receiver)->arrival = 0;
    set_status(receiver, STATUS_BAD_CAPABILITY);
    if (thread_at(receiver)->time != 0)
        thread_ready(core, receiver, BEHIND);
    else
        thread_at(receiver)->state = THREAD_STOPPED;
    return true;
}

bool endpoint_is_quiet(object_t what)
{
    const struct m_endpoint *at = endpoint_at(what);

    return at->receivers.count + at->active.count + at->events.count + at->timeless.count +
               at->calls.count + at->cancels == 0;
}

bool endpoint_empties(unsigned core, object_t what)
{
    struct m_endpoint *at = endpoint_at(what);

    return refuse_first(core, &at->calls, STATUS_PEER_DIED) ||
           refuse_first(core, &at->events, STATUS_PEER_DIED) ||
           refuse_first(core, &at->timeless, STATUS_PEER_DIED) || dismiss_receiver(core, what);
}
