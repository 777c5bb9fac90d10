/* SPDX-License-Identifier: BSD-2-Clause */
#include "line.h"

#include <libfdt.h>

#define PIN            1u
#define GPIODATA       0x3fc  /* PL061 TRM 3.3: all pins */
#define GPIOIS         0x404  /* sense: 1 is by level */
#define GPIOIEV        0x40c  /* which level */
#define GPIOIE         0x410  /* mask: 1 lets through */
#define FIRST_SHARED   32     /* interrupt numbers of a tree count from here */

static volatile uint32_t *device;
static unsigned frame;

static volatile uint32_t *device_register(unsigned offset)
{
    return device + offset / sizeof(*device);
}

static unsigned untyped_at(uint64_t address)
{
    for (unsigned i = 0; i < boot->untyped_count; i++)
        if (boot->untyped[i].device && boot->untyped[i].address == address)
            return INIT_SLOT_FIRST_UNTYPED + i;
    CHECK(!"the device's registers are an Untyped");
    return 0;
}

unsigned line_open(void)
{
    const void *tree = (const void *)(uintptr_t)boot->hardware_tree;
    int node = fdt_node_offset_by_compatible(tree, -1, "arm,pl061");
    const fdt32_t *interrupts = fdt_getprop(tree, node, "interrupts", NULL);
    const fdt64_t *reg = fdt_getprop(tree, node, "reg", NULL);

    frame = slot_take();
    CHECK(interrupts != NULL && reg != NULL);
    CHECK_EQUAL(retype(untyped_at(fdt64_to_cpu(*reg)), OBJECT_FRAME, FRAME_BITS_4K, frame),
                RESULT_DONE);
    device = window_map(frame, RIGHT_READ | RIGHT_WRITE, MEMORY_DEVICE);
    *device_register(GPIOIE) = 0;
    *device_register(GPIOIS) = PIN;
    *device_register(GPIOIEV) = *device_register(GPIODATA) & PIN;
    return FIRST_SHARED + fdt32_to_cpu(interrupts[1]);
}

void line_raise(void)
{
    *device_register(GPIOIE) = PIN;
}

void line_lower_at(volatile uint32_t *registers)
{
    registers[GPIOIE / sizeof(*registers)] = 0;
    /* It has got there before the line speaks again. */
    (void)registers[GPIOIE / sizeof(*registers)];
}

void line_lower(void)
{
    line_lower_at(device);
}

unsigned line_frame(void)
{
    return frame;
}
