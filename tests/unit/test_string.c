/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory and strings of programs without a C library, compared with the host's.
 * The functions are renamed here, since the host's own have their names.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define memcpy  our_memcpy
#define memmove our_memmove
#define memset  our_memset
#define memcmp  our_memcmp
#define memchr  our_memchr
#define strlen  our_strlen
#define strnlen our_strnlen
#define strcmp  our_strcmp
#define strncmp our_strncmp
#define strchr  our_strchr
#define strrchr our_strrchr
#include "../../lib/string.c"
#undef memcpy
#undef memmove
#undef memset
#undef memcmp
#undef memchr
#undef strlen
#undef strnlen
#undef strcmp
#undef strncmp
#undef strchr
#undef strrchr

#define BYTES 256

static void fill(uint8_t *bytes)
{
    for (size_t i = 0; i < BYTES; i++)
        bytes[i] = (uint8_t)(i * 37 + 11);
}

static int sign(int number)
{
    return (number > 0) - (number < 0);
}

static void moving_is_right_at_every_alignment_and_overlap(void **state)
{
    (void)state;
    for (size_t from = 0; from < 24; from++) {
        for (size_t to = 0; to < 24; to++) {
            for (size_t count = 0; count < 160; count++) {
                uint8_t ours[BYTES], theirs[BYTES];

                fill(ours);
                fill(theirs);
                assert_ptr_equal(our_memmove(ours + to, ours + from, count), ours + to);
                memmove(theirs + to, theirs + from, count);
                assert_memory_equal(ours, theirs, BYTES);
            }
        }
    }
}

static void copying_and_setting_touch_what_they_should_and_no_more(void **state)
{
    uint8_t source[BYTES];

    (void)state;
    fill(source);
    for (size_t from = 0; from < 16; from++) {
        for (size_t to = 0; to < 16; to++) {
            for (size_t count = 0; count < 160; count++) {
                uint8_t ours[BYTES] = {0}, theirs[BYTES] = {0};

                assert_ptr_equal(our_memcpy(ours + to, source + from, count), ours + to);
                memcpy(theirs + to, source + from, count);
                assert_ptr_equal(our_memset(ours + count, (int)(to + 0x300), to), ours + count);
                memset(theirs + count, (int)to, to);
                assert_memory_equal(ours, theirs, BYTES);
            }
        }
    }
}

static void comparing_and_finding_agree_with_the_hosts(void **state)
{
    static const char *const text[] = {"", "a", "ab", "abc", "abd", "b", "\xff", "abca"};
    const size_t count = sizeof(text) / sizeof(text[0]);

    (void)state;
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(our_strlen(text[i]), strlen(text[i]));
        for (size_t limit = 0; limit < 6; limit++)
            assert_int_equal(our_strnlen(text[i], limit), strnlen(text[i], limit));
        for (int c = 0; c < 256; c++) {
            assert_ptr_equal(our_strchr(text[i], c), strchr(text[i], c));
            assert_ptr_equal(our_strrchr(text[i], c), strrchr(text[i], c));
        }
        for (size_t j = 0; j < count; j++) {
            size_t common = strlen(text[i]) < strlen(text[j]) ? strlen(text[i]) : strlen(text[j]);

            assert_int_equal(sign(our_strcmp(text[i], text[j])), sign(strcmp(text[i], text[j])));
            assert_int_equal(sign(our_memcmp(text[i], text[j], common)),
                             sign(memcmp(text[i], text[j], common)));
            for (size_t limit = 0; limit < 5; limit++)
                assert_int_equal(sign(our_strncmp(text[i], text[j], limit)),
                                 sign(strncmp(text[i], text[j], limit)));
        }
    }
    assert_null(our_memchr("abc", 'c', 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moving_is_right_at_every_alignment_and_overlap),
        cmocka_unit_test(copying_and_setting_touch_what_they_should_and_no_more),
        cmocka_unit_test(comparing_and_finding_agree_with_the_hosts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
