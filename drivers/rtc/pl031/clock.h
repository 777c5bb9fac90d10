/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ARM's PrimeCell real-time clock (PL031), the device alone: ARM DDI 0224, chapter 3. It
 * counts seconds in 32 bits, and interrupts in the second that is set as its match.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define CLOCK_REGISTER_BYTES 0x1000u

/* 3.2, byte offsets. */
enum clock_register {
    CLOCK_DATA = 0x00,   /* RTCDR 3.3.1: the seconds */
    CLOCK_MATCH = 0x04,  /* RTCMR 3.3.2: when to interrupt */
    CLOCK_LOAD = 0x08,   /* RTCLR 3.3.3: the seconds from the next one on */
    CLOCK_RUN = 0x0c,    /* RTCCR 3.3.4: 1 once it runs, and for ever */
    CLOCK_MASK = 0x10,   /* RTCIMSC 3.3.5: 1 lets the interrupt through */
    CLOCK_RAISED = 0x14, /* RTCRIS 3.3.6: it has matched */
    CLOCK_CLEAR = 0x1c,  /* RTCICR 3.3.8 */
};

struct clock {
    volatile uint32_t *base;
};

/* How the driver reaches a register; a test links a modelled device instead. */
uint32_t clock_read(const struct clock *clock, enum clock_register which);
void clock_write(const struct clock *clock, enum clock_register which, uint32_t value);

/* Takes the device over: it runs, with the time that it has, and has no alarm. */
void clock_start(const struct clock *clock);
uint32_t clock_seconds(const struct clock *clock);
/* It may take up to a second until clock_seconds says so. */
void clock_set(const struct clock *clock, uint32_t seconds);
/* Interrupts once when the seconds are `when` or, if that is past, soon. Replaces the last. */
void clock_alarm(const struct clock *clock, uint32_t when);
void clock_no_alarm(const struct clock *clock);
