/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What kernel.h cannot say in one line each.
 */
#include "kernel.h"

uint64_t kernel_ask(unsigned slot, uint32_t label)
{
    struct message message = {.tag = thole_tag(label, 0)};

    return thole_call(slot, &message) == STATUS_OK ? message.word[0] : 0;
}

uint64_t kernel_ticks(void)
{
    uint64_t ticks;

    /* The barrier keeps the read from moving up; Arm ARM D11.2.2. */
    __asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(ticks)::"memory");
    return ticks;
}

const char *result_text(enum thole_result result)
{
    static const char *const text[RESULT_COUNT] = {
#define TEXT(number, NAME, words) [number] = words,
        THOLE_RESULTS(TEXT)
#undef TEXT
    };

    return result < RESULT_COUNT ? text[result] : "an unknown result";
}
