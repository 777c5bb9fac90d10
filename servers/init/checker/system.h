/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The system as the device tree describes it, checked and resolved. The same
 * code runs in init at boot and in `./thole doctor` on the host. It makes no
 * system call and allocates nothing: the caller gives the struct system, which
 * afterwards points into the tree, so the tree must stay as it is.
 *
 * Trees are input: whatever is wrong in one node is an error of that server
 * alone. It is not started, those that need it are not, and the rest is.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <service/startup.h>
#include <thole/object.h>

#define SYSTEM_SERVERS_MAX      64
#define SYSTEM_CORES_MAX        8   /* the kernel uses no more */
#define SYSTEM_USES_MAX         STARTUP_EDGE_MAX
#define SYSTEM_BUFFER_KIB_MAX   1024
#define SYSTEM_REGION_BYTES_MAX (1u << 20)
#define SYSTEM_RESTARTS_MAX     32
#define SYSTEM_WHY_BYTES        224
#define SYSTEM_WITHOUT_BYTES    96
#define SYSTEM_DMA_KIB_MAX      1024
#define SYSTEM_WINDOWS_MAX      4

/* Names of edges that init makes by itself; no node or use may have them. */
#define SYSTEM_USE_CONTROL "system"
#define SYSTEM_CLIENT_LOG  "init"

/* What one server costs beside its memory-kib: the page that holds its objects. */
#define SYSTEM_PAGE_BYTES   4096u
#define SYSTEM_SERVER_BYTES SYSTEM_PAGE_BYTES

enum verdict {
    VERDICT_START,       /* at boot */
    VERDICT_DISABLED,    /* status = "disabled": only when asked for */
    VERDICT_NEEDS,       /* needs a server that is not started at boot */
    VERDICT_NO_HARDWARE, /* nothing there that it could drive */
    VERDICT_ERROR,       /* its node is wrong */
};

enum restart_policy { RESTART_ALWAYS, RESTART_ON_FAILURE, RESTART_NEVER };

struct system_time {
    uint32_t budget_us;
    uint32_t period_us;  /* 0: no such time */
};

/* An edge to another server: because of `uses`, or because the hardware's tree joins their devices. */
struct system_use {
    char name[STARTUP_NAME_BYTES];
    uint32_t server;       /* index of the server that is used */
    uint32_t buffer_bytes; /* 0, or a power of two of at least 4096 */
    enum edge_origin origin;
    uint32_t cells;
    uint32_t cell[STARTUP_EDGE_CELLS];
    bool optional;
};

struct system_region {
    uint64_t address;  /* physical */
    uint64_t bytes;
};

/* Memory that a device can reach by itself. */
struct system_window {
    uint64_t address;  /* physical */
    uint64_t bus;      /* the address of its first byte as the device has it */
    uint64_t bytes;
};

struct system_interrupt {
    uint32_t line;     /* as the interrupt controller numbers it */
    enum thole_trigger trigger;
};

struct system_server {
    const char *name;
    const char *program;
    int node;              /* offsets in the tree; negative: none */
    int config;
    int device;
    int bus;               /* on which the device is, and has no memory; negative: it has */
    uint32_t priority;
    uint32_t core;                     /* of all its time */
    uint32_t grace_us;
    uint32_t memory_kib;
    uint32_t stack_kib;
    uint32_t dma_kib;                  /* 0: none */
    uint32_t virtio_device;            /* the kind that its device must be of; 0: any */
    bool dma_coherent;                 /* the device sees what lies in caches */
    struct system_time time;           /* period 0: passive */
    struct system_time event_time;
    struct system_time interrupt_time;
    enum restart_policy restart;
    uint32_t restart_count;            /* at most so many restarts ... */
    uint32_t restart_seconds;          /* ... in so many seconds */
    bool system_control;
    bool system_power;                 /* of one server at most */
    bool init_log;
    unsigned use_count;
    unsigned client_count;             /* edges of others to it, whatever became of them */
    unsigned region_count;
    unsigned interrupt_count;
    unsigned window_count;             /* 0, unless there is dma_kib */
    struct system_use use[SYSTEM_USES_MAX];
    struct system_region region[STARTUP_REGION_MAX];
    struct system_interrupt interrupt[STARTUP_INTERRUPT_MAX];
    struct system_window window[SYSTEM_WINDOWS_MAX];
    enum verdict verdict;
    bool stranded;                     /* no server drives its bus: it can never run */
    char why[SYSTEM_WHY_BYTES];        /* its first mistake; empty for VERDICT_START */
    char without[SYSTEM_WITHOUT_BYTES]; /* its device's properties that lead to no server */
};

struct system {
    const void *tree;
    int node;              /* /thole; negative: there is none */
    int stdout_node;       /* the device of /chosen stdout-path; negative: none */
    unsigned server_count;
    unsigned errors;
    unsigned warnings;
    struct system_server server[SYSTEM_SERVERS_MAX];
    uint8_t order[SYSTEM_SERVERS_MAX]; /* who is used comes before who uses it */
};

enum severity {
    SEVERITY_ERROR,
    SEVERITY_WARNING, /* nothing is refused, but this can hardly be meant */
    SEVERITY_NOTE,    /* why a server is not started */
    SEVERITY_HINT,    /* what a server goes without, or what is not known yet */
};

struct diagnostic {
    enum severity severity;
    const char *path;      /* of the node */
    const char *property;  /* NULL: the node itself */
    const char *expected;
    const char *found;
    const char *nearest;   /* known name; NULL: none is near */
};

struct system_input {
    const void *tree;      /* merged, of tree_merge */
    uint64_t memory;       /* bytes there are for servers; UINT64_MAX: not known */
    unsigned cores;        /* that run; 0: not known */
    /* Name of the index-th program, NULL past the last. NULL: not known, any will do. */
    const char *(*program)(void *context, unsigned index);
    /*
     * Reads DeviceID of the virtio,mmio slot whose registers are there, 0 if it is empty; answers
     * NULL, or what was found in the place of one. NULL: there is no hardware to be asked.
     */
    const char *(*virtio_device)(void *context, uint64_t registers, uint32_t *device);
    void (*report)(void *context, const struct diagnostic *diagnostic);
    void *context;
};

/* Fills *system. What is wrong is reported, and counted in system->errors. */
void system_check(struct system *system, const struct system_input *input);

/* Could it ever run: is only its status, or another's, in the way? */
bool system_startable(const struct system_server *server);

/* What a program reads by program_config, in the form of struct startup. */
struct config {
    uint32_t bytes;
    uint8_t data[STARTUP_CONFIG_BYTES];
    const char *left_out; /* the first property of the device without room; NULL: there is none */
};
/* The properties of the server's `config`, and those of its device whose names that has not. */
void system_config(const void *tree, const struct system_server *server, struct config *config);

/* The block of memory that is taken for its dma-kib: in one piece, so a power of two. */
static inline uint64_t system_dma_bytes(const struct system_server *server)
{
    uint64_t bytes = server->dma_kib ? SYSTEM_PAGE_BYTES : 0;

    while (bytes < (uint64_t)server->dma_kib << 10) {
        bytes <<= 1;
    }
    return bytes;
}

/* The bytes of RAM that the tree's memory nodes name. */
uint64_t system_ram_bytes(const void *tree);

/* The cores that the tree names, as far as the kernel would use them; 0: it names none. */
unsigned system_cores(const void *tree);

/* Properties that the bindings know: the index-th name, NULL past the last. */
const char *system_property(unsigned index);

/*
 * Puts the system's /thole subtree into the hardware's tree; `system` NULL: the
 * hardware's tree has its own. Both are checked first. `into`, aligned to 8,
 * has as many bytes as tree_merge_room says. Returns NULL, or a sentence that
 * says what is wrong (static storage); then `into` holds nothing of use.
 */
#define TREE_MERGE_SLACK 4096u
#define TREE_BYTES_MAX   (4u << 20)
size_t tree_merge_room(const void *hardware, size_t hardware_bytes, const void *system,
                       size_t system_bytes);
const char *tree_merge(const void *hardware, size_t hardware_bytes, const void *system,
                       size_t system_bytes, void *into, size_t into_bytes);
