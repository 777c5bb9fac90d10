/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rings: what goes in comes out, and a peer that lies does no harm. The memory
 * around the ring is guarded by patterns and by the sanitizers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <lib/ring.h>

#define CAPACITY 16
#define GUARD    0xa5

struct place {
    struct ring ring;
    uint8_t data[CAPACITY];
    uint8_t guard[64];
};

static struct place *place_make(uint32_t start)
{
    struct place *place = calloc(1, sizeof(*place));

    assert_non_null(place);
    place->ring.written = place->ring.read = start;
    memset(place->guard, GUARD, sizeof(place->guard));
    return place;
}

static void place_check(struct place *place)
{
    for (size_t i = 0; i < sizeof(place->guard); i++)
        assert_int_equal(place->guard[i], GUARD);
    free(place);
}

static void a_full_ring_takes_no_more_and_an_empty_one_gives_nothing(void **state)
{
    struct place *place = place_make(0);
    uint8_t bytes[CAPACITY + 1] = {0};

    (void)state;
    assert_int_equal(ring_take(&place->ring, CAPACITY, bytes, 1), 0);
    assert_int_equal(ring_put(&place->ring, CAPACITY, bytes, sizeof(bytes)), CAPACITY);
    assert_int_equal(ring_put(&place->ring, CAPACITY, bytes, 1), 0);
    assert_int_equal(ring_free(&place->ring, CAPACITY), 0);
    assert_int_equal(ring_used(&place->ring, CAPACITY), CAPACITY);
    place_check(place);
}

/* Runs a stream through the ring in pieces of all sizes, across the wrap of the counters. */
static void a_stream_comes_out_as_it_went_in(void **state)
{
    struct place *place = place_make(UINT32_MAX - 100);
    uint32_t in = 0, out = 0, random = 1;

    (void)state;
    while (out < 100000) {
        uint8_t bytes[CAPACITY + 4];
        size_t count, done;

        random = random * 1664525u + 1013904223u;
        count = (random >> 8) % sizeof(bytes);
        for (size_t i = 0; i < count; i++)
            bytes[i] = (uint8_t)((in + i) * 7);
        in += (uint32_t)ring_put(&place->ring, CAPACITY, bytes, count);
        done = ring_take(&place->ring, CAPACITY, bytes, (random >> 16) % sizeof(bytes));
        for (size_t i = 0; i < done; i++)
            assert_int_equal(bytes[i], (uint8_t)((out + i) * 7));
        out += (uint32_t)done;
        assert_int_equal(ring_used(&place->ring, CAPACITY), in - out);
        assert_int_equal(ring_free(&place->ring, CAPACITY), CAPACITY - (in - out));
    }
    place_check(place);
}

static void counters_that_cannot_be_make_the_ring_empty_and_full(void **state)
{
    static const uint32_t gap[] = {CAPACITY + 1, 1000, 0x80000000u, UINT32_MAX};
    uint8_t bytes[4] = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(gap) / sizeof(gap[0]); i++) {
        struct place *place = place_make(5);

        place->ring.written = place->ring.read + gap[i];
        assert_int_equal(ring_used(&place->ring, CAPACITY), 0);
        assert_int_equal(ring_free(&place->ring, CAPACITY), 0);
        assert_int_equal(ring_put(&place->ring, CAPACITY, bytes, sizeof(bytes)), 0);
        assert_int_equal(ring_take(&place->ring, CAPACITY, bytes, sizeof(bytes)), 0);
        assert_int_equal(place->ring.written - place->ring.read, gap[i]);
        place_check(place);
    }
}

/* A peer that stores anything at all between any two calls. */
static void a_hostile_peer_leads_nobody_out_of_the_ring(void **state)
{
    struct place *place = place_make(0);
    uint8_t bytes[3 * CAPACITY] = {0};

    (void)state;
    srand(1);
    for (unsigned round = 0; round < 200000; round++) {
        uint32_t any = (uint32_t)rand() * 2654435761u;
        size_t count = any % sizeof(bytes);

        if (any & 1)
            place->ring.read = place->ring.written + (uint32_t)rand() % 64 - 32;
        if (any & 2)
            place->ring.written = any;
        if (any & 4)
            assert_true(ring_put(&place->ring, CAPACITY, bytes, count) <= CAPACITY);
        else
            assert_true(ring_take(&place->ring, CAPACITY, bytes, count) <= CAPACITY);
    }
    place_check(place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_ring_takes_no_more_and_an_empty_one_gives_nothing),
        cmocka_unit_test(a_stream_comes_out_as_it_went_in),
        cmocka_unit_test(counters_that_cannot_be_make_the_ring_empty_and_full),
        cmocka_unit_test(a_hostile_peer_leads_nobody_out_of_the_ring),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
