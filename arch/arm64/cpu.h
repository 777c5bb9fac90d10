/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What arch/arm64 keeps for each core. TPIDR_EL1 points at it from the first
 * instruction with translation on. But for what says otherwise, only its own
 * core touches it once it runs.
 */
#pragma once
#include "kernel/arch.h"
#include "layout.h"
#include "sysreg.h"

struct cpu {
    void *stack_top;              /* every event starts here: nothing is kept on it */
    uint64_t entry_sctlr;         /* SCTLR_EL1 while C runs, if it signs; 0: the core cannot */
    struct core *core;            /* the portable core's own; set before it arrives at the kernel */
    volatile void *interface;     /* GICv2: its CPU interface; NULL: GICv3, whose interface is registers */
    bool stepping;                /* MDSCR_EL1.SS is set */
    uint32_t taken;               /* a short way acknowledged it, and left it to C: GIC_TAKEN and the controller's word; or 0 */
    struct interrupt **lines;     /* irq_line, for the short ways */
    void *emergency_top;          /* where a panic goes on if the stack is no good */
    uint64_t affinity;            /* MPIDR_EL1's; set before any starts: head.S looks for it */
    uint64_t may_start;           /* head.S waits for it: a loader may release all cores at once */
    uint32_t stack_bytes, emergency_bytes;
    unsigned index;               /* in cpus[] */
    unsigned panicking;           /* a panic within a panic ends without another word */
    unsigned arrival;             /* enum arrival: it and the first core agree, cores.c */
    const char *refusal;          /* why it cannot run, if it said so */
    bool leave_by_firmware;       /* the firmware is called when another address space is loaded */
    uint32_t lines_done;          /* own lines that another core was done with: atomic, gic.c */
    uint32_t lines_off;           /* own lines that another core disabled: atomic, gic.c */
    uint8_t gic_target;           /* GICv2: its bit in GICD_ITARGETSR */
    volatile void *redistributor; /* GICv3 */
} __attribute__((aligned(64)));

/* The first is the core that booted, the others are in the tree's order. */
extern struct cpu cpus[CORES_MAX];

/* cores.c: as the portable core numbers them. */
extern struct cpu *cores_numbered[CORES_MAX];

/* Where there can be one core only (option_cores.h), the compiler knows what these answer. */
static inline struct cpu *cpu_here(void)
{
    return CORES_MAX == 1 ? &cpus[0] : (struct cpu *)read_tpidr_el1();
}
static inline struct cpu *cpu_numbered(unsigned number)
{
    return CORES_MAX == 1 ? &cpus[0] : cores_numbered[number];
}

/* vectors.S: leaves the kernel, into the program of this thread. */
_Noreturn void thread_run(struct thread *thread);

/* vectors.S: boot is over, and its stack with it. */
_Noreturn void boot_leave(struct thread *init, void *stack_top);

/* event.c: whom to resume, idling until there is somebody. */
struct thread *event_end(struct cpu *cpu, struct thread *thread);

/* cpu.c: once on each core that starts. A sentence if it lacks what the kernel needs. */
void cpu_init(struct cpu *cpu);
const char *cpu_check(void);

/*
 * core_stacks.c: makes a core its own stacks; and they are there, events begin on them from
 * now on. The first core has others until boot is over.
 */
void core_make_stacks(const struct cpu *cpu);
void core_use_stacks(struct cpu *cpu);

/* memory.c: what was stored is seen with the caches off. */
void memory_clean(const void *start, size_t bytes);

/* panic.c: stays for ever. */
_Noreturn void core_stop(void);
