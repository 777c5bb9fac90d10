/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What every GPIO driver must do, against the modelled device of each. The including file
 * has named its model's functions and the driver's main:
 *
 *   MODEL(what)   pl061_model_##what, with power_on, firmware, drive, pin, interrupt, break
 *   DRIVER_MAIN   the driver's main
 *   LINES         how many lines the controller has
 *   BYTES         of its registers
 */
#include <service/gpio.h>
#include <service/result.h>

#include "fake_program.h"

static union {
    uint64_t align;
    uint8_t bytes[4096];
} shared[4];
static struct startup_edge *led, *button, *sensor, *thief;

static struct startup_edge *edge_of(unsigned number, const char *name, uint32_t origin,
                                    uint32_t line, uint32_t flags)
{
    struct startup_edge *edge =
        fake_edge(EDGE_PROVIDE, name, &shared[number], sizeof(shared[number]));

    edge->origin = origin;
    edge->cells = 2;
    edge->cell[0] = line;
    edge->cell[1] = flags;
    return edge;
}

static void restart(void)
{
    assert_int_equal(fake_start(DRIVER_MAIN), -1);
}

/* Lines 0 and 1, and the last two: the banks' ends. */
static int with_driver(void **state)
{
    (void)state;
    fake_reset();
    fake.registers = BYTES;
    fake.startup.interrupt_count = 1;
    memset(&shared, 0, sizeof(shared));
    led = edge_of(0, "led", EDGE_FROM_GPIOS, 0, GPIO_ACTIVE_LOW);
    button = edge_of(1, "button", EDGE_FROM_GPIOS, LINES - 1, 0);
    sensor = edge_of(2, "sensor", EDGE_FROM_INTERRUPTS, 1, GPIO_TRIGGER_FALLING);
    thief = edge_of(3, "thief", EDGE_FROM_GPIOS, LINES - 1, 0);
    MODEL(power_on)();
    restart();
    return 0;
}

static uint32_t ask(const struct startup_edge *edge, uint32_t operation, uint64_t in,
                    uint64_t out[6])
{
    uint64_t word[6] = {in};
    uint32_t result = fake_request(edge, operation, word);

    if (out != NULL)
        memcpy(out, word, sizeof(word));
    return result;
}

static uint64_t value(const struct startup_edge *edge)
{
    uint64_t out[6];

    assert_int_equal(ask(edge, GPIO_GET, 0, out), SERVICE_OK);
    return out[0];
}

static uint64_t changes(const struct startup_edge *edge)
{
    uint64_t out[6];

    assert_int_equal(ask(edge, GPIO_CHANGES, 0, out), SERVICE_OK);
    assert_int_equal(out[1], value(edge));
    return out[0];
}

/* All interrupts that the device raises are handled. */
static void settle_interrupts(void)
{
    for (unsigned i = 0; MODEL(interrupt)(); i++) {
        assert_true(i < 100); /* it would never end */
        fake.server->interrupt(33, 0);
    }
}

static void drive(unsigned line, unsigned level)
{
    MODEL(drive)(line, level);
    settle_interrupts();
}

static unsigned signals(const struct startup_edge *edge)
{
    return fake.signals[edge - fake.startup.edge];
}

static void an_output_drives_its_pin_and_active_low_turns_it_round(void **state)
{
    (void)state;
    assert_int_equal(ask(led, GPIO_DIRECTION, GPIO_OUTPUT_INACTIVE, NULL), SERVICE_OK);
    assert_int_equal(MODEL(pin)(0), 1);
    assert_int_equal(value(led), 0);
    assert_int_equal(ask(led, GPIO_SET, 1, NULL), SERVICE_OK);
    assert_int_equal(MODEL(pin)(0), 0);
    assert_int_equal(value(led), 1);
    assert_int_equal(ask(led, GPIO_SET, 0, NULL), SERVICE_OK);
    assert_int_equal(MODEL(pin)(0), 1);
    assert_int_equal(ask(led, GPIO_DIRECTION, GPIO_OUTPUT_ACTIVE, NULL), SERVICE_OK);
    assert_int_equal(MODEL(pin)(0), 0);
    assert_int_equal(ask(led, GPIO_DIRECTION, GPIO_INPUT, NULL), SERVICE_OK);
    MODEL(drive)(0, 1);
    assert_int_equal(value(led), 0);
    assert_int_equal(ask(button, GPIO_DIRECTION, GPIO_OUTPUT_ACTIVE, NULL), SERVICE_OK);
    assert_int_equal(MODEL(pin)(LINES - 1), 1);
    assert_int_equal(value(button), 1);
}

static void only_an_output_can_be_set(void **state)
{
    (void)state;
    assert_int_equal(ask(led, GPIO_SET, 1, NULL), SERVICE_NOT_PERMITTED);
    ask(led, GPIO_DIRECTION, GPIO_OUTPUT_ACTIVE, NULL);
    assert_int_equal(ask(led, GPIO_SET, 2, NULL), SERVICE_BAD_ARGUMENT);
    assert_int_equal(ask(led, GPIO_DIRECTION, 3, NULL), SERVICE_BAD_ARGUMENT);
    assert_int_equal(ask(led, GPIO_WATCH, 4, NULL), SERVICE_BAD_ARGUMENT);
    ask(led, GPIO_WATCH, GPIO_BECOMES_ACTIVE, NULL);
    assert_int_equal(ask(led, GPIO_SET, 1, NULL), SERVICE_NOT_PERMITTED);
}

static void an_interrupt_line_is_never_an_output(void **state)
{
    (void)state;
    assert_int_equal(ask(sensor, GPIO_DIRECTION, GPIO_OUTPUT_ACTIVE, NULL), SERVICE_NOT_PERMITTED);
    assert_int_equal(ask(sensor, GPIO_SET, 1, NULL), SERVICE_NOT_PERMITTED);
    assert_int_equal(ask(sensor, GPIO_DIRECTION, GPIO_INPUT, NULL), SERVICE_OK);
    led->cell[1] = GPIO_SINGLE_ENDED;
    assert_int_equal(ask(led, GPIO_DIRECTION, GPIO_OUTPUT_ACTIVE, NULL), SERVICE_NOT_PERMITTED);
}

static void changes_are_counted_and_their_client_alone_is_told(void **state)
{
    (void)state;
    drive(LINES - 1, 1);
    assert_int_equal(changes(button), 0);
    ask(button, GPIO_WATCH, GPIO_BECOMES_ACTIVE, NULL);
    unsigned before = signals(button);
    drive(LINES - 1, 0);
    assert_int_equal(signals(button), before);
    drive(LINES - 1, 1);
    drive(LINES - 1, 0);
    drive(LINES - 1, 1);
    assert_int_equal(signals(button), before + 2);
    assert_int_equal(changes(button), 2);
    assert_int_equal(changes(button), 0);
    ask(button, GPIO_WATCH, GPIO_BECOMES_ACTIVE | GPIO_BECOMES_INACTIVE, NULL);
    for (unsigned i = 0; i < 10; i++)
        drive(LINES - 1, i % 2);
    assert_int_equal(changes(button), 10);
    ask(button, GPIO_WATCH, 0, NULL);
    drive(LINES - 1, 0);
    assert_int_equal(changes(button), 0);
    assert_int_equal(signals(led) + signals(sensor) + signals(thief), 0);
}

static void active_is_what_flags_and_triggers_say(void **state)
{
    (void)state;
    drive(0, 1);
    drive(1, 1);
    ask(led, GPIO_WATCH, GPIO_BECOMES_ACTIVE, NULL);
    ask(sensor, GPIO_WATCH, GPIO_BECOMES_ACTIVE, NULL);
    drive(0, 0);
    drive(1, 0);
    assert_int_equal(changes(led), 1);
    assert_int_equal(changes(sensor), 1);
    assert_int_equal(value(sensor), 1);
    drive(0, 1);
    drive(1, 1);
    assert_int_equal(changes(led) + changes(sensor), 0);
    ask(led, GPIO_WATCH, GPIO_BECOMES_INACTIVE, NULL);
    drive(0, 0);
    assert_int_equal(changes(led), 0);
    drive(0, 1);
    assert_int_equal(changes(led), 1);
}

static void changes_of_several_lines_at_once_are_each_counted(void **state)
{
    (void)state;
    ask(button, GPIO_WATCH, GPIO_BECOMES_ACTIVE, NULL);
    ask(led, GPIO_WATCH, GPIO_BECOMES_INACTIVE, NULL);
    MODEL(drive)(0, 1);
    MODEL(drive)(LINES - 1, 1);
    MODEL(drive)(1, 1); /* which nobody watches */
    MODEL(drive)(1, 0);
    settle_interrupts();
    assert_int_equal(changes(button), 1);
    assert_int_equal(changes(led), 1);
    assert_int_equal(changes(sensor), 0);
    assert_int_equal(signals(sensor), 0);
}

static void an_output_is_watched_no_more(void **state)
{
    (void)state;
    ask(led, GPIO_WATCH, GPIO_BECOMES_ACTIVE | GPIO_BECOMES_INACTIVE, NULL);
    ask(led, GPIO_DIRECTION, GPIO_OUTPUT_ACTIVE, NULL);
    ask(led, GPIO_SET, 0, NULL);
    ask(led, GPIO_SET, 1, NULL);
    settle_interrupts();
    assert_int_equal(changes(led), 0);
}

static void a_line_has_one_owner(void **state)
{
    (void)state;
    assert_int_equal(fake.logs, 1);
    char line[FAKE_LOG];
    snprintf(line, sizeof(line), "line %u is owned by button: not for thief", LINES - 1);
    assert_string_equal(fake.log, line);
    assert_int_equal(ask(thief, GPIO_DIRECTION, GPIO_OUTPUT_ACTIVE, NULL), SERVICE_NOT_PERMITTED);
    assert_int_equal(ask(thief, GPIO_GET, 0, NULL), SERVICE_NOT_PERMITTED);
    assert_int_equal(ask(thief, GPIO_SET, 1, NULL), SERVICE_NOT_PERMITTED);
    assert_int_equal(ask(thief, GPIO_WATCH, 1, NULL), SERVICE_NOT_PERMITTED);
    assert_int_equal(ask(thief, GPIO_CHANGES, 0, NULL), SERVICE_NOT_PERMITTED);
    assert_int_equal(MODEL(pin)(LINES - 1), 0);
}

static void an_edge_that_names_no_line_may_do_nothing(void **state)
{
    (void)state;
    static const struct {
        uint32_t origin, cells, line;
    } edge[] = {{EDGE_FROM_USES, 0, 0},         {EDGE_FROM_USES, 2, 0},
                {EDGE_FROM_BUS, 2, 0},          {EDGE_FROM_CLOCKS, 1, 0},
                {EDGE_FROM_GPIOS, 0, 0},        {EDGE_FROM_GPIOS, 2, LINES},
                {EDGE_FROM_GPIOS, 2, 64},       {EDGE_FROM_INTERRUPTS, 2, LINES},
                {EDGE_FROM_GPIOS, 2, 1u << 31}, {EDGE_FROM_GPIOS, 2, UINT32_MAX}};

    for (unsigned i = 0; i < COUNT_OF(edge); i++) {
        led->origin = edge[i].origin;
        led->cells = edge[i].cells;
        led->cell[0] = edge[i].line;
        restart();
        assert_int_equal(ask(led, GPIO_DIRECTION, GPIO_OUTPUT_ACTIVE, NULL), SERVICE_NOT_PERMITTED);
        assert_int_equal(ask(led, GPIO_SET, 1, NULL), SERVICE_NOT_PERMITTED);
        assert_int_equal(ask(led, GPIO_GET, 0, NULL), SERVICE_NOT_PERMITTED);
        assert_int_equal(ask(led, GPIO_WATCH, 1, NULL), SERVICE_NOT_PERMITTED);
        assert_int_equal(ask(led, GPIO_CHANGES, 0, NULL), SERVICE_NOT_PERMITTED);
    }
}

static void the_next_driver_goes_on_where_the_last_one_died(void **state)
{
    (void)state;
    ask(led, GPIO_DIRECTION, GPIO_OUTPUT_INACTIVE, NULL);
    ask(button, GPIO_WATCH, GPIO_BECOMES_ACTIVE, NULL);
    drive(LINES - 1, 1);
    drive(LINES - 1, 0);
    MODEL(drive)(LINES - 1, 1); /* while no driver is there */
    unsigned before = signals(button);
    restart();
    assert_true(signals(button) > before);
    assert_int_equal(changes(button), 2);
    drive(LINES - 1, 0);
    drive(LINES - 1, 1);
    assert_int_equal(changes(button), 1);
    before = signals(button);
    restart(); /* the one before may have died between counting and saying so */
    assert_int_equal(signals(button), before + 1);
    assert_int_equal(changes(button), 0);
    assert_int_equal(MODEL(pin)(0), 1);
    assert_int_equal(ask(led, GPIO_SET, 1, NULL), SERVICE_OK);
    assert_int_equal(MODEL(pin)(0), 0);
}

/* A driver that died between counting and forgetting: one too many, and not one too few. */
static void a_death_between_counting_and_forgetting_loses_nothing(void **state)
{
    (void)state;
    ask(button, GPIO_WATCH, GPIO_BECOMES_ACTIVE, NULL);
    MODEL(drive)(LINES - 1, 1);
    (*(uint32_t *)&shared[1].bytes[4])++;
    restart();
    assert_int_equal(changes(button), 2);
}

static void without_a_buffer_a_client_is_served_as_well(void **state)
{
    (void)state;
    button->buffer = button->buffer_bytes = 0;
    restart();
    ask(button, GPIO_WATCH, GPIO_BECOMES_ACTIVE, NULL);
    drive(LINES - 1, 1);
    assert_int_equal(changes(button), 1);
}

static void a_client_that_writes_into_its_buffer_deceives_itself_alone(void **state)
{
    (void)state;
    ask(button, GPIO_WATCH, GPIO_BECOMES_ACTIVE, NULL);
    memset(&shared[1], 0xff, sizeof(shared[1]));
    drive(LINES - 1, 1);
    changes(button);
    restart();
    drive(LINES - 1, 0);
    drive(0, 1);
    drive(1, 1);
    assert_int_equal(changes(led) + changes(sensor), 0);
}

static void without_an_interrupt_nobody_can_watch(void **state)
{
    (void)state;
    fake.startup.interrupt_count = 0;
    assert_int_equal(ask(button, GPIO_WATCH, GPIO_BECOMES_ACTIVE, NULL), SERVICE_FAILED);
    assert_int_equal(ask(button, GPIO_WATCH, 0, NULL), SERVICE_OK);
    assert_string_equal(fake.log, "button would never hear of changes: there is no interrupt");
}

/* Another device on the same interrupt line: nothing is there, and nothing happens. */
static void an_interrupt_that_is_not_ours_is_let_go(void **state)
{
    (void)state;
    ask(button, GPIO_WATCH, GPIO_BECOMES_ACTIVE, NULL);
    unsigned before = signals(button);
    for (unsigned i = 0; i < 100; i++)
        fake.server->interrupt(i, i);
    assert_int_equal(changes(button), 0);
    assert_int_equal(signals(button), before);
}

/* It counts what it is told, answers, and returns. */
static void a_device_that_says_only_ones_hangs_nobody(void **state)
{
    (void)state;
    ask(button, GPIO_WATCH, GPIO_BECOMES_ACTIVE, NULL);
    MODEL(break)();
    for (unsigned i = 0; i < 100; i++)
        fake.server->interrupt(33, 0);
    ask(button, GPIO_CHANGES, 0, NULL);
    ask(led, GPIO_DIRECTION, GPIO_OUTPUT_ACTIVE, NULL);
    ask(led, GPIO_SET, 1, NULL);
    restart();
}

static void without_registers_it_says_so_and_ends(void **state)
{
    (void)state;
    fake.registers = BYTES - 1;
    unsigned before = fake.logs;
    assert_int_equal(fake_start(DRIVER_MAIN), PROGRAM_EXIT_FOR_GOOD);
    assert_int_equal(fake.logs, before + 1);
}

#define TEST(name) cmocka_unit_test_setup(name, with_driver)
#define GPIO_CASES                                                                                 \
    TEST(an_output_drives_its_pin_and_active_low_turns_it_round), TEST(only_an_output_can_be_set), \
        TEST(an_interrupt_line_is_never_an_output),                                                \
        TEST(changes_are_counted_and_their_client_alone_is_told),                                  \
        TEST(active_is_what_flags_and_triggers_say),                                               \
        TEST(changes_of_several_lines_at_once_are_each_counted),                                   \
        TEST(an_output_is_watched_no_more), TEST(a_line_has_one_owner),                            \
        TEST(an_edge_that_names_no_line_may_do_nothing),                                           \
        TEST(the_next_driver_goes_on_where_the_last_one_died),                                     \
        TEST(a_death_between_counting_and_forgetting_loses_nothing),                               \
        TEST(without_a_buffer_a_client_is_served_as_well),                                         \
        TEST(a_client_that_writes_into_its_buffer_deceives_itself_alone),                          \
        TEST(without_an_interrupt_nobody_can_watch),                                               \
        TEST(an_interrupt_that_is_not_ours_is_let_go),                                             \
        TEST(a_device_that_says_only_ones_hangs_nobody),                                           \
        TEST(without_registers_it_says_so_and_ends)
