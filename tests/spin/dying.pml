/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two cores delete the same CapTable, a few steps a call, and both repeat what
 * answers RESULT_MORE; in it is the original of an Endpoint, on which clients
 * call meanwhile through copies, and a server answers ("Capabilities",
 * "Endpoint" in docs/kernel-states.md). A third core makes something else of
 * the memory as soon as it may. Each event is one step under the lock; functions
 * have their names of kernel/object/capability.c and endpoint.c.
 *
 * Safety: RESULT_DONE says that all is over; no capability, queue or link leads
 *         to what was destroyed, and no memory is used again before that; each
 *         call gets one answer.
 * Live:   both are told RESULT_DONE; who called gets an answer.
 */
#define NONE 7
#define CLIENTS 2
#define DELETE_STEPS 2
#define EMPTY_SLOTS_A_STEP 1
#define SLOTS 4                 /* of the table; slot 0 is lent to struct dying */
#define ENDPOINT_SLOT 2

mtype = { TABLE, ENDPOINT };                    /* what is on the list of the dying */
mtype = { IDLE, QUEUED, IN_SERVICE };
mtype = { RECEIVING, SERVING, RUNNING, STOPPED };

bool table_capability = true;                   /* in a table of both who delete */
bool endpoint_capability = true;                /* in ENDPOINT_SLOT */
bool copy[CLIENTS] = true;                      /* its descendants */
byte progress = 1;                              /* struct dying of the table */
bool closed;
bool reused;                                    /* the memory of both */

chan dying = [2] of { mtype };                  /* its first is dying_first */
chan calls = [CLIENTS] of { byte };
mtype sender[CLIENTS] = IDLE;
mtype server = RUNNING;
byte owes = NONE;
byte told;                                      /* how many have seen RESULT_DONE */

#define dying_any (len(dying) > 0)

inline dying_add(object)
{
    if
    :: dying_any -> dying?first; dying!object; dying!first    /* before the others */
    :: !dying_any -> dying!object
    fi;
    first = 0
}

inline answer(caller)
{
    assert(sender[caller] != IDLE);
    sender[caller] = IDLE
}

/* endpoint_dying_step: refuses one caller, or dismisses the receiver. */
inline endpoint_dying_step()
{
    assert(!reused && !endpoint_capability);
    if
    :: nempty(calls) -> calls?caller; answer(caller); caller = 0
    :: empty(calls) && server == RECEIVING -> server = STOPPED
    :: empty(calls) && server != RECEIVING -> finished = true
    fi
}

/* delete_step of the endpoint's original: leaves go first. */
inline delete_endpoint()
{
    if
#ifndef BREAK_LEAVES
    :: copy[0] -> copy[0] = false
    :: !copy[0] && copy[1] -> copy[1] = false
    :: !copy[0] && !copy[1] ->
#else
    :: true ->
#endif
        endpoint_capability = false;
        closed = true;
        dying_add(ENDPOINT);
        progress++
    fi
}

inline table_step()
{
    assert(!reused && !table_capability);
    seen = 0;
    do
    :: seen == EMPTY_SLOTS_A_STEP -> break
    :: seen < EMPTY_SLOTS_A_STEP && progress == SLOTS -> finished = true; break
    :: seen < EMPTY_SLOTS_A_STEP && progress == ENDPOINT_SLOT && endpoint_capability ->
        delete_endpoint();
#ifdef BREAK_FINISH             /* the table ends in the step that began another's end */
        finished = !endpoint_capability;
#endif
        break
    :: else -> progress++; seen++
    od;
    seen = 0
}

inline dying_work()
{
    object = 0;
    finished = false;
    dying?<object>;
    if
    :: object == TABLE -> table_step()
    :: object == ENDPOINT -> endpoint_dying_step()
    fi;
    if
    :: finished -> dying?first; assert(first == object); first = 0
    :: !finished
    fi;
    object = 0;
    finished = false
}

/* repeat(): a call of DELETE on the table's capability */
inline slot_delete()
{
    count = 0;
    result_done = false;
#ifdef BREAK_PROGRESS           /* each call begins anew, and comes as far as the last */
    progress = 1;
#endif
    do
    :: count == DELETE_STEPS -> break
#ifdef BREAK_DONE               /* the capability is gone, what it named may not be */
    :: count < DELETE_STEPS && !table_capability -> result_done = true; break
#endif
    :: count < DELETE_STEPS && dying_any -> dying_work(); count++
    :: count < DELETE_STEPS && !dying_any && !table_capability -> result_done = true; break
    :: count < DELETE_STEPS && !dying_any && table_capability ->
        table_capability = false;
        dying_add(TABLE);
        count++
    od;
    count = 0
}

active [2] proctype deleter()
{
    byte count, seen, caller;
    mtype first, object;
    bool finished, result_done;

    do
    :: atomic {
        slot_delete();
        if
        :: result_done ->
            assert(!table_capability && !endpoint_capability && !dying_any);
            assert(empty(calls) && server != RECEIVING);
            told++;
            break
        :: !result_done
        fi
    }
    od
}

/* Retyping what the two were made of: the dying go first. */
active proctype reuser()
{
    atomic {
#ifndef BREAK_REUSE
        !table_capability && !endpoint_capability && !dying_any ->
#else
        !table_capability && !endpoint_capability ->
#endif
        reused = true;
        assert(empty(calls) && server != RECEIVING)
    }
}

active [CLIENTS] proctype client()
{
    byte self = _pid - 3;

    do
    :: atomic {
        sender[self] == IDLE && copy[self] && !closed ->        /* endpoint_call */
        assert(!reused && endpoint_capability);
        if
        :: server == RECEIVING -> server = SERVING; owes = self; sender[self] = IN_SERVICE
        :: else -> calls!self; sender[self] = QUEUED
        fi
    }
    :: atomic { sender[self] == IDLE && !copy[self] -> break }  /* BAD_CAPABILITY */
    :: atomic { sender[self] == IDLE && copy[self] && closed -> assert(false) }
    od
}

/* Its capability is a copy like the clients', and goes before the last of them. */
active proctype serve()
{
    byte caller;

    do
    :: atomic {
        (server == RUNNING || server == SERVING) && copy[1] ->  /* reply_recv */
        assert(!reused && endpoint_capability);
        if
        :: owes != NONE -> answer(owes); owes = NONE
        :: else
        fi;
        if
        :: nempty(calls) ->
            calls?caller;
            owes = caller;
            sender[caller] = IN_SERVICE;
            server = SERVING;
            caller = 0
        :: empty(calls) -> server = RECEIVING
        fi
    }
    :: atomic {
        (server == RUNNING || server == SERVING) && !copy[1] -> /* BAD_CAPABILITY: it ends */
        if
        :: owes != NONE -> answer(owes); owes = NONE
        :: else
        fi;
        server = STOPPED
    }
    :: atomic { server == STOPPED -> break }
    od
}

ltl live { (<> (told == 2)) && [] (sender[0] != IDLE -> <> (sender[0] == IDLE)) }
