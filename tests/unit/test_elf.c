/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ELF reader: a sound program is described exactly, and each way of being
 * unsound has its own sentence.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "elf_builder.h"
#include "lib/image/elf.h"

#define WINDOW_START 0x400000u
#define WINDOW_END   0x10000000u

static uint8_t file[ELF_BUILT_BYTES];
static struct elf_image image;

/* The file lies at an odd address, in an allocation that ends where it does. */
static enum elf_error read_bytes(size_t bytes)
{
    const struct elf_window window = { WINDOW_START, WINDOW_END };
    uint8_t *copy = malloc(bytes + 1);
    assert_non_null(copy);
    memcpy(copy + 1, file, bytes);
    enum elf_error error = elf_read(copy + 1, bytes, window, &image);
    free(copy);
    return error;
}

static void assert_error(enum elf_error found, enum elf_error expected)
{
    if (found != expected)
        fail_msg("found \"%s\", expected \"%s\"", elf_error_text(found), elf_error_text(expected));
}

static void a_sound_program_is_described(void **state)
{
    (void)state;
    elf_build(file);
    assert_error(read_bytes(sizeof file), ELF_OK);
    assert_int_equal(image.entry, ELF_BUILT_ENTRY);
    assert_int_equal(image.segment_count, 3);
    assert_int_equal(image.segment[0].flags, ELF_READ | ELF_EXECUTE);
    assert_int_equal(image.segment[2].address, 0x403080);
    assert_int_equal(image.segment[2].file_offset, 0x3080);
    assert_int_equal(image.segment[2].file_bytes, 0x80);
    assert_int_equal(image.segment[2].memory_bytes, 0x5000);
    assert_int_equal(image.segment[2].flags, ELF_READ | ELF_WRITE);
}

static void what_is_not_loaded_does_not_matter(void **state)
{
    (void)state;
    elf_build(file);
    elf_put(file, elf_built_at(1, SEGMENT_TYPE), 4, 4);
    elf_put(file, elf_built_at(1, SEGMENT_OFFSET), 8, UINT64_MAX);
    assert_error(read_bytes(sizeof file), ELF_OK);
    assert_int_equal(image.segment_count, 2);

    elf_build(file);
    elf_put(file, elf_built_at(1, SEGMENT_FILE_BYTES), 8, 0);
    elf_put(file, elf_built_at(1, SEGMENT_MEMORY_BYTES), 8, 0);
    assert_error(read_bytes(sizeof file), ELF_OK);
    assert_int_equal(image.segment_count, 2);
}

struct damage {
    size_t at;
    unsigned bytes;
    uint64_t value;
    enum elf_error error;
};

static void assert_damages(const struct damage *damages, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        elf_build(file);
        elf_put(file, damages[i].at, damages[i].bytes, damages[i].value);
        enum elf_error found = read_bytes(sizeof file);
        if (found != damages[i].error)
            fail_msg("damage %zu: found \"%s\", expected \"%s\"", i, elf_error_text(found),
                     elf_error_text(damages[i].error));
    }
}

static void a_damaged_header_is_refused(void **state)
{
    static const struct damage damages[] = {
        { 0, 1, 0, ELF_NOT_ELF },
        { 3, 1, 'f', ELF_NOT_ELF },
        { BUILT_CLASS, 1, 1, ELF_WRONG_CLASS },
        { BUILT_DATA, 1, 2, ELF_WRONG_CLASS },
        { BUILT_VERSION, 1, 0, ELF_WRONG_CLASS },
        { BUILT_MACHINE, 2, 62, ELF_WRONG_MACHINE },
        { BUILT_TYPE, 2, 3, ELF_WRONG_TYPE },
        { BUILT_TYPE, 2, 1, ELF_WRONG_TYPE },
        { BUILT_HEADER_BYTES, 2, 55, ELF_BAD_HEADERS },
        { BUILT_HEADER_BYTES, 2, 0, ELF_BAD_HEADERS },
        { BUILT_HEADER_COUNT, 2, 0xffff, ELF_BAD_HEADERS },
        { BUILT_HEADERS, 8, sizeof file, ELF_BAD_HEADERS },
        { BUILT_HEADERS, 8, sizeof file - 56, ELF_BAD_HEADERS },
        { BUILT_HEADERS, 8, UINT64_MAX - 55, ELF_BAD_HEADERS },
        { BUILT_HEADERS, 8, UINT64_MAX, ELF_BAD_HEADERS },
        { BUILT_HEADER_COUNT, 2, 0, ELF_NO_SEGMENT },
        { BUILT_ENTRY, 8, 0, ELF_BAD_ENTRY },
        { BUILT_ENTRY, 8, ELF_BUILT_ENTRY + 2, ELF_BAD_ENTRY },
        { BUILT_ENTRY, 8, 0x4017fc, ELF_OK },
        { BUILT_ENTRY, 8, 0x401800, ELF_BAD_ENTRY },
        { BUILT_ENTRY, 8, 0x402000, ELF_BAD_ENTRY },
        { BUILT_ENTRY, 8, 0x403080, ELF_BAD_ENTRY },
        { BUILT_ENTRY, 8, UINT64_MAX - 3, ELF_BAD_ENTRY },
    };
    (void)state;
    assert_damages(damages, sizeof damages / sizeof damages[0]);
}

#define AT(index, field) (64 + (index) * 56 + (field))

static void a_damaged_segment_is_refused(void **state)
{
    static const struct damage damages[] = {
        { AT(1, SEGMENT_TYPE), 4, 2, ELF_DYNAMIC },
        { AT(1, SEGMENT_TYPE), 4, 3, ELF_DYNAMIC },
        { AT(1, SEGMENT_OFFSET), 8, 0x4000, ELF_OUTSIDE_FILE },
        { AT(1, SEGMENT_OFFSET), 8, UINT64_MAX - 0xfff, ELF_OUTSIDE_FILE },
        { AT(1, SEGMENT_FILE_BYTES), 8, UINT64_MAX, ELF_OUTSIDE_FILE },
        { AT(2, SEGMENT_FILE_BYTES), 8, 0x81, ELF_OUTSIDE_FILE },
        { AT(1, SEGMENT_MEMORY_BYTES), 8, 0x7ff, ELF_BAD_SIZE },
        { AT(1, SEGMENT_MEMORY_BYTES), 8, 0, ELF_BAD_SIZE },
        { AT(1, SEGMENT_ALIGN), 8, 0, ELF_BAD_ALIGNMENT },
        { AT(1, SEGMENT_ALIGN), 8, 8, ELF_BAD_ALIGNMENT },
        { AT(1, SEGMENT_ALIGN), 8, 0x10000, ELF_OK },
        { AT(1, SEGMENT_ADDRESS), 8, 0x402008, ELF_BAD_ALIGNMENT },
        { AT(1, SEGMENT_ADDRESS), 8, 0x3ff000, ELF_OUTSIDE_WINDOW },
        { AT(1, SEGMENT_ADDRESS), 8, 0, ELF_OUTSIDE_WINDOW },
        { AT(1, SEGMENT_ADDRESS), 8, WINDOW_END, ELF_OUTSIDE_WINDOW },
        { AT(1, SEGMENT_ADDRESS), 8, WINDOW_END - 0x1000, ELF_OK },
        { AT(1, SEGMENT_ADDRESS), 8, UINT64_MAX - 0xfff, ELF_OUTSIDE_WINDOW },
        { AT(2, SEGMENT_MEMORY_BYTES), 8, UINT64_MAX, ELF_OUTSIDE_WINDOW },
        { AT(2, SEGMENT_MEMORY_BYTES), 8, WINDOW_END - 0x403080, ELF_OK },
        { AT(2, SEGMENT_MEMORY_BYTES), 8, WINDOW_END - 0x403080 + 1, ELF_OUTSIDE_WINDOW },
        { AT(2, SEGMENT_FLAGS), 4, 7, ELF_BAD_RIGHTS },
        { AT(2, SEGMENT_FLAGS), 4, 2, ELF_BAD_RIGHTS },
        { AT(2, SEGMENT_FLAGS), 4, 0, ELF_BAD_RIGHTS },
        { AT(1, SEGMENT_ADDRESS), 8, 0x401000, ELF_OVERLAP },
        { AT(1, SEGMENT_ADDRESS), 8, 0x408000, ELF_OVERLAP },
        { AT(1, SEGMENT_ADDRESS), 8, 0x409000, ELF_OK },
        { AT(0, SEGMENT_FLAGS), 4, 4, ELF_BAD_ENTRY },
    };
    (void)state;
    assert_damages(damages, sizeof damages / sizeof damages[0]);
}

static void segments_that_share_only_a_page_are_refused(void **state)
{
    (void)state;
    elf_build(file);
    elf_put(file, elf_built_at(2, SEGMENT_ADDRESS), 8, 0x402880);
    elf_put(file, elf_built_at(2, SEGMENT_OFFSET), 8, 0x2880);
    assert_error(read_bytes(sizeof file), ELF_OVERLAP);
}

static void more_than_eight_segments_are_refused(void **state)
{
    (void)state;
    for (unsigned count = 8; count <= 9; count++) {
        elf_build(file);
        elf_put(file, BUILT_HEADER_COUNT, 2, count);
        for (unsigned i = 1; i < count; i++) {
            memcpy(file + AT(i, 0), file + AT(0, 0), 56);
            elf_put(file, elf_built_at(i, SEGMENT_ADDRESS), 8, 0x400000 + i * 0x10000);
        }
        assert_error(read_bytes(sizeof file), count <= 8 ? ELF_OK : ELF_TOO_MANY_SEGMENTS);
    }
}

static void a_program_that_is_cut_off_anywhere_is_refused(void **state)
{
    (void)state;
    elf_build(file);
    for (size_t bytes = 0; bytes < sizeof file; bytes++)
        assert_int_not_equal(read_bytes(bytes), ELF_OK);
    assert_error(read_bytes(0), ELF_TOO_SHORT);
    assert_error(read_bytes(63), ELF_TOO_SHORT);
    assert_error(read_bytes(64), ELF_BAD_HEADERS);
    assert_error(read_bytes(sizeof file - 1), ELF_OUTSIDE_FILE);
}

static void every_error_has_a_sentence(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ELF_ERROR_COUNT; i++)
        assert_true(strlen(elf_error_text((enum elf_error)i)) > 10);
    assert_non_null(elf_error_text((enum elf_error)-1));
    assert_non_null(elf_error_text(ELF_ERROR_COUNT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sound_program_is_described),
        cmocka_unit_test(what_is_not_loaded_does_not_matter),
        cmocka_unit_test(a_damaged_header_is_refused),
        cmocka_unit_test(a_damaged_segment_is_refused),
        cmocka_unit_test(segments_that_share_only_a_page_are_refused),
        cmocka_unit_test(more_than_eight_segments_are_refused),
        cmocka_unit_test(a_program_that_is_cut_off_anywhere_is_refused),
        cmocka_unit_test(every_error_has_a_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
