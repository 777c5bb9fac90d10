/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two abstract states side by side, and how a difference is told.
 */
#include <stdio.h>
#include <string.h>

#include "compare.h"

/* --- Fields, for telling --------------------------------------------------------------- */

struct field {
    const char *name;
    uint32_t offset, bytes, count;
};

#define FIELD(of, member) { #member, offsetof(struct of, member), sizeof(((struct of *)0)->member), 1 }
#define FIELDS(of, member) { #member, offsetof(struct of, member), \
        sizeof(((struct of *)0)->member[0]), \
        sizeof(((struct of *)0)->member) / sizeof(((struct of *)0)->member[0]) }
#define QUEUE(of, member) FIELD(of, member.count), FIELDS(of, member.who)
#define SENDER(of) FIELD(of, sender.badge), FIELD(of, sender.kind), FIELD(of, sender.place), \
        FIELD(of, sender.doomed), FIELD(of, sender.again), FIELD(of, sender.grant), \
        FIELD(of, sender.at), FIELD(of, sender.servant), FIELD(of, sender.reply)
#define LAST { NULL, 0, 0, 0 }

static const struct field thread_fields[] = {
    SENDER(m_thread), FIELDS(m_thread, reg), FIELDS(m_thread, fault), FIELD(m_thread, grace),
    FIELD(m_thread, fp), FIELD(m_thread, arrival), FIELD(m_thread, state), FIELD(m_thread, ceiling),
    FIELD(m_thread, lent), FIELD(m_thread, suspended), FIELD(m_thread, bereft),
    FIELD(m_thread, vital), FIELD(m_thread, stopping), FIELD(m_thread, ending), FIELD(m_thread, receiving_on), FIELD(m_thread, owes),
    FIELD(m_thread, time), FIELDS(m_thread, part), LAST
};
static const struct field time_fields[] = {
    FIELD(m_time, budget), FIELD(m_time, period), FIELD(m_time, consumed),
    FIELD(m_time, remaining), FIELD(m_time, period_end), FIELD(m_time, waited_for), FIELD(m_time, due),
    FIELD(m_time, priority), FIELD(m_time, core), FIELD(m_time, dying), FIELD(m_time, thread),
    FIELD(m_time, event), QUEUE(m_time, waiting), FIELD(m_time, stand), LAST
};
static const struct field endpoint_fields[] = {
    FIELD(m_endpoint, closed), FIELD(m_endpoint, dying), FIELD(m_endpoint, cancels),
    FIELD(m_endpoint, cancelling), FIELD(m_endpoint, marker), QUEUE(m_endpoint, receivers),
    QUEUE(m_endpoint, active), QUEUE(m_endpoint, events), QUEUE(m_endpoint, timeless),
    QUEUE(m_endpoint, calls), LAST
};
static const struct field event_fields[] = {
    SENDER(m_event), FIELD(m_event, bits), FIELD(m_event, deadline), FIELD(m_event, due), FIELD(m_event, line),
    FIELD(m_event, owing), FIELD(m_event, home), FIELDS(m_event, part), LAST
};
static const struct field table_fields[] = {
    FIELD(m_table, slots), FIELD(m_table, dying), FIELD(m_table, progress),
    FIELDS(m_table, slot), LAST
};
#define LEAF(n) FIELD(m_space, leaf[n].at), FIELD(m_space, leaf[n].address), \
        FIELD(m_space, leaf[n].bits), FIELD(m_space, leaf[n].rights), FIELD(m_space, leaf[n].memory)
#define NODE(n) FIELD(m_space, node[n].at), FIELD(m_space, node[n].table), \
        FIELD(m_space, node[n].level)
static const struct field space_fields[] = {
    FIELD(m_space, asid), FIELD(m_space, leaves), FIELD(m_space, nodes),
    LEAF(0), LEAF(1), LEAF(2), LEAF(3), LEAF(4), LEAF(5), LEAF(6), LEAF(7),
    NODE(0), NODE(1), NODE(2), NODE(3), NODE(4), NODE(5), NODE(6), NODE(7), LAST
};
static const struct field cap_fields[] = {
    FIELD(m_cap, type), FIELD(m_cap, rights), FIELD(m_cap, original), FIELD(m_cap, ending), FIELD(m_cap, bits),
    FIELD(m_cap, device), FIELD(m_cap, mapped), FIELD(m_cap, level), FIELD(m_cap, making),
    FIELD(m_cap, depth), FIELD(m_cap, parent), FIELD(m_cap, place), FIELD(m_cap, object),
    FIELD(m_cap, space), FIELD(m_cap, sender), FIELD(m_cap, cleared), FIELD(m_cap, badge),
    FIELD(m_cap, address), FIELD(m_cap, used), FIELD(m_cap, at), LAST
};
static const struct field core_fields[] = {
    FIELD(m_core, current), FIELD(m_core, loaded), FIELD(m_core, running), FIELD(m_core, space), FIELD(m_core, left), QUEUE(m_core, ready),
    FIELD(m_core, since), FIELD(m_core, timer), FIELD(m_core, pause_end),
    FIELD(m_core, kicked), FIELD(m_core, graced), LAST
};

static const struct field line_fields[] = {
    FIELD(m_line, enabled), FIELD(m_line, active), FIELD(m_line, latched), FIELD(m_line, asserted),
    FIELD(m_line, core),
    LAST
};
#define FIELD_OF_MODEL(member, number) { #member, offsetof(struct model, member), \
        sizeof(((struct model *)0)->member) / number, number }
static const struct field machine_fields[] = {
    FIELD_OF_MODEL(now, 1), FIELD_OF_MODEL(dyings, 1), FIELD_OF_MODEL(dying, MODEL_QUEUE), LAST
};

static uint64_t value_at(const void *base, const struct field *field, unsigned index)
{
    const char *at = (const char *)base + field->offset + (size_t)field->bytes * index;
    uint64_t value = 0;

    memcpy(&value, at, field->bytes);
    return value;
}

static void tell(const char *what, unsigned number, const struct field *fields,
                 const void *expected, const void *found)
{
    for (; fields->name != NULL; fields++)
        for (unsigned index = 0; index < fields->count; index++) {
            uint64_t one = value_at(expected, fields, index), other = value_at(found, fields, index);

            if (one != other && !quiet)
                fprintf(stderr, "  %s %u: %s[%u]: the model has %llx, the kernel %llx\n", what,
                        number, fields->name, index, (unsigned long long)one,
                        (unsigned long long)other);
        }
}

/* --- Objects -------------------------------------------------------------------------------- */

#define OF(of, member) offsetof(struct m_object, member) + sizeof(struct of)

static const struct kind {
    const char *name;
    size_t bytes;
    const struct field *fields;
} kind[OBJECT_COUNT] = {
    [OBJECT_THREAD] = { "thread", OF(m_thread, thread), thread_fields },
    [OBJECT_SCHED_CONTEXT] = { "time", OF(m_time, time), time_fields },
    [OBJECT_ENDPOINT] = { "endpoint", OF(m_endpoint, endpoint), endpoint_fields },
    [OBJECT_INTERRUPT] = { "interrupt", OF(m_event, event), event_fields },
    [OBJECT_TIMER] = { "timer", OF(m_event, event), event_fields },
    [OBJECT_NOTIFICATION] = { "notification", OF(m_event, event), event_fields },
    [OBJECT_CAPTABLE] = { "table", OF(m_table, table), table_fields },
    [OBJECT_ADDRESS_SPACE] = { "space", OF(m_space, space), space_fields },
};

size_t object_bytes(enum thole_object type)
{
    size_t bytes = kind[type].bytes;

    return bytes != 0 ? bytes : offsetof(struct m_object, thread);
}

static bool same_object(object_t what)
{
    enum thole_object type = model.object[what].type;

    if (type == OBJECT_ADDRESS_SPACE && !spaces_read)
        return true;
    if (type == OBJECT_ADDRESS_SPACE && what == world_init_space)
        return true;
    if (memcmp(&model.object[what], &seen.object[what], object_bytes(type)) == 0)
        return true;
    if (kind[type].fields != NULL)
        tell(kind[type].name, what, kind[type].fields, &model.object[what].thread,
             &seen.object[what].thread);
    return false;
}

static bool same_cap(cap_t cap)
{
    if (memcmp(&model.cap[cap], &seen.cap[cap], CAP_COMPARED) == 0)
        return true;
    tell("capability", cap, cap_fields, &model.cap[cap], &seen.cap[cap]);
    return false;
}

/* A kick too many does no harm: that core enters the kernel, and goes on. */
static bool same_core(unsigned number)
{
    if (seen.core[number].kicked)
        model.core[number].kicked = 1;
    if (memcmp(&model.core[number], &seen.core[number], sizeof(model.core[number])) == 0)
        return true;
    tell("core", number, core_fields, &model.core[number], &seen.core[number]);
    return false;
}

static bool same_line(unsigned number)
{
    if (memcmp(&model.line[number], &seen.line[number], sizeof(model.line[number])) == 0)
        return true;
    tell("line", number, line_fields, &model.line[number], &seen.line[number]);
    return false;
}

void compare(bool with_spaces)
{
    unsigned different = 0;

    read_kernel(with_spaces);
    for (object_t each = 1; each < model.object_limit; each++)
        if (model.object[each].type != OBJECT_NULL)
            different += !same_object(each);
    for (cap_t each = 1; each < model.cap_limit; each++)
        different += !same_cap(each);
    for (unsigned each = 0; each < model.cores; each++)
        different += !same_core(each);
    if (memcmp(model.dying, seen.dying, sizeof(model.dying)) != 0 || model.now != seen.now) {
        tell("machine", 0, machine_fields, &model, &seen);
        different++;
    }
    for (unsigned each = 0; each < MODEL_LINES; each++)
        different += !same_line(each);
    if (different != 0 || model.caps != seen.caps)
        failure("the kernel is not as the model says (%u differences; capabilities %u, %u)",
                different, model.caps, seen.caps);
}
