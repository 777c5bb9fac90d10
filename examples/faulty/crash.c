/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Faults at once: a write where nothing is mapped, whose address is easily
 * recognised in what init says about it.
 */
#include <stdint.h>

#define NOWHERE 0xdead000u

int main(void)
{
    *(volatile uint32_t *)(uintptr_t)NOWHERE = 0;
    return 0;
}
