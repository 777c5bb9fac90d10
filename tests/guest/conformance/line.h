/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An interrupt line that the tests raise and lower themselves: of a device that has a
 * reason to raise it all the time, so that its mask decides.
 */
#pragma once
#include "conformance.h"

/* Maps the device; the number of its line. */
unsigned line_open(void);
void line_raise(void);
void line_lower(void);
/* For a thread of another address space: the device's page, where in it the mask is, and the mask there. */
unsigned line_frame(void);
unsigned line_mask(void);
void line_lower_at(volatile uint32_t *mask);
