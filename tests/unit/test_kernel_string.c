/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory functions of a kernel without a C library, compared with the
 * host's. They are renamed here, since the host's own have their names.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define memcpy  kernel_memcpy
#define memmove kernel_memmove
#define memset  kernel_memset
#define memcmp  kernel_memcmp
#include "../../kernel/string.c"
#undef memcpy
#undef memmove
#undef memset
#undef memcmp

#define BYTES 96
#define SHIFTS 20
#define COUNTS 70

static void fill(uint8_t *bytes)
{
    for (size_t index = 0; index < BYTES; index++)
        bytes[index] = (uint8_t)(index * 37 + 11);
}

/* Calls for every place to copy from and to, and every length. */
static void each(void (*check)(size_t from, size_t to, size_t count))
{
    for (size_t from = 0; from < SHIFTS; from++)
        for (size_t to = 0; to < SHIFTS; to++)
            for (size_t count = 0; count < COUNTS; count++)
                check(from, to, count);
}

static void check_move(size_t from, size_t to, size_t count)
{
    uint8_t ours[BYTES], theirs[BYTES];

    fill(ours);
    fill(theirs);
    assert_ptr_equal(kernel_memmove(ours + to, ours + from, count), ours + to);
    memmove(theirs + to, theirs + from, count);
    assert_memory_equal(ours, theirs, BYTES);
}

static void check_copy(size_t from, size_t to, size_t count)
{
    uint8_t source[BYTES], ours[BYTES] = { 0 }, theirs[BYTES] = { 0 };

    fill(source);
    assert_ptr_equal(kernel_memcpy(ours + to, source + from, count), ours + to);
    memcpy(theirs + to, source + from, count);
    assert_memory_equal(ours, theirs, BYTES);
}

static void check_set(size_t value, size_t to, size_t count)
{
    uint8_t ours[BYTES], theirs[BYTES];

    fill(ours);
    fill(theirs);
    assert_ptr_equal(kernel_memset(ours + to, (int)value + 0x3f0, count), ours + to);
    memset(theirs + to, (int)value + 0x3f0, count);
    assert_memory_equal(ours, theirs, BYTES);
}

static void moving_is_right_at_every_alignment_and_overlap(void **state)
{
    (void)state;
    each(check_move);
}

static void copying_and_setting_touch_what_they_should_and_no_more(void **state)
{
    (void)state;
    each(check_copy);
    each(check_set);
}

static void comparing_finds_the_first_byte_that_differs_and_takes_bytes_as_unsigned(void **state)
{
    const uint8_t low[] = { 1, 2, 0x7f, 9 }, high[] = { 1, 2, 0x80, 1 };

    (void)state;
    assert_int_equal(kernel_memcmp(low, high, 0), 0);
    assert_int_equal(kernel_memcmp(low, high, 2), 0);
    assert_int_equal(kernel_memcmp(low, high, 3), -1);
    assert_int_equal(kernel_memcmp(low, high, 4), -1);
    assert_int_equal(kernel_memcmp(high, low, 3), 1);
    assert_int_equal(kernel_memcmp(low + 3, high + 3, 1), 1);
    assert_int_equal(kernel_memcmp(low, low, sizeof(low)), 0);
}

int main(void)
{
    const struct CMUnitTest string_tests[] = {
        cmocka_unit_test(moving_is_right_at_every_alignment_and_overlap),
        cmocka_unit_test(copying_and_setting_touch_what_they_should_and_no_more),
        cmocka_unit_test(comparing_finds_the_first_byte_that_differs_and_takes_bytes_as_unsigned),
    };

    return cmocka_run_group_tests(string_tests, NULL, NULL);
}
