/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The archive reader on damaged archives: every name and byte that it yields
 * is read, walks end, and what was met can be found again.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/image/cpio.h"

#define ENTRY_BYTES_MIN 112u

static void demand(int condition)
{
    if (!condition)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct cpio_cursor cursor;
    struct cpio_file file, found;
    volatile uint8_t sum = 0;
    size_t files = 0;
    enum cpio_error error;
    cpio_start(&cursor, data, bytes);
    while ((error = cpio_next(&cursor, &file)) == CPIO_OK) {
        demand(++files <= bytes / ENTRY_BYTES_MIN);
        demand(strlen(file.name) >= 1 && strlen(file.name) <= CPIO_NAME_MAX);
        demand(file.data >= data && file.bytes <= (size_t)(data + bytes - file.data));
        for (size_t i = 0; i < file.bytes; i++)
            sum = (uint8_t)(sum + file.data[i]);
        if ((file.mode & 0170000u) == 0100000u) {
            demand(cpio_find(data, bytes, file.name, &found) == CPIO_OK);
            demand(strcmp(found.name, file.name) == 0 && found.data <= file.data);
        }
    }
    demand(cpio_error_text(error)[0] != '\0');
    demand(cpio_find(data, bytes, "/not/there", &found) != CPIO_OK || files > 0);
    return 0;
}
