/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The transport of a virtio device, "Virtual I/O Device (VIRTIO) Version 1.2": registers
 * as in 4.2 (MMIO, version 2 only), and one split virtqueue as in 2.7, which lies in the
 * program's DMA memory. What the device must not see or change is never put there.
 *
 * The device is not trusted: what it writes is read once and checked. It may keep a
 * request for ever, so whoever waits has a timer. Not for two threads at once.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VIRTIO_REGISTER_BYTES 0x200u
#define VIRTIO_QUEUE_BYTES    1024u /* what the queue takes from the start of the memory */
#define VIRTIO_SLOTS          8u    /* most requests that the device has at a time */
#define VIRTIO_PARTS          3u    /* most pieces of memory in a request */
#define VIRTIO_FAILURES       3u    /* of a device with nothing done in between: it is broken */

/* Registers, table 4.1: byte offsets. */
enum virtio_register {
    VIRTIO_MAGIC_VALUE = 0x000,
    VIRTIO_VERSION = 0x004,
    VIRTIO_DEVICE_ID = 0x008,
    VIRTIO_DEVICE_FEATURES = 0x010,
    VIRTIO_DEVICE_FEATURES_SEL = 0x014,
    VIRTIO_DRIVER_FEATURES = 0x020,
    VIRTIO_DRIVER_FEATURES_SEL = 0x024,
    VIRTIO_QUEUE_SEL = 0x030,
    VIRTIO_QUEUE_NUM_MAX = 0x034,
    VIRTIO_QUEUE_NUM = 0x038,
    VIRTIO_QUEUE_READY = 0x044,
    VIRTIO_QUEUE_NOTIFY = 0x050,
    VIRTIO_INTERRUPT_STATUS = 0x060,
    VIRTIO_INTERRUPT_ACK = 0x064,
    VIRTIO_STATUS = 0x070,
    VIRTIO_QUEUE_DESC_LOW = 0x080,
    VIRTIO_QUEUE_DESC_HIGH = 0x084,
    VIRTIO_QUEUE_DRIVER_LOW = 0x090,
    VIRTIO_QUEUE_DRIVER_HIGH = 0x094,
    VIRTIO_QUEUE_DEVICE_LOW = 0x0a0,
    VIRTIO_QUEUE_DEVICE_HIGH = 0x0a4,
    VIRTIO_CONFIG_GENERATION = 0x0fc,
    VIRTIO_CONFIG = 0x100,
};

/* Device types, 5. */
enum virtio_device { VIRTIO_BLOCK = 2, VIRTIO_ENTROPY = 4 };

/* What the transport itself needs or takes, 6; a driver's own bits are below 24. */
#define VIRTIO_F_VERSION_1       (UINT64_C(1) << 32)
#define VIRTIO_F_ACCESS_PLATFORM (UINT64_C(1) << 33)
#define VIRTIO_F_ORDER_PLATFORM  (UINT64_C(1) << 36)

enum virtio_state {
    VIRTIO_WORKS,
    VIRTIO_NO_DEVICE,    /* no virtio registers, or not this type of device */
    VIRTIO_LEGACY,       /* the interface from before version 1.0 */
    VIRTIO_STAYS_ON,     /* it does not end its reset */
    VIRTIO_FEATURES,     /* it is not of version 1, or refuses what it offered */
    VIRTIO_NO_QUEUE,     /* it has no queue 0 of at least one request */
    VIRTIO_NO_MEMORY,    /* the program was given no DMA memory, or too little */
    VIRTIO_BAD_CONFIG,   /* what it says of itself cannot be, or changes all the time */
    VIRTIO_BROKEN,       /* what it wrote into the queue cannot be */
    VIRTIO_NEEDS_RESET,  /* it says so itself, 2.1.2 */
    VIRTIO_FAILS_AGAIN,  /* one of the last two, however often it was started anew */
};

struct virtio {
    volatile uint32_t *base;
    uint8_t *memory; /* DMA memory; the first VIRTIO_QUEUE_BYTES are the queue's */
    uint64_t bus;    /* its address for the device */
    size_t bytes;
    uint64_t features; /* agreed upon */
    enum virtio_state state;
    unsigned entries; /* of the queue */
    unsigned slots;   /* requests that it has room for, at most VIRTIO_SLOTS */
    uint16_t offered; /* requests so far */
    uint16_t taken;
    unsigned failures; /* since it did a request as it should */
    struct virtio_slot {
        bool offered;
        uint32_t writable; /* bytes that the device may write */
    } slot[VIRTIO_SLOTS];
};

/* A piece of DMA memory, by its distance from the start of the memory. */
struct virtio_part {
    uint32_t offset;
    uint32_t bytes;
    bool device_writes; /* all of these come after those that the device reads */
};

/*
 * How a register is reached, and the barrier between DMA memory and registers, and
 * between two words of DMA memory. A test links a modelled device instead.
 */
uint32_t virtio_read(const struct virtio *device, unsigned offset);
void virtio_write(const struct virtio *device, unsigned offset, uint32_t value);
uint8_t virtio_read_byte(const struct virtio *device, unsigned offset);
void virtio_barrier(void);

/* Fills in registers and memory as the startup page has them. */
enum virtio_state virtio_find(struct virtio *device);
/*
 * Takes the device over in whatever state it is, agrees on features (those of `wanted`
 * that it offers) and sets the queue up, empty. Whatever was offered before is forgotten:
 * after the reset the device does not touch the memory any more, 2.4. One that did nothing
 * but fail since it was found is not started another time.
 */
enum virtio_state virtio_start(struct virtio *device, enum virtio_device type, uint64_t wanted);
/* Stops the device. false: it goes on, and may still write to its memory. */
bool virtio_reset(struct virtio *device);

/* Offers a request in a slot that is not offered; `parts` is 1 to VIRTIO_PARTS. */
void virtio_offer(struct virtio *device, unsigned slot, const struct virtio_part *part,
                  unsigned parts);
/* The next request that the device is done with, and how many bytes it says it wrote. */
enum virtio_taken { VIRTIO_NONE, VIRTIO_TAKEN, VIRTIO_LIES } virtio_take(struct virtio *device,
                                                                         unsigned *slot,
                                                                         uint32_t *wrote);

/* Why the device interrupts, InterruptStatus in 4.2.2, and that it may stop to. */
#define VIRTIO_INTERRUPT_USED   1u
#define VIRTIO_INTERRUPT_CONFIG 2u
uint32_t virtio_interrupt(struct virtio *device);

/*
 * Copies bytes of the device's own configuration, all of one generation (2.5.1).
 * false: it changes all the time.
 */
bool virtio_config(const struct virtio *device, unsigned offset, void *to, size_t bytes);

/* A state in words, for the log. */
const char *virtio_describe(enum virtio_state state);
