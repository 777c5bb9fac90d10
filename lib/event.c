/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The event in hand, and how the next one is taken. Events that were kept
 * during a sleep come before what waits at the endpoint.
 */
#include <lib/program.h>
#include <service/result.h>

#include "event.h"
#include "backlog.h"

/* As crt0.S stores x1 to x8. */
_Static_assert(offsetof(struct hand, message.tag) == 0, "x1");
_Static_assert(offsetof(struct hand, message.word) == 8, "x2 to x7");
_Static_assert(offsetof(struct hand, message.badge) == 56, "x8");

struct hand event_hand;

static uint64_t timer_deadline = EVENT_NEVER; /* as the program armed it */

void event_enter(enum thole_status status)
{
    event_hand.hold = status == STATUS_OK ? HOLD_OWED : HOLD_NOTHING;
}

/* Returns with a message: a wait that was cancelled goes on, and owes nothing any more. */
static struct message arrived(enum thole_status status, struct message message)
{
    while (status != STATUS_OK) {
        if (status == STATUS_BAD_CAPABILITY || status == STATUS_NO_RIGHT)
            thole_exit(PROGRAM_EXIT_NO_ENDPOINT);
        message = (struct message){0};
        status = thole_recv(SLOT_ENDPOINT, &message);
    }
    return message;
}

/* What is owed goes to the slot `aside`; 0: nothing is owed that anybody waits for. */
static struct message wait_setting_aside(unsigned aside)
{
    struct message message = {.badge = THOLE_SLOTS(aside, 0)};
    enum thole_status status = thole_recv(SLOT_ENDPOINT, &message);

    return arrived(status, message);
}

static struct message wait_answering(struct message answer)
{
    enum thole_status status;

    answer.badge = THOLE_SLOTS(0, 0);
    status = thole_reply_recv(SLOT_ENDPOINT, &answer);
    return arrived(status, answer);
}

/*
 * A timer event may have been on its way when the program chose a later
 * deadline: that one is still to come.
 */
static void take_in_hand(struct message message)
{
    event_hand = (struct hand){.message = message, .hold = HOLD_OWED};
    if (thole_tag_kind(message.tag) == KIND_TIMER && timer_deadline <= message.word[0])
        timer_deadline = EVENT_NEVER;
}

static void take_next(void)
{
    if (!backlog_take(&event_hand))
        take_in_hand(wait_setting_aside(0));
}

static bool owes_timer(void)
{
    return event_hand.hold == HOLD_OWED && thole_tag_kind(event_hand.message.tag) == KIND_TIMER;
}

void event_first(void)
{
    if (event_hand.hold == HOLD_NOTHING)
        take_next();
}

void event_answer(struct message answer)
{
    if (owes_timer() && timer_deadline != EVENT_NEVER)
        answer = (struct message){.tag = thole_tag(0, 1), .word = {timer_deadline}};
    if (event_hand.hold == HOLD_ASIDE) {
        /* If the caller is gone by now there is nobody to be told. */
        (void)thole_call(event_hand.slot, &answer);
    }
    slot_give(event_hand.slot);
    if (event_hand.hold == HOLD_OWED)
        take_in_hand(wait_answering(answer));
    else
        take_next();
}

void event_later(void)
{
    if (event_hand.hold == HOLD_OWED)
        take_in_hand(wait_setting_aside(event_hand.slot));
    else
        take_next();
}

unsigned event_reserve(void)
{
    if (event_hand.slot == 0 && event_hand.hold == HOLD_OWED)
        event_hand.slot = slot_take();
    return event_hand.slot;
}

void event_timer_arm(uint64_t deadline)
{
    timer_deadline = deadline;
    if (!owes_timer())
        (void)thole_invoke(SLOT_TIMER, TIMER_ARM, 1, &deadline);
}

void event_timer_disarm(void)
{
    timer_deadline = EVENT_NEVER;
    (void)thole_invoke(SLOT_TIMER, TIMER_DISARM, 0, NULL);
}

/* The event in hand stays there, but nothing is owed by the next receive afterwards. */
static struct message wait_past_hand(void)
{
    enum thole_kind kind = thole_tag_kind(event_hand.message.tag);

    if (event_hand.hold != HOLD_OWED)
        return wait_setting_aside(0);
    if (kind == KIND_SIGNAL || kind == KIND_TIMER) {
        event_hand.hold = HOLD_FREE;
        return wait_setting_aside(0);
    }
    if (event_reserve() != 0) {
        event_hand.hold = HOLD_ASIDE;
        return wait_setting_aside(event_hand.slot);
    }
    event_hand.hold = HOLD_NOTHING;
    return wait_answering((struct message){.tag = thole_tag(SERVICE_BUSY, 0)});
}

/* Keeps a message for later and waits for another. */
static struct message wait_past(const struct message *message)
{
    unsigned slot;

    if (thole_tag_kind(message->tag) == KIND_SIGNAL) {
        backlog_signals(message->word[0]);
        return wait_setting_aside(0);
    }
    slot = slot_take();
    if (slot != 0 && backlog_add(message, slot))
        return wait_setting_aside(slot);
    slot_give(slot);
    return wait_answering((struct message){.tag = thole_tag(SERVICE_BUSY, 0)});
}

static void arm_for_sleep(uint64_t deadline)
{
    uint64_t first = deadline < timer_deadline ? deadline : timer_deadline;

    (void)thole_invoke(SLOT_TIMER, TIMER_ARM, 1, &first);
}

/* The timer went off: perhaps for the program's own deadline, which the loop will see. */
static void timer_during_sleep(uint64_t now)
{
    if (timer_deadline <= now) {
        backlog_timer(timer_deadline, now);
        timer_deadline = EVENT_NEVER;
    }
}

void event_sleep_until(uint64_t deadline)
{
    struct message message;

    arm_for_sleep(deadline);
    message = wait_past_hand();
    for (;;) {
        if (thole_tag_kind(message.tag) != KIND_TIMER) {
            message = wait_past(&message);
            continue;
        }
        timer_during_sleep(program_ticks());
        if (program_ticks() >= deadline)
            break;
        arm_for_sleep(deadline);
        message = wait_setting_aside(0);
    }
    if (timer_deadline != EVENT_NEVER)
        (void)thole_invoke(SLOT_TIMER, TIMER_ARM, 1, &timer_deadline);
}
