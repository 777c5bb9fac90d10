/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * make_seeds KIND FILE: writes the first input of a fuzzer. The trees are
 * compiled from seeds/; these three are made here.
 */
#include <stdio.h>
#include <string.h>

#include "cpio_builder.h"
#include "elf_builder.h"

#define PROGRAM_BYTES 2048u

static int write_file(const char *path, const void *bytes, size_t count)
{
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(bytes, 1, count, file) != count || fclose(file) != 0) {
        fprintf(stderr, "make_seeds: cannot write %s\n", path);
        return 1;
    }
    return 0;
}

static int make_elf(const char *path)
{
    static uint8_t file[ELF_BUILT_BYTES];
    elf_build(file);
    return write_file(path, file, sizeof file);
}

static int make_cpio(const char *path)
{
    static struct cpio_built archive;
    cpio_build(&archive, ".", CPIO_BUILT_FOLDER, "");
    cpio_build(&archive, "./clock", CPIO_BUILT_FILE, "tick");
    cpio_build(&archive, "console", CPIO_BUILT_FILE, "hello");
    cpio_build(&archive, CPIO_BUILT_TRAILER, 0, "");
    return write_file(path, archive.bytes, archive.total);
}

/* Instructions for fuzz_platform: any bytes will do, as long as they vary. */
static int make_platform(const char *path)
{
    uint8_t program[PROGRAM_BYTES];
    uint32_t state = 1;
    for (size_t i = 0; i < sizeof program; i++) {
        state = state * 1664525u + 1013904223u;
        program[i] = (uint8_t)(state >> 24);
    }
    return write_file(path, program, sizeof program);
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "elf") == 0)
        return make_elf(argv[2]);
    if (argc == 3 && strcmp(argv[1], "cpio") == 0)
        return make_cpio(argv[2]);
    if (argc == 3 && strcmp(argv[1], "platform") == 0)
        return make_platform(argv[2]);
    fprintf(stderr, "usage: make_seeds elf|cpio|platform FILE\n");
    return 2;
}
