/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading a log ring while it is written. The writer's copying calls the reader after
 * each byte, and each look of the reader's at the ring calls the writer: whatever
 * comes between what, a line is whole, in its order, and what is missing is counted.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <lib/log_reader.h>

#include "log.h"

static void *copy_slowly(void *to, const void *from, size_t count);
static uint64_t look_oldest(const struct log_ring *ring, uint32_t capacity);
static void look(void);

/* What the ring's writer and reader are to call here instead. */
#define memcpy copy_slowly
#include "log_ring.c"
#undef memcpy
#define log_ring_oldest               look_oldest
#define __atomic_load_n(place, order) (look(), __atomic_load_n(place, order))
#include "log_reader.c"
#undef log_ring_oldest
#undef __atomic_load_n

#define CAPACITY 211
#define BYTES    (sizeof(struct log_ring) + CAPACITY)

static struct log_ring *ring;
static unsigned said, seen, lines;          /* the last line's number written, and read */
static void (*after_byte)(void);   /* of the writer's */
static void (*before_look)(void);  /* of the reader's at the ring */
static unsigned remaining;         /* bytes until the writer dies; 0: it does not */
static jmp_buf dead;

static void *copy_slowly(void *to, const void *from, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        ((char *)to)[i] = ((const char *)from)[i];
        if (after_byte != NULL)
            after_byte();
        if (remaining > 0 && --remaining == 0)
            longjmp(dead, 1);
    }
    return to;
}

static void look(void)
{
    if (before_look != NULL)
        before_look();
}

static uint64_t look_oldest(const struct log_ring *of, uint32_t capacity)
{
    look();
    return log_ring_oldest(of, capacity);
}

static int with_ring(void **state)
{
    (void)state;
    ring = calloc(1, BYTES);
    assert_non_null(ring);
    after_byte = before_look = NULL;
    remaining = said = seen = lines = 0;
    log_ring_open(ring, BYTES);
    return 0;
}

static int free_ring(void **state)
{
    (void)state;
    free(ring);
    return 0;
}

/* Lines of unlike lengths, so that they meet at all places of older ones. */
static void say(void)
{
    static const char dots[] = ".....................";
    char line[64];
    int size;
    said++;
    size = snprintf(line, sizeof(line), "<%u%s%u>\n", said, dots + said * 7 % 20, said);
    log_ring_append(ring, CAPACITY, line, (size_t)size);
}

static void expect_whole(const struct reader_line *line)
{
    unsigned first, second;
    int used = 0;
    char text[READER_LINE_BYTES + 1];
    memcpy(text, line->text, line->size);
    text[line->size] = '\0';
    assert_int_equal(sscanf(text, "<%u%*[.]%u>\n%n", &first, &second, &used), 2);
    assert_int_equal(used, line->size);
    assert_int_equal(first, second);
    assert_true(first > seen && first <= said);
    seen = first;
    lines++;
}

static void read_rest(struct reader *reader)
{
    struct reader_line line;
    uint64_t bytes = 0, start = reader->next;
    seen = 0;
    while (reader_next(reader, &line)) {
        expect_whole(&line);
        bytes += line.size;
    }
    assert_true(reader->next == reader->end);
    assert_true(start + reader->lost + bytes == reader->end);
}

static void read_all(void)
{
    struct reader reader;
    assert_true(reader_open(&reader, ring, BYTES));
    read_rest(&reader);
}

static void lines_are_whole_after_each_byte_of_the_writer(void **state)
{
    (void)state;
    after_byte = read_all;
    for (unsigned i = 0; i < 400; i++)
        say();
    assert_true(lines > 10000);
}

static unsigned looks; /* until the writer comes between */

static void say_some(void)
{
    if (looks-- > 0)
        return;
    looks = (unsigned)rand() % 100;
    for (unsigned some = (unsigned)rand() % 8; some > 0; some--)
        say();
}

static void lines_are_whole_however_much_is_written_between(void **state)
{
    (void)state;
    srand(11);
    before_look = say_some;
    for (unsigned i = 0; i < 20000; i++)
        read_all();
    assert_true(lines > 20000);
}

/* A reader that looked before the writer's death goes on after it, too. */
static void what_a_dead_writer_overwrote_is_not_read(void **state)
{
    (void)state;
    for (volatile unsigned round = 0; round < 3000; round++) {
        struct reader early;
        assert_true(reader_open(&early, ring, BYTES));
        remaining = 1 + round % 23;
        if (setjmp(dead) == 0) {
            for (;;)
                say();
        }
        log_ring_open(ring, BYTES);
        read_all();
        after_byte = read_all;
        for (unsigned i = 0; i < round % 5; i++)
            say();
        after_byte = NULL;
        read_rest(&early);
    }
    assert_true(lines > 300);
}

static void a_position_that_is_overwritten_is_followed_by_a_whole_line(void **state)
{
    struct reader reader;
    struct reader_line line;
    (void)state;
    for (unsigned i = 0; i < 200; i++) {
        say();
        for (uint64_t at = 0; at + CAPACITY < ring->written; at += 13) {
            assert_true(reader_open(&reader, ring, BYTES));
            reader_seek(&reader, at);
            seen = 0;
            assert_true(reader_next(&reader, &line));
            expect_whole(&line);
            assert_true(line.start == at + reader.lost);
        }
    }
}

static unsigned turns;

static void lie(void)
{
    ring->begun = turns++ % 2 ? 0 : UINT64_MAX;
}

static void a_writer_that_lies_does_not_hold_up_its_reader(void **state)
{
    struct reader reader;
    struct reader_line line;
    (void)state;
    for (unsigned i = 0; i < 30; i++)
        say();
    before_look = lie;
    for (unsigned i = 0; i < 100; i++) {
        turns = i;
        assert_true(reader_open(&reader, ring, BYTES));
        while (reader_next(&reader, &line)) {
        }
    }
    before_look = NULL;
    ring->begun = UINT64_MAX;
    say();
    seen = lines = 0;
    read_all();
    assert_true(lines > 5); /* the writer put its mark right */
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, with_ring, free_ring)
    const struct CMUnitTest tests[] = {
        TEST(lines_are_whole_after_each_byte_of_the_writer),
        TEST(lines_are_whole_however_much_is_written_between),
        TEST(what_a_dead_writer_overwrote_is_not_read),
        TEST(a_position_that_is_overwritten_is_followed_by_a_whole_line),
        TEST(a_writer_that_lies_does_not_hold_up_its_reader),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
