/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files, of which there are none beyond the three streams: nothing is found,
 * and nothing can be made.
 */
#include "glue.h"

#include <errno.h>
#include <string.h>

#define STREAM_BLOCK_BYTES 1024 /* stdio's buffer for a stream */

int glue_fail(int error)
{
    errno = error;
    return -1;
}

static int is_stream(int file)
{
    return file >= STDIN_FILENO && file <= STDERR_FILENO;
}

int _open(const char *path, int flags, ...)
{
    (void)path, (void)flags;
    return glue_fail(ENOENT);
}

int _close(int file)
{
    return is_stream(file) ? 0 : glue_fail(EBADF);
}

int _fstat(int file, struct stat *stat)
{
    if (!is_stream(file))
        return glue_fail(EBADF);
    memset(stat, 0, sizeof(*stat));
    stat->st_mode = S_IFCHR | S_IRUSR | S_IWUSR;
    stat->st_blksize = STREAM_BLOCK_BYTES;
    return 0;
}

int _stat(const char *restrict path, struct stat *restrict stat)
{
    (void)path, (void)stat;
    return glue_fail(ENOENT);
}

_off_t _lseek(int file, _off_t offset, int whence)
{
    (void)offset, (void)whence;
    return glue_fail(is_stream(file) ? ESPIPE : EBADF);
}

int _fcntl(int file, int operation, ...)
{
    (void)operation;
    return glue_fail(is_stream(file) ? EINVAL : EBADF);
}

int _link(const char *from, const char *to)
{
    (void)from, (void)to;
    return glue_fail(ENOENT);
}

int _unlink(const char *path)
{
    (void)path;
    return glue_fail(ENOENT);
}

int _mkdir(const char *path, mode_t mode)
{
    (void)path, (void)mode;
    return glue_fail(EROFS);
}
