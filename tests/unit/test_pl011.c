/* SPDX-License-Identifier: BSD-2-Clause */
/* The driver of the PL011 against the modelled device. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake_program.h"
#include "serial_tests.h"
#include "tests/model_devices/uart_model.h"

#define main driver_main
#include "drivers/serial/pl011/main.c"
#undef main

#define NS_PER_SECOND 1000000000u

static void line_errors_are_dropped_counted_and_logged_once_a_second(void **state)
{
    char text[8];
    (void)state;
    uart_model_arrive(0x100 | 'f');
    uart_model_arrive(0x200 | 'p');
    uart_model_arrive(0x500);
    serial_arrive("x");
    assert_int_equal(serial_take(text, 7), 1);
    assert_int_equal(fake.logs, 1);
    assert_string_equal(fake.log, "line errors: 0 overruns, 1 framing, 1 parity, 1 breaks");
    for (unsigned i = 0; i < 50; i++) {
        uart_model_arrive(0x400);
        serial_settle();
        uart_model_silence();
        serial_settle();
    }
    assert_int_equal(fake.logs, 1);
    fake.now += NS_PER_SECOND;
    serial_arrive("y");
    assert_int_equal(fake.logs, 2);
    assert_string_equal(fake.log, "line errors: 0 overruns, 0 framing, 0 parity, 50 breaks");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERIAL_TESTS,
        SERIAL_TEST(line_errors_are_dropped_counted_and_logged_once_a_second),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
