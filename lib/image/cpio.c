/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The newc form of cpio: a header of hexadecimal numbers, a name, the bytes,
 * each padded to four. Offsets are compared with what is left of the archive
 * before they are added, so no sum can wrap.
 */
#include "cpio.h"
#include <stdbool.h>
#include <string.h>

#define MAGIC_BYTES  6u
#define NUMBER_BYTES 8u
#define HEADER_BYTES 110u
#define ALIGN_BYTES  4u
#define TRAILER      "TRAILER!!!"

#define MODE_KIND    0170000u
#define MODE_REGULAR 0100000u

enum field {
    FIELD_INODE, FIELD_MODE, FIELD_USER, FIELD_GROUP, FIELD_LINKS, FIELD_TIME, FIELD_BYTES,
    FIELD_DEVICE_MAJOR, FIELD_DEVICE_MINOR, FIELD_SPECIAL_MAJOR, FIELD_SPECIAL_MINOR,
    FIELD_NAME_BYTES, FIELD_CHECK, FIELD_COUNT
};
_Static_assert(MAGIC_BYTES + FIELD_COUNT * NUMBER_BYTES == HEADER_BYTES, "newc header");

/* The value of a hexadecimal digit, or 16. */
static uint32_t digit_value(uint8_t digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - (uint32_t)'0';
    if (digit >= 'a' && digit <= 'f')
        return digit - (uint32_t)'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - (uint32_t)'A' + 10;
    return 16;
}

static bool read_numbers(const uint8_t *header, uint32_t number[FIELD_COUNT])
{
    const uint8_t *digit = header + MAGIC_BYTES;
    for (unsigned field = 0; field < FIELD_COUNT; field++) {
        number[field] = 0;
        for (unsigned i = 0; i < NUMBER_BYTES; i++, digit++) {
            uint32_t value = digit_value(*digit);
            if (value == 16)
                return false;
            number[field] = number[field] << 4 | value;
        }
    }
    return true;
}

static size_t padding(size_t at)
{
    return (ALIGN_BYTES - at % ALIGN_BYTES) % ALIGN_BYTES;
}

void cpio_start(struct cpio_cursor *cursor, const void *archive, size_t bytes)
{
    *cursor = (struct cpio_cursor){ archive, bytes, 0 };
}

/* A name of `bytes` bytes at `name`, of which `left` are in the archive. */
static bool name_valid(const char *name, size_t left, uint32_t bytes)
{
    return bytes >= 2 && bytes <= CPIO_NAME_MAX + 1 && bytes <= left &&
           memchr(name, '\0', bytes) == name + bytes - 1;
}

enum cpio_error cpio_next(struct cpio_cursor *cursor, struct cpio_file *out)
{
    uint32_t number[FIELD_COUNT];
    if (cursor->archive == NULL || cursor->bytes == 0)
        return CPIO_EMPTY;
    const uint8_t *header = cursor->archive + cursor->at;
    size_t left = cursor->bytes - cursor->at;
    if (left < HEADER_BYTES)
        return left < MAGIC_BYTES || memcmp(header, "070701", MAGIC_BYTES) == 0 ? CPIO_NO_TRAILER : CPIO_NOT_CPIO;
    if (memcmp(header, "070701", MAGIC_BYTES) != 0)
        return CPIO_NOT_CPIO;
    if (!read_numbers(header, number))
        return CPIO_BAD_NUMBER;
    const char *name = (const char *)header + HEADER_BYTES;
    if (!name_valid(name, left - HEADER_BYTES, number[FIELD_NAME_BYTES]))
        return CPIO_BAD_NAME;
    if (strcmp(name, TRAILER) == 0)
        return CPIO_END;

    size_t data = cursor->at + HEADER_BYTES + number[FIELD_NAME_BYTES];
    data += padding(data);
    if (data > cursor->bytes || number[FIELD_BYTES] > cursor->bytes - data)
        return CPIO_OUTSIDE;
    size_t end = data + number[FIELD_BYTES];
    cursor->at = padding(end) <= cursor->bytes - end ? end + padding(end) : cursor->bytes;
    *out = (struct cpio_file){
        .name = strncmp(name, "./", 2) == 0 && name[2] != '\0' ? name + 2 : name,
        .data = cursor->archive + data, .bytes = number[FIELD_BYTES], .mode = number[FIELD_MODE],
    };
    return CPIO_OK;
}

enum cpio_error cpio_find(const void *archive, size_t bytes, const char *name, struct cpio_file *out)
{
    struct cpio_cursor cursor;
    cpio_start(&cursor, archive, bytes);
    for (;;) {
        enum cpio_error error = cpio_next(&cursor, out);
        if (error == CPIO_END)
            return CPIO_NOT_FOUND;
        if (error != CPIO_OK)
            return error;
        if ((out->mode & MODE_KIND) == MODE_REGULAR && strcmp(out->name, name) == 0)
            return CPIO_OK;
    }
}

const char *cpio_error_text(enum cpio_error error)
{
#define CPIO_X(NAME, text) text,
    static const char *const texts[] = { CPIO_ERRORS(CPIO_X) };
#undef CPIO_X
    return (unsigned)error < CPIO_ERROR_COUNT ? texts[error] : "an unknown error of the archive reader";
}
