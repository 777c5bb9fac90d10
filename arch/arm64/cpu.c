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
#include "kernel/object/endpoint.h"
#include "kernel/object/thread.h"
#include "mmu.h"
#include "offsets.h"

STATIC_ASSERT(offsetof(struct frame, sp) == OFFSET_SP);
STATIC_ASSERT(offsetof(struct frame, pc) == OFFSET_PC);
STATIC_ASSERT(offsetof(struct frame, pstate) == OFFSET_PSTATE);
STATIC_ASSERT(offsetof(struct frame, tls) == OFFSET_TLS);
STATIC_ASSERT(sizeof(struct frame) == FRAME_BYTES);
STATIC_ASSERT(offsetof(struct frame, x[30]) == OFFSET_X(30));
/* THREAD_READ_REGISTERS numbers the frame's registers in its order. */
STATIC_ASSERT(offsetof(struct frame, sp) == FRAME_SP * sizeof(uint64_t));
STATIC_ASSERT(offsetof(struct frame, pc) == FRAME_PC * sizeof(uint64_t));
STATIC_ASSERT(offsetof(struct frame, pstate) == FRAME_PSTATE * sizeof(uint64_t));
STATIC_ASSERT(offsetof(struct frame, tls) == (FRAME_REGISTERS - 1) * sizeof(uint64_t));
/* What the short ways know of the portable core. */
#define AT(type, member, offset) STATIC_ASSERT(offsetof(struct type, member) == (offset))
AT(thread, sender, 0);
AT(sender, badge, THREAD_BADGE);
AT(sender, servant, THREAD_SERVANT);
AT(sender, servant, THREAD_BADGE + 8);
AT(sender, flags, THREAD_FLAGS);
AT(sender, fp_open, THREAD_FLAGS + 1);
AT(sender, doomed, THREAD_FLAGS + 2);
AT(sender, ceiling, THREAD_FLAGS + 3);
AT(sender, state, THREAD_SENDER_STATE);
AT(thread, state, THREAD_SENDER_STATE + 1);
AT(thread, state, THREAD_STATE);
AT(thread, loaded_on, THREAD_STATE + 1);
AT(thread, lent, THREAD_LENT);
AT(thread, bereft, THREAD_STATE + 3);
AT(thread, table, THREAD_TABLE);
AT(thread, table_last, THREAD_TABLE + 8);
AT(thread, time, THREAD_TIME);
AT(thread, space_word, THREAD_SPACE_WORD);
AT(thread, owes, THREAD_OWES);
AT(thread, receiving_on, THREAD_OWES + 8);
AT(thread, slots, THREAD_SLOTS);
AT(thread, frame, THREAD_FRAME);
AT(core, gate, CORE_GATE);
AT(core, runs_lent, CORE_RUNS_LENT);
AT(core, current, CORE_CURRENT);
AT(core, loaded, CORE_CURRENT + 8);
AT(core, space, CORE_SPACE);
AT(core, space_left, CORE_SPACE + 8);
AT(core, ready_levels, CORE_READY_LEVELS);
AT(endpoint, home, ENDPOINT_HOME);
AT(endpoint, warm, ENDPOINT_WARM);
AT(sched_context, thread, SCHED_CONTEXT_THREAD);
AT(sched_context, priority, SCHED_CONTEXT_PRIORITY);
AT(slot, badge, 8);
STATIC_ASSERT(sizeof(struct slot) == 32);
STATIC_ASSERT((THREAD_FRAME + OFFSET_X(19)) % 64 == 0);
STATIC_ASSERT(SYSCALL_NUMBER_CALL == SYSCALL_CALL && SYSCALL_NUMBER_REPLY_RECV == SYSCALL_REPLY_RECV);
STATIC_ASSERT(SLOT_TYPE_ENDPOINT == OBJECT_ENDPOINT && SLOT_RIGHT_SEND == RIGHT_SEND << 8);
STATIC_ASSERT(1ULL << SLOT_RIGHT_RECV_BIT == (uint64_t)RIGHT_RECV << (SLOT_TYPE_SHIFT + 8));
STATIC_ASSERT(1 << THOLE_TAG_CAP_BIT == THOLE_TAG_CAP && TAG_KIND_CALL == KIND_CALL << THOLE_TAG_KIND_SHIFT);
STATIC_ASSERT(TAG_KEPT == (UINT64_MAX << THOLE_TAG_LABEL_SHIFT | THOLE_TAG_WORDS_MASK));
STATIC_ASSERT(KIND_ANSWER == 0 && STATUS_OK == 0 && SENDER_IDLE == 0);
STATIC_ASSERT(SENDER_STATE_IN_SERVICE == SENDER_IN_SERVICE);
STATIC_ASSERT(THREAD_STATE_RECEIVING == THREAD_RECEIVING && THREAD_STATE_CALLING == THREAD_CALLING);
STATIC_ASSERT(PSTATE_FLAGS == PSTATE_NZCV);
STATIC_ASSERT(ESR_WORD_SVC64 == (ESR_SVC64 << 26 | 1 << 25));
STATIC_ASSERT(offsetof(struct fp_state, q[31]) == FP_Q(31));
STATIC_ASSERT(offsetof(struct fp_state, fpsr) == FP_STATUS);
STATIC_ASSERT(offsetof(struct cpu, stack_top) == CPU_STACK_TOP);
STATIC_ASSERT(offsetof(struct cpu, emergency_top) == CPU_EMERGENCY_TOP);
STATIC_ASSERT(offsetof(struct cpu, affinity) == CPU_AFFINITY);
STATIC_ASSERT(offsetof(struct cpu, may_start) == CPU_MAY_START);
STATIC_ASSERT(offsetof(struct cpu, entry_sctlr) == CPU_ENTRY_SCTLR);
STATIC_ASSERT(offsetof(struct cpu, entry_history) == CPU_ENTRY_HISTORY);
STATIC_ASSERT(offsetof(struct cpu, core) == CPU_CORE);
STATIC_ASSERT(sizeof(struct cpu) == CPU_BYTES);
STATIC_ASSERT(offsetof(struct boot_stacks, guard_between) == STACK_TOP_OFFSET);
STATIC_ASSERT(offsetof(struct boot_stacks, guard_above) == EMERGENCY_TOP_OFFSET);
STATIC_ASSERT(CORES_RUNNING_MAX == CORES_MAX);
STATIC_ASSERT(CORES_RUNNING_MAX == PLATFORM_CORES_MAX);

/* First in .bss, by kernel.ld: it begins on a page. */
struct boot_stacks boot_stacks __attribute__((section(".bss.stacks")));

struct cpu cpus[CORES_RUNNING_MAX] = {
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

/* A step that this call was is not done either. */
void arch_frame_undo_syscall(struct frame *frame)
{
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

void arch_thread_switch(struct frame *frame, struct fp_state *fp, uint64_t space_word)
{
    struct cpu *cpu = cpu_here();
    bool other = space_word != 0 && space_word != read_ttbr0_el1();

    (void)frame;
    (void)fp;
    fp_leave(cpu);
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
    write_cpacr_el1(CPACR_FPEN_TRAP);
    write_cntkctl_el1(CNTKCTL_EL0VCTEN);
    write_mdscr_el1(MDSCR_TDCC);
    write_oslar_el1(0);
    write_tpidrro_el0(0);
    if (pmu != 0 && pmu != DFR0_PMU_NOT_ARM)
        write_pmuserenr_el0(0);
    barrier_isb();
}
