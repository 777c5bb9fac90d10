/* SPDX-License-Identifier: BSD-2-Clause */
/* As many cores as there are, up to this. */
#pragma once
#define CORES_MAX 8
