/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio over MMIO; section numbers are those of version 1.2. Device and program are
 * both little-endian, so nothing is turned round.
 */
#include <lib/program.h>
#include <lib/virtio.h>

#define MAGIC          0x74726976u /* "virt" */
#define VERSION_LEGACY 1u
#define VERSION        2u

/* Device status, 2.1 */
#define STATUS_ACKNOWLEDGE        1u
#define STATUS_DRIVER             2u
#define STATUS_DRIVER_OK          4u
#define STATUS_FEATURES_OK        8u
#define STATUS_DEVICE_NEEDS_RESET 64u

/* virtq_desc.flags, 2.7.5 */
#define DESC_F_NEXT  1u
#define DESC_F_WRITE 2u

/* More looks at the status than any reset takes; configurations that change while being read. */
#define RESET_LOOKS  10000u
#define CONFIG_LOOKS 100u

/* Each slot has descriptors of its own: those from slot * SLOT_ENTRIES on. */
#define SLOT_ENTRIES 4u
#define ENTRIES_MAX  (VIRTIO_SLOTS * SLOT_ENTRIES)

_Static_assert(VIRTIO_PARTS <= SLOT_ENTRIES, "a slot's descriptors");

/* 2.7.5, 2.7.6, 2.7.8, for as many entries as there can be; all that lies in DMA memory. */
struct descriptor {
    uint64_t address;
    uint32_t bytes;
    uint16_t flags;
    uint16_t next;
};

struct available {
    uint16_t flags;
    uint16_t index;
    uint16_t ring[ENTRIES_MAX];
};

struct used {
    uint16_t flags;
    uint16_t index;
    struct used_element {
        uint32_t id;
        uint32_t bytes;
    } ring[ENTRIES_MAX];
};

struct queue {
    struct descriptor descriptor[ENTRIES_MAX];
    struct available available;
    struct used used;
};

_Static_assert(sizeof(struct descriptor) == 16, "2.7.5");
_Static_assert(sizeof(struct used_element) == 8, "2.7.8");
_Static_assert(offsetof(struct queue, available) % 2 == 0, "2.7: alignment");
_Static_assert(offsetof(struct queue, used) % 4 == 0, "2.7: alignment");
_Static_assert(sizeof(struct queue) <= VIRTIO_QUEUE_BYTES, "the queue");

static volatile struct queue *queue_of(const struct virtio *device)
{
    return (volatile struct queue *)(void *)device->memory;
}

enum virtio_state virtio_find(struct virtio *device)
{
    size_t bytes = 0;

    *device = (struct virtio){.base = program_registers(0, &bytes), .state = VIRTIO_NO_DEVICE};
    if (device->base == NULL || bytes < VIRTIO_REGISTER_BYTES)
        return device->state;
    device->memory = program_dma(&device->bytes);
    device->state = VIRTIO_NO_MEMORY;
    if (device->memory == NULL || device->bytes < VIRTIO_QUEUE_BYTES)
        return device->state;
    device->bus = program_dma_bus(device->memory);
    device->state = VIRTIO_WORKS;
    return device->state;
}

static enum virtio_state identify(const struct virtio *device, enum virtio_device type)
{
    uint32_t version;

    if (virtio_read(device, VIRTIO_MAGIC_VALUE) != MAGIC)
        return VIRTIO_NO_DEVICE;
    version = virtio_read(device, VIRTIO_VERSION);
    if (version == VERSION_LEGACY)
        return VIRTIO_LEGACY;
    if (version != VERSION || virtio_read(device, VIRTIO_DEVICE_ID) != type)
        return VIRTIO_NO_DEVICE;
    return VIRTIO_WORKS;
}

/* 2.4.2: the reset is over when the status reads 0. */
bool virtio_reset(struct virtio *device)
{
    virtio_write(device, VIRTIO_STATUS, 0);
    for (unsigned look = 0; look < RESET_LOOKS; look++) {
        if (virtio_read(device, VIRTIO_STATUS) == 0)
            return true;
    }
    return false;
}

static void add_status(const struct virtio *device, uint32_t bit)
{
    virtio_write(device, VIRTIO_STATUS, virtio_read(device, VIRTIO_STATUS) | bit);
}

static uint64_t read_features(const struct virtio *device)
{
    uint64_t features;

    virtio_write(device, VIRTIO_DEVICE_FEATURES_SEL, 0);
    features = virtio_read(device, VIRTIO_DEVICE_FEATURES);
    virtio_write(device, VIRTIO_DEVICE_FEATURES_SEL, 1);
    return features | (uint64_t)virtio_read(device, VIRTIO_DEVICE_FEATURES) << 32;
}

/*
 * ACCESS_PLATFORM is taken because the addresses that the device gets are those of its
 * bus; a device that does not offer it takes physical addresses, which are the same
 * where there is no IOMMU and the bus is not shifted. ORDER_PLATFORM is taken because
 * the barriers here are those of memory that is shared with hardware.
 */
static enum virtio_state agree(struct virtio *device, uint64_t wanted)
{
    uint64_t offered = read_features(device);

    wanted |= VIRTIO_F_VERSION_1 | VIRTIO_F_ACCESS_PLATFORM | VIRTIO_F_ORDER_PLATFORM;
    device->features = offered & wanted;
    if (!(offered & VIRTIO_F_VERSION_1))
        return VIRTIO_FEATURES;
    virtio_write(device, VIRTIO_DRIVER_FEATURES_SEL, 0);
    virtio_write(device, VIRTIO_DRIVER_FEATURES, (uint32_t)device->features);
    virtio_write(device, VIRTIO_DRIVER_FEATURES_SEL, 1);
    virtio_write(device, VIRTIO_DRIVER_FEATURES, (uint32_t)(device->features >> 32));
    add_status(device, STATUS_FEATURES_OK);
    if (!(virtio_read(device, VIRTIO_STATUS) & STATUS_FEATURES_OK))
        return VIRTIO_FEATURES;
    return VIRTIO_WORKS;
}

/* 2.7: a power of two. */
static unsigned entries_of(uint32_t most)
{
    unsigned entries = ENTRIES_MAX;

    while (entries > most)
        entries /= 2;
    return entries;
}

static void write_address(const struct virtio *device, unsigned low, size_t offset)
{
    uint64_t address = device->bus + offset;

    virtio_write(device, low, (uint32_t)address);
    virtio_write(device, low + sizeof(uint32_t), (uint32_t)(address >> 32));
}

static void clear_queue(const struct virtio *device)
{
    volatile uint64_t *word = (volatile uint64_t *)(void *)device->memory;

    for (size_t i = 0; i < VIRTIO_QUEUE_BYTES / sizeof(*word); i++)
        word[i] = 0;
    virtio_barrier();
}

/* 4.2.3.2 */
static enum virtio_state set_queue_up(struct virtio *device)
{
    virtio_write(device, VIRTIO_QUEUE_SEL, 0);
    if (virtio_read(device, VIRTIO_QUEUE_READY) != 0)
        return VIRTIO_NO_QUEUE;
    device->entries = entries_of(virtio_read(device, VIRTIO_QUEUE_NUM_MAX));
    device->slots = device->entries / SLOT_ENTRIES;
    if (device->slots == 0)
        return VIRTIO_NO_QUEUE;
    clear_queue(device);
    virtio_write(device, VIRTIO_QUEUE_NUM, device->entries);
    write_address(device, VIRTIO_QUEUE_DESC_LOW, offsetof(struct queue, descriptor));
    write_address(device, VIRTIO_QUEUE_DRIVER_LOW, offsetof(struct queue, available));
    write_address(device, VIRTIO_QUEUE_DEVICE_LOW, offsetof(struct queue, used));
    virtio_write(device, VIRTIO_QUEUE_READY, 1);
    return VIRTIO_WORKS;
}

static void forget_requests(struct virtio *device)
{
    device->offered = device->taken = 0;
    for (unsigned i = 0; i < VIRTIO_SLOTS; i++)
        device->slot[i] = (struct virtio_slot){0};
}

/* The order of 3.1.1. */
static enum virtio_state start(struct virtio *device, enum virtio_device type, uint64_t wanted)
{
    enum virtio_state state = identify(device, type);

    if (state != VIRTIO_WORKS)
        return state;
    if (!virtio_reset(device))
        return VIRTIO_STAYS_ON;
    add_status(device, STATUS_ACKNOWLEDGE);
    add_status(device, STATUS_DRIVER);
    state = agree(device, wanted);
    if (state == VIRTIO_WORKS)
        state = set_queue_up(device);
    if (state == VIRTIO_WORKS)
        add_status(device, STATUS_DRIVER_OK);
    return state;
}

enum virtio_state virtio_start(struct virtio *device, enum virtio_device type, uint64_t wanted)
{
    forget_requests(device);
    if (device->failures >= VIRTIO_FAILURES)
        device->state = VIRTIO_FAILS_AGAIN;
    else if (device->state != VIRTIO_NO_MEMORY)
        device->state = start(device, type, wanted);
    return device->state;
}

static void describe_part(const struct virtio *device, unsigned entry,
                          const struct virtio_part *part, bool more)
{
    volatile struct descriptor *descriptor = &queue_of(device)->descriptor[entry];

    descriptor->address = device->bus + part->offset;
    descriptor->bytes = part->bytes;
    descriptor->flags =
        (uint16_t)((more ? DESC_F_NEXT : 0) | (part->device_writes ? DESC_F_WRITE : 0));
    descriptor->next = (uint16_t)(more ? entry + 1 : 0);
}

/* 2.7.13: descriptors are there before the index says so, and that before the device is told. */
void virtio_offer(struct virtio *device, unsigned slot, const struct virtio_part *part,
                  unsigned parts)
{
    volatile struct available *available = &queue_of(device)->available;
    unsigned head = slot * SLOT_ENTRIES;

    device->slot[slot] = (struct virtio_slot){.offered = true};
    for (unsigned i = 0; i < parts; i++) {
        describe_part(device, head + i, &part[i], i + 1 < parts);
        if (part[i].device_writes)
            device->slot[slot].writable += part[i].bytes;
    }
    available->ring[device->offered % device->entries] = (uint16_t)head;
    virtio_barrier();
    available->index = ++device->offered;
    virtio_barrier();
    virtio_write(device, VIRTIO_QUEUE_NOTIFY, 0);
}

/* Is this an answer to something? Each request is answered once, 2.7.8. */
static bool is_possible(const struct virtio *device, uint32_t id, uint32_t bytes)
{
    unsigned slot = id / SLOT_ENTRIES;

    return id % SLOT_ENTRIES == 0 && slot < device->slots && device->slot[slot].offered &&
           bytes <= device->slot[slot].writable;
}

/* The driver starts it anew, and sees by that whether it may. */
static void fail(struct virtio *device, enum virtio_state why)
{
    device->failures += device->state == VIRTIO_WORKS;
    device->state = why;
}

enum virtio_taken virtio_take(struct virtio *device, unsigned *slot, uint32_t *wrote)
{
    const volatile struct used *used = &queue_of(device)->used;
    uint16_t ready = (uint16_t)(used->index - device->taken);
    const volatile struct used_element *element = &used->ring[device->taken % device->entries];
    uint32_t id, bytes;

    if (ready == 0)
        return VIRTIO_NONE;
    virtio_barrier(); /* the index first, then what it speaks of */
    id = element->id;
    bytes = element->bytes;
    if (ready > (uint16_t)(device->offered - device->taken) || !is_possible(device, id, bytes)) {
        fail(device, VIRTIO_BROKEN);
        return VIRTIO_LIES;
    }
    device->failures = 0;
    *slot = id / SLOT_ENTRIES;
    *wrote = bytes;
    device->slot[*slot].offered = false;
    device->taken++;
    return VIRTIO_TAKEN;
}

/*
 * Acknowledged before the queue is looked at: what the device is done with afterwards
 * interrupts again.
 */
uint32_t virtio_interrupt(struct virtio *device)
{
    uint32_t why = virtio_read(device, VIRTIO_INTERRUPT_STATUS);

    virtio_write(device, VIRTIO_INTERRUPT_ACK, why);
    virtio_barrier();
    if (virtio_read(device, VIRTIO_STATUS) & STATUS_DEVICE_NEEDS_RESET)
        fail(device, VIRTIO_NEEDS_RESET);
    return why & (VIRTIO_INTERRUPT_USED | VIRTIO_INTERRUPT_CONFIG);
}

bool virtio_config(const struct virtio *device, unsigned offset, void *to, size_t bytes)
{
    for (unsigned look = 0; look < CONFIG_LOOKS; look++) {
        uint32_t generation = virtio_read(device, VIRTIO_CONFIG_GENERATION);

        for (size_t i = 0; i < bytes; i++)
            ((uint8_t *)to)[i] = virtio_read_byte(device, VIRTIO_CONFIG + offset + (unsigned)i);
        if (virtio_read(device, VIRTIO_CONFIG_GENERATION) == generation)
            return true;
    }
    return false;
}

const char *virtio_describe(enum virtio_state state)
{
    switch (state) {
    case VIRTIO_WORKS:
        return "it works";
    case VIRTIO_NO_DEVICE:
        return "there is no such virtio device";
    case VIRTIO_LEGACY:
        return "its interface is that from before virtio 1.0, which is not supported";
    case VIRTIO_STAYS_ON:
        return "its reset does not end";
    case VIRTIO_FEATURES:
        return "it does not offer virtio 1.0, or refuses the features that it offered";
    case VIRTIO_NO_QUEUE:
        return "it has no queue";
    case VIRTIO_NO_MEMORY:
        return "there is no memory for it, or too little: dma-kib";
    case VIRTIO_BAD_CONFIG:
        return "what it says of itself cannot be";
    case VIRTIO_BROKEN:
        return "what it wrote into its queue cannot be";
    case VIRTIO_NEEDS_RESET:
        return "it has an error and asks for a reset";
    case VIRTIO_FAILS_AGAIN:
        return "it is broken: it fails whenever it is started";
    }
    return "unknown";
}
