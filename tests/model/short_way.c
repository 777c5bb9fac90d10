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
#include "compare.h"
#include "kernel/event.h"
#include "tests/a64/image.h"

#define INSTRUCTIONS_MAX 400
#define ACCESSES_MAX     64
#define LOWER            19 /* x0 to x18: a short way that is left has them as they were */
#define HIDDEN           0xd0d0d0d0d0d0d0d0ULL
#define SYNCHRONOUS      0x400 /* in the table of vectors */
#define WORDS_MAX        1024

extern char kernel_state_start[], kernel_state_end[];

static bool is_open;
static struct image image;
static struct a64 machine;
static struct a64_access access_log[ACCESSES_MAX];
static struct { char before[CPU_CORE]; struct core *core; } cpu_of[CORES_MAX];
static uint64_t vector;
static uint32_t executed[WORDS_MAX], jumped[WORDS_MAX];
static struct a64_coverage coverage = { .executed = executed, .jumped = jumped };
uint64_t short_ways_taken;

bool short_way_open(void)
{
    if (image_open_built(&image, "kernel.elf") != NULL)
        return false;
    vector = image_symbol(&image, "vectors") + SYNCHRONOUS;
    coverage.start = image_symbol(&image, "fast_call");
    coverage.words = (image_symbol(&image, "fast_end") - coverage.start) / 4;
    if (coverage.words > WORDS_MAX) {
        fprintf(stderr, "the short ways are longer than this test\n");
        exit(2);
    }
    a64_init(&machine);
    machine.system[A64_SCTLR_EL1] &= ~(uint64_t)A64_SCTLR_A;
    machine.accesses = access_log;
    machine.access_room = ACCESSES_MAX;
    machine.coverage = &coverage;
    image_map(&image, &machine);
    a64_stop_at(&machine, image_symbol(&image, "long_way"));
    a64_stop_at(&machine, image_symbol(&image, "full_way"));
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
    a64_map_host(&machine, cpu_of, sizeof(cpu_of), A64_READ);
    a64_map_host(&machine, kernel_state_start, (uint64_t)(kernel_state_end - kernel_state_start),
                 A64_RW);
    a64_map_host(&machine, sim.ram, sim.ram_bytes, A64_RW);
}

/* As an exception finds the core: the program's registers are in it, and not in memory. */
static void take_exception(struct core *core, struct thread *thread, unsigned number)
{
    struct frame *frame = &thread->frame;
    uint64_t *hidden = (uint64_t *)frame;

    cpu_of[core->number].core = core;
    memcpy(machine.x, frame->x, sizeof(machine.x));
    machine.sp = (uintptr_t)thread;
    machine.pc = vector;
    machine.system[A64_ESR_EL1] = ESR_WORD_SVC64 | number;
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

    if (name_of(thread) == WRONG || model.object[name_of(thread)].type != OBJECT_THREAD)
        failure("a short way returns to what is no thread");
    memcpy(frame->x, machine.x, sizeof(machine.x));
    frame->pc = machine.system[A64_ELR_EL1];
    frame->pstate = machine.system[A64_SPSR_EL1];
    frame->sp = machine.system[A64_SP_EL0];
    frame->tls = machine.system[A64_TPIDR_EL0];
    arch_thread_switch(frame, &thread->fp, machine.system[A64_TTBR0_EL1]);
    sim.timer_left = true;
    short_ways_taken++;
    return thread;
}

/* It wrote nothing but what the long way saves anyway, and its gate is as it was. */
static void check_untouched(const struct core *core, struct thread *thread,
                            const struct frame *before, uint32_t gate)
{
    uint64_t upper = (uintptr_t)&thread->frame.x[LOWER], end = (uintptr_t)&thread->frame.sp;

    if (machine.access_count > ACCESSES_MAX)
        failure("a short way that is left was too long");
    for (size_t at = 0; at < machine.access_count; at++) {
        const struct a64_access *access = &access_log[at];
        bool own = access->address >= upper && access->address < end;

        if (access->kind == A64_WRITE && !own && access->address != (uintptr_t)&core->gate)
            failure("a short way changed something and was left");
    }
    if (memcmp(machine.x, before->x, LOWER * sizeof(uint64_t)) != 0 ||
        memcmp(&thread->frame.x[LOWER], &before->x[LOWER], (31 - LOWER) * sizeof(uint64_t)) != 0 ||
        machine.sp != (uintptr_t)thread || core->gate != gate)
        failure("a short way that was left has lost something");
    thread->frame = *before;
}

/*
 * Now and then something comes between. Another core's C, or an exception: the monitor of
 * what ldaxr has read, the first time or the second, is open again, and the store that
 * follows will not be made. Or C wants the gate, which is taken: it closes it, and finds it
 * closed when the way is over.
 */
static enum a64_stop run(struct core *core, uint32_t *gate_after)
{
    static unsigned count;
    enum a64_stop stop = A64_LIMIT;

    count = (count + 1) % 64;
    unsigned opened = count % 21 == 1 ? 1 + count / 21 % 2 : 0;
    bool gate_closes = count == 32;

    for (unsigned held = opened; held > 0; held--) {
        while (stop == A64_LIMIT && machine.monitor_bytes == 0)
            stop = a64_run(&machine, 1);
        while (stop == A64_LIMIT && held > 1 && machine.monitor_bytes != 0)
            stop = a64_run(&machine, 1);
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
    if (opened == 1 && stop == A64_ERET)
        failure("a short way went on without its gate");
    return stop;
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
    take_exception(core, thread, number);
    if (a64_run(&machine, INSTRUCTIONS_MAX) != A64_REACHED)
        failure("a short way took an index past its table's end");
    check_untouched(core, thread, &with_index, gate);
    thread->frame = before;
}

struct thread *short_way_syscall(struct core *core, unsigned number)
{
    struct thread *thread = core->loaded;
    struct frame before = thread->frame;
    uint32_t gate = core->gate;

    if (!is_open)
        return kernel_syscall(core, number);
    map_state();
    for (unsigned each = 0; each < core_count; each++)
        core_unsettle(&cores[each]); /* tests look at it in between */
    try_index_past_the_end(core, thread, number);
    take_exception(core, thread, number);
    switch (run(core, &gate)) {
    case A64_ERET:
        if (core->gate != gate)
            failure("a short way left its gate otherwise than C has closed it");
        return return_from_exception();
    case A64_REACHED:
        check_untouched(core, thread, &before, gate);
        return kernel_syscall(core, number);
    default:
        image_explain(&image, &machine);
        failure("a short way came to no end");
    }
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
        bool padding = word == 0xd503201f || word == 0xd503379f || word == 0xd5033fdf;

        if ((executed[at] != 0 && !one_way) || padding) /* nop; behind an eret dsb and isb */
            continue;
        fprintf(stderr, "%s: executed %u times, jumped %u times\n",
                image_name(&image, address, text, sizeof(text)), executed[at], jumped[at]);
        gaps++;
    }
    return gaps;
}
