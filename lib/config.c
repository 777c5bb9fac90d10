/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Looks for a property. A list that ends in the middle of one ends there: what
 * does not lie whole inside the list is not found.
 */
#include <stdbool.h>

#include "config.h"

#define LENGTH_BYTES 4

static uint32_t length_at(const uint8_t *at)
{
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* Bytes of the string at `at`, its end not counted; `size` if it does not end. */
static size_t name_bytes(const uint8_t *at, size_t size)
{
    size_t bytes = 0;

    while (bytes < size && at[bytes] != 0)
        bytes++;
    return bytes;
}

static bool name_is(const uint8_t *at, const char *name)
{
    for (; *at == (uint8_t)*name; at++, name++)
        if (*name == '\0')
            return true;
    return false;
}

const void *config_find(const uint8_t *list, size_t size, const char *name, uint32_t *bytes)
{
    while (size != 0) {
        size_t skip = name_bytes(list, size) + 1;
        const uint8_t *property = list;
        uint32_t length;

        if (size < skip + LENGTH_BYTES)
            return NULL;
        length = length_at(list + skip);
        list += skip + LENGTH_BYTES;
        size -= skip + LENGTH_BYTES;
        if (length > size)
            return NULL;
        if (name_is(property, name)) {
            if (bytes != NULL)
                *bytes = length;
            return list;
        }
        list += length;
        size -= length;
    }
    return NULL;
}

uint32_t config_cell(const uint8_t *value)
{
    return (uint32_t)value[0] << 24 | (uint32_t)value[1] << 16 | (uint32_t)value[2] << 8 | value[3];
}
