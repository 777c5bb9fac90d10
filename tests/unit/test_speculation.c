/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the kernel does against speculation, for cores as their ID registers
 * describe them and firmware as it answers: arch/arm64/speculation.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "speculation.h"

#define CSV2(value)   ((uint64_t)(value) << 56)
#define SSBS          (1ULL << 4)
#define NEEDED        0
#define NOT_NEEDED    1
#define NOT_SUPPORTED (-1)

#define ALL(conduit, answer) {conduit, answer, answer}

struct expectation {
    const char *what;
    struct speculation_core core;
    struct speculation_firmware firmware;
    struct speculation decision;
};

static const struct expectation expectations[] = {
    {"no firmware", {0}, ALL(SMCCC_NONE, NEEDED), {false, false}},
    {"firmware that knows nothing", {0}, ALL(SMCCC_SMC, NOT_SUPPORTED), {false, false}},
    {"all offered by SMC", {0}, ALL(SMCCC_SMC, NEEDED), {true, true}},
    {"all offered by HVC", {0}, ALL(SMCCC_HVC, NEEDED), {true, true}},
    {"not needed", {0}, ALL(SMCCC_SMC, NOT_NEEDED), {false, false}},
    {"v2 only", {0}, {SMCCC_HVC, NEEDED, NOT_SUPPORTED}, {true, false}},
    {"v4 only", {0}, {SMCCC_HVC, NOT_SUPPORTED, NEEDED}, {false, true}},
    {"v4 not required", {0}, {SMCCC_HVC, NEEDED, -2}, {true, false}},
    {"CSV2", {.pfr0 = CSV2(1)}, ALL(SMCCC_SMC, NEEDED), {false, true}},
    {"SSBS", {.pfr1 = SSBS}, ALL(SMCCC_SMC, NEEDED), {true, false}},
    {"CSV2 and SSBS", {.pfr0 = CSV2(3), .pfr1 = SSBS}, ALL(SMCCC_SMC, NEEDED), {false, false}},
    {"bits beside them", {.pfr0 = ~CSV2(15), .pfr1 = ~(15 * SSBS)}, ALL(SMCCC_SMC, NEEDED),
     {true, true}},
};

static void each_core_and_firmware_gets_what_it_needs(void **state)
{
    (void)state;
    for (size_t index = 0; index < sizeof expectations / sizeof expectations[0]; index++) {
        const struct expectation *row = &expectations[index];
        struct speculation decision = speculation_decide(&row->core, &row->firmware);

        if (decision.predictor_by_firmware != row->decision.predictor_by_firmware ||
            decision.store_by_firmware != row->decision.store_by_firmware)
            fail_msg("%s: predictor %d, stores %d", row->what, decision.predictor_by_firmware,
                     decision.store_by_firmware);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_core_and_firmware_gets_what_it_needs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
