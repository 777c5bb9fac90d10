/* SPDX-License-Identifier: BSD-2-Clause */
/* What both tree fuzzers demand of a tree that was read. */
#pragma once
#include "kernel_host.h"
#include "platform_check.h"

#define FUZZ_ASSERT(condition, what)                      \
    do {                                                  \
        if (!(condition))                                 \
            kernel_panic(what, __FILE__, __LINE__);       \
    } while (0)

/* Reads the tree without a word; no promise is broken, and all that is odd can be told. */
static inline void fuzz_tree(const void *tree, size_t bytes)
{
    static struct platform platform;
    printed[0] = '\0';
    const char *error = devicetree_read(tree, bytes, &platform);
    FUZZ_ASSERT(printed[0] == '\0', "devicetree_read prints");
    devicetree_tell(&platform);
    FUZZ_ASSERT(devicetree_bytes(tree, bytes) <= bytes, "the tree is larger than its memory");
    if (error != NULL) {
        FUZZ_ASSERT(error[0] != '\0', "a refusal without a reason");
        return;
    }
    const char *promise = platform_broken_promise(&platform);
    FUZZ_ASSERT(promise == NULL, promise);
}
