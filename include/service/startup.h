/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What init gives to a program when it starts it: an address space laid out as
 * below, a CapTable with the slots below, and a read-only page, struct startup,
 * that names everything else. What is not here the program does not have.
 *
 * A program's thread enters with its first message, normally init's start
 * signal (STARTUP_SIGNAL_START); an event that was waiting may come first.
 * Programs that serve are passive: they run on the time of who calls them, or
 * of the event they received. A program whose node has `time-us` is active.
 */
#pragma once
#include <stdint.h>

#define STARTUP_MAGIC 0x5055545241545354ULL

#define PROGRAM_IMAGE_ADDRESS  0x00400000ULL /* programs are linked here ... */
#define PROGRAM_IMAGE_END      0x10000000ULL /* ... and end below this */
#define PROGRAM_STACK_TOP      0x20000000ULL /* grows down; below it nothing is mapped */
#define PROGRAM_STARTUP        0x30000000ULL /* struct startup, read-only */
#define PROGRAM_DEVICE_ADDRESS 0x40000000ULL /* device registers */
#define PROGRAM_DMA_ADDRESS    0x48000000ULL /* memory that the device reads and writes */
#define PROGRAM_EDGE_ADDRESS   0x50000000ULL /* shared buffers */
#define PROGRAM_HEAP_ADDRESS   0x80000000ULL /* grows up by INIT_GROW */

/*
 * The exit code of a program whose next incarnation would find the same: its device is not
 * there or is broken, or its node does not give what it needs. Init leaves it failed, unless
 * `restart` says "always". So do the 255 codes behind it, which are the library's.
 */
#define PROGRAM_EXIT_FOR_GOOD  0x7e00

enum startup_slot {
    SLOT_NONE = 0,
    SLOT_ENDPOINT,     /* its own endpoint: receive here */
    SLOT_INIT,         /* requests to init, include/service/init.h */
    SLOT_TIMER,        /* a Timer that fires at its own endpoint */
    SLOT_FIRST_OTHER,
};

/* Bits of a SIGNAL that init sends; bits from STARTUP_EDGE_BIT on belong to edges. */
#define STARTUP_SIGNAL_START     1u
#define STARTUP_SIGNAL_POWER_OFF 2u /* to the server with `system-power`: switch off */
#define STARTUP_SIGNAL_RESET     4u /* to the same: start the machine again */
#define STARTUP_EDGE_BIT     8

/*
 * An edge joins a client (the node with `uses`) and a server. Each side has a
 * mapping of the same shared buffer, and may signal the other's endpoint.
 */
enum edge_kind { EDGE_USE = 1, EDGE_PROVIDE = 2 };

/*
 * Where an edge comes from. One that comes from the hardware's tree is good for what
 * the tree names only: the server looks at the cells, and the client cannot change them.
 */
enum edge_origin {
    EDGE_FROM_USES,       /* the client's node; no cells */
    EDGE_FROM_BUS,        /* its device is a child of the server's: the cells of its `reg` */
    EDGE_FROM_GPIOS,      /* `gpios` or `NAME-gpios` of its device: line, flags */
    EDGE_FROM_INTERRUPTS, /* `interrupts-extended` of its device, not the GIC's: line, trigger */
    EDGE_FROM_CLOCKS,     /* `clocks` */
    EDGE_FROM_RESETS,     /* `resets` */
    EDGE_FROM_MBOXES,     /* `mboxes` */
};
#define STARTUP_EDGE_CELLS 4

#define STARTUP_NAME_BYTES 32

struct startup_edge {
    char name[STARTUP_NAME_BYTES]; /* USE: its use-name; PROVIDE: the client's node name */
    uint32_t kind;                 /* enum edge_kind */
    uint32_t bit;                  /* signals from the peer set this bit (a number, 8 to 63) */
    uint32_t endpoint;             /* USE: slot to call; PROVIDE: 0 */
    uint32_t signal;               /* slot of a Notification that signals the peer; 0: none */
    uint64_t badge;                /* PROVIDE: requests of this client carry it */
    uint64_t buffer;               /* address of the shared buffer; 0: none */
    uint64_t buffer_bytes;         /* a multiple of 4096 */
    uint32_t origin;               /* enum edge_origin */
    uint32_t cells;                /* how many of cell[] there are */
    uint32_t cell[STARTUP_EDGE_CELLS]; /* as the hardware's tree has them */
};

struct startup_region {
    uint64_t address;   /* where the registers are mapped */
    uint64_t bytes;     /* as the node's reg says */
};

struct startup_interrupt {
    uint32_t line;      /* only to tell several apart: word 0 of the INTERRUPT message */
    uint32_t reserved;
};

/*
 * Memory that a device may read and write by itself: in one piece, and no more than
 * `dma-kib` says. What the program writes there the device sees, and the other way
 * round, with no more than a barrier between.
 */
struct startup_dma {
    uint64_t address;   /* where it is mapped; 0: none */
    uint64_t bytes;
    uint64_t bus;       /* the address by which the device knows it */
};

#define STARTUP_EDGE_MAX      24
#define STARTUP_REGION_MAX    4
#define STARTUP_INTERRUPT_MAX 4
#define STARTUP_CONFIG_BYTES  1024

struct startup {
    uint64_t magic;
    uint32_t abi;                  /* THOLE_ABI */
    uint32_t incarnation;          /* 0 at first, then how often it was restarted */
    char name[STARTUP_NAME_BYTES]; /* of the node */
    uint64_t timer_frequency;      /* ticks a second of CNTVCT_EL0 */
    uint64_t stack_bottom;
    uint64_t heap_limit;           /* the heap never grows past this address */
    uint32_t active;               /* 1: the thread has time of its own */
    uint32_t free_slot;            /* first slot free for Replies set aside ... */
    uint32_t free_slots;           /* ... and how many follow */
    uint32_t edge_count;
    uint32_t region_count;
    uint32_t interrupt_count;
    uint32_t config_bytes;
    uint32_t reserved;
    struct startup_edge edge[STARTUP_EDGE_MAX];
    struct startup_region region[STARTUP_REGION_MAX];
    struct startup_interrupt interrupt[STARTUP_INTERRUPT_MAX];
    struct startup_dma dma;
    /*
     * The properties of the node's `config` subnode, and behind them those of its
     * device's node that docs/bindings.md tells of, one after the other:
     * name, a zero byte, a 32-bit little-endian length, that many bytes as they
     * stand in the tree (cells are big-endian). No padding.
     */
    uint8_t config[STARTUP_CONFIG_BYTES];
};
