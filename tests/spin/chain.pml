/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Chains of calls with lent time, whatever is deleted in between: thread 0 has
 * a SchedContext, and so may one of the others; each calls those behind it.
 * Every event is one step under the lock, in any order, on whatever core; what
 * is a function of kernel/object/ has its name here. A thread that runs on
 * another core is stopped by the first call of deleting it, and destroyed by a
 * later one: other events come between the two.
 *
 * After each event: links agree both ways; who waits for an answer has a way by
 * which it comes; time is in one place, and has a way home to its owner.
 * Each call gets one answer; time that is destroyed ends once, and when all
 * threads are gone all time is home or has ended.
 */
#define NONE 7
#define THREADS 4
#define TIMES 2

mtype = { STOPPED, READY, RECEIVING, CALLING, STRANDED, GONE };
mtype = { IDLE, QUEUED, IN_SERVICE, ASIDE };
mtype = { OK, PEER_DIED, CANCELLED, ABANDONED };
mtype = { LIVING, DYING, ENDED };

/* struct thread and its sender */
mtype state[THREADS] = RECEIVING;
mtype sender[THREADS] = IDLE;
mtype doomed[THREADS] = OK;
byte servant[THREADS] = NONE;
byte owes[THREADS] = NONE;
byte time[THREADS] = NONE;
bool lent[THREADS];
bool reply[THREADS];            /* a Reply stands for its call */
byte own[THREADS] = NONE;       /* the binding: sender.time */
byte calls_left[THREADS];
chan endpoint[THREADS] = [THREADS] of { byte };     /* a thread's own: its queue of calls */

/* struct sched_context */
mtype life[TIMES] = LIVING;
byte holder[TIMES] = NONE;

bool waits[THREADS];            /* ghosts: called and not answered; */
byte whom[THREADS] = NONE;      /* whom it called */

inline answer(asker, giver)
{
    assert(waits[asker] && (giver == NONE || giver == whom[asker]));
    waits[asker] = false;
    whom[asker] = NONE
}

/* --- sched_context.c and core.c ---------------------------------------------------- */

inline core_ready(t)
{
    if
    :: time[t] == NONE -> state[t] = STRANDED
    :: time[t] != NONE -> state[t] = READY
    fi
}

inline thread_strand(t)
{
    assert(!lent[t]);           /* what it was lent goes on to the end */
    holder[time[t]] = NONE;
    time[t] = NONE;
    if
    :: state[t] == READY -> state[t] = STRANDED
    :: state[t] == CALLING && sender[t] == QUEUED ->
        sender_withdraw(t);
        answer(t, NONE);
        state[t] = STRANDED
    :: else
    fi
}

inline end_time(context)
{
    assert(life[context] != ENDED);
    if
    :: holder[context] != NONE -> victim = holder[context]; thread_strand(victim); victim = NONE
    :: else
    fi;
    life[context] = ENDED
}

#define is_lent(context) (holder[context] != NONE && lent[holder[context]])

inline sched_context_returned(context)
{
#ifndef BREAK_RETURNED
    if
    :: life[context] == DYING && !is_lent(context) -> end_time(context)
    :: else
    fi
#else
    skip
#endif
}

inline sched_context_destroy(context)
{
    if
#ifndef BREAK_DYING
    :: is_lent(context) -> life[context] = DYING
    :: !is_lent(context) -> end_time(context)
#else
    :: true -> end_time(context)
#endif
    fi
}

/* --- sender.c ------------------------------------------------------------------------- */

/* Leaves in `from` whom the servant owed. */
inline detach(server)
{
    from = owes[server];
    owes[server] = NONE;
    if
    :: from != NONE -> servant[from] = NONE
    :: else
    fi;
    if
    :: lent[server] ->
        moved = time[server];
        assert(moved != NONE);
        lent[server] = false;
        time[server] = NONE;
        holder[moved] = NONE;
        if
#ifndef BREAK_HOME
        :: from != NONE ->
#else
        :: from != NONE && doomed[from] == OK ->
#endif
            assert(time[from] == NONE);
            holder[moved] = from;
            time[from] = moved
        :: else
        fi;
        sched_context_returned(moved);
        moved = NONE
    :: else
    fi
}

inline finish(caller, server)
{
    if
    :: doomed[caller] != OK -> answer(caller, NONE)
    :: doomed[caller] == OK -> answer(caller, server)
    fi;
    sender[caller] = IDLE;
    doomed[caller] = OK;
    core_ready(caller)
}

inline sender_answer(server)
{
    detach(server);
    if
    :: from != NONE -> finish(from, server)
    :: else
    fi;
    from = NONE
}

inline sender_abandon(server)
{
    detach(server);
    if
    :: from != NONE -> finish(from, NONE)
    :: else
    fi;
    from = NONE
}

inline sender_set_aside(server)
{
    detach(server);
    if
    :: from != NONE && doomed[from] != OK -> finish(from, NONE)
    :: from != NONE && doomed[from] == OK -> sender[from] = ASIDE; reply[from] = true
    :: else
    fi;
    from = NONE
}

inline sender_withdraw(t)
{
    if
    :: sender[t] == QUEUED -> endpoint[whom[t]]??eval(t)
    :: else
    fi;
    if
    :: servant[t] != NONE -> owes[servant[t]] = NONE
    :: else
    fi;
    reply[t] = false;
    servant[t] = NONE;
    sender[t] = IDLE;
    doomed[t] = OK
}

inline sender_deliver(caller, receiver)
{
    sender[caller] = IN_SERVICE;
    servant[caller] = receiver;
    owes[receiver] = caller;
    if
    :: time[receiver] == NONE ->
        assert(time[caller] != NONE);
        time[receiver] = time[caller];
        time[caller] = NONE;
        holder[time[receiver]] = receiver;
        lent[receiver] = true
    :: else
    fi;
    state[receiver] = READY
}

/* --- endpoint.c --------------------------------------------------------------------------- */

inline receive(t)
{
    if
    :: nempty(endpoint[t]) -> endpoint[t]?from; sender_deliver(from, t); from = NONE
    :: empty(endpoint[t]) -> state[t] = RECEIVING
    fi
}

inline endpoint_call(t, peer)
{
    calls_left[t]--;
    state[t] = CALLING;
    waits[t] = true;
    whom[t] = peer;
    if
    :: state[peer] == RECEIVING -> sender_deliver(t, peer)
    :: else -> sender[t] = QUEUED; endpoint[peer]!t
    fi
}

/* --- thread.c -------------------------------------------------------------------------------- */

inline bridge_chain(t)
{
    if
    :: servant[t] != NONE && lent[servant[t]] && owes[t] != NONE && lent[t] ->
        owes[servant[t]] = owes[t];
#ifndef BREAK_LINK
        servant[owes[t]] = servant[t];
#endif
#ifndef BREAK_DOOMED
        doomed[owes[t]] = PEER_DIED;
#endif
        servant[t] = NONE;
        owes[t] = NONE;
        lent[t] = false
    :: else
    fi
}

inline thread_destroy(t)
{
#ifndef BREAK_BRIDGE
    bridge_chain(t);
#endif
#ifndef BREAK_LENT
    if
    :: time[t] == NONE -> lent[t] = false
    :: else
    fi;
#endif
    sender_withdraw(t);
    waits[t] = false;
    whom[t] = NONE;
    state[t] = STOPPED;
    sender_abandon(t);
    if
    :: time[t] != NONE -> holder[time[t]] = NONE; time[t] = NONE
    :: else
    fi;
    own[t] = NONE;
    state[t] = GONE
}

/* Its descendant, the binding, is taken away before it. */
inline delete_time(context)
{
    for (t : 0 .. THREADS - 1) {
        if
        :: own[t] == context ->
            own[t] = NONE;
            if
            :: time[t] == context && !lent[t] -> thread_strand(t)
            :: else
            fi
        :: else
        fi
    }
    sched_context_destroy(context)
}

/* BIND_TIME: of a context that is free and nobody else's */
inline bind_time(t, context)
{
    if
    :: life[context] == LIVING && holder[context] == NONE && own[0] != context &&
       own[1] != context && own[2] != context && own[3] != context ->
        own[t] = context;
        time[t] = context;
        holder[context] = t;
        if
        :: state[t] == STRANDED -> state[t] = READY
        :: state[t] == RECEIVING
        fi
    :: else
    fi
}

/* cancel_call in op_thread.c */
inline cancel(t)
{
    if
    :: time[t] == NONE -> doomed[t] = CANCELLED
    :: time[t] != NONE ->
        sender_withdraw(t);
        answer(t, NONE);
        core_ready(t)
    fi
}

/* --- What must hold -------------------------------------------------------------------- */

inline check()
{
    for (t : 0 .. THREADS - 1) {
        /* Links agree both ways, and none leads to what is gone. */
        assert(servant[t] == NONE || owes[servant[t]] == t);
        assert(owes[t] == NONE || servant[owes[t]] == t);
        assert(time[t] == NONE || (holder[time[t]] == t && life[time[t]] != ENDED));
        assert(state[t] != GONE || (servant[t] == NONE && owes[t] == NONE && time[t] == NONE));
        assert(state[t] != READY || time[t] != NONE);
        /* The answer has one way to come. */
        assert(waits[t] == (state[t] == CALLING));
        assert(!waits[t] || sender[t] != IDLE);
        assert((sender[t] == IN_SERVICE) == (servant[t] != NONE));
        assert((sender[t] == ASIDE) == reply[t]);
        /* The owner's time is at home, or at the end of the chain of its call. */
        if
        :: own[t] != NONE && life[own[t]] == LIVING && state[t] == CALLING ->
            last = t;
            do
            :: time[last] == NONE && servant[last] != NONE -> last = servant[last]
            :: else -> break
            od;
            assert(time[last] == own[t] && (last == t || lent[last]));
            last = 0
        :: own[t] != NONE && life[own[t]] == LIVING && state[t] == READY ->
            assert(time[t] == own[t] || lent[t])
        :: else
        fi
    }
    for (t : 0 .. TIMES - 1) {
        assert(holder[t] == NONE || time[holder[t]] == t);
        assert(life[t] != DYING || is_lent(t))
    }
    t = 0
}

active proctype kernel()
{
    byte t, peer, victim = NONE, from = NONE, moved = NONE, last;

    atomic {
        time[0] = 0;
        own[0] = 0;
        holder[0] = 0;
        state[0] = READY;
        calls_left[0] = 2;
        calls_left[1] = CALLS;
        calls_left[2] = CALLS;
        if
        :: skip
        :: select (peer : 1 .. 3);
            time[peer] = 1;
            own[peer] = 1;
            holder[1] = peer
        fi;
        peer = 0
    }
    do
    :: atomic {
        select (t : 0 .. THREADS - 1);
        if
        :: state[t] == READY && calls_left[t] > 0 ->
            select (peer : 1 .. THREADS - 1);
            if
            :: peer > t && state[peer] != GONE -> endpoint_call(t, peer)
            :: else
            fi
        :: state[t] == READY && t > 0 -> sender_answer(t); receive(t)       /* reply_recv */
        :: state[t] == READY && t > 0 -> sender_abandon(t); receive(t)      /* recv */
        :: state[t] == READY && t > 0 && owes[t] != NONE -> sender_set_aside(t); receive(t)
        :: state[t] == READY -> state[t] = STOPPED; sender_abandon(t)       /* fault */
        :: state[t] == READY -> state[t] = STOPPED                          /* being deleted */
        :: state[t] != GONE -> thread_destroy(t)
        :: state[t] == CALLING && doomed[t] == OK -> cancel(t)
        :: reply[t] -> reply[t] = false; finish(t, whom[t])                 /* call on the Reply */
        :: reply[t] -> reply[t] = false; finish(t, NONE)            /* the Reply is deleted */
        :: (state[t] == GONE || state[t] == STOPPED) && nempty(endpoint[t]) ->
            endpoint[t]?from;                                   /* endpoint_close, or destroyed */
            finish(from, NONE);
            from = NONE
        :: t < TIMES && life[t] == LIVING -> peer = t; delete_time(peer)
        :: own[t] == NONE && (state[t] == STRANDED || (state[t] == RECEIVING && time[t] == NONE)) ->
            select (peer : 0 .. TIMES - 1);
            bind_time(t, peer)
        :: true                                                 /* nothing happens */
        fi;
        peer = 0;
        check()
    }
    :: atomic {
        state[0] == GONE && state[1] == GONE && state[2] == GONE && state[3] == GONE ->
        assert(holder[0] == NONE && holder[1] == NONE);
        assert(life[0] != DYING && life[1] != DYING);
        break
    }
    od
}
