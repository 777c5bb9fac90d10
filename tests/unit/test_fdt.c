/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The cursor over a device tree's bytes, at its edges: what just fits, and what
 * is one byte too much. Each tree is handed over in an allocation of exactly
 * its size, so that the address checker sees any byte read beyond it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "kernel/fdt.h"
#include "tree_builder.h"

#define HEADER_BYTES 40u

static struct tree tree;
static struct fdt fdt;
static struct fdt_cursor cursor;
static void *copy;

static const char *open_tree(size_t bytes)
{
    free(copy);
    copy = malloc(bytes);
    assert_non_null(copy);
    memcpy(copy, tree.bytes, bytes);
    memset(&fdt, 0xa5, sizeof fdt);
    const char *error = fdt_open(&fdt, copy, bytes);
    if (error == NULL)
        fdt_start(&cursor, &fdt);
    return error;
}

static void must_open(void)
{
    assert_null(open_tree(tree.total));
}

static void assert_about(const char *error, const char *word)
{
    assert_non_null(error);
    if (strstr(error, word) == NULL)
        fail_msg("\"%s\" should speak of \"%s\"", error, word);
}

static struct fdt_value value_of(const char *bytes, uint32_t length)
{
    return (struct fdt_value){ (const uint8_t *)bytes, length };
}

/* A tree that ends with so many bytes of structure; its strings are in the reservations. */
static void cut_structure(uint32_t bytes)
{
    tree_put(&tree, TREE_STRUCTURE_SIZE, bytes);
    tree_put(&tree, TREE_STRINGS_AT, HEADER_BYTES);
    tree_put(&tree, TREE_STRINGS_SIZE, 16);
    tree.total = HEADER_BYTES + TREE_RESERVED + bytes;
    tree_put(&tree, TREE_TOTAL, (uint32_t)tree.total);
}

/* --- The header ----------------------------------------------------------------- */

static void a_tree_of_nothing_but_a_header_lacks_its_reservations_only(void **state)
{
    (void)state;
    tree_start(&tree);
    tree_finish(&tree);
    tree_put(&tree, TREE_TOTAL, HEADER_BYTES);
    for (unsigned i = 0; i < 3; i++)
        tree_put(&tree, (unsigned[]){ TREE_STRUCTURE, TREE_STRINGS_AT, TREE_RESERVE }[i], HEADER_BYTES);
    tree_put(&tree, TREE_STRINGS_SIZE, 0);
    tree_put(&tree, TREE_STRUCTURE_SIZE, 0);
    assert_int_equal(fdt_bytes(tree.bytes, HEADER_BYTES), HEADER_BYTES);
    assert_int_equal(fdt_bytes(tree.bytes, HEADER_BYTES - 1), 0);
    assert_int_equal(fdt_bytes(NULL, HEADER_BYTES), 0);
    assert_about(open_tree(HEADER_BYTES), "reservations");
}

static void blocks_end_where_the_tree_does_and_no_byte_later(void **state)
{
    (void)state;
    tree_start(&tree);
    tree_finish(&tree);
    uint32_t structure = tree_get(&tree, TREE_STRUCTURE), strings = tree_get(&tree, TREE_STRINGS_AT);
    uint32_t total = (uint32_t)tree.total;

    tree_put(&tree, TREE_STRUCTURE_SIZE, total - structure);
    tree_put(&tree, TREE_STRINGS_SIZE, total - strings);
    must_open();
    tree_put(&tree, TREE_STRUCTURE_SIZE, total - structure + 1);
    assert_about(open_tree(tree.total), "structure");
    tree_put(&tree, TREE_STRUCTURE_SIZE, total - structure);
    tree_put(&tree, TREE_STRINGS_SIZE, total - strings + 1);
    assert_about(open_tree(tree.total), "strings");
}

static void versions_that_say_they_are_like_17_are_read(void **state)
{
    (void)state;
    tree_start(&tree);
    tree_finish(&tree);
    tree_put(&tree, TREE_LAST_COMPATIBLE, 17);
    must_open();
    tree_put(&tree, TREE_LAST_COMPATIBLE, 18);
    assert_about(open_tree(tree.total), "version");
    tree_put(&tree, TREE_LAST_COMPATIBLE, 1);
    tree_put(&tree, TREE_VERSION, 16);
    assert_about(open_tree(tree.total), "version");
}

static void strings_end_behind_the_last_zero(void **state)
{
    (void)state;
    tree_start(&tree);
    tree_finish(&tree);
    uint32_t strings = (uint32_t)tree.total;

    memcpy(tree.bytes + strings, "abc\0de\0", 8);
    tree.total += 8;
    tree_put(&tree, TREE_TOTAL, (uint32_t)tree.total);
    tree_put(&tree, TREE_STRINGS_AT, strings);
    tree_put(&tree, TREE_STRINGS_SIZE, 6);
    must_open();
    assert_int_equal(fdt.strings_end, strings + 4);
}

/* --- Reservations ---------------------------------------------------------------- */

static void reservations_end_with_two_numbers_that_are_zero(void **state)
{
    const uint64_t pair[4][2] = { { 5ull << 32 | 3, 0 }, { 0, 1 }, { 0, 1ull << 56 }, { 1ull << 56, 0 } };
    uint64_t start, bytes;

    (void)state;
    tree_start(&tree);
    for (unsigned i = 0; i < 4; i++)
        tree_reserve(&tree, pair[i][0], pair[i][1]);
    tree_finish(&tree);
    must_open();
    assert_int_equal(fdt.reserve_count, 4);
    for (unsigned i = 0; i < 4; i++) {
        fdt_reservation(&fdt, i, &start, &bytes);
        assert_int_equal(start, pair[i][0]);
        assert_int_equal(bytes, pair[i][1]);
    }
}

static void reservations_may_be_the_last_thing_in_the_tree(void **state)
{
    (void)state;
    tree_start(&tree);
    tree_finish(&tree);
    tree_put(&tree, TREE_RESERVE, (uint32_t)tree.total);
    memset(tree.bytes + tree.total, 0, 16);
    tree.total += 16;
    tree_put(&tree, TREE_TOTAL, (uint32_t)tree.total);
    must_open();
    assert_int_equal(fdt.reserve_count, 0);
    tree.total--;
    tree_put(&tree, TREE_TOTAL, (uint32_t)tree.total);
    assert_about(open_tree(tree.total), "reservations");
}

/* --- The walk ------------------------------------------------------------------------ */

static void a_name_may_end_with_the_structure_and_nothing_follows(void **state)
{
    static const char *const names[] = { "", "abc", "abcd", "abcde" };

    (void)state;
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        tree_start(&tree);
        tree_node(&tree, names[i]);
        tree_finish(&tree);
        cut_structure(4 + (uint32_t)strlen(names[i]) + 1);
        must_open();
        assert_int_equal(fdt_next(&cursor), FDT_ITEM_NODE);
        assert_string_equal(cursor.name, names[i]);
        assert_int_equal(fdt_next(&cursor), FDT_ITEM_BROKEN);
        assert_non_null(strstr(cursor.error, "truncated"));
        assert_int_equal(cursor.at, fdt.structure_end);
    }
}

static void a_property_may_end_with_the_structure_and_not_a_byte_beyond(void **state)
{
    (void)state;
    for (uint32_t length = 0; length < 9; length++) {
        tree_start(&tree);
        tree_node(&tree, "");
        tree_token(&tree, TREE_PROPERTY);
        tree_token(&tree, length);
        tree_token(&tree, 0);
        tree_token(&tree, 0x01020304);
        tree_finish(&tree);
        cut_structure(8 + 12 + 4);
        must_open();
        assert_int_equal(fdt_next(&cursor), FDT_ITEM_NODE);
        assert_int_equal(fdt_next(&cursor), length <= 4 ? FDT_ITEM_PROPERTY : FDT_ITEM_BROKEN);
        if (length <= 4)
            assert_int_equal(cursor.value.length, length);
        else
            assert_about(cursor.error, "longer");
    }
}

static void an_empty_property_may_be_the_last_thing(void **state)
{
    (void)state;
    tree_start(&tree);
    tree_node(&tree, "");
    tree_token(&tree, TREE_PROPERTY);
    tree_token(&tree, 0);
    tree_token(&tree, 0);
    tree_finish(&tree);
    cut_structure(8 + 12);
    must_open();
    assert_int_equal(fdt_next(&cursor), FDT_ITEM_NODE);
    assert_int_equal(fdt_next(&cursor), FDT_ITEM_PROPERTY);
    assert_int_equal(fdt_next(&cursor), FDT_ITEM_BROKEN);
    cut_structure(8 + 11);
    must_open();
    assert_int_equal(fdt_next(&cursor), FDT_ITEM_NODE);
    assert_int_equal(fdt_next(&cursor), FDT_ITEM_BROKEN);
    assert_about(cursor.error, "within a property");
}

static void nops_are_passed_by_wherever_they_are(void **state)
{
    static const enum fdt_item items[] = { FDT_ITEM_NODE, FDT_ITEM_PROPERTY, FDT_ITEM_NODE,
                                           FDT_ITEM_NODE_END, FDT_ITEM_NODE_END, FDT_ITEM_FINISHED };

    (void)state;
    tree_start(&tree);
    tree_token(&tree, TREE_NOP);
    tree_node(&tree, "");
    tree_token(&tree, TREE_NOP);
    tree_text(&tree, "model", "m");
    tree_token(&tree, TREE_NOP);
    tree_node(&tree, "child");
    tree_end(&tree);
    tree_token(&tree, TREE_NOP);
    tree_end(&tree);
    tree_token(&tree, TREE_NOP);
    tree_finish(&tree);
    must_open();
    for (unsigned i = 0; i < sizeof items / sizeof items[0]; i++)
        assert_int_equal(fdt_next(&cursor), items[i]);
}

/* --- Values --------------------------------------------------------------------------- */

static void any_string_of_a_list_is_found_and_no_part_of_one(void **state)
{
    struct fdt_value list = value_of("one\0two\0three", 14);

    (void)state;
    assert_true(fdt_lists(list, "one"));
    assert_true(fdt_lists(list, "two"));
    assert_true(fdt_lists(list, "three"));
    assert_false(fdt_lists(list, "tw"));
    assert_false(fdt_lists(list, "wo"));
    assert_false(fdt_lists(list, "twoo"));
    assert_false(fdt_lists(list, "thre"));
    assert_false(fdt_lists(value_of("one\0two", 7), "two")); /* it does not end */
    assert_false(fdt_lists(value_of("", 0), ""));
}

static void cells_beyond_the_value_are_zero(void **state)
{
    struct fdt_value value = value_of("\0\0\0\1\2\0\0\0\0\0\0", 11);

    (void)state;
    assert_int_equal(fdt_cell(value, 0), 1);
    assert_int_equal(fdt_cell(value, 1), 0x02000000);
    assert_int_equal(fdt_cell(value, 2), 0); /* three bytes are no cell */
    assert_int_equal(fdt_cell((struct fdt_value){ NULL, 8 }, 0), 0);
    assert_int_equal(fdt_cells(value, 0, 0), 0);
    assert_int_equal(fdt_cells(value, 0, 2), 1ull << 32 | 0x02000000);
    assert_int_equal(fdt_cells(value, 1, 2), 0x02000000ull << 32);
}

static void a_string_has_an_end(void **state)
{
    const char zero_before[] = { 0, 'x' };

    (void)state;
    assert_string_equal(fdt_string(value_of("text", 5)), "text");
    assert_string_equal(fdt_string(value_of("", 1)), "");
    assert_null(fdt_string(value_of("text", 4)));
    assert_null(fdt_string(value_of(zero_before + 1, 0)));
    assert_null(fdt_string((struct fdt_value){ NULL, 0 }));
    assert_null(fdt_string((struct fdt_value){ NULL, 4 }));
}

static void texts_are_compared_to_their_ends(void **state)
{
    (void)state;
    assert_true(fdt_text_equal("", ""));
    assert_true(fdt_text_equal("same", "same"));
    assert_false(fdt_text_equal("same", "sam"));
    assert_false(fdt_text_equal("sam", "same"));
    assert_false(fdt_text_equal("sane", "same"));
}

static void a_copied_text_fits_and_can_be_printed(void **state)
{
    char text[6];

    (void)state;
    fdt_text_copy(text, sizeof text, "a ~\x7f\x1f" "more");
    assert_string_equal(text, "a ~??");
    fdt_text_copy(text, sizeof text, "\xff\nz");
    assert_string_equal(text, "??z");
    fdt_text_copy(text, 1, "more");
    assert_string_equal(text, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tree_of_nothing_but_a_header_lacks_its_reservations_only),
        cmocka_unit_test(blocks_end_where_the_tree_does_and_no_byte_later),
        cmocka_unit_test(versions_that_say_they_are_like_17_are_read),
        cmocka_unit_test(strings_end_behind_the_last_zero),
        cmocka_unit_test(reservations_end_with_two_numbers_that_are_zero),
        cmocka_unit_test(reservations_may_be_the_last_thing_in_the_tree),
        cmocka_unit_test(a_name_may_end_with_the_structure_and_nothing_follows),
        cmocka_unit_test(a_property_may_end_with_the_structure_and_not_a_byte_beyond),
        cmocka_unit_test(an_empty_property_may_be_the_last_thing),
        cmocka_unit_test(nops_are_passed_by_wherever_they_are),
        cmocka_unit_test(any_string_of_a_list_is_found_and_no_part_of_one),
        cmocka_unit_test(cells_beyond_the_value_are_zero),
        cmocka_unit_test(a_string_has_an_end),
        cmocka_unit_test(texts_are_compared_to_their_ends),
        cmocka_unit_test(a_copied_text_fits_and_can_be_printed),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    free(copy);
    return failed;
}
