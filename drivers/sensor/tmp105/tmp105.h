/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The temperature sensor TMP105, and TMP75 and TMP175, whose registers are the same; the
 * LM75 with 9 bits. The device alone: what TI's SLLS648 says about its registers, and
 * nothing about who wants to know the temperature.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/* SLLS648, table 2: what the pointer byte chooses. */
enum tmp105_register {
    TMP105_TEMPERATURE = 0, /* 16 bits, read only */
    TMP105_CONFIGURATION = 1,
};

/* Before the first: nothing that the driver before this one asked for comes any more. */
void tmp105_begin(void);
/*
 * How the driver reaches a register, the high byte first; a test links a modelled sensor
 * instead. False: the bus has no answer from it.
 */
bool tmp105_read(enum tmp105_register which, uint8_t *to, unsigned bytes);
bool tmp105_write(enum tmp105_register which, uint8_t value);

/* What a conversion takes at most, with 12 bits: SLLS648, electrical characteristics. */
#define TMP105_CONVERSION_MS 320u

enum tmp105_state {
    TMP105_ABSENT, /* it does not answer */
    TMP105_READY,
    TMP105_NEW, /* it was just set up, and has a value after TMP105_CONVERSION_MS */
};

/*
 * Sees that it converts all the time with so many bits, 9 to 12. A sensor that lost its
 * power meanwhile forgot it. With 9 bits nothing is written that an LM75 has not.
 */
enum tmp105_state tmp105_set_up(unsigned bits);

/* Thousandths of a degree Celsius, exact to half of one. False: it does not answer. */
bool tmp105_temperature(int64_t *milli);
