/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs all tests, or those whose name or rows contain the word that the boot
 * arguments (/chosen, bootargs) give: "only=WORD". "exact" there says that the
 * clock counts instructions; with "traced" the kernel records all events. One line
 * for each test, then a summary.
 */
#include "conformance.h"

#include <libfdt.h>
#include <string.h>

#include "lib/format.h"

_Noreturn void guest_main(const struct boot_info *info);

const struct boot_info *boot;
bool clock_is_exact, events_are_traced;

#define WORD_BYTES 64
static char only[WORD_BYTES];

static const struct test_group *const groups[] = {
    &captable_group, &retype_group, &mapping_group, &asid_group,
    &fault_group, &message_group, &pairs_group, &rights_group, &event_group,
    &interrupt_group, &scheduler_group, &thread_state_group,
    &lending_group, &budget_group, &cores_group, &local_group, &float_group,
};

/* --- Checks ----------------------------------------------------------------------- */

static struct {
    bool armed;         /* there is a test to end */
    void *jump[5];
    uint32_t failed;
    char text[256];
} check;

const char *check_text(void)
{
    return check.text;
}

static void text_put(const char *format, ...)
{
    va_list arguments;
    size_t bytes;

    va_start(arguments, format);
    bytes = format_text(check.text, sizeof(check.text) - 1, format, arguments);
    va_end(arguments);
    check.text[bytes] = '\0';
}

static bool is_main(void)
{
    uint64_t here = (uintptr_t)__builtin_frame_address(0);

    return here <= INIT_STACK_TOP && here > INIT_STACK_TOP - INIT_STACK_BYTES;
}

_Noreturn void check_failed(const char *file, int line, const char *what, uint64_t found,
                            uint64_t expected)
{
    /* The first failure is the one that is told. */
    if (__atomic_fetch_add(&check.failed, 1, __ATOMIC_RELAXED) == 0)
        text_put("%s:%d: %s is %lu (0x%lx), expected %lu (0x%lx)", file, line, what,
                 (unsigned long)found, (unsigned long)found, (unsigned long)expected,
                 (unsigned long)expected);
    if (!is_main())
        thole_exit(HELPER_FAILED);
    if (check.armed)
        __builtin_longjmp(check.jump, 1);
    print_line("# stopped: %s", check.text);
    power_off();
}

/* --- The clock -------------------------------------------------------------------- */

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

/* --- Running ---------------------------------------------------------------------- */

static struct {
    unsigned number, passed, failed, skipped;
} count;

static bool can_run(const struct test *test)
{
    if ((test->needs & NEEDS_CORES) && boot->cores_running < 2)
        return false;
    if ((test->needs & NEEDS_GIGABYTE) && gigabyte_untyped() == 0)
        return false;
    return !(test->needs & NEEDS_EXACT) || clock_is_exact;
}

static void call_test(const struct test *test)
{
    check.armed = true;
    if (__builtin_setjmp(check.jump) == 0) {
        test->run();
        trace_check();
    }
    check.armed = false;
    main_priority(PRIORITY_MAIN);
}

static void test_run(const struct test *test)
{
    const char *lost;

    check.failed = 0;
    check.text[0] = '\0';
    watch_begin(test->name, count.number);
    call_test(test);
    lost = objects_clean();
    watch_end();
    if (check.failed == 0 && lost == NULL) {
        count.passed++;
        print_line("ok %u %s %s", count.number, test->name, test->rows);
        return;
    }
    count.failed++;
    print_line("not ok %u %s: %s%s%s", count.number, test->name, check.text,
               lost != NULL ? "; afterwards: " : "", lost != NULL ? lost : "");
    if (lost != NULL) {
        print_line("# stopped");
        power_off();
    }
}

static bool is_wanted(const struct test *test)
{
    size_t bytes = strlen(only);

    for (const char *at = test->name; *at; at++)
        if (strncmp(at, only, bytes) == 0)
            return true;
    for (const char *at = test->rows; *at; at++)
        if (strncmp(at, only, bytes) == 0)
            return true;
    return bytes == 0;
}

static void group_run(const struct test_group *group)
{
    for (unsigned i = 0; i < group->count; i++) {
        const struct test *test = &group->test[i];

        count.number++;
        if (!is_wanted(test))
            continue;
        if (can_run(test)) {
            test_run(test);
        } else {
            count.skipped++;
            print_line("skip %u %s %s", count.number, test->name, test->rows);
        }
    }
}

/* --- Start ------------------------------------------------------------------------ */

static void word_take(const char *word, size_t bytes)
{
    if (bytes == 5 && memcmp(word, "exact", 5) == 0)
        clock_is_exact = true;
    if (bytes == 6 && memcmp(word, "traced", 6) == 0)
        events_are_traced = true;
    if (bytes > 5 && bytes - 5 < WORD_BYTES && memcmp(word, "only=", 5) == 0)
        memcpy(only, word + 5, bytes - 5);
}

static void arguments_read(void)
{
    const void *tree = (const void *)(uintptr_t)boot->hardware_tree;
    int bytes, chosen = fdt_path_offset(tree, "/chosen");
    const char *text = chosen < 0 ? NULL : fdt_getprop(tree, chosen, "bootargs", &bytes);

    while (text != NULL && *text) {
        const char *end = text;

        while (*end && *end != ' ')
            end++;
        word_take(text, (size_t)(end - text));
        text = *end ? end + 1 : end;
    }
}

_Noreturn void guest_main(const struct boot_info *info)
{
    boot = info;
    arguments_read();
    main_priority(PRIORITY_MAIN);
    objects_init();
    print_line("# conformance: %u cores, GICv%u", boot->cores_running, boot->irq_controller);
    for (unsigned i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
        group_run(groups[i]);
    trace_print();
    print_line("# %u tests: %u passed, %u failed, %u skipped", count.number, count.passed,
               count.failed, count.skipped);
    power_off();
}
