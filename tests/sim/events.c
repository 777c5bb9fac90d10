/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Events that came and were not answered are somewhere; a line is masked as
 * long as, and only as long as, somebody owes it a reply; the deadlines form
 * the heap that deadline.h describes, and come when their pause is over.
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

/* What the short ways look at in place of the slots. */
static void check_ends(const struct sender *sender, const struct event_ends *ends)
{
    REQUIRE(ends->time == sender_time(sender), "short ways see other time than it is bound with");
    REQUIRE(ends->time == NULL || ends->endpoint == slot_object(&sender->endpoint),
            "short ways see another endpoint than it is bound to");
}

/* They do not look whether others wait for the time that an event has. */
static void check_awaited(const struct sender *sender)
{
    const struct sched_context *time = sender_time(sender);

    if (sender->state == SENDER_IDLE)
        REQUIRE(sender->awaited == 0, "others wait for the time of no service");
    else if (time != NULL && time->event == sender && !list_empty(&time->waiting))
        REQUIRE(sender->awaited != 0, "nothing says that others wait for the time of this service");
}

static void check_interrupt(const struct interrupt *interrupt)
{
    const struct sender *sender = &interrupt->sender;

    check_not_lost(sender, 0);
    check_ends(sender, &interrupt->ends);
    check_awaited(sender);
    REQUIRE(interrupt->zero == 0, "what is written with `owing` is not 0");
    REQUIRE(interrupt->fired == 0 || sender->state != SENDER_IDLE || sender->fired_again != 0,
            "fired, and is idle");
    REQUIRE(interrupt->owing <= core_count, "owes twice");
    if (interrupt->line == IRQ_LINE_NONE) {
        REQUIRE(interrupt->owing == 0, "owes for no line");
        return;
    }
    REQUIRE(interrupt->line < SIM_LINES, "is attached to a line that does not exist");
    sharing[interrupt->line]++;
    owing[interrupt->line] += interrupt->owing != 0;
    if (interrupt->owing != 0)
        REQUIRE(interrupt->sender.state != SENDER_IDLE || interrupt->sender.fired_again != 0,
                "a line is masked for an interrupt that nobody will hear of");
}

static void check_notification(const struct notification *notification)
{
    check_not_lost(&notification->sender, notification->bits);
    check_ends(&notification->sender, &notification->ends);
    check_awaited(&notification->sender);
}

static void check_lines(void)
{
    for (unsigned line = SIM_LINE_FIRST; line < SIM_LINES; line++) {
        REQUIRE(sim.line[line].enabled == (sharing[line] > 0), "line %u is enabled, or not?", line);
        REQUIRE(sim.line[line].active == (owing[line] > 0), "line %u is masked, or not?", line);
        REQUIRE(sharing[line] <= INTERRUPT_SHARE_MAX, "too many share line %u", line);
        for (const struct interrupt *each = irq_line[line]; each != NULL; each = each->next)
            REQUIRE(each->sender.shares == (sharing[line] > 1), "shares line %u, or not?", line);
        sharing[line] = owing[line] = 0;
    }
}

/* --- Deadlines ------------------------------------------------------------------- */

static bool is_known(const struct deadline *node)
{
    if (node->kind == DEADLINE_TIMER)
        return known_object(OBJECT_TIMER, CONTAINER_OF((uintptr_t)node, struct timer, deadline));
    return known_object(OBJECT_SCHED_CONTEXT,
                        CONTAINER_OF((uintptr_t)node, struct sched_context, next_period));
}

static unsigned check_heap(const struct deadline *root)
{
    const struct deadline *stack[64] = { root };
    unsigned count = 0, depth = root != NULL;

    while (depth > 0) {
        const struct deadline *node = stack[--depth];

        count++;
        REQUIRE(is_known(node), "a deadline of something that is gone");
        REQUIRE(node->home->root == root, "a deadline is at home elsewhere");
        REQUIRE(node != root || node->parent == node, "the first deadline has a parent");
        for (unsigned side = 0; side < 2; side++)
            if (node->child[side] != NULL) {
                REQUIRE(node->child[side]->parent == node, "a deadline's parent is another");
                REQUIRE(node->child[side]->due >= node->due, "a deadline waits for a later one");
                REQUIRE(depth < 63, "the heap is too deep");
                stack[depth++] = node->child[side];
            }
    }
    return count;
}

static uint64_t first_comes(const struct deadlines *set)
{
    uint64_t when = set->root == NULL ? UINT64_MAX
                    : set->root->due < set->pause_end ? set->pause_end : set->root->due;

    REQUIRE(set->timer == when, "a set's timer is to come at %lu, not at %lu", set->timer, when);
    return when;
}

/* The first deadline, or the end of what the running thread may use, if that is sooner. */
static uint64_t timer_expected(const struct core *core)
{
    const struct thread *current = core->current;
    uint64_t when = first_comes(&core->deadlines);

    if (current == NULL)
        return when;
    const struct sched_context *time = current->time;
    unsigned level = core_priority(current);
    bool is_whole = time->budget == time->period, alone = true;
    int64_t left = time->remaining;

    for (unsigned least = core->graced ? level : time->priority; least <= level; least++)
        alone = alone && list_empty(&core->ready[least]);
    REQUIRE(!core->graced || (current->lent && core->running == time), "a grace, and nothing lent");
    if (is_whole && alone)
        return when;
    if (core->graced && !is_whole)
        left += (int64_t)current->grace;
    if (left < 0)
        left = 0;
    return core->since + (uint64_t)left < when ? core->since + (uint64_t)left : when;
}

static void check_timer(const struct core *core)
{
    uint64_t is = core->number == sim.here ? sim.timer : sim.other[core->number].timer;
    uint64_t expected = timer_expected(core);

    /* Of a deadline that another core took away: it comes too soon, and nothing is due. */
    bool may_be = core->number != sim.here || sim.timer_left, too_soon = may_be && is < expected;

    too_soon = too_soon || (threads_stopping() && is < expected); /* for those */

    REQUIRE(is == expected || too_soon || sim.kicked[core->number],
            "the timer of core %u is set for %lu, not for %lu", core->number, is, expected);
}

void events_check(void)
{
    unsigned armed = 0, found = 0;

    for (unsigned index = 0; index < known.objects; index++) {
        const void *object = known.object[index].object;

        if (known.object[index].type == OBJECT_INTERRUPT) {
            check_interrupt(object);
        } else if (known.object[index].type == OBJECT_NOTIFICATION) {
            check_notification(object);
        } else if (known.object[index].type == OBJECT_TIMER) {
            check_not_lost(object, 0);
            armed += deadline_pending(&((const struct timer *)object)->deadline);
        } else if (known.object[index].type == OBJECT_SCHED_CONTEXT) {
            armed += deadline_pending(&((const struct sched_context *)object)->next_period);
        }
    }
    check_lines();
    for (unsigned number = 0; number < core_count; number++) {
        found += check_heap(cores[number].deadlines.root);
        check_timer(&cores[number]);
    }
    REQUIRE(found == armed, "a deadline is in no heap");
}
