/* SPDX-License-Identifier: BSD-2-Clause */
/* A virtio device's registers where they are real; tests link a model in place of this file. */
#include <lib/program.h>
#include <lib/virtio.h>

uint32_t virtio_read(const struct virtio *device, unsigned offset)
{
    return device->base[offset / sizeof(uint32_t)];
}

void virtio_write(const struct virtio *device, unsigned offset, uint32_t value)
{
    device->base[offset / sizeof(uint32_t)] = value;
}

/* 4.2.2.2: the configuration of a device is read by the width of each field, or by bytes. */
uint8_t virtio_read_byte(const struct virtio *device, unsigned offset)
{
    return ((const volatile uint8_t *)device->base)[offset];
}

/* A write to a register is past the core, too: the acknowledgement of an interrupt. */
void virtio_barrier(void)
{
    program_dma_barrier();
}
