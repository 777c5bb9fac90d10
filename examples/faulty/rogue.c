/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A server that treats its clients badly, by turns: it never answers, answers
 * nonsense, lets the next message abandon the last, sets aside until no slot is
 * free, ends while it owes, or faults while it holds replies.
 */
#include <lib/program.h>
#include <lib/syscall.h>

#define NOWHERE    0xdead000u
#define TREATMENTS 6

static unsigned first_aside, asides;

static uint64_t set_aside(void)
{
    const struct startup *startup = program_startup();

    return asides < startup->free_slots ? startup->free_slot + asides++ : 0;
}

static void answer(unsigned aside)
{
    struct message message = {.tag = thole_tag(0, 6) | 8, .word = {1, 2, 3, 4, 5, SLOT_INIT}};

    (void)thole_call(program_startup()->free_slot + aside, &message);
}

/* What to name for the next receive after a message that came `count`th. */
static void treat(uint64_t count, struct message *message)
{
    message->badge = THOLE_SLOTS(0, 0);
    switch (count % TREATMENTS) {
    case 0: message->badge = THOLE_SLOTS(set_aside(), 0); break;
    case 1: message->badge = THOLE_SLOTS(UINT32_MAX, UINT32_MAX); break;
    case 2: message->badge = THOLE_SLOTS(SLOT_ENDPOINT, SLOT_TIMER); break;
    default: break;
    }
}

int main(void)
{
    struct message message = {0};
    uint32_t life = program_startup()->incarnation;

    for (uint64_t count = 0;; count++) {
        enum thole_status status;

        treat(count, &message);
        if (count % TREATMENTS == 3) {
            message.tag = ~0ull;
            status = thole_reply_recv(SLOT_ENDPOINT, &message);
        } else {
            status = thole_recv(SLOT_ENDPOINT, &message);
            if (status == STATUS_BAD_CAPABILITY) {
                message.badge = THOLE_SLOTS(0, 0);
                status = thole_recv(SLOT_ENDPOINT, &message);
            }
        }
        if (status != STATUS_OK)
            thole_exit(77);
        if (asides - first_aside > 1)
            answer(first_aside++);
        if (count > 40 + life % 7 && life % 3 == 0)
            *(volatile uint32_t *)(uintptr_t)NOWHERE = 0;
        if (count > 50 && life % 3 == 1)
            thole_exit(5);
        if (count > 60 && life % 3 == 2)
            (void)thole_call(SLOT_ENDPOINT, &message), thole_exit(6);
    }
}
