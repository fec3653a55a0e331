#pragma once
// The libfuse API this project is written against. _FILE_OFFSET_BITS is left alone: defining it here gives `flock` another
// definition than the Glibc module has, and 64-bit Linux needs none.
#define FUSE_USE_VERSION 314
#include <fuse_lowlevel.h>

// Functions that libfuse names by macros, the first since 3.17, the second where it was built without versioned symbols: Swift
// imports no macros with arguments.
static inline struct fuse_session *zwl_session_new(
    struct fuse_args *arguments, const struct fuse_lowlevel_ops *operations, size_t size, void *data
) {
    return fuse_session_new(arguments, operations, size, data);
}
static inline int zwl_session_loop_mt(struct fuse_session *session, struct fuse_loop_config *configuration) {
    return fuse_session_loop_mt(session, configuration);
}
