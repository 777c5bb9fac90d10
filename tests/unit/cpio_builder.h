/* SPDX-License-Identifier: BSD-2-Clause */
/* Appends entries to an archive in cpio's newc form, for tests to damage. */
#pragma once
#include <stddef.h>
#include <stdint.h>

#define CPIO_BUILT_MAX     65536u
#define CPIO_BUILT_FILE    0100644u
#define CPIO_BUILT_FOLDER  0040755u
#define CPIO_BUILT_TRAILER "TRAILER!!!"

struct cpio_built {
    uint8_t bytes[CPIO_BUILT_MAX];
    size_t total;
};

/* Offsets of fields from an entry's first byte: eight hexadecimal digits each. */
enum cpio_built_field { CPIO_AT_MODE = 14, CPIO_AT_BYTES = 54, CPIO_AT_NAME_BYTES = 94, CPIO_AT_NAME = 110 };

void cpio_build(struct cpio_built *archive, const char *name, unsigned mode, const char *text);
/* Writes eight digits at `at`. */
void cpio_put(struct cpio_built *archive, size_t at, uint32_t value);
