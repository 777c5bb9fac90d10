/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Thread-local data: each thread has its own TPIDR_EL0, and so its own copy.
 * Main has none until a test gives it one.
 */
#include "conformance.h"

#include <string.h>

#define THREADS     8
#define ROUNDS      200
#define HEADER      16  /* before the data, by the AArch64 ELF ABI */
#define BLOCK_BYTES 256

extern const char image_local_start[], image_local_data_bytes[], image_local_bytes[];

static _Thread_local uint64_t initialised = 0x1234;
static _Thread_local uint64_t zero;
static _Thread_local uint64_t values[4];

static uint8_t block[THREADS + 1][BLOCK_BYTES] __attribute__((aligned(16)));

static uint64_t block_make(unsigned index)
{
    size_t data = (size_t)(uintptr_t)image_local_data_bytes;

    CHECK(HEADER + (size_t)(uintptr_t)image_local_bytes <= BLOCK_BYTES);
    memset(block[index], 0, BLOCK_BYTES);
    memcpy(block[index] + HEADER, image_local_start, data);
    return (uintptr_t)block[index];
}

/* So that main has a copy for as long as a test lasts. */
static void main_local(void)
{
    __asm__ volatile("msr tpidr_el0, %0" ::"r"(block_make(THREADS)) : "memory");
}

static void local_data_is_initialised_and_the_rest_zero(void)
{
    main_local();
    CHECK_EQUAL(initialised, 0x1234);
    CHECK_EQUAL(zero, 0);
    for (unsigned i = 0; i < 4; i++)
        CHECK_EQUAL(values[i], 0);
    zero = 5;
    settle();
    CHECK_EQUAL(zero, 5);
}

static uint64_t write_and_read(void *argument, struct message *first)
{
    uint64_t name = (uintptr_t)argument;

    (void)first;
    CHECK_EQUAL(initialised, 0x1234);
    for (unsigned i = 0; i < 4; i++)
        values[i] = name * 10 + i;
    zero = name;
    for (unsigned round = 0; round < 5; round++)
        thole_yield();
    for (unsigned i = 0; i < 4; i++)
        CHECK_EQUAL(values[i], name * 10 + i);
    CHECK_EQUAL(zero, name);
    return name;
}

static void threads_keep_their_own_copies(void)
{
    struct helper *helper[THREADS];

    main_local();
    zero = 99;
    for (unsigned i = 0; i < THREADS; i++)
        helper[i] = HELPER_GO(write_and_read, i, PRIORITY_LOW, .local = block_make(i));
    for (unsigned i = 0; i < THREADS; i++)
        CHECK_EQUAL(helper_join(helper[i]), i);
    CHECK_EQUAL(zero, 99);
}

static uint64_t increment(void *argument, struct message *first)
{
    (void)argument;
    (void)first;
    for (unsigned i = 0; i < ROUNDS; i++) {
        volatile uint64_t *plain = &values[0];

        ++*plain;
        __atomic_fetch_add(&values[1], 1, __ATOMIC_RELAXED);
        if (i % 7 == 0)
            thole_yield();
    }
    CHECK_EQUAL(values[0], ROUNDS);
    CHECK_EQUAL(values[1], ROUNDS);
    return 0;
}

static void threads_count_in_their_own_copies_without_interference(void)
{
    struct helper *helper[THREADS];

    for (unsigned i = 0; i < THREADS; i++)
        helper[i] = HELPER_GO(increment, NULL, PRIORITY_LOW, .local = block_make(i),
                              .core = i % boot->cores_running);
    for (unsigned i = 0; i < THREADS; i++)
        CHECK_EQUAL(helper_join(helper[i]), 0);
}

static const struct test tests[] = {
    TEST(local_data_is_initialised_and_the_rest_zero, "TLS0001", 0),
    TEST(threads_keep_their_own_copies, "TLS0002", 0),
    TEST(threads_count_in_their_own_copies_without_interference, "TLS0006", 0),
};

const struct test_group local_group = TEST_GROUP(tests);
