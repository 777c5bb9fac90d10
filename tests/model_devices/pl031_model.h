/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A PL031 for host tests, after ARM DDI 0224: a match is one of equality, in the second
 * that it becomes so or is set, and a time that is loaded counts from the next second on.
 * What a driver may not do fails the test (unknown registers, stopping the clock). One.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct pl031_model {
    uint32_t seconds, match, run, mask, raised;
    uint32_t load;
    bool loading;
    uint32_t drift; /* seconds that go by at each access */
};
extern struct pl031_model pl031_model;

/* As after power-on: it stands, at `seconds`. */
void pl031_model_power_on(uint32_t seconds);
void pl031_model_pass(uint32_t seconds);
bool pl031_model_interrupt(void);
