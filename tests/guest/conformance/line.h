/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An interrupt line that the tests raise and lower themselves: a PL061's, whose
 * pin matches the level that it waits for, so that its mask decides.
 */
#pragma once
#include "conformance.h"

/* Maps the device; the number of its line. */
unsigned line_open(void);
void line_raise(void);
void line_lower(void);
/* For a thread that lives in another address space: the device's page, and the registers there. */
unsigned line_frame(void);
void line_lower_at(volatile uint32_t *registers);
