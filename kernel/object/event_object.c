/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What each event says on arrival and what the reply to it does; timers and
 * notifications, which need little more than that.
 */
#include "event_object.h"

#include "../core.h"
#include "thread.h"

unsigned event_words(struct sender *sender, uint64_t word[THOLE_MESSAGE_WORDS])
{
    switch ((enum thole_kind)sender->kind) {
    case KIND_INTERRUPT: {
        struct interrupt *interrupt = CONTAINER_OF(sender, struct interrupt, sender);

        word[0] = interrupt->line;
        word[1] = interrupt->fired;
        interrupt->fired = 0;
        return 2;
    }
    case KIND_TIMER:
        word[0] = CONTAINER_OF(sender, struct timer, sender)->when;
        word[1] = arch_time_now();
        return 2;
    case KIND_SIGNAL: {
        struct notification *notification = CONTAINER_OF(sender, struct notification, sender);

        word[0] = notification->bits;
        notification->bits = 0;
        return 1;
    }
    case KIND_FAULT: {
        struct thread *thread = thread_of_sender(sender);

        for (unsigned index = 0; index < 3; index++)
            word[index] = thread->fault_word[index];
        word[3] = arch_frame_read(&thread->frame, FRAME_PC);
        word[4] = arch_frame_read(&thread->frame, FRAME_SP);
        return 5;
    }
    default:
        return 0;
    }
}

static SELDOM struct event_ends *ends_of(struct sender *sender)
{
    if (sender->kind == KIND_INTERRUPT)
        return &CONTAINER_OF(sender, struct interrupt, sender)->ends;
    if (sender->kind == KIND_SIGNAL)
        return &CONTAINER_OF(sender, struct notification, sender)->ends;
    return NULL;
}

SELDOM void event_bound(struct sender *sender)
{
    struct event_ends *ends = ends_of(sender);

    if (ends == NULL)
        return;
    ends->time = sender_time(sender);
    ends->endpoint = slot_object(&sender->endpoint);
}

static void interrupt_finished(struct interrupt *interrupt);

void event_finished(struct core *core, struct sender *sender, const struct thread *servant)
{
    if (sender->kind == KIND_INTERRUPT) {
        interrupt_finished(CONTAINER_OF(sender, struct interrupt, sender));
    } else if (sender->kind == KIND_TIMER && servant != NULL &&
               thole_tag_words(frame_get(&servant->frame, 1)) != 0) {
        timer_arm(core, CONTAINER_OF(sender, struct timer, sender), frame_get(&servant->frame, 2));
    }
}

/* --- Notification ------------------------------------------------------------ */

void notification_signal(struct core *core, struct notification *notification, uint64_t bits)
{
    notification->bits |= bits;
    sender_fire(core, &notification->sender);
}

/* --- Timer --------------------------------------------------------------------- */

void timer_arm(struct core *core, struct timer *timer, uint64_t when)
{
    deadline_remove(&timer->deadline);
    core_deadline_add(core, core, &timer->deadline, when);
}

void timer_expired(struct core *core, struct deadline *deadline)
{
    struct timer *timer = CONTAINER_OF(deadline, struct timer, deadline);

    timer->when = deadline->when;
    sender_fire(core, &timer->sender);
}

void timer_destroy(struct core *core, struct timer *timer)
{
    deadline_remove(&timer->deadline);
    sender_destroy(core, &timer->sender);
}

/* --- Interrupt ------------------------------------------------------------------- */

void interrupt_route(const struct interrupt *interrupt)
{
    const struct sched_context *time = sender_time(&interrupt->sender);

    if (interrupt->line != IRQ_LINE_NONE && time != NULL)
        arch_irq_route(interrupt->line, time->core);
}

/* Who is attached to the line has changed. */
static SELDOM void say_who_shares(uint32_t line)
{
    struct interrupt *first = irq_line[line];

    for (struct interrupt *each = first; each != NULL; each = each->next)
        each->sender.shares = first->next != NULL;
}

SELDOM enum thole_result interrupt_attach(struct interrupt *interrupt, uint64_t line,
                                          enum thole_trigger trigger)
{
    unsigned sharing = 0;

    if (line >= IRQ_LINES || !arch_irq_valid((uint32_t)line))
        return RESULT_BAD_ARGUMENT;
    if (interrupt->line != IRQ_LINE_NONE)
        return RESULT_OCCUPIED;
    line = arch_mask_index(line, IRQ_LINES);
    for (struct interrupt *other = irq_line[line]; other != NULL; other = other->next)
        sharing++;
    if (sharing >= INTERRUPT_SHARE_MAX)
        return RESULT_OCCUPIED;
    interrupt->line = (uint32_t)line;
    interrupt->next = irq_line[line];
    irq_line[line] = interrupt;
    say_who_shares((uint32_t)line);
    if (sharing == 0) {
        interrupt_route(interrupt);
        arch_irq_enable((uint32_t)line, trigger);
    }
    return RESULT_DONE;
}

void interrupt_line_fired(struct core *core, uint32_t line)
{
    if (line >= IRQ_LINES || irq_line[line] == NULL) {
        arch_irq_disable(line);
        return;
    }
    const struct sched_context *time = sender_time(&irq_line[line]->sender);

    if (time != NULL && !core_has_number(core, time->core))
        interrupt_route(irq_line[line]); /* its time has moved meanwhile */
    for (struct interrupt *each = irq_line[line]; each != NULL; each = each->next) {
        each->owing = (uint16_t)(1 + core->number);
        each->fired++;
    }
    for (struct interrupt *each = irq_line[line]; each != NULL; each = each->next)
        sender_fire(core, &each->sender);
}

/* The line speaks again when the last of those who share it has replied. */
static void unmask_if_last(uint32_t line, unsigned taken_by)
{
    for (struct interrupt *each = irq_line[line]; each != NULL; each = each->next)
        if (each->owing != 0)
            return;
    arch_irq_done(line, taken_by);
}

static void interrupt_finished(struct interrupt *interrupt)
{
    uint32_t owing = interrupt->owing;

    if (owing == 0)
        return;
    interrupt->owing = 0;
    unmask_if_last(interrupt->line, owing - 1);
}

void interrupt_destroy(struct core *core, struct interrupt *interrupt)
{
    sender_destroy(core, &interrupt->sender);
    if (interrupt->line == IRQ_LINE_NONE)
        return;
    struct interrupt **place = &irq_line[interrupt->line];

    while (*place != interrupt)
        place = &(*place)->next;
    *place = interrupt->next;
    say_who_shares(interrupt->line);
    if (irq_line[interrupt->line] == NULL)
        arch_irq_disable(interrupt->line);
    else if (interrupt->owing != 0)
        unmask_if_last(interrupt->line, interrupt->owing - 1);
}
