/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An AArch64 program on the host, as its ELF file loads it: bytes at the guest's
 * addresses, and symbols. Tests find what the cross preset built by the variable
 * THOLE_VIRT of their environment.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/image/elf.h"
#include "tests/a64/a64.h"

struct image {
    uint8_t *file;
    size_t file_bytes;
    struct elf_image elf;
    uint8_t *segment[ELF_SEGMENT_MAX]; /* as loaded, with zeros behind the file's bytes */
    const uint8_t *symbols;
    size_t symbol_count;
    const char *names;
    size_t names_bytes;
};

/* NULL, or what is wrong with the file; it is said with its name on stderr, too. */
const char *image_open(struct image *image, const char *path);
/* FILE in the cross preset's build tree, such as "kernel.elf". */
const char *image_open_built(struct image *image, const char *file);
void image_close(struct image *image);

/* Writable segments as they were when the image was opened. */
void image_reset(struct image *image);

/* A symbol's address, and its size if `bytes` is not NULL; false if there is none. */
bool image_find(const struct image *image, const char *name, uint64_t *address, uint64_t *bytes);
/* The same for tests: one that is missing ends the program with a message. */
uint64_t image_symbol(const struct image *image, const char *name);
/* The host's copy of `bytes` at a guest's address, or NULL if they are not in one segment. */
void *image_at(const struct image *image, uint64_t address, uint64_t bytes);

/* Maps all segments with the rights they have. What is mapped later covers them. */
void image_map(const struct image *image, struct a64 *core);
/* "symbol+0x1c" in `text`, or the bare number; returns text. */
const char *image_name(const struct image *image, uint64_t address, char *text, size_t room);
/* Why a run ended, and its last instructions, by name; on stderr. */
void image_explain(const struct image *image, const struct a64 *core);
