/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Early output: short lines about the machine while it boots, and the last
 * words of a panic. Never used while programs run, but for MACHINE_PRINT.
 */
#pragma once
#include "types.h"

/* Formats: %s %c %u %x %lu %lx %p, no width. Waits for the device. */
void kernel_print(const char *format, ...) __attribute__((format(printf, 1, 2)));
