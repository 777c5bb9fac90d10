/* SPDX-License-Identifier: BSD-2-Clause */
/* The CRC-32 of IEEE 802.3, as zip archives, GPT and many others have it. */
#pragma once
#include <stddef.h>
#include <stdint.h>

/* Goes on with the CRC of what came before; that of nothing is 0. */
uint32_t crc32_add(uint32_t crc, const void *bytes, size_t count);
