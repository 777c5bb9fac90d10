/* SPDX-License-Identifier: BSD-2-Clause */
/* The modelled virtio device; section numbers are those of virtio 1.2. */
#include "virtio_model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include <lib/virtio.h>

#define QUEUE_MAX 1024u

struct virtio_model virtio_model;
#define model virtio_model

static struct {
    uint32_t status, interrupt, features_page, driver_page, queue, generation;
    uint64_t agreed;
    uint32_t size, ready;
    uint64_t descriptors, available, used;
    uint16_t taken, answered;
} now;

/* What the device could see at the last barrier. */
static uint8_t seen[1 << 20];
static uint16_t seen_index;

void virtio_model_power_on(uint32_t type, uint64_t offers, void *memory, size_t bytes, uint64_t bus)
{
    assert_true(bytes <= sizeof(seen));
    memset(&model, 0, sizeof(model));
    memset(&now, 0, sizeof(now));
    model.memory = memory;
    model.bytes = bytes;
    model.bus = bus;
    model.magic = 0x74726976;
    model.version = 2;
    model.type = type;
    model.queue_max = QUEUE_MAX;
    model.offers = offers;
}

bool virtio_model_runs(void)
{
    return now.status == 0xf && now.ready == 1;
}

uint64_t virtio_model_agreed(void)
{
    return now.agreed;
}

/* The device's own access: by bus addresses, and to nothing but its memory. */
static uint8_t *at(uint64_t address, uint64_t bytes)
{
    assert_true(address >= model.bus && bytes <= model.bytes);
    assert_true(address - model.bus <= model.bytes - bytes);
    return model.memory + (address - model.bus);
}

static uint16_t get16(uint64_t address)
{
    uint16_t value;
    memcpy(&value, at(address, sizeof(value)), sizeof(value));
    return value;
}

static uint32_t get32(uint64_t address)
{
    uint32_t value;
    memcpy(&value, at(address, sizeof(value)), sizeof(value));
    return value;
}

static uint64_t get64(uint64_t address)
{
    uint64_t value;
    memcpy(&value, at(address, sizeof(value)), sizeof(value));
    return value;
}

static void put16(uint64_t address, uint16_t value)
{
    memcpy(at(address, sizeof(value)), &value, sizeof(value));
}

static void put32(uint64_t address, uint32_t value)
{
    memcpy(at(address, sizeof(value)), &value, sizeof(value));
}

/* 2.7.13.3: what the index speaks of was there one barrier before the index. */
static void look_at_barrier(void)
{
    uint16_t index = get16(now.available + 2);

    if (index != seen_index) {
        uint64_t rings = now.available + 4 - model.bus;
        assert_memory_equal(model.memory + (now.descriptors - model.bus),
                            seen + (now.descriptors - model.bus), 16 * (size_t)now.size);
        assert_memory_equal(model.memory + rings, seen + rings, 2 * (size_t)now.size);
    }
    seen_index = index;
}

void virtio_barrier(void)
{
    if (now.ready)
        look_at_barrier();
    memcpy(seen, model.memory, model.bytes);
}

static void take_part(struct virtio_model_request *request, uint64_t descriptor)
{
    uint16_t flags = get16(descriptor + 12);
    unsigned part = request->parts++;

    assert_true(part < VIRTIO_MODEL_PARTS);
    assert_int_equal(flags & ~3u, 0);
    request->part[part].bytes = get32(descriptor + 8);
    assert_true(request->part[part].bytes > 0);
    request->part[part].data = at(get64(descriptor), request->part[part].bytes);
    request->part[part].writes = flags & 2;
    /* 2.7.4.2: those to be written come last */
    if (part > 0 && request->part[part - 1].writes)
        assert_true(request->part[part].writes);
}

bool virtio_model_next(struct virtio_model_request *request)
{
    uint64_t ring = now.available + 4;
    uint16_t entry;

    assert_true(virtio_model_runs());
    if (get16(now.available + 2) == now.taken)
        return false;
    assert_true((uint16_t)(get16(now.available + 2) - now.answered) <= now.size);
    *request = (struct virtio_model_request){.head = get16(ring + 2 * (now.taken % now.size))};
    entry = request->head;
    for (;;) {
        uint64_t descriptor = now.descriptors + 16 * (uint64_t)entry;
        assert_true(entry < now.size);
        take_part(request, descriptor);
        if (!(get16(descriptor + 12) & 1))
            break;
        entry = get16(descriptor + 14);
    }
    now.taken++;
    return true;
}

void virtio_model_lie(uint32_t id, uint32_t bytes, uint16_t step)
{
    uint64_t element = now.used + 4 + 8 * (uint64_t)(now.answered % now.size);

    put32(element, id);
    put32(element + 4, bytes);
    now.answered = (uint16_t)(now.answered + step);
    put16(now.used + 2, now.answered);
    now.interrupt |= 1;
}

void virtio_model_answer(uint16_t head, uint32_t bytes)
{
    virtio_model_lie(head, bytes, 1);
}

void virtio_model_change(void)
{
    now.generation++;
    now.interrupt |= 2;
}

void virtio_model_need_reset(void)
{
    now.status |= 64;
    now.interrupt |= 2;
}

bool virtio_model_interrupt(void)
{
    return now.interrupt != 0;
}

uint32_t virtio_read(const struct virtio *device, unsigned offset)
{
    (void)device;
    switch (offset) {
    case 0x000:
        return model.magic;
    case 0x004:
        return model.version;
    case 0x008:
        return model.type;
    case 0x010:
        assert_int_equal(now.status & 2, 2); /* 3.1.1: a driver reads them */
        return (uint32_t)(model.offers >> (now.features_page ? 32 : 0));
    case 0x034:
        return now.queue == 0 ? model.queue_max : 0;
    case 0x044:
        return model.queue_in_use || now.ready;
    case 0x060:
        return now.interrupt;
    case 0x070:
        return now.status;
    case 0x0fc:
        return model.restless ? now.generation++ : now.generation;
    }
    fail_msg("read of register %#x", offset);
    return 0;
}

uint8_t virtio_read_byte(const struct virtio *device, unsigned offset)
{
    (void)device;
    assert_in_range(offset, 0x100, 0x100 + sizeof(model.config) - 1);
    return model.config[offset - 0x100];
}

/* 2.1.1: bits are added one after the other, and only a reset takes them away. */
static void write_status(uint32_t value)
{
    static const uint32_t order[] = {0, 1, 3, 0xb, 0xf};

    if (value == 0) {
        model.resets++;
        if (model.stays_on)
            return;
        memset(&now, 0, sizeof(now));
        seen_index = 0;
        return;
    }
    for (unsigned i = 0; i < 4; i++) {
        if (order[i] == (now.status & 0xf) && order[i + 1] == value)
            break;
        assert_int_not_equal(i, 3);
    }
    if (value == 0xb && (model.refuses || now.agreed & ~model.offers))
        return;
    if (value == 0xf)
        assert_int_equal(now.ready, 1);
    now.status = value;
}

static void write_features(uint32_t value)
{
    unsigned shift = now.driver_page ? 32 : 0;

    assert_int_equal(now.status, 3); /* 3.1.1: before FEATURES_OK */
    now.agreed &= ~((uint64_t)UINT32_MAX << shift);
    now.agreed |= (uint64_t)value << shift;
}

static void write_ready(uint32_t value)
{
    assert_int_equal(value, 1);
    assert_int_equal(now.status, 0xb); /* 3.1.1: after FEATURES_OK, before DRIVER_OK */
    assert_true(now.size > 0 && now.size <= model.queue_max);
    assert_int_equal(now.size & (now.size - 1), 0); /* 2.7: a power of two */
    assert_int_equal(now.descriptors % 16 | now.available % 2 | now.used % 4, 0);
    at(now.descriptors, 16 * (uint64_t)now.size);
    at(now.available, 6 + 2 * (uint64_t)now.size);
    at(now.used, 6 + 8 * (uint64_t)now.size);
    assert_int_equal(get16(now.available + 2), 0);
    assert_int_equal(get16(now.used + 2), 0);
    now.ready = 1;
    memcpy(seen, model.memory, model.bytes);
}

static void half(uint64_t *address, unsigned shift, uint32_t value)
{
    assert_int_equal(now.ready, 0);
    *address = (*address & ~((uint64_t)UINT32_MAX << shift)) | (uint64_t)value << shift;
}

/* 4.2.3.3: the device looks at once, so what it shall see is behind a barrier. */
static void notify(uint32_t queue)
{
    assert_int_equal(queue, 0);
    assert_true(virtio_model_runs());
    assert_int_equal(get16(now.available + 2), seen_index);
    model.notified++;
}

void virtio_write(const struct virtio *device, unsigned offset, uint32_t value)
{
    (void)device;
    switch (offset) {
    case 0x014:
        now.features_page = value;
        return;
    case 0x020:
        write_features(value);
        return;
    case 0x024:
        now.driver_page = value;
        return;
    case 0x030:
        now.queue = value;
        return;
    case 0x038:
        assert_int_equal(now.ready, 0);
        now.size = value;
        return;
    case 0x044:
        write_ready(value);
        return;
    case 0x050:
        notify(value);
        return;
    case 0x064:
        assert_int_equal(value & ~now.interrupt, 0);
        now.interrupt &= ~value;
        return;
    case 0x070:
        write_status(value);
        return;
    case 0x080:
    case 0x084:
        half(&now.descriptors, offset & 4 ? 32 : 0, value);
        return;
    case 0x090:
    case 0x094:
        half(&now.available, offset & 4 ? 32 : 0, value);
        return;
    case 0x0a0:
    case 0x0a4:
        half(&now.used, offset & 4 ? 32 : 0, value);
        return;
    }
    fail_msg("write of register %#x", offset);
}
