/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's last words: what happened, the registers, and the return
 * addresses along the frame pointers, which host tools turn into names. Reads
 * nothing but the stacks; a panic within a panic resets, and one within that stays.
 */
#include "cpu.h"
#include "esr.h"
#include "kernel/core.h"
#include "kernel/object/thread.h"
#include "kernel/print.h"
#include "machine.h"

void panic_exception(const struct frame *frame, unsigned vector);

/* AAPCS64, the frame pointer: a frame record is the caller's record, then the return address. */
struct frame_record {
    uint64_t caller;
    uint64_t return_address;
};

#define BACK_TRACE_MAX 32
#define REGISTERS_IN_A_LINE 4

static unsigned panicking_core; /* 1 + the index of the first that panicked */

APART void core_stop(void)
{
    for (;;)
        wait_for_interrupt();
}

/* One core speaks. The others are told to stop, and one that panics itself meanwhile just does. */
static void enter_panic(struct cpu *cpu)
{
    unsigned nobody = 0, before;

    if (!__atomic_compare_exchange_n(&panicking_core, &nobody, cpu->index + 1, false,
                                     __ATOMIC_RELAXED, __ATOMIC_RELAXED) &&
        nobody != cpu->index + 1)
        core_stop();
    before = cpu->panicking++;
    if (before == 0)
        gic_stop_others();
    if (before == 1)
        arch_reset();
    while (before > 1)
        wait_for_interrupt();
}

static bool record_lies_below(uint64_t record, const void *top, uint64_t bytes)
{
    uint64_t end = (uint64_t)top;

    return record >= end - bytes && record <= end - sizeof(struct frame_record) &&
           record % sizeof(uint64_t) == 0;
}

static bool record_is_readable(uint64_t record)
{
    const struct cpu *cpu = cpu_here();

    return record_lies_below(record, cpu->stack_top, cpu->stack_bytes) ||
           record_lies_below(record, cpu->emergency_top, cpu->emergency_bytes);
}

/* XPACLRI: without the signature, if it has one. */
static uint64_t strip(uint64_t address)
{
    register uint64_t x30 __asm__("x30") = address;

    __asm__("hint #7" : "+r"(x30));
    return x30;
}

/* Records lie ever higher, so this ends even where they were overwritten. */
static void print_back_trace(uint64_t record)
{
    kernel_print("back-trace:");
    for (unsigned count = 0; count < BACK_TRACE_MAX && record_is_readable(record); count++) {
        const struct frame_record *here = (const struct frame_record *)record;

        if (strip(here->return_address) == 0)
            break;
        kernel_print(" %lx", strip(here->return_address));
        if (here->caller <= record)
            break;
        record = here->caller;
    }
    kernel_print("\n");
}

static void print_registers(const struct frame *frame)
{
    for (unsigned index = 0; index < sizeof frame->x / sizeof frame->x[0]; index++)
        kernel_print("x%u %lx%c", index, frame->x[index],
                     index % REGISTERS_IN_A_LINE == REGISTERS_IN_A_LINE - 1 ? '\n' : ' ');
    kernel_print("sp %lx pc %lx pstate %lx\n", frame->sp, frame->pc, frame->pstate);
}

static bool in_guard_page(uint64_t address)
{
    return address - (uint64_t)core_stacks < sizeof core_stacks ||
           address - (uint64_t)&boot_stacks < sizeof boot_stacks;
}

/* A core finds the signature wrong and spoils the address, or says so by itself. */
static bool is_canonical(uint64_t address)
{
    return (int64_t)(address << 16) >> 16 == (int64_t)address;
}

static const char *what_happened(unsigned vector, uint64_t esr, uint64_t far)
{
    static const char *const asynchronous[] = {NULL, "an interrupt", "a fast interrupt",
                                               "a system error"};
    unsigned kind = vector % (sizeof asynchronous / sizeof asynchronous[0]);

    if (kind != 0)
        return asynchronous[kind];
    switch (esr_class(esr)) {
    case ESR_DATA_ABORT_EL1:
        return in_guard_page(far) ? "a stack overflow" : "a data abort";
    case ESR_INSTRUCTION_ABORT_EL1:
        return is_canonical(far) ? "an instruction abort" : "a return to a changed address";
    case ESR_SIGNATURE:
        return "a return to a changed address";
    case ESR_BRK64:
        return (ESR_ISS(esr) & ESR_IMMEDIATE_MASK) == BREAKPOINT_GUARD ? "an overwritten stack"
                                                                       : "a breakpoint";
    case ESR_BRANCH_TARGET:
        return "a branch to no landing pad";
    case ESR_FP_ACCESS:
        return "an FP/SIMD access";
    default:
        return "an exception";
    }
}

/* From vectors.S, on the emergency stack. */
void panic_exception(const struct frame *frame, unsigned vector)
{
    uint64_t esr = read_esr_el1(), far = read_far_el1();

    enter_panic(cpu_here());
    kernel_print("\nkernel panic: %s in the kernel (vector %u)\n", what_happened(vector, esr, far),
                 vector);
    kernel_print("esr %lx far %lx\n", esr, far);
    print_registers(frame);
    print_back_trace(frame->x[29]);
    arch_reset();
}

void arch_panic_begin(void)
{
    enter_panic(cpu_here());
}

APART _Noreturn void arch_panic(void)
{
    const struct cpu *cpu = cpu_here();

    print_back_trace((uint64_t)__builtin_frame_address(0));
    if (cpu->core != NULL && cpu->core->loaded != NULL) {
        kernel_print("the program that ran:\n");
        print_registers(thread_frame(cpu->core->loaded));
    }
    arch_reset();
}
