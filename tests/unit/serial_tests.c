/* SPDX-License-Identifier: BSD-2-Clause */
/* What every serial driver must do, device and protocol, against whatever device is linked. */
#include "serial_tests.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <lib/ring.h>
#include <service/serial.h>

#include "fake_program.h"
#include "tests/model_devices/uart_model.h"

static union {
    struct serial_buffer rings;
    uint8_t bytes[4096];
} shared;
static struct startup_edge *client;

void serial_restart(void)
{
    assert_int_equal(fake_start(driver_main), -1);
}

int serial_setup(void **state)
{
    (void)state;
    fake_reset();
    fake.registers = 4096;
    memset(&shared, 0, sizeof(shared));
    client = fake_edge(EDGE_PROVIDE, "console", &shared, sizeof(shared));
    uart_model_firmware();
    serial_restart();
    return 0;
}

void serial_settle(void)
{
    for (unsigned i = 0; uart_model_interrupt(); i++) {
        assert_true(i < 10000); /* it would never end */
        fake.server->interrupt(33, 0);
    }
}

void serial_arrive(const char *text)
{
    for (; *text != '\0'; text++)
        uart_model_arrive((uint8_t)*text);
    uart_model_silence();
    serial_settle();
}

size_t serial_take(char *to, size_t count)
{
    size_t taken = ring_take(&shared.rings.receive, SERIAL_RING_BYTES, to, count);
    to[taken] = '\0';
    return taken;
}

void serial_send(const char *text, size_t count)
{
    assert_int_equal(ring_put(&shared.rings.transmit, SERIAL_RING_BYTES, text, count), count);
    fake_signal(client);
}

void received_bytes_reach_the_client_and_it_is_told(void **state)
{
    char text[32];
    (void)state;
    unsigned before = fake.signals[0];
    serial_arrive("hello");
    assert_int_equal(serial_take(text, 31), 5);
    assert_string_equal(text, "hello");
    assert_true(fake.signals[0] > before);
}

void bytes_to_send_leave_in_order_by_interrupts(void **state)
{
    char text[600];
    size_t count;
    (void)state;
    for (unsigned i = 0; i < sizeof(text); i++)
        text[i] = (char)i;
    serial_send(text, sizeof(text));
    for (unsigned i = 0; i < sizeof(text); i++) {
        uart_model_send(1);
        serial_settle();
    }
    const uint8_t *sent = uart_model_sent(&count);
    assert_int_equal(count, sizeof(text));
    assert_memory_equal(sent, text, sizeof(text));
    assert_false(uart_model_interrupt());
}

void a_client_that_found_the_ring_full_is_told_of_room(void **state)
{
    static char text[SERIAL_RING_BYTES];
    (void)state;
    unsigned before = fake.signals[0];
    serial_send(text, sizeof(text));
    assert_int_equal(fake.signals[0], before + 1);
    uart_model_send(uart_model_fifo);
    serial_settle();
    assert_int_equal(fake.signals[0], before + 1);
}

void a_full_ring_holds_bytes_in_the_device_until_the_client_takes_some(void **state)
{
    static char text[SERIAL_RING_BYTES + 1];
    (void)state;
    for (unsigned i = 0; i < SERIAL_RING_BYTES; i += 8)
        serial_arrive("abcdefgh");
    for (unsigned i = 0; i < uart_model_fifo; i++)
        uart_model_arrive((uint8_t)('A' + i));
    uart_model_silence();
    serial_settle();
    assert_int_equal(uart_model_received(), uart_model_fifo);
    assert_false(uart_model_interrupt());
    assert_int_equal(serial_take(text, 1000), 1000);
    fake_signal(client);
    assert_int_equal(uart_model_received(), 0);
    assert_int_equal(serial_take(text, 1000), SERIAL_RING_BYTES + uart_model_fifo - 1000);
    for (unsigned i = 0; i < uart_model_fifo; i++)
        assert_int_equal(text[SERIAL_RING_BYTES - 1000 + i], 'A' + i);
    assert_int_equal(uart_model_lost(), 0);
    serial_arrive("x");
    assert_int_equal(serial_take(text, 8), 1);
}

void a_restart_loses_nothing_in_rings_and_fifos(void **state)
{
    static const char text_to_send[] = "forty bytes, more than any FIFO here has";
    char text[64];
    size_t count;
    (void)state;
    uint32_t speed = uart_model_speed();
    serial_send(text_to_send, 40);
    assert_int_equal(uart_model_waiting(), uart_model_fifo);
    uart_model_arrive('a');
    uart_model_arrive('b');
    unsigned before = fake.signals[0];
    serial_restart();
    assert_true(fake.signals[0] > before);
    assert_int_equal(serial_take(text, 63), 2);
    for (unsigned i = 0; i < 40; i++) {
        uart_model_send(1);
        serial_settle();
    }
    assert_memory_equal(uart_model_sent(&count), text_to_send, 40);
    assert_int_equal(count, 40);
    assert_int_equal(uart_model_flushes(), 0);
    assert_int_equal(uart_model_speed(), speed);
}

void a_death_before_the_signal_is_made_good_at_the_start(void **state)
{
    (void)state;
    ring_put(&shared.rings.receive, SERIAL_RING_BYTES, "x", 1);
    unsigned before = fake.signals[0];
    serial_restart();
    assert_true(fake.signals[0] > before);
}

void a_device_that_firmware_left_off_is_set_up(void **state)
{
    char text[8];
    (void)state;
    uart_model_power_on();
    serial_restart();
    serial_arrive("ok");
    assert_int_equal(serial_take(text, 7), 2);
    serial_send("x", 1);
    assert_int_equal(uart_model_waiting(), 1);
}

void an_overrun_is_counted_once(void **state)
{
    (void)state;
    for (unsigned i = 0; i < uart_model_fifo + 3; i++)
        uart_model_arrive('x');
    serial_settle();
    assert_string_equal(fake.log, "line errors: 1 overruns, 0 framing, 0 parity, 0 breaks");
}

void a_client_with_impossible_counters_harms_nobody(void **state)
{
    (void)state;
    shared.rings.transmit.written = 0x80000000u;
    shared.rings.receive.read = 77;
    serial_arrive("more bytes than nothing, and more than the FIFO has");
    fake_signal(client);
    assert_int_equal(uart_model_waiting(), 0);
    shared.rings.transmit.written = shared.rings.transmit.read;
    shared.rings.receive.read = shared.rings.receive.written;
    fake_signal(client);
    assert_int_equal(ring_used(&shared.rings.receive, SERIAL_RING_BYTES), uart_model_fifo);
}

/* Bytes both ways, restarts, pauses of the client, in random order: nothing is lost or doubled. */
void random_traffic_arrives_whole(void **state)
{
    (void)state;
    uint8_t in = 0, expected = 0, out = 0;
    size_t sent_total = 0, count;
    srand(4711);
    for (unsigned i = 0; i < 200000 && sent_total < 60000; i++) {
        uint8_t byte;
        switch (rand() % 8) {
        case 0:
        case 1:
            if (uart_model_received() < uart_model_fifo)
                uart_model_arrive(in++);
            break;
        case 2:
            uart_model_silence();
            break;
        case 3:
            uart_model_send((size_t)rand() % 5);
            break;
        case 4:
            serial_settle();
            break;
        case 5: {
            size_t before = ring_used(&shared.rings.receive, SERIAL_RING_BYTES);
            for (int n = rand() % 8;
                 n > 0 && ring_take(&shared.rings.receive, SERIAL_RING_BYTES, &byte, 1); n--)
                assert_int_equal(byte, expected++);
            if (before == SERIAL_RING_BYTES)
                fake_signal(client);
            break;
        }
        case 6:
            for (int n = rand() % 8;
                 n > 0 && ring_put(&shared.rings.transmit, SERIAL_RING_BYTES, &out, 1); n--) {
                out++;
                sent_total++;
            }
            fake_signal(client);
            break;
        case 7:
            if (rand() % 50 == 0)
                serial_restart();
            break;
        }
    }
    for (unsigned i = 0; i < 2000; i++) {
        uart_model_send(1);
        serial_settle();
    }
    const uint8_t *sent = uart_model_sent(&count);
    assert_int_equal(count, sent_total);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(sent[i], (uint8_t)i);
    assert_int_equal(uart_model_lost(), 0);
    assert_int_equal(uart_model_flushes(), 0);
    assert_true(sent_total > 1000);
}

void without_registers_it_says_so_and_ends(void **state)
{
    (void)state;
    fake.registers = 0;
    assert_int_equal(fake_start(driver_main), PROGRAM_EXIT_FOR_GOOD);
    assert_int_equal(fake.logs, 1);
}

void without_a_client_it_leaves_the_device_quiet(void **state)
{
    (void)state;
    fake.startup.edge_count = 0;
    serial_restart();
    uart_model_arrive('x');
    uart_model_silence();
    assert_false(uart_model_interrupt());
}
