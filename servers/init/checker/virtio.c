/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Slots for virtio devices: nodes that are all alike, of which most are empty. Which
 * device is in one only its registers tell (virtio 1.2, 4.2.2), so they are read
 * where there are some: of nodes that say virtio,mmio, and of no others. A slot that
 * is none, whatever the tree says, is told once and left alone.
 */
#include "check.h"

#define VIRTIO_COMPATIBLE "virtio,mmio"
#define VIRTIO_BYTES_MIN  0x100 /* the registers that all of them have */

static bool is_slot(const struct check *check, int node)
{
    return fdt_node_check_compatible(check->system->tree, node, VIRTIO_COMPATIBLE) == 0;
}

/* What there is in the place of a slot; NULL: it is one. */
static const char *slot_read(struct check *check, const struct system_region *region,
                             uint32_t *device)
{
    const char *holder = region_conflict(check, NULL, region);

    if (holder) {
        return holder;
    }
    return region->bytes < VIRTIO_BYTES_MIN
               ? "too few registers"
               : check->input->virtio_device(check->input->context, region->address, device);
}

static uint32_t slot_look(struct check *check, int node)
{
    char buffer[CHECK_TEXT_BYTES];
    struct text found = text_in(buffer, sizeof(buffer));
    struct system_region region;
    uint32_t device = 0;
    const char *wrong = NULL;

    if (!region_first(check, node, &region)) {
        text_format(&found, "none that the processor can address");
    } else if ((wrong = slot_read(check, &region, &device)) != NULL) {
        text_format(&found, "%s at 0x%lx", wrong, (unsigned long)region.address);
    }
    if (found.used) {
        refuse_node(check, node, &(struct mistake){"reg", NULL, buffer},
                    "registers of a virtio device");
    }
    return device;
}

static void slots_end(struct check *check, int node)
{
    if (!check->virtio_more) {
        refuse_node(check, node, &(struct mistake){"compatible", NULL, "one more"},
                    "at most 64 slots for virtio devices");
    }
    check->virtio_more = true;
}

/* DeviceID in the slot, as it was when it was first looked at; 0: it is empty, or no slot. */
static uint32_t slot_device(struct check *check, int node)
{
    struct virtio_slot *next = &check->virtio[check->virtio_count];

    for (unsigned i = 0; i < check->virtio_count; i++) {
        if (check->virtio[i].node == node) {
            return check->virtio[i].device;
        }
    }
    if (check->virtio_count == CHECK_VIRTIO_MAX) {
        slots_end(check, node);
        return 0;
    }
    check->virtio_count++;
    *next = (struct virtio_slot){node, slot_look(check, node)};
    return next->device;
}

bool virtio_fits(struct check *check, const struct system_server *server, int node)
{
    if (!server->virtio_device || !check->input->virtio_device || !is_slot(check, node)) {
        return true;
    }
    return slot_device(check, node) == server->virtio_device;
}

void virtio_check(struct check *check, struct system_server *server)
{
    if (!server->virtio_device || server->verdict == VERDICT_ERROR) {
        return;
    }
    if (!is_slot(check, server->device)) {
        refuse_found(check, server,
                     &(struct mistake){"virtio-device-id", NULL, "one that is something else"},
                     "a device that is " VIRTIO_COMPATIBLE);
    } else if (!check->input->virtio_device) {
        hint(check, server,
             &(struct mistake){"virtio-device-id", NULL, "which slot it is in is seen at boot"},
             "a machine to be asked");
    }
}
