/* SPDX-License-Identifier: BSD-2-Clause */
/* The driver of the mini-UART against the modelled device. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <service/serial.h>

#include "fake_program.h"
#include "serial_tests.h"
#include "tests/model_devices/mini_uart_model.h"
#include "tests/model_devices/uart_model.h"

#define main driver_main
#include "drivers/serial/bcm2835-aux/main.c"
#undef main

#define SEVEN_BITS_AS_THE_MANUAL_SAYS_EIGHT 1u
#define DIVISOR_LATCH_OPEN                  0x83u

static void eight_bits_are_what_the_errata_say(void **state)
{
    char text[8];
    (void)state;
    mini_uart_model_line(SEVEN_BITS_AS_THE_MANUAL_SAYS_EIGHT);
    serial_restart();
    serial_arrive("\xe4");
    assert_int_equal(serial_take(text, 7), 1);
    assert_int_equal((uint8_t)text[0], 0xe4);
}

static void an_open_divisor_latch_is_closed_and_the_speed_stays(void **state)
{
    char text[8];
    (void)state;
    uint32_t speed = uart_model_speed();
    mini_uart_model_line(DIVISOR_LATCH_OPEN);
    serial_restart();
    assert_int_equal(uart_model_speed(), speed);
    serial_arrive("ok");
    assert_int_equal(serial_take(text, 7), 2);
}

static void receiver_and_transmitter_are_switched_on(void **state)
{
    char text[8];
    (void)state;
    for (uint32_t control = 0; control < 3; control++) {
        mini_uart_model_control(control);
        serial_restart();
        serial_arrive("ok");
        assert_int_equal(serial_take(text, 7), 2);
        serial_send("x", 1);
        uart_model_send(1);
        assert_int_equal(uart_model_waiting(), 0);
    }
}

/* The line is shared with two SPI masters. */
static void an_interrupt_of_a_neighbour_changes_nothing(void **state)
{
    (void)state;
    unsigned before = fake.signals[0];
    uint32_t enables = mini_uart_model_enables();
    fake.server->interrupt(33, 0);
    assert_int_equal(fake.signals[0], before);
    assert_int_equal(mini_uart_model_enables(), enables);
    assert_false(uart_model_interrupt());
}

static void a_block_that_is_switched_off_is_silent_and_harmless(void **state)
{
    char text[8];
    (void)state;
    mini_uart_model_switch_off();
    serial_restart();
    serial_send("lost in the ring", 16);
    fake.server->interrupt(33, 0);
    assert_int_equal(serial_take(text, 7), 0);
    assert_int_equal(uart_model_waiting(), 0);
}

/* It says that a byte has come, and another, and that there is room: for ever. */
static void a_device_that_never_ends_is_left_after_a_ring_of_bytes(void **state)
{
    static char text[SERIAL_RING_BYTES + 1];
    (void)state;
    mini_uart_model_lie(UINT32_MAX);
    fake.server->interrupt(33, 0);
    assert_int_equal(mini_uart_model_enables() & 5, 0);
    assert_int_equal(serial_take(text, SERIAL_RING_BYTES), SERIAL_RING_BYTES);
    assert_int_equal(fake.logs, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERIAL_TESTS,
        SERIAL_TEST(eight_bits_are_what_the_errata_say),
        SERIAL_TEST(an_open_divisor_latch_is_closed_and_the_speed_stays),
        SERIAL_TEST(receiver_and_transmitter_are_switched_on),
        SERIAL_TEST(an_interrupt_of_a_neighbour_changes_nothing),
        SERIAL_TEST(a_block_that_is_switched_off_is_silent_and_harmless),
        SERIAL_TEST(a_device_that_never_ends_is_left_after_a_ring_of_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
