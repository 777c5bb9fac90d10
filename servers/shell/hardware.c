/* SPDX-License-Identifier: BSD-2-Clause */
/* The merged device tree: fetched from init a buffer at a time, and kept, as it does not change. */
#include <lib/string.h>
#include <service/result.h>

#include "commands.h"
#include "system.h"
#include "terminal.h"
#include "tree.h"

#define TREE_BYTES_MAX (4u << 20)

static struct {
    uint8_t *bytes; /* NULL: there is no memory yet */
    size_t room;
    size_t size; /* of the tree; 0: it has not been fetched whole */
} tree;

static bool say(const char *sentence)
{
    out_sentence(&terminal, sentence, "\n", NULL);
    return false;
}

/* A part of the tree into the buffer: how much, and how large the whole is. */
static bool ask_part(uint64_t offset, size_t *part, size_t *whole)
{
    struct answer answer = system_ask(INIT_TREE, offset);
    if (answer.status != STATUS_OK || answer.result != SERVICE_OK)
        return false;
    *part = answer.word[0];
    *whole = answer.word[1];
    return *whole <= TREE_BYTES_MAX && offset <= *whole && *part <= *whole - offset;
}

static bool make_room(size_t bytes)
{
    if (tree.room >= bytes)
        return true;
    tree.bytes = system_grow(bytes);
    tree.room = tree.bytes != NULL ? bytes : 0;
    return tree.bytes != NULL;
}

static bool fetch(void)
{
    size_t part, whole;
    for (size_t offset = 0;; offset += part) {
        if (!ask_part(offset, &part, &whole))
            return say("init does not give this shell the tree.");
        if (!make_room(whole))
            return say("The shell's memory is too small for the tree: see memory-kib in its node.");
        system_copy(tree.bytes + offset, part);
        if (part == 0 || offset + part == whole)
            break;
    }
    if (!tree_is_sound(tree.bytes, whole))
        return say("The tree that init gave is damaged.");
    tree.size = whole;
    return true;
}

static bool ask_owner(const char *path, char owner[TREE_OWNER_BYTES])
{
    struct answer answer = system_ask_named(INIT_OWNER, path);
    if (answer.status != STATUS_OK || answer.result != SERVICE_OK)
        return false;
    system_copy(owner, TREE_OWNER_BYTES);
    owner[TREE_OWNER_BYTES - 1] = '\0';
    return true;
}

bool command_tree(int words, char **word)
{
    if (tree.size == 0 && !fetch())
        return false;
    return tree_print(tree.bytes, words == 2 ? word[1] : "/", ask_owner, &terminal);
}
