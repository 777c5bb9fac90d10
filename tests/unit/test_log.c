/* SPDX-License-Identifier: BSD-2-Clause */
/* The log server: reading one ring and all, also rings that lie. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake_program.h"
#include "lib/log.h"

int log_main(void);
#define main log_main
#include "servers/log/main.c"
#undef main

#define BUFFER 4096
#define DATA   (BUFFER / 2 - sizeof(struct log_ring))

static _Alignas(8) uint8_t buffer[3][BUFFER];
static struct startup_edge *init, *serial, *shell;
static char text[65536]; /* what was read last */

static struct log_ring *ring_of(const struct startup_edge *edge)
{
    return (struct log_ring *)(uintptr_t)edge->buffer;
}

static void say(const struct startup_edge *edge, const char *line)
{
    log_ring_append(ring_of(edge), ring_of(edge)->bytes, line, strlen(line));
}

static void say_at(const struct startup_edge *edge, unsigned us, const char *what)
{
    char line[128];
    snprintf(line, sizeof(line), "[%5u.%06u] %s\n", us / 1000000, us % 1000000, what);
    say(edge, line);
}

static int with_log(void **state)
{
    (void)state;
    fake_reset();
    memset(buffer, 0, sizeof(buffer));
    init = fake_edge(EDGE_PROVIDE, "init", buffer[0], BUFFER);
    serial = fake_edge(EDGE_PROVIDE, "serial", buffer[1], BUFFER);
    shell = fake_edge(EDGE_PROVIDE, "shell", buffer[2], BUFFER);
    ring_of(init)->magic = ring_of(serial)->magic = ring_of(shell)->magic = LOG_RING_MAGIC;
    ring_of(init)->bytes = BUFFER - sizeof(struct log_ring);
    ring_of(serial)->bytes = ring_of(shell)->bytes = DATA;
    assert_int_equal(fake_start(log_main), -1);
    return 0;
}

/* The whole reading in as many requests as it takes; the result of the last. */
static uint32_t read_log(const char *name)
{
    size_t size = 0;
    uint64_t word[6] = {0};
    for (unsigned i = 0; i < 200; i++) {
        word[0] = strlen(name);
        memcpy(buffer[2] + BUFFER / 2, name, word[0]);
        uint32_t result = fake_request(shell, LOG_READ, word);
        if (result != SERVICE_OK)
            return result;
        assert_true(word[0] <= BUFFER / 2);
        memcpy(text + size, buffer[2] + BUFFER / 2, word[0]);
        size += word[0];
        text[size] = '\0';
        if (word[1] == 0)
            return SERVICE_OK;
    }
    fail_msg("a reading without end");
    return 0;
}

static void one_log_is_read_as_it_was_written(void **state)
{
    (void)state;
    say_at(serial, 1, "one");
    say_at(init, 2, "two");
    assert_int_equal(read_log("serial"), SERVICE_OK);
    assert_string_equal(text, "[    0.000001] one\n");
    assert_int_equal(read_log("init"), SERVICE_OK);
    assert_string_equal(text, "[    0.000002] two\n");
    assert_int_equal(read_log("shell"), SERVICE_OK);
    assert_string_equal(text, "");
    assert_int_equal(read_log("shel"), SERVICE_NOT_FOUND);
}

static void all_logs_are_merged_by_time(void **state)
{
    (void)state;
    say_at(serial, 30, "c");
    say_at(serial, 50, "e");
    say_at(init, 10, "a");
    say_at(init, 30, "init: b");
    say(init, "no time\n");
    say_at(shell, 40, "d");
    assert_int_equal(read_log(""), SERVICE_OK);
    assert_string_equal(text, "[    0.000010] init: a\n"
                              "[    0.000030] init: b\n"
                              "init: no time\n"
                              "[    0.000030] serial: c\n"
                              "[    0.000040] shell: d\n"
                              "[    0.000050] serial: e\n");
}

static void a_time_that_falls_counts_as_the_one_before(void **state)
{
    (void)state;
    say_at(serial, 30, "a");
    say_at(serial, 10, "b");
    say_at(init, 20, "c");
    assert_int_equal(read_log(""), SERVICE_OK);
    assert_string_equal(text, "[    0.000020] init: c\n"
                              "[    0.000030] serial: a\n"
                              "[    0.000010] serial: b\n");
}

static void an_overwritten_ring_begins_with_a_whole_line(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 1000; i++)
        say_at(serial, i, "some line");
    assert_int_equal(read_log("serial"), SERVICE_OK);
    assert_memory_equal(text, "[    0.000", 10);
    assert_non_null(strstr(text, "[    0.000999] some line\n"));
    assert_true(strlen(text) > DATA - 50);
}

/* A long merge takes several requests and loses and doubles no line. */
static void a_merge_over_several_requests_is_complete(void **state)
{
    unsigned us = 0;
    (void)state;
    srand(8);
    for (unsigned i = 0; i < 150; i++) {
        char what[16];
        us += (unsigned)rand() % 2;
        snprintf(what, sizeof(what), "line %u", i);
        say_at(i % 3 == 0 ? init : i % 3 == 1 ? serial : shell, us, what);
    }
    assert_int_equal(read_log(""), SERVICE_OK);
    for (unsigned i = 0; i < 150; i++) {
        char what[16];
        snprintf(what, sizeof(what), "line %u\n", i);
        char *found = strstr(text, what);
        if (found == NULL)
            continue; /* overwritten: only the oldest may be */
        assert_null(strstr(found + 1, what));
    }
    unsigned lines = 0, last = 0;
    for (char *at = text; *at != '\0'; at = strchr(at, '\n') + 1) {
        unsigned time = (unsigned)atoi(strchr(at, '.') + 1);
        assert_true(time >= last);
        last = time;
        lines++;
    }
    assert_int_equal(lines, 150);
}

static void what_is_no_text_is_not_passed_on(void **state)
{
    (void)state;
    say(serial, "a\033[2Jb\x7f\xc3\xbc\n");
    assert_int_equal(read_log("serial"), SERVICE_OK);
    assert_string_equal(text, "a?[2Jb?\xc3\xbc\n");
}

static void a_line_without_end_is_cut(void **state)
{
    char line[600];
    (void)state;
    memset(line, 'x', sizeof(line) - 1);
    line[sizeof(line) - 1] = '\0';
    say(serial, line);
    assert_int_equal(read_log("serial"), SERVICE_OK);
    assert_int_equal(strlen(text), sizeof(line) - 1 + 3);
    assert_int_equal(read_log(""), SERVICE_OK);
}

static void lying_headers_are_no_logs(void **state)
{
    (void)state;
    struct log_ring *ring = ring_of(serial);
    say_at(serial, 1, "one");
    ring->bytes = UINT32_MAX;
    assert_int_equal(read_log("serial"), SERVICE_OK);
    assert_string_equal(text, "");
    ring->bytes = 0;
    read_log("");
    ring->bytes = DATA + 1;
    read_log("");
    assert_string_equal(text, "");
    ring->bytes = DATA;
    ring->written = UINT64_MAX;
    read_log("");
    read_log("serial");
    ring->magic = 0;
    read_log("serial");
    assert_string_equal(text, "");
}

static void any_rings_and_positions_end_and_stay_in_bounds(void **state)
{
    (void)state;
    srand(21);
    for (unsigned round = 0; round < 300; round++) {
        for (unsigned i = 0; i < BUFFER / 2; i++) {
            static const char some[] = "[] .0123456789\n\n\nab";
            for (unsigned e = 0; e < 3; e++)
                buffer[e][sizeof(struct log_ring) + i % DATA] =
                    (uint8_t)some[(unsigned)rand() % (sizeof(some) - 1)];
        }
        for (unsigned e = 0; e < 3; e++) {
            ring_of(&fake.startup.edge[e])->written = (uint64_t)rand() << (rand() % 34);
            ring_of(&fake.startup.edge[e])->bytes = (uint32_t)rand() % (DATA + 10);
        }
        read_log("");
        read_log("serial");
        uint64_t word[6] = {0, rand() % 2 ? UINT64_MAX : (uint64_t)rand() << (rand() % 34)};
        assert_int_equal(fake_request(shell, LOG_READ, word), SERVICE_OK);
    }
}

static void wrong_requests_are_refused(void **state)
{
    uint64_t word[6] = {STARTUP_NAME_BYTES};
    (void)state;
    assert_int_equal(fake_request(shell, LOG_READ, word), SERVICE_BAD_ARGUMENT);
    word[0] = UINT64_MAX;
    assert_int_equal(fake_request(shell, LOG_READ, word), SERVICE_BAD_ARGUMENT);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, with_log)
    const struct CMUnitTest tests[] = {
        TEST(one_log_is_read_as_it_was_written),
        TEST(all_logs_are_merged_by_time),
        TEST(a_time_that_falls_counts_as_the_one_before),
        TEST(an_overwritten_ring_begins_with_a_whole_line),
        TEST(a_merge_over_several_requests_is_complete),
        TEST(what_is_no_text_is_not_passed_on),
        TEST(a_line_without_end_is_cut),
        TEST(lying_headers_are_no_logs),
        TEST(any_rings_and_positions_end_and_stay_in_bounds),
        TEST(wrong_requests_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
