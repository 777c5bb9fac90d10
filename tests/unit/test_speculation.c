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

#define CORTEX_A53  0x410fd034u
#define CORTEX_A57  0x411fd070u
#define CORTEX_A72  0x410fd083u
#define CORTEX_A73  0x411fd091u
#define CORTEX_A76  0x414fd0b1u
#define NEOVERSE_V2 0x410fd4f0u
#define NOT_ARMS    0x510fd083u /* another implementer's part of the A72's number */

#define CSV2(value)   ((uint64_t)(value) << 56)
#define SSBS          (1ULL << 4)
#define ECBHB         (1ULL << 60)
#define CLRBHB        (1ULL << 28)
#define NEEDED        0
#define NOT_NEEDED    1
#define NOT_SUPPORTED (-1)

#define ALL(conduit, answer) {conduit, answer, answer, answer}

struct expectation {
    const char *what;
    struct speculation_core core;
    struct speculation_firmware firmware;
    struct speculation decision;
};

static const struct expectation expectations[] = {
    {"A72, no firmware", {.midr = CORTEX_A72}, ALL(SMCCC_NONE, NEEDED), {false, false, 8}},
    {"A72, firmware that knows nothing", {.midr = CORTEX_A72}, ALL(SMCCC_SMC, NOT_SUPPORTED),
     {false, false, 8}},
    {"A72, all offered", {.midr = CORTEX_A72}, ALL(SMCCC_SMC, NEEDED), {true, true, 8}},
    {"A72, not needed", {.midr = CORTEX_A72}, ALL(SMCCC_SMC, NOT_NEEDED), {false, false, 8}},
    {"A72, v2 only", {.midr = CORTEX_A72}, {SMCCC_HVC, NEEDED, NOT_SUPPORTED, NOT_SUPPORTED},
     {true, false, 8}},
    {"A72, v4 only", {.midr = CORTEX_A72}, {SMCCC_HVC, NOT_SUPPORTED, NEEDED, NOT_SUPPORTED},
     {false, true, 8}},
    {"A72, v4 not required", {.midr = CORTEX_A72}, {SMCCC_HVC, NEEDED, -2, NEEDED},
     {true, false, 8}},
    {"A57", {.midr = CORTEX_A57}, ALL(SMCCC_NONE, NEEDED), {false, false, 8}},
    {"A73 by SMC", {.midr = CORTEX_A73}, ALL(SMCCC_SMC, NEEDED), {true, true, HISTORY_SMC}},
    {"A73 by HVC", {.midr = CORTEX_A73}, ALL(SMCCC_HVC, NEEDED), {true, true, HISTORY_HVC}},
    {"A73, no firmware", {.midr = CORTEX_A73}, ALL(SMCCC_NONE, NEEDED),
     {false, false, HISTORY_KEPT}},
    {"A53 is not affected", {.midr = CORTEX_A53}, ALL(SMCCC_SMC, NOT_NEEDED),
     {false, false, HISTORY_KEPT}},
    {"A76: CSV2 and SSBS", {.midr = CORTEX_A76, .pfr0 = CSV2(1), .pfr1 = SSBS},
     ALL(SMCCC_SMC, NEEDED), {false, false, 24}},
    {"V2", {.midr = NEOVERSE_V2, .pfr0 = CSV2(2), .pfr1 = SSBS}, ALL(SMCCC_SMC, NEEDED),
     {false, false, 132}},
    {"a core with CLEARBHB", {.midr = NEOVERSE_V2, .pfr0 = CSV2(2), .isar2 = CLRBHB},
     ALL(SMCCC_NONE, NEEDED), {false, false, HISTORY_BY_INSTRUCTION}},
    {"CSV2 of 3", {.midr = NEOVERSE_V2, .pfr0 = CSV2(3), .pfr1 = SSBS, .isar2 = CLRBHB},
     ALL(SMCCC_SMC, NEEDED), {false, false, HISTORY_KEPT}},
    {"ECBHB", {.midr = CORTEX_A76, .pfr0 = CSV2(1), .mmfr1 = ECBHB}, ALL(SMCCC_SMC, NEEDED),
     {false, true, HISTORY_KEPT}},
    {"not Arm's", {.midr = NOT_ARMS}, ALL(SMCCC_SMC, NOT_SUPPORTED), {false, false, HISTORY_KEPT}},
    {"not Arm's, with firmware", {.midr = NOT_ARMS}, ALL(SMCCC_SMC, NEEDED),
     {true, true, HISTORY_SMC}},
    {"bits of MIDR that say nothing", {.midr = 0xffff000000000000 | (CORTEX_A72 ^ 0xf0000f)},
     ALL(SMCCC_NONE, NEEDED), {false, false, 8}},
};

static void each_core_and_firmware_gets_what_it_needs(void **state)
{
    (void)state;
    for (size_t index = 0; index < sizeof expectations / sizeof expectations[0]; index++) {
        const struct expectation *row = &expectations[index];
        struct speculation decision = speculation_decide(&row->core, &row->firmware);

        if (decision.predictor_by_firmware != row->decision.predictor_by_firmware ||
            decision.store_by_firmware != row->decision.store_by_firmware ||
            decision.history != row->decision.history)
            fail_msg("%s: predictor %d, stores %d, history %lu", row->what,
                     decision.predictor_by_firmware, decision.store_by_firmware,
                     (unsigned long)decision.history);
    }
}

/* vectors.S tells a loop's rounds from the other measures by their number. */
static void a_loop_is_never_taken_for_another_measure(void **state)
{
    (void)state;
    for (uint64_t part = 0; part < 0x1000; part++) {
        struct speculation_core core = {.midr = 0x41000000 | part << 4};
        struct speculation_firmware firmware = ALL(SMCCC_NONE, NEEDED);
        uint64_t history = speculation_decide(&core, &firmware).history;

        assert_true(history == HISTORY_KEPT || history >= HISTORY_LOOPS_LEAST);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_core_and_firmware_gets_what_it_needs),
        cmocka_unit_test(a_loop_is_never_taken_for_another_measure),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
