/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text that is put together in a buffer of fixed size. What does not fit is left
 * out; who adds makes sure before that there is room.
 */
#pragma once
#include <stddef.h>

struct text {
    char *bytes;
    size_t size;
    size_t limit;
};

void text_add(struct text *text, const char *bytes, size_t count);
void text_string(struct text *text, const char *string);
void text_number(struct text *text, unsigned number);
size_t text_room(const struct text *text);
