/* SPDX-License-Identifier: BSD-2-Clause */
/* A device tree as a person reads it: a line a node. Nothing here asks anybody anything. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "out.h"

#define TREE_OWNER_BYTES 32
#define TREE_PATH_BYTES  256

/* Who owns the device of the node at this path; false: nobody. */
typedef bool (*tree_owner)(const char *path, char owner[TREE_OWNER_BYTES]);

/* Is this a whole, sound tree of at most so many bytes? */
bool tree_is_sound(const void *tree, size_t bytes);
/* The node at `path` and all below it; false: there is no such node, and it was said. */
bool tree_print(const void *tree, const char *path, tree_owner owner, struct out *out);
