/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A Notification that two cores' short ways meet at: one signals while the other, whose
 * server takes the signals, is done with the one before, or has it fire. Nothing but two
 * neighbouring bytes, `state` and `again`, is between them, which are read and written as one,
 * and the bits. All else is done by C, which waits until the other core's short way is over.
 *
 * Safety: in the end every signal was received.
 */
#define SIGNALS 3

mtype = { IDLE, IN_SERVICE };
mtype state = IDLE;
bool again;                     /* it is to fire once more when its service ends */
byte bits;                      /* signalled, and not yet received: here how many */
byte received;                  /* ghost */
bool inside, signals;           /* the gates of the server's core and of the signaller's */
bool done;                      /* ghost: nobody signals any more */

inline deliver()                /* by C: nobody else is there */
{
    received = received + bits;
    bits = 0;
    again = false;
    state = IN_SERVICE
}

proctype signaller()
{
    byte count;

    do
    :: count < SIGNALS ->
       signals = true;
#ifdef BREAK_STATE              /* looks first, and remembers it later */
       if
       :: state != IDLE -> again = true; bits++
       :: else -> goto long
       fi;
#else
       atomic {                 /* ldaxrh, stxrh */
           if
           :: state != IDLE -> again = true
           :: else -> goto long
           fi
       };
       bits++;                  /* ldxr, stxr */
#endif
       signals = false;
       goto next;
long:
       signals = false;
       atomic {
#ifndef BREAK_GATE
           !inside;
#endif
           bits++;
           if
           :: state == IDLE -> deliver()
           :: else -> again = true
           fi
       };
next:
       count++
    :: else -> break
    od;
    done = true
}

/* The short ways of the server's core: its own programs signal, too. */
proctype server()
{
    byte taken;

again_and_again:
    if
    :: state == IDLE && done -> goto end_server
    :: state == IDLE ->
       inside = true;
       if
       :: state != IDLE -> inside = false; goto again_and_again
       :: else
       fi;
#ifdef BREAK_ORDER              /* it seems to have fired before that is so */
       state = IN_SERVICE;
       atomic { taken = bits; bits = 0 };
       again = false;
#else
       atomic { taken = bits; bits = 0 };
       atomic { again = false; state = IN_SERVICE };    /* stlrh */
#endif
       received = received + taken;
       inside = false
    :: state == IN_SERVICE ->
       inside = true;
#ifdef BREAK_FINISH             /* looks first, and ends it later */
       if
       :: !again -> state = IDLE; inside = false; goto again_and_again
       :: else
       fi;
#else
       atomic {                 /* ldxrh, stxrh */
           if
           :: !again -> state = IDLE; inside = false; goto again_and_again
           :: else
           fi
       };
#endif
       inside = false;
       atomic {                 /* C ends it, and it fires again */
#ifndef BREAK_GATE
           !signals;
#endif
           if
           :: state == IN_SERVICE && again -> deliver()
           :: else
           fi
       }
    fi;
    goto again_and_again;
end_server:
    assert(bits == 0 && received == SIGNALS)
}

init
{
    atomic { run signaller(); run server() }
}
