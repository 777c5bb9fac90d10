/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A virtio device behind MMIO registers for host tests, after virtio 1.2: 2.1 (status),
 * 2.7 (split queue), 3.1 (initialisation), 4.2 (MMIO). It knows its memory by bus
 * addresses alone. Whatever the driver is not allowed to do fails the test: steps out of
 * order, unknown registers, descriptors outside of its memory, an index that is changed
 * without a barrier after what it speaks of, a request offered to a device that is off.
 *
 * The device takes requests when the test says so, and answers as the test says, also
 * with what no device may say. One device.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VIRTIO_MODEL_PARTS 8

struct virtio_model_request {
    uint16_t head;
    unsigned parts;
    struct {
        uint8_t *data;
        uint32_t bytes;
        bool writes; /* for the device to write */
    } part[VIRTIO_MODEL_PARTS];
};

/* What the device is; the test sets it, before the driver starts or later. */
struct virtio_model {
    uint8_t *memory; /* as the program sees it */
    size_t bytes;
    uint64_t bus;
    uint32_t magic, version, type, queue_max;
    uint64_t offers;     /* feature bits */
    uint8_t config[64];
    bool stays_on;       /* a reset does not end */
    bool refuses;        /* FEATURES_OK does not stay */
    bool queue_in_use;   /* QueueReady reads 1 after reset */
    bool restless;       /* the configuration changes whenever it is looked at */
    unsigned resets;     /* so far */
    unsigned notified;
};
extern struct virtio_model virtio_model;

/* A device of that type, as an emulator leaves it at power-on. */
void virtio_model_power_on(uint32_t type, uint64_t offers, void *memory, size_t bytes,
                           uint64_t bus);
/* The driver set it up and it works. */
bool virtio_model_runs(void);
uint64_t virtio_model_agreed(void);

/* The next request that was offered, checked. false: none. */
bool virtio_model_next(struct virtio_model_request *request);
/* Answers: `bytes` were written. Raises the interrupt. */
void virtio_model_answer(uint16_t head, uint32_t bytes);
/* Writes an element and moves the index by `step`, whatever is there. */
void virtio_model_lie(uint32_t id, uint32_t bytes, uint16_t step);
/* Something in the configuration changed, or the device asks to be reset. */
void virtio_model_change(void);
void virtio_model_need_reset(void);
bool virtio_model_interrupt(void);
