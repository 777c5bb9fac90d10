/* SPDX-License-Identifier: BSD-2-Clause */
/* The SPI master's driver, device and protocol, against the modelled device and two chips. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "fake_program.h"
#include "tests/model_devices/bcm2835_spi_model.h"

int bcm2835_spi_main(void);
#define main bcm2835_spi_main
#include "drivers/spi/bcm2835/main.c"
#undef main

static uint8_t shared[3][8192];
static struct startup_edge *flash, *screen, *stranger;

static struct startup_edge *edge_of(unsigned number, const char *name, uint32_t select)
{
    struct startup_edge *edge = fake_edge(EDGE_PROVIDE, name, shared[number], 8192);

    edge->origin = EDGE_FROM_BUS;
    edge->cells = 1;
    edge->cell[0] = select;
    return edge;
}

static void restart(void)
{
    memset(&bus, 0, sizeof(bus));
    assert_int_equal(fake_start(bcm2835_spi_main), -1);
}

static uint32_t configure(const struct startup_edge *client, uint64_t mode, uint64_t hz,
                          uint64_t *real)
{
    uint64_t word[6] = {mode, hz};
    uint32_t result = fake_request(client, SPI_CONFIGURE, word);

    if (real != NULL)
        *real = word[0];
    return result;
}

static int with_bus(void **state)
{
    (void)state;
    fake_reset();
    fake.registers = BCM2835_SPI_REGISTER_BYTES;
    for (unsigned i = 0; i < 3; i++)
        for (unsigned j = 0; j < 8192; j++)
            shared[i][j] = (uint8_t)(j * 7 + i);
    flash = edge_of(0, "flash", 0);
    screen = edge_of(1, "screen", 1);
    stranger = edge_of(2, "stranger", 0);
    stranger->origin = EDGE_FROM_USES;
    bcm2835_spi_model_power_on();
    restart();
    assert_int_equal(configure(flash, 0, 1000000, NULL), SERVICE_OK);
    assert_int_equal(configure(screen, SPI_CPHA | SPI_CPOL, 10000000, NULL), SERVICE_OK);
    return 0;
}

static unsigned ask(const struct startup_edge *client, uint64_t bytes)
{
    uint64_t word[6] = {bytes};

    assert_int_equal(fake_request(client, SPI_TRANSFER, word), SERVER_LATER);
    return fake.reserved;
}

static uint32_t refused(const struct startup_edge *client, uint64_t bytes)
{
    uint64_t word[6] = {bytes};

    return fake_request(client, SPI_TRANSFER, word);
}

static void settle(void)
{
    bool moved = true;

    for (unsigned i = 0; moved; i++) {
        assert_true(i < 100000);
        moved = bcm2835_spi_model_step();
        for (unsigned j = 0; bcm2835_spi_model_interrupt(); j++) {
            assert_true(j < 100); /* it would never end */
            fake.server->interrupt(150, 0);
            moved = true;
        }
    }
}

static void assert_result(unsigned reply, uint32_t result)
{
    for (unsigned i = 0; i < fake.answers; i++) {
        if (fake.answer[i].reply == reply) {
            assert_int_equal(fake.answer[i].result, result);
            assert_int_equal(fake.answer[i].words, 0);
            return;
        }
    }
    fail_msg("no answer");
}

static void transfer(const struct startup_edge *client, uint64_t bytes)
{
    unsigned reply = ask(client, bytes);

    settle();
    assert_result(reply, SERVICE_OK);
    assert_int_equal(fake.armed, 0);
}

static void bytes_are_exchanged_under_one_assertion_of_the_select(void **state)
{
    static const unsigned length[] = {1, 2, 47, 48, 49, 63, 64, 65, 128, 1000, SPI_TRANSFER_MAX};
    static const enum model_spi_way way[] = {MODEL_SPI_STEPS, MODEL_SPI_AT_ONCE};

    (void)state;
    for (unsigned i = 0; i < 2 * COUNT_OF(length); i++) {
        unsigned bytes = length[i / 2];
        unsigned before = bcm2835_spi_model_assertions(0);
        bcm2835_spi_model_way(way[i % 2]);
        transfer(flash, bytes);
        assert_int_equal(bcm2835_spi_model_assertions(0), before + 1);
        for (unsigned j = 0; j < 8192; j++) {
            uint8_t was = (uint8_t)(j * 7);
            assert_int_equal(shared[0][j], j < bytes ? (uint8_t)~was : was);
            shared[0][j] = was;
        }
    }
    assert_int_equal(bcm2835_spi_model_assertions(1), 0);
    assert_false(bcm2835_spi_model_interrupt());
}

/* The FIFO has bytes left to send when the driver is called for those that came. */
static void the_bus_need_not_pause(void **state)
{
    (void)state;
    ask(flash, 200);
    fake.server->interrupt(150, 0);
    for (unsigned i = 0; i < 48; i++) {
        assert_false(bcm2835_spi_model_interrupt());
        assert_true(bcm2835_spi_model_step());
    }
    assert_true(bcm2835_spi_model_interrupt());
    fake.server->interrupt(150, 0);
    assert_false(bcm2835_spi_model_interrupt());
}

static void each_chip_has_its_mode_and_clock(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        transfer(flash, 3);
        assert_int_equal(bcm2835_spi_model_mode(), 0);
        assert_int_equal(bcm2835_spi_model_divider(), 500);
        transfer(screen, 3);
        assert_int_equal(bcm2835_spi_model_mode(), 3);
        assert_int_equal(bcm2835_spi_model_divider(), 50);
    }
    for (unsigned mode = 0; mode < 4; mode++) {
        configure(flash, mode, 1000000, NULL);
        transfer(flash, 1);
        assert_int_equal(bcm2835_spi_model_mode(), mode);
    }
}

static void a_select_has_its_level_in_and_between_transfers(void **state)
{
    (void)state;
    assert_int_equal(bcm2835_spi_model_select(0), 1);
    configure(flash, SPI_CS_HIGH, 1000000, NULL);
    assert_int_equal(bcm2835_spi_model_select(0), 0);
    assert_int_equal(bcm2835_spi_model_select(1), 1);
    unsigned reply = ask(screen, 2);
    assert_int_equal(bcm2835_spi_model_select(0), 0);
    assert_int_equal(bcm2835_spi_model_select(1), 0);
    configure(flash, 0, 1000000, NULL); /* in the middle of somebody's transfer */
    settle();
    assert_result(reply, SERVICE_OK);
    assert_int_equal(bcm2835_spi_model_select(0), 1);
    configure(screen, SPI_CS_HIGH, 1000000, NULL);
    restart(); /* nobody has configured anything, but the chip is not selected */
    assert_int_equal(bcm2835_spi_model_select(0), 1);
    assert_int_equal(bcm2835_spi_model_select(1), 0);
}

static void the_clock_is_at_most_what_was_asked_for(void **state)
{
    static const struct {
        uint64_t asked, real;
    } want[] = {{1000000, 1000000},     {500000000, 250000000}, {UINT64_MAX, 250000000},
                {300000000, 250000000}, {124999999, 83333333},  {7630, 7629}};
    uint64_t real;

    (void)state;
    for (unsigned i = 0; i < COUNT_OF(want); i++) {
        assert_int_equal(configure(flash, 0, want[i].asked, &real), SERVICE_OK);
        assert_int_equal(real, want[i].real);
    }
    assert_int_equal(configure(flash, 0, 7000, NULL), SERVICE_NOT_PERMITTED);
    assert_int_equal(configure(flash, 0, 0, NULL), SERVICE_NOT_PERMITTED);
    fake.config[0].name = "clock-hz";
    fake.config[0].value = 250000000;
    restart();
    assert_int_equal(configure(flash, 0, 1000000, &real), SERVICE_OK);
    transfer(flash, 1);
    assert_int_equal(bcm2835_spi_model_divider(), 250);
    fake.config[0].value = 0;
    restart();
    configure(flash, 0, 1, NULL);
    transfer(flash, 1);
}

static void who_may_not_or_asks_wrongly_is_refused(void **state)
{
    (void)state;
    assert_string_equal(fake.log, "stranger has no chip select that this controller drives");
    assert_int_equal(configure(stranger, 0, 1000000, NULL), SERVICE_NOT_PERMITTED);
    assert_int_equal(refused(stranger, 1), SERVICE_NOT_PERMITTED);
    assert_int_equal(refused(flash, 0), SERVICE_BAD_ARGUMENT);
    assert_int_equal(refused(flash, SPI_TRANSFER_MAX + 1), SERVICE_BAD_ARGUMENT);
    assert_int_equal(refused(flash, UINT64_MAX), SERVICE_BAD_ARGUMENT);
    assert_int_equal(configure(flash, 8, 1000000, NULL), SERVICE_BAD_ARGUMENT);
    assert_int_equal(configure(flash, 1ull << 32, 1000000, NULL), SERVICE_BAD_ARGUMENT);
    flash->buffer_bytes = 2;
    assert_int_equal(refused(flash, 3), SERVICE_BAD_ARGUMENT);
    flash->cell[0] = BCM2835_SPI_SELECTS;
    assert_int_equal(refused(flash, 1), SERVICE_NOT_PERMITTED);
    assert_int_equal(configure(flash, 0, 1000000, NULL), SERVICE_NOT_PERMITTED);
    flash->cell[0] = 0;
    flash->cells = 0;
    assert_int_equal(refused(flash, 1), SERVICE_NOT_PERMITTED);
    fake.slots = 0;
    assert_int_equal(refused(screen, 1), SERVICE_BUSY);
    assert_int_equal(bcm2835_spi_model_assertions(0) + bcm2835_spi_model_assertions(1), 0);
}

static void after_a_restart_a_client_configures_again(void **state)
{
    (void)state;
    restart();
    assert_int_equal(refused(flash, 1), SERVICE_NOT_FOUND);
    configure(flash, 0, 1000000, NULL);
    transfer(flash, 1);
    assert_int_equal(refused(screen, 1), SERVICE_NOT_FOUND);
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
    static const enum model_spi_way way[] = {MODEL_SPI_DEAD, MODEL_SPI_ZEROS};

    (void)state;
    for (unsigned i = 0; i < COUNT_OF(way); i++) {
        bcm2835_spi_model_way(way[i]);
        unsigned reply = ask(flash, 100);
        settle();
        expire();
        assert_result(reply, SERVICE_FAILED);
        assert_string_equal(fake.log, "a transfer of flash does not end");
        assert_int_equal(shared[0][1], 7);
        bcm2835_spi_model_way(MODEL_SPI_STEPS);
        assert_int_equal(bcm2835_spi_model_select(0), 1);
        settle();
        assert_int_equal(fake.answers, i * 2 + 1);
        transfer(screen, 100);
    }
}

/* However often others interrupt: the limit comes no later for it. */
static void interrupts_of_others_do_not_put_off_the_end(void **state)
{
    (void)state;
    bcm2835_spi_model_way(MODEL_SPI_DEAD);
    unsigned reply = ask(flash, 2);
    uint64_t limit = bus.server.deadline;
    while (fake.now < limit) {
        fake.server->interrupt(149, 0);
        assert_true(fake.armed <= limit);
        fake.now += limit / 1000 + 1;
    }
    fire();
    assert_result(reply, SERVICE_FAILED);
}

static void without_interrupts_it_looks_by_itself(void **state)
{
    (void)state;
    for (unsigned length = 1; length < 400; length += 50) {
        unsigned reply = ask(flash, length), before = fake.answers, looks = 0;
        for (; fake.answers == before; looks++) {
            while (bcm2835_spi_model_step()) {
            }
            fire();
        }
        assert_result(reply, SERVICE_OK);
        assert_true(looks <= length / BCM2835_SPI_FIFO_BYTES + 2);
    }
}

static void the_timer_looks_once_more_before_it_gives_up(void **state)
{
    (void)state;
    unsigned reply = ask(flash, 2);
    fake.server->interrupt(150, 0);
    while (bcm2835_spi_model_step()) {
    }
    expire();
    assert_result(reply, SERVICE_OK);
    reply = ask(flash, 2);
    fake.server->timer(fake.now, fake.now); /* for the one before */
    assert_true(fake.armed > fake.now);
    settle();
    assert_result(reply, SERVICE_OK);
}

static void requests_of_several_clients_are_done_in_order(void **state)
{
    (void)state;
    unsigned first = ask(screen, 100), second = ask(flash, 100);
    assert_int_equal(bcm2835_spi_model_select(0), 1);
    settle();
    assert_int_equal(fake.answer[0].reply, first);
    assert_int_equal(fake.answer[1].reply, second);
    assert_int_equal(shared[0][99], (uint8_t) ~(99 * 7));
    assert_int_equal(shared[1][99], (uint8_t)(98 * 7 + 1));
}

static void an_interrupt_that_is_not_ours_is_let_go(void **state)
{
    (void)state;
    fake.server->interrupt(150, 0);
    unsigned reply = ask(flash, 10);
    for (unsigned i = 0; i < 12; i++) {
        fake.server->interrupt(150, 0);
        fake.server->interrupt(150, 0);
        bcm2835_spi_model_step();
    }
    fake.server->interrupt(150, 0);
    assert_result(reply, SERVICE_OK);
    assert_int_equal(fake.answers, 1);
    assert_int_equal(bcm2835_spi_model_assertions(0), 1);
}

static void a_driver_that_died_at_any_step_is_followed_by_one_that_works(void **state)
{
    (void)state;
    for (unsigned steps = 0; steps < 150; steps++) {
        ask(flash, 100);
        for (unsigned i = 0; i < steps; i++) {
            bcm2835_spi_model_step();
            if (i % 2 == 0)
                fake.server->interrupt(150, 0);
        }
        restart();
        assert_false(bcm2835_spi_model_interrupt());
        assert_int_equal(bcm2835_spi_model_select(0), 1);
        configure(flash, 0, 1000000, NULL);
        shared[0][0] = 0x0f;
        transfer(flash, 1);
        assert_int_equal(shared[0][0], 0xf0);
        fake.answers = 0;
        fake.slots = 16;
    }
}

static void a_client_that_died_leaves_nothing_in_the_buffer(void **state)
{
    (void)state;
    ask(flash, 8);
    bcm2835_spi_model_step();
    memset(shared[0], 0x33, 8);
    unsigned alive = ask(flash, 3);
    settle();
    assert_result(alive, SERVICE_OK);
    assert_int_equal(shared[0][2], 0xcc);
    assert_int_equal(shared[0][3], 0x33);
    assert_int_equal(fake.slots, 16);
}

static void a_client_that_begins_finds_what_it_puts_into_the_buffer(void **state)
{
    (void)state;
    unsigned dead = ask(flash, 8), queued = ask(screen, 4);
    bcm2835_spi_model_step();
    assert_int_equal(configure(flash, 0, 1000000, NULL), SERVICE_OK);
    assert_int_equal(configure(screen, 0, 1000000, NULL), SERVICE_OK);
    memset(shared[0], 0x33, 8);
    memset(shared[1], 0x44, 4);
    settle();
    assert_result(dead, SERVICE_OK);
    assert_result(queued, SERVICE_FAILED);
    for (unsigned i = 0; i < 8; i++)
        assert_int_equal(shared[0][i], 0x33);
    assert_int_equal(shared[1][0], 0x44);
    transfer(flash, 3);
    assert_int_equal(shared[0][2], 0xcc);
    assert_int_equal(fake.slots, 16);
}

static void a_device_that_lies_hangs_nobody(void **state)
{
    (void)state;
    bcm2835_spi_model_way(MODEL_SPI_ONES);
    for (unsigned i = 0; i < 10; i++) {
        unsigned reply = ask(flash, SPI_TRANSFER_MAX);
        fake.server->interrupt(150, 0);
        assert_int_equal(fake.answers, i); /* nothing comes before it was sent */
        for (unsigned j = 0; j < SPI_TRANSFER_MAX / 32; j++)
            fake.server->interrupt(150, 0);
        assert_result(reply, SERVICE_OK); /* nobody can tell such a device from a chip */
        assert_int_equal(shared[0][SPI_TRANSFER_MAX - 1], 0xff);
        assert_int_equal(shared[0][SPI_TRANSFER_MAX], (uint8_t)(SPI_TRANSFER_MAX * 7));
    }
    restart();
}

static void without_registers_it_says_so_and_ends(void **state)
{
    (void)state;
    fake.registers = BCM2835_SPI_REGISTER_BYTES - 1;
    memset(&bus, 0, sizeof(bus));
    assert_int_equal(fake_start(bcm2835_spi_main), PROGRAM_EXIT_FOR_GOOD);
    assert_string_equal(fake.log, "no registers of an SPI master: 23 bytes, not 24");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, with_bus)
    const struct CMUnitTest tests[] = {
        TEST(bytes_are_exchanged_under_one_assertion_of_the_select),
        TEST(the_bus_need_not_pause),
        TEST(each_chip_has_its_mode_and_clock),
        TEST(a_select_has_its_level_in_and_between_transfers),
        TEST(the_clock_is_at_most_what_was_asked_for),
        TEST(who_may_not_or_asks_wrongly_is_refused),
        TEST(after_a_restart_a_client_configures_again),
        TEST(a_bus_that_stands_still_is_given_up_after_a_time),
        TEST(interrupts_of_others_do_not_put_off_the_end),
        TEST(without_interrupts_it_looks_by_itself),
        TEST(the_timer_looks_once_more_before_it_gives_up),
        TEST(requests_of_several_clients_are_done_in_order),
        TEST(an_interrupt_that_is_not_ours_is_let_go),
        TEST(a_driver_that_died_at_any_step_is_followed_by_one_that_works),
        TEST(a_client_that_died_leaves_nothing_in_the_buffer),
        TEST(a_client_that_begins_finds_what_it_puts_into_the_buffer),
        TEST(a_device_that_lies_hangs_nobody),
        TEST(without_registers_it_says_so_and_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
