/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Events that came and were not answered are somewhere; a line is masked as
 * long as, and only as long as, somebody owes it a reply; the deadlines form
 * the heap that deadline.h describes.
 */
#include "invariants.h"

static void check_not_lost(const struct sender *sender, uint64_t bits)
{
    if (sender->state != SENDER_IDLE || slot_is_empty(&sender->endpoint))
        return;
    REQUIRE(sender->fired_again == 0, "an event fired, is bound, and waits for nothing");
    REQUIRE(bits == 0, "a signal was forgotten");
}

/* --- Lines ------------------------------------------------------------------- */

static unsigned sharing[SIM_LINES], owing[SIM_LINES];

static void check_interrupt(const struct interrupt *interrupt)
{
    check_not_lost(&interrupt->sender, 0);
    REQUIRE(interrupt->owing <= 1, "owes twice");
    if (interrupt->line == IRQ_LINE_NONE) {
        REQUIRE(interrupt->owing == 0, "owes for no line");
        return;
    }
    REQUIRE(interrupt->line < SIM_LINES, "is attached to a line that does not exist");
    sharing[interrupt->line]++;
    owing[interrupt->line] += interrupt->owing;
    if (interrupt->owing != 0)
        REQUIRE(interrupt->sender.state != SENDER_IDLE || interrupt->sender.fired_again != 0,
                "a line is masked for an interrupt that nobody will hear of");
}

static void check_lines(void)
{
    for (unsigned line = SIM_LINE_FIRST; line < SIM_LINES; line++) {
        REQUIRE(sim.line[line].enabled == (sharing[line] > 0), "line %u is enabled, or not?", line);
        REQUIRE(sim.line[line].active == (owing[line] > 0), "line %u is masked, or not?", line);
        REQUIRE(sharing[line] <= INTERRUPT_SHARE_MAX, "too many share line %u", line);
        sharing[line] = owing[line] = 0;
    }
}

/* --- Deadlines ------------------------------------------------------------------- */

static unsigned check_heap(const struct deadline *root)
{
    const struct deadline *stack[64] = { root };
    unsigned count = 0, depth = root != NULL;

    while (depth > 0) {
        const struct deadline *node = stack[--depth];
        const struct timer *timer = CONTAINER_OF((uintptr_t)node, struct timer, deadline);

        count++;
        REQUIRE(known_object(OBJECT_TIMER, timer) != NULL, "a deadline of a timer that is gone");
        REQUIRE(node != root || node->parent == node, "the first deadline has a parent");
        for (unsigned side = 0; side < 2; side++)
            if (node->child[side] != NULL) {
                REQUIRE(node->child[side]->parent == node, "a deadline's parent is another");
                REQUIRE(node->child[side]->when >= node->when, "a deadline waits for a later one");
                REQUIRE(depth < 63, "the heap is too deep");
                stack[depth++] = node->child[side];
            }
    }
    return count;
}

void events_check(void)
{
    unsigned armed = 0;

    for (unsigned index = 0; index < known.objects; index++) {
        const void *object = known.object[index].object;

        if (known.object[index].type == OBJECT_INTERRUPT) {
            check_interrupt(object);
        } else if (known.object[index].type == OBJECT_NOTIFICATION) {
            check_not_lost(object, ((const struct notification *)object)->bits);
        } else if (known.object[index].type == OBJECT_TIMER) {
            check_not_lost(object, 0);
            armed += deadline_pending(&((const struct timer *)object)->deadline);
        }
    }
    check_lines();
    REQUIRE(check_heap(known.core->deadlines.root) == armed, "a deadline is in no heap");
    const struct deadline *first = known.core->deadlines.root;

    REQUIRE(sim.timer == (first != NULL ? first->when : UINT64_MAX),
            "the machine's timer is not set for the first deadline");
}
