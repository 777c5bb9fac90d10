/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Configuration as the startup page carries it, also a damaged one, and the
 * arithmetic of time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config.h"
#include "ticks.h"

/* Three properties: "period-ms" of two cells, "quiet" of none, "text" of three bytes. */
static const uint8_t list[] = "period-ms\0\x08\0\0\0\0\0\x01\x02\xff\xff\xff\xff"
                              "quiet\0\0\0\0\0"
                              "text\0\x03\0\0\0abc";
#define LIST_BYTES (sizeof(list) - 1)

static void a_property_is_found_with_its_length(void **state)
{
    uint32_t bytes = 99;
    const uint8_t *value = config_find(list, LIST_BYTES, "period-ms", &bytes);

    (void)state;
    assert_non_null(value);
    assert_int_equal(bytes, 8);
    assert_int_equal(config_cell(value), 0x102);
    assert_non_null(config_find(list, LIST_BYTES, "quiet", &bytes));
    assert_int_equal(bytes, 0);
    value = config_find(list, LIST_BYTES, "text", NULL);
    assert_non_null(value);
    assert_memory_equal(value, "abc", 3);
}

static void a_name_must_agree_in_full(void **state)
{
    static const char *const name[] = {"", "period", "period-msx", "tex", "textual", "abc"};

    (void)state;
    for (size_t i = 0; i < sizeof(name) / sizeof(name[0]); i++)
        assert_null(config_find(list, LIST_BYTES, name[i], NULL));
}

/* Each copy ends where the sanitizer sees a step too far. */
static void a_list_that_is_cut_off_or_damaged_leads_nowhere(void **state)
{
    (void)state;
    for (size_t size = 0; size <= LIST_BYTES; size++) {
        for (size_t bad = 0; bad <= size; bad++) {
            uint8_t *copy = malloc(size + 1);
            const uint8_t *value;
            uint32_t bytes = 0;

            assert_non_null(copy);
            memcpy(copy + 1, list, size);
            if (bad < size)
                copy[1 + bad] ^= 0xff;
            value = config_find(copy + 1, size, "text", &bytes);
            if (value != NULL)
                assert_true(value >= copy + 1 && value + bytes <= copy + 1 + size);
            free(copy);
        }
    }
}

static void times_convert_upwards_and_saturate(void **state)
{
    static const struct {
        uint64_t count, from, to, is;
    } row[] = {
        {0, NS_PER_S, 62500000, 0},
        {1, NS_PER_S, 62500000, 1},
        {16, NS_PER_S, 62500000, 1},
        {17, NS_PER_S, 62500000, 2},
        {NS_PER_S, NS_PER_S, 62500000, 62500000},
        {1, 62500000, NS_PER_S, 16},
        {1, 54000000, NS_PER_S, 19},
        {54000000, 54000000, NS_PER_S, NS_PER_S},
        {1, 1000000000, 1000000, 1},
        {86400ull * 365 * 62500000, 62500000, NS_PER_S, 86400ull * 365 * NS_PER_S},
        {UINT64_MAX, NS_PER_S, NS_PER_S, UINT64_MAX},
        {UINT64_MAX, NS_PER_S, 2 * NS_PER_S, UINT64_MAX},
        {UINT64_MAX, 1, NS_PER_S, UINT64_MAX},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
        assert_int_equal(ticks_convert(row[i].count, row[i].from, row[i].to), row[i].is);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_property_is_found_with_its_length),
        cmocka_unit_test(a_name_must_agree_in_full),
        cmocka_unit_test(a_list_that_is_cut_off_or_damaged_leads_nowhere),
        cmocka_unit_test(times_convert_upwards_and_saturate),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
