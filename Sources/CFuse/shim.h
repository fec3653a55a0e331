#pragma once
// The libfuse API this project is written against. _FILE_OFFSET_BITS is left alone: defining it here gives `flock` another
// definition than the Glibc module has, and 64-bit Linux needs none.
#define FUSE_USE_VERSION 314
#include <fuse_lowlevel.h>

/// libfuse names this function by a macro where it was built without versioned symbols, and Swift imports no such macro.
static inline int zwl_session_loop_mt(struct fuse_session *session, struct fuse_loop_config *configuration) {
    return fuse_session_loop_mt(session, configuration);
}
