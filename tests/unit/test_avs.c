/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The Pi's thermometer, device and protocol. The model of the device is its one register:
 * the codes stand beside temperatures worked out by hand from the tree's coefficients.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake_program.h"

int avs_main(void);
#define main avs_main
#include "drivers/thermal/bcm2711/main.c"
#undef main

#define VALID     (1u << 16)
#define VALID_TOO (1u << 10)

static uint32_t status; /* of the modelled register */
static const struct startup_edge *client;

uint32_t avs_read(const struct avs *device, enum avs_register which)
{
    (void)device;
    assert_int_equal(which, 0x200);
    return status;
}

static int with_driver(void **unused)
{
    (void)unused;
    fake_reset();
    fake.registers = 0xf00;
    client = fake_edge(EDGE_PROVIDE, "board", NULL, 0);
    assert_int_equal(fake_start(avs_main), -1);
    return 0;
}

static uint32_t ask(int64_t *thousandths)
{
    uint64_t word[6] = {0};
    uint32_t result = fake_request(client, TEMPERATURE_READ, word);
    *thousandths = (int64_t)word[0];
    return result;
}

static void codes_are_the_temperatures_of_the_tree(void **unused)
{
    (void)unused;
    const struct {
        uint32_t code;
        int64_t thousandths;
    } table[] = {{750, 44790}, {667, 85211}, {842, -14}, {841, 473}, {900, -28260}, {534, 149982}};
    for (unsigned i = 0; i < COUNT_OF(table); i++) {
        int64_t thousandths;
        status = VALID | VALID_TOO | table[i].code;
        assert_int_equal(ask(&thousandths), SERVICE_OK);
        assert_int_equal(thousandths, table[i].thousandths);
    }
}

static void either_valid_bit_will_do_and_other_bits_do_not_matter(void **unused)
{
    (void)unused;
    const uint32_t valid[] = {VALID, VALID_TOO, VALID | VALID_TOO, VALID | 0xfffef800};
    for (unsigned i = 0; i < COUNT_OF(valid); i++) {
        int64_t thousandths;
        status = valid[i] | 750;
        assert_int_equal(ask(&thousandths), SERVICE_OK);
        assert_int_equal(thousandths, 44790);
    }
}

static void what_is_not_valid_fails(void **unused)
{
    (void)unused;
    const uint32_t wrong[] = {0, 750, 0xfffefbff, 0xfffef800 | 750};
    for (unsigned i = 0; i < COUNT_OF(wrong); i++) {
        int64_t thousandths;
        status = wrong[i];
        assert_int_equal(ask(&thousandths), SERVICE_FAILED);
    }
}

static void what_no_chip_can_be_fails(void **unused)
{
    (void)unused;
    const uint32_t wrong[] = {VALID, VALID | 533, VALID | 955, VALID | 1023, UINT32_MAX};
    for (unsigned i = 0; i < COUNT_OF(wrong); i++) {
        int64_t thousandths;
        status = wrong[i];
        assert_int_equal(ask(&thousandths), SERVICE_FAILED);
    }
}

static void without_registers_it_says_so_and_ends(void **unused)
{
    (void)unused;
    fake.registers = 0x200;
    assert_int_equal(fake_start(avs_main), PROGRAM_EXIT_FOR_GOOD);
    assert_int_equal(fake.logs, 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, with_driver)
    const struct CMUnitTest tests[] = {
        TEST(codes_are_the_temperatures_of_the_tree),
        TEST(either_valid_bit_will_do_and_other_bits_do_not_matter),
        TEST(what_is_not_valid_fails),
        TEST(what_no_chip_can_be_fails),
        TEST(without_registers_it_says_so_and_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
