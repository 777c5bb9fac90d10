/* SPDX-License-Identifier: BSD-2-Clause */
/* The serial driver, device and protocol, against the modelled device. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <lib/ring.h>
#include <service/serial.h>

#include "fake_program.h"
#include "tests/model_devices/pl011_model.h"

int pl011_main(void);
#define main pl011_main
#include "drivers/serial/pl011/main.c"
#undef main

static union {
    struct serial_buffer rings;
    uint8_t bytes[4096];
} shared;
static struct startup_edge *client;

/* Death and start of the driver: the device and the rings stay. */
static void restart(void)
{
    memset(&serial, 0, sizeof(serial));
    assert_int_equal(fake_start(pl011_main), -1);
}

static int with_driver(void **state)
{
    (void)state;
    fake_reset();
    fake.registers = 4096;
    memset(&shared, 0, sizeof(shared));
    client = fake_edge(EDGE_PROVIDE, "console", &shared, sizeof(shared));
    pl011_model_firmware();
    restart();
    return 0;
}

/* All interrupts that the device raises are handled. */
static void settle(void)
{
    for (unsigned i = 0; pl011_model_interrupt(); i++) {
        assert_true(i < 10000); /* it would never end */
        fake.server->interrupt(33, 0);
    }
}

static void arrive(const char *text)
{
    for (; *text != '\0'; text++)
        pl011_model_arrive((uint8_t)*text);
    pl011_model_silence();
    settle();
}

static size_t take(char *to, size_t count)
{
    size_t taken = ring_take(&shared.rings.receive, SERIAL_RING_BYTES, to, count);
    to[taken] = '\0';
    return taken;
}

static void send(const char *text, size_t count)
{
    assert_int_equal(ring_put(&shared.rings.transmit, SERIAL_RING_BYTES, text, count), count);
    fake_signal(client);
}

static void received_bytes_reach_the_client_and_it_is_told(void **state)
{
    char text[32];
    (void)state;
    unsigned before = fake.signals[0];
    arrive("hello");
    assert_int_equal(take(text, 31), 5);
    assert_string_equal(text, "hello");
    assert_true(fake.signals[0] > before);
}

static void bytes_to_send_leave_in_order_by_interrupts(void **state)
{
    char text[600];
    size_t count;
    (void)state;
    for (unsigned i = 0; i < sizeof(text); i++)
        text[i] = (char)i;
    send(text, sizeof(text));
    for (unsigned i = 0; i < sizeof(text); i++) {
        pl011_model_send(1);
        settle();
    }
    const uint8_t *sent = pl011_model_sent(&count);
    assert_int_equal(count, sizeof(text));
    assert_memory_equal(sent, text, sizeof(text));
    assert_false(pl011_model_interrupt());
}

static void a_client_that_found_the_ring_full_is_told_of_room(void **state)
{
    static char text[SERIAL_RING_BYTES];
    (void)state;
    unsigned before = fake.signals[0];
    send(text, sizeof(text));
    assert_int_equal(fake.signals[0], before + 1);
    pl011_model_send(PL011_MODEL_FIFO);
    settle();
    assert_int_equal(fake.signals[0], before + 1);
}

static void a_full_ring_holds_bytes_in_the_device_until_the_client_takes_some(void **state)
{
    static char text[SERIAL_RING_BYTES + 1];
    (void)state;
    for (unsigned i = 0; i < SERIAL_RING_BYTES; i += 8)
        arrive("abcdefgh");
    arrive("0123456789abcdef");
    assert_int_equal(pl011_model_received(), PL011_MODEL_FIFO);
    assert_false(pl011_model_interrupt());
    assert_int_equal(take(text, 1000), 1000);
    fake_signal(client);
    assert_int_equal(pl011_model_received(), 0);
    assert_int_equal(take(text, 1000), SERIAL_RING_BYTES + PL011_MODEL_FIFO - 1000);
    assert_string_equal(text + 24, "0123456789abcdef");
    assert_int_equal(pl011_model_lost(), 0);
    arrive("x");
    assert_int_equal(take(text, 8), 1);
}

static void a_restart_loses_nothing_in_rings_and_fifos(void **state)
{
    char text[64];
    size_t count;
    (void)state;
    send("twenty bytes to send", 20);
    assert_int_equal(pl011_model_waiting(), PL011_MODEL_FIFO);
    pl011_model_arrive('a');
    pl011_model_arrive('b');
    unsigned before = fake.signals[0];
    restart();
    assert_true(fake.signals[0] > before);
    assert_int_equal(take(text, 63), 2);
    for (unsigned i = 0; i < 20; i++) {
        pl011_model_send(1);
        settle();
    }
    assert_memory_equal(pl011_model_sent(&count), "twenty bytes to send", 20);
    assert_int_equal(count, 20);
    assert_int_equal(pl011_model_flushes(), 0);
    assert_int_equal(pl011_model_speed(), 13 << 6 | 1);
}

static void a_death_before_the_signal_is_made_good_at_the_start(void **state)
{
    (void)state;
    ring_put(&shared.rings.receive, SERIAL_RING_BYTES, "x", 1);
    unsigned before = fake.signals[0];
    restart();
    assert_true(fake.signals[0] > before);
}

static void a_device_that_firmware_left_off_is_set_up(void **state)
{
    char text[8];
    (void)state;
    pl011_model_power_on();
    restart();
    arrive("ok");
    assert_int_equal(take(text, 7), 2);
    send("x", 1);
    assert_int_equal(pl011_model_waiting(), 1);
}

static void line_errors_are_dropped_counted_and_logged_once_a_second(void **state)
{
    char text[8];
    (void)state;
    pl011_model_arrive(0x100 | 'f');
    pl011_model_arrive(0x200 | 'p');
    pl011_model_arrive(0x500);
    arrive("x");
    assert_int_equal(take(text, 7), 1);
    assert_int_equal(fake.logs, 1);
    assert_string_equal(fake.log, "line errors: 0 overruns, 1 framing, 1 parity, 1 breaks");
    for (unsigned i = 0; i < 50; i++) {
        pl011_model_arrive(0x400);
        settle();
        pl011_model_silence();
        settle();
    }
    assert_int_equal(fake.logs, 1);
    fake.now += NS_PER_SECOND;
    arrive("y");
    assert_int_equal(fake.logs, 2);
    assert_string_equal(fake.log, "line errors: 0 overruns, 0 framing, 0 parity, 50 breaks");
}

static void an_overrun_is_counted_once(void **state)
{
    (void)state;
    for (unsigned i = 0; i < PL011_MODEL_FIFO + 3; i++)
        pl011_model_arrive('x');
    settle();
    assert_string_equal(fake.log, "line errors: 1 overruns, 0 framing, 0 parity, 0 breaks");
}

static void a_client_with_impossible_counters_harms_nobody(void **state)
{
    (void)state;
    shared.rings.transmit.written = 0x80000000u;
    shared.rings.receive.read = 77;
    arrive("more bytes than nothing, and more than the FIFO has");
    fake_signal(client);
    assert_int_equal(pl011_model_waiting(), 0);
    shared.rings.transmit.written = shared.rings.transmit.read;
    shared.rings.receive.read = shared.rings.receive.written;
    fake_signal(client);
    assert_int_equal(ring_used(&shared.rings.receive, SERIAL_RING_BYTES), PL011_MODEL_FIFO);
}

/* Bytes both ways, restarts, pauses of the client, in random order: nothing is lost or doubled. */
static void random_traffic_arrives_whole(void **state)
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
            if (pl011_model_received() < PL011_MODEL_FIFO)
                pl011_model_arrive(in++);
            break;
        case 2:
            pl011_model_silence();
            break;
        case 3:
            pl011_model_send((size_t)rand() % 5);
            break;
        case 4:
            settle();
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
                restart();
            break;
        }
    }
    for (unsigned i = 0; i < 2000; i++) {
        pl011_model_send(1);
        settle();
    }
    const uint8_t *sent = pl011_model_sent(&count);
    assert_int_equal(count, sent_total);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(sent[i], (uint8_t)i);
    assert_int_equal(pl011_model_lost(), 0);
    assert_int_equal(pl011_model_flushes(), 0);
    assert_true(sent_total > 1000);
}

static void without_registers_it_says_so_and_ends(void **state)
{
    (void)state;
    fake.registers = 0;
    memset(&serial, 0, sizeof(serial));
    assert_int_equal(fake_start(pl011_main), 1);
    assert_int_equal(fake.logs, 1);
}

static void without_a_client_it_leaves_the_device_quiet(void **state)
{
    (void)state;
    fake.startup.edge_count = 0;
    restart();
    pl011_model_arrive('x');
    pl011_model_silence();
    assert_false(pl011_model_interrupt());
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, with_driver)
    const struct CMUnitTest tests[] = {
        TEST(received_bytes_reach_the_client_and_it_is_told),
        TEST(bytes_to_send_leave_in_order_by_interrupts),
        TEST(a_client_that_found_the_ring_full_is_told_of_room),
        TEST(a_full_ring_holds_bytes_in_the_device_until_the_client_takes_some),
        TEST(a_restart_loses_nothing_in_rings_and_fifos),
        TEST(a_death_before_the_signal_is_made_good_at_the_start),
        TEST(a_device_that_firmware_left_off_is_set_up),
        TEST(line_errors_are_dropped_counted_and_logged_once_a_second),
        TEST(an_overrun_is_counted_once),
        TEST(a_client_with_impossible_counters_harms_nobody),
        TEST(random_traffic_arrives_whole),
        TEST(without_registers_it_says_so_and_ends),
        TEST(without_a_client_it_leaves_the_device_quiet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
