/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text that is put together piece by piece and handed on, by whole lines, when the buffer is full.
 * Numbers are decimal unless said otherwise.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

struct out {
    char *bytes;
    size_t size;
    size_t limit;
    /* Hands on bytes[0..size), leaves them as they are, and sets size to 0; NULL: full is full. */
    void (*flush)(struct out *out);
};

void out_flush(struct out *out);
void out_bytes(struct out *out, const char *bytes, size_t size);
void out_string(struct out *out, const char *string);
/* At most `limit` bytes: for fields that another program filled. */
void out_field(struct out *out, const char *string, size_t limit);
void out_number(struct out *out, uint64_t number);
void out_hex(struct out *out, uint64_t number);
/* With spaces behind or before it, up to `width` columns. */
void out_left(struct out *out, const char *string, size_t limit, size_t width);
void out_right(struct out *out, uint64_t number, size_t width);
/* All of these strings, one after the other; the last is NULL. */
void out_sentence(struct out *out, const char *first, ...) __attribute__((sentinel));
/* Seconds with three digits behind the point. */
void out_seconds(struct out *out, uint64_t ns);
