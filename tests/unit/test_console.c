/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The console's protocol: its clients, the serial rings, and what a terminal at
 * their end shows; over deaths of the console and of its clients.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <lib/ring.h>
#include <service/log.h>
#include <service/serial.h>

#include "fake_program.h"
#include "lib/log.h"

int console_main(void);
#define main console_main
#include "servers/console/keep.c"
#include "servers/console/main.c"
#include "servers/console/notices.c"
#include "servers/console/screen.c"
#undef main

#define BUFFER     4096
#define RING_BYTES 512 /* of data in init's */

static union {
    struct serial_buffer rings;
    uint8_t bytes[BUFFER];
} line_buffer;
static union {
    struct log_ring ring;
    uint8_t bytes[BUFFER];
} init_buffer;
static char shell_buffer[BUFFER], other_buffer[BUFFER];
static struct startup_edge *serial_edge, *init_edge, *shell, *other;
static char seen[65536]; /* all that went out */
static size_t seen_size;

static void restart(void)
{
    memset(&console, 0, sizeof(console));
    memset(&screen, 0, sizeof(screen));
    memset(&notices, 0, sizeof(notices));
    memset(&found, 0, sizeof(found));
    kept = NULL;
    assert_int_equal(fake_start(console_main), -1);
    fake.startup.incarnation++;
}

static int with_console(void **state)
{
    (void)state;
    fake_reset();
    memset(&line_buffer, 0, sizeof(line_buffer));
    memset(&init_buffer, 0, sizeof(init_buffer));
    serial_edge = fake_edge(EDGE_USE, "serial", &line_buffer, BUFFER);
    init_edge = fake_edge(EDGE_PROVIDE, "init", &init_buffer, BUFFER);
    shell = fake_edge(EDGE_PROVIDE, "shell", shell_buffer, BUFFER);
    other = fake_edge(EDGE_PROVIDE, "other", other_buffer, BUFFER);
    init_buffer.ring.magic = LOG_RING_MAGIC;
    init_buffer.ring.bytes = RING_BYTES;
    seen_size = 0;
    restart();
    return 0;
}

/* The driver's part: takes up to `count` bytes that go out, and tells of room in a ring that was full. */
static size_t drain(size_t count)
{
    bool was_full = ring_free(&line_buffer.rings.transmit, SERIAL_RING_BYTES) == 0;
    size_t taken =
        ring_take(&line_buffer.rings.transmit, SERIAL_RING_BYTES, seen + seen_size,
                  count < sizeof(seen) - 1 - seen_size ? count : sizeof(seen) - 1 - seen_size);
    seen_size += taken;
    seen[seen_size] = '\0';
    if (taken > 0 && was_full)
        fake_signal(serial_edge);
    return taken;
}

static void expect_seen(const char *text)
{
    while (drain(BUFFER) > 0) {
    }
    assert_string_equal(seen, text);
    seen_size = 0;
}

static void type(const char *keys)
{
    size_t size = strlen(keys);
    assert_int_equal(ring_put(&line_buffer.rings.receive, SERIAL_RING_BYTES, keys, size), size);
    fake_signal(serial_edge);
}

static uint32_t write_text(const struct startup_edge *client, const char *text)
{
    uint64_t word[6] = {strlen(text)};
    memcpy((char *)(uintptr_t)client->buffer, text, word[0]);
    return fake_request(client, CONSOLE_WRITE, word);
}

static unsigned read_line(const struct startup_edge *client, const char *prompt)
{
    uint64_t word[6] = {strlen(prompt)};
    memcpy((char *)(uintptr_t)client->buffer, prompt, word[0]);
    assert_int_equal(fake_request(client, CONSOLE_READ_LINE, word), SERVER_LATER);
    return fake.reserved;
}

static void expect_answer(unsigned index, unsigned reply, const char *buffer, const char *text)
{
    assert_true(fake.answers > index);
    assert_int_equal(fake.answer[index].reply, reply);
    assert_int_equal(fake.answer[index].result, SERVICE_OK);
    assert_int_equal(fake.answer[index].word[0], strlen(text));
    assert_memory_equal(buffer, text, strlen(text));
}

static void notice(const char *text)
{
    log_ring_append(&init_buffer.ring, RING_BYTES, text, strlen(text));
    fake_signal(init_edge);
}

static void text_goes_out_with_line_ends_for_terminals(void **state)
{
    (void)state;
    unsigned before = fake.signals[0];
    assert_int_equal(write_text(shell, "one\ntwo\n"), SERVICE_OK);
    assert_int_equal(fake.signals[0], before + 1);
    expect_seen("one\r\ntwo\r\n");
}

static void a_line_is_edited_and_answered(void **state)
{
    (void)state;
    unsigned reply = read_line(shell, "thole> ");
    type("pz\bs\r");
    expect_answer(0, reply, shell_buffer, "ps");
    expect_seen("thole> pz\r\033[7Cp\033[Ks\r\n");
}

static void bytes_wait_in_the_ring_while_nobody_reads(void **state)
{
    (void)state;
    type("one\rtwo\r");
    assert_int_equal(ring_used(&line_buffer.rings.receive, SERIAL_RING_BYTES), 8);
    uint64_t word[6] = {0};
    assert_int_equal(fake_request(shell, CONSOLE_READ_LINE, word), SERVICE_OK);
    assert_int_equal(word[0], 3);
    assert_memory_equal(shell_buffer, "one", 3);
    assert_int_equal(ring_used(&line_buffer.rings.receive, SERIAL_RING_BYTES), 4);
}

static void a_long_write_waits_for_room_and_is_not_mixed(void **state)
{
    static char text[3001];
    (void)state;
    memset(text, 'a', 3000);
    assert_int_equal(write_text(shell, text), SERVER_LATER);
    unsigned first = fake.reserved;
    assert_int_equal(write_text(other, "bbb\n"), SERVER_LATER);
    unsigned second = fake.reserved;
    while (drain(100) > 0) {
    }
    assert_int_equal(fake.answers, 2);
    assert_int_equal(fake.answer[0].reply, first);
    assert_int_equal(fake.answer[1].reply, second);
    assert_int_equal(seen_size, 3005);
    assert_memory_equal(seen, text, 3000);
    assert_memory_equal(seen + 3000, "bbb\r\n", 5);
}

static void an_end_of_line_finds_room_in_two_steps(void **state)
{
    char text[SERIAL_RING_BYTES + 1];
    (void)state;
    memset(text, 'a', SERIAL_RING_BYTES - 1);
    strcpy(text + SERIAL_RING_BYTES - 1, "\n");
    assert_int_equal(write_text(shell, text), SERVER_LATER);
    while (drain(BUFFER) > 0) {
    }
    assert_int_equal(seen_size, SERIAL_RING_BYTES + 1);
    assert_string_equal(seen + SERIAL_RING_BYTES - 1, "\r\n");
}

static void other_text_stands_above_the_line_that_is_edited(void **state)
{
    (void)state;
    read_line(shell, "thole> ");
    type("ab");
    expect_seen("thole> ab");
    assert_int_equal(write_text(other, "news\n"), SERVICE_OK);
    expect_seen("\r\033[Knews\r\nthole> ab\033[K");
    notice("init: more\n");
    expect_seen("\r\033[Kinit: more\r\nthole> ab\033[K");
    assert_int_equal(write_text(other, "part"), SERVICE_OK);
    expect_seen("\r\033[Kpart\r\nthole> ab\033[K");
}

static void what_was_written_before_serves_as_the_prompt(void **state)
{
    (void)state;
    assert_int_equal(write_text(shell, "name: "), SERVICE_OK);
    unsigned reply = read_line(shell, "");
    type("x");
    expect_seen("name: \rname: x");
    notice("n\n");
    expect_seen("\r\033[Kn\r\nname: x\033[K");
    type("\r");
    expect_answer(0, reply, shell_buffer, "x");
}

static void a_prompt_begins_on_a_row_of_its_own(void **state)
{
    (void)state;
    write_text(other, "part");
    read_line(shell, "thole> ");
    expect_seen("part\r\nthole> ");
}

static void readers_take_turns(void **state)
{
    (void)state;
    unsigned first = read_line(shell, "1> "), second = read_line(other, "2> ");
    type("a\rb\r");
    expect_answer(0, first, shell_buffer, "a");
    expect_answer(1, second, other_buffer, "b");
}

static void each_client_has_its_history(void **state)
{
    (void)state;
    read_line(shell, "1> ");
    type("mine\r");
    read_line(other, "2> ");
    type("\033[Atheirs\r");
    expect_answer(1, fake.answer[1].reply, other_buffer, "theirs");
    read_line(shell, "1> ");
    type("\033[A\r");
    expect_answer(2, fake.answer[2].reply, shell_buffer, "mine");
}

static void a_client_that_died_reading_goes_on_with_its_line(void **state)
{
    (void)state;
    unsigned dead = read_line(shell, "thole> ");
    type("half a ");
    expect_seen("thole> half a ");
    assert_int_equal(write_text(shell, "Hello again.\n"), SERVICE_OK);
    assert_int_equal(fake.answer[0].reply, dead);
    assert_int_equal(fake.answer[0].result, SERVICE_BUSY);
    unsigned reply = read_line(shell, "thole> ");
    type("line\r");
    expect_answer(1, reply, shell_buffer, "half a line");
    expect_seen("\r\033[KHello again.\r\nthole> half a \033[Kline\r\n");
}

static void the_console_s_death_loses_no_key(void **state)
{
    (void)state;
    read_line(shell, "thole> ");
    type("kept \xc3\xbc");
    expect_seen("thole> kept \xc3\xbc");
    restart();
    type("\b!\r");
    unsigned before = fake.answers;
    uint64_t word[6] = {7};
    memcpy(shell_buffer, "thole> ", 7);
    assert_int_equal(fake_request(shell, CONSOLE_READ_LINE, word), SERVICE_OK);
    assert_int_equal(fake.answers, before);
    assert_memory_equal(shell_buffer, "kept !", word[0]);
    restart();
    read_line(shell, "thole> ");
    seen_size = 0;
    drain(BUFFER);
    assert_non_null(strstr(seen, "\r\033[Kthole> "));
    assert_null(strstr(strstr(seen, "\r\033[Kthole> ") + 4, "kept !\033[K"));
}

static struct keep kept_at_the_answer;

static void look_at_what_is_kept(void)
{
    kept_at_the_answer = *kept;
}

/* The shell, on another core, may have the console killed from there on. */
static void a_line_that_was_answered_is_not_kept(void **state)
{
    (void)state;
    unsigned reply = read_line(shell, "thole> ");
    type("restart");
    fake.on_answer = look_at_what_is_kept;
    kept_at_the_answer.size = 1;
    type(" console\r");
    expect_answer(0, reply, shell_buffer, "restart console");
    assert_int_equal(kept_at_the_answer.size, 0);
}

static void a_kept_line_belongs_to_its_client(void **state)
{
    (void)state;
    read_line(shell, "> ");
    type("secret");
    restart();
    unsigned reply = read_line(other, "> ");
    type("\r");
    expect_answer(0, reply, other_buffer, "");
}

static void notices_are_shown_once_over_deaths(void **state)
{
    (void)state;
    notice("one\n");
    expect_seen("one\r\n");
    restart();
    notice("two\n");
    expect_seen("\r\033[Ktwo\r\n");
}

static void notices_before_the_first_start_are_not_repeated(void **state)
{
    (void)state;
    notice("");
    init_buffer.ring.written = 0;
    memset(&line_buffer, 0, sizeof(line_buffer));
    memcpy(init_buffer.ring.data, "early\n", 6);
    init_buffer.ring.written = 6;
    fake.startup.incarnation = 0;
    restart();
    notice("late\n");
    expect_seen("late\r\n");
}

static void notices_that_were_overwritten_are_left_out(void **state)
{
    (void)state;
    init_buffer.ring.written = 1000000;
    fake_signal(init_edge);
    while (drain(BUFFER) > 0) {
    }
    assert_true(seen_size <= 2 * RING_BYTES);
    init_buffer.ring.bytes = 0;
    fake_signal(init_edge);
    init_buffer.ring.bytes = UINT32_MAX;
    fake_signal(init_edge);
    init_buffer.ring.written = 3;
    init_buffer.ring.bytes = RING_BYTES;
    fake_signal(init_edge);
}

/* Each line of what went out is whole: one of init's, or the console's own of what is lost. */
static void expect_whole_lines(char *text, unsigned *last)
{
    unsigned number;
    int used;
    for (char *line = strtok(text, "\r\n"); line != NULL; line = strtok(NULL, "\r\n")) {
        if (sscanf(line, "console: %u bytes of init's notices are lost%n", &number, &used) == 1) {
            assert_true(number > 0 && line[used] == '\0');
            continue;
        }
        used = 0;
        assert_int_equal(sscanf(line, "init: line %u of init's%n", &number, &used), 1);
        assert_int_equal(line[used], '\0');
        assert_true(number > *last);
        *last = number;
    }
}

static void a_line_that_is_overwritten_while_it_is_shown_is_shown_whole(void **state)
{
    unsigned said = 0, last = 0;
    (void)state;
    srand(5);
    for (unsigned round = 0; round < 2000; round++) {
        for (unsigned some = (unsigned)rand() % 60; some > 0; some--) {
            char text[64];
            snprintf(text, sizeof(text), "init: line %u of init's\n", ++said);
            notice(text);
        }
        drain((size_t)rand() % 700);
        if (seen_size > sizeof(seen) / 2 && seen[seen_size - 1] == '\n') {
            expect_whole_lines(seen, &last);
            seen_size = 0;
        }
    }
    while (drain(BUFFER) > 0) {
    }
    expect_whole_lines(seen, &last);
    assert_int_equal(last, said);
}

static void what_is_lost_is_told_once(void **state)
{
    char expected[1024] = "console: 216 bytes of init's notices are lost\r\n";
    (void)state;
    for (unsigned i = 0; i < 60; i++) /* of 720 bytes 512 are there, without 8 of a cut line */
        log_ring_append(&init_buffer.ring, RING_BYTES, "0123456789!\n", 12);
    for (unsigned i = 0; i < 42; i++)
        strcat(expected, "0123456789!\r\n");
    fake_signal(init_edge);
    expect_seen(expected);
    fake_signal(init_edge);
    expect_seen("");
}

static void damage_in_the_kept_state_is_harmless(void **state)
{
    (void)state;
    srand(3);
    for (unsigned i = 0; i < 2000; i++) {
        struct keep *keep = (struct keep *)(line_buffer.bytes + sizeof(struct serial_buffer));
        for (size_t at = 0; at < sizeof(*keep); at++)
            ((uint8_t *)keep)[at] = (uint8_t)(rand() >> 5);
        keep->magic = KEEP_MAGIC;
        keep->size %= 2 * LINE_BYTES;
        memcpy(keep->name, "shell", 6);
        restart();
        read_line(shell, "> ");
        type("\r");
        while (drain(BUFFER) > 0) {
        }
        seen_size = 0;
        fake.answers = 0;
    }
}

static uint64_t pending(void)
{
    uint64_t word[6] = {0};
    assert_int_equal(fake_request(shell, CONSOLE_PENDING, word), SERVICE_OK);
    return word[0];
}

static void what_the_line_has_not_taken_is_counted(void **state)
{
    (void)state;
    drain(BUFFER);
    assert_int_equal(pending(), 0);
    assert_int_equal(write_text(shell, "one\n"), SERVICE_OK);
    assert_int_equal(pending(), 5);
    assert_int_equal(drain(2), 2);
    assert_int_equal(pending(), 3);
    assert_int_equal(drain(BUFFER), 3);
    assert_int_equal(pending(), 0);
    /* What is staged while the ring is full counts, too. */
    memset(shell_buffer, 'x', BUFFER);
    assert_int_equal(
        fake_request(shell, CONSOLE_WRITE, (uint64_t[6]){SERIAL_RING_BYTES}), SERVICE_OK);
    screen_stage()->size = 7;
    assert_int_equal(pending(), SERIAL_RING_BYTES + 7);
}

static void wrong_requests_are_refused(void **state)
{
    uint64_t word[6] = {BUFFER + 1};
    (void)state;
    assert_int_equal(fake_request(shell, CONSOLE_WRITE, word), SERVICE_BAD_ARGUMENT);
    word[0] = UINT64_MAX;
    assert_int_equal(fake_request(shell, CONSOLE_WRITE, word), SERVICE_BAD_ARGUMENT);
    word[0] = LINE_PROMPT_BYTES + 1;
    assert_int_equal(fake_request(shell, CONSOLE_READ_LINE, word), SERVICE_BAD_ARGUMENT);
    word[0] = 0;
    assert_int_equal(fake_request(shell, CONSOLE_WRITE, word), SERVICE_OK);
    fake.slots = 0;
    assert_int_equal(fake_request(shell, CONSOLE_READ_LINE, word), SERVICE_BUSY);
    fake.slots = 1;
    read_line(shell, "> ");
}

static void a_driver_that_held_back_is_woken_when_there_is_room(void **state)
{
    char text[SERIAL_RING_BYTES];
    (void)state;
    memset(text, '\r', sizeof(text));
    ring_put(&line_buffer.rings.receive, SERIAL_RING_BYTES, text, sizeof(text));
    unsigned before = fake.signals[0];
    for (unsigned i = 0; i < SERIAL_RING_BYTES / 2 + 1; i++) {
        uint64_t word[6] = {0};
        assert_int_equal(fake_request(shell, CONSOLE_READ_LINE, word), SERVICE_OK);
        drain(BUFFER);
        seen_size = 0;
    }
    size_t out = fake.signals[0] - before;
    assert_true(out >= SERIAL_RING_BYTES / 2 + 2); /* one for each line out, one for the room */
}

/* Requests, keys, notices and deaths in random order: every line typed is read once, in order. */
static void every_line_typed_is_read_once(void **state)
{
    unsigned typed = 0, expected = 0;
    bool reading = false;
    (void)state;
    srand(77);
    for (unsigned i = 0; i < 40000; i++) {
        char text[32];
        uint64_t word[6] = {2};
        switch (rand() % 8) {
        case 0:
        case 1:
            if (ring_free(&line_buffer.rings.receive, SERIAL_RING_BYTES) > 32) {
                snprintf(text, sizeof(text), "line %u\r", typed++);
                type(text);
            }
            break;
        case 2:
        case 3:
            if (reading)
                break;
            memcpy(shell_buffer, "> ", 2);
            fake.answers = 0;
            if (fake_request(shell, CONSOLE_READ_LINE, word) == SERVER_LATER) {
                reading = true;
            } else {
                shell_buffer[word[0]] = '\0';
                assert_int_equal(atoi(shell_buffer + 5), expected++);
            }
            break;
        case 4:
            drain((size_t)rand() % 300);
            if (seen_size > sizeof(seen) / 2)
                seen_size = 0;
            break;
        case 5:
            notice("init: something\n");
            break;
        case 6:
            fake.answers = reading ? fake.answers : 0;
            if (!reading)
                write_text(other, "other text\n");
            break;
        case 7:
            if (rand() % 20 == 0 && fake.answers == 0) {
                restart();
                reading = false;
            }
            break;
        }
        for (unsigned a = 0; reading && a < fake.answers; a++) {
            shell_buffer[fake.answer[a].word[0]] = '\0';
            if (strncmp(shell_buffer, "line ", 5) != 0)
                continue;
            assert_int_equal(atoi(shell_buffer + 5), expected++);
            reading = false;
            fake.answers = 0;
        }
    }
    assert_true(expected > 1000);
}

static void without_a_serial_line_it_ends(void **state)
{
    (void)state;
    fake.startup.edge[0].kind = 0;
    memset(&screen, 0, sizeof(screen));
    assert_int_equal(fake_start(console_main), PROGRAM_EXIT_FOR_GOOD);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, with_console)
    const struct CMUnitTest tests[] = {
        TEST(text_goes_out_with_line_ends_for_terminals),
        TEST(a_line_is_edited_and_answered),
        TEST(bytes_wait_in_the_ring_while_nobody_reads),
        TEST(a_long_write_waits_for_room_and_is_not_mixed),
        TEST(an_end_of_line_finds_room_in_two_steps),
        TEST(other_text_stands_above_the_line_that_is_edited),
        TEST(what_was_written_before_serves_as_the_prompt),
        TEST(a_prompt_begins_on_a_row_of_its_own),
        TEST(readers_take_turns),
        TEST(each_client_has_its_history),
        TEST(a_client_that_died_reading_goes_on_with_its_line),
        TEST(the_console_s_death_loses_no_key),
        TEST(a_line_that_was_answered_is_not_kept),
        TEST(a_kept_line_belongs_to_its_client),
        TEST(notices_are_shown_once_over_deaths),
        TEST(notices_before_the_first_start_are_not_repeated),
        TEST(notices_that_were_overwritten_are_left_out),
        TEST(a_line_that_is_overwritten_while_it_is_shown_is_shown_whole),
        TEST(what_is_lost_is_told_once),
        TEST(damage_in_the_kept_state_is_harmless),
        TEST(what_the_line_has_not_taken_is_counted),
        TEST(wrong_requests_are_refused),
        TEST(a_driver_that_held_back_is_woken_when_there_is_room),
        TEST(every_line_typed_is_read_once),
        TEST(without_a_serial_line_it_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
