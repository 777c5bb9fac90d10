/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel in the model's words: its objects, found by the addresses at which
 * the model says they are, and its derivation lists, walked from their roots.
 */
#include <string.h>

#include "compare.h"
#include "kernel/object/address_space.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/event_object.h"
#include "kernel/object/thread.h"

struct model seen;
bool spaces_read;

/* --- Names ---------------------------------------------------------------------------- */

#define GRANULE 64
#define GRANULES ((4u << 20) / GRANULE)
static object_t name[GRANULES];

static unsigned bytes_of(object_t what)
{
    switch (model.object[what].type) {
    case OBJECT_CAPTABLE:
        return 32u * (model.object[what].table.slots < MODEL_SLOTS
                          ? model.object[what].table.slots : MODEL_SLOTS);
    case OBJECT_THREAD:
        return 1u << 11;
    case OBJECT_ENDPOINT:
        return 1u << 7;
    case OBJECT_ADDRESS_SPACE:
    case OBJECT_PAGE_TABLE:
        return GRANULE; /* nobody points into the middle */
    default:
        return 1u << 8;
    }
}

static void set_name(object_t what, object_t value)
{
    uint64_t from = (model.object[what].address - SIM_RAM_BASE) / GRANULE;
    unsigned granules = (bytes_of(what) + GRANULE - 1) / GRANULE;

    if (!sim_is_ram(model.object[what].address, bytes_of(what)) || from + granules > GRANULES)
        model_broken("an object lies outside of memory");
    for (unsigned at = 0; at < granules; at++) {
        if (value != 0 && name[from + at] != 0)
            model_broken("two objects lie in the same memory");
        name[from + at] = value;
    }
}

void names_add(object_t what)
{
    set_name(what, what);
}

void names_drop(object_t what)
{
    set_name(what, 0);
}

/* After all objects were replaced. */
void names_again(void)
{
    memset(name, 0, sizeof(name));
    for (object_t each = 1; each < model.object_limit; each++)
        if (model.object[each].type != OBJECT_NULL)
            names_add(each);
}

object_t name_of(const void *address)
{
    uint64_t offset = (uint64_t)((const char *)address - sim.ram);

    if (address == NULL)
        return 0;
    if (offset >= sim.ram_bytes || name[offset / GRANULE] == 0)
        return WRONG;
    return name[offset / GRANULE];
}

/* --- Places ------------------------------------------------------------------------------ */

static unsigned part_in(object_t holder, const struct slot *slot)
{
    const char *base = sim.ram + (model.object[holder].address - SIM_RAM_BASE);
    size_t offset = (size_t)((const char *)slot - base);
    enum thole_object type = model.object[holder].type;

    if (type == OBJECT_SCHED_CONTEXT)
        return offset == offsetof(struct sched_context, dying) ? PART_DYING : 0;
    if (type == OBJECT_THREAD) {
        if (offset == offsetof(struct thread, captable))
            return PART_CAPTABLE;
        if (offset == offsetof(struct thread, space))
            return PART_SPACE;
        if (offset == offsetof(struct thread, fault))
            return PART_FAULT;
        offset -= offsetof(struct thread, sender);
    }
    if (offset == offsetof(struct sender, endpoint))
        return PART_ENDPOINT;
    return offset == offsetof(struct sender, time) ? PART_TIME : 0;
}

static place_t place_of(const struct slot *slot)
{
    object_t holder = name_of(slot);

    if (holder == WRONG || holder == 0)
        return 0;
    if (model.object[holder].type != OBJECT_CAPTABLE)
        return (place_t)(holder * MODEL_SLOTS + part_in(holder, slot));
    const char *base = sim.ram + (model.object[holder].address - SIM_RAM_BASE);

    return (place_t)(holder * MODEL_SLOTS + (unsigned)((const char *)slot - base) / 32);
}

/* Dying time that stands together is named by the first of it. */
static object_t first_of_ring(const struct sched_context *time)
{
    object_t first = name_of(time);

    for (const struct list *each = time->dying_ring.next; each != &time->dying_ring;
         each = each->next) {
        object_t other =
            name_of(CONTAINER_OF((uintptr_t)each, struct sched_context, dying_ring));

        first = other < first ? other : first;
    }
    return first;
}

/* The model's capability for this slot of the kernel's, at `place`; WRONG: it has none there. */
static cap_t cap_at_place(const struct slot *slot, place_t place)
{
    object_t holder = place / MODEL_SLOTS;
    cap_t cap = 0;

    switch (model.object[holder].type) {
    case OBJECT_CAPTABLE:
        cap = model.object[holder].table.slot[place % MODEL_SLOTS];
        break;
    case OBJECT_SCHED_CONTEXT:
        holder = first_of_ring(slot_object(slot));
        cap = holder != WRONG ? time_at(holder)->stand : 0;
        break;
    case OBJECT_THREAD:
    case OBJECT_INTERRUPT:
    case OBJECT_TIMER:
    case OBJECT_NOTIFICATION:
        cap = parts_of(holder)[place % MODEL_SLOTS];
        break;
    default:
        break;
    }
    return cap != 0 ? cap : WRONG;
}

static cap_t cap_of(const struct slot *slot)
{
    return cap_at_place(slot, place_of(slot));
}

/* --- Capabilities --------------------------------------------------------------------------- */

#define USED_SHIFT    1 /* kernel/object/op_memory.c */
#define USED_MASK     ((1ULL << 34) - 1)
#define CLEARED_SHIFT 35
#define CLEARED_MASK  ((1ULL << 19) - 1)
#define MAKING_SHIFT  54
#define ADDRESS_MASK  0x7ffffff000ULL /* kernel/object/address_space.c */
#define LEVEL_SHIFT   1

static void read_memory(const struct slot *slot, struct m_cap *cap)
{
    bool frame = slot_type(slot) == OBJECT_FRAME;

    cap->address = slot_physical(slot).value;
    cap->bits = (uint8_t)(frame ? frame_size_bits(slot) : slot_size_bits(slot));
    cap->device = frame ? frame_is_device(slot) : slot->badge & 1;
    if (frame)
        return;
    cap->used = (slot->badge >> USED_SHIFT & USED_MASK) * 64;
    cap->cleared = (uint32_t)(slot->badge >> CLEARED_SHIFT & CLEARED_MASK);
    cap->making = (uint8_t)(slot->badge >> MAKING_SHIFT);
}

static void read_mapping(const struct slot *slot, struct m_cap *cap)
{
    void *root = address_space_of(slot).root;

    if (slot->badge == 0)
        return;
    cap->mapped = 1;
    cap->space = root != NULL ? name_of(root) : SPACE_GONE;
    cap->at = slot->badge & ADDRESS_MASK;
    if (slot_type(slot) == OBJECT_PAGE_TABLE)
        cap->level = slot->badge >> LEVEL_SHIFT & 3;
}

/* A space's ASID is compared with the space; each of its capabilities must know it. */
static uint64_t read_asid(const struct slot *slot)
{
    struct address_space_root named = address_space_of(slot);
    object_t space = name_of(slot_object(slot));

    if (space == WRONG || (named.root != NULL && named.root != slot_object(slot)))
        return WRONG;
    return named.asid == model.object[space].space.asid ? 0 : WRONG;
}

static bool is_of_dying_time(place_t place)
{
    return place % MODEL_SLOTS == PART_DYING &&
           model.object[place / MODEL_SLOTS].type == OBJECT_SCHED_CONTEXT;
}

static void read_slot(const struct slot *slot, place_t place, struct m_cap *cap)
{
    enum thole_object type = slot_type(slot);

    memset(cap, 0, sizeof(*cap));
    cap->type = (uint8_t)type;
    cap->rights = (uint8_t)slot_rights(slot);
    cap->original = slot_is_original(slot);
    cap->ending = (slot->next >> 56 & SLOT_ENDING) != 0;
    cap->depth = (uint16_t)slot_depth(slot);
    cap->place = place;
    if (type == OBJECT_UNTYPED || type == OBJECT_FRAME)
        read_memory(slot, cap);
    else if (type != OBJECT_REPLY)
        cap->object = is_of_dying_time(place) ? first_of_ring(slot_object(slot))
                                              : name_of(slot_object(slot));
    if (type == OBJECT_FRAME || type == OBJECT_PAGE_TABLE)
        read_mapping(slot, cap);
    else if (type == OBJECT_ADDRESS_SPACE)
        cap->badge = read_asid(slot);
    else if (type == OBJECT_REPLY)
        cap->sender = name_of((void *)(uintptr_t)slot->badge);
    else if (type != OBJECT_UNTYPED)
        cap->badge = slot->badge;
    if (type == OBJECT_SCHED_CONTEXT && is_of_dying_time(place))
        cap->place = (place_t)(cap->object * MODEL_SLOTS + PART_DYING);
}

static uint64_t last_birth[MODEL_CAPS]; /* of the last child seen of each parent, by list */
static uint32_t birth_list[MODEL_CAPS], list_number;

/* The youngest stands first: the model knows by sequence numbers. */
static bool in_order(cap_t cap)
{
    cap_t parent = model.cap[cap].parent;
    bool first = birth_list[parent] != list_number;
    bool good = first || model.cap[cap].birth < last_birth[parent];

    birth_list[parent] = list_number;
    last_birth[parent] = model.cap[cap].birth;
    return good;
}

static void walk_list(const struct slot *slot)
{
    static cap_t above[DERIVATION_MAX_DEPTH + 1];

    list_number++;
    for (unsigned steps = 0; slot != NULL; slot = slot_next(slot)) {
        place_t place = place_of(slot);
        cap_t cap = cap_at_place(slot, place);
        unsigned depth = slot_depth(slot);

        if (cap == WRONG || steps++ > MODEL_CAPS)
            failure("the kernel has a capability that the model has not: type %u, place %u:%u",
                    slot_type(slot), place / MODEL_SLOTS, place % MODEL_SLOTS);
        read_slot(slot, place, &seen.cap[cap]);
        above[depth] = cap;
        seen.cap[cap].parent = depth > 0 ? above[depth - 1] : 0;
        seen.caps++;
        if (depth > 0 && !in_order(cap))
            failure("capability %u stands at another place among its siblings", cap);
    }
}

/* --- Objects ----------------------------------------------------------------------------------- */

static void read_queue(const struct list *head, size_t offset, struct queue *queue)
{
    for (const struct list *each = head->next; each != head; each = each->next) {
        if (queue->count == MODEL_QUEUE)
            failure("a queue of the kernel does not end");
        if (each->prev->next != each || each->next->prev != each)
            failure("a queue of the kernel is no queue backwards");
        queue->who[queue->count++] = name_of((const char *)each - offset);
    }
}

static void read_sender(const struct sender *sender, object_t what, struct m_sender *out)
{
    bool thread = is_thread(what);
    bool badged = thread ? sender->state != SENDER_IDLE : !slot_is_empty(&sender->endpoint);

    out->badge = badged ? sender->badge : 0;
    out->kind = sender->kind;
    out->place = sender->state;
    out->doomed = sender->doomed;
    out->again = sender->fired_again;
    out->grant = sender->state == SENDER_QUEUED && sender->kind == KIND_CALL ? sender->grant : 0;
    out->at = name_of(sender->at);
    out->servant = name_of(sender->servant);
    out->reply = sender->reply != NULL ? place_of(sender->reply) : 0;
}

static cap_t read_part(const struct slot *slot)
{
    return slot_is_empty(slot) ? 0 : cap_of(slot);
}

/* Another core has them while it runs the thread. */
static const struct frame *registers_of(const struct thread *thread)
{
    if (!core_has(thread) || thread->loaded_on == sim.here)
        return &thread->frame;
    return &sim.other[thread->loaded_on].registers;
}

#define FPSR_BITS 0xf800009fULL
#define FPCR_BITS 0x07f70000ULL

void fp_fill(struct fp_state *fp, uint64_t word)
{
    for (unsigned index = 0; index < 64; index++)
        fp->q[index / 2][index % 2] = word * (2 * index + 1);
    fp->fpsr = word * 131 & FPSR_BITS;
    fp->fpcr = word * 133 << 16 & FPCR_BITS;
}

uint64_t fp_read(const struct fp_state *fp)
{
    struct fp_state expected;

    fp_fill(&expected, fp->q[0][0]);
    return memcmp(fp, &expected, sizeof(expected)) == 0 ? fp->q[0][0] : WRONG;
}

static const struct fp_state *fp_of(const struct thread *thread)
{
    if (!core_has(thread) || thread->sender.fp_turns == 0)
        return &thread->fp;
    return sim_fp_of(thread->loaded_on);
}

static void read_thread(const struct thread *thread, object_t what, struct m_thread *out)
{
    bool waits = thread->state == THREAD_RECEIVING ||
                 (thread->state == THREAD_CALLING && thread->sender.kind == KIND_CALL);

    _Static_assert(sizeof(out->reg) == offsetof(struct frame, tls) + 8, "registers in order");
    read_sender(&thread->sender, what, &out->sender);
    memcpy(out->reg, registers_of(thread), sizeof(out->reg));
    if (thread->state == THREAD_RECEIVING || (waits && thread->sender.state != SENDER_QUEUED))
        memcpy(out->reg, model.object[what].thread.reg, /* nobody sees those again */
               (MODEL_LOST_LAST + 1) * sizeof(out->reg[0]));
    if (thread->state == THREAD_CALLING && thread->sender.kind == KIND_CALL &&
        (uint32_t)thread->slots != (uint32_t)model.object[what].thread.reg[0])
        failure("thread %u calls another slot than it named", what);
    memcpy(out->fault, thread->fault_word, sizeof(out->fault));
    out->grace = thread->grace;
    out->fp = fp_of(thread) != NULL ? fp_read(fp_of(thread)) : WRONG;
    out->arrival = waits ? thread_arrival(thread) : 0;
    out->state = thread->state;
    out->ceiling = thread->sender.ceiling;
    out->lent = thread->lent;
    out->suspended = thread_suspended(thread);
    out->bereft = thread->bereft;
    out->vital = thread->vital;
    out->stopping = thread->state != THREAD_RECEIVING && list_linked(&thread->link_receive);
    out->ending = thread->ending;
    out->receiving_on = thread->state == THREAD_RECEIVING ? name_of(thread->receiving_on) : 0;
    out->owes = name_of(thread->owes);
    out->time = name_of(thread->time);
    out->part[PART_ENDPOINT] = read_part(&thread->sender.endpoint);
    out->part[PART_TIME] = read_part(&thread->sender.time);
    out->part[PART_CAPTABLE] = read_part(&thread->captable);
    out->part[PART_SPACE] = read_part(&thread->space);
    out->part[PART_FAULT] = read_part(&thread->fault);
}

static uint8_t home_of(const struct deadline *deadline)
{
    return (uint8_t)(CONTAINER_OF((uintptr_t)deadline->home, struct core, deadlines) - cores);
}

/* It must be in the ring of the one whose capability stands for all of them. */
static cap_t read_stand(const struct sched_context *time, object_t what)
{
    cap_t stand = time_at(what)->stand;

    if (!slot_is_empty(&time->dying) && slot_prev(&time->dying) == NULL)
        walk_list(&time->dying);
    return stand != 0 && model.cap[stand].object == first_of_ring(time) ? stand : WRONG;
}

static void read_time(const struct sched_context *time, object_t what, struct m_time *out)
{
    out->budget = time->budget;
    out->period = time->period;
    out->consumed = sched_context_consumed(time);
    out->remaining = time->remaining;
    out->period_end = time->period_end;
    out->waited_for = deadline_pending(&time->next_period) ? time->next_period.when : NEVER;
    out->due = deadline_pending(&time->next_period) ? time->next_period.due : time_at(what)->due;
    if (out->waited_for != NEVER && home_of(&time->next_period) != time->core)
        out->waited_for = 0; /* it waits on another core than its own */
    out->priority = time->priority;
    out->core = time->core;
    out->dying = list_linked(&time->dying_ring);
    out->thread = name_of(time->thread);
    out->event = name_of(time->event);
    read_queue(&time->waiting, offsetof(struct sender, link), &out->waiting);
    if (out->dying)
        out->stand = read_stand(time, what);
}

static void read_endpoint(const struct endpoint *endpoint, struct m_endpoint *out)
{
    out->closed = endpoint->closed;
    out->cancels = list_linked(&endpoint->marker);
    out->cancelling = out->cancels ? endpoint->cancelling : 0;
    if (endpoint->warm != NULL)
        out->receivers.who[out->receivers.count++] = name_of(endpoint->warm);
    read_queue(&endpoint->receivers, offsetof(struct thread, link_receive), &out->receivers);
    read_queue(&endpoint->active, offsetof(struct thread, link_receive), &out->active);
    read_queue(&endpoint->events, offsetof(struct sender, link), &out->events);
    read_queue(&endpoint->timeless, offsetof(struct sender, link), &out->timeless);
    for (const struct list *each = endpoint->calls.next; each != &endpoint->calls;
         each = each->next) {
        if (each == &endpoint->marker) {
            out->marker = out->calls.count;
            continue;
        }
        if (out->calls.count == MODEL_QUEUE)
            failure("a queue of callers does not end");
        out->calls.who[out->calls.count++] =
            name_of(CONTAINER_OF((uintptr_t)each, struct sender, link));
    }
}

static void read_event(const struct sender *sender, object_t what, struct m_event *out)
{
    read_sender(sender, what, &out->sender);
    out->part[PART_ENDPOINT] = read_part(&sender->endpoint);
    out->part[PART_TIME] = read_part(&sender->time);
    out->line = NO_LINE;
    out->deadline = NEVER;
    if (model.object[what].type == OBJECT_INTERRUPT) {
        const struct interrupt *interrupt = (const void *)sender;

        out->line = interrupt->line;
        out->owing = interrupt->owing != 0;
        out->bits = interrupt->fired;
    } else if (model.object[what].type == OBJECT_TIMER) {
        const struct timer *timer = (const void *)sender;

        out->bits = timer->when;
        out->deadline = deadline_pending(&timer->deadline) ? timer->deadline.when : NEVER;
        out->due = deadline_pending(&timer->deadline) ? timer->deadline.due : event_at(what)->due;
        out->home = deadline_pending(&timer->deadline) ? home_of(&timer->deadline) : 0;
    } else {
        out->bits = ((const struct notification *)sender)->bits;
    }
}

static void read_dying_table(const struct dying *dying, struct m_table *out)
{
    out->dying = 1;
    out->progress = dying->progress;
}

static void read_table(const struct slot *slot, object_t what, struct m_table *out)
{
    const struct m_table *known = &model.object[what].table;
    unsigned slots = known->slots < MODEL_SLOTS ? known->slots : MODEL_SLOTS;

    out->slots = known->slots;
    if (known->dying)
        read_dying_table((const struct dying *)slot, out);
    for (unsigned at = 1; at < slots; at++) {
        if (slot_is_empty(&slot[at]))
            continue;
        out->slot[at] = known->slot[at] != 0 ? known->slot[at] : WRONG;
        if (slot_prev(&slot[at]) == NULL)
            walk_list(&slot[at]);
    }
}

/* --- Spaces -------------------------------------------------------------------------------------- */

static void see_leaf(uint64_t at, const struct sim_translation *found, void *context)
{
    struct m_space *out = context;

    if (out->leaves == MODEL_LEAVES)
        failure("the kernel maps more than the model");
    struct m_leaf *leaf = &out->leaf[out->leaves++];

    leaf->at = at;
    leaf->address = found->address;
    leaf->bits = found->size_bits;
    leaf->rights = found->rights;
    leaf->memory = found->memory;
}

/* Where it stands, its capability says. */
static void see_table(void *table, void *context)
{
    struct m_space *out = context;
    const struct m_space *known = &model.object[(object_t)out->asid].space;

    if (out->nodes == MODEL_LEAVES)
        failure("the kernel maps more tables than the model");
    struct m_node *node = &out->node[out->nodes];

    node->table = name_of(table);
    if (known->node[out->nodes].table == node->table) {
        node->at = known->node[out->nodes].at;
        node->level = known->node[out->nodes].level;
    }
    out->nodes++;
}

static void read_space(void *root, object_t what, struct m_space *out)
{
    if (!spaces_read || what == world_init_space)
        return;
    out->asid = what; /* for see_table */
    sim_each_mapping(root, see_leaf, see_table, out);
    out->asid = model.object[what].space.asid;
}

/* --- All of it ------------------------------------------------------------------------------------ */

static void read_object(object_t what)
{
    void *object = sim.ram + (model.object[what].address - SIM_RAM_BASE);
    struct m_object *out = &seen.object[what];

    memset(out, 0, object_bytes(model.object[what].type));
    out->type = model.object[what].type;
    out->address = model.object[what].address;
    switch (out->type) {
    case OBJECT_THREAD:
        read_thread(object, what, &out->thread);
        break;
    case OBJECT_SCHED_CONTEXT:
        read_time(object, what, &out->time);
        break;
    case OBJECT_ENDPOINT:
        read_endpoint(object, &out->endpoint);
        out->endpoint.dying = endpoint_at(what)->dying;
        if (out->endpoint.dying) /* the list of the dying stands in its place */
            out->endpoint.cancelling = endpoint_at(what)->cancelling;
        break;
    case OBJECT_CAPTABLE:
        read_table(object, what, &out->table);
        break;
    case OBJECT_ADDRESS_SPACE:
        read_space(object, what, &out->space);
        break;
    case OBJECT_INTERRUPT:
    case OBJECT_TIMER:
    case OBJECT_NOTIFICATION:
        read_event(object, what, &out->event);
        break;
    default:
        break;
    }
}

static void read_ready(const struct core *from, struct queue *out)
{
    for (uint64_t levels = from->ready_levels; levels != 0;) {
        unsigned level = 63u - (unsigned)__builtin_clzll(levels);

        read_queue(&from->ready[level], offsetof(struct sched_context, ready), out);
        levels &= ~(1ULL << level);
    }
}

static object_t space_named(uint64_t word)
{
    return word != 0 ? name_of(arch_kernel_address((paddr_t){ word << 16 >> 16 })) : 0;
}

static void read_core(const struct core *from, struct m_core *out)
{
    memset(out, 0, sizeof(*out));
    bool here = from->number == sim.here;

    out->current = name_of(from->current);
    out->loaded = name_of(from->loaded);
    out->running = name_of(from->running);
    out->space = name_of(here ? sim.root : sim.other[from->number].root);
    out->left = space_named(from->space_left);
    out->since = from->since;
    out->pause_end = from->deadlines.pause_end;
    out->timer = here ? sim.timer : sim.other[from->number].timer;
    out->kicked = sim.kicked[from->number];
    out->graced = from->graced;
    read_ready(from, &out->ready);
}

/* The last to die stands first; each has the next. */
static void read_dying(void)
{
    if (dying_any() != (model.dyings != 0))
        failure("%s is dying in the kernel, not in the model", dying_any() ? "something" : "nothing");
    seen.dyings = model.dyings;
    memset(seen.dying, 0, sizeof(seen.dying));
    for (unsigned at = 0; at < model.dyings; at++) {
        const void *object =
            sim.ram + (model.object[model.dying[at]].address - SIM_RAM_BASE);
        const struct dying *dying = model.object[model.dying[at]].type == OBJECT_ENDPOINT
                                        ? &((const struct endpoint *)object)->dying : object;
        object_t next = name_of(dying->next);

        seen.dying[at] = next == (at > 0 ? model.dying[at - 1] : 0) ? model.dying[at] : WRONG;
    }
}

void read_kernel(bool with_spaces)
{
    spaces_read = with_spaces;
    seen.caps = 0;
    memset(seen.cap, 0, model.cap_limit * sizeof(seen.cap[0]));
    for (object_t each = 1; each < model.object_limit; each++)
        if (model.object[each].type != OBJECT_NULL)
            read_object(each);
    for (unsigned number = 0; number < model.cores; number++)
        read_core(&cores[number], &seen.core[number]);
    read_dying();
    for (unsigned line = 0; line < MODEL_LINES; line++)
        seen.line[line] = (struct m_line){ sim.line[line].enabled, sim.line[line].active,
                                           sim.line[line].latched, sim.line[line].asserted,
                                           (uint8_t)sim.line[line].core };
    seen.now = sim.now;
}
