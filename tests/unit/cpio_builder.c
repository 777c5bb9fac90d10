/* SPDX-License-Identifier: BSD-2-Clause */
/* The builder of archives; what does not fit aborts. */
#include "cpio_builder.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADER_BYTES 110u

static void append(struct cpio_built *archive, const void *bytes, size_t count)
{
    if (archive->total + count + 4 > CPIO_BUILT_MAX)
        abort();
    memcpy(archive->bytes + archive->total, bytes, count);
    archive->total += count;
}

static void pad(struct cpio_built *archive)
{
    while (archive->total % 4 != 0)
        append(archive, "", 1);
}

void cpio_put(struct cpio_built *archive, size_t at, uint32_t value)
{
    char digits[9];
    snprintf(digits, sizeof digits, "%08X", value);
    memcpy(archive->bytes + at, digits, 8);
}

void cpio_build(struct cpio_built *archive, const char *name, unsigned mode, const char *text)
{
    char header[HEADER_BYTES + 1];
    size_t at = archive->total;
    memset(header, '0', sizeof header);
    memcpy(header, "070701", 6);
    append(archive, header, HEADER_BYTES);
    cpio_put(archive, at + CPIO_AT_MODE, mode);
    cpio_put(archive, at + CPIO_AT_BYTES, (uint32_t)strlen(text));
    cpio_put(archive, at + CPIO_AT_NAME_BYTES, (uint32_t)strlen(name) + 1);
    append(archive, name, strlen(name) + 1);
    pad(archive);
    append(archive, text, strlen(text));
    pad(archive);
}
