/* SPDX-License-Identifier: BSD-2-Clause */
/* The driver of the i.MX UART against the modelled device. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <service/serial.h>

#include "fake_program.h"
#include "serial_tests.h"
#include "tests/model_devices/imx_uart_model.h"
#include "tests/model_devices/uart_model.h"

#define main driver_main
#include "drivers/serial/imx-uart/main.c"
#undef main

#define ALL_16 0xffffu

/* Seven bits, parity, and a transmitter that waits for RTS; the input of another chip. */
static void eight_bits_without_parity_and_neighbour_are_set_up(void **state)
{
    char text[8];
    size_t count;
    (void)state;
    imx_uart_model_set(IMX_UCR2, 1u << 8 | 1u << 2 | 1u << 0);
    imx_uart_model_set(IMX_UCR3, 0x0700);
    serial_restart();
    serial_arrive("\xe4");
    assert_int_equal(serial_take(text, 7), 1);
    assert_int_equal((uint8_t)text[0], 0xe4);
    serial_send("x", 1);
    uart_model_send(1);
    uart_model_sent(&count);
    assert_int_equal(count, 1);
    assert_int_equal(fake.logs, 0);
}

/* Each control register as somebody may have left it who used all that it can do. */
static void what_others_listened_to_is_masked_and_the_speed_stays(void **state)
{
    static const enum imx_uart_register control[] = {IMX_UCR1, IMX_UCR2, IMX_UCR3, IMX_UCR4};
    char text[8];
    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        uart_model_firmware();
        uint32_t speed = uart_model_speed();
        imx_uart_model_set(control[i], ALL_16);
        serial_restart();
        assert_false(uart_model_interrupt());
        uart_model_arrive('o');
        assert_false(uart_model_interrupt());
        serial_arrive("k");
        assert_int_equal(serial_take(text, 7), 2);
        assert_int_equal(uart_model_speed(), speed);
    }
}

static void the_divider_beside_the_levels_stays(void **state)
{
    (void)state;
    imx_uart_model_set(IMX_UFCR, 0x0000);
    uint32_t slow = uart_model_speed();
    serial_restart();
    assert_int_equal(uart_model_speed(), slow);
    imx_uart_model_set(IMX_UFCR, ALL_16);
    uint32_t fast = uart_model_speed();
    serial_restart();
    assert_int_equal(uart_model_speed(), fast);
}

/* The last place of the FIFO is marked as an overrun; only what comes after it is one. */
static void a_fifo_that_was_just_filled_has_lost_nothing(void **state)
{
    char text[64];
    (void)state;
    for (unsigned i = 0; i < uart_model_fifo; i++)
        uart_model_arrive((uint8_t)('0' + i));
    serial_settle();
    assert_int_equal(serial_take(text, 63), uart_model_fifo);
    assert_int_equal(text[31], '0' + 31);
    assert_int_equal(fake.logs, 0);
}

static void fill_the_fifo(void)
{
    for (unsigned i = 0; i < uart_model_fifo; i++)
        uart_model_arrive('x');
}

static void an_overrun_is_not_seen_again_in_the_next_full_fifo(void **state)
{
    static char text[128];
    (void)state;
    fill_the_fifo();
    uart_model_arrive('y');
    serial_settle();
    assert_int_equal(fake.logs, 1);
    fake.now += UINT32_MAX;
    fill_the_fifo();
    serial_settle();
    assert_int_equal(serial_take(text, 127), 2 * uart_model_fifo);
    assert_int_equal(fake.logs, 1);
}

static void damaged_characters_are_counted_and_gone(void **state)
{
    char text[8];
    (void)state;
    uart_model_arrive('a');
    uart_model_arrive('b' | IMX_MODEL_PARITY);
    uart_model_arrive('c' | IMX_MODEL_FRAMING);
    uart_model_arrive(IMX_MODEL_BREAK | IMX_MODEL_FRAMING);
    uart_model_arrive('d');
    uart_model_silence();
    serial_settle();
    assert_int_equal(serial_take(text, 7), 2);
    assert_string_equal(text, "ad");
    assert_string_equal(fake.log, "line errors: 0 overruns, 1 framing, 1 parity, 1 breaks");
}

static void few_characters_wait_until_they_have_aged(void **state)
{
    char text[16];
    (void)state;
    for (unsigned i = 0; i < 7; i++)
        uart_model_arrive('x');
    assert_false(uart_model_interrupt());
    uart_model_arrive('x');
    assert_true(uart_model_interrupt());
    serial_settle();
    assert_int_equal(serial_take(text, 15), 8);
}

/* A pause of the driver at its worst moment, longer than eight characters. */
static void what_ages_behind_the_last_look_interrupts_again(void **state)
{
    char text[8];
    (void)state;
    uart_model_arrive('a');
    uart_model_silence();
    imx_uart_model_arrive_behind('b');
    serial_settle();
    assert_int_equal(serial_take(text, 7), 2);
    assert_string_equal(text, "ab");
}

static void a_death_after_the_timers_flag_was_cleared_loses_nothing(void **state)
{
    char text[8];
    (void)state;
    uart_model_arrive('a');
    uart_model_silence();
    imx_uart_write(NULL, IMX_USR1, 1u << 8);
    assert_false(uart_model_interrupt());
    serial_restart();
    assert_int_equal(serial_take(text, 7), 1);
}

/* A character is there, and another, and the timer has run out: for ever. */
static void a_device_that_never_ends_is_left_after_a_ring_of_bytes(void **state)
{
    static char text[SERIAL_RING_BYTES + 1];
    (void)state;
    imx_uart_model_lie(1u << 15 | 1u << 9 | 1u << 8 | 'x');
    fake.server->interrupt(33, 0);
    assert_int_equal(serial_take(text, SERIAL_RING_BYTES), SERIAL_RING_BYTES);
    assert_int_equal(imx_uart_read(NULL, IMX_UCR1) & 1u << 9, 0);
    assert_int_equal(imx_uart_read(NULL, IMX_UCR2) & 1u << 3, 0);
}

static void a_device_that_answers_with_ones_is_only_reported(void **state)
{
    static char text[SERIAL_RING_BYTES + 1];
    (void)state;
    imx_uart_model_lie(UINT32_MAX);
    fake.server->interrupt(33, 0);
    assert_int_equal(serial_take(text, SERIAL_RING_BYTES), 0);
    assert_int_equal(fake.logs, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERIAL_TESTS,
        SERIAL_TEST(eight_bits_without_parity_and_neighbour_are_set_up),
        SERIAL_TEST(what_others_listened_to_is_masked_and_the_speed_stays),
        SERIAL_TEST(the_divider_beside_the_levels_stays),
        SERIAL_TEST(a_fifo_that_was_just_filled_has_lost_nothing),
        SERIAL_TEST(an_overrun_is_not_seen_again_in_the_next_full_fifo),
        SERIAL_TEST(damaged_characters_are_counted_and_gone),
        SERIAL_TEST(few_characters_wait_until_they_have_aged),
        SERIAL_TEST(what_ages_behind_the_last_look_interrupts_again),
        SERIAL_TEST(a_death_after_the_timers_flag_was_cleared_loses_nothing),
        SERIAL_TEST(a_device_that_never_ends_is_left_after_a_ring_of_bytes),
        SERIAL_TEST(a_device_that_answers_with_ones_is_only_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
