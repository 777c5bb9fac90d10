/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ways into the kernel: a system call, a fault, an interrupt. Each ends by
 * choosing who runs.
 */
#include "event.h"

#include "object/endpoint.h"
#include "object/operation.h"

struct lock kernel_lock;

/* NOLINTNEXTLINE(readability-non-const-parameter): what the builtin writes to */
static void gate_take(uint32_t *gate)
{
    uint32_t seen = __atomic_fetch_or(gate, GATE_CLOSED, __ATOMIC_ACQUIRE);

    while ((seen & GATE_TAKEN) != 0) {
        arch_relax();
        seen = __atomic_load_n(gate, __ATOMIC_ACQUIRE);
    }
}

/* What is said by both time and thread is said by one while programs run. */
static void gate_leave(struct core *core, bool open)
{
    core_unsettle(core);
    __atomic_store_n(&core->gate, open ? GATE_OPEN : GATE_CLOSED, __ATOMIC_RELEASE);
}

static APART void settle(struct core *core)
{
    core_settle(core);
}

static void other_gates_take(const struct core *core)
{
    for (unsigned number = 0; number < cores_running(); number++) {
        if (!core_is_other(core, &cores[number]))
            continue;
        gate_take(&cores[number].gate);
        settle(&cores[number]);
    }
}

static void other_gates_leave(const struct core *core)
{
    for (unsigned number = 0; number < cores_running(); number++)
        if (core_is_other(core, &cores[number]))
            gate_leave(&cores[number], core_is_plain(&cores[number]) && !threads_stopping());
}

static APART void others_wait(const struct core *core)
{
    lock_take(&kernel_lock);
    other_gates_take(core);
}

static APART void others_go_on(const struct core *core)
{
    other_gates_leave(core);
    lock_release(&kernel_lock);
}

/* A core that is alone needs no lock. */
INLINED bool enter(struct core *core)
{
    if (!core_is_alone(core))
        others_wait(core);
    settle(core);
    return core_enter(core);
}

bool event_enter(struct core *core)
{
    return enter(core);
}

INLINED struct thread *choose(struct core *core)
{
    struct thread *next = core_choose(core);

    gate_leave(core, core_is_plain(core) && !threads_stopping());
    return next;
}

static RARE struct thread *choose_after_stopping(struct core *core)
{
    uint64_t since = arch_time_now();
    bool more = threads_finish_stopping(core);
    struct thread *next = choose(core);

    if (more)
        core_come_again(core, since);
    return next;
}

INLINED struct thread *leave(struct core *core)
{
    struct thread *next = core->current;

    if (threads_stopping())
        next = choose_after_stopping(core);
    else if (core_goes_on(core))
        gate_leave(core, !list_linked(&core->running->dying_ring)); /* else it is plain */
    else
        next = choose(core);
    if (!core_is_alone(core))
        others_go_on(core);
    return next;
}

struct thread *event_leave(struct core *core)
{
    return leave(core);
}

void event_abandon(void)
{
    gate_leave(&cores[0], core_is_plain(&cores[0]) && !threads_stopping());
    if (!core_is_alone(&cores[0]))
        others_go_on(&cores[0]);
}

/* call and try_call: what the capability names decides what a call is. */
static void call(struct core *core, bool may_wait)
{
    struct thread *thread = core->current;
    struct slot *slot = thread_slot(thread, frame_get(&thread->frame, 0));

    if (slot == NULL || slot_is_empty(slot)) {
        thread_return_status(thread, STATUS_BAD_CAPABILITY);
    } else if (slot_type(slot) == OBJECT_ENDPOINT) {
        endpoint_call(core, slot, may_wait);
    } else if (slot_type(slot) == OBJECT_REPLY) {
        sender_answer_aside(core, slot, thread);
        thread_return_status(thread, STATUS_OK);
    } else {
        operation_invoke(core, slot);
    }
}

/* A system call that is a fault: of its own will, or unknown. */
static RARE void fault(struct core *core, enum thole_fault kind, uint64_t address)
{
    const struct frame *frame = &core->current->frame;
    uint64_t word[5] = { kind, address, 0, arch_frame_read(frame, FRAME_PC),
                         arch_frame_read(frame, FRAME_SP) };

    thread_fault(core, word);
}

static void system_call(struct core *core, unsigned number)
{
    struct thread *thread = core->current;
    uint64_t first = frame_get(&thread->frame, 0);

    switch (number) {
    case SYSCALL_CALL:
    case SYSCALL_TRY_CALL:
        call(core, number == SYSCALL_CALL);
        break;
    case SYSCALL_REPLY_RECV:
        endpoint_reply_receive(core, thread_slot(thread, first));
        break;
    case SYSCALL_RECV:
    case SYSCALL_TRY_RECV:
        endpoint_receive(core, thread_slot(thread, first), number == SYSCALL_RECV);
        break;
    case SYSCALL_YIELD:
        thread_return_status(thread, STATUS_OK);
        core_yield(core);
        break;
    case SYSCALL_EXIT:
        fault(core, FAULT_EXIT, first);
        break;
    default:
        fault(core, FAULT_SYSCALL, number);
        break;
    }
}

struct thread *kernel_syscall(struct core *core, unsigned number)
{
    struct thread *thread = core->loaded;

    if (enter(core))
        system_call(core, number);
    else
        arch_frame_undo_syscall(&thread->frame);
    return leave(core);
}

/* Nothing has changed of who runs and until when, or another way out is to be taken. */
static APART uint32_t operation_ends(struct core *core, enum thole_result result)
{
    if (threads_stopping() || !core_goes_on(core) || list_linked(&core->running->dying_ring))
        return OPERATION_ENDS | result;
    core_unsettle(core);
    return result;
}

static APART uint32_t delete_object(const struct thread *caller, struct slot *slot)
{
    struct core *core = core_of(caller);

    core_settle(core);
    return operation_ends(core, slot_delete(core, slot));
}

static APART SELDOM uint32_t retype_beside_dying(OPERATION_PARAMETERS)
{
    struct core *core = core_of(caller);

    settle(core);
    return operation_ends(core, op_UNTYPED_RETYPE(OPERATION_ARGUMENTS));
}

INLINED uint32_t delete(const struct thread *caller, struct slot *slot)
{
    if (slot == NULL)
        return RESULT_BAD_SLOT;
    return slot_delete_copy(slot) ? RESULT_DONE : delete_object(caller, slot);
}

/* What touches capabilities, memory and its translation alone needs to know no more of who runs. */
INLINED uint32_t on_table(uint64_t label, OPERATION_PARAMETERS)
{
    if (label == CAPTABLE_DELETE)
        return delete(caller, operation_table_slot(target, word0));
    if (label == CAPTABLE_COPY)
        return op_CAPTABLE_COPY(OPERATION_ARGUMENTS);
    return label == CAPTABLE_MINT ? op_CAPTABLE_MINT(OPERATION_ARGUMENTS)
                                  : op_CAPTABLE_MOVE(OPERATION_ARGUMENTS);
}

uint32_t kernel_operation(OPERATION_PARAMETERS)
{
    uint64_t label = thole_tag_label(frame_get(&caller->frame, 1));

    if (!slot_permits(target, RIGHT_CONTROL))
        return RESULT_NO_RIGHT;
    switch (slot_type(target)) {
    case OBJECT_CAPTABLE:
        return on_table(label, OPERATION_ARGUMENTS);
    case OBJECT_FRAME:
        return label == FRAME_MAP ? op_FRAME_MAP(OPERATION_ARGUMENTS)
                                  : op_FRAME_UNMAP(OPERATION_ARGUMENTS);
    default:
        return dying_any() ? retype_beside_dying(OPERATION_ARGUMENTS)
                           : op_UNTYPED_RETYPE(OPERATION_ARGUMENTS);
    }
}

SELDOM struct thread *kernel_operation_end(struct core *core, struct thread *caller,
                                           enum thole_result result)
{
    core->space_left = 0; /* as core_enter has it */
    operation_answer(caller, result);
    return event_leave(core);
}

SELDOM struct thread *kernel_fault(struct core *core, const uint64_t word[5])
{
    struct thread *thread = core->loaded;

    bool is_step = word[0] == FAULT_STEP;

    if (event_enter(core)) {
        if (is_step)
            thread_stepped(thread);
        thread_fault(core, word);
    } else if (is_step) {
        arch_frame_undo_step(&thread->frame);
    }
    return event_leave(core);
}

struct thread *kernel_interrupt(struct core *core)
{
    (void)enter(core);
    core_interrupts(core);
    return leave(core);
}
