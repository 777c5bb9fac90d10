/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the tests of the checker share: trees compiled from text by dtc, a run
 * of the checker over a small board, and all that it said as one text.
 */
#pragma once
#include <stddef.h>

#include "system.h"

#define CHECKED_TEXT_BYTES 16384
#define CHECKED_TREE_BYTES 65536

struct blob {
    void *data;
    size_t bytes;
};

/* Compiles a source, errors of meaning included (dtc -f). To be freed. */
struct blob blob_compile(const char *source);

#define CHECKED_SLOT_OF 0xa000000 /* registers of the first virtio,mmio; 512 bytes each */
#define CHECKED_SLOT_BAD UINT32_MAX /* as a DeviceID: nothing answers there */

struct checked {
    struct system system;
    uint32_t slot[4];                  /* DeviceIDs that are read there */
    unsigned asked;                    /* how often they were */
    bool machine;                      /* there is one to be asked */
    char said[CHECKED_TEXT_BYTES];     /* "path: property: expected ..., found ...\n" each */
    char started[CHECKED_TEXT_BYTES];  /* names with VERDICT_START, in order, a space before each */
    char tree[CHECKED_TREE_BYTES] __attribute__((aligned(8)));
};

/*
 * Checks a system with these children of /thole on the board of
 * checker_host.c, whose archive has the programs pl011, console and shell.
 */
void checked_run(struct checked *checked, const char *servers);
/* The same with both trees as they are; tree_merge's complaint or NULL. */
const char *checked_trees(struct checked *checked, const struct blob *board,
                          const struct blob *system);
/* The server of that name; fails the test if there is none. */
const struct system_server *checked_server(const struct checked *checked, const char *name);
/* The same on another board. */
void checked_run_of(struct checked *checked, const struct blob *board, const char *servers);
/* The same as checked_run on a machine whose slots hold devices of these kinds. */
void checked_run_on(struct checked *checked, const char *servers, const uint32_t slot[4]);
/* The board's tree, compiled once. */
const struct blob *checked_board(void);
