/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What code with a stack protector asks for. The value differs between starts
 * as far as the counter does, which is no secret: it finds mistakes, and an
 * attacker must guess; it is not randomness. The zero byte stops strings.
 */
#include <stdint.h>

#include <lib/program.h>

#include "crt.h"

#define GUARD_MULTIPLIER 0x9e3779b97f4a7c15ULL /* 2^64 divided by the golden ratio */
#define GUARD_BREAKPOINT 0x57ac                /* the address of the fault that init reports */

uintptr_t __stack_chk_guard = GUARD_MULTIPLIER;
_Noreturn void __stack_chk_fail(void);

void guard_install(void)
{
    uint64_t value = (program_ticks() + program_startup()->incarnation + 1) * GUARD_MULTIPLIER;

    __stack_chk_guard = (value ^ value >> 32) & ~UINT64_C(0xff);
}

_Noreturn void __stack_chk_fail(void)
{
    for (;;)
        __asm__ volatile("brk %0" : : "i"(GUARD_BREAKPOINT));
}
