/* SPDX-License-Identifier: BSD-2-Clause */
/* The core that boots, and no other: nothing waits for another, or tells it anything. */
#pragma once
#define CORES_MAX 1
