/* SPDX-License-Identifier: BSD-2-Clause */
/* Text in a buffer of fixed size. */
#include "text.h"

#include <lib/string.h>

size_t text_room(const struct text *text)
{
    return text->limit - text->size;
}

void text_add(struct text *text, const char *bytes, size_t count)
{
    if (count > text_room(text))
        count = text_room(text);
    memcpy(text->bytes + text->size, bytes, count);
    text->size += count;
}

void text_string(struct text *text, const char *string)
{
    while (*string != '\0')
        text_add(text, string++, 1);
}

void text_number(struct text *text, unsigned number)
{
    char digits[10];
    size_t first = sizeof(digits);
    do {
        digits[--first] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    text_add(text, digits + first, sizeof(digits) - first);
}
