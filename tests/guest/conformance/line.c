/* SPDX-License-Identifier: BSD-2-Clause */
#include "line.h"

#include <libfdt.h>

#define FIRST_SHARED   32     /* interrupt numbers of a tree count from here */

#define GPIO_PIN       1u
#define GPIODATA       0x3fc  /* PL061 TRM 3.3: all pins */
#define GPIOIS         0x404  /* sense: 1 is by level */
#define GPIOIEV        0x40c  /* which level */
#define GPIOIE         0x410  /* mask: 1 lets through */

#define UARTDR         0x000  /* PL011 TRM 3.3 */
#define UARTCR         0x030
#define UARTIMSC       0x038  /* mask: 1 lets through */
#define UARTRIS        0x03c  /* what there is, let through or not */
#define UART_ENABLE    (1u << 0 | 1u << 8) /* the device, and that it sends */
#define UART_SENT      (1u << 5)

/* A device with a cause that stays, and a mask that lets it through. */
struct kind {
    const char *compatible;
    void (*prepare)(void);
    unsigned mask;  /* its register */
    uint32_t bit;
};

static volatile uint32_t *device;
static unsigned frame;
static const struct kind *kind;

static volatile uint32_t *device_register(unsigned offset)
{
    return device + offset / sizeof(*device);
}

/* A pin that waits for the level that it has. */
static void pin_prepare(void)
{
    *device_register(GPIOIS) = GPIO_PIN;
    *device_register(GPIOIEV) = *device_register(GPIODATA) & GPIO_PIN;
}

/* A byte that was sent, and never acknowledged. */
static void serial_prepare(void)
{
    *device_register(UARTCR) = UART_ENABLE;
    *device_register(UARTDR) = 0;
    while (!(*device_register(UARTRIS) & UART_SENT))
        ;
}

/* The first that the board has; virt prints on its PL011. */
static const struct kind kinds[] = {
    {"arm,pl061", pin_prepare, GPIOIE, GPIO_PIN},
    {"arm,pl011", serial_prepare, UARTIMSC, UART_SENT},
};

/* --- The tree ----------------------------------------------------------------------- */

static const void *tree(void)
{
    return (const void *)(uintptr_t)boot->hardware_tree;
}

static int node_find(void)
{
    for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        int node = fdt_node_offset_by_compatible(tree(), -1, kinds[i].compatible);

        kind = &kinds[i];
        if (node >= 0)
            return node;
    }
    CHECK(!"the board has a device for it");
    return 0;
}

static uint64_t cells_read(const fdt32_t *cell, int count)
{
    uint64_t value = 0;

    for (int i = 0; i < count; i++)
        value = value << 32 | fdt32_to_cpu(cell[i]);
    return value;
}

/* Of a device at the top, or on a bus that is. */
static uint64_t address_of(int node)
{
    int bus = fdt_parent_offset(tree(), node), bytes = 0;
    int own = fdt_address_cells(tree(), bus), above = fdt_address_cells(tree(), 0);
    int each = own + above + fdt_size_cells(tree(), bus);
    const fdt32_t *reg = fdt_getprop(tree(), node, "reg", NULL);
    const fdt32_t *range = fdt_getprop(tree(), bus, "ranges", &bytes);
    uint64_t address;

    CHECK(reg != NULL);
    address = cells_read(reg, own);
    for (int left = bus == 0 ? 0 : bytes / (int)sizeof(*range); left >= each;
         left -= each, range += each) {
        uint64_t start = cells_read(range, own);

        if (address - start < cells_read(range + own + above, each - own - above))
            return address - start + cells_read(range + own, above);
    }
    return address;
}

static unsigned untyped_at(uint64_t address)
{
    for (unsigned i = 0; i < boot->untyped_count; i++)
        if (boot->untyped[i].device && boot->untyped[i].address == address)
            return INIT_SLOT_FIRST_UNTYPED + i;
    CHECK(!"the device's registers are an Untyped");
    return 0;
}

/* --- The line ----------------------------------------------------------------------- */

unsigned line_open(void)
{
    int node = node_find();
    const fdt32_t *interrupts = fdt_getprop(tree(), node, "interrupts", NULL);

    frame = slot_take();
    CHECK(interrupts != NULL);
    CHECK_EQUAL(retype(untyped_at(address_of(node)), OBJECT_FRAME, FRAME_BITS_4K, frame),
                RESULT_DONE);
    device = window_map(frame, RIGHT_READ | RIGHT_WRITE, MEMORY_DEVICE);
    line_lower();
    kind->prepare();
    return FIRST_SHARED + fdt32_to_cpu(interrupts[1]);
}

void line_raise(void)
{
    *device_register(kind->mask) = kind->bit;
}

void line_lower_at(volatile uint32_t *mask)
{
    *mask = 0;
    /* It has got there before the line speaks again. */
    (void)*mask;
}

void line_lower(void)
{
    line_lower_at(device_register(kind->mask));
}

unsigned line_frame(void)
{
    return frame;
}

unsigned line_mask(void)
{
    return kind->mask;
}
