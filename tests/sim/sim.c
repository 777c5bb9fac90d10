/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The machine as a whole: starting, failing, printing, ending.
 */
#include "sim.h"

#include "kernel/event.h"
#include "kernel/object/thread.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sim sim;
char sim_story[256];

_Noreturn void sim_fail(const char *format, ...)
{
    va_list arguments;

    fflush(stdout);
    va_start(arguments, format);
    fprintf(stderr, "\nsimulated machine: ");
    vfprintf(stderr, format, arguments);
    fprintf(stderr, "\n%s\nprinted: %s\n", sim_story, sim.printed);
    va_end(arguments);
    abort();
}

/* --- Cores -------------------------------------------------------------------- */

#define HIDDEN 0xd0d0d0d0d0d0d0d0ULL

/* The registers of what runs are the core's: nobody finds them in the frame. */
static void hide_registers(struct sim_core *mine)
{
    uint64_t *frame = (uint64_t *)mine->frame;

    if (frame == NULL)
        return;
    mine->registers = *mine->frame;
    for (unsigned index = 0; index < sizeof(struct frame) / sizeof(uint64_t); index++)
        frame[index] = HIDDEN;
}

static void show_registers(const struct sim_core *its)
{
    const uint64_t *frame = (const uint64_t *)its->frame;

    if (frame == NULL)
        return;
    for (unsigned index = 0; index < sizeof(struct frame) / sizeof(uint64_t); index++)
        if (frame[index] != HIDDEN)
            sim_fail("the kernel wrote register %u of a thread that another core has", index);
    *its->frame = its->registers;
}

void sim_turn_to(unsigned core)
{
    struct sim_core *mine = &sim.other[sim.here], *its = &sim.other[core];

    sim.timer_left = false;
    if (core == sim.here)
        return;
    *mine = (struct sim_core){ .timer = sim.timer, .frame = sim.frame, .fp = sim.fp,
                               .fp_open = sim.fp_open, .root = sim.root, .asid = sim.asid };
    hide_registers(mine);
    show_registers(its);
    sim.timer = its->timer;
    sim.frame = its->frame;
    sim.fp = its->fp;
    sim.fp_open = its->fp_open;
    sim.root = its->root;
    sim.asid = its->asid;
    sim.here = core;
}

void arch_core_kick(unsigned core)
{
    sim.kicked[core] = true;
}

_Noreturn void sim_deadlock(void)
{
    sim_fail("the kernel is entered twice, or was not left");
}

/* --- Tracing -------------------------------------------------------------------- */

void arch_trace_start(void)
{
    sim.traced = true;
}

void arch_trace_stop(void)
{
    sim.traced = false;
}

/* --- Threads ---------------------------------------------------------------- */

void arch_frame_init(struct frame *frame, uint64_t pc, uint64_t sp, uint64_t tls)
{
    *frame = (struct frame){ .pc = pc, .sp = sp, .tls = tls };
}

uint64_t arch_frame_read(const struct frame *frame, unsigned index)
{
    switch (index) {
    case FRAME_SP:
        return frame->sp;
    case FRAME_PC:
        return frame->pc;
    case FRAME_PSTATE:
        return frame->pstate;
    case 34:
        return frame->tls;
    default:
        return index < FRAME_SP ? frame->x[index] : 0;
    }
}

void arch_frame_write(struct frame *frame, unsigned index, uint64_t value)
{
    if (index < FRAME_SP)
        frame->x[index] = value;
    else if (index == FRAME_SP)
        frame->sp = value;
    else if (index == FRAME_PC)
        frame->pc = value;
    else if (index == FRAME_PSTATE)
        frame->pstate = (frame->pstate & ~SIM_PSTATE_FLAGS) | (value & SIM_PSTATE_FLAGS);
    else
        frame->tls = value;
}

void arch_frame_step(struct frame *frame)
{
    frame->pstate |= SIM_PSTATE_STEP;
}

/* As on AArch64: four bytes a system call. */
void arch_frame_undo_syscall(struct frame *frame)
{
    frame->pc -= 4;
}

void arch_frame_undo_step(struct frame *frame)
{
    frame->pstate |= SIM_PSTATE_STEP;
}

#define SPACE_ASID_SHIFT 48

uint64_t arch_space_word(const void *root, unsigned asid)
{
    return arch_physical_address(root).value | (uint64_t)asid << SPACE_ASID_SHIFT;
}

void arch_thread_switch(struct frame *frame, uint64_t space_word)
{
    uint64_t root = space_word & ((1ULL << SPACE_ASID_SHIFT) - 1);

    sim.frame = frame;
    sim.root = space_word != 0 ? arch_kernel_address((paddr_t){ root }) : NULL;
    sim.asid = (unsigned)(space_word >> SPACE_ASID_SHIFT);
}

void arch_fp_switch(struct fp_state *from, const struct fp_state *to)
{
    if (from == to || (from != NULL) != sim.fp_open)
        sim_fail("FP/SIMD registers are switched that are %s", sim.fp_open ? "open" : "closed");
    if (from != NULL)
        *from = sim.fp;
    if (to != NULL)
        sim.fp = *to;
    sim.fp_open = to != NULL;
}

struct fp_state *sim_use_fp(struct thread *thread)
{
    if (!sim.fp_open)
        arch_fp_switch(NULL, thread_use_fp(thread));
    return &sim.fp;
}

const struct fp_state *sim_fp_of(unsigned core)
{
    if (core == sim.here)
        return sim.fp_open ? &sim.fp : NULL;
    return sim.other[core].fp_open ? &sim.other[core].fp : NULL;
}

/* --- The machine --------------------------------------------------------------- */

bool arch_print_byte(char byte)
{
    if (sim.print_room == 0)
        return false;
    sim.print_room--;
    sim.printed[sim.printed_bytes++ % (SIM_PRINTED - 1)] = byte;
    return true;
}

static _Noreturn void end(enum sim_ending ending, const char *name)
{
    if (sim.ending == NULL)
        sim_fail("the kernel ended: %s", name);
    event_abandon(); /* the kernel is left by a way of its own */
    longjmp(*sim.ending, (int)ending);
}

void arch_try_power_off(void)
{
    if (!sim.no_firmware)
        end(SIM_POWER_OFF, "power off");
}

void arch_try_reset(void)
{
    if (!sim.no_firmware)
        end(SIM_RESET, "reset");
}

_Noreturn void arch_power_off(void)
{
    end(SIM_POWER_OFF, "power off");
}

_Noreturn void arch_reset(void)
{
    end(SIM_RESET, "reset");
}

/* Cores of the simulation take turns: nobody else prints. */
void arch_panic_begin(void)
{
}

_Noreturn void arch_panic(void)
{
    end(SIM_PANIC, "panic");
}
