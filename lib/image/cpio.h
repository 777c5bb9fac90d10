/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads archives in cpio's newc form, as `cpio -H newc` writes them. Nothing
 * outside the given bytes is read, whatever they say, and a walk over an
 * archive ends after at most one step for each 112 bytes of it. Files are
 * not copied: names and contents point into the archive. Allocates nothing.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

#define CPIO_NAME_MAX 255   /* longest name, without its terminating zero */

/* X(NAME, what is wrong and what was expected) */
#define CPIO_ERRORS(X)                                                                      \
    X(OK, "a file was found")                                                               \
    X(END, "the archive has no more files")                                                 \
    X(NOT_FOUND, "the archive has no file of that name")                                    \
    X(EMPTY, "there is no archive: it has no bytes")                                        \
    X(NO_TRAILER, "the archive ends without its TRAILER!!! entry: it is cut off")           \
    X(NOT_CPIO, "an entry does not begin with 070701: a newc archive is expected")          \
    X(BAD_NUMBER, "an entry's header should hold thirteen numbers of eight hexadecimal digits") \
    X(BAD_NAME, "an entry's name should have 1 to 255 bytes and end with a zero inside the archive") \
    X(OUTSIDE, "a file's bytes lie outside the archive: it is cut off or damaged")

#define CPIO_X(NAME, text) CPIO_##NAME,
enum cpio_error { CPIO_ERRORS(CPIO_X) CPIO_ERROR_COUNT };
#undef CPIO_X

/* Where a walk is. After an error it stays there. */
struct cpio_cursor {
    const uint8_t *archive;
    size_t bytes;
    size_t at;
};

struct cpio_file {
    const char *name;      /* terminated, in the archive; a leading "./" is left out */
    const uint8_t *data;   /* in the archive, aligned to 4 bytes from its first */
    size_t bytes;
    uint32_t mode;         /* as in POSIX <sys/stat.h> */
};

void cpio_start(struct cpio_cursor *cursor, const void *archive, size_t bytes);
/* The next entry of any kind: CPIO_OK with *out, CPIO_END, or what is wrong. */
enum cpio_error cpio_next(struct cpio_cursor *cursor, struct cpio_file *out);
/*
 * The first regular file of that name: CPIO_OK with *out, CPIO_NOT_FOUND, or
 * what is wrong with the archive before such a file was found.
 */
enum cpio_error cpio_find(const void *archive, size_t bytes, const char *name, struct cpio_file *out);
/* What is wrong and what was expected: a sentence without a full stop. */
const char *cpio_error_text(enum cpio_error error);
