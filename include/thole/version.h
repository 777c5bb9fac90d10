/* SPDX-License-Identifier: BSD-2-Clause */
/* The version of the kernel and of the system around it; docs/versioning.md says what it means. */
#pragma once

#define THOLE_VERSION "0.1.0"
