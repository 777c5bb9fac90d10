/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What kernel/boot.h promises of a struct platform, whatever the tree said:
 * for the unit tests and the fuzzer. NULL, or the promise that is broken.
 */
#pragma once
#include "kernel/boot.h"

const char *platform_broken_promise(const struct platform *platform);
