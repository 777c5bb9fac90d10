/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A board with three cores, two UARTs, one more that is disabled, one behind a bus that
 * moves addresses, slots for virtio devices, buses through which devices reach memory in
 * all ways, a few that are wrong on purpose, and 1 MiB of RAM.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "checker_host.h"

static const char board_source[] =
    "/dts-v1/;\n"
    "/ { #address-cells = <2>; #size-cells = <2>; interrupt-parent = <&gic>;\n"
    "  chosen { stdout-path = \"serial0:115200n8\"; };\n"
    "  aliases { serial0 = \"/uart@9000000\"; };\n"
    "  memory@40000000 { device_type = \"memory\"; reg = <0 0x40000000 0 0x100000>; };\n"
    "  cpus { #address-cells = <2>; #size-cells = <0>;\n"
    "    cpu@0 { device_type = \"cpu\"; reg = <0 0>; };\n"
    "    cpu@1 { device_type = \"cpu\"; reg = <0 1>; };\n"
    "    cpu@2 { device_type = \"cpu\"; reg = <1 1>; status = \"okay\"; };\n"
    "    off { device_type = \"cpu\"; reg = <0 3>; status = \"disabled\"; };\n"
    "    twice { device_type = \"cpu\"; reg = <0 1>; }; lost { device_type = \"cpu\"; };\n"
    "    cut { device_type = \"cpu\"; reg = <4>; }; cache { reg = <0 5>; }; };\n"
    "  gic: gic@8000000 { compatible = \"arm,cortex-a15-gic\"; interrupt-controller;\n"
    "    #interrupt-cells = <3>; reg = <0 0x8000000 0 0x10000>; };\n"
    "  uart@9000000 { compatible = \"arm,pl011\", \"arm,primecell\";\n"
    "    phandle = <0x55>; reg = <0 0x9000000 0 0x1000>; interrupts = <0 1 4>; };\n"
    "  uart@9040000 { compatible = \"arm,pl011\"; status = \"disabled\";\n"
    "    reg = <0 0x9040000 0 0x1000>; interrupts = <0 8 4>; };\n"
    "  rtc@9010000 { compatible = \"arm,pl031\", \"arm,primecell\"; reg = <0 0x9010000 0 0x1000>;\n"
    "    interrupts-extended = <&gic 0 2 1>, <&gic 1 11 8>; };\n"
    "  bus { compatible = \"simple-bus\"; #address-cells = <1>; #size-cells = <1>;\n"
    "    ranges = <0x7e000000 0 0xfe000000 0x1000000>;\n"
    "    moved@7e201000 { compatible = \"test,moved\"; reg = <0x7e201000 0x200>; };\n"
    "    outside@10 { compatible = \"test,outside\"; reg = <0x10 0x200>; }; };\n"
    "  i2c { #address-cells = <1>; #size-cells = <0>;\n"
    "    sensor@48 { compatible = \"test,sensor\"; reg = <0x48>; }; };\n"
    "  ram-thief { compatible = \"test,ram\"; reg = <0 0x400ff000 0 0x1000>; };\n"
    "  endless { compatible = \"test,endless\"; reg = <0 0x9100000 0xffffffff 0xffffffff>; };\n"
    "  nothing { compatible = \"test,nothing\"; reg = <0 0x9200000 0 0>; };\n"
    "  cut { compatible = \"test,cut\"; reg = <0 0x9300000 0>; };\n"
    "  twin { compatible = \"test,twin\"; reg = <0 0x9000800 0 0x100>; };\n"
    "  many { compatible = \"test,many\"; reg = <0 0xb000000 0 1 0 0xb000010 0 1\n"
    "    0 0xb000020 0 1 0 0xb000030 0 1 0 0xb000040 0 1>; };\n"
    "  virtio_mmio@a000000 { compatible = \"virtio,mmio\"; dma-coherent;\n"
    "    reg = <0 0xa000000 0 0x200>; interrupts = <0 16 1>; };\n"
    "  virtio_mmio@a000200 { compatible = \"virtio,mmio\";\n"
    "    reg = <0 0xa000200 0 0x200>; interrupts = <0 17 1>; };\n"
    "  virtio_mmio@a000400 { compatible = \"virtio,mmio\"; reg = <0 0xa000400 0 0x200>; };\n"
    "  virtio_mmio@a000600 { compatible = \"virtio,mmio\"; reg = <0 0xa000600 0 0x200>; };\n"
    "  virtio-short { compatible = \"virtio,mmio\"; reg = <0 0xa000800 0 0x80>; };\n"
    "  virtio-thief { compatible = \"virtio,mmio\"; reg = <0 0x9000000 0 0x200>; };\n"
    "  virtio-in-ram { compatible = \"virtio,mmio\"; reg = <0 0x40000000 0 0x200>; };\n"
    "  dma-bus { #address-cells = <1>; #size-cells = <1>; dma-coherent;\n"
    "    ranges = <0x7e000000 0 0xfb000000 0x1000000>;\n"
    "    dma-ranges = <0xc0000000 0 0x0 0x40000000>, <0x80000000 0 0x80000000 0x40000000>;\n"
    "    dma@7e000000 { compatible = \"test,dma\"; reg = <0x7e000000 0x100>; };\n"
    "    dma@7e000100 { compatible = \"test,noncoherent\"; reg = <0x7e000100 0x100>;\n"
    "      dma-noncoherent; };\n"
    "    inner { #address-cells = <1>; #size-cells = <1>; ranges; dma-ranges;\n"
    "      still { #address-cells = <1>; #size-cells = <1>; ranges;\n"
    "        dma@7e000200 { compatible = \"test,dma-deep\"; reg = <0x7e000200 0x100>; }; }; };\n"
    "    moved { #address-cells = <1>; #size-cells = <1>; ranges;\n"
    "      dma-ranges = <0x10000000 0xf0000000 0x20000000>;\n"
    "      dma@7e000300 { compatible = \"test,dma-moved\"; reg = <0x7e000300 0x100>; }; };\n"
    "    wrapping { #address-cells = <1>; #size-cells = <1>; ranges;\n"
    "      dma-ranges = <0 0 0>;\n"
    "      dma@7e000400 { compatible = \"test,dma-nothing\"; reg = <0x7e000400 0x100>; }; };\n"
    "    odd { #address-cells = <3>; #size-cells = <1>; ranges;\n"
    "      dma-ranges = <0 0 0 0 0>;\n"
    "      dma@7e000500 { compatible = \"test,dma-odd\"; }; }; };\n"
    "  wide-bus { #address-cells = <2>; #size-cells = <2>; ranges;\n"
    "    dma-ranges = <0xffffffff 0xfffff000 0 0 0 0x2000>,\n"
    "      <0 0 0xffffffff 0xfffff000 0 0x2000>, <0 0x5000 0 0x6000 0 0x1000>;\n"
    "    dma@fc000000 { compatible = \"test,dma-wraps\"; reg = <0 0xfc000000 0 0x100>; }; };\n"
    "  bare { compatible = \"test,bare\"; };\n"
    "  far-line { compatible = \"test,far-line\"; interrupts = <0 988 4>; };\n"
    "  lost-line { compatible = \"test,lost-line\"; interrupts-extended = <0x777 0 1 4>; };\n"
    "  short-line { compatible = \"test,short-line\"; interrupts = <0 1>; };\n"
    "};\n";

struct blob blob_compile(const char *source)
{
    char in[] = "/tmp/checker.XXXXXX", out[sizeof(in) + 4], command[128];
    struct blob blob = {malloc(CHECKED_TREE_BYTES), 0};
    int descriptor = mkstemp(in);
    FILE *file;

    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, source, strlen(source)), strlen(source));
    close(descriptor);
    snprintf(out, sizeof(out), "%s.dtb", in);
    snprintf(command, sizeof(command), "dtc -q -q -f -I dts -O dtb -o %s %s", out, in);
    assert_int_equal(system(command), 0);
    file = fopen(out, "rb");
    assert_non_null(file);
    blob.bytes = fread(blob.data, 1, CHECKED_TREE_BYTES, file);
    fclose(file);
    unlink(in);
    unlink(out);
    return blob;
}

const struct blob *checked_board(void)
{
    static struct blob board;

    if (!board.data) {
        board = blob_compile(board_source);
    }
    return &board;
}

static const char *program_at(void *context, unsigned index)
{
    static const char *const program[] = {"pl011", "console", "shell", NULL};

    (void)context;
    return program[index];
}

/* What is read of a machine whose slots lie where the board has them. */
static const char *slot_at(void *context, uint64_t registers, uint32_t *device)
{
    struct checked *checked = context;

    assert_in_range(registers, CHECKED_SLOT_OF, CHECKED_SLOT_OF + 3 * 512);
    assert_int_equal(registers % 512, 0);
    checked->asked++;
    *device = checked->slot[(registers - CHECKED_SLOT_OF) / 512];
    return *device == CHECKED_SLOT_BAD ? "nothing that answers" : NULL;
}

static void say(void *context, const struct diagnostic *diagnostic)
{
    struct checked *checked = context;
    size_t used = strlen(checked->said);
    char *at = checked->said + used;
    size_t room = sizeof(checked->said) - used;

    snprintf(at, room, "%s%s: %s%sexpected %s, found %s%s%s%s\n",
             diagnostic->severity == SEVERITY_NOTE      ? "note: "
             : diagnostic->severity == SEVERITY_HINT    ? "hint: "
             : diagnostic->severity == SEVERITY_WARNING ? "warning: "
                                                        : "",
             diagnostic->path,
             diagnostic->property ? diagnostic->property : "", diagnostic->property ? ": " : "",
             diagnostic->expected, diagnostic->found,
             diagnostic->nearest ? " (did you mean " : "",
             diagnostic->nearest ? diagnostic->nearest : "", diagnostic->nearest ? "?)" : "");
}

/* What holds of every system, however wrong its tree. */
static void assert_sound(const struct system *system)
{
    unsigned cores = system_cores(system->tree) ? system_cores(system->tree) : SYSTEM_CORES_MAX;
    uint64_t placed = 0;

    for (unsigned i = 0; i < system->server_count; i++) {
        const struct system_server *server = &system->server[system->order[i]];

        placed |= (uint64_t)1 << system->order[i];
        assert_true((server->why[0] == '\0') == (server->verdict == VERDICT_START));
        assert_true(server->verdict == VERDICT_ERROR ? system->errors > 0 : true);
        assert_true(server->verdict == VERDICT_ERROR || server->core < cores);
        assert_true(server->use_count + server->client_count <= STARTUP_EDGE_MAX);
        assert_false(server->stranded && system_startable(server));
        assert_true(server->bus < 0 || server->region_count == 0);
        for (unsigned j = 0; j < server->use_count; j++) {
            assert_true(server->use[j].name[0] != '\0');
            assert_true(server->use[j].cells <= STARTUP_EDGE_CELLS);
            for (unsigned k = 0; k < j; k++) {
                assert_string_not_equal(server->use[j].name, server->use[k].name);
            }
        }
        for (unsigned j = 0; server->verdict == VERDICT_START && j < server->use_count; j++) {
            assert_true(placed >> server->use[j].server & 1);
            assert_true(server->use[j].optional ||
                        system->server[server->use[j].server].verdict == VERDICT_START);
        }
    }
    assert_int_equal(__builtin_popcountll(placed), system->server_count);
}

static void note_started(struct checked *checked)
{
    for (unsigned i = 0; i < checked->system.server_count; i++) {
        const struct system_server *server = &checked->system.server[checked->system.order[i]];

        if (server->verdict == VERDICT_START) {
            strcat(checked->started, " ");
            strcat(checked->started, server->name);
        }
    }
}

const char *checked_trees(struct checked *checked, const struct blob *board,
                          const struct blob *system)
{
    const char *wrong;

    memset(&checked->system, 0, sizeof(checked->system));
    checked->said[0] = checked->started[0] = '\0';
    wrong = tree_merge(board->data, board->bytes, system ? system->data : NULL,
                       system ? system->bytes : 0, checked->tree, sizeof(checked->tree));
    if (!wrong) {
        system_check(&checked->system, &(struct system_input){
                                           .tree = checked->tree,
                                           .memory = system_ram_bytes(checked->tree),
                                           .cores = system_cores(checked->tree),
                                           .program = program_at,
                                           .virtio_device = checked->machine ? slot_at : NULL,
                                           .report = say,
                                           .context = checked,
                                       });
        assert_sound(&checked->system);
        note_started(checked);
    }
    return wrong;
}

void checked_run_of(struct checked *checked, const struct blob *board, const char *servers)
{
    static char source[65536];
    struct blob system;

    snprintf(source, sizeof(source),
             "/dts-v1/; / { thole { compatible = \"thole,system\"; %s }; };", servers);
    system = blob_compile(source);
    assert_null(checked_trees(checked, board, &system));
    free(system.data);
}

void checked_run(struct checked *checked, const char *servers)
{
    checked_run_of(checked, checked_board(), servers);
}

void checked_run_on(struct checked *checked, const char *servers, const uint32_t slot[4])
{
    memcpy(checked->slot, slot, sizeof(checked->slot));
    checked->asked = 0;
    checked->machine = true;
    checked_run(checked, servers);
    checked->machine = false;
}

const struct system_server *checked_server(const struct checked *checked, const char *name)
{
    for (unsigned i = 0; i < checked->system.server_count; i++) {
        if (strcmp(checked->system.server[i].name, name) == 0) {
            return &checked->system.server[i];
        }
    }
    fail_msg("there is no server %s", name);
    return NULL;
}
