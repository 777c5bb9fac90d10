/* SPDX-License-Identifier: BSD-2-Clause */
/* Four bits at a time: a table of 16 words is small enough for every program. */
#include <lib/crc.h>

#define POLYNOMIAL 0xedb88320u /* its bits turned round */

/* What four bits do to the rest. */
static uint32_t nibble(uint32_t bits)
{
    for (unsigned i = 0; i < 4; i++)
        bits = bits & 1 ? bits >> 1 ^ POLYNOMIAL : bits >> 1;
    return bits;
}

uint32_t crc32_add(uint32_t crc, const void *bytes, size_t count)
{
    const uint8_t *byte = bytes;
    uint32_t table[16];

    for (uint32_t i = 0; i < 16; i++)
        table[i] = nibble(i);
    crc = ~crc;
    for (; count > 0; count--) {
        crc ^= *byte++;
        crc = crc >> 4 ^ table[crc & 15];
        crc = crc >> 4 ^ table[crc & 15];
    }
    return ~crc;
}
