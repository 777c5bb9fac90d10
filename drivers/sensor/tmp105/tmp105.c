/* SPDX-License-Identifier: BSD-2-Clause */
/* The sensor's two registers that matter; the alert output and its limits stay as they are. */
#include "tmp105.h"

/* Configuration register, SLLS648 table 6 */
#define CONFIGURATION_SD    (1u << 0) /* shutdown */
#define RESOLUTION_SHIFT    5
#define RESOLUTION_MASK     (3u << RESOLUTION_SHIFT) /* 9 bits and up, table 9 */
#define RESOLUTION_LEAST    9u
#define CONFIGURATION_OS    (1u << 7) /* one shot; reads as 1 in comparator mode */
#define CONFIGURATION_READS (CONFIGURATION_SD | RESOLUTION_MASK)

/* Temperature register, table 5: two's complement, the upper byte in whole degrees. */
#define UNITS_PER_DEGREE 256
#define MILLI_PER_DEGREE 1000

enum tmp105_state tmp105_set_up(unsigned bits)
{
    uint32_t wanted = (bits - RESOLUTION_LEAST) << RESOLUTION_SHIFT;
    uint8_t now;

    if (!tmp105_read(TMP105_CONFIGURATION, &now, 1))
        return TMP105_ABSENT;
    if ((now & CONFIGURATION_READS) == wanted)
        return TMP105_READY;
    now &= (uint8_t) ~(CONFIGURATION_READS | CONFIGURATION_OS);
    return tmp105_write(TMP105_CONFIGURATION, (uint8_t)(now | wanted)) ? TMP105_NEW : TMP105_ABSENT;
}

/* A unit is 3.90625 thousandths: rounded to the nearest, and halves away from zero. */
static int64_t milli_of(int16_t units)
{
    int64_t product = (int64_t)units * MILLI_PER_DEGREE;
    int64_t half = UNITS_PER_DEGREE / 2;

    return (product + (product < 0 ? -half : half)) / UNITS_PER_DEGREE;
}

bool tmp105_temperature(int64_t *milli)
{
    uint8_t byte[2];

    if (!tmp105_read(TMP105_TEMPERATURE, byte, sizeof(byte)))
        return false;
    *milli = milli_of((int16_t)(uint16_t)(byte[0] << 8 | byte[1]));
    return true;
}
