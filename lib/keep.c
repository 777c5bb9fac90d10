/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kept events: a queue of messages with their replies, one word of signals, one
 * timer event. Slots are a bitmap over those that the startup page calls free.
 */
#include <lib/program.h>
#include <lib/server.h>

#include "keep.h"

#define KEPT_MAX 8
#define SLOTS_MAX 64

static struct {
    struct message message[KEPT_MAX];
    unsigned slot[KEPT_MAX];
    unsigned first, count;
    uint64_t signals;
    bool timer;
    uint64_t timer_deadline, timer_now;
} kept;

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

    if (slot != 0 && i < SLOTS_MAX) {
        slots_taken &= ~((uint64_t)1 << i);
    }
}

bool keep_message(const struct message *message, unsigned slot)
{
    unsigned place = (kept.first + kept.count) % KEPT_MAX;

    if (kept.count == KEPT_MAX) {
        return false;
    }
    kept.message[place] = *message;
    kept.slot[place] = slot;
    kept.count++;
    return true;
}

void keep_signals(uint64_t bits)
{
    kept.signals |= bits;
}

void keep_timer(uint64_t deadline, uint64_t now)
{
    kept.timer = true;
    kept.timer_deadline = deadline;
    kept.timer_now = now;
}

/* An event as the kernel would have delivered it, for which nothing is owed. */
static struct hand free_event(enum thole_kind kind, uint64_t word0, uint64_t word1)
{
    return (struct hand){
        .message = {.tag = (uint64_t)kind << THOLE_TAG_KIND_SHIFT, .word = {word0, word1}},
        .hold = HOLD_FREE,
    };
}

bool keep_take(struct hand *hand)
{
    if (kept.timer) {
        *hand = free_event(KIND_TIMER, kept.timer_deadline, kept.timer_now);
        kept.timer = false;
    } else if (kept.signals != 0) {
        *hand = free_event(KIND_SIGNAL, kept.signals, 0);
        kept.signals = 0;
    } else if (kept.count != 0) {
        *hand = (struct hand){
            .message = kept.message[kept.first],
            .hold = HOLD_ASIDE,
            .slot = kept.slot[kept.first],
        };
        kept.first = (kept.first + 1) % KEPT_MAX;
        kept.count--;
    } else {
        return false;
    }
    return true;
}
