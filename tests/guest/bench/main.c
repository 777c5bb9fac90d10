/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench.h"

_Noreturn void guest_main(const struct boot_info *info);

const struct boot_info *boot;
bool clock_is_exact = true, events_are_traced;

static void (*const situation[])(void) = {
    count_null_syscall, count_round_trip, count_round_trip_fp, count_call_cap, count_yield,
    count_signals, count_fault, count_interrupt, count_map, count_objects,
};

/* --- What the files of the conformance program ask for ------------------------------ */

const char *check_text(void)
{
    return "";
}

_Noreturn void check_failed(const char *file, int line, const char *what, uint64_t found,
                            uint64_t expected)
{
    print_line("bench: failed: %s:%d: %s is %lu, expected %lu", file, line, what,
               (unsigned long)found, (unsigned long)expected);
    power_off();
}

uint64_t ticks_now(void)
{
    uint64_t ticks;

    /* The barrier keeps the read from moving up; Arm ARM D11.2.2. */
    __asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(ticks)::"memory");
    return ticks;
}

uint64_t ticks_of(uint64_t microseconds)
{
    return boot->timer_frequency * microseconds / 1000000;
}

/* --- Start -------------------------------------------------------------------------- */

_Noreturn void guest_main(const struct boot_info *info)
{
    const char *missing;

    boot = info;
    main_priority(PRIORITY_MAIN);
    objects_init();
    for (unsigned i = 0; i < sizeof(situation) / sizeof(situation[0]); i++) {
        situation[i]();
        missing = objects_clean();
        if (missing != NULL)
            print_line("bench: failed: situation %u: %s", i, missing);
    }
    print_line("bench: done");
    power_off();
}
