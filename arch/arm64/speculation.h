/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a core needs against speculation, decided from what it says of itself and
 * what its firmware answers. Pure: also compiled for the host, which tests it.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/* The core's ID registers. */
struct speculation_core {
    uint64_t pfr0, pfr1;
};

enum smccc_conduit { SMCCC_NONE, SMCCC_HVC, SMCCC_SMC };

/*
 * The firmware's answers to SMCCC_ARCH_FEATURES (DEN0028): 0 is "this core needs
 * it, call it"; 1, or below 0, "it does not need it" or "there is no such call".
 */
struct speculation_firmware {
    enum smccc_conduit conduit;
    int32_t workaround_1, workaround_2;
};

struct speculation {
    bool predictor_by_firmware; /* Spectre v2: called when a core goes to another address space */
    bool store_by_firmware;     /* Spectre v4: called once, and in force from then on */
};

struct speculation speculation_decide(const struct speculation_core *core,
                                      const struct speculation_firmware *firmware);
