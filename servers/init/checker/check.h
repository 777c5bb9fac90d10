/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of the checker share: the state of one run, and how a mistake
 * is told. Internal to this folder.
 */
#pragma once
#include <libfdt.h>

#include "system.h"
#include "text.h"

#define CHECK_RAM_MAX    32
#define CHECK_DEPTH_MAX  16   /* how deep device nodes may lie: each level costs a scan */
#define CHECK_LINKS_MAX  64   /* entries of a device's properties that name others */
#define CHECK_REPORT_MAX 200  /* diagnostics of one run; more are only counted */
#define CHECK_NAMES_MAX  1000 /* names of the hardware compared with a misspelt one */
#define CHECK_PATH_BYTES 128
#define CHECK_TEXT_BYTES 112

/* Where going through the tree has got to, so that who asks in its order goes through it once. */
struct scan {
    int at;                      /* a node, and those above it, by their depth */
    int depth;
    int above[CHECK_DEPTH_MAX];
};

/* A virtio,mmio slot that was looked at: a second time it might say something else. */
struct virtio_slot {
    int node;
    uint32_t device;  /* 0: it is empty, or not to be used */
};
#define CHECK_VIRTIO_MAX 64

#define CHECK_PHANDLES 256

struct phandle {
    uint32_t phandle; /* 0: none */
    int node;
    bool more;        /* others would be in the same place: the tree knows them */
};

struct check {
    struct system *system;
    const struct system_input *input;
    unsigned reports;
    int thole_end;                      /* offset of the first node after /thole; negative: none */
    uint32_t seen[SYSTEM_SERVERS_MAX];  /* properties by their place in the table */
    uint64_t reach[SYSTEM_SERVERS_MAX]; /* servers that are used, also through others */
    int named[SYSTEM_SERVERS_MAX];      /* device that `match` names, not by its kind; negative: none */
    struct system_region ram[CHECK_RAM_MAX];
    unsigned ram_count;
    struct scan scan;
    struct virtio_slot virtio[CHECK_VIRTIO_MAX];
    unsigned virtio_count;
    bool virtio_more;                   /* there are others, which was told */
    struct phandle phandle[CHECK_PHANDLES]; /* by their last bits, once they are looked for */
    bool phandles_found;
};

/* A property as it stands in the tree. */
struct value {
    const char *name;
    const char *data;
    int bytes;
};

/* --- report.c --- */

/* The name nearest to `word` so far, out of all that were offered. */
struct nearest {
    const char *word;
    const char *name;  /* NULL: none is near enough */
    unsigned distance;
};
struct nearest nearest_to(const char *word);
void nearest_offer(struct nearest *nearest, const char *name);

/* The server has an error: its node's property is not as expected. */
void refuse(struct check *check, struct system_server *server, const struct value *value,
            const char *expected, ...) __attribute__((format(printf, 4, 5)));
/* The same, where what was found is more than the property's value. */
struct mistake {
    const char *property;
    const char *nearest;
    const char *found;
};
void refuse_found(struct check *check, struct system_server *server,
                  const struct mistake *mistake, const char *expected, ...)
    __attribute__((format(printf, 4, 5)));
/* No error, but the server is not started. */
void remark(struct check *check, struct system_server *server, enum verdict verdict,
            const struct mistake *mistake, const char *expected);
/* No error, and nothing that keeps the server from being started. */
void hint(struct check *check, const struct system_server *server, const struct mistake *mistake,
          const char *expected);
/* No error either, but the system will hardly be what was meant. */
void warn(struct check *check, int node, const struct mistake *mistake, const char *expected);
/* An error of /thole itself, or of a node that is no server. */
void refuse_node(struct check *check, int node, const struct mistake *mistake,
                 const char *expected);

/* --- property.c --- */

bool value_get(const void *tree, int node, const char *name, struct value *value);
bool value_is_string(const struct value *value);
bool value_is_strings(const struct value *value);
uint32_t value_cell(const struct value *value, unsigned index);
unsigned value_cells(const struct value *value);
/* The index-th string of a value_is_strings, NULL past the last. */
const char *value_string(const struct value *value, unsigned index);
/* As it would stand in a source. */
void value_show(struct text *text, const struct value *value);

void server_defaults(struct system_server *server);
void server_read(struct check *check, struct system_server *server);
bool server_has(const struct check *check, const struct system_server *server, const char *name);

/* --- node.c: finding nodes, of which each costs libfdt a way through the tree --- */

bool node_enabled(const void *tree, int node);
/* The nodes from `node` up to the root; 0: it lies deeper than CHECK_DEPTH_MAX. */
unsigned ancestors_of(struct check *check, int node, int chain[CHECK_DEPTH_MAX]);
/* The node of that phandle; negative: there is none. */
int node_of_phandle(struct check *check, uint32_t phandle);
/* A property of one cell; false: it is not there, or another. */
bool cell_get(const void *tree, int node, const char *name, uint32_t *cell);

/* --- device.c, virtio.c, interrupt.c, link.c --- */

/* The server whose device the node is; NULL: nobody's. */
struct system_server *owner_of(const struct check *check, int node);
void devices_resolve(struct check *check);
/* Is the node the server's to match, as far as `virtio-device-id` goes? */
bool virtio_fits(struct check *check, const struct system_server *server, int node);
/* What only the matched node can tell of `virtio-device-id`. */
void virtio_check(struct check *check, struct system_server *server);
void interrupts_resolve(struct check *check, struct system_server *server);
bool node_is_gic(const void *tree, int node);

/* One that a device's property names: what of it becomes an edge. */
struct link {
    const char *property;
    const char *name;    /* of the edge */
    enum edge_origin origin;
    int node;            /* the other device */
    unsigned cells;
    uint32_t cell[STARTUP_EDGE_CELLS];
};
/* Gives the server an edge to whoever drives the other device; false: it was refused. */
bool link_add(struct check *check, struct system_server *server, const struct link *link);
/* The name of the index-th that a property names. */
void link_name(char name[STARTUP_NAME_BYTES], const struct value *names, const char *base,
               unsigned index);
/* Its first cells; how many there are is `link->cells`. */
void link_cells(struct link *link, const struct value *value, unsigned at, unsigned cells);
/* The property leads to nobody: the server goes without. */
void link_lack(struct check *check, struct system_server *server, const char *property,
               const char *what, ...) __attribute__((format(printf, 4, 5)));
void links_resolve(struct check *check, struct system_server *server);

/* --- check.c --- */

/* Is there room for the properties of the device, now that it is known? */
void config_complete(struct check *check, const struct system_server *server);

/* --- region.c, dma.c --- */

/* The cells of addresses and sizes under a node. */
struct cells {
    int address;
    int size;
};
struct cells cells_of(const void *tree, int node);
/* Can addresses and sizes be numbers of 64 bits? */
bool cells_good(struct cells cells);
/* The number of so many cells at *index, which is moved behind it. */
uint64_t cells_take(const struct value *value, unsigned *index, int cells);
void regions_resolve(struct check *check, struct system_server *server);
/* The first region of a node's registers, as the processor addresses it; false: there is none. */
bool region_first(struct check *check, int node, struct system_region *region);
/* Who but the server has these registers: NULL, or a name; `server` NULL: who has them at all. */
const char *region_conflict(const struct check *check, const struct system_server *server,
                            const struct system_region *region);
void ram_find(struct check *check);
/* From where the device of a server with `dma-kib` can take its memory. */
void dma_resolve(struct check *check, struct system_server *server);

/* --- uses.c, order.c --- */

/* A new edge to `server`; NULL: one of the two has too many, which was told about `property`. */
struct system_use *use_new(struct check *check, struct system_server *client,
                           struct system_server *server, const char *property);
void uses_resolve(struct check *check);
void circles_refuse(struct check *check);
void ceilings_check(struct check *check);
void needs_spread(struct check *check);
void memory_check(struct check *check);
void order_set(struct check *check);

/* --- console.c --- */

void console_check(struct check *check);

static inline unsigned server_index(const struct check *check, const struct system_server *server)
{
    return (unsigned)(server - check->system->server);
}
