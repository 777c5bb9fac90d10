/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Around each event: first a look at who comes and with what, last a record of
 * it and of who runs. The look has the lock, and the event takes it for itself, so
 * what is traced goes the way of what is not. The record is only posted: no lock
 * is waited for once it is chosen who runs. Nothing of it is read by the kernel.
 */
#include "trace.h"

#include "object/trace_ring.h"

#define LINE_BITS 16

STATIC_ASSERT(INTERRUPTS_AN_EVENT * LINE_BITS <= 64);

static struct thole_trace_record begin(struct core *core, enum thole_trace_kind kind)
{
    const struct thread *thread = core->loaded;
    struct thole_trace_record record = {
        .entered = arch_time_now(), .kind = (uint8_t)kind, .core = (uint8_t)core->number,
        .thread = thread != NULL ? thread->number : TRACE_NOBODY,
    };

    lock_take(&kernel_lock);
    trace_ring_flush();
    lock_release(&kernel_lock);
    return record;
}

/* Another core may take `next` away by now, but has to leave it its memory. */
static struct thread *finish(struct core *core, struct thole_trace_record *record,
                             struct thread *next)
{
    record->left = arch_time_now();
    record->next = next != NULL ? next->number : TRACE_NOBODY;
    trace_ring_post(core->number, record);
    return next;
}

/* What the slot in x0 holds now; the call itself may change that. */
static void note_slot(struct thole_trace_record *record, const struct thread *thread)
{
    const struct slot *slot;

    lock_take(&kernel_lock);
    slot = thread_slot(thread, record->argument);
    if (slot != NULL) {
        record->object = (uint8_t)slot_type(slot);
        if (record->object == OBJECT_ENDPOINT || record->object == OBJECT_NOTIFICATION)
            record->badge = slot->badge;
    }
    lock_release(&kernel_lock);
}

SELDOM struct thread *trace_syscall(struct core *core, unsigned number)
{
    struct thole_trace_record record = begin(core, TRACE_SYSCALL);
    const struct thread *thread = core->loaded;

    record.code = number;
    record.argument = frame_get(&thread->frame, 0);
    record.tag = frame_get(&thread->frame, 1);
    note_slot(&record, thread);
    return finish(core, &record, kernel_syscall(core, number));
}

SELDOM struct thread *trace_fault(struct core *core, const uint64_t word[5])
{
    struct thole_trace_record record = begin(core, TRACE_FAULT);

    record.code = (uint32_t)word[0];
    record.argument = word[1];
    record.tag = word[2];
    return finish(core, &record, kernel_fault(core, word));
}

static uint64_t line_number(uint32_t line)
{
    return line == ARCH_IRQ_TIMER ? TRACE_LINE_TIMER
           : line == ARCH_IRQ_KICK ? TRACE_LINE_KICK : line & ((1u << LINE_BITS) - 1);
}

SELDOM struct thread *trace_interrupt(struct core *core)
{
    struct thole_trace_record record = begin(core, TRACE_INTERRUPT);
    uint32_t line;

    (void)event_enter(core);
    do {
        line = core_interrupt(core);
        if (line != ARCH_IRQ_NONE)
            record.argument |= line_number(line) << LINE_BITS * record.code++;
    } while (record.code < INTERRUPTS_AN_EVENT && core_takes_more(core, line));
    return finish(core, &record, event_leave(core));
}
