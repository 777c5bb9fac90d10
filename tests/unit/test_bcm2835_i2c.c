/* SPDX-License-Identifier: BSD-2-Clause */
/* The I2C master's driver, device and protocol, against the modelled device and a bus. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fake_program.h"
#include "tests/model_devices/bcm2835_i2c_model.h"

int bcm2835_i2c_main(void);
#define main bcm2835_i2c_main
#include "drivers/i2c/bcm2835/main.c"
#undef main

static uint8_t shared[4][8192], memory[2][256];
static struct startup_edge *sensor, *store, *stranger, *last;

static struct startup_edge *edge_of(unsigned number, const char *name, uint32_t address)
{
    struct startup_edge *edge = fake_edge(EDGE_PROVIDE, name, shared[number], 8192);

    edge->origin = EDGE_FROM_BUS;
    edge->cells = 1;
    edge->cell[0] = address;
    return edge;
}

static void restart(void)
{
    memset(&bus, 0, sizeof(bus));
    assert_int_equal(fake_start(bcm2835_i2c_main), -1);
}

static int with_bus(void **state)
{
    (void)state;
    fake_reset();
    fake.registers = BCM2835_I2C_REGISTER_BYTES;
    memset(shared, 0xee, sizeof(shared));
    for (unsigned i = 0; i < 256; i++)
        memory[0][i] = memory[1][255 - i] = (uint8_t)i;
    sensor = edge_of(0, "sensor", 0x48);
    store = edge_of(1, "store", 0x50);
    stranger = fake_edge(EDGE_PROVIDE, "stranger", shared[2], 8192);
    stranger->cells = 1;
    last = edge_of(3, "last", 0x51);
    bcm2835_i2c_model_power_on();
    bcm2835_i2c_model_attach(0x51, memory[1]);
    bcm2835_i2c_model_attach(0x48, memory[0]);
    bcm2835_i2c_model_attach(0x50, memory[1]);
    restart();
    bcm2835_i2c_model_bus();
    return 0;
}

static unsigned ask(const struct startup_edge *client, uint64_t out, uint64_t in)
{
    uint64_t word[6] = {out, in};

    assert_int_equal(fake_request(client, I2C_TRANSFER, word), SERVER_LATER);
    return fake.reserved;
}

static uint32_t refused(const struct startup_edge *client, uint64_t out, uint64_t in)
{
    uint64_t word[6] = {out, in};

    return fake_request(client, I2C_TRANSFER, word);
}

/* The bus goes on and interrupts are handled, until nothing happens any more. */
static void settle(void)
{
    bool moved = true;

    for (unsigned i = 0; moved; i++) {
        assert_true(i < 100000);
        moved = bcm2835_i2c_model_step();
        for (unsigned j = 0; bcm2835_i2c_model_interrupt(); j++) {
            assert_true(j < 100); /* it would never end */
            fake.server->interrupt(149, 0);
            moved = true;
        }
    }
}

static const struct fake_answer *answer_to(unsigned reply)
{
    for (unsigned i = 0; i < fake.answers; i++)
        if (fake.answer[i].reply == reply)
            return &fake.answer[i];
    fail_msg("no answer");
    return NULL;
}

static void assert_result(unsigned reply, uint32_t result, uint64_t error)
{
    const struct fake_answer *answer = answer_to(reply);

    assert_int_equal(answer->result, result);
    assert_int_equal(answer->words, result == SERVICE_FAILED);
    assert_int_equal(answer->word[0], error);
}

static void transfer(const struct startup_edge *client, uint64_t out, uint64_t in)
{
    unsigned reply = ask(client, out, in);

    settle();
    assert_result(reply, SERVICE_OK, 0);
    assert_int_equal(fake.armed, 0);
}

static void a_write_and_a_read_are_one_transfer(void **state)
{
    (void)state;
    shared[0][0] = 0x10;
    transfer(sensor, 1, 2);
    assert_string_equal(bcm2835_i2c_model_bus(), "S48W 10 S48R 10 11 P");
    assert_int_equal(shared[0][0], 0x10);
    assert_int_equal(shared[0][1], 0x11);
    assert_int_equal(shared[0][2], 0xee);
    transfer(store, 0, 1);
    assert_string_equal(bcm2835_i2c_model_bus(), "S50R ff P");
    assert_int_equal(shared[1][0], 0xff);
    shared[1][0] = 7;
    shared[1][1] = 0xaa;
    transfer(store, 2, 0);
    assert_string_equal(bcm2835_i2c_model_bus(), "S50W 07 aa P");
    assert_int_equal(memory[1][7], 0xaa);
}

static void transfers_longer_than_the_fifo_arrive_whole(void **state)
{
    static const unsigned length[] = {15, 16, 17, 31, 32, 33, 256, 1000, I2C_TRANSFER_MAX};
    static uint8_t expected[256];

    (void)state;
    for (unsigned i = 0; i < COUNT_OF(length); i++) {
        bcm2835_i2c_model_bus();
        memset(expected, 0, sizeof(expected));
        for (unsigned j = 0; j < length[i]; j++) {
            shared[1][j] = (uint8_t)(j * 7 + i);
            if (j > 0)
                expected[(shared[1][0] + j - 1) % 256] = shared[1][j];
        }
        memset(memory[1], 0, 256);
        transfer(store, length[i], 0);
        assert_memory_equal(memory[1], expected, 256);
        shared[1][0] = 3;
        transfer(store, 1, length[i]);
        for (unsigned j = 0; j < length[i]; j++)
            assert_int_equal(shared[1][j], memory[1][(3 + j) % 256]);
        for (unsigned j = length[i]; j < I2C_TRANSFER_MAX; j++)
            shared[1][j] = 0xee;
        transfer(store, length[i], length[i]);
    }
    assert_int_equal(shared[1][I2C_TRANSFER_MAX], 0xee);
}

/* A device may end a write before the driver has asked for the read: two transfers then. */
static void a_write_that_is_over_too_early_is_followed_by_a_start(void **state)
{
    static const enum model_i2c_way way[] = {MODEL_I2C_AT_ONCE, MODEL_I2C_RACE};

    (void)state;
    for (unsigned i = 0; i < COUNT_OF(way); i++) {
        for (unsigned length = 1; length < 40; length++) {
            bcm2835_i2c_model_way(way[i]);
            fake.answers = 0;
            shared[0][0] = 0x20;
            transfer(sensor, 1, length);
            assert_memory_equal(bcm2835_i2c_model_bus(), "S48W 20 P S48R 20", 17);
            for (unsigned j = 0; j < length; j++)
                assert_int_equal(shared[0][j], 0x20 + j);
        }
        transfer(store, 30, 0);
        bcm2835_i2c_model_bus();
    }
}

static void an_absent_device_is_an_error_and_the_next_transfer_works(void **state)
{
    (void)state;
    bcm2835_i2c_model_attach(0x48, NULL);
    for (unsigned i = 0; i < 3; i++) {
        unsigned write = ask(sensor, 1, 2);
        settle();
        assert_result(write, SERVICE_FAILED, I2C_NOT_ACKNOWLEDGED);
        unsigned read = ask(sensor, 0, 2);
        settle();
        assert_result(read, SERVICE_FAILED, I2C_NOT_ACKNOWLEDGED);
    }
    assert_int_equal(fake.logs, 2); /* the stranger's, and one for all these */
    assert_string_equal(fake.log, "sensor at address 0x48: nobody acknowledges");
    assert_int_equal(shared[0][0], 0xee);
    transfer(store, 0, 1);
    bcm2835_i2c_model_attach(0x48, memory[0]);
    transfer(sensor, 1, 1);
    bcm2835_i2c_model_attach(0x48, NULL);
    ask(sensor, 0, 1);
    settle();
    assert_int_equal(fake.logs, 3);
}

static void a_refused_byte_is_an_error(void **state)
{
    (void)state;
    for (unsigned after = 0; after < 20; after++) {
        bcm2835_i2c_model_refuse_after(after);
        unsigned reply = ask(store, 20, 4);
        settle();
        assert_result(reply, SERVICE_FAILED, I2C_NOT_ACKNOWLEDGED);
        bcm2835_i2c_model_refuse_after(100);
        transfer(store, 20, 4);
    }
}

static void a_device_that_holds_the_clock_is_an_error(void **state)
{
    (void)state;
    bcm2835_i2c_model_way(MODEL_I2C_HOLD);
    unsigned reply = ask(sensor, 1, 2);
    settle();
    assert_result(reply, SERVICE_FAILED, I2C_STRETCHED);
    bcm2835_i2c_model_way(MODEL_I2C_STEPS);
    transfer(sensor, 1, 2);
}

static void fire(void)
{
    assert_true(fake.armed > 0);
    if (fake.now < fake.armed)
        fake.now = fake.armed;
    fake.armed = 0;
    fake.server->timer(fake.now, fake.now);
}

/* Time goes by until the next answer, and nobody interrupts. */
static void expire(void)
{
    unsigned before = fake.answers;

    for (unsigned i = 0; fake.answers == before; i++) {
        assert_true(i < 10000);
        fire();
    }
}

static void a_bus_that_stands_still_is_given_up_after_a_time(void **state)
{
    static const enum model_i2c_way way[] = {MODEL_I2C_DEAD, MODEL_I2C_ZEROS};

    (void)state;
    for (unsigned i = 0; i < COUNT_OF(way); i++) {
        bcm2835_i2c_model_way(way[i]);
        unsigned reply = ask(sensor, 1, 2), other = ask(store, 0, 1);
        settle();
        expire();
        assert_result(reply, SERVICE_FAILED, I2C_NO_END);
        bcm2835_i2c_model_way(MODEL_I2C_STEPS);
        if (way[i] == MODEL_I2C_ZEROS) /* what was written meanwhile was lost */
            expire();
        else
            settle();
        answer_to(other);
        transfer(sensor, 1, 2);
        bcm2835_i2c_model_bus();
    }
}

/* With nobody else waiting it is as still as if it had never begun. */
static void what_was_given_up_does_not_go_on(void **state)
{
    (void)state;
    bcm2835_i2c_model_way(MODEL_I2C_DEAD);
    ask(sensor, 1, 2);
    expire();
    bcm2835_i2c_model_way(MODEL_I2C_STEPS);
    settle();
    fake.server->interrupt(149, 0);
    assert_string_equal(bcm2835_i2c_model_bus(), "X");
    assert_int_equal(fake.answers, 1);
}

/* However often others interrupt: the limit comes no later for it. */
static void interrupts_of_others_do_not_put_off_the_end(void **state)
{
    (void)state;
    bcm2835_i2c_model_way(MODEL_I2C_DEAD);
    unsigned reply = ask(sensor, 1, 2);
    uint64_t limit = bus.server.deadline;
    while (fake.now < limit) {
        fake.server->interrupt(149, 0);
        assert_true(fake.armed <= limit);
        fake.now += limit / 1000 + 1;
    }
    fire();
    assert_result(reply, SERVICE_FAILED, I2C_NO_END);
}

static void without_interrupts_it_looks_by_itself(void **state)
{
    (void)state;
    for (unsigned length = 1; length < 200; length += 33) {
        uint64_t began = fake.now;
        unsigned reply = ask(sensor, length, length), before = fake.answers;
        while (fake.answers == before) {
            for (unsigned i = 0; i < LOOK_BYTES && bcm2835_i2c_model_step(); i++) {
            }
            fire();
        }
        assert_result(reply, SERVICE_OK, 0);
        /* A look after each FIFO's worth, and one more for each of the two parts. */
        assert_true(fake.now - began <= ns_for(LOOK_BYTES) * (2 * (length / 16 + 1) + 2));
    }
}

static void the_timer_looks_once_more_before_it_gives_up(void **state)
{
    (void)state;
    unsigned reply = ask(sensor, 0, 2);
    while (bcm2835_i2c_model_step()) {
    }
    expire();
    assert_result(reply, SERVICE_OK, 0);
    reply = ask(sensor, 0, 2);
    fake.server->timer(fake.now, fake.now); /* for the one before */
    assert_true(fake.armed > fake.now);
    settle();
    assert_result(reply, SERVICE_OK, 0);
    fake.server->timer(fake.now, fake.now);
    assert_int_equal(fake.answers, 2);
}

static void requests_of_several_clients_are_done_in_order(void **state)
{
    (void)state;
    unsigned first = ask(sensor, 1, 1), second = ask(store, 1, 1);
    assert_int_equal(fake.answers, 0);
    settle();
    assert_int_equal(fake.answer[0].reply, first);
    assert_int_equal(fake.answer[1].reply, second);
    unsigned third = ask(last, 0, 1);
    first = ask(store, 0, 1);
    second = ask(sensor, 0, 1);
    settle();
    assert_int_equal(fake.answer[2].reply, third);
    assert_int_equal(fake.answer[3].reply, first);
    assert_int_equal(fake.answer[4].reply, second);
    assert_string_equal(bcm2835_i2c_model_bus(),
                        "S48W ee S48R ee P S50W ee S50R 11 P S51R ff P S50R 10 P S48R ef P");
}

static void who_may_not_or_asks_wrongly_is_refused(void **state)
{
    (void)state;
    assert_string_equal(fake.log, "stranger has no address of seven bits on this bus");
    assert_int_equal(refused(stranger, 1, 1), SERVICE_NOT_PERMITTED);
    assert_int_equal(refused(sensor, 0, 0), SERVICE_BAD_ARGUMENT);
    assert_int_equal(refused(sensor, I2C_TRANSFER_MAX + 1, 0), SERVICE_BAD_ARGUMENT);
    assert_int_equal(refused(sensor, 0, I2C_TRANSFER_MAX + 1), SERVICE_BAD_ARGUMENT);
    assert_int_equal(refused(sensor, UINT64_MAX, 1), SERVICE_BAD_ARGUMENT);
    assert_int_equal(refused(sensor, 1ull << 32, 1), SERVICE_BAD_ARGUMENT);
    sensor->buffer_bytes = 2;
    assert_int_equal(refused(sensor, 3, 0), SERVICE_BAD_ARGUMENT);
    assert_int_equal(refused(sensor, 0, 3), SERVICE_BAD_ARGUMENT);
    sensor->cell[0] = 0x80;
    assert_int_equal(refused(sensor, 1, 1), SERVICE_NOT_PERMITTED);
    sensor->cell[0] = 1u << 31 | 0x48; /* ten bits */
    assert_int_equal(refused(sensor, 1, 1), SERVICE_NOT_PERMITTED);
    sensor->cell[0] = 0x48;
    sensor->cells = 0;
    assert_int_equal(refused(sensor, 1, 1), SERVICE_NOT_PERMITTED);
    fake.slots = 0;
    assert_int_equal(refused(store, 1, 1), SERVICE_BUSY);
    assert_string_equal(bcm2835_i2c_model_bus(), "");
}

/* Another controller on the same interrupt line, at any time. */
static void an_interrupt_that_is_not_ours_is_let_go(void **state)
{
    (void)state;
    fake.server->interrupt(149, 0);
    for (unsigned in = 0; in < 2; in++) {
        unsigned reply = ask(sensor, 1, in);
        for (unsigned i = 0; i < 20; i++) {
            fake.server->interrupt(149, 0);
            fake.server->interrupt(149, 0);
            bcm2835_i2c_model_step();
        }
        assert_result(reply, SERVICE_OK, 0);
        assert_int_equal(fake.answers, in + 1);
    }
    assert_string_equal(bcm2835_i2c_model_bus(), "S48W ee P S48W ee S48R ee P");
    assert_false(bcm2835_i2c_model_interrupt());
}

static void a_driver_that_died_at_any_step_is_followed_by_one_that_works(void **state)
{
    (void)state;
    for (unsigned steps = 0; steps < 60; steps++) {
        ask(sensor, 20, 20);
        for (unsigned i = 0; i < steps; i++) {
            bcm2835_i2c_model_step();
            if (i % 2 == 0)
                fake.server->interrupt(149, 0);
        }
        restart();
        assert_false(bcm2835_i2c_model_interrupt());
        bcm2835_i2c_model_bus();
        shared[1][0] = 1;
        transfer(store, 1, 1);
        assert_string_equal(bcm2835_i2c_model_bus(), "S50W 01 S50R fe P");
        memset(shared, 0xee, sizeof(shared));
        fake.answers = 0;
        fake.slots = 16;
    }
}

/* Its transfer goes on; what it reads must not fall on what the next one has put there. */
static void a_client_that_died_leaves_nothing_in_the_buffer(void **state)
{
    (void)state;
    unsigned dead = ask(store, 1, 8);
    bcm2835_i2c_model_step();
    memset(shared[1], 0x33, 3);
    unsigned queued = ask(store, 2, 0), alive = ask(store, 3, 0);
    settle();
    answer_to(dead);
    assert_result(alive, SERVICE_OK, 0);
    assert_int_equal(answer_to(queued)->result, SERVICE_FAILED);
    assert_int_equal(memory[1][0x33], 0x33);
    assert_int_equal(shared[1][0], 0x33);
    assert_int_equal(fake.slots, 16);
}

/* Nor on what the next one is about to ask for. */
static void a_client_that_begins_finds_what_it_puts_into_the_buffer(void **state)
{
    uint64_t word[6] = {0};
    (void)state;
    unsigned dead = ask(store, 1, 8);
    unsigned other = ask(sensor, 0, 1), queued = ask(last, 0, 3);
    bcm2835_i2c_model_step();
    assert_int_equal(fake_request(store, I2C_BEGIN, word), SERVICE_OK);
    assert_int_equal(fake_request(last, I2C_BEGIN, word), SERVICE_OK);
    assert_int_equal(fake_request(stranger, I2C_BEGIN, word), SERVICE_NOT_PERMITTED);
    memset(shared[1], 0x33, 3);
    settle();
    assert_result(dead, SERVICE_OK, 0);
    assert_result(other, SERVICE_OK, 0);
    assert_int_equal(answer_to(queued)->result, SERVICE_FAILED);
    assert_int_equal(shared[1][0], 0x33);
    assert_int_equal(shared[3][0], 0xee);
    transfer(store, 3, 0);
    assert_int_equal(memory[1][0x33], 0x33);
    transfer(last, 0, 1);
    assert_int_not_equal(shared[3][0], 0xee);
    assert_int_equal(fake.slots, 16);
}

static void a_device_that_lies_hangs_nobody(void **state)
{
    static const enum model_i2c_way way[] = {MODEL_I2C_ONES, MODEL_I2C_ENDLESS};

    (void)state;
    for (unsigned i = 0; i < 10; i++) {
        bcm2835_i2c_model_way(way[i % 2]);
        unsigned reply = ask(sensor, 4, I2C_TRANSFER_MAX);
        for (unsigned j = 0; j < 10; j++)
            fake.server->interrupt(149, 0);
        answer_to(reply);
        assert_int_equal(shared[0][I2C_TRANSFER_MAX], 0xee);
    }
    restart();
}

static void the_bus_is_as_fast_as_the_tree_says(void **state)
{
    static const struct {
        uint32_t clock, bus, divider;
    } want[] = {{500000000, 100000, 5000}, {500000000, 400000, 1250}, {150000000, 100000, 1500},
                {250000000, 399999, 626},  {500000000, 7630, 65532},  {200000, 100000, 2},
                {300000, 100000, 4}};

    (void)state;
    assert_int_equal(bcm2835_i2c_model_divider(), 5000);
    assert_int_equal(bcm2835_i2c_model_stretch(), 3501);
    for (unsigned i = 0; i < COUNT_OF(want); i++) {
        fake.config[0].name = "clock-hz";
        fake.config[0].value = want[i].clock;
        fake.config[1].name = "clock-frequency";
        fake.config[1].value = want[i].bus;
        restart();
        assert_int_equal(bcm2835_i2c_model_divider(), want[i].divider);
        assert_true(bcm2835_i2c_model_delays() >> 16 < want[i].divider / 2);
        assert_true((bcm2835_i2c_model_delays() & 0xffff) < want[i].divider / 2);
        assert_true(bcm2835_i2c_model_stretch() > 0);
        assert_true(bcm2835_i2c_model_stretch() <= 0xffff);
    }
}

static void a_bus_that_cannot_be_is_not_started(void **state)
{
    static const struct {
        uint32_t clock, bus;
    } cannot[] = {{500000000, 0}, {100, 100}, {1, 1}, {0, 100000}, {500000000, 7000}, {3, 2}};

    (void)state;
    for (unsigned i = 0; i < COUNT_OF(cannot); i++) {
        fake.config[0].name = "clock-hz";
        fake.config[0].value = cannot[i].clock;
        fake.config[1].name = "clock-frequency";
        fake.config[1].value = cannot[i].bus;
        memset(&bus, 0, sizeof(bus));
        assert_int_equal(fake_start(bcm2835_i2c_main), PROGRAM_EXIT_FOR_GOOD);
    }
}

static void without_registers_it_says_so_and_ends(void **state)
{
    (void)state;
    fake.registers = BCM2835_I2C_REGISTER_BYTES - 1;
    memset(&bus, 0, sizeof(bus));
    assert_int_equal(fake_start(bcm2835_i2c_main), PROGRAM_EXIT_FOR_GOOD);
    assert_string_equal(fake.log, "no registers of a BSC: 31 bytes, not 32");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, with_bus)
    const struct CMUnitTest tests[] = {
        TEST(a_write_and_a_read_are_one_transfer),
        TEST(transfers_longer_than_the_fifo_arrive_whole),
        TEST(a_write_that_is_over_too_early_is_followed_by_a_start),
        TEST(an_absent_device_is_an_error_and_the_next_transfer_works),
        TEST(a_refused_byte_is_an_error),
        TEST(a_device_that_holds_the_clock_is_an_error),
        TEST(a_bus_that_stands_still_is_given_up_after_a_time),
        TEST(what_was_given_up_does_not_go_on),
        TEST(interrupts_of_others_do_not_put_off_the_end),
        TEST(without_interrupts_it_looks_by_itself),
        TEST(the_timer_looks_once_more_before_it_gives_up),
        TEST(requests_of_several_clients_are_done_in_order),
        TEST(who_may_not_or_asks_wrongly_is_refused),
        TEST(an_interrupt_that_is_not_ours_is_let_go),
        TEST(a_driver_that_died_at_any_step_is_followed_by_one_that_works),
        TEST(a_client_that_died_leaves_nothing_in_the_buffer),
        TEST(a_client_that_begins_finds_what_it_puts_into_the_buffer),
        TEST(a_device_that_lies_hangs_nobody),
        TEST(the_bus_is_as_fast_as_the_tree_says),
        TEST(a_bus_that_cannot_be_is_not_started),
        TEST(without_registers_it_says_so_and_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
