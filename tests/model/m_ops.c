/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Operations on objects: words in, a result and words out.
 */
#include <string.h>

#include "model.h"

#define LONGEST_PERIOD (1ULL << 61)

struct operation {
    unsigned core;
    object_t caller;
    cap_t cap;           /* the capability called */
    object_t object;     /* and its object */
    uint64_t word[THOLE_MESSAGE_WORDS];
    uint64_t out[THOLE_MESSAGE_WORDS];
    unsigned outs;
};

/* --- Words that name slots ---------------------------------------------------------------- */

static enum thole_result slot_word(const struct operation *op, unsigned word,
                                   enum thole_object type, unsigned right, cap_t *cap)
{
    const cap_t *slot = thread_slot_of(op->caller, op->word[word]);

    *cap = 0;
    if (slot == NULL)
        return RESULT_BAD_SLOT;
    if (*slot == 0)
        return RESULT_EMPTY;
    if (model.cap[*slot].type != type)
        return RESULT_BAD_SLOT;
    if ((model.cap[*slot].rights & right) != right)
        return RESULT_NO_RIGHT;
    *cap = *slot;
    return RESULT_DONE;
}

/* The same for a capability that is to be embedded; 0 in the word: none, if that is allowed. */
static enum thole_result part_word(const struct operation *op, unsigned word,
                                   enum thole_object type, unsigned right, bool optional,
                                   cap_t *cap)
{
    *cap = 0;
    if (optional && op->word[word] == 0)
        return RESULT_DONE;
    enum thole_result result = slot_word(op, word, type, right, cap);

    return result == RESULT_DONE ? cap_check_child(*cap) : result;
}

static void out(struct operation *op, uint64_t word)
{
    op->out[op->outs++] = word;
}

/* --- CapTable -------------------------------------------------------------------------------- */

static cap_t *own_slot(const struct operation *op)
{
    return op->word[0] != 0 ? cap_slot(op->object, op->word[0]) : NULL;
}

static enum thole_result check_pair(const struct operation *op, cap_t *source)
{
    cap_t table;
    enum thole_result result = slot_word(op, 1, OBJECT_CAPTABLE, RIGHT_CONTROL, &table);

    if (result != RESULT_DONE)
        return result;
    const cap_t *to = own_slot(op);
    const cap_t *from = op->word[2] != 0 ? cap_slot(model.cap[table].object, op->word[2]) : NULL;

    if (to == NULL || from == NULL)
        return RESULT_BAD_SLOT;
    if (*from == 0)
        return RESULT_EMPTY;
    *source = *from;
    return *to == 0 ? RESULT_DONE : RESULT_OCCUPIED;
}

static enum thole_result copy(const struct operation *op, uint64_t badge)
{
    cap_t source;
    enum thole_result result = check_pair(op, &source);

    if (result == RESULT_DONE)
        result = cap_check_copy(source, badge);
    if (result == RESULT_DONE)
        cap_copy((place_t)(op->object * MODEL_SLOTS + op->word[0]), source,
                 (unsigned)op->word[3] & RIGHTS_ALL, badge);
    return result;
}

static enum thole_result move(const struct operation *op)
{
    cap_t source;
    enum thole_result result = check_pair(op, &source);

    if (result != RESULT_DONE)
        return result;
    place_t from = model.cap[source].place, to = (place_t)(op->object * MODEL_SLOTS + op->word[0]);

    model.object[from / MODEL_SLOTS].table.slot[from % MODEL_SLOTS] = 0;
    cap_put(to, source);
    if (model.cap[source].sender != 0)
        sender_at(model.cap[source].sender)->reply = to;
    return RESULT_DONE;
}

static enum thole_result inspect_slot(struct operation *op)
{
    const cap_t *slot = own_slot(op);

    if (slot == NULL)
        return RESULT_BAD_SLOT;
    const struct m_cap *cap = &model.cap[*slot];

    out(op, cap->type);
    out(op, cap->rights);
    out(op, cap->badge);
    out(op, cap->depth);
    return RESULT_DONE;
}

static enum thole_result on_endpoint(const struct operation *op)
{
    const cap_t *slot = own_slot(op);

    if (slot == NULL || model.cap[*slot].type != OBJECT_ENDPOINT)
        return RESULT_BAD_SLOT;
    if ((model.cap[*slot].rights & RIGHT_CONTROL) == 0)
        return RESULT_NO_RIGHT;
    object_t endpoint = model.cap[*slot].object;

    switch (thole_tag_label(thread_at(op->caller)->reg[1])) {
    case CAPTABLE_CLOSE:
        return endpoint_closes(op->core, endpoint);
    case CAPTABLE_CANCEL_BADGE:
        return endpoint_cancels(op->core, endpoint, op->word[1]);
    default:
        endpoint_at(endpoint)->closed = 0;
        return RESULT_DONE;
    }
}

static enum thole_result on_table(struct operation *op, uint64_t label)
{
    switch (label) {
    case CAPTABLE_COPY:
        return copy(op, 0);
    case CAPTABLE_MINT:
        return copy(op, op->word[4]);
    case CAPTABLE_MOVE:
        return move(op);
    case CAPTABLE_DELETE:
        return own_slot(op) != NULL ? caps_delete(op->core, own_slot(op)) : RESULT_BAD_SLOT;
    case CAPTABLE_REVOKE:
        return own_slot(op) != NULL ? caps_revoke(op->core, own_slot(op)) : RESULT_BAD_SLOT;
    case CAPTABLE_INSPECT:
        return inspect_slot(op);
    default:
        return on_endpoint(op);
    }
}

/* --- Thread ------------------------------------------------------------------------------------ */

static enum thole_result configure(const struct operation *op)
{
    cap_t table, space, endpoint, fault, time;
    enum thole_result result = part_word(op, 0, OBJECT_CAPTABLE, RIGHT_CONTROL, false, &table);

    if (result == RESULT_DONE)
        result = part_word(op, 1, OBJECT_ADDRESS_SPACE, RIGHT_CONTROL, false, &space);
    if (result == RESULT_DONE)
        result = part_word(op, 2, OBJECT_ENDPOINT, RIGHT_RECV, false, &endpoint);
    if (result == RESULT_DONE)
        result = part_word(op, 3, OBJECT_ENDPOINT, RIGHT_SEND, true, &fault);
    if (result == RESULT_DONE)
        result = part_word(op, 4, OBJECT_SCHED_CONTEXT, RIGHT_CONTROL, true, &time);
    if (result != RESULT_DONE)
        return result;
    if (thread_at(op->object)->state != THREAD_STOPPED || thread_at(op->object)->ending)
        return RESULT_OCCUPIED;
    thread_stop_finished(op->core, op->object);
    thread_unconfigured(op->core, op->object);
    part_embed(op->object, PART_CAPTABLE, table);
    part_embed(op->object, PART_SPACE, space);
    part_embed(op->object, PART_ENDPOINT, endpoint);
    if (time != 0)
        part_embed(op->object, PART_TIME, time);
    if (fault != 0)
        part_embed(op->object, PART_FAULT, fault);
    return RESULT_DONE;
}

static bool has_all(object_t thread)
{
    object_t time = part_of(thread, PART_TIME);

    return part_of(thread, PART_CAPTABLE) != 0 && part_of(thread, PART_SPACE) != 0 &&
           (time == 0 || time_at(time)->budget != 0);
}

static bool time_is_taken(object_t thread)
{
    object_t time = part_of(thread, PART_TIME);

    return time != 0 && thread_at(thread)->time != time &&
           (time_at(time)->thread != 0 || time_at(time)->event != 0);
}

static enum thole_result start(const struct operation *op)
{
    struct m_thread *thread = thread_at(op->object);
    object_t endpoint = part_of(op->object, PART_ENDPOINT);

    if (thread->state != THREAD_STOPPED)
        return RESULT_OCCUPIED;
    if (endpoint == 0 || !has_all(op->object))
        return RESULT_NOT_READY;
    if (time_is_taken(op->object))
        return RESULT_BUSY;
    if (!core_left(op->core, op->object))
        return RESULT_MORE;
    thread_stop_finished(op->core, op->object);
    memset(thread->reg, 0, sizeof(thread->reg));
    thread->reg[MODEL_PC] = op->word[0];
    thread->reg[MODEL_SP] = op->word[1];
    thread->reg[34] = op->word[2];
    thread_takes_time(op->object);
    receiver_comes(op->core, endpoint, op->object);
    return RESULT_DONE;
}

static void cancelled(const struct operation *op)
{
    set_status(op->object, STATUS_CANCELLED);
    thread_at(op->object)->arrival = 0;
    thread_ready(op->core, op->object, BEHIND);
}

static enum thole_result cancel(const struct operation *op)
{
    struct m_thread *thread = thread_at(op->object);

    if (thread->state == THREAD_CALLING && thread->sender.kind == KIND_CALL) {
        if (thread->time == 0) {
            if (thread->sender.doomed == 0)
                thread->sender.doomed = STATUS_CANCELLED;
            return RESULT_DONE;
        }
        sender_withdrawn(op->object);
        cancelled(op);
        return RESULT_DONE;
    }
    if (thread->state != THREAD_RECEIVING || thread->time == 0)
        return RESULT_NOT_READY;
    queue_take(&endpoint_at(thread->receiving_on)->active, op->object);
    thread->receiving_on = 0;
    cancelled(op);
    return RESULT_DONE;
}

/* Then x0 to x18 are lost already. */
static bool waits_in_call(const struct m_thread *thread)
{
    return thread->state == THREAD_RECEIVING ||
           (thread->state == THREAD_CALLING && thread->sender.kind == KIND_CALL);
}

static enum thole_result read_registers(struct operation *op)
{
    if (op->word[0] >= MODEL_REGISTERS)
        return RESULT_BAD_ARGUMENT;
    if (is_current(op->object) && core_of(op->object) != op->core)
        return RESULT_NOT_READY;
    if (!core_left(op->core, op->object))
        return RESULT_MORE;
    for (unsigned index = 0; index < THOLE_MESSAGE_WORDS; index++) {
        uint64_t which = op->word[0] + index;
        bool own = op->object == op->caller && which >= MODEL_SCRATCH_FIRST;
        bool told = which == 0 && thread_at(op->object)->state != THREAD_RECEIVING; /* what it called */
        bool lost = which <= MODEL_LOST_LAST && (own || (waits_in_call(thread_at(op->object)) && !told));

        out(op, which < MODEL_REGISTERS && !lost ? thread_at(op->object)->reg[which] : 0);
    }
    return RESULT_DONE;
}

static bool is_at_rest(const struct m_thread *thread)
{
    return thread->state == THREAD_STOPPED ||
           (thread->state == THREAD_READY && thread->suspended) ||
           (thread->state == THREAD_CALLING && thread->sender.kind == KIND_FAULT);
}

static enum thole_result write_registers(const struct operation *op)
{
    struct m_thread *thread = thread_at(op->object);
    uint64_t first = op->word[0], count = op->word[1];

    if (count < 1 || count > 4 || first > MODEL_REGISTERS || first + count > MODEL_REGISTERS)
        return RESULT_BAD_ARGUMENT;
    if (!is_at_rest(thread))
        return RESULT_NOT_READY;
    if (!core_left(op->core, op->object))
        return RESULT_MORE;
    for (unsigned index = 0; index < count; index++) {
        uint64_t *reg = &thread->reg[first + index];
        uint64_t kept = first + index == MODEL_PSTATE ? *reg & ~MODEL_FLAGS : 0;
        uint64_t mask = first + index == MODEL_PSTATE ? MODEL_FLAGS : UINT64_MAX;

        *reg = kept | (op->word[2 + index] & mask);
    }
    return RESULT_DONE;
}

static enum thole_result resume(const struct operation *op)
{
    struct m_thread *thread = thread_at(op->object);
    bool stopped = thread->state == THREAD_STOPPED;

    if (op->word[0] > 1)
        return RESULT_BAD_ARGUMENT;
    if ((stopped && !has_all(op->object)) ||
        (op->word[0] != 0 && !stopped && !thread->suspended))
        return RESULT_NOT_READY;
    if (stopped && time_is_taken(op->object))
        return RESULT_BUSY;
    if (op->word[0] != 0 && !core_left(op->core, op->object))
        return RESULT_MORE;
    if (op->word[0] != 0)
        thread->reg[MODEL_PSTATE] |= MODEL_STEP;
    thread_resumes(op->core, op->object);
    return RESULT_DONE;
}

static enum thole_result unbind_time(const struct operation *op)
{
    object_t time = part_of(op->object, PART_TIME);

    if (time == 0)
        return RESULT_EMPTY;
    if (thread_at(op->object)->state == THREAD_CALLING && thread_at(op->object)->time != time)
        return RESULT_BUSY; /* it is lent */
    sender_loses_time(op->core, op->object);
    part_drop(op->object, PART_TIME);
    return RESULT_DONE;
}

static enum thole_result bind_time(const struct operation *op)
{
    const struct m_thread *thread = thread_at(op->object);
    cap_t cap;

    if (op->word[0] == 0)
        return unbind_time(op);
    enum thole_result result = part_word(op, 0, OBJECT_SCHED_CONTEXT, RIGHT_CONTROL, false, &cap);

    if (result != RESULT_DONE)
        return result;
    const struct m_time *time = time_at(model.cap[cap].object);

    if (thread->part[PART_TIME] != 0)
        return RESULT_OCCUPIED;
    if (time->budget == 0 || thread->ending ||
        (thread->state != THREAD_STOPPED && thread->state != THREAD_STRANDED &&
         !(thread->state == THREAD_RECEIVING && thread->time == 0)))
        return RESULT_NOT_READY;
    if (time->thread != 0 || time->event != 0)
        return RESULT_BUSY;
    part_embed(op->object, PART_TIME, cap);
    thread_got_time(op->core, op->object);
    return RESULT_DONE;
}

static enum thole_result inspect_thread(struct operation *op)
{
    const struct m_thread *thread = thread_at(op->object);
    bool spent = thread->state == THREAD_READY && thread->time != 0 &&
                 time_at(thread->time)->waited_for != NEVER;

    out(op, thread->state);
    out(op, (thread->suspended ? THREAD_FLAG_SUSPENDED : 0u) |
                (thread->lent ? THREAD_FLAG_LENT : 0u) | (thread->owes ? THREAD_FLAG_OWES : 0u) |
                (thread->sender.kind == KIND_FAULT ? THREAD_FLAG_FAULTED : 0u) |
                (thread->time ? THREAD_FLAG_HAS_TIME : 0u) | (spent ? THREAD_FLAG_SPENT : 0u));
    out(op, thread->ceiling);
    out(op, thread->grace);
    out(op, thread->state == THREAD_CALLING ? thread->sender.badge : 0);
    out(op, thread->fault[0]);
    return RESULT_DONE;
}

static enum thole_result on_thread(struct operation *op, uint64_t label)
{
    switch (label) {
    case THREAD_CONFIGURE:
        return configure(op);
    case THREAD_START:
        return start(op);
    case THREAD_CANCEL:
        return cancel(op);
    case THREAD_READ_REGISTERS:
        return read_registers(op);
    case THREAD_WRITE_REGISTERS:
        return write_registers(op);
    case THREAD_SUSPEND:
        thread_suspends(op->core, op->object);
        return core_left(op->core, op->object) ? RESULT_DONE : RESULT_MORE;
    case THREAD_RESUME:
        return resume(op);
    case THREAD_BIND_TIME:
        return bind_time(op);
    default:
        return inspect_thread(op);
    }
}

/* --- Time and events ------------------------------------------------------------------------------- */

static enum thole_result consumed(struct operation *op)
{
    const struct m_time *time = time_at(op->object);
    bool configured = time->budget != 0;
    bool spent = configured && time_spent(op->object);

    out(op, time->consumed);
    out(op, time->priority);
    out(op, time->budget);
    out(op, time->period);
    out(op, time->core);
    out(op, configured && !spent ? (uint64_t)time->remaining : 0);
    return RESULT_DONE;
}

static enum thole_result fill_time(const struct operation *op)
{
    struct m_share share = { op->word[1], op->word[2], op->word[3], op->word[4] };
    cap_t cap;
    enum thole_result result = slot_word(op, 0, OBJECT_SCHED_CONTEXT, RIGHT_CONTROL, &cap);

    if (result != RESULT_DONE)
        return result;
    if (share.core >= model.cores || share.priority >= PRIORITY_COUNT || share.budget == 0 ||
        share.budget > share.period || share.period > LONGEST_PERIOD)
        return RESULT_BAD_ARGUMENT;
    time_fill(op->core, model.cap[cap].object, share);
    return RESULT_DONE;
}

static enum thole_result fill_ceiling(const struct operation *op)
{
    cap_t cap;
    enum thole_result result = slot_word(op, 0, OBJECT_THREAD, RIGHT_CONTROL, &cap);

    if (result != RESULT_DONE)
        return result;
    if (op->word[1] >= PRIORITY_COUNT || op->word[2] > LONGEST_PERIOD)
        return RESULT_BAD_ARGUMENT;
    set_ceiling(op->core, model.cap[cap].object, (unsigned)op->word[1]);
    thread_at(model.cap[cap].object)->grace = op->word[2];
    return RESULT_DONE;
}

static enum thole_result bind(const struct operation *op)
{
    struct m_event *event = event_at(op->object);
    cap_t endpoint, time;

    if (event->part[PART_ENDPOINT] != 0)
        return RESULT_OCCUPIED;
    enum thole_result result = part_word(op, 0, OBJECT_ENDPOINT, RIGHT_RECV, false, &endpoint);

    if (result == RESULT_DONE)
        result = part_word(op, 1, OBJECT_SCHED_CONTEXT, RIGHT_CONTROL, true, &time);
    if (result != RESULT_DONE)
        return result;
    if (time != 0 && time_at(model.cap[time].object)->budget == 0)
        return RESULT_NOT_READY;
    part_embed(op->object, PART_ENDPOINT, endpoint);
    if (time != 0)
        part_embed(op->object, PART_TIME, time);
    event->sender.badge = model.cap[endpoint].badge;
    event_refires(op->core, op->object);
    return RESULT_DONE;
}

static enum thole_result on_timer(const struct operation *op, uint64_t label)
{
    if (label == TIMER_BIND)
        return bind(op);
    if (label == TIMER_ARM) {
        timer_armed(op->core, op->object, op->word[0]);
        return RESULT_DONE;
    }
    event_at(op->object)->deadline = NEVER;
    event_at(op->object)->home = 0;
    sender_recalled(op->core, op->object);
    return RESULT_DONE;
}

static enum thole_result on_notification(const struct operation *op, uint64_t label)
{
    if (label == NOTIFICATION_BIND)
        return bind(op);
    event_at(op->object)->bits |= model.cap[op->cap].badge;
    event_fires(op->core, op->object);
    return RESULT_DONE;
}

static enum thole_result attach_line(const struct operation *op)
{
    cap_t cap;
    enum thole_result result = slot_word(op, 0, OBJECT_INTERRUPT, RIGHT_CONTROL, &cap);

    return result == RESULT_DONE ? attach(model.cap[cap].object, op->word[1], op->word[2])
                                 : result;
}

/* --- Memory ---------------------------------------------------------------------------------------- */

static enum thole_result on_untyped(struct operation *op, uint64_t label)
{
    const struct m_cap *cap = &model.cap[op->cap];

    if (label == UNTYPED_RETYPE)
        return retype(op->core, op->cap, op->word);
    out(op, cap->address);
    out(op, cap->bits);
    out(op, cap->children != 0 ? cap->used : 0);
    out(op, cap->device);
    return RESULT_DONE;
}

static enum thole_result on_frame(struct operation *op, uint64_t label)
{
    cap_t space;

    if (label == FRAME_UNMAP) {
        unmap_frame(op->cap);
        return RESULT_DONE;
    }
    if (label == FRAME_ADDRESS) {
        out(op, model.cap[op->cap].address);
        out(op, model.cap[op->cap].bits);
        return RESULT_DONE;
    }
    enum thole_result result = slot_word(op, 0, OBJECT_ADDRESS_SPACE, RIGHT_CONTROL, &space);

    return result == RESULT_DONE
               ? map_frame(op->cap, space, op->word[1], op->word[2], op->word[3]) : result;
}

static enum thole_result on_page_table(const struct operation *op, uint64_t label)
{
    cap_t space;

    if (label == PAGE_TABLE_UNMAP) {
        unmap_table(op->cap);
        return RESULT_DONE;
    }
    enum thole_result result = slot_word(op, 0, OBJECT_ADDRESS_SPACE, RIGHT_CONTROL, &space);

    return result == RESULT_DONE ? map_table(op->cap, space, op->word[1]) : result;
}

static enum thole_result assign(struct operation *op)
{
    uint64_t asid;
    cap_t space;
    enum thole_result result = slot_word(op, 0, OBJECT_ADDRESS_SPACE, RIGHT_CONTROL, &space);

    if (result == RESULT_DONE)
        result = assign_asid(space, &asid);
    if (result == RESULT_DONE)
        out(op, asid);
    return result;
}

/* --- Dispatch --------------------------------------------------------------------------------------- */

/* The right that an operation needs; -1: there is no such operation. */
static int right_for(unsigned type, uint64_t label)
{
    switch (label << 8 | type) {
#define CASE(TYPE, number, NAME, right, in, outs) \
    case (uint64_t)number << 8 | OBJECT_##TYPE: \
        return RIGHT_##right;
        THOLE_OPERATIONS(CASE)
#undef CASE
    default:
        return -1;
    }
}

static enum thole_result dispatch(struct operation *op, uint64_t label)
{
    unsigned type = model.cap[op->cap].type;
    int right = right_for(type, label);

    if (right < 0)
        return RESULT_BAD_OPERATION;
    if ((model.cap[op->cap].rights & right) == 0)
        return RESULT_NO_RIGHT;
    switch (type) {
    case OBJECT_UNTYPED:
        return on_untyped(op, label);
    case OBJECT_CAPTABLE:
        return on_table(op, label);
    case OBJECT_THREAD:
        return on_thread(op, label);
    case OBJECT_SCHED_CONTEXT:
        return consumed(op);
    case OBJECT_INTERRUPT: {
        enum thole_result result = bind(op);

        if (result == RESULT_DONE)
            line_routed(op->object);
        return result;
    }
    case OBJECT_TIMER:
        return on_timer(op, label);
    case OBJECT_NOTIFICATION:
        return on_notification(op, label);
    case OBJECT_PAGE_TABLE:
        return on_page_table(op, label);
    case OBJECT_FRAME:
        return on_frame(op, label);
    case OBJECT_IRQ_CONTROL:
        return attach_line(op);
    case OBJECT_SCHED_CONTROL:
        return label == SCHED_CONTROL_CONFIGURE ? fill_time(op) : fill_ceiling(op);
    case OBJECT_ASID_CONTROL:
        return assign(op);
    default:
        model_broken("an operation that drivers avoid");
    }
}

void operate(unsigned core, cap_t cap)
{
    struct operation op = { .core = core, .caller = model.core[core].current, .cap = cap,
                            .object = model.cap[cap].object };
    struct m_thread *caller = thread_at(op.caller);

    memcpy(op.word, &caller->reg[2], sizeof(op.word));
    enum thole_result result = dispatch(&op, thole_tag_label(caller->reg[1]));

    if (!is_thread(op.caller))
        return; /* it has ended itself */
    memcpy(&caller->reg[2], op.out, sizeof(op.out));
    caller->reg[8] = 0;
    set_answer(op.caller, STATUS_OK, thole_tag(result, op.outs));
}
