/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The cores that run, their stacks, and what a core is told once and at each
 * switch of threads. The offsets that assembly uses are asserted here.
 */
#include "cpu.h"
#include "esr.h"
#include "harden.h"
#include "kernel/boot.h"
#include "kernel/core.h"
#include "mmu.h"
#include "offsets.h"
#include "offsets_core.h"

STATIC_ASSERT(offsetof(struct frame, sp) == OFFSET_SP);
STATIC_ASSERT(offsetof(struct frame, pc) == OFFSET_PC);
STATIC_ASSERT(offsetof(struct frame, pstate) == OFFSET_PSTATE);
STATIC_ASSERT(offsetof(struct frame, tls) == OFFSET_TLS);
STATIC_ASSERT(offsetof(struct frame, step) == OFFSET_STEP);
STATIC_ASSERT(sizeof(struct frame) == FRAME_BYTES);
STATIC_ASSERT(offsetof(struct frame, x[30]) == OFFSET_X(30));
/* THREAD_READ_REGISTERS numbers the frame's registers in its order. */
STATIC_ASSERT(offsetof(struct frame, sp) == FRAME_SP * sizeof(uint64_t));
STATIC_ASSERT(offsetof(struct frame, pc) == FRAME_PC * sizeof(uint64_t));
STATIC_ASSERT(offsetof(struct frame, pstate) == FRAME_PSTATE * sizeof(uint64_t));
STATIC_ASSERT(offsetof(struct frame, tls) == (FRAME_REGISTERS - 1) * sizeof(uint64_t));
STATIC_ASSERT(PSTATE_FLAGS == PSTATE_NZCV);
STATIC_ASSERT(ESR_CLASS_DATA_ABORT == ESR_DATA_ABORT_EL0);
STATIC_ASSERT(ESR_WORD_SVC64 == (ESR_SVC64 << 26 | 1 << 25));
STATIC_ASSERT(offsetof(struct fp_state, q[31]) == FP_Q(31));
STATIC_ASSERT(offsetof(struct fp_state, fpsr) == FP_STATUS);
STATIC_ASSERT(offsetof(struct fp_state, fpcr) == FP_STATUS + 8);
STATIC_ASSERT(CPACR_FPEN_NONE == CPACR_OPEN && CPACR_FPEN_TRAP == 0);
STATIC_ASSERT(offsetof(struct cpu, stack_top) == CPU_STACK_TOP);
STATIC_ASSERT(offsetof(struct cpu, emergency_top) == CPU_EMERGENCY_TOP);
STATIC_ASSERT(offsetof(struct cpu, affinity) == CPU_AFFINITY);
STATIC_ASSERT(offsetof(struct cpu, may_start) == CPU_MAY_START);
STATIC_ASSERT(offsetof(struct cpu, entry_sctlr) == CPU_ENTRY_SCTLR);
STATIC_ASSERT(offsetof(struct cpu, entry_sctlr) == CPU_STACK_TOP + 8);
STATIC_ASSERT(offsetof(struct cpu, stepping) == CPU_STEPPING);
STATIC_ASSERT(offsetof(struct cpu, core) == CPU_CORE);
STATIC_ASSERT(offsetof(struct cpu, taken) == CPU_TAKEN);
STATIC_ASSERT(offsetof(struct cpu, interface) == CPU_INTERFACE);
STATIC_ASSERT(offsetof(struct cpu, interface) == CPU_CORE + 8);
STATIC_ASSERT(offsetof(struct cpu, lines) == CPU_LINES);
STATIC_ASSERT(sizeof(struct cpu) == CPU_BYTES);
STATIC_ASSERT(offsetof(struct boot_stacks, guard_between) == STACK_TOP_OFFSET);
STATIC_ASSERT(offsetof(struct boot_stacks, guard_above) == EMERGENCY_TOP_OFFSET);
STATIC_ASSERT(CORES_MAX <= PLATFORM_CORES_MAX);

struct cpu cpus[CORES_MAX] = {
    [0] = {
        .stack_top = boot_stacks.guard_between,
        .emergency_top = boot_stacks.guard_above,
        .stack_bytes = BOOT_STACK_BYTES,
        .emergency_bytes = EMERGENCY_STACK_BYTES,
    },
};

#define SVC_BYTES 4
#define PSTATE_SS   (1ULL << 21) /* SPSR_EL1.SS: software step, Arm ARM D2.11 */
#define PSTATE_EL0T 0 /* SPSR_EL1.M: EL0 in AArch64 state, nothing masked */

void arch_frame_init(struct frame *frame, uint64_t pc, uint64_t sp, uint64_t tls)
{
    *frame = (struct frame){.pc = pc, .sp = sp, .tls = tls, .pstate = PSTATE_EL0T};
}

uint64_t arch_frame_read(const struct frame *frame, unsigned index)
{
    const uint64_t *registers = frame->x;

    return index < FRAME_REGISTERS ? registers[arch_mask_index(index, FRAME_REGISTERS)] : 0;
}

void arch_frame_write(struct frame *frame, unsigned index, uint64_t value)
{
    uint64_t *registers = frame->x;

    index = (unsigned)arch_mask_index(index, FRAME_REGISTERS);
    if (index == FRAME_PSTATE)
        registers[index] = (registers[index] & ~PSTATE_NZCV) | (value & PSTATE_NZCV);
    else
        registers[index] = value;
}

/* MDSCR_EL1.SS is set when the frame is resumed: event_end. */
void arch_frame_step(struct frame *frame)
{
    frame->pstate |= PSTATE_SS;
    frame->step = 1;
}

/* A step that this call was is not done either. x9 to x18 were not saved, and are lost in it. */
void arch_frame_undo_syscall(struct frame *frame)
{
    for (unsigned index = FRAME_SCRATCH_FIRST; index <= FRAME_LOST_LAST; index++)
        frame->x[index] = 0;
    frame->pc -= SVC_BYTES;
    if (frame->step != 0)
        frame->pstate |= PSTATE_SS;
}

/* The state in which the exception is taken before the next instruction. */
void arch_frame_undo_step(struct frame *frame)
{
    frame->pstate &= ~PSTATE_SS;
    frame->step = 1;
}

void arch_thread_switch(struct frame *frame, uint64_t space_word)
{
    struct cpu *cpu = cpu_here();
    bool other = space_word != 0 && space_word != read_ttbr0_el1();

    (void)frame;
    mmu_switch(space_word);
    if (other)
        harden_leave(cpu);
}

void arch_wait_for_interrupt(void)
{
    wait_for_interrupt();
}

/* Programs' ASIDs are for life: 8 bits would be too few. */
const char *cpu_check(void)
{
    if (id_field(read_id_aa64mmfr0_el1(), MMFR0_ASIDBITS_BIT) != ASIDBITS_16)
        return "this core has 8-bit ASIDs, and 16 are needed";
    return NULL;
}

/*
 * Programs may read the virtual counter, and nothing else of what is optional.
 * The OS lock, which a reset sets, would keep programs from being stepped.
 */
void cpu_init(struct cpu *cpu)
{
    unsigned pmu = id_field(read_id_aa64dfr0_el1(), DFR0_PMUVER_BIT);

    cpu->index = (unsigned)(cpu - cpus);
    cpu->affinity = read_mpidr_el1() & MPIDR_AFFINITY;
    cpu->lines = irq_line;
    write_cpacr_el1(CPACR_FPEN_TRAP);
    write_cntkctl_el1(CNTKCTL_EL0VCTEN);
    write_mdscr_el1(MDSCR_TDCC);
    write_oslar_el1(0);
    write_tpidrro_el0(0);
    if (pmu != 0 && pmu != DFR0_PMU_NOT_ARM)
        write_pmuserenr_el0(0);
    barrier_isb();
}
