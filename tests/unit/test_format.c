/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The formatter of the log, compared with the host's snprintf wherever both
 * know a conversion.
 */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "format.h"

static size_t format(char *to, size_t room, const char *pattern, ...)
{
    va_list arguments;
    size_t bytes;

    va_start(arguments, pattern);
    bytes = format_text(to, room, pattern, arguments);
    va_end(arguments);
    return bytes;
}

/* Both say the same. */
#define SAME(...)                                                   \
    do {                                                            \
        char ours[256], theirs[256];                                \
        size_t bytes = format(ours, sizeof(ours) - 1, __VA_ARGS__); \
        snprintf(theirs, sizeof(theirs), __VA_ARGS__);              \
        ours[bytes] = '\0';                                         \
        assert_string_equal(ours, theirs);                          \
    } while (0)

static void it_prints_what_the_c_library_prints(void **state)
{
    (void)state;
    SAME("plain");
    SAME("%d %d %d %i", 0, INT_MAX, INT_MIN, -5);
    SAME("%ld %ld", LONG_MAX, LONG_MIN);
    SAME("%lld %llu", LLONG_MIN, ULLONG_MAX);
    SAME("%u %x %X", UINT_MAX, 0xbeefu, 0xbeefu);
    SAME("%lu %lx", ULONG_MAX, 0xfeedfacecafef00dul);
    SAME("%zu %zx", (size_t)-1, (size_t)255);
    SAME("%5d|%-5d|%05d|%5u|%08x|%-8x|", 42, 42, -42, 7u, 0x1fu, 0x1fu);
    SAME("%3d|%03d|", 12345, 12345);
    SAME("%s|%8s|%-8s|%.2s|%8.3s|", "abc", "abc", "abc", "abc", "abcdef");
    SAME("%*d|%-*d|%.*s|", 6, 42, 6, 42, 2, "abc");
    SAME("%c%c%c|%3c|", 'a', 'b', 'c', 'd');
    SAME("100%%");
    SAME("%p", (void *)(uintptr_t)0x1234);
    SAME("[%5lu.%06lu] ", 12ul, 34567ul);
}

static void text_that_is_not_terminated_is_read_only_as_far_as_told(void **state)
{
    char name[4] = {'n', 'a', 'm', 'e'};
    char to[16] = "";

    (void)state;
    assert_int_equal(format(to, sizeof(to), "%.*s", 4, name), 4);
    assert_memory_equal(to, "name", 4);
}

static void it_never_writes_past_the_room_it_has(void **state)
{
    (void)state;
    for (size_t room = 0; room < 40; room++) {
        char to[41];

        memset(to, '#', sizeof(to));
        assert_true(format(to, room, "%s %020d %-10x %1000000d", "abc", 5, 6u, 1) <= room);
        for (size_t i = room; i < sizeof(to); i++)
            assert_int_equal(to[i], '#');
    }
}

static void what_it_does_not_know_is_shown_as_it_stands(void **state)
{
    const char *pattern[] = {"%q", "%", "%l", "%-08.3", "%5"};
    char to[16];

    (void)state;
    for (size_t i = 0; i < sizeof(pattern) / sizeof(pattern[0]); i++) {
        size_t bytes = format(to, sizeof(to), pattern[i]);

        assert_int_equal(bytes, strlen(pattern[i]));
        assert_memory_equal(to, pattern[i], bytes);
    }
}

static void no_text_is_no_crash(void **state)
{
    char to[16];
    char *volatile none = NULL;

    (void)state;
    assert_int_equal(format(to, sizeof(to), "%s", none), 6);
    assert_memory_equal(to, "(null)", 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_prints_what_the_c_library_prints),
        cmocka_unit_test(text_that_is_not_terminated_is_read_only_as_far_as_told),
        cmocka_unit_test(it_never_writes_past_the_room_it_has),
        cmocka_unit_test(what_it_does_not_know_is_shown_as_it_stands),
        cmocka_unit_test(no_text_is_no_crash),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
