/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the tests of virtio drivers share: a driver with a modelled device and DMA memory,
 * the device's interrupt, and the end of a driver, which a test must have announced. To be
 * included behind the driver's main.c.
 */
#pragma once
#include <setjmp.h>

#include "fake_program.h"
#include "tests/model_devices/virtio_model.h"

static uint64_t word[6];
static jmp_buf ended;
static bool may_end;

_Noreturn void thole_exit(uint64_t code)
{
    assert_true(may_end);
    assert_int_equal(code, PROGRAM_EXIT_FOR_GOOD);
    longjmp(ended, 1);
}

/* A new world with a device that is switched on, of version 1 and these features. */
static void give_device(enum virtio_device type, uint64_t features, uint8_t *dma, size_t bytes,
                        uint64_t bus)
{
    may_end = false;
    fake_reset();
    fake.registers = VIRTIO_REGISTER_BYTES;
    fake.startup.dma.address = (uintptr_t)dma;
    fake.startup.dma.bytes = bytes;
    fake.startup.dma.bus = bus;
    memset(dma, 0xa5, bytes);
    virtio_model_power_on(type, VIRTIO_F_VERSION_1 | features, dma, bytes, bus);
}

static void interrupt(void)
{
    if (virtio_model_interrupt())
        fake.server->interrupt(79, 0);
}
