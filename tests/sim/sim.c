/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The machine as a whole: starting, failing, printing, ending.
 */
#include "sim.h"

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

void arch_thread_switch(struct frame *frame, struct fp_state *fp, void *root, unsigned asid)
{
    sim.frame = frame;
    sim.fp = fp;
    sim.root = root;
    sim.asid = asid;
}

void arch_fp_forget(struct fp_state *fp)
{
    if (sim.fp_owner == fp)
        sim.fp_owner = NULL;
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
    longjmp(*sim.ending, (int)ending);
}

_Noreturn void arch_power_off(void)
{
    end(SIM_POWER_OFF, "power off");
}

_Noreturn void arch_reset(void)
{
    end(SIM_RESET, "reset");
}

_Noreturn void arch_panic(void)
{
    end(SIM_PANIC, "panic");
}
