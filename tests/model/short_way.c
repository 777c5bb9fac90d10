/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The short ways of arch/arm64 on the simulated machine: their very instructions, from
 * the kernel that the cross preset built, over the state of the kernel that was compiled
 * for the host. What they do is compared with the model, as what C does is; and what
 * they leave to C they must not have touched.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/arm64/esr.h"
#include "arch/arm64/offsets_core.h"
#include "arch/arm64/sysreg.h"
#include "compare.h"
#include "kernel/event.h"
#include "tests/a64/image.h"

#define INSTRUCTIONS_MAX 600
#define ACCESSES_MAX     128 /* of one that is left */
#define LOWER            19 /* x0 to x18 */
#define CALL_KEEPS       9  /* x0 to x8 */
#define HIDDEN           0xd0d0d0d0d0d0d0d0ULL
#define SYNCHRONOUS      0x400 /* in the table of vectors */
#define INTERRUPT        0x480
#define WORDS_MAX        2048
#define INTERFACE        0x20000000 /* GICv2's, which is no memory */
#define INTERFACE_BYTES  0x2000
#define SGI_KICK         0
#define NOTHING_PENDING  1023
#define PRETENDED_MAPPING (1u << 16)
#define SENDER_OF_KICK   (3u << 10) /* GICC_IAR's CPUID: C must get it back */

extern char kernel_state_start[], kernel_state_end[];

static bool is_open;
static struct image image;
static struct a64 machine;
static struct a64_access access_log[ACCESSES_MAX];
static struct {
    void *stack_top;
    uint64_t entry_sctlr;
    struct core *core;
    uint64_t interface;
    char between[CPU_TAKEN - CPU_INTERFACE - 8];
    uint32_t taken;
    struct interrupt **lines;
} cpu_of[CORES_MAX];
STATIC_ASSERT(offsetof(__typeof__(cpu_of[0]), lines) == CPU_LINES);
STATIC_ASSERT(offsetof(__typeof__(cpu_of[0]), interface) == CPU_INTERFACE);
STATIC_ASSERT(offsetof(__typeof__(cpu_of[0]), core) == CPU_CORE);
STATIC_ASSERT(offsetof(__typeof__(cpu_of[0]), taken) == CPU_TAKEN);
STATIC_ASSERT(offsetof(__typeof__(cpu_of[0]), stack_top) == CPU_STACK_TOP);
STATIC_ASSERT(offsetof(__typeof__(cpu_of[0]), entry_sctlr) == CPU_STACK_TOP + 8);
static uint64_t vectors, operation, operation_end;
static uint64_t stack[64]; /* C's, which it does not use here */
static uint32_t acknowledged; /* and its priority not dropped yet; 0: nothing */
static const struct thread *taken_by;
static struct frame interrupted; /* its registers then */
static uint64_t sctlr_of_programs;
static bool ended_by_c; /* who resumes nobody then is idle */
static uint8_t fp_turns[MODEL_OBJECTS]; /* before it, each thread's */
static bool is_disturbed; /* by `run`, not by what the exception was for */
static struct core core_then; /* as it was when the exception was taken */
static uint32_t executed[WORDS_MAX], jumped[WORDS_MAX];
static struct a64_coverage coverage = { .executed = executed, .jumped = jumped };
uint64_t short_ways_taken;

/* --- The interrupt controller and the timer, as the instructions see them ------------------ */

static uint32_t pretended; /* the line that seems to be pending; 0: see the simulated machine */

static uint32_t acknowledge(void)
{
    uint32_t line = pretended != 0 ? pretended : arch_irq_acknowledge();

    if (acknowledged != 0)
        failure("a short way acknowledges twice");
    acknowledged = line == ARCH_IRQ_KICK    ? SGI_KICK | SENDER_OF_KICK
                   : line == ARCH_IRQ_TIMER ? SIM_LINE_TIMER
                   : line == ARCH_IRQ_NONE  ? NOTHING_PENDING : line;
    return acknowledged;
}

static void drop_priority(uint64_t taken)
{
    if (taken != acknowledged)
        failure("a short way drops the priority of another than it has acknowledged");
    acknowledged = 0;
}

static uint64_t interface_load(void *context, uint64_t address, unsigned bytes)
{
    (void)context;
    if (address != INTERFACE + GICC_IAR || bytes != 4)
        failure("a short way reads what is no register of the GIC");
    return acknowledge();
}

static void interface_store(void *context, uint64_t address, unsigned bytes, uint64_t value)
{
    (void)context;
    if (address == INTERFACE + GICC_EOIR && bytes == 4)
        drop_priority(value);
    else if (address == INTERFACE + GICC_DIR && bytes == 4)
        arch_irq_done((uint32_t)value, sim.here);
    else
        failure("a short way writes what is no register of the GIC");
}

static uint64_t read_system(struct a64 *core, enum a64_register which)
{
    if (which == A64_CNTVCT_EL0)
        return sim.now;
    return which == A64_ICC_IAR1_EL1 ? acknowledge() : core->system[which];
}

/* The timer is on when its control says so, which is written last. */
static void write_system(struct a64 *core, enum a64_register which, uint64_t value)
{
    core->system[which] = value;
    if (which == A64_ICC_EOIR1_EL1)
        drop_priority(value);
    else if (which == A64_ICC_DIR_EL1)
        arch_irq_done((uint32_t)value, sim.here);
    else if (which == A64_CNTV_CTL_EL0 && value != CNTV_CTL_ON && value != CNTV_CTL_SILENT)
        failure("a short way leaves the timer neither on nor silent");
    else if (which == A64_CNTV_CTL_EL0)
        arch_timer_set(value == CNTV_CTL_ON ? core->system[A64_CNTV_CVAL_EL0] : UINT64_MAX);
}

static bool takes_gate; /* of a kernel for one core nobody else could close it */

bool short_way_open(void)
{
    if (image_open_built(&image, "kernel.elf") != NULL)
        return false;
    vectors = image_symbol(&image, "vectors");
    takes_gate = image_find(&image, "core_entry", &(uint64_t){ 0 }, NULL);
    coverage.start = image_symbol(&image, "fast_call");
    coverage.words = (image_symbol(&image, "fast_end") - coverage.start) / 4;
    if (coverage.words > WORDS_MAX) {
        fprintf(stderr, "the short ways are longer than this test\n");
        exit(2);
    }
    a64_init(&machine);
    machine.system[A64_SCTLR_EL1] &= ~(uint64_t)A64_SCTLR_A;
    sctlr_of_programs = machine.system[A64_SCTLR_EL1];
    machine.accesses = access_log;
    machine.access_room = ACCESSES_MAX;
    machine.coverage = &coverage;
    machine.read_system = read_system;
    machine.write_system = write_system;
    a64_map_device(&machine, INTERFACE, INTERFACE_BYTES,
                   (struct a64_device){ interface_load, interface_store, NULL });
    image_map(&image, &machine);
    a64_stop_at(&machine, image_symbol(&image, "long_way"));
    a64_stop_at(&machine, image_symbol(&image, "enter_event_sync"));
    a64_stop_at(&machine, image_symbol(&image, "enter_event_interrupt"));
    operation = image_symbol(&image, "kernel_operation");
    operation_end = image_symbol(&image, "operation_end");
    a64_stop_at(&machine, operation);
    a64_stop_at(&machine, operation_end);
    is_open = true;
    return true;
}

/* What the simulated machine has now; worlds are made after the image was opened. */
static void map_state(void)
{
    static char *ram;

    if (ram == sim.ram)
        return;
    ram = sim.ram;
    a64_map_host(&machine, cpu_of, sizeof(cpu_of), A64_RW);
    a64_map_host(&machine, stack, sizeof(stack), A64_RW);
    a64_map_host(&machine, kernel_state_start, (uint64_t)(kernel_state_end - kernel_state_start),
                 A64_RW);
    a64_map_host(&machine, sim.ram, sim.ram_bytes, A64_RW);
}

static struct thread *thread_named(object_t name)
{
    return (struct thread *)(sim.ram + (model.object[name].address - SIM_RAM_BASE));
}

/* Whoever has them: those of nobody must not become anybody's. */
static void take_fp(void)
{
    memcpy(machine.q, sim.fp.q, sizeof(machine.q));
    machine.system[A64_FPSR] = sim.fp.fpsr;
    machine.system[A64_FPCR] = sim.fp.fpcr;
    machine.cpacr = machine.system[A64_CPACR_EL1] = sim.fp_open ? CPACR_OPEN : 0;
    for (object_t each = 1; each < model.object_limit; each++)
        if (is_thread(each))
            fp_turns[each] = thread_named(each)->sender.fp_turns;
}

/* It has taken a turn if it was not there before, and nobody else has. */
static void check_turns(const struct thread *thread)
{
    for (object_t each = 1; each < model.object_limit; each++) {
        bool comes = is_thread(each) && thread_named(each) == thread && thread != taken_by;

        if (is_thread(each) &&
            thread_named(each)->sender.fp_turns != fp_turns[each] - (comes && fp_turns[each] != 0))
            failure("a short way counts turns with FP/SIMD registers otherwise");
    }
}

static void return_fp(const struct thread *thread)
{
    memcpy(sim.fp.q, machine.q, sizeof(machine.q));
    sim.fp.fpsr = machine.system[A64_FPSR];
    sim.fp.fpcr = machine.system[A64_FPCR];
    sim.fp_open = machine.system[A64_CPACR_EL1] != 0;
    if (sim.fp_open != (thread->sender.fp_turns != 0) ||
        (sim.fp_open && machine.system[A64_CPACR_EL1] != CPACR_OPEN))
        failure("a short way leaves FP/SIMD open or closed that should not be");
    check_turns(thread);
}

/* As set_timer of kernel/core.c had it while that ran, which other time has taken over from since. */
static uint64_t timer_before(const struct core *core, const struct sched_context *time)
{
    uint64_t first = core->deadlines.timer;
    bool alone = sched_context_is_whole(time) && core->ready_levels >> time->priority == 0;
    uint64_t end = alone ? UINT64_MAX : core->since + (uint64_t)time->remaining;

    return first < end ? first : end;
}

/* Tests look at the kernel in between as if C had entered: `time` is first in its queue. */
static void interrupt_again(struct core *core, struct sched_context *time)
{
    list_remove(&time->ready);
    if (list_empty(&core->ready[time->level]))
        core->ready_levels &= ~(1ULL << time->level);
    core->interrupted = time;
    core->interrupted_thread = time->thread;
    core->timer_before = timer_before(core, time);
    time->thread->time = NULL;
    time->thread = NULL;
}

/* Who is the next to run may have been interrupted for what runs, which is more often than it was. */
static struct sched_context *could_be_interrupted(const struct core *core)
{
    static unsigned count;

    if (core->gate != GATE_OPEN || core->current == NULL || core->ready_levels == 0 ||
        count++ % 4 == 0)
        return NULL;
    unsigned level = 63u - (unsigned)__builtin_clzll(core->ready_levels);
    struct sched_context *time =
        CONTAINER_OF(core->ready[level].next, struct sched_context, ready);
    const struct thread *thread = time->thread;
    bool plain = thread->sender.flags == 0 && thread->sender.fp_turns == 0 &&
                 thread->sender.doomed == 0 && !list_linked(&time->dying_ring);

    return plain && core->running->priority > level && thread->loaded_on == core->number &&
                   time->remaining > 0 ? time : NULL;
}

static void undo_all_settling(void)
{
    for (unsigned each = 0; each < core_count; each++) {
        struct core *core = &cores[each];

        core_unsettle(core);
        if (core->current != NULL && core->gate == GATE_OPEN)
            core->running->thread = NULL; /* or whoever had it before */
        struct sched_context *time = could_be_interrupted(core);

        if (time != NULL)
            interrupt_again(core, time);
    }
}

/* Who was interrupted already when the next is, is queued. */
static uint64_t levels_then(void)
{
    const struct sched_context *time = core_then.interrupted;

    if (time == NULL)
        return core_then.ready_levels;
    unsigned priority = time->priority, ceiling = core_then.interrupted_thread->sender.ceiling;

    return core_then.ready_levels | 1ULL << (priority > ceiling ? priority : ceiling);
}

/* What the end of the event will find is true of who was interrupted by it. */
static void check_interrupted(const struct core *core)
{
    const struct sched_context *time = core->interrupted;

    if (time == NULL || time == core_then.interrupted)
        return;
    if (time != core_then.running || core->interrupted_thread != taken_by ||
        core->ready_levels != levels_then() || core->timer_before != core_then.timer_set)
        failure("a short way says of who was interrupted what is not so");
}

/* Of who runs `running` alone says on what time. */
static void check_time(const struct thread *resumed)
{
    if (resumed->time != NULL)
        failure("a short way says twice on what time a thread runs");
}

/* Where a message was delivered, or is waited for now: no other core's short ways are there. */
static void check_home(const struct core *core, const struct thread *resumed)
{
    bool event_came = core->interrupted != core_then.interrupted && core->interrupted_thread == taken_by;
    bool delivered = resumed->owes != NULL && (resumed->owes == &taken_by->sender || event_came);

    if ((delivered && resumed->receiving_on->home != core) ||
        (taken_by->state == THREAD_RECEIVING && taken_by->receiving_on->home != core))
        failure("a short way is at an endpoint whose home is elsewhere");
}

/* As an exception finds the core: the program's registers are in it, and not in memory. */
static void take_exception(struct core *core, struct thread *thread, unsigned vector)
{
    static unsigned count;
    struct frame *frame = &thread->frame;
    uint64_t *hidden = (uint64_t *)frame;

    cpu_of[core->number].core = core;
    cpu_of[core->number].lines = irq_line;
    cpu_of[core->number].stack_top = stack + sizeof(stack) / sizeof(*stack);
    cpu_of[core->number].entry_sctlr = count % 3 ? sctlr_of_programs | SCTLR_ENIB : 0;
    machine.system[A64_SCTLR_EL1] = sctlr_of_programs;
    interrupted = *frame;
    core_then = *core;
    ended_by_c = false;
    cpu_of[core->number].interface = count++ % 2 ? INTERFACE : 0; /* GICv2, and GICv3 */
    acknowledged = 0;
    taken_by = thread;
    take_fp();
    memcpy(machine.x, frame->x, sizeof(machine.x));
    machine.sp = (uintptr_t)thread;
    machine.pc = vectors + vector;
    machine.system[A64_ELR_EL1] = frame->pc;
    machine.system[A64_SPSR_EL1] = frame->pstate;
    machine.system[A64_SP_EL0] = frame->sp;
    machine.system[A64_TPIDR_EL0] = frame->tls;
    machine.system[A64_TPIDR_EL1] = (uintptr_t)&cpu_of[core->number];
    machine.system[A64_TTBR0_EL1] = core->space;
    machine.access_count = 0;
    machine.monitor_bytes = 0;
    for (unsigned index = 0; index <= offsetof(struct frame, tls) / sizeof(*hidden); index++)
        hidden[index] = HIDDEN;
}

static struct thread *return_from_exception(void)
{
    struct thread *thread = (struct thread *)(uintptr_t)machine.sp;
    struct frame *frame = &thread->frame;

    if (machine.system[A64_SCTLR_EL1] != sctlr_of_programs)
        failure("a short way returns with what C alone may sign by");
    if (name_of(thread) == WRONG || model.object[name_of(thread)].type != OBJECT_THREAD)
        failure("a short way returns to what is no thread");
    memcpy(frame->x, machine.x, sizeof(machine.x));
    frame->pc = machine.system[A64_ELR_EL1];
    frame->pstate = machine.system[A64_SPSR_EL1];
    frame->sp = machine.system[A64_SP_EL0];
    frame->tls = machine.system[A64_TPIDR_EL0];
    arch_thread_switch(frame, machine.system[A64_TTBR0_EL1]);
    return_fp(thread);
    sim.timer_left = true;
    short_ways_taken++;
    check_interrupted(&cores[sim.here]);
    check_home(&cores[sim.here], thread);
    check_time(thread);
    return thread;
}

/* It wrote nothing but what the long way saves anyway, and its gate is as it was. */
static void check_untouched(const struct core *core, struct thread *thread,
                            const struct frame *before, uint32_t gate, unsigned saved_from,
                            unsigned kept)
{
    uint64_t own = (uintptr_t)&thread->frame.x[saved_from], end = (uintptr_t)&thread->frame.step;

    if (machine.access_count > ACCESSES_MAX)
        failure("a short way that is left was too long");
    for (size_t at = 0; at < machine.access_count; at++) {
        const struct a64_access *access = &access_log[at];

        if (access->kind == A64_WRITE && (access->address < own || access->address >= end) &&
            access->address != (uintptr_t)&core->gate &&
            access->address != (uintptr_t)&cpu_of[core->number].taken)
            failure("a short way changed something and was left");
    }
    if (memcmp(machine.x, before->x, kept * sizeof(uint64_t)) != 0 ||
        memcmp(&thread->frame.x[saved_from], &before->x[saved_from],
               (31 - saved_from) * sizeof(uint64_t)) != 0 ||
        machine.sp != (uintptr_t)thread || core->gate != gate)
        failure("a short way that was left has lost something");
    thread->frame = *before;
}

/* Other exceptions have saved all; the long way saves x0 to x8, a system call keeps no more of x0 to x18. */
static void check_left(const struct core *core, struct thread *thread, const struct frame *before,
                       uint32_t gate)
{
    bool all = machine.pc != image_symbol(&image, "long_way");

    check_untouched(core, thread, before, gate, all ? 0 : LOWER, all ? 0 : CALL_KEEPS);
}

/* SCTLR_EL1 while C runs. */
static uint64_t signing(const struct core *core)
{
    uint64_t entry = cpu_of[core->number].entry_sctlr;

    return entry != 0 ? entry : sctlr_of_programs;
}

/* What C may do with the registers of its caller. */
static enum a64_stop return_from_c(uint32_t result)
{
    for (unsigned index = 0; index <= 18; index++)
        machine.x[index] = HIDDEN + index;
    machine.x[0] = HIDDEN << 32 | result;
    machine.pc = machine.x[30];
    return a64_run(&machine, INSTRUCTIONS_MAX);
}

static enum a64_stop call_c(const struct core *core)
{
    struct thread *caller = core->current;
    const uint64_t *x = machine.x;

    if (!core->alone || ((core->gate & GATE_TAKEN) != 0) != takes_gate)
        failure("a short way calls C, which has no lock");
    if (x[0] != (uintptr_t)caller || machine.system[A64_SCTLR_EL1] != signing(core) ||
        machine.sp != (uintptr_t)cpu_of[core->number].stack_top)
        failure("a short way calls C as nobody is to call it");
    return return_from_c(kernel_operation(caller, (struct slot *)(uintptr_t)x[1], x[2], x[3], x[4],
                                          x[5], x[6], x[7]));
}

/*
 * Now and then something comes between. Another core's C, or an exception: the monitor of
 * what ldaxr has read, the first time, the second or the third, is open again, and the store that
 * follows will not be made. Or C wants the gate, which is taken: it closes it, and finds it
 * closed when the way is over.
 */
static enum a64_stop run(struct core *core, uint32_t *gate_after)
{
    static unsigned count;
    enum a64_stop stop = A64_LIMIT;

    count = (count + 1) % 64;
    unsigned opened = count % 21 == 1 ? 1 + count / 21 : 0;
    bool gate_closes = takes_gate && count == 32;

    is_disturbed = opened != 0 || gate_closes || *gate_after != GATE_OPEN;

    for (unsigned held = opened; held > 0; held--) {
        while (stop == A64_LIMIT && machine.monitor_bytes == 0)
            stop = a64_run(&machine, 1);
        uint64_t address = machine.monitor;

        while (stop == A64_LIMIT && held > 1 && machine.monitor_bytes != 0 &&
               machine.monitor == address)
            stop = a64_run(&machine, 1);
        if (held == 1)
            machine.monitor_bytes = 0;
    }
    while (gate_closes && stop == A64_LIMIT && (core->gate & GATE_TAKEN) == 0)
        stop = a64_run(&machine, 1);
    if (gate_closes && stop == A64_ERET)
        failure("a short way did not take its gate");
    if (gate_closes && stop == A64_LIMIT)
        *gate_after = core->gate |= GATE_CLOSED;
    *gate_after &= ~(uint32_t)GATE_TAKEN;
    if (stop == A64_LIMIT)
        stop = a64_run(&machine, INSTRUCTIONS_MAX);
    if (stop == A64_REACHED && machine.pc == operation)
        stop = call_c(core);
    if (takes_gate && opened == 1 && stop == A64_ERET)
        failure("a short way went on without its gate");
    return stop;
}

/* C has done it, and says who goes on: the rest is no short way's any more. */
static struct thread *end_operation(struct core *core)
{
    struct thread *caller = (struct thread *)(uintptr_t)machine.sp;
    const struct frame *frame = &caller->frame, *before = &interrupted;

    if (memcmp(&frame->x[LOWER], &before->x[LOWER], (31 - LOWER) * sizeof(uint64_t)) != 0 ||
        frame->pc != before->pc || frame->sp != before->sp || frame->tls != before->tls ||
        frame->pstate != before->pstate || frame->step != before->step)
        failure("a short way that C ends has not saved what a call keeps");
    if (machine.x[19] != cpu_of[core->number].entry_sctlr ||
        machine.system[A64_SCTLR_EL1] != signing(core) ||
        machine.x[20] != (uintptr_t)&cpu_of[core->number])
        failure("a short way that C ends has lost its core");
    ended_by_c = true;
    return kernel_operation_end(core, caller, (enum thole_result)machine.x[2]);
}

/* Whom it resumes; NULL: it is left to C. */
static struct thread *run_to_its_end(struct core *core, uint32_t *gate)
{
    switch (run(core, gate)) {
    case A64_ERET:
        if (core->gate != *gate)
            failure("a short way left its gate otherwise than C has closed it");
        if (acknowledged != 0)
            failure("a short way went on without dropping the priority");
        return return_from_exception();
    case A64_REACHED:
        return machine.pc == operation_end ? end_operation(core) : NULL;
    default:
        image_explain(&image, &machine);
        failure("a short way came to no end");
    }
}

/* An index past its table's end names nothing, whatever its lower bits would name. */
static void try_index_past_the_end(struct core *core, struct thread *thread, unsigned number)
{
    const struct frame before = thread->frame;
    struct frame with_index = before;
    uint32_t gate = core->gate;

    if (number == SYSCALL_YIELD)
        return; /* names nothing */
    with_index.x[0] |= 1ULL << 40;
    thread->frame = with_index;
    take_exception(core, thread, SYNCHRONOUS);
    machine.system[A64_ESR_EL1] = ESR_WORD_SVC64 | number;
    if (a64_run(&machine, INSTRUCTIONS_MAX) != A64_REACHED)
        failure("a short way took an index past its table's end");
    check_left(core, thread, &with_index, gate);
    thread->frame = before;
}

/* What the random events cannot bring about, or only machines that are broken: it is C's. */
static void expect_left(struct core *core, struct thread *thread, unsigned vector, uint64_t syndrome)
{
    const struct frame before = thread->frame;
    uint32_t gate = core->gate;

    take_exception(core, thread, vector);
    machine.system[A64_ESR_EL1] = syndrome;
    if (a64_run(&machine, INSTRUCTIONS_MAX) != A64_REACHED)
        failure("a short way did what only C can do");
    check_left(core, thread, &before, gate);
    cpu_of[core->number].taken = 0;
}

/* The end of a period or of a budget is C's: of what runs, and of what would go on in its place. */
static void try_ends_of_time(struct core *core, struct thread *thread, unsigned vector,
                             uint64_t syndrome, struct sched_context *next)
{
    struct sched_context *const times[] = { core->running, next };

    for (unsigned which = 0; which < 2 && times[which] != NULL; which++) {
        struct sched_context *time = times[which], saved = *time;

        time->period_end = sim.now;
        expect_left(core, thread, vector, syndrome);
        *time = saved;
        time->remaining = which == 0 ? (int64_t)(sim.now - core->since) : 0;
        expect_left(core, thread, vector, syndrome);
        *time = saved;
    }
}

/* One of the two that change places is to be told of something first. */
static void try_doomed(struct core *core, struct thread *thread, unsigned vector, uint64_t syndrome,
                       struct thread *other)
{
    struct thread *const both[] = { thread, other };

    for (unsigned which = 0; which < 2 && both[which] != NULL; which++) {
        uint8_t doomed = both[which]->sender.doomed;

        both[which]->sender.doomed = STATUS_PEER_DIED;
        expect_left(core, thread, vector, syndrome);
        both[which]->sender.doomed = doomed;
    }
}

/* The endpoint is no core's of which short ways may be there. */
static void try_elsewhere(struct core *core, struct thread *thread, unsigned vector,
                          uint64_t syndrome, struct endpoint *endpoint)
{
    if (endpoint == NULL)
        return;
    struct core *home = endpoint->home;

    endpoint->home = NULL;
    expect_left(core, thread, vector, syndrome);
    endpoint->home = home;
}

/* An event whose time is another's, or of another core, or not more urgent; or which meets elsewhere. */
static void try_event(struct core *core, struct thread *thread, unsigned vector, uint64_t syndrome,
                      struct sender *event)
{
    struct sched_context *time = sender_time(event), saved;
    struct endpoint *endpoint = slot_object(&event->endpoint);

    try_ends_of_time(core, thread, vector, syndrome, time);
    if (time == NULL || time == core->running || time->core != core->number)
        return;
    saved = *time;
    time->thread = thread;
    expect_left(core, thread, vector, syndrome);
    *time = saved;
    time->event = event;
    expect_left(core, thread, vector, syndrome);
    *time = saved;
    time->core ^= 1;
    expect_left(core, thread, vector, syndrome);
    *time = saved;
    time->priority = core->running->priority;
    expect_left(core, thread, vector, syndrome);
    *time = saved;
    uint8_t ceiling = thread->sender.ceiling;

    thread->sender.ceiling = time->priority;
    expect_left(core, thread, vector, syndrome);
    thread->sender.ceiling = ceiling;
    struct thread *driver = endpoint->warm;

    try_elsewhere(core, thread, vector, syndrome, endpoint);
    try_doomed(core, thread, vector, syndrome, driver);
    endpoint->warm = NULL;
    expect_left(core, thread, vector, syndrome);
    endpoint->warm = driver;
}

/* A line that nobody has; or whose Interrupt is not idle, though it was not unmasked. */
static void try_broken_lines(struct core *core, struct thread *thread)
{
    pretended = SIM_LINES - 1;
    expect_left(core, thread, INTERRUPT, 0);
    for (uint32_t line = GIC_SPI_FIRST_LINE; line < SIM_LINES; line++) {
        struct interrupt *interrupt = irq_line[line];

        if (interrupt == NULL || interrupt->sender.state != SENDER_IDLE)
            continue;
        pretended = line;
        interrupt->sender.state = SENDER_QUEUED;
        expect_left(core, thread, INTERRUPT, 0);
        interrupt->sender.state = SENDER_IDLE;
        try_event(core, thread, INTERRUPT, 0, &interrupt->sender);
    }
    pretended = 0;
}

/* Dying time goes on in C: whose time that is would go on here. */
static struct sched_context *time_to_go_on(const struct core *core, const struct thread *thread,
                                           unsigned number)
{
    const struct sender *owed = thread->owes;
    unsigned level = core->ready_levels != 0 ? 63u - (unsigned)__builtin_clzll(core->ready_levels) : 0;
    struct sched_context *first = core->interrupted != NULL ? core->interrupted
        : CONTAINER_OF(core->ready[level].next, struct sched_context, ready);

    if (number == SYSCALL_YIELD)
        return core->ready_levels != 0 && core->running->priority <= level &&
                       thread->sender.ceiling <= level ? first : NULL;
    if (number != SYSCALL_REPLY_RECV || owed == NULL)
        return NULL;
    if ((owed->flags & SENDER_EVENT) != 0)
        return core->interrupted != NULL || core->ready_levels != 0 ? first : NULL;
    return (owed->flags & SENDER_FAULTED) != 0 && !thread->lent ? thread_of_sender(owed)->time : NULL;
}

static void try_dying_time(struct core *core, struct thread *thread, unsigned number)
{
    struct sched_context *time = time_to_go_on(core, thread, number);

    if (time == NULL)
        return;
    try_ends_of_time(core, thread, SYNCHRONOUS, ESR_WORD_SVC64 | number, time);
    if (list_linked(&time->dying_ring) || time == core->interrupted)
        return; /* or C would have put it into its queue */
    list_init(&time->dying_ring);
    expect_left(core, thread, SYNCHRONOUS, ESR_WORD_SVC64 | number);
    time->dying_ring = (struct list){ NULL, NULL };
}

/* Others wait for the time of this service; another core took the line. */
static void try_special_event(struct core *core, struct thread *thread, uint64_t syndrome,
                              struct sender *event)
{
    uint8_t awaited = event->awaited;

    event->awaited = 1;
    expect_left(core, thread, SYNCHRONOUS, syndrome);
    event->awaited = awaited;
    if (event->kind != KIND_INTERRUPT)
        return;
    struct interrupt *interrupt = CONTAINER_OF(event, struct interrupt, sender);
    uint16_t owing = interrupt->owing;

    interrupt->owing = (uint16_t)(2 + core->number);
    expect_left(core, thread, SYNCHRONOUS, syndrome);
    interrupt->owing = owing;
}

/* Whose time it was has died meanwhile, or who has faulted has none any more. */
static void try_lost_time(struct core *core, struct thread *thread, unsigned number)
{
    struct sender *owed = thread->owes;
    uint64_t syndrome = ESR_WORD_SVC64 | number;

    if (number != SYSCALL_REPLY_RECV || owed == NULL)
        return;
    if ((owed->flags & SENDER_EVENT) != 0) {
        struct sender *event = core->running->event;

        core->running->event = NULL;
        expect_left(core, thread, SYNCHRONOUS, syndrome);
        core->running->event = event;
        owed->fired_again ^= 1;
        if (owed->fired_again != 0)
            expect_left(core, thread, SYNCHRONOUS, syndrome);
        owed->fired_again ^= 1;
        try_special_event(core, thread, syndrome, owed);
    } else if ((owed->flags & SENDER_FAULTED) != 0 && !thread->lent) {
        struct sched_context *time = thread_of_sender(owed)->time;

        thread_of_sender(owed)->time = NULL;
        expect_left(core, thread, SYNCHRONOUS, syndrome);
        thread_of_sender(owed)->time = time;
    }
    if ((owed->flags & SENDER_FAULTED) == 0)
        return;
    struct thread *faulted = thread_of_sender(owed);
    uint64_t fault = faulted->fault_word[0];

    faulted->fault_word[0] = FAULT_TIMEOUT; /* it goes on in the next period */
    expect_left(core, thread, SYNCHRONOUS, syndrome);
    faulted->fault_word[0] = fault;
}

/* An equal that is ready is never less urgent than who was interrupted. If it were so, it is C's. */
static void try_interrupted_equal(struct core *core, struct thread *thread, unsigned number)
{
    if (number != SYSCALL_YIELD || core->interrupted != NULL)
        return;
    if (time_to_go_on(core, thread, number) == NULL)
        return;
    core->interrupted = core->running;
    expect_left(core, thread, SYNCHRONOUS, ESR_WORD_SVC64 | number);
    core->interrupted = NULL;
}

/* A signal to a Notification that is idle. */
static void try_signal(struct core *core, struct thread *thread, unsigned number)
{
    struct slot *slot = thread_slot(thread, thread->frame.x[0]);

    if (number != SYSCALL_CALL || slot == NULL || slot_type(slot) != OBJECT_NOTIFICATION)
        return;
    struct notification *notification = slot_object(slot);

    if (notification->sender.state == SENDER_IDLE)
        try_event(core, thread, SYNCHRONOUS, ESR_WORD_SVC64 | number, &notification->sender);
}

/* Who would get the capability that the message brings, if it may bring one. */
static const struct thread *brings_to(const struct thread *thread, unsigned number)
{
    const struct slot *slot = thread_slot(thread, thread->frame.x[0]);
    bool is_endpoint = slot != NULL && slot_type(slot) == OBJECT_ENDPOINT;

    if ((thread->frame.x[1] & THOLE_TAG_CAP) == 0 || !is_endpoint)
        return NULL;
    if (number == SYSCALL_CALL && slot_permits(slot, RIGHT_GRANT))
        return ((const struct endpoint *)slot_object(slot))->warm;
    return number == SYSCALL_REPLY_RECV && thread->owes != NULL && thread->owes->kind == KIND_CALL
               ? thread_of_sender(thread->owes) : NULL;
}

/* The Frame that is brought, if it is one: it is made to seem mapped, which what arrives is not. */
static struct slot *pretend_mapped(const struct thread *thread)
{
    struct slot *slot = thread_slot(thread, thread->frame.x[7]);

    if (slot == NULL || slot_type(slot) != OBJECT_FRAME)
        return NULL;
    slot->badge ^= PRETENDED_MAPPING;
    return slot;
}

/* The lists of derivations belong to all cores. */
static void check_brought(const struct core *core, const struct thread *resumed)
{
    if (!core->alone && resumed != NULL && (resumed->frame.x[1] & THOLE_TAG_CAP) != 0)
        failure("a short way derives a capability, and has no lock");
}

/* Of this nothing can be derived: it is too deep, which takes a whole table of copies, or goes away. */
static void try_barren(struct core *core, struct thread *thread, unsigned number)
{
    const struct thread *to = brings_to(thread, number);
    struct slot *source = thread_slot(thread, thread->frame.x[7]), *target;
    struct copied copied;

    if (to == NULL || source == NULL || thread_arrival(to) == 0)
        return;
    target = thread_slot(to, thread_arrival(to));
    if (target == NULL || !slot_is_empty(target) || slot_is_empty(source) ||
        slot_check_copy(source, RIGHTS_ALL, 0, &copied) != RESULT_DONE)
        return;
    uint64_t next = source->next;

    source->next |= (uint64_t)DERIVATION_MAX_DEPTH << SLOT_DEPTH_SHIFT;
    expect_left(core, thread, SYNCHRONOUS, ESR_WORD_SVC64 | number);
    source->next = next | (uint64_t)SLOT_ENDING << SLOT_FLAGS_SHIFT;
    expect_left(core, thread, SYNCHRONOUS, ESR_WORD_SVC64 | number);
    source->next = next;
}

/* Where who goes on has this level: one is ready that comes first, by its level or that of equals. */
static void try_ready(struct core *core, struct thread *thread, uint64_t syndrome, unsigned level)
{
    uint64_t levels = core->ready_levels;

    if (level >= PRIORITY_COUNT)
        return;
    core->ready_levels = 1ULL << level;
    expect_left(core, thread, SYNCHRONOUS, syndrome);
    core->ready_levels = levels;
}

/* Somebody was interrupted, and would have to be compared. */
static void try_interrupted(struct core *core, struct thread *thread, uint64_t syndrome)
{
    struct sched_context *saved = core->interrupted;

    core->interrupted = core->running;
    expect_left(core, thread, SYNCHRONOUS, syndrome);
    core->interrupted = saved;
}

static void try_other_core(struct core *core, struct thread *thread, uint64_t syndrome,
                           struct sched_context *time)
{
    if (time->core != core->number)
        return;
    time->core ^= 1;
    expect_left(core, thread, SYNCHRONOUS, syndrome);
    time->core ^= 1;
}

static unsigned level_of(const struct thread *thread, const struct sched_context *time)
{
    return thread->sender.ceiling > time->priority ? thread->sender.ceiling : time->priority;
}

/* A fault that a handler with time of its own is told. */
static void try_handlers_time(struct core *core, struct thread *thread, uint64_t syndrome)
{
    struct endpoint *endpoint = slot_object(&thread->fault);

    if (endpoint == NULL || endpoint->warm != NULL || list_empty(&endpoint->active))
        return;
    struct thread *handler = CONTAINER_OF(endpoint->active.next, struct thread, link_receive);
    struct sched_context *time = handler->time;

    try_ends_of_time(core, thread, SYNCHRONOUS, syndrome, time);
    try_other_core(core, thread, syndrome, time);
    try_ready(core, thread, syndrome, level_of(handler, time));
    try_interrupted(core, thread, syndrome);
    try_doomed(core, thread, SYNCHRONOUS, syndrome, handler);
    uint8_t ceiling = handler->sender.ceiling;

    handler->sender.ceiling = time->priority;
    try_doomed(core, thread, SYNCHRONOUS, syndrome, handler);
    handler->sender.ceiling = 0;
    try_ready(core, thread, syndrome, time->priority);
    handler->sender.ceiling = time->priority + 1;
    try_ready(core, thread, syndrome, time->priority + 1);
    handler->sender.ceiling = ceiling;
    struct list *first = endpoint->receivers.next;

    endpoint->receivers.next = &handler->link_receive; /* others wait, too */
    expect_left(core, thread, SYNCHRONOUS, syndrome);
    endpoint->receivers.next = first;
}

/* A fault that is told on the thread's own time: whoever runs on it then, is no less urgent. */
static void try_less_urgent(struct core *core, struct thread *thread, uint64_t syndrome,
                            const struct endpoint *endpoint)
{
    struct thread *to = endpoint != NULL ? endpoint->warm : NULL;

    if (to == NULL)
        return;
    try_doomed(core, thread, SYNCHRONOUS, syndrome, to);
    uint8_t ceiling = thread->sender.ceiling;

    thread->sender.ceiling = to->sender.ceiling + 1;
    expect_left(core, thread, SYNCHRONOUS, syndrome);
    thread->sender.ceiling = ceiling;
}

/* The answer to a call or a fault, if somebody more urgent than who gets it is ready; and so on. */
static void try_answer(struct core *core, struct thread *thread, uint64_t syndrome)
{
    if (thread->owes == NULL || !sender_is_thread(thread->owes))
        return;
    struct thread *to = thread_of_sender(thread->owes);
    bool faulted = (to->sender.flags & SENDER_FAULTED) != 0;
    struct sched_context *time = faulted && !thread->lent ? to->time : core->running;

    try_doomed(core, thread, SYNCHRONOUS, syndrome, to);
    if (time != NULL) {
        uint8_t ceiling = to->sender.ceiling;

        try_ready(core, thread, syndrome, level_of(to, time) + 1);
        to->sender.ceiling = 0;
        try_ready(core, thread, syndrome, time->priority + 1);
        to->sender.ceiling = time->priority + 1;
        try_ready(core, thread, syndrome, time->priority + 2);
        to->sender.ceiling = ceiling;
    }
    if (!faulted)
        return;
    thread->frame.x[1] ^= 1ULL << THOLE_TAG_LABEL_SHIFT;
    if (thole_tag_label(thread->frame.x[1]) != THOLE_FAULT_RESUME)
        expect_left(core, thread, SYNCHRONOUS, syndrome);
    thread->frame.x[1] ^= 1ULL << THOLE_TAG_LABEL_SHIFT;
    if (thread->lent || time == NULL)
        return;
    try_other_core(core, thread, syndrome, time);
    try_interrupted(core, thread, syndrome);
}

/* Without the right to it, or what is no endpoint; or where no short way of this core may be, or somebody waits already. */
static void try_endpoint(struct core *core, struct thread *thread, unsigned number)
{
    struct slot *slot = thread_slot(thread, thread->frame.x[0]);
    uint64_t syndrome = ESR_WORD_SVC64 | number;

    if (number == SYSCALL_YIELD || slot == NULL || slot_type(slot) != OBJECT_ENDPOINT)
        return;
    struct endpoint *endpoint = slot_object(slot);
    uint64_t object = slot->object;
    struct thread *warm = endpoint->warm;

    slot->object &= ~((uint64_t)(number == SYSCALL_CALL ? RIGHT_SEND : RIGHT_RECV) << 56);
    expect_left(core, thread, SYNCHRONOUS, syndrome);
    slot->object = slot_word_of_object(endpoint, OBJECT_THREAD, RIGHTS_ALL);
    expect_left(core, thread, SYNCHRONOUS, syndrome);
    slot->object = object;
    try_elsewhere(core, thread, SYNCHRONOUS, syndrome, endpoint);
    if (number == SYSCALL_CALL)
        try_less_urgent(core, thread, syndrome, endpoint);
    if (number != SYSCALL_REPLY_RECV)
        return;
    endpoint->warm = thread;
    expect_left(core, thread, SYNCHRONOUS, syndrome);
    endpoint->warm = warm;
    try_answer(core, thread, syndrome);
}

/* A poll that has to answer first, or says where a reply is to be kept. */
static void try_poll(struct core *core, struct thread *thread, unsigned number)
{
    uint64_t slots = thread->frame.x[8];
    struct sender *owes = thread->owes;

    if (number != SYSCALL_TRY_RECV)
        return;
    thread->frame.x[8] |= 1;
    expect_left(core, thread, SYNCHRONOUS, ESR_WORD_SVC64 | number);
    thread->frame.x[8] = slots;
    thread->owes = &thread->sender;
    expect_left(core, thread, SYNCHRONOUS, ESR_WORD_SVC64 | number);
    thread->owes = owes;
}

/* An equal that is ready, or more than that. */
static void try_yield(struct core *core, struct thread *thread, unsigned number)
{
    const struct sched_context *next = time_to_go_on(core, thread, number);

    if (number == SYSCALL_YIELD && next != NULL && next != core->interrupted)
        try_doomed(core, thread, SYNCHRONOUS, ESR_WORD_SVC64 | number, next->thread);
}

/* Init's fault is the machine's end. */
static void try_vital(struct core *core, struct thread *thread, uint64_t syndrome)
{
    bool vital = thread->vital;

    thread->vital = true;
    expect_left(core, thread, SYNCHRONOUS, syndrome);
    thread->vital = vital;
}

/* --- What short ways are for: if one of these is left, programs are slower than they have to be --- */

static bool is_plain_with_fp(const struct thread *thread)
{
    return thread->sender.flags == 0 && thread->sender.doomed == 0;
}

static bool is_plain(const struct thread *thread)
{
    return is_plain_with_fp(thread) && thread->sender.fp_turns == 0;
}

/* Nothing of the two ends now. */
static bool may_follow(const struct core *core, const struct sched_context *next)
{
    const struct sched_context *last = core->running;
    bool same = next == last;
    int64_t left = last->remaining - (int64_t)(sim.now - core->since);

    return !same && sim.now < last->period_end && sim.now < next->period_end && left > 0 &&
           next->remaining > 0 && next->core == core->number && !list_linked(&next->dying_ring);
}

/* Nobody who is ready comes before this one, on that time. */
static bool comes_first(const struct core *core, const struct thread *thread,
                        const struct sched_context *time)
{
    return core->ready_levels >> level_of(thread, time) >> 1 == 0;
}

static struct endpoint *here(const struct core *core, const struct slot *slot, unsigned right)
{
    struct endpoint *endpoint = slot != NULL && slot_type(slot) == OBJECT_ENDPOINT &&
                                        slot_permits(slot, right) ? slot_object(slot) : NULL;

    return endpoint != NULL && endpoint->home == core ? endpoint : NULL;
}

/* To whoever waits without time. */
static bool is_plain_handover(const struct endpoint *endpoint, const struct thread *thread)
{
    const struct thread *to = endpoint != NULL ? endpoint->warm : NULL;

    return to != NULL && is_plain_with_fp(thread) && is_plain_with_fp(to) &&
           to->sender.ceiling >= thread->sender.ceiling;
}

static bool is_plain_event(const struct core *core, const struct thread *thread,
                           const struct sender *event)
{
    const struct sched_context *time = sender_time(event);
    const struct endpoint *endpoint = here(core, &event->endpoint, 0);
    bool idle = event->state == SENDER_IDLE && event->fired_again == 0;

    return idle && time != NULL && endpoint != NULL && endpoint->warm != NULL &&
           time->thread == NULL && time->event == NULL && is_plain(thread) &&
           is_plain(endpoint->warm) && may_follow(core, time) &&
           time->priority > core->running->priority && time->priority > thread->sender.ceiling;
}

static bool is_plain_call(const struct core *core, const struct thread *thread)
{
    const struct slot *slot = thread_slot(thread, thread->frame.x[0]);
    bool signals = slot != NULL && slot_type(slot) == OBJECT_NOTIFICATION &&
                   slot_permits(slot, RIGHT_SEND);

    if (signals && thole_tag_label(thread->frame.x[1]) == NOTIFICATION_SIGNAL) {
        const struct notification *notification = slot_object(slot);

        return notification->sender.state != SENDER_IDLE || /* one bit more */
               is_plain_event(core, thread, &notification->sender);
    }
    return (thread->frame.x[1] & THOLE_TAG_CAP) == 0 &&
           is_plain_handover(here(core, slot, RIGHT_SEND), thread);
}

static bool is_plain_resumption(const struct core *core, const struct thread *thread,
                                const struct thread *to)
{
    const struct sched_context *time = thread->lent ? core->running : to->time;
    bool known = to->sender.flags == SENDER_FAULTED && to->sender.fp_turns == 0 &&
                 to->sender.doomed == 0 && to->fault_word[0] != FAULT_TIMEOUT &&
                 thole_tag_label(thread->frame.x[1]) == THOLE_FAULT_RESUME;

    return known && time != NULL && comes_first(core, to, time) &&
           (thread->lent || (core->interrupted == NULL && may_follow(core, time)));
}

/* The end of an event's service: who was interrupted by it goes on, or the first that is ready. */
static bool is_plain_end(const struct core *core, const struct thread *thread,
                         const struct sender *event)
{
    unsigned level = core->ready_levels != 0 ? 63u - (unsigned)__builtin_clzll(core->ready_levels) : 0;
    const struct sched_context *next = core->interrupted;
    bool line = event->kind == KIND_INTERRUPT &&
                CONTAINER_OF(event, struct interrupt, sender)->owing == 1 + core->number &&
                event->shares == 0;

    if (next == NULL && core->ready_levels != 0)
        next = CONTAINER_OF(core->ready[level].next, struct sched_context, ready);
    return (line || event->kind == KIND_SIGNAL) && next != NULL && thread->lent &&
           event->flags == SENDER_EVENT && event->awaited == 0 && event->doomed == 0 &&
           event->fired_again == 0 && core->running->event == event && may_follow(core, next) &&
           (next == core->interrupted || is_plain(next->thread));
}

static bool is_plain_answer(const struct core *core, const struct thread *thread)
{
    const struct endpoint *endpoint = here(core, thread_slot(thread, thread->frame.x[0]), RIGHT_RECV);

    if (endpoint == NULL || endpoint->warm != NULL || thread->owes == NULL)
        return false;
    if (!sender_is_thread(thread->owes))
        return is_plain(thread) && is_plain_end(core, thread, thread->owes);
    const struct thread *to = thread_of_sender(thread->owes);

    if ((to->sender.flags & SENDER_FAULTED) != 0)
        return is_plain(thread) && is_plain_resumption(core, thread, to);
    return is_plain_with_fp(thread) && is_plain_with_fp(to) && thread->lent && (thread->frame.x[1] & THOLE_TAG_CAP) == 0 &&
           comes_first(core, to, core->running);
}

static bool is_plain_poll(const struct core *core, const struct thread *thread)
{
    return (uint32_t)thread->frame.x[8] == 0 && thread->owes == NULL &&
           here(core, thread_slot(thread, thread->frame.x[0]), RIGHT_RECV) != NULL;
}

static bool is_plain_yield(const struct core *core, const struct thread *thread)
{
    unsigned level = level_of(thread, core->running);

    if (core->ready_levels >> level == 0)
        return true;
    const struct sched_context *next =
        CONTAINER_OF(core->ready[level].next, struct sched_context, ready);

    return core->interrupted == NULL && is_plain(thread) && is_plain(next->thread) &&
           may_follow(core, next);
}

/* Nothing has changed since it was tried. */
static void check_rightly_left(const struct core *core, const struct thread *thread, unsigned number)
{
    static bool (*const is_plain_one[])(const struct core *core, const struct thread *thread) = {
        [SYSCALL_CALL] = is_plain_call, [SYSCALL_REPLY_RECV] = is_plain_answer,
        [SYSCALL_TRY_RECV] = is_plain_poll, [SYSCALL_YIELD] = is_plain_yield,
    };
    bool known = number < sizeof(is_plain_one) / sizeof(is_plain_one[0]) &&
                 is_plain_one[number] != NULL;

    if (known && !is_disturbed && is_plain_one[number](core, thread))
        failure("a short way of system call %u left what it is for", number);
}

static void check_fault_rightly_left(const struct core *core, const struct thread *thread,
                                     uint64_t kind)
{
    const struct endpoint *endpoint = here(core, &thread->fault, 0);
    bool known = kind == FAULT_READ || kind == FAULT_WRITE;

    if (!known || endpoint == NULL || thread->ending || thread->vital || is_disturbed)
        return;
    if (is_plain(thread) && is_plain_handover(endpoint, thread) && is_plain(endpoint->warm))
        failure("a fault's short way left what it is for");
    if (endpoint->warm != NULL || !list_empty(&endpoint->receivers) || list_empty(&endpoint->active))
        return;
    const struct thread *handler =
        CONTAINER_OF(endpoint->active.next, struct thread, link_receive);

    if (is_plain(thread) && is_plain(handler) && core->interrupted == NULL &&
        core->ready_levels >> level_of(handler, handler->time) == 0 &&
        may_follow(core, handler->time))
        failure("a fault's short way left a handler with time of its own");
}

static void check_interrupt_rightly_left(const struct core *core, const struct thread *thread)
{
    const struct interrupt *interrupt = acknowledged < SIM_LINES ? irq_line[acknowledged] : NULL;

    if (interrupt != NULL && interrupt->sender.shares == 0 && !is_disturbed &&
        is_plain_event(core, thread, &interrupt->sender))
        failure("an interrupt's short way left what it is for");
}

struct thread *short_way_syscall(struct core *core, unsigned number)
{
    struct thread *thread = core->loaded;
    struct frame before = thread->frame;
    uint32_t gate = core->gate;

    if (!is_open)
        return kernel_syscall(core, number);
    map_state();
    undo_all_settling();
    try_index_past_the_end(core, thread, number);
    if (gate == GATE_OPEN) {
        try_dying_time(core, thread, number);
        try_lost_time(core, thread, number);
        try_signal(core, thread, number);
        try_interrupted_equal(core, thread, number);
        try_barren(core, thread, number);
        try_endpoint(core, thread, number);
        try_poll(core, thread, number);
        try_yield(core, thread, number);
    }
    bool brings = brings_to(thread, number) != NULL;
    struct slot *frame = brings ? pretend_mapped(thread) : NULL;

    take_exception(core, thread, SYNCHRONOUS);
    machine.system[A64_ESR_EL1] = ESR_WORD_SVC64 | number;
    struct thread *resumed = run_to_its_end(core, &gate);

    if (frame != NULL)
        frame->badge ^= PRETENDED_MAPPING;
    if (brings)
        check_brought(core, resumed);
    if (resumed != NULL || ended_by_c)
        return resumed;
    check_left(core, thread, &before, gate);
    check_rightly_left(core, thread, number);
    return kernel_syscall(core, number);
}

/* What it has acknowledged and left is C's, which must hear of it once. */
static void hand_over(struct core *core)
{
    uint32_t taken = cpu_of[core->number].taken;

    if (taken == 0 && acknowledged == 0)
        return;
    if (taken != (acknowledged | 1u << GIC_TAKEN_BIT))
        failure("a short way was left with what it has acknowledged, and did not say so");
    cpu_of[core->number].taken = 0;
    sim.acknowledged = acknowledged == (SGI_KICK | SENDER_OF_KICK) ? ARCH_IRQ_KICK
                       : acknowledged == SIM_LINE_TIMER            ? ARCH_IRQ_TIMER
                       : acknowledged == NOTHING_PENDING ? ARCH_IRQ_NONE : acknowledged;
    sim.is_acknowledged = true;
}

/* Reads and writes that fail; now and then a write by an instruction that only maintains caches. */
uint64_t short_way_syndrome(uint64_t kind)
{
    static unsigned count;
    uint64_t level = 4 + count++ % 12, write = 1u << ESR_ABORT_WNR_BIT;

    if (kind != FAULT_READ && kind != FAULT_WRITE)
        return count % 2 ? (uint64_t)ESR_UNKNOWN << ESR_CLASS_SHIFT
                         : (uint64_t)ESR_DATA_ABORT_EL0 << ESR_CLASS_SHIFT | ESR_STATUS_ALIGNMENT;
    if (kind == FAULT_READ)
        write = count % 5 == 0 ? write | 1u << ESR_ABORT_CM_BIT : 0;
    return (uint64_t)ESR_DATA_ABORT_EL0 << ESR_CLASS_SHIFT | 1u << 25 | write | level;
}

struct thread *short_way_fault(struct core *core, const uint64_t word[5])
{
    struct thread *thread = core->loaded;

    if (!is_open || word[0] == FAULT_STEP) /* which leaves something to C at once */
        return kernel_fault(core, word);
    struct frame before = thread->frame;
    uint32_t gate = core->gate;

    map_state();
    undo_all_settling();
    if (gate == GATE_OPEN) {
        try_vital(core, thread, word[2]);
        try_handlers_time(core, thread, word[2]);
        try_less_urgent(core, thread, word[2], slot_object(&thread->fault));
        try_elsewhere(core, thread, SYNCHRONOUS, word[2], slot_object(&thread->fault));
    }
    take_exception(core, thread, SYNCHRONOUS);
    machine.system[A64_ESR_EL1] = word[2];
    machine.system[A64_FAR_EL1] = word[1];
    struct thread *resumed = run_to_its_end(core, &gate);

    if (resumed != NULL)
        return resumed;
    check_left(core, thread, &before, gate);
    check_fault_rightly_left(core, thread, word[0]);
    return kernel_fault(core, word);
}

struct thread *short_way_interrupt(struct core *core)
{
    struct thread *thread = core->loaded;

    if (!is_open || core->current == NULL || !sim_interrupt_pending())
        return kernel_interrupt(core);
    struct frame before = thread->frame;
    uint32_t gate = core->gate;

    map_state();
    undo_all_settling();
    if (gate == GATE_OPEN)
        try_broken_lines(core, thread);
    take_exception(core, thread, INTERRUPT);
    struct thread *resumed = run_to_its_end(core, &gate);

    if (resumed != NULL)
        return resumed;
    check_left(core, thread, &before, gate);
    check_interrupt_rightly_left(core, thread);
    hand_over(core);
    return kernel_interrupt(core);
}

/* Of another run over the same kernel: a line for each instruction. */
bool short_way_add(const char *name)
{
    FILE *file = fopen(name, "r");
    unsigned first, second;

    if (file == NULL)
        return false;
    for (uint64_t at = 0; at < coverage.words && fscanf(file, "%u %u", &first, &second) == 2; at++) {
        executed[at] += first;
        jumped[at] += second;
    }
    return fclose(file) == 0;
}

bool short_way_keep(const char *name)
{
    FILE *file = fopen(name, "w");

    if (file == NULL)
        return false;
    for (uint64_t at = 0; at < coverage.words; at++)
        fprintf(file, "%u %u\n", executed[at], jumped[at]);
    return fclose(file) == 0;
}

static bool is_conditional(uint32_t word)
{
    return (word & 0xff000010) == 0x54000000 || /* b.cond */
           (word & 0x7c000000) == 0x34000000;   /* cbz, cbnz, tbz, tbnz */
}

unsigned short_way_gaps(void)
{
    unsigned gaps = 0;

    for (uint64_t at = 0; at < coverage.words; at++) {
        uint32_t word;
        char text[80];
        uint64_t address = coverage.start + 4 * at;

        memcpy(&word, image_at(&image, address, 4), 4);
        bool one_way = is_conditional(word) && (jumped[at] == 0 || jumped[at] == executed[at]);
        bool padding = word == 0 || word == 0xd503201f || word == 0xd503379f || word == 0xd5033fdf;

        /* Between two files 0; nop; behind an eret dsb and isb. */
        if ((executed[at] != 0 && !one_way) || padding)
            continue;
        fprintf(stderr, "%s: executed %u times, jumped %u times\n",
                image_name(&image, address, text, sizeof(text)), executed[at], jumped[at]);
        gaps++;
    }
    return gaps;
}
