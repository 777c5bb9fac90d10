/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The UART of the tree's stdout-path: which registers early.c uses. Not much is written,
 * for the firmware has set it up.
 */
#include "early.h"
#include "kernel_map.h"
#include "machine.h"
#include "mmio.h"

/* PL011 (DDI 0183) 3.3 */
#define UARTDR    0x000
#define UARTFR    0x018
#define UARTLCR_H 0x02c
#define UARTCR    0x030
#define UARTFR_TXFF     (1u << 5)
#define UARTLCR_H_FEN   (1u << 4)
#define UARTLCR_H_WLEN8 (3u << 5)
#define UARTCR_UARTEN   (1u << 0)
#define UARTCR_TXE      (1u << 8)

/* BCM2835 auxiliary mini UART (peripherals manual 2.2); it begins 0x40 into its page. */
#define AUX_MU_OFFSET 0x40
#define AUX_MU_IO     0x00
#define AUX_MU_LSR    0x14
#define AUX_MU_LSR_TX_ROOM (1u << 5)

/* i.MX UART, from the i.MX 6 on (IMX8MPRM, chapter UART). */
#define IMX_UTXD 0x40
#define IMX_UTS  0xb4
#define IMX_UTS_TXFULL (1u << 4)

/* All registers of each lie in the page that they begin in. */
static uint64_t rest_of_page(paddr_t address)
{
    return PAGE_BYTES - address.value % PAGE_BYTES;
}

/* An emulator's firmware leaves it off; on a board it is on, and its rate is kept. */
static void pl011_start(void)
{
    uart.data = UARTDR;
    uart.status = UARTFR;
    uart.mask = UARTFR_TXFF;
    uart.ready = 0;
    if (!(mmio_read(uart.base, UARTCR) & UARTCR_UARTEN)) {
        mmio_write(uart.base, UARTLCR_H, UARTLCR_H_WLEN8 | UARTLCR_H_FEN);
        mmio_write(uart.base, UARTCR, UARTCR_UARTEN | UARTCR_TXE);
    }
}

static void aux_start(const struct region *registers)
{
    if (registers->start.value % PAGE_BYTES == 0)
        uart.base = (volatile char *)uart.base + AUX_MU_OFFSET;
    uart.data = AUX_MU_IO;
    uart.status = AUX_MU_LSR;
    uart.mask = AUX_MU_LSR_TX_ROOM;
    uart.ready = AUX_MU_LSR_TX_ROOM;
}

static void imx_start(void)
{
    uart.data = IMX_UTXD;
    uart.status = IMX_UTS;
    uart.mask = IMX_UTS_TXFULL;
    uart.ready = 0;
}

void early_start(const struct platform *platform)
{
    if (platform->uart == UART_NONE)
        return;
    uart.base = kernel_map_device(&platform->uart_registers,
                                  rest_of_page(platform->uart_registers.start));
    switch (platform->uart) {
    case UART_PL011: pl011_start(); break;
    case UART_BCM2835_AUX: aux_start(&platform->uart_registers); break;
    case UART_IMX: imx_start(); break;
    case UART_NONE: break;
    }
}
