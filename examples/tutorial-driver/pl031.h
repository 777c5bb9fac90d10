/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ARM PrimeCell real-time clock (PL031), the device alone: what ARM DDI 0224
 * says about its registers, and nothing about who wants the time.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct pl031 {
    volatile uint32_t *base;
};

/* Registers, ARM DDI 0224 table 3-1: byte offsets. */
enum pl031_register {
    RTCDR = 0x000,   /* data: the seconds */
    RTCMR = 0x004,   /* match: the seconds at which to interrupt */
    RTCCR = 0x00c,   /* control: bit 0 starts the clock */
    RTCIMSC = 0x010, /* interrupt mask: 1 lets it through */
    RTCRIS = 0x014,  /* raw interrupt status */
    RTCICR = 0x01c,  /* interrupt clear */
};
#define PL031_REGISTER_BYTES 0x1000u

/* How the driver reaches a register; a test links a modelled device instead. */
uint32_t pl031_read(const struct pl031 *clock, enum pl031_register which);
void pl031_write(const struct pl031 *clock, enum pl031_register which, uint32_t value);

/* Takes the device over, running, with no alarm. */
void pl031_start(const struct pl031 *clock);
/* Seconds since 1970-01-01 00:00 UTC, if the firmware set the clock so. */
uint32_t pl031_seconds(const struct pl031 *clock);
/* Interrupts when the seconds are at least `when`; replaces the alarm before. */
void pl031_alarm(const struct pl031 *clock, uint32_t when);
/* Takes the alarm back, and the interrupt if it came. */
void pl031_quiet(const struct pl031 *clock);
