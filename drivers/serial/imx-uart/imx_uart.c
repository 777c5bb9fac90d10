/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The i.MX UART's registers. Two of the three interrupts are levels of the FIFOs, and go
 * when those do. The third, of the ageing timer, is cleared before the FIFO is looked at:
 * what arrives after a look that found nothing ages anew, so none is lost, neither to a
 * pause of the driver nor between one driver and the next.
 */
#include "imx_uart.h"

/* URXD */
#define URXD_DATA    0xffu
#define URXD_PRERR   (1u << 10)
#define URXD_BRK     (1u << 11)
#define URXD_FRMERR  (1u << 12)
#define URXD_OVRRUN  (1u << 13)
#define URXD_CHARRDY (1u << 15)

/* UCR1 */
#define UCR1_UARTEN (1u << 0)
#define UCR1_RRDYEN (1u << 9)
#define UCR1_TRDYEN (1u << 13)

/* UCR2 */
#define UCR2_SRST  (1u << 0)
#define UCR2_RXEN  (1u << 1)
#define UCR2_TXEN  (1u << 2)
#define UCR2_ATEN  (1u << 3)
#define UCR2_RTSEN (1u << 4)
#define UCR2_WS    (1u << 5)
#define UCR2_PREN  (1u << 8)
#define UCR2_ESCEN (1u << 11)
#define UCR2_IRTS  (1u << 14)
#define UCR2_ESCI  (1u << 15)
/* Eight bits, both ways, and no waiting for a neighbour's RTS. */
#define UCR2_RUNS (UCR2_SRST | UCR2_RXEN | UCR2_TXEN | UCR2_WS | UCR2_IRTS)
#define UCR2_NOT  (UCR2_ATEN | UCR2_RTSEN | UCR2_PREN | UCR2_ESCEN | UCR2_ESCI)

/* UCR3: the enables of eight interrupts, and the input, which is 1 in these chips. */
#define UCR3_ENABLES   0x3879u
#define UCR3_RXDMUXSEL (1u << 2)

/* UCR4: the enables of seven interrupts. */
#define UCR4_ENABLES 0x01cfu

/* UFCR: what is not a level is the speed's, or says who is at the other end. */
#define UFCR_RXTL   0x003fu
#define UFCR_TXTL   0xfc00u
#define UFCR_RXTL_8 (8u << 0)
#define UFCR_TXTL_4 (4u << 10)

/* USR1, USR2, UTS */
#define USR1_AGTIM (1u << 8)
#define USR2_ORE   (1u << 1)
#define UTS_TXFULL (1u << 4)

static void change(const struct uart *uart, enum imx_uart_register which, uint32_t clear,
                   uint32_t set)
{
    imx_uart_write(uart, which, (imx_uart_read(uart, which) & ~clear) | set);
}

/* Of UCR1 only the switch is kept: DMA, a break, infrared, the search for a speed all end. */
void imx_uart_start(const struct uart *uart)
{
    imx_uart_write(uart, IMX_UCR1, imx_uart_read(uart, IMX_UCR1) & UCR1_UARTEN);
    change(uart, IMX_UCR2, UCR2_NOT, UCR2_RUNS);
    change(uart, IMX_UCR3, UCR3_ENABLES, UCR3_RXDMUXSEL);
    change(uart, IMX_UCR4, UCR4_ENABLES, 0);
    change(uart, IMX_UFCR, UFCR_RXTL | UFCR_TXTL, UFCR_RXTL_8 | UFCR_TXTL_4);
    imx_uart_write(uart, IMX_UCR1, UCR1_UARTEN);
}

/*
 * OVRRUN says that the character had the FIFO's last place, ORE that another one came
 * after it: that one is lost, this one is sound.
 */
static void count_overrun(const struct uart *uart, uint32_t data, struct uart_errors *errors)
{
    if (data & URXD_OVRRUN && imx_uart_read(uart, IMX_USR2) & USR2_ORE) {
        imx_uart_write(uart, IMX_USR2, USR2_ORE);
        errors->overrun++;
    }
}

static bool is_sound(uint32_t data, struct uart_errors *errors)
{
    if (data & URXD_BRK)
        errors->line_break++; /* a break is a framing error too: counted once */
    else if (data & URXD_FRMERR)
        errors->framing++;
    else if (data & URXD_PRERR)
        errors->parity++;
    return !(data & (URXD_BRK | URXD_FRMERR | URXD_PRERR));
}

enum uart_received imx_uart_receive(const struct uart *uart, uint8_t *byte,
                                    struct uart_errors *errors)
{
    if (imx_uart_read(uart, IMX_USR1) & USR1_AGTIM)
        imx_uart_write(uart, IMX_USR1, USR1_AGTIM);
    uint32_t data = imx_uart_read(uart, IMX_URXD);
    if (!(data & URXD_CHARRDY))
        return UART_NOTHING;
    count_overrun(uart, data, errors);
    if (!is_sound(data, errors))
        return UART_DAMAGED;
    *byte = (uint8_t)(data & URXD_DATA);
    return UART_BYTE;
}

bool imx_uart_can_transmit(const struct uart *uart)
{
    return !(imx_uart_read(uart, IMX_UTS) & UTS_TXFULL);
}

void imx_uart_transmit(const struct uart *uart, uint8_t byte)
{
    imx_uart_write(uart, IMX_UTXD, byte);
}

void imx_uart_listen(const struct uart *uart)
{
    change(uart, IMX_UCR2, 0, UCR2_SRST | UCR2_ATEN);
    change(uart, IMX_UCR1, 0, UCR1_RRDYEN);
}

void imx_uart_hold(const struct uart *uart)
{
    change(uart, IMX_UCR2, UCR2_ATEN, UCR2_SRST);
    change(uart, IMX_UCR1, UCR1_RRDYEN, 0);
}

void imx_uart_want_room(const struct uart *uart)
{
    change(uart, IMX_UCR1, 0, UCR1_TRDYEN);
}

void imx_uart_want_no_room(const struct uart *uart)
{
    change(uart, IMX_UCR1, UCR1_TRDYEN, 0);
}
