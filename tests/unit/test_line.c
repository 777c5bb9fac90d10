/* SPDX-License-Identifier: BSD-2-Clause */
/* The console's line editor against a modelled terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "servers/console/line.h"
#include "tests/model_devices/terminal_model.h"

#define UP    "\033[A"
#define DOWN  "\033[B"
#define RIGHT "\033[C"
#define LEFT  "\033[D"

static struct line line;
static struct history history;
static struct terminal_model terminal;
static char staged[LINE_OUTPUT_MAX + 1];
static char result[LINE_BYTES]; /* the last line that was done */
static unsigned results;

/* The editor's output of one step, within its promise. */
static void show(struct text *out)
{
    assert_true(out->size <= LINE_OUTPUT_MAX);
    terminal_model_bytes(&terminal, out->bytes, out->size);
}

static void begin(const char *prompt)
{
    struct text out = {staged, 0, sizeof(staged)};
    line_begin(&line, &history, prompt, strlen(prompt));
    line_show(&line, &out);
    show(&out);
}

static void byte(uint8_t key)
{
    struct text out = {staged, 0, sizeof(staged)};
    enum line_event event = line_byte(&line, key, &out);
    show(&out);
    if (event == LINE_MORE)
        return;
    memcpy(result, line.text, line.size);
    result[line.size] = '\0';
    results++;
    history_add(&history, line.text, line.size);
    begin("> ");
}

static void type(const char *keys)
{
    for (; *keys != '\0'; keys++)
        byte((uint8_t)*keys);
}

static void expect_row(const char *row, size_t column)
{
    assert_string_equal(terminal_model_row(&terminal), row);
    assert_int_equal(terminal.column, column);
}

static int with_prompt(void **state)
{
    (void)state;
    memset(&line, 0, sizeof(line));
    memset(&history, 0, sizeof(history));
    terminal_model_reset(&terminal);
    results = 0;
    begin("> ");
    return 0;
}

static void typed_text_is_the_line(void **state)
{
    (void)state;
    type("hello");
    expect_row("> hello", 7);
    type("\r");
    assert_string_equal(result, "hello");
    assert_string_equal(terminal.last, "> hello");
    expect_row(">", 2);
}

static void keys_edit_in_the_middle(void **state)
{
    static const struct {
        const char *keys, *text;
        size_t column;
    } table[] = {
        {"abc" LEFT LEFT "x", "axbc", 2},
        {"abc\b\x7f", "a", 1},
        {"abc" LEFT "\b", "ac", 1},
        {"abc\x01x", "xabc", 1},
        {"abc\033[Hx\033[Fy", "xabcy", 5},
        {"abc\033[1~x\033[4~y", "xabcy", 5},
        {"abc\033OHx\033OFy", "xabcy", 5},
        {"abc\x01\033[3~", "bc", 0},
        {"abc\x01\x04\x05x", "bcx", 3},
        {"abc def\x17", "abc ", 4},
        {"abc def  \x17", "abc ", 4},
        {"abc def" LEFT LEFT "\x15", "ef", 0},
        {"abc def" LEFT LEFT "\x0b", "abc d", 5},
        {"abc\x0c", "abc", 3},
        {"abc" LEFT "\x0c", "abc", 2},
        {"abc" RIGHT RIGHT, "abc", 3},
        {"\b" LEFT "\x17\x15\x0b\033[3~a", "a", 1},
        {"a\tb", "a b", 3},
        {"ab\033[1;5Dx", "axb", 2},
        {"gr\xc3\xbc\xc3\x9f" LEFT "\b", "gr\xc3\x9f", 2},
        {"\xe2\x82\xac\xf0\x9f\x9a\xa3" LEFT "x", "\xe2\x82\xacx\xf0\x9f\x9a\xa3", 2},
    };
    for (unsigned i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        char row[64] = "> ";
        with_prompt(state);
        type(table[i].keys);
        strcat(row, table[i].text);
        while (row[strlen(row) - 1] == ' ')
            row[strlen(row) - 1] = '\0';
        expect_row(row, table[i].column + 2);
        type("\r");
        assert_string_equal(result, table[i].text);
    }
}

static void garbage_is_no_key(void **state)
{
    static const char *const table[] = {
        "\x80",
        "\xff\xfe",
        "\xc3(",
        "\xe2\x28\xa1(",
        "\xc0\xaf",
        "\xed\xa0\x80",
        "\xf4\x90\x80\x80",
        "\xc2\x9b"
        "(",
        "\033[999999999999999999m",
        "\033[?25h",
        "\033x",
        "\033[\x80",
        "\033\033[Z",
        "\x02\x06\x0e\x10\x1c\x1f",
        "\xf8\x88\x80\x80\x80",
    };
    for (unsigned i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        with_prompt(state);
        type(table[i]);
        type("ok\r");
        char *found = strstr(result, "ok");
        assert_non_null(found);
        for (char *at = result; at < found; at++)
            assert_true(*at >= ' ' && *at <= '~'); /* at most a plain character of the garbage */
    }
}

static void lines_end_with_cr_lf_or_both_once(void **state)
{
    (void)state;
    type("a\rb\nc\r\nd\r");
    assert_int_equal(results, 4);
    type("\n\n");
    assert_int_equal(results, 5);
    type("\r\r");
    assert_int_equal(results, 7);
}

static void history_goes_up_and_down_and_back_to_the_new_line(void **state)
{
    (void)state;
    type("one\rtwo\rtwo\r\rthree\rne");
    type(UP);
    expect_row("> three", 7);
    type(UP);
    expect_row("> two", 5);
    type(UP UP UP);
    expect_row("> one", 5);
    type(DOWN DOWN);
    expect_row("> three", 7);
    type(DOWN);
    expect_row("> ne", 4);
    type(DOWN "w\r");
    assert_string_equal(result, "new");
}

static void history_keeps_sixteen_lines_and_its_bytes(void **state)
{
    char text[LINE_BYTES];
    (void)state;
    for (unsigned i = 0; i < 20; i++) {
        text[0] = (char)('a' + i);
        history_add(&history, text, 1);
    }
    assert_int_equal(history.count, HISTORY_LINES);
    assert_string_equal(history_line(&history, 16), "e");
    assert_null(history_line(&history, 17));
    memset(text, 'x', sizeof(text));
    for (unsigned i = 0; i < 20; i++) {
        text[0] = (char)('a' + i);
        history_add(&history, text, LINE_BYTES - 1);
    }
    assert_int_equal(history.count, 4);
    assert_int_equal(strlen(history_line(&history, 4)), LINE_BYTES - 1);
    assert_int_equal(history_line(&history, 1)[0], 't');
}

static void a_line_too_long_is_refused_with_one_bell(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 1000; i++)
        type("x");
    assert_int_equal(terminal.bells, 1);
    type("\r");
    assert_int_equal(results, 0);
    expect_row(">", 2);
    for (unsigned i = 0; i < LINE_BYTES - 1; i++)
        type("x");
    type("\r");
    assert_int_equal(results, 1);
    assert_int_equal(strlen(result), LINE_BYTES - 1);
}

static void a_line_that_was_cut_can_be_mended(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 300; i++)
        type("x");
    type("\b\r");
    assert_int_equal(results, 1);
    assert_int_equal(strlen(result), LINE_BYTES - 2);
}

static void a_cancelled_line_is_gone(void **state)
{
    (void)state;
    type("abc\x03");
    assert_string_equal(terminal.last, "> abc^C");
    type("d\r");
    assert_int_equal(results, 1);
    assert_string_equal(result, "d");
}

static void hiding_and_showing_restores_the_row(void **state)
{
    struct text out = {staged, 0, sizeof(staged)};
    (void)state;
    type("some text" LEFT LEFT);
    line_hide(&out);
    show(&out);
    expect_row("", 0);
    out.size = 0;
    line_show(&line, &out);
    show(&out);
    expect_row("> some text", 9);
}

static size_t characters(const char *bytes, size_t size)
{
    size_t count = 0;
    for (size_t i = 0; i < size; i++)
        count += ((uint8_t)bytes[i] & 0xc0) != 0x80;
    return count;
}

/* What the row must show, from the editor's own idea of what is visible. */
static void check_row(void)
{
    char row[TERMINAL_COLUMNS * TERMINAL_CELL] = "> ", text[LINE_BYTES + 1];
    memcpy(text, line.text, line.size);
    text[line.size] = '\0';
    const char *shown = terminal_model_row(&terminal) + 2;
    strcat(row, text + line.first);
    size_t column = 2 + characters(line.text + line.first, line.cursor - line.first);
    assert_int_equal(terminal.column, column);
    assert_true(strncmp(text + line.first, shown, strlen(shown)) == 0);
    size_t visible = characters(text + line.first, strlen(text + line.first));
    for (size_t i = strlen(row); i > 0 && row[i - 1] == ' '; i--)
        row[i - 1] = '\0';
    if (visible < TERMINAL_COLUMNS - 8)
        assert_string_equal(terminal_model_row(&terminal), line.size > 0 ? row : ">");
    assert_true(line.size < LINE_BYTES && line.cursor <= line.size && line.first <= line.cursor);
}

static void the_row_is_right_after_any_keys(void **state)
{
    static const char *const key[] = {
        "a",    "b",    " ",       "xyz",  "\xc3\xbc",   "\xe2\x82\xac", "\xf0\x9f\x9a\xa3",
        LEFT,   RIGHT,  LEFT LEFT, "\x01", "\x05",       "\b",           "\033[3~",
        "\x17", UP,     DOWN,      "\x0c", "0123456789", "\xc3",         "\033",
        "[",    "\x0b", "\x15",    "\r",   "\x03",
    };
    (void)state;
    srand(99);
    for (unsigned i = 0; i < 100000; i++) {
        /* The last few shorten the line: rare, so that it grows past the row. */
        int which = rand() % 23 + (rand() % 40 == 0 ? 3 : 0);
        if (which == 22 && rand() % 8 != 0)
            which = 18;
        type(key[which]);
        check_row();
    }
    assert_true(results > 100);
}

static void any_bytes_do_no_harm(void **state)
{
    (void)state;
    srand(5);
    for (unsigned i = 0; i < 300000; i++) {
        byte((uint8_t)(rand() >> 4));
        assert_true(line.size < LINE_BYTES && line.cursor <= line.size &&
                    line.first <= line.cursor);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, with_prompt)
    const struct CMUnitTest tests[] = {
        TEST(typed_text_is_the_line),
        TEST(keys_edit_in_the_middle),
        TEST(garbage_is_no_key),
        TEST(lines_end_with_cr_lf_or_both_once),
        TEST(history_goes_up_and_down_and_back_to_the_new_line),
        TEST(history_keeps_sixteen_lines_and_its_bytes),
        TEST(a_line_too_long_is_refused_with_one_bell),
        TEST(a_line_that_was_cut_can_be_mended),
        TEST(a_cancelled_line_is_gone),
        TEST(hiding_and_showing_restores_the_row),
        TEST(the_row_is_right_after_any_keys),
        TEST(any_bytes_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
