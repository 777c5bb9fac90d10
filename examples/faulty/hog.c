/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Takes memory until it is refused, writes to all of it, and says how much it
 * was; a second program with the same quota can do the same beside it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES 4096

int main(void)
{
    size_t blocks = 0;
    void *block;

    while ((block = malloc(BLOCK_BYTES)) != NULL) {
        memset(block, 0xa5, BLOCK_BYTES);
        blocks++;
    }
    printf("hog: %zu KiB, then %s\n", blocks * BLOCK_BYTES / 1024,
           errno == ENOMEM ? "no more" : "another error");
    return 0;
}
