/* SPDX-License-Identifier: BSD-2-Clause */
/* The tree reader on damaged blobs: the input is the flattened tree itself. */
#include "fuzz_tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    fuzz_tree(data, bytes);
    return 0;
}
