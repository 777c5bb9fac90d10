/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads and writes of device registers, at byte offsets as manuals give them. */
#pragma once
#include <stdint.h>

static inline uint32_t mmio_read(volatile void *base, unsigned offset)
{
    return *(volatile uint32_t *)((volatile char *)base + offset);
}

static inline uint64_t mmio_read64(volatile void *base, unsigned offset)
{
    return *(volatile uint64_t *)((volatile char *)base + offset);
}

static inline void mmio_write(volatile void *base, unsigned offset, uint32_t value)
{
    *(volatile uint32_t *)((volatile char *)base + offset) = value;
}

static inline void mmio_write64(volatile void *base, unsigned offset, uint64_t value)
{
    *(volatile uint64_t *)((volatile char *)base + offset) = value;
}

static inline void mmio_write8(volatile void *base, unsigned offset, uint8_t value)
{
    *((volatile uint8_t *)base + offset) = value;
}
