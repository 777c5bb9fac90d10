/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Slots for virtio devices: nodes that are all alike, of which most are empty. Which
 * device is in one only its registers tell (virtio 1.2, 4.2.2), so they are read
 * where there are some: of nodes that say virtio,mmio, and of no others.
 */
#include "check.h"

#define VIRTIO_COMPATIBLE "virtio,mmio"
#define VIRTIO_BYTES_MIN  0x100 /* the registers that all of them have */

static bool is_slot(const struct check *check, int node)
{
    return fdt_node_check_compatible(check->system->tree, node, VIRTIO_COMPATIBLE) == 0;
}

bool virtio_fits(struct check *check, const struct system_server *server, int node)
{
    const struct system_input *input = check->input;
    struct system_region region;

    if (!server->virtio_device || !input->virtio_device || !is_slot(check, node)) {
        return true;
    }
    return region_free(check, node, &region) && region.bytes >= VIRTIO_BYTES_MIN &&
           input->virtio_device(input->context, region.address) == server->virtio_device;
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
