/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's image on the host: its bytes and symbols, and code of it that runs
 * over the host's memory.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "arch/arm64/offsets.h"
#include "tests/a64/image.h"

#define KERNEL_BASE 0xffffffff80000000u
#define RETURN      0x1000u /* nothing is there: a run that returns ends */
#define STACK_BYTES 4096

static struct image image;
static struct a64 core;
static uint64_t stack[STACK_BYTES / 8] __attribute__((aligned(16)));

static int open_kernel(void **state)
{
    (void)state;
    return image_open_built(&image, "kernel.elf") == NULL ? 0 : -1;
}

static int close_kernel(void **state)
{
    (void)state;
    image_close(&image);
    return 0;
}

static void begin(void)
{
    a64_init(&core);
    image_map(&image, &core);
    a64_map_host(&core, stack, sizeof stack, A64_RW);
    a64_stop_at(&core, RETURN);
    core.sp = (uintptr_t)stack + sizeof stack;
    core.x[30] = RETURN;
}

static void call(const char *name)
{
    core.pc = image_symbol(&image, name);
    if (a64_run(&core, 100000) == A64_REACHED)
        return;
    image_explain(&image, &core);
    fail();
}

static void symbols_are_where_the_image_has_them(void **state)
{
    uint64_t vectors, bytes;

    (void)state;
    assert_int_equal(image_symbol(&image, "image_start"), KERNEL_BASE);
    assert_true(image_find(&image, "vectors", &vectors, NULL));
    assert_int_equal(vectors % 2048, 0);
    assert_true(image_find(&image, "kernel_syscall", &vectors, &bytes));
    assert_in_range(bytes, 4, 4096);
    assert_false(image_find(&image, "kernel_sysca", &vectors, &bytes));
    assert_false(image_find(&image, "", &vectors, &bytes));
    assert_false(image_find(&image, "$x", &vectors, &bytes));
}

static void addresses_have_names(void **state)
{
    uint64_t at = image_symbol(&image, "kernel_syscall");
    char text[64];

    (void)state;
    assert_string_equal(image_name(&image, at, text, sizeof text), "kernel_syscall+0");
    assert_string_equal(image_name(&image, at + 28, text, sizeof text), "kernel_syscall+0x1c");
    assert_string_equal(image_name(&image, 0x1234, text, sizeof text), "0x1234");
}

static void bytes_are_those_that_are_loaded(void **state)
{
    uint32_t start = 0, *first = image_at(&image, KERNEL_BASE, sizeof start);
    uint64_t end = image_symbol(&image, "image_end");
    uint8_t *last = image_at(&image, end - 1, 1);

    (void)state;
    assert_non_null(first);
    assert_int_not_equal(*first, start);
    assert_non_null(last); /* of .bss, of which the file has nothing */
    assert_int_equal(*last, 0);
    assert_null(image_at(&image, end, 1));
    assert_null(image_at(&image, end - 1, 2));
    assert_null(image_at(&image, KERNEL_BASE - 1, 1));
    *last = 5;
    image_reset(&image);
    assert_int_equal(*last, 0);
}

static void a_function_of_the_kernel_runs_over_memory_of_the_host(void **state)
{
    static const char from[] = "as much as needs more than one turn of any loop, and a bit";
    char to[sizeof from] = "";

    (void)state;
    begin();
    a64_map_host(&core, (void *)(uintptr_t)from, sizeof from, A64_READ);
    a64_map_host(&core, to, sizeof to, A64_RW);
    core.x[0] = (uintptr_t)to;
    core.x[1] = (uintptr_t)from;
    core.x[2] = sizeof from;
    call("memcpy");
    assert_string_equal(to, from);
    assert_int_equal(core.x[0], (uintptr_t)to);
}

static void code_cannot_be_written(void **state)
{
    char byte = 0;

    (void)state;
    begin();
    a64_map_host(&core, &byte, 1, A64_RW);
    core.x[0] = KERNEL_BASE;
    core.x[1] = (uintptr_t)&byte;
    core.x[2] = 1;
    core.pc = image_symbol(&image, "memcpy");
    assert_int_equal(a64_run(&core, 1000), A64_BAD_ADDRESS);
}

/* fp.S: all of the vector registers, and both that say how they are used. */
static void vector_registers_are_saved_and_loaded(void **state)
{
    static uint64_t saved[FP_Q(32) / 8] __attribute__((aligned(16)));
    uint64_t before[32][2];

    (void)state;
    begin();
    a64_map_host(&core, saved, sizeof saved, A64_RW);
    for (unsigned index = 0; index < 64; index++)
        core.q[index / 2][index % 2] = before[index / 2][index % 2] = 1000 + index;
    core.system[A64_FPSR] = 1;
    core.system[A64_FPCR] = 1 << 24;
    core.x[0] = (uintptr_t)saved;
    call("fp_save");
    assert_memory_equal(saved + FP_Q(0) / 8, before, sizeof before);
    assert_int_equal(saved[FP_STATUS / 8], 1);

    begin();
    a64_map_host(&core, saved, sizeof saved, A64_READ);
    core.x[0] = (uintptr_t)saved;
    call("fp_load");
    assert_memory_equal(core.q, before, sizeof before);
    assert_int_equal(core.system[A64_FPSR], 1);
    assert_int_equal(core.system[A64_FPCR], 1 << 24);
}

/* A copy of the kernel's file, of `bytes` bytes, and one of them changed. */
static const char *open_damaged(size_t bytes, size_t at, uint8_t value)
{
    char path[] = "/tmp/thole-image-XXXXXX";
    int file = mkstemp(path);
    struct image other;
    const char *wrong;

    assert_true(file >= 0);
    assert_int_equal(write(file, image.file, bytes), bytes);
    if (at < bytes)
        assert_int_equal(pwrite(file, &value, 1, (off_t)at), 1);
    close(file);
    wrong = image_open(&other, path);
    if (wrong == NULL)
        image_close(&other);
    unlink(path);
    return wrong;
}

static void a_damaged_file_is_refused(void **state)
{
    (void)state;
    assert_null(open_damaged(image.file_bytes, SIZE_MAX, 0));
    assert_non_null(open_damaged(image.file_bytes, 0, 0));
    assert_non_null(open_damaged(image.file_bytes, 47, 0x7f)); /* where the sections are */
    assert_non_null(open_damaged(image.file_bytes, 60, 0));    /* how many there are */
    assert_non_null(open_damaged(image.file_bytes - 1, SIZE_MAX, 0));
    assert_non_null(open_damaged(100, SIZE_MAX, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(symbols_are_where_the_image_has_them),
        cmocka_unit_test(addresses_have_names),
        cmocka_unit_test(bytes_are_those_that_are_loaded),
        cmocka_unit_test(a_function_of_the_kernel_runs_over_memory_of_the_host),
        cmocka_unit_test(code_cannot_be_written),
        cmocka_unit_test(vector_registers_are_saved_and_loaded),
        cmocka_unit_test(a_damaged_file_is_refused),
    };

    return cmocka_run_group_tests(tests, open_kernel, close_kernel);
}
