/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Brings about what the boot arguments (/chosen, bootargs) name: "single", what one
 * core does; "cores", the same on all of them at once; "wakeup".
 */
#include "bench.h"

#include <libfdt.h>
#include <string.h>

_Noreturn void guest_main(const struct boot_info *info);

const struct boot_info *boot;
bool clock_is_exact = true, events_are_traced;

static const struct situation {
    const char *argument;
    void (*count)(void);
} situation[] = {
    {"single", count_null_syscall}, {"single", count_round_trip}, {"single", count_call_cap},
    {"single", count_yield}, {"single", count_signals}, {"single", count_fault},
    {"single", count_interrupt}, {"single", count_map}, {"single", count_objects},
    {"single", count_active}, {"single", count_try_call}, {"single", count_yield_alone},
    {"single", count_interrupt_active},
    {"single", count_round_trip_fp}, /* last: from here on FP/SIMD registers go with main */
    {"cores", count_cores}, {"wakeup", count_wakeups},
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

static const char *boot_argument(void)
{
    const void *tree = (const void *)(uintptr_t)boot->hardware_tree;
    int chosen = fdt_path_offset(tree, "/chosen");
    const char *text = chosen < 0 ? NULL : fdt_getprop(tree, chosen, "bootargs", NULL);

    return text != NULL ? text : "";
}

_Noreturn void guest_main(const struct boot_info *info)
{
    const char *missing;

    boot = info;
    main_priority(PRIORITY_MAIN);
    objects_init();
    for (unsigned i = 0; i < sizeof(situation) / sizeof(situation[0]); i++) {
        if (strcmp(boot_argument(), situation[i].argument) != 0)
            continue;
        situation[i].count();
        missing = objects_clean();
        if (missing != NULL)
            print_line("bench: failed: situation %u: %s", i, missing);
    }
    print_line("bench: done");
    power_off();
}
