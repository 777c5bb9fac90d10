/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The archive reader: files are found in a sound archive, and a damaged one
 * gets a sentence instead of a byte that is not its own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "cpio_builder.h"
#include "lib/image/cpio.h"

static struct cpio_built archive;

static void three_files(void)
{
    archive.total = 0;
    cpio_build(&archive, ".", CPIO_BUILT_FOLDER, "");
    cpio_build(&archive, "clock", CPIO_BUILT_FILE, "tick");
    cpio_build(&archive, "./console", CPIO_BUILT_FILE, "hello");
    cpio_build(&archive, "folder", CPIO_BUILT_FOLDER, "");
    cpio_build(&archive, "folder/shell", CPIO_BUILT_FILE, "");
    cpio_build(&archive, CPIO_BUILT_TRAILER, 0, "");
}

/* Walks all of the first `bytes`, in an allocation that ends there. */
static enum cpio_error walk(size_t bytes, unsigned *files)
{
    struct cpio_cursor cursor;
    struct cpio_file found;
    volatile uint8_t sum = 0;
    uint8_t *copy = malloc(bytes + 1);
    assert_non_null(copy);
    memcpy(copy + 1, archive.bytes, bytes);
    cpio_start(&cursor, copy + 1, bytes);
    enum cpio_error error = cpio_next(&cursor, &found);
    for (*files = 0; error == CPIO_OK; error = cpio_next(&cursor, &found)) {
        (*files)++;
        assert_true(strlen(found.name) >= 1 && strlen(found.name) <= CPIO_NAME_MAX);
        for (size_t i = 0; i < found.bytes; i++)
            sum = (uint8_t)(sum + found.data[i]);
    }
    free(copy);
    return error;
}

static void assert_error(enum cpio_error found, enum cpio_error expected)
{
    if (found != expected)
        fail_msg("found \"%s\", expected \"%s\"", cpio_error_text(found), cpio_error_text(expected));
}

static enum cpio_error find(const char *name, struct cpio_file *found)
{
    return cpio_find(archive.bytes, archive.total, name, found);
}

static void files_are_found_by_name(void **state)
{
    struct cpio_file found;
    (void)state;
    three_files();
    assert_error(find("clock", &found), CPIO_OK);
    assert_int_equal(found.bytes, 4);
    assert_memory_equal(found.data, "tick", 4);
    assert_error(find("console", &found), CPIO_OK);
    assert_memory_equal(found.data, "hello", 5);
    assert_error(find("folder/shell", &found), CPIO_OK);
    assert_int_equal(found.bytes, 0);
}

static void what_is_not_there_or_no_file_is_not_found(void **state)
{
    struct cpio_file found;
    (void)state;
    three_files();
    assert_error(find("cloc", &found), CPIO_NOT_FOUND);
    assert_error(find("clocks", &found), CPIO_NOT_FOUND);
    assert_error(find("", &found), CPIO_NOT_FOUND);
    assert_error(find("folder", &found), CPIO_NOT_FOUND);
    assert_error(find(CPIO_BUILT_TRAILER, &found), CPIO_NOT_FOUND);
}

static void a_walk_meets_every_entry_once(void **state)
{
    unsigned files;
    (void)state;
    three_files();
    assert_error(walk(archive.total, &files), CPIO_END);
    assert_int_equal(files, 5);
}

static void no_archive_is_said_to_be_none(void **state)
{
    struct cpio_file found;
    (void)state;
    assert_error(cpio_find(NULL, 0, "clock", &found), CPIO_EMPTY);
    assert_error(cpio_find(archive.bytes, 0, "clock", &found), CPIO_EMPTY);
}

static void what_is_no_archive_is_refused(void **state)
{
    struct cpio_file found;
    (void)state;
    three_files();
    memcpy(archive.bytes, "070707", 6);
    assert_error(find("clock", &found), CPIO_NOT_CPIO);
    memset(archive.bytes, 0, sizeof archive.bytes);
    assert_error(find("clock", &found), CPIO_NOT_CPIO);
}

static void an_archive_that_is_cut_off_anywhere_is_refused(void **state)
{
    unsigned files;
    (void)state;
    three_files();
    for (size_t bytes = 0; bytes < archive.total - 1; bytes++) {
        enum cpio_error error = walk(bytes, &files);
        if (error == CPIO_OK || (error == CPIO_END && bytes < archive.total - 3))
            fail_msg("%zu bytes of %zu give \"%s\"", bytes, archive.total, cpio_error_text(error));
    }
}

static void numbers_that_lie_are_refused(void **state)
{
    static const struct { size_t at; uint32_t value; enum cpio_error error; } cases[] = {
        { CPIO_AT_NAME_BYTES, 0, CPIO_BAD_NAME },
        { CPIO_AT_NAME_BYTES, 1, CPIO_BAD_NAME },
        { CPIO_AT_NAME_BYTES, 3, CPIO_BAD_NAME },
        { CPIO_AT_NAME_BYTES, 7, CPIO_BAD_NAME },
        { CPIO_AT_NAME_BYTES, 257, CPIO_BAD_NAME },
        { CPIO_AT_NAME_BYTES, UINT32_MAX, CPIO_BAD_NAME },
        { CPIO_AT_BYTES, UINT32_MAX, CPIO_OUTSIDE },
        { CPIO_AT_BYTES, 0x7fffffff, CPIO_OUTSIDE },
        { CPIO_AT_BYTES, 0x10000, CPIO_OUTSIDE },
        { CPIO_AT_BYTES, 8, CPIO_NOT_CPIO },
    };
    unsigned files;
    (void)state;
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        archive.total = 0;
        cpio_build(&archive, "clock", CPIO_BUILT_FILE, "tick");
        cpio_build(&archive, "other", CPIO_BUILT_FILE, "text");
        cpio_build(&archive, CPIO_BUILT_TRAILER, 0, "");
        cpio_put(&archive, cases[i].at, cases[i].value);
        assert_error(walk(archive.total, &files), cases[i].error);
    }
}

static void a_number_that_is_none_is_refused(void **state)
{
    unsigned files;
    (void)state;
    for (size_t at = 6; at < 110; at++) {
        three_files();
        archive.bytes[at] = at % 2 != 0 ? 'g' : '/';
        assert_error(walk(archive.total, &files), CPIO_BAD_NUMBER);
    }
}

static void a_name_without_its_zero_or_without_letters_is_refused(void **state)
{
    unsigned files;
    (void)state;
    archive.total = 0;
    cpio_build(&archive, "clock", CPIO_BUILT_FILE, "tick");
    archive.bytes[CPIO_AT_NAME + 5] = 'x';
    assert_error(walk(archive.total, &files), CPIO_BAD_NAME);

    archive.total = 0;
    cpio_build(&archive, "", CPIO_BUILT_FILE, "tick");
    assert_error(walk(archive.total, &files), CPIO_BAD_NAME);
}

static void the_longest_name_is_found_and_a_longer_one_refused(void **state)
{
    char name[CPIO_NAME_MAX + 2];
    struct cpio_file found;
    (void)state;
    memset(name, 'n', sizeof name);
    name[CPIO_NAME_MAX + 1] = '\0';
    archive.total = 0;
    cpio_build(&archive, name + 1, CPIO_BUILT_FILE, "x");
    cpio_build(&archive, name, CPIO_BUILT_FILE, "x");
    assert_error(find(name + 1, &found), CPIO_OK);
    assert_error(find("other", &found), CPIO_BAD_NAME);
}

static void a_file_before_the_damage_is_found(void **state)
{
    struct cpio_file found;
    (void)state;
    three_files();
    archive.total -= 124;
    assert_error(find("clock", &found), CPIO_OK);
    assert_error(find("nowhere", &found), CPIO_NO_TRAILER);
}

static void any_single_damaged_byte_stays_inside(void **state)
{
    unsigned files;
    (void)state;
    three_files();
    for (size_t at = 0; at < archive.total; at++) {
        uint8_t sound = archive.bytes[at];
        for (unsigned bit = 0; bit < 8; bit++) {
            archive.bytes[at] = (uint8_t)(sound ^ 1u << bit);
            assert_int_not_equal(walk(archive.total, &files), CPIO_OK);
            assert_true(files <= 6);   /* a damaged trailer may be a file */
        }
        archive.bytes[at] = sound;
    }
}

static void every_error_has_a_sentence(void **state)
{
    (void)state;
    for (unsigned i = 0; i < CPIO_ERROR_COUNT; i++)
        assert_true(strlen(cpio_error_text((enum cpio_error)i)) > 10);
    assert_non_null(cpio_error_text(CPIO_ERROR_COUNT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_are_found_by_name),
        cmocka_unit_test(what_is_not_there_or_no_file_is_not_found),
        cmocka_unit_test(a_walk_meets_every_entry_once),
        cmocka_unit_test(no_archive_is_said_to_be_none),
        cmocka_unit_test(what_is_no_archive_is_refused),
        cmocka_unit_test(an_archive_that_is_cut_off_anywhere_is_refused),
        cmocka_unit_test(numbers_that_lie_are_refused),
        cmocka_unit_test(a_number_that_is_none_is_refused),
        cmocka_unit_test(a_name_without_its_zero_or_without_letters_is_refused),
        cmocka_unit_test(the_longest_name_is_found_and_a_longer_one_refused),
        cmocka_unit_test(a_file_before_the_damage_is_found),
        cmocka_unit_test(any_single_damaged_byte_stays_inside),
        cmocka_unit_test(every_error_has_a_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
