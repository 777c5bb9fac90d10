/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A serial driver's protocol, include/service/serial.h: bytes between the device
 * and the two rings of its client, upon interrupts and the client's signals. All
 * that must outlive the driver lies in the rings and in the device; a byte is on
 * its way between the two one at a time.
 */
#include <lib/ring.h>
#include <lib/serial.h>
#include <lib/server.h>
#include <service/serial.h>

#define NS_PER_SECOND 1000000000u

static struct serial {
    const struct uart_device *device;
    struct uart uart;
    const struct startup_edge *client; /* NULL: nobody uses the line */
    struct serial_buffer *buffer;
    struct uart_errors errors; /* not in the log yet */
    uint64_t logged;           /* when errors were last in the log; 0: never */
} serial;

/*
 * Between a store of our counter and a look at the peer's: the peer does the same,
 * so at least one of the two sees that the other has to be woken.
 */
static void look_after_store(void)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

static bool receive_has_room(void)
{
    return ring_free(&serial.buffer->receive, SERIAL_RING_BYTES) > 0;
}

/* With a full ring bytes stay in the device, until the client signals that it took some. */
static void listen_if_room(void)
{
    if (!receive_has_room()) {
        serial.device->hold(&serial.uart);
        look_after_store();
        if (!receive_has_room())
            return;
    }
    serial.device->listen(&serial.uart);
}

/* Device to client; at most a ring's worth at a time. How many bytes it were. */
static size_t receive(void)
{
    size_t put = 0;
    for (unsigned i = 0; i < SERIAL_RING_BYTES && receive_has_room(); i++) {
        uint8_t byte;
        enum uart_received what = serial.device->receive(&serial.uart, &byte, &serial.errors);
        if (what == UART_NOTHING)
            break;
        if (what == UART_BYTE)
            put += ring_put(&serial.buffer->receive, SERIAL_RING_BYTES, &byte, 1);
    }
    listen_if_room();
    return put;
}

/*
 * Client to device; at most a ring's worth at a time: for more, the client's signal
 * is on its way. True: the ring was full, so the client may wait for room.
 */
static bool transmit(void)
{
    struct ring *ring = &serial.buffer->transmit;
    size_t taken = 0;
    uint8_t byte;
    while (taken < SERIAL_RING_BYTES && serial.device->can_transmit(&serial.uart) &&
           ring_take(ring, SERIAL_RING_BYTES, &byte, 1) == 1) {
        serial.device->transmit(&serial.uart, byte);
        taken++;
    }
    look_after_store();
    size_t waiting = ring_used(ring, SERIAL_RING_BYTES);
    if (waiting > 0)
        serial.device->want_room(&serial.uart);
    else
        serial.device->want_no_room(&serial.uart);
    return taken > 0 && waiting + taken >= SERIAL_RING_BYTES;
}

/* At most one line a second, however bad the line is. */
static void report_errors(void)
{
    struct uart_errors *errors = &serial.errors;
    if (!(errors->overrun | errors->framing | errors->parity | errors->line_break))
        return;
    uint64_t now = program_ticks();
    if (serial.logged != 0 && now - serial.logged < program_ticks_from_ns(NS_PER_SECOND))
        return;
    program_log("line errors: %u overruns, %u framing, %u parity, %u breaks", errors->overrun,
                errors->framing, errors->parity, errors->line_break);
    *errors = (struct uart_errors){0};
    serial.logged = now;
}

static void move_bytes(void)
{
    if (serial.client == NULL)
        return;
    size_t received = receive();
    bool made_room = transmit();
    if (received > 0 || made_room)
        program_signal(serial.client);
    report_errors();
}

static void on_interrupt(uint32_t line, uint64_t merged)
{
    (void)line;
    (void)merged;
    move_bytes();
}

static void on_signal(const struct startup_edge *edge)
{
    if (edge == serial.client)
        move_bytes();
}

/* The driver before this one may have died between moving bytes and saying so. */
static void on_start(void)
{
    move_bytes();
    if (serial.client != NULL)
        program_signal(serial.client);
}

static void find_client(void)
{
    const struct startup *startup = program_startup();
    for (unsigned i = 0; i < startup->edge_count; i++) {
        const struct startup_edge *edge = &startup->edge[i];
        if (edge->kind != EDGE_PROVIDE)
            continue;
        if (serial.client != NULL) {
            program_log("a serial line has one client: %s, not %s", serial.client->name,
                        edge->name);
        } else if (edge->buffer_bytes < sizeof(struct serial_buffer)) {
            program_log("the buffer shared with %s is too small: %lu bytes, not %lu", edge->name,
                        (unsigned long)edge->buffer_bytes,
                        (unsigned long)sizeof(struct serial_buffer));
        } else {
            serial.client = edge;
            serial.buffer = (struct serial_buffer *)(uintptr_t)edge->buffer;
        }
    }
}

/* A new incarnation knows nothing of the one before. */
static bool find_device(const struct uart_device *device)
{
    size_t bytes = 0;
    serial = (struct serial){.device = device};
    serial.uart.base = program_registers(0, &bytes);
    if (serial.uart.base != NULL && bytes >= device->register_bytes)
        return true;
    program_log("no registers of a %s: %lu bytes, not %lu", device->name, (unsigned long)bytes,
                (unsigned long)device->register_bytes);
    return false;
}

int serial_run(const struct uart_device *device)
{
    static const struct server server = {
        .interrupt = on_interrupt, .signal = on_signal, .start = on_start};
    if (!find_device(device))
        return PROGRAM_EXIT_FOR_GOOD;
    find_client();
    device->start(&serial.uart);
    server_run(&server);
}
