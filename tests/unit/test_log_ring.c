/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The writer of a log ring: lines stay in order, a restart goes on after the
 * lines of the incarnation before, and memory that is no ring becomes one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "log.h"

#define CAPACITY 50
#define BYTES    (sizeof(struct log_ring) + CAPACITY)

static struct log_ring *ring_make(uint8_t filling)
{
    struct log_ring *ring = malloc(BYTES);

    assert_non_null(ring);
    memset(ring, filling, BYTES);
    return ring;
}

/* The newest `count` bytes of the ring, as a reader sees them. */
static void assert_ends_with(const struct log_ring *ring, const char *text)
{
    size_t count = strlen(text);

    assert_true(ring->written >= count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(ring->data[(ring->written - count + i) % CAPACITY], text[i]);
}

static void memory_that_is_no_ring_becomes_an_empty_one(void **state)
{
    static const uint8_t filling[] = {0, 0x47, 0xff};

    (void)state;
    for (size_t i = 0; i < sizeof(filling); i++) {
        struct log_ring *ring = ring_make(filling[i]);

        assert_int_equal(log_ring_open(ring, BYTES), CAPACITY);
        assert_int_equal(ring->magic, LOG_RING_MAGIC);
        assert_int_equal(ring->bytes, CAPACITY);
        assert_int_equal(ring->written, 0);
        free(ring);
    }
}

static void a_restart_goes_on_after_what_was_said_before(void **state)
{
    struct log_ring *ring = ring_make(0);

    (void)state;
    log_ring_append(ring, log_ring_open(ring, BYTES), "first life\n", 11);
    log_ring_append(ring, log_ring_open(ring, BYTES), "second\n", 7);
    assert_ends_with(ring, "first life\nsecond\n");
    assert_int_equal(ring->written, 18);
    free(ring);
}

static void a_ring_of_another_size_starts_anew(void **state)
{
    struct log_ring *ring = ring_make(0);

    (void)state;
    log_ring_open(ring, BYTES);
    ring->bytes = 1u << 30;
    ring->written = 77;
    assert_int_equal(log_ring_open(ring, BYTES), CAPACITY);
    assert_int_equal(ring->written, 0);
    free(ring);
}

static void the_newest_lines_stay_however_much_is_written(void **state)
{
    struct log_ring *ring = ring_make(0);
    uint32_t capacity = log_ring_open(ring, BYTES);
    uint64_t total = 0;

    (void)state;
    for (unsigned i = 0; i < 1000; i++) {
        char line[] = "line 000\n";

        line[5] = (char)('0' + i / 100);
        line[6] = (char)('0' + i / 10 % 10);
        line[7] = (char)('0' + i % 10);
        log_ring_append(ring, capacity, line, sizeof(line) - 1);
        total += sizeof(line) - 1;
        assert_int_equal(ring->written, total);
        assert_ends_with(ring, line);
    }
    assert_ends_with(ring, "line 997\nline 998\nline 999\n");
    free(ring);
}

static void a_text_larger_than_the_ring_leaves_its_end(void **state)
{
    struct log_ring *ring = ring_make(0);
    char text[3 * CAPACITY + 1];

    (void)state;
    for (size_t i = 0; i < sizeof(text) - 1; i++)
        text[i] = (char)('a' + i % 26);
    text[sizeof(text) - 1] = '\0';
    log_ring_append(ring, log_ring_open(ring, BYTES), text, sizeof(text) - 1);
    assert_ends_with(ring, text + 2 * CAPACITY);
    free(ring);
}

static void a_reader_that_scribbles_on_the_head_does_no_harm(void **state)
{
    struct log_ring *ring = ring_make(0);
    uint32_t capacity = log_ring_open(ring, BYTES);

    (void)state;
    srand(1);
    for (unsigned i = 0; i < 10000; i++) {
        ring->bytes = (uint32_t)rand();
        ring->written = (uint64_t)rand() << 33 ^ (uint64_t)rand();
        log_ring_append(ring, capacity, "0123456789", (size_t)rand() % 11);
    }
    free(ring);
}

static void a_place_too_small_for_a_ring_is_left_alone(void **state)
{
    struct log_ring *ring = ring_make(3);

    (void)state;
    assert_int_equal(log_ring_open(ring, sizeof(struct log_ring)), 0);
    assert_int_equal(log_ring_open(ring, 0), 0);
    log_ring_append(ring, 0, "text", 4);
    assert_int_equal(ring->magic, 0x03030303);
    free(ring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_that_is_no_ring_becomes_an_empty_one),
        cmocka_unit_test(a_restart_goes_on_after_what_was_said_before),
        cmocka_unit_test(a_ring_of_another_size_starts_anew),
        cmocka_unit_test(the_newest_lines_stay_however_much_is_written),
        cmocka_unit_test(a_text_larger_than_the_ring_leaves_its_end),
        cmocka_unit_test(a_reader_that_scribbles_on_the_head_does_no_harm),
        cmocka_unit_test(a_place_too_small_for_a_ring_is_left_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
