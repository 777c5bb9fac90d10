/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One fault a life, chosen by the number of the incarnation: all that a program
 * can do wrong by itself. tests/system/hostile.py starts it again and again and
 * has what is expected of each, in the order of the table below. An exit with
 * code 0 says that the deed was no fault.
 */
#include <stddef.h>
#include <stdint.h>

#include <lib/program.h>

#define INSTRUCTION(name, text)                              \
    static void name(void)                                   \
    {                                                        \
        __asm__ volatile(text : : : "x0", "cc", "memory");   \
    }

#define KERNEL_ADDRESS  0xffff000000000000u
#define KERNEL_IMAGE    0xffffff8000000000u
#define NOT_CANONICAL   0x0000800000000000u
#define UNMAPPED        0xdead000u
#define HUGE_FRAME      (64 << 20)
#define UNDEFINED       0x00000000u

static const uint32_t constant[] = {UNDEFINED, 1};
static uint32_t variable[] = {UNDEFINED, 1};

static void read_at(uint64_t at)
{
    (void)*(volatile uint32_t *)(uintptr_t)at;
}

static void write_at(uint64_t at)
{
    *(volatile uint32_t *)(uintptr_t)at = 0;
}

static void jump_to(uint64_t at)
{
    __asm__ volatile("blr %0" : : "r"(at) : "x30", "memory");
}

static void read_nothing(void) { read_at(UNMAPPED); }
static void write_nothing(void) { write_at(UNMAPPED); }
static void jump_nowhere(void) { jump_to(UNMAPPED); }
static void read_zero(void) { read_at(0); }
static void write_text(void) { write_at((uintptr_t)&write_text); }
static void write_constant(void) { write_at((uintptr_t)constant); }
static void write_startup(void) { write_at(PROGRAM_STARTUP); }
static void jump_to_data(void) { jump_to((uintptr_t)variable); }
static void jump_to_startup(void) { jump_to(PROGRAM_STARTUP); }

static void jump_to_stack(void)
{
    volatile uint32_t here = UNDEFINED;

    jump_to((uintptr_t)&here);
}

static void read_kernel(void) { read_at(KERNEL_ADDRESS); }
static void write_kernel(void) { write_at(KERNEL_IMAGE); }
static void jump_to_kernel(void) { jump_to(KERNEL_IMAGE); }
static void read_not_canonical(void) { read_at(NOT_CANONICAL); }
static void jump_misaligned(void) { jump_to((uintptr_t)&jump_misaligned + 2); }
static void read_below_stack(void) { read_at(program_startup()->stack_bottom - 1); }

__attribute__((noinline)) static uint64_t deeper(uint64_t depth)
{
    volatile uint64_t kept = depth;

    return kept == UINT64_MAX ? 0 : deeper(depth + 1) + kept;
}

static void overflow_stack(void) { (void)deeper(0); }

static void huge_frame(void)
{
    __asm__ volatile("sub sp, sp, %0\n str xzr, [sp]" : : "r"((uint64_t)HUGE_FRAME) : "memory");
}

static void zero_text(void)
{
    __asm__ volatile("dc zva, %0" : : "r"((uintptr_t)&zero_text) : "memory");
}

static void exclusive_misaligned(void)
{
    __asm__ volatile("ldxr x0, [%0]" : : "r"((uintptr_t)variable + 1) : "x0", "memory");
}

INSTRUCTION(undefined, ".inst 0")
INSTRUCTION(mask_interrupts, "msr daifset, #15")
INSTRUCTION(read_sctlr, "mrs x0, sctlr_el1")
INSTRUCTION(write_ttbr0, "msr ttbr0_el1, xzr")
INSTRUCTION(write_ttbr1, "msr ttbr1_el1, xzr")
INSTRUCTION(write_vbar, "msr vbar_el1, xzr")
INSTRUCTION(write_spsel, "msr spsel, #1")
INSTRUCTION(write_tpidrro, "msr tpidrro_el0, xzr")
INSTRUCTION(call_hypervisor, "hvc #0")
INSTRUCTION(call_firmware, "mov x0, #0x84000000\n smc #0")
INSTRUCTION(halt, "hlt #0")
INSTRUCTION(debug_level, "dcps1")
INSTRUCTION(exception_return, "eret")
INSTRUCTION(clean_by_set, "dc isw, xzr")
INSTRUCTION(invalidate_line, "mov x0, sp\n dc ivac, x0")
INSTRUCTION(invalidate_instructions, "ic iallu")
INSTRUCTION(invalidate_tlb, "tlbi vmalle1is")
INSTRUCTION(translate, "at s1e1r, xzr")
INSTRUCTION(physical_counter, "mrs x0, cntpct_el0")
INSTRUCTION(kernel_timer, "msr cntv_ctl_el0, xzr")
INSTRUCTION(cycle_counter, "mrs x0, pmccntr_el0")
INSTRUCTION(scalable_vectors, ".inst 0x04bf5020")    /* rdvl x0, #1 */
INSTRUCTION(breakpoint, "brk #77")
INSTRUCTION(syscall_0, "svc #0")
INSTRUCTION(syscall_8, "svc #8")
INSTRUCTION(syscall_256, "svc #257")
INSTRUCTION(syscall_last, "svc #0xffff")
INSTRUCTION(wait_for_event, "sevl\n wfe\n yield\n clrex")

static void (*const deed[])(void) = {
    read_nothing, write_nothing, jump_nowhere, read_zero, write_text, write_constant,
    write_startup, jump_to_data, jump_to_startup, jump_to_stack, read_kernel, write_kernel,
    jump_to_kernel, read_not_canonical, jump_misaligned, read_below_stack, overflow_stack,
    huge_frame, zero_text, exclusive_misaligned, undefined, mask_interrupts,
    read_sctlr, write_ttbr0, write_ttbr1, write_vbar, write_spsel, write_tpidrro,
    call_hypervisor, call_firmware, halt, debug_level, exception_return, clean_by_set,
    invalidate_line, invalidate_instructions, invalidate_tlb, translate, physical_counter,
    kernel_timer, cycle_counter, scalable_vectors, breakpoint, syscall_0,
    syscall_8, syscall_256, syscall_last, wait_for_event,
};

int main(void)
{
    deed[program_startup()->incarnation % (sizeof(deed) / sizeof(deed[0]))]();
    return 0;
}
