/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What boot messages and panics look like, byte by byte, and that a device
 * that takes nothing does not hold them up for ever.
 */
#include <string.h>

#include "fixture.h"
#include "kernel/print.h"

static int start(void **state)
{
    (void)state;
    sim_start(SMALL_RAM);
    return 0;
}

static void each_format_is_written_as_it_should_be(void **state)
{
    (void)state;
    kernel_print("%s|%c|%u|%x|%%\n", "text", '?', 4294967295u, 0xfedcba98u);
    assert_string_equal(sim.printed, "text|?|4294967295|fedcba98|%\r\n");
}

static void long_numbers_are_written_whole(void **state)
{
    (void)state;
    kernel_print("%lu %lx %u %lu %p", UINT64_MAX, 0x123456789abcdef0ul, 0u, 10ul,
                 (void *)0x1234567890ul);
    assert_string_equal(sim.printed, "18446744073709551615 123456789abcdef0 0 10 1234567890");
}

static void what_is_no_format_shows_as_it_is(void **state)
{
    (void)state;
    kernel_print("100%% %d\n", 5);
    assert_string_equal(sim.printed, "100% d\r\n");
}

static void a_device_without_room_is_given_up(void **state)
{
    (void)state;
    sim.print_room = 3;
    kernel_print("abc%s", "d");
    assert_string_equal(sim.printed, "abc");
}

static void a_panic_says_what_and_where_and_ends_the_machine(void **state)
{
    jmp_buf ending;
    int how = setjmp(ending);

    (void)state;
    sim.ending = &ending;
    if (how == 0)
        kernel_panic("something", "a/file.c", 12);
    assert_int_equal(how, SIM_PANIC);
    assert_string_equal(sim.printed, "\r\nkernel panic: something (a/file.c:12)\r\n");
}

int main(void)
{
    const struct CMUnitTest print_tests[] = {
        cmocka_unit_test_setup(each_format_is_written_as_it_should_be, start),
        cmocka_unit_test_setup(long_numbers_are_written_whole, start),
        cmocka_unit_test_setup(what_is_no_format_shows_as_it_is, start),
        cmocka_unit_test_setup(a_device_without_room_is_given_up, start),
        cmocka_unit_test_setup(a_panic_says_what_and_where_and_ends_the_machine, start),
    };

    return RUN_EACH(print_tests);
}
