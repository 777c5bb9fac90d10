/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupt lines, as the kernel and the controller see them.
 */
#include "model.h"

#define FIRST_LINE 16
#define TIMER_LINE 27

static bool asks(const struct m_line *line, unsigned core)
{
    return line->core == core && line->enabled && !line->active && (line->latched || line->asserted);
}

static unsigned sharing(uint64_t line)
{
    unsigned count = 0;

    for (unsigned index = 0; index < model.sharers; index++)
        count += event_at(model.sharer[index])->line == line;
    return count;
}

enum thole_result attach(object_t interrupt, uint64_t line, uint64_t trigger)
{
    if (trigger > TRIGGER_EDGE || line < FIRST_LINE || line >= MODEL_LINES || line == TIMER_LINE)
        return RESULT_BAD_ARGUMENT;
    if (event_at(interrupt)->line != NO_LINE || sharing(line) >= INTERRUPT_SHARE_MAX)
        return RESULT_OCCUPIED;
    if (model.sharers == MODEL_QUEUE)
        model_broken("too many attached interrupts");
    event_at(interrupt)->line = (uint32_t)line;
    model.sharer[model.sharers++] = interrupt;
    if (sharing(line) == 1)
        line_routed(interrupt);
    model.line[line].enabled = 1;
    return RESULT_DONE;
}

/* To the core of the time that the Interrupt is bound with. */
void line_routed(object_t interrupt)
{
    const struct m_event *event = event_at(interrupt);
    object_t time = part_of(interrupt, PART_TIME);

    if (event->line != NO_LINE && time != 0)
        model.line[event->line].core = time_at(time)->core;
}

/* The last to attach is told first, and where the line goes is for that one to say. */
void line_fires(unsigned core, unsigned line)
{
    for (unsigned index = 0; index < model.sharers; index++) {
        struct m_event *event = event_at(model.sharer[index]);

        if (event->line == line) {
            event->owing = 1;
            event->bits++;
        }
    }
    for (unsigned index = model.sharers; index-- > 0;)
        if (event_at(model.sharer[index])->line == line) {
            line_routed(model.sharer[index]);
            break;
        }
    for (unsigned index = model.sharers; index-- > 0;)
        if (event_at(model.sharer[index])->line == line)
            event_fires(core, model.sharer[index]);
}

static void unmask_if_last(unsigned line)
{
    for (unsigned index = 0; index < model.sharers; index++)
        if (event_at(model.sharer[index])->line == line && event_at(model.sharer[index])->owing)
            return;
    model.line[line].active = 0;
}

void interrupt_done(object_t interrupt)
{
    struct m_event *event = event_at(interrupt);

    if (!event->owing)
        return;
    event->owing = 0;
    unmask_if_last(event->line);
}

void interrupt_dies(unsigned core, object_t interrupt)
{
    uint32_t line = event_at(interrupt)->line;
    bool owing = event_at(interrupt)->owing;
    unsigned kept = 0;

    sender_ends(core, interrupt);
    for (unsigned index = 0; index < model.sharers; index++)
        if (model.sharer[index] != interrupt)
            model.sharer[kept++] = model.sharer[index];
    model.sharers = (uint16_t)kept;
    object_end(interrupt);
    if (line == NO_LINE)
        return;
    if (sharing(line) == 0)
        model.line[line].enabled = model.line[line].active = model.line[line].latched = 0;
    else if (owing)
        unmask_if_last(line);
}

static bool timer_came(unsigned core)
{
    return model.core[core].timer != NEVER && model.core[core].timer <= model.now;
}

bool interrupt_pending(unsigned core)
{
    if (model.core[core].kicked || timer_came(core))
        return true;
    for (unsigned line = FIRST_LINE; line < MODEL_LINES; line++)
        if (asks(&model.line[line], core))
            return true;
    return false;
}

/* True: another may follow. */
static bool take_one(unsigned core)
{
    if (model.core[core].kicked) {
        model.core[core].kicked = 0;
        return true;
    }
    if (timer_came(core)) {
        model.core[core].timer = NEVER;
        return !time_passes(core);
    }
    for (unsigned line = FIRST_LINE; line < MODEL_LINES; line++)
        if (asks(&model.line[line], core)) {
            model.line[line].latched = 0;
            model.line[line].active = 1;
            line_fires(core, line);
            return true;
        }
    return false;
}

void take_interrupts(unsigned core, unsigned limit)
{
    for (unsigned count = 0; count < limit; count++)
        if (!take_one(core))
            return;
}
