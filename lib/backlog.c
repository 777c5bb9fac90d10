/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kept events: a queue of messages with their replies, one word of signals, one
 * timer event. Slots are a bitmap over those that the startup page calls free.
 */
#include <lib/program.h>
#include <lib/server.h>

#include "backlog.h"

#define BACKLOG_MAX 8
#define SLOTS_MAX   64

static struct {
    struct message message[BACKLOG_MAX];
    unsigned slot[BACKLOG_MAX];
    unsigned first, count;
    uint64_t signals;
    bool timer;
    uint64_t timer_deadline, timer_now;
} backlog;

static uint64_t slots_taken;

unsigned slot_take(void)
{
    const struct startup *startup = program_startup();

    for (unsigned i = 0; i < startup->free_slots && i < SLOTS_MAX; i++) {
        if (!(slots_taken >> i & 1)) {
            slots_taken |= (uint64_t)1 << i;
            return startup->free_slot + i;
        }
    }
    return 0;
}

void slot_give(unsigned slot)
{
    unsigned i = slot - program_startup()->free_slot;

    if (slot != 0 && i < SLOTS_MAX)
        slots_taken &= ~((uint64_t)1 << i);
}

bool backlog_add(const struct message *message, unsigned slot)
{
    unsigned place = (backlog.first + backlog.count) % BACKLOG_MAX;

    if (backlog.count == BACKLOG_MAX)
        return false;
    backlog.message[place] = *message;
    backlog.slot[place] = slot;
    backlog.count++;
    return true;
}

void backlog_signals(uint64_t bits)
{
    backlog.signals |= bits;
}

void backlog_timer(uint64_t deadline, uint64_t now)
{
    backlog.timer = true;
    backlog.timer_deadline = deadline;
    backlog.timer_now = now;
}

/* An event as the kernel would have delivered it, for which nothing is owed. */
static struct hand free_event(enum thole_kind kind, uint64_t word0, uint64_t word1)
{
    return (struct hand){
        .message = {.tag = (uint64_t)kind << THOLE_TAG_KIND_SHIFT, .word = {word0, word1}},
        .hold = HOLD_FREE,
    };
}

bool backlog_take(struct hand *hand)
{
    if (backlog.timer) {
        *hand = free_event(KIND_TIMER, backlog.timer_deadline, backlog.timer_now);
        backlog.timer = false;
    } else if (backlog.signals != 0) {
        *hand = free_event(KIND_SIGNAL, backlog.signals, 0);
        backlog.signals = 0;
    } else if (backlog.count != 0) {
        *hand = (struct hand){
            .message = backlog.message[backlog.first],
            .hold = HOLD_ASIDE,
            .slot = backlog.slot[backlog.first],
        };
        backlog.first = (backlog.first + 1) % BACKLOG_MAX;
        backlog.count--;
    } else {
        return false;
    }
    return true;
}
